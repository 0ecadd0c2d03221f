import { afterEach, describe, expect, it, vi } from 'vitest';
import { hashSecret, parseKey } from '../../shared/apiKey.ts';
import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { SystemTable } from '../../shared/system.ts';
import { call, functionEnvironment, keyOf, staffOf, type Who } from './call.ts';
import { client, cursors } from './dynamodb.ts';

const { tableName } = await functionEnvironment();
const { handler } = await import('../../functions/staff/handler.ts');
const system = new SystemTable({ client, tableName, cursors });

const manager = (tenantId = newId('tenant')) => staffOf(tenantId, ['manager']);
const scopes = ['tickets:read', 'tickets:write'];
const post = (who: Who, body: unknown = { name: 'App', scopes }, headers = {}) =>
  call(handler as never, who, 'POST /v1/api-keys', { body, headers });
const get = (who: Who, id: string) =>
  call(handler as never, who, 'GET /v1/api-keys/{id}', { params: { id } });
const rotate = (who: Who, id: string, body: unknown = {}, headers = {}) =>
  call(handler as never, who, 'POST /v1/api-keys/{id}/rotate', { params: { id }, body, headers });
const revoke = (who: Who, id: string) =>
  call(handler as never, who, 'DELETE /v1/api-keys/{id}', { params: { id } });
const partition = async (who: Who, id: string) => [
  ...(await system.all({ pk: keys.apiKeysPk(who.tenantId ?? '') })),
  ...(await system.all({ pk: `${who.tenantId}#${id}` })),
];

afterEach(() => {
  vi.useRealTimers();
});

describe('an API key', () => {
  it('is shown once and kept as a hash', async () => {
    const who = manager();
    const answer = await post(who);
    expect(answer.status).toBe(201);
    const parts = parseKey(answer.body.key);
    expect(parts).toMatchObject({ tenantId: who.tenantId, keyId: answer.body.id });
    const { key: _, ...rest } = answer.body;
    expect((await get(who, answer.body.id)).body).toEqual(rest);
    const stored = await partition(who, answer.body.id);
    expect(JSON.stringify(stored[0])).toContain(hashSecret(parts?.secret ?? ''));
    expect(JSON.stringify(stored)).not.toContain(parts?.secret);
    // The history knows neither the secret nor its hash.
    expect(JSON.stringify(stored.slice(1))).not.toContain(hashSecret(parts?.secret ?? ''));
  });

  it('is made once by a repeated request, which is answered without its text', async () => {
    const who = manager();
    const headers = { 'Idempotency-Key': 'k1' };
    const first = await post(who, undefined, headers);
    const second = await post(who, undefined, headers);
    expect(first.body.key).toMatch(/^hf_/);
    expect([second.status, second.body.id, second.body.key]).toEqual([201, first.body.id, undefined]);
  });

  it('is given scopes that keys may have, and no others', async () => {
    const who = manager();
    for (const bad of [['staff:write'], ['all'], [], ['tickets:read', 'tickets:read']]) {
      expect((await post(who, { name: 'x', scopes: bad })).status).toBe(400);
    }
  });

  it('is rotated with an overlap that ends when it was to end, and never later by another rotation', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-03-01T00:00:00Z') });
    const who = manager();
    const { body } = await post(who);
    const first = await rotate(who, body.id, { overlapHours: 2 });
    expect(first.status).toBe(200);
    expect(parseKey(first.body.key)?.keyId).toBe(body.id);
    expect(first.body.key).not.toBe(body.key);
    expect(first.body.overlapUntil).toBe('2026-03-01T02:00:00.000Z');
    await rotate(who, body.id, { overlapHours: 100 });
    const stored = await system.load({ key: keys.apiKey(who.tenantId ?? '', body.id) });
    const secrets = stored.key?.rest?.secrets as { hash: string; until?: string }[];
    expect(secrets.map(({ until }) => until)).toEqual([
      undefined,
      '2026-03-05T04:00:00.000Z',
      '2026-03-01T02:00:00.000Z',
    ]);
    vi.setSystemTime('2026-03-01T03:00:00Z');
    await rotate(who, body.id, { overlapHours: 0 });
    expect((await get(who, body.id)).body.overlapUntil).toBeUndefined();
  });

  it('is not rotated while three texts work, unless they are to end: each works as long as was promised', async () => {
    const who = manager();
    const { body } = await post(who);
    for (let n = 0; n < 2; n++) expect((await rotate(who, body.id)).status).toBe(200);
    const refused = await rotate(who, body.id, { overlapHours: 1 });
    expect([refused.status, refused.body.detail]).toEqual([
      409,
      expect.stringContaining('3 secrets are good already'),
    ]);
    expect((await rotate(who, body.id, { overlapHours: 0 })).status).toBe(200);
  });

  it('is not rotated beyond a week', async () => {
    const who = manager();
    const { body } = await post(who);
    for (const overlapHours of [-1, 169, 1.5]) {
      expect((await rotate(who, body.id, { overlapHours })).status).toBe(400);
    }
  });

  it('is revoked for good', async () => {
    const who = manager();
    const { body } = await post(who);
    expect((await revoke(who, body.id)).status).toBe(204);
    const revoked = (await get(who, body.id)).body;
    expect(revoked.revokedAt).toMatch(/Z$/);
    expect((await rotate(who, body.id)).status).toBe(409);
    expect((await revoke(who, body.id)).status).toBe(204);
    expect((await get(who, body.id)).body.revokedAt).toBe(revoked.revokedAt);
  });

  it('can be revoked, not made, in a suspended office', async () => {
    const who = manager();
    const { body } = await post(who);
    const suspended = { ...who, suspended: true };
    expect((await post(suspended)).status).toBe(403);
    expect((await rotate(suspended, body.id)).status).toBe(403);
    expect((await revoke(suspended, body.id)).status).toBe(204);
  });
});

describe('access to API keys', () => {
  it('is for managers, never for keys themselves', async () => {
    const who = manager();
    const t = who.tenantId ?? '';
    expect((await post(staffOf(t, ['desk']))).status).toBe(403);
    expect((await post(keyOf(t))).status).toBe(403);
    expect((await call(handler as never, undefined, 'GET /v1/api-keys')).status).toBe(401);
  });

  it('answers the same 404 for another office\u2019s key as for none', async () => {
    const { body } = await post(manager());
    const stranger = manager();
    for (const ask of [get, rotate, revoke]) {
      const other = await ask(stranger, body.id);
      const none = await ask(stranger, newId('apiKey'));
      expect(other.status).toBe(404);
      expect({ ...other.body, requestId: '' }).toEqual({ ...none.body, requestId: '' });
    }
  });

  it('lists the office\u2019s own only', async () => {
    const who = manager();
    const { body } = await post(who);
    await post(manager());
    const list = await call(handler as never, who, 'GET /v1/api-keys');
    expect(list.body.items.map((key: { id: string }) => key.id)).toEqual([body.id]);
  });
});
