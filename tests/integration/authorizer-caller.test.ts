import { afterAll, describe, expect, it, vi } from 'vitest';
import { personOf, programOf } from '../../functions/authorizer/caller.ts';
import type { Role } from '../../shared/access.ts';
import { hashSecret, keyText, newSecret, parseKey } from '../../shared/apiKey.ts';
import { newId } from '../../shared/ids.ts';
import { keys, lists } from '../../shared/keys.ts';
import { output } from '../../shared/log.ts';
import { SystemTable } from '../../shared/system.ts';
import { functionEnvironment } from './call.ts';
import { client, cursors } from './dynamodb.ts';

const { tableName, close } = await functionEnvironment();
afterAll(close);
const system = new SystemTable({ client, tableName, cursors });

let count = 0;
const address = () => `one${++count}@example.com`;

async function office(list: object | null = { status: 'active', tier: 'basic' }): Promise<string> {
  const t = newId('tenant');
  const [put] = [{ ...keys.office(t), et: 'office', v: 1, ...(list && { list: { id: t, ...list } }) }];
  await system.commit([{ put, expect: 'new' }]);
  return t;
}

/** Somebody whom the index names under an address, whatever the item says by now: an index lags behind. */
async function member(
  t: string,
  named: string,
  now: { et?: string; active?: boolean; email?: string; roles?: Role[] } = {},
): Promise<string> {
  const id = newId('staff', ++count);
  const { et = 'staff', active = true, email = named, roles = ['desk'] } = now;
  const index = { lookupPk: lists.login(named), lookupSk: id };
  const put = { ...keys.staff(t, id), et, v: 1, list: { active, roles }, rest: { email }, ...index };
  await system.commit([{ put, expect: 'new' }]);
  return id;
}

const known = (email: string, claims: object = { email_verified: true }) =>
  personOf(system, { sub: 'one', email, ...claims });

describe('who is named by an index that lags behind', () => {
  it.each<[string, Parameters<typeof member>[2], Parameters<typeof office>[0]?]>([
    ['has left', { active: false }],
    ['has another address', { email: 'another@example.com' }],
    ['is something else', { et: 'login' }],
    ['is in an office that is being deleted', {}, { status: 'deleting', tier: 'basic' }],
    ['is in an office of which nothing is known', {}, null],
  ])('and %s by now is nobody, and what they joined later counts', async (_, now, list) => {
    const email = address();
    await member(await office(list), email, now);
    expect(await known(email)).toBeUndefined();
    const later = await office();
    await member(later, email);
    expect((await known(email))?.context.tenantId).toBe(later);
  });

  it('and is gone with their office is nobody', async () => {
    const email = address();
    const t = newId('tenant');
    const id = await member(t, email);
    expect(await known(email)).toBeUndefined();
    const before = await system.lookup(lists.login(email));
    await system.removeAll([keys.staff(t, id)]);
    const lagging = Object.assign(Object.create(system) as SystemTable, { lookup: async () => before });
    expect(await personOf(lagging, { sub: 'one', email, email_verified: true })).toBeUndefined();
  });
});

describe('what a token says', () => {
  it('of an address counts in either form that issuers have, and in no other', async () => {
    const email = address();
    const t = await office();
    const id = await member(t, email, { roles: ['desk', 'engineer'] });
    for (const is of [true, 'true'])
      expect((await known(email, { email_verified: is }))?.context).toMatchObject({
        id,
        roles: 'desk engineer',
      });
    for (const is of [false, 'false', 'yes', '', 1, undefined])
      expect(await known(email, { email_verified: is })).toBeUndefined();
  });

  it('of an address counts up to 254 characters (RFC 5321)', async () => {
    const long = (length: number) => `${'a'.repeat(length - 12)}@example.com`;
    const t = await office();
    for (const length of [254, 255]) await member(t, long(length));
    expect(await known(long(254))).toBeDefined();
    expect(await known(long(255))).toBeUndefined();
  });

  it('of an operator counts in either form, of somebody who has a name', async () => {
    for (const is of [true, 'true'])
      expect(await personOf(system, { sub: 'boss', huifang_operator: is })).toEqual({
        context: { kind: 'operator', id: 'boss' },
      });
    for (const is of ['', 'yes', 1])
      expect(await personOf(system, { sub: 'boss', huifang_operator: is })).toBeUndefined();
    expect(await personOf(system, { huifang_operator: true })).toBeUndefined();
    expect(await personOf(system, { sub: '', huifang_operator: true })).toBeUndefined();
  });
});

describe('an API key', () => {
  const made = Date.parse('2026-05-01T00:00:00Z');
  async function key(rest: object = {}, until?: string) {
    const t = await office();
    const id = newId('apiKey');
    const secret = newSecret();
    const text = keyText({ tenantId: t, keyId: id, secret });
    const hash = hashSecret(secret);
    const put = {
      ...keys.apiKey(t, id),
      et: 'apiKey',
      v: 1,
      list: { scopes: ['tickets:read'] },
      rest: { secrets: [{ hash, ...(until !== undefined && { until }) }], ...rest },
    };
    await system.commit([{ put, expect: 'new' }]);
    return { id, text };
  }

  it('that was replaced ends at the very moment that was said', async () => {
    const { text, id } = await key({}, '2026-05-01T00:00:00.000Z');
    expect((await programOf(system, text, made - 1))?.context.id).toBe(id);
    expect(await programOf(system, text, made)).toBeUndefined();
  });

  it('without a secret opens nothing', async () => {
    const { text } = await key({ secrets: undefined });
    expect(await programOf(system, text, made)).toBeUndefined();
  });

  it('opens also where its use cannot be noted', async () => {
    const lines: string[] = [];
    vi.spyOn(output, 'write').mockImplementation((line) => void lines.push(String(line)));
    const { text, id } = await key();
    const commit: SystemTable['commit'] = async (writes) => {
      // It was replaced in between.
      await system.commit([{ update: keyOf(text), set: { v: 2 }, expect: 'exists' }]);
      return system.commit(writes);
    };
    const late = Object.assign(Object.create(system) as SystemTable, { commit });
    expect((await programOf(late, text, made))?.context.id).toBe(id);
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({
        level: 'warn',
        message: 'the last use of a key was not noted',
        error: 'Stale',
      }),
    ]);
  });
});

function keyOf(text: string) {
  const { tenantId = '', keyId = '' } = parseKey(text) ?? {};
  return keys.apiKey(tenantId, keyId);
}
