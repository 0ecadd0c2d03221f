import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bundle } from '../../scripts/build.ts';
import { call, functionEnvironment } from './call.ts';

await functionEnvironment();
const out = mkdtempSync(join(tmpdir(), 'meta-'));
afterAll(() => rmSync(out, { recursive: true }));

// The document lies beside the bundle, so the bundle is what is tested.
await bundle({ meta: 'functions/meta/handler.ts' }, out);
const { writeDocument } = await import('../../scripts/openapi.ts');
writeDocument(join(out, 'meta/openapi.json'));
const { handler } = await import(join(out, 'meta/index.mjs'));

describe('the service about itself', () => {
  it('says that it is well to anybody', async () => {
    const { status, body } = await call(handler, undefined, 'GET /health');
    expect([status, body.status]).toEqual([200, 'ok']);
  });

  it('hands out its document, with the address it is served under', async () => {
    const { status, headers, body } = await call(handler, undefined, 'GET /openapi.json');
    expect([status, headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
    expect(body.servers).toEqual([{ url: 'http://localhost:3000' }]);
    const written = JSON.parse(readFileSync(join(out, 'meta/openapi.json'), 'utf8'));
    expect({ ...body, servers: [] }).toEqual({ ...written, servers: [] });
    expect(Object.keys(body.paths)).toContain('/v1/deadlines/preview');
  });

  it('names the version of its contract the same everywhere', async () => {
    const health = await call(handler, undefined, 'GET /health');
    const document = await call(handler, undefined, 'GET /openapi.json');
    expect(health.body.version).toBe(document.body.info.version);
  });
});
