import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { keys } from '../../shared/keys.ts';
import { SystemTable } from '../../shared/system.ts';
import type { Item, Key, Write } from '../../shared/table.ts';
import { call, functionEnvironment, staffOf, type Who } from './call.ts';
import { client, cursors, officeTable } from './dynamodb.ts';

const { tableName, close } = await functionEnvironment();
const { handler: audit } = await import('../../functions/audit/handler.ts');
const { checkObject } = await import('../../functions/audit/check.ts');
const { handler: offices } = await import('../../functions/offices/handler.ts');
const { handler: tenants } = await import('../../functions/tenants/handler.ts');
const { handler: tickets } = await import('../../functions/tickets/handler.ts');
const { handler: policy } = await import('../../functions/policy/handler.ts');

afterAll(close);

let t: string;
let owner: Who;
let propertyId: string;
let ticketId: string;
let count = 0;

/** An office with some life in it. */
async function makeOffice() {
  const made = await call(tenants as never, { kind: 'operator', id: 'op' }, 'POST /operator/v1/tenants', {
    body: {
      slug: `audit-${++count}`,
      name: '锦绣物业',
      owner: { name: '李总', email: `audit${count}@example.com` },
    },
  });
  t = made.body.id;
  owner = staffOf(t, ['owner']);
  const property = await call(offices as never, owner, 'POST /v1/properties', { body: { name: '锦绣花园' } });
  propertyId = property.body.id;
  await call(offices as never, owner, 'PATCH /v1/properties/{id}', {
    params: { id: propertyId },
    body: { name: '新园' },
  });
  const ticket = await call(tickets as never, owner, 'POST /v1/tickets', {
    body: { kind: 'complaint', grade: 'major', channel: 'phone', propertyId, title: '漏水' },
  });
  ticketId = ticket.body.id;
  for (const note of ['一', '二', '三'])
    await call(tickets as never, owner, 'POST /v1/tickets/{id}/progress', {
      params: { id: ticketId },
      body: { note },
    });
}

const verify = (query: Record<string, string> = {}, who = owner) =>
  call(audit as never, who, 'GET /v1/audit/verify', { query });

/** Every page of the whole office. */
async function all() {
  const sum = {
    histories: 0,
    events: 0,
    faults: [] as { objectId: string; seq: number; kind: string }[],
    pages: 0,
  };
  let cursor: string | undefined;
  do {
    const { status, body } = await verify(cursor === undefined ? {} : { cursor });
    expect(status).toBe(200);
    sum.histories += body.histories;
    sum.events += body.events;
    sum.faults.push(...body.faults);
    sum.pages++;
    expect(body.whole).toBe(body.faults.length === 0);
    cursor = body.next;
  } while (cursor !== undefined);
  return sum;
}

const read = async (Key: Key) =>
  (await client.send(new GetCommand({ TableName: tableName, Key, ConsistentRead: true }))).Item as Item;
const put = (Item: Item) => client.send(new PutCommand({ TableName: tableName, Item }));
const remove = ({ pk, sk }: Key) => client.send(new DeleteCommand({ TableName: tableName, Key: { pk, sk } }));

describe('an office whose record is whole', () => {
  beforeAll(makeOffice);

  it('is found to be so, as a whole and object by object', async () => {
    const { faults, events, histories } = await all();
    expect(faults).toEqual([]);
    expect(events).toBeGreaterThan(6);
    expect(histories).toBeGreaterThanOrEqual(4);
    for (const objectId of [ticketId, propertyId, t]) {
      const { status, body } = await verify({ objectId });
      expect([status, body.whole, body.faults]).toEqual([200, true, []]);
      expect(body.events).toBeGreaterThan(0);
    }
  });

  it('stays so while it is being changed', async () => {
    const body = { note: '还在修' };
    const notes = Array.from({ length: 15 }, () =>
      call(tickets as never, owner, 'POST /v1/tickets/{id}/progress', { params: { id: ticketId }, body }),
    );
    const looks = await Promise.all(Array.from({ length: 8 }, () => verify({ objectId: ticketId })));
    await Promise.all(notes);
    expect(looks.flatMap((look) => look.body.faults)).toEqual([]);
  });

  it('stays so when something is written between any two reads of it', async () => {
    const table = officeTable(tableName, t);
    const note = () =>
      call(tickets as never, owner, 'POST /v1/tickets/{id}/progress', {
        params: { id: ticketId },
        body: { note: '还在修' },
      });
    const busy = new Proxy(table, {
      get(target, name) {
        const member = Reflect.get(target, name, target);
        if (name !== 'all' && name !== 'load') return member;
        return async (...given: unknown[]) => {
          await note();
          return (member as (...args: unknown[]) => unknown).apply(target, given);
        };
      },
    });
    expect((await checkObject(busy, ticketId)).faults).toEqual([]);
  });

  it.each([
    ['a desk', ['desk'], 403],
    ['a supervisor', ['supervisor'], 403],
    ['a manager', ['manager'], 200],
  ] as const)('is looked at by %s or not', async (_, roles, status) => {
    expect((await verify({}, staffOf(t, [...roles]))).status).toBe(status);
  });

  it('knows no object of another office, and none that is not there', async () => {
    const other = staffOf('ten_01JABCDEFGHJKMNPQRSTVWXYZ0', ['owner']);
    const foreign = await verify({ objectId: ticketId }, other);
    const nowhere = await verify({ objectId: 'tkt_01JABCDEFGHJKMNPQRSTVWXYZ0' });
    const same = ({ requestId: _, ...body }: Record<string, unknown>) => body;
    expect([foreign.status, same(foreign.body)]).toEqual([404, same(nowhere.body)]);
  });

  it('takes no cursor that is not its own', async () => {
    expect((await verify({ cursor: 'abc.def' })).status).toBe(400);
    expect((await verify({ objectId: 'x' })).status).toBe(400);
  });
});

describe('one change of the record is found, in the office and in the object', () => {
  beforeEach(makeOffice);

  const finds = async (objectId: string, seq: number, kind: string) => {
    const fault = { objectId, seq, kind };
    expect((await all()).faults).toContainEqual(fault);
    const { body } = await verify({ objectId: objectId.startsWith('obl') ? ticketId : objectId });
    expect(body.faults).toContainEqual(fault);
    expect(body.whole).toBe(false);
  };

  it('an event that says something else', async () => {
    const event = await read(keys.event(t, ticketId, 2));
    await put({ ...event, rest: { ...event.rest, actor: 'staff:somebody' } });
    await finds(ticketId, 2, 'edited');
  });

  it('an event taken out of the middle', async () => {
    await remove(keys.event(t, ticketId, 2));
    await finds(ticketId, 3, 'missing');
  });

  it('the last event taken away', async () => {
    await remove(keys.event(t, ticketId, 4));
    await finds(ticketId, 4, 'cut');
  });

  it('the whole history of a property taken away, event by event', async () => {
    await remove(keys.event(t, propertyId, 1));
    await remove(keys.event(t, propertyId, 2));
    await finds(propertyId, 1, 'cut');
  });

  it('two events that changed places', async () => {
    const [a, b] = await Promise.all([2, 3].map((n) => read(keys.event(t, ticketId, n))));
    if (!a || !b) throw new Error('there are no such events');
    await put({ ...a, rest: b.rest ?? {} });
    await put({ ...b, rest: a.rest ?? {} });
    await finds(ticketId, 2, 'moved');
  });

  it('an event that nobody wrote', async () => {
    const last = await read(keys.event(t, ticketId, 4));
    await put({ ...last, ...keys.event(t, ticketId, 5) });
    await finds(ticketId, 5, 'unknown');
  });

  it('the policy\u2019s history', async () => {
    const saved = await call(policy as never, owner, 'GET /v1/policy', {});
    expect(saved.status).toBe(200);
    const office = officeTable(tableName, t);
    const { append, noHistory } = await import('../../shared/history.ts');
    const step = append(
      noHistory,
      { type: 'policy.changed', object: 'policy', data: {} },
      { actor: { kind: 'system', id: 'test' }, tenantId: t, requestId: 'r', now: 1 },
    );
    await office.commit([
      { put: { ...keys.policyCurrent(t), et: 'policy', v: 1, rest: { head: step.head } }, expect: 'any' },
      step.write,
    ]);
    expect((await verify({ objectId: 'policy' })).body).toMatchObject({ whole: true, events: 1 });
    await remove(keys.event(t, 'policy', 1));
    await finds('policy', 1, 'cut');
  });
});

describe('the table takes events once', () => {
  const event = { ...keys.event('ten_1', 'x', 1), et: 'event', v: 1, rest: {} };
  const obligationEvent = { ...keys.obligationEvent('ten_1', 'x', 'obl_1', 1), et: 'event', v: 1, rest: {} };

  it.each<[string, Write]>([
    ['a change', { update: event, set: { v: 2 }, expect: 'exists' }],
    ['a removal', { remove: event, expect: 'any' }],
    ['a replacement', { put: event, expect: 'any' }],
    ['a replacement of a version', { put: event, expect: { version: 1 } }],
    ['a replacement of what exists', { put: event, expect: 'exists' }],
    ['a replacement of what has ended', { put: event, expect: { newOrExpiredBy: 1 } }],
    ['a change of an obligation\u2019s event', { update: obligationEvent, set: { v: 2 }, expect: 'any' }],
    ['a removal of an obligation\u2019s event', { remove: obligationEvent, expect: 'any' }],
  ])('refuses %s, to offices and to the system', async (_, write) => {
    await expect(officeTable(tableName, 'ten_1').commit([write])).rejects.toThrow('events are added');
    const system = new SystemTable({ client, tableName, cursors });
    await expect(system.commit([write])).rejects.toThrow('events are added');
    await expect(system.office('ten_1').commit([write])).rejects.toThrow('events are added');
  });

  it('takes a new one, and not a second of the same number', async () => {
    const office = officeTable(tableName, 'ten_1');
    await office.commit([{ put: event, expect: 'new' }]);
    await expect(office.commit([{ put: event, expect: 'new' }])).rejects.toThrow();
  });
});
