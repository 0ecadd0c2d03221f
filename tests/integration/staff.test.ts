import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import type { Role } from '../../shared/access.ts';
import { newId } from '../../shared/ids.ts';
import { lists } from '../../shared/keys.ts';
import { SystemTable } from '../../shared/system.ts';
import { call, functionEnvironment, keyOf, staffOf, type Who } from './call.ts';
import { client, cursors } from './dynamodb.ts';

const { tableName } = await functionEnvironment();
const { handler } = await import('../../functions/staff/handler.ts');
const system = new SystemTable({ client, tableName, cursors });

const owner = (tenantId = newId('tenant')) => staffOf(tenantId, ['owner']);
const person = (email: string, roles: Role[] = ['desk']) => ({ name: '王芳', email, roles });
const post = (who: Who, body: unknown, headers = {}) =>
  call(handler as never, who, 'POST /v1/staff', { body, headers });
const get = (who: Who, id: string) => call(handler as never, who, 'GET /v1/staff/{id}', { params: { id } });
const patch = (who: Who, id: string, body: unknown, headers = {}) =>
  call(handler as never, who, 'PATCH /v1/staff/{id}', { params: { id }, body, headers });
const leave = (who: Who, id: string) =>
  call(handler as never, who, 'DELETE /v1/staff/{id}', { params: { id } });

describe('a person of the office', () => {
  it('signs in with an address that the login index knows, in lower case', async () => {
    const who = owner();
    const answer = await post(who, person('Wang.Fang@Example.com'));
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ email: 'wang.fang@example.com', active: true, properties: [] });
    const [found] = await system.lookup(lists.login('WANG.FANG@example.com'));
    expect(found?.list).toMatchObject({ id: answer.body.id, roles: ['desk'] });
    expect(found?.pk).toBe(`${who.tenantId}#staff`);
    expect((await get(who, answer.body.id)).body).toEqual(answer.body);
  });

  it('has an address of their own within the office, not beyond it', async () => {
    const who = owner();
    await post(who, person('same@example.com'));
    const second = await post(who, person('SAME@example.com'));
    expect([second.status, second.body.type]).toEqual([409, expect.stringMatching(/conflict$/)]);
    expect((await post(owner(), person('same@example.com'))).status).toBe(201);
  });

  it('gets a login at the user pool with their address, and with the next one', async () => {
    const asked: string[] = [];
    const pool = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      asked.push(JSON.parse(text).Username);
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end('{"User":{}}');
    });
    await new Promise<void>((listening) => pool.listen(0, '127.0.0.1', listening));
    vi.stubEnv('USER_POOL_ID', 'local_pool');
    const { port } = pool.address() as AddressInfo;
    vi.stubEnv('AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER', `http://127.0.0.1:${port}`);
    const who = owner();
    const { body } = await post(who, person('first@example.com'));
    expect((await patch(who, body.id, { name: '王方' })).status).toBe(200);
    expect((await patch(who, body.id, { email: 'next@example.com' })).status).toBe(200);
    expect(asked).toEqual(['first@example.com', 'next@example.com']);
    vi.unstubAllEnvs();
    pool.close();
  });

  it('changes address: the new one is taken, the old one is free', async () => {
    const who = owner();
    const { body } = await post(who, person('old@example.com'));
    expect((await patch(who, body.id, { email: 'new@example.com' })).status).toBe(200);
    expect((await post(who, person('new@example.com'))).status).toBe(409);
    expect((await post(who, person('old@example.com'))).status).toBe(201);
  });

  it('leaves and can sign in no more, and can come back', async () => {
    const who = owner();
    const { body } = await post(who, person('gone@example.com'));
    expect((await leave(who, body.id)).status).toBe(204);
    expect(await system.lookup(lists.login('gone@example.com'))).toEqual([]);
    expect((await get(who, body.id)).body.active).toBe(false);
    expect((await patch(who, body.id, { active: true })).status).toBe(200);
    expect(await system.lookup(lists.login('gone@example.com'))).toHaveLength(1);
  });

  it('loses the phone number with null and keeps it otherwise', async () => {
    const who = owner();
    const { body } = await post(who, { ...person('p@example.com'), phone: '13800000000' });
    expect((await patch(who, body.id, { name: '王' })).body.phone).toBe('13800000000');
    expect((await patch(who, body.id, { phone: null })).body.phone).toBeUndefined();
    expect((await get(who, body.id)).body.phone).toBeUndefined();
  });

  it('serves properties that exist only, and each bad one is named', async () => {
    const none = newId('property');
    const answer = await post(owner(), { ...person('x@example.com'), properties: [none] });
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].path).toBe('/body/properties/0');
  });

  it('is not given a role or a role twice that the table of roles has not', async () => {
    for (const roles of [[], ['king'], ['desk', 'desk']]) {
      expect((await post(owner(), { ...person('x@example.com'), roles })).status).toBe(400);
    }
  });

  it('is changed only from the version the caller read', async () => {
    const who = owner();
    const { body } = await post(who, person('v@example.com'));
    expect((await patch(who, body.id, { name: 'A' }, { 'if-match': '"1"' })).status).toBe(200);
    expect((await patch(who, body.id, { name: 'B' }, { 'if-match': '"1"' })).status).toBe(412);
  });

  it('has a history without name, address or number in it', async () => {
    const who = owner();
    const { body } = await post(who, { ...person('secret@example.com'), phone: '13812345678' });
    await patch(who, body.id, { phone: '13987654321' });
    const events = await system.all({ pk: `${who.tenantId}#${body.id}` });
    expect(events.map((event) => event.rest?.type)).toEqual(['staff.created', 'staff.changed']);
    expect(JSON.stringify(events)).not.toMatch(/secret@example|13812345678|13987654321|王芳/);
  });
});

describe('owners', () => {
  async function withOwners(count: number): Promise<{ who: Who; ids: string[] }> {
    const who = owner();
    const ids: string[] = [];
    for (let i = 0; i < count; i++) {
      ids.push((await post(who, person(`owner${i}@example.com`, ['owner']))).body.id);
    }
    return { who, ids };
  }

  it('always leave one: the last can neither leave nor be demoted', async () => {
    const { who, ids } = await withOwners(2);
    const [first = '', second = ''] = ids;
    expect((await patch(who, first, { roles: ['desk'] })).status).toBe(200);
    expect((await leave(who, second)).status).toBe(409);
    expect((await patch(who, second, { roles: ['manager'] })).status).toBe(409);
    expect((await patch(who, second, { active: false })).status).toBe(409);
    expect((await patch(who, second, { name: '还在' })).status).toBe(200);
  });

  it('who demote each other at the same moment leave one', async () => {
    const { who, ids } = await withOwners(2);
    const answers = await Promise.all(ids.map((id) => patch(who, id, { roles: ['desk'] })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it('are made and changed by owners, not by managers', async () => {
    const { who, ids } = await withOwners(1);
    const manager = staffOf(who.tenantId ?? '', ['manager']);
    expect((await post(manager, person('m@example.com', ['owner']))).status).toBe(403);
    expect((await patch(manager, ids[0] ?? '', { email: 'mine@example.com' })).status).toBe(403);
    expect((await leave(manager, ids[0] ?? '')).status).toBe(403);
    expect((await post(manager, person('d@example.com', ['desk']))).status).toBe(201);
  });
});

describe('GET /v1/staff/me', () => {
  it('says who one is, where, and what one may do', async () => {
    const who = owner();
    const { body } = await post(who, person('me@example.com'));
    const office = system.office(who.tenantId ?? '');
    await office.commit([
      {
        put: {
          pk: `${who.tenantId}#office`,
          sk: 'office',
          et: 'office',
          v: 1,
          list: { name: '物业', zone: 'Asia/Shanghai', language: 'zh', status: 'active' },
        },
        expect: 'new',
      },
    ]);
    const me = await call(
      handler as never,
      staffOf(who.tenantId ?? '', ['desk'], body.id),
      'GET /v1/staff/me',
    );
    expect(me.status).toBe(200);
    expect(me.body.staff).toEqual(body);
    expect(me.body.office).toMatchObject({ id: who.tenantId, name: '物业', status: 'active' });
    expect(me.body.scopes).toContain('tickets:write');
    expect(me.body.scopes).not.toContain('staff:write');
  });
});

describe('access to staff', () => {
  it('is refused to API keys, to those without the scope, and changes nothing in a suspended office', async () => {
    const who = owner();
    const { body } = await post(who, person('a@example.com'));
    const t = who.tenantId ?? '';
    expect((await get(keyOf(t), body.id)).status).toBe(403);
    expect((await post(staffOf(t, ['desk']), person('b@example.com'))).status).toBe(403);
    expect((await patch({ ...who, suspended: true }, body.id, { name: 'x' })).status).toBe(403);
    expect((await get({ ...who, suspended: true }, body.id)).status).toBe(200);
    expect((await call(handler as never, undefined, 'GET /v1/staff')).status).toBe(401);
  });

  it('answers the same 404 for another office\u2019s person as for none', async () => {
    const { body } = await post(owner(), person('a@example.com'));
    const stranger = owner();
    for (const ask of [get, leave, (who: Who, id: string) => patch(who, id, { name: 'x' })]) {
      const other = await ask(stranger, body.id);
      const none = await ask(stranger, newId('staff'));
      expect(other.status).toBe(404);
      expect({ ...other.body, requestId: '' }).toEqual({ ...none.body, requestId: '' });
    }
  });
});
