import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { allRoutes } from '../../../functions/routes.ts';
import { documentText } from '../../../scripts/openapi.ts';
import { access } from '../../../shared/access.ts';
import { problemsOf } from '../../../shared/http/openapi.ts';
import { problems } from '../../../shared/problem.ts';

const root = join(import.meta.dirname, '../../..');

interface Operation {
  operationId: string;
  description?: string;
  security: Record<string, string[]>[];
  parameters: { name: string; in: string; description?: string }[];
  requestBody?: { content: Record<string, { schema: object; example?: unknown }> };
  responses: Record<string, { headers?: object; content?: Record<string, { schema: object }> }>;
}
const printed = documentText();
const document = JSON.parse(printed) as {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
};
const cases = allRoutes.map((route) => ({
  name: `${route.method} ${route.path}`,
  route,
  operation: document.paths[route.path]?.[route.method.toLowerCase()] as Operation,
}));

const ajv = new Ajv2020({ strict: false, allErrors: true });
(addFormats as unknown as (ajv: object) => void)(ajv);

/** What is wrong with data by a schema of the document, by a validator that is not the one the service runs on. */
function faults(schema: object, data: unknown): unknown {
  const validate = ajv.compile(schema);
  return validate(data) ? null : validate.errors;
}

describe('the OpenAPI document', () => {
  it('is OpenAPI 3.1 without a fault, by a linter that somebody else keeps', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'openapi-'));
    try {
      const file = join(folder, 'openapi.json');
      writeFileSync(file, printed);
      expect(document.openapi).toMatch(/^3\.1\./);
      const lint = promisify(execFile)(
        join(root, 'node_modules/.bin/redocly'),
        ['lint', file, '--config', join(root, 'redocly.yaml'), '--format', 'json', '--max-problems', '50'],
        {
          cwd: folder,
          env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
        },
      );
      const { stdout } = await lint.catch((error: { stdout: string }) => error);
      const found = JSON.parse(stdout.slice(stdout.indexOf('{'))) as {
        totals: { errors: number; warnings: number };
        problems: { ruleId: string; message: string; location: { pointer: string }[] }[];
      };
      expect(found.problems.map((p) => `${p.ruleId} ${p.location[0]?.pointer}: ${p.message}`)).toEqual([]);
      expect(found.totals).toMatchObject({ errors: 0, warnings: 0 });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('has every route once, under a name of its own', () => {
    const written = Object.values(document.paths).flatMap((path) => Object.values(path));
    expect(written).toHaveLength(allRoutes.length);
    expect(new Set(written.map(({ operationId }) => operationId)).size).toBe(allRoutes.length);
    expect(new Set(cases.map(({ name }) => name)).size).toBe(allRoutes.length);
  });

  it('has names for the things it is about, and points only to what is there', () => {
    const { schemas } = JSON.parse(printed).components as { schemas: Record<string, object> };
    expect(Object.keys(schemas)).toEqual(
      expect.arrayContaining(['Ticket', 'Obligation', 'Bill', 'Payment', 'Property', 'Unit', 'Customer']),
    );
    const pointed = new Set(
      [...printed.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name),
    );
    expect([...pointed].filter((name) => !((name as string) in schemas))).toEqual([]);
    expect(
      cases.find(({ route }) => route.id === 'createTicket')?.operation.responses['201']?.content,
    ).toEqual({
      'application/json': { schema: { $ref: '#/components/schemas/Ticket' } },
    });
  });

  it.each(cases)('says who may call $name', ({ route, operation }) => {
    const schemes = operation.security.flatMap((one) => Object.keys(one));
    const { needs } = route;
    const expected =
      needs === 'public' ? [] : needs === 'operator' || !access[needs].keys ? ['staff'] : ['staff', 'apiKey'];
    expect(schemes).toEqual(expected);
  });

  it.each(cases)('has every status of $name, each error as a problem', ({ route, operation }) => {
    const statuses = Object.keys(operation.responses).sort();
    const expected = new Set([
      ...Object.keys(route.responses),
      ...problemsOf(route).map((code) => String(problems[code].status)),
    ]);
    expect(statuses).toEqual([...expected].sort());
    const refused = new Set(problemsOf(route).map((code) => problems[code].status));
    for (const [status, { content }] of Object.entries(operation.responses)) {
      const types = Object.keys(content ?? {});
      expect(types.includes('application/problem+json')).toBe(refused.has(Number(status) as never));
      // Besides, what the route itself answers: JSON, or a page for people.
      const own = route.responses[Number(status)];
      if (own === null && !route.html) expect(status).toBe('204');
      const expected = own ? ['application/json'] : route.html && own === null ? ['text/html'] : [];
      expect(types.filter((type) => type !== 'application/problem+json')).toEqual(expected);
    }
  });

  it.each(cases.filter(({ route }) => route.body))(
    'shows an example of the body of $name that fits',
    ({ route, operation }) => {
      const json = operation.requestBody?.content['application/json'];
      expect(json?.example).toBeDefined();
      expect(faults(json?.schema ?? {}, json?.example)).toBeNull();
      const parsed = (route.body as unknown as { safeParse(data: unknown): { success: boolean } }).safeParse(
        json?.example,
      );
      expect(parsed.success).toBe(true);
    },
  );

  it.each(cases)('has the headers that $name takes and answers', ({ route, operation }) => {
    const takes = operation.parameters.filter((p) => p.in === 'header').map((p) => p.name);
    const office = route.needs !== 'public' && route.needs !== 'operator';
    expect(takes).toEqual([
      ...(route.method === 'POST' && office ? ['Idempotency-Key'] : []),
      ...(route.method !== 'GET' && route.versioned ? ['If-Match'] : []),
    ]);
    // What nobody can send cannot be the reason of a refusal.
    const codes = problemsOf(route);
    expect(codes.includes('idempotency-key-reused')).toBe(takes.includes('Idempotency-Key'));
    if (!takes.includes('If-Match')) expect(codes).not.toContain('stale');
    for (const [status, { headers = {} }] of Object.entries(operation.responses)) {
      const { shape } = (route.responses[Number(status)] ?? {}) as { shape?: object };
      if (shape && 'version' in shape) expect(headers).toHaveProperty('ETag');
      if (status === '201') expect(headers).toHaveProperty('Location');
    }
  });

  it('says of a list how long its pages are and what can be asked', () => {
    const list = cases.find(({ route }) => route.id === 'listTickets')?.operation;
    expect(list?.description).toMatch(/^Possible: nothing, status, .*\n\nNeeds the scope/);
    const about = Object.fromEntries((list?.parameters ?? []).map((p) => [p.name, p.description]));
    expect(about).toMatchObject({
      limit: 'How many at most, from 1 to 100; 50 unless said otherwise.',
      cursor: expect.stringContaining('`next`'),
    });
  });

  it.each(cases.filter(({ route }) => route.params))(
    'names each parameter in the path of $name',
    ({ route, operation }) => {
      const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      const declared = operation.parameters.filter((p) => p.in === 'path').map((p) => p.name);
      expect(declared.sort()).toEqual(inPath.sort());
    },
  );
});
