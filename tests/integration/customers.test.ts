import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { hashOf } from '../../shared/history.ts';
import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { SystemTable } from '../../shared/system.ts';
import { call, functionEnvironment, keyOf, staffOf, type Who } from './call.ts';
import { client, cursors } from './dynamodb.ts';

const { tableName } = await functionEnvironment();
const { handler } = await import('../../functions/offices/handler.ts');
const { masked } = await import('../../shared/customers.ts');
const system = new SystemTable({ client, tableName, cursors });

const manager = (tenantId = newId('tenant')) => staffOf(tenantId, ['manager']);
async function unitOf(who: Who, number = '101'): Promise<{ id: string; propertyId: string }> {
  const { body: property } = await call(handler as never, who, 'POST /v1/properties', {
    body: { name: 'P' },
  });
  const body = { propertyId: property.id, building: 'A', number };
  return (await call(handler as never, who, 'POST /v1/units', { body })).body;
}
const post = (who: Who, body: unknown, headers = {}) =>
  call(handler as never, who, 'POST /v1/customers', { body, headers });
const look = (who: Who, id: string, purpose?: string) =>
  call(handler as never, who, 'GET /v1/customers/{id}', {
    params: { id },
    ...(purpose && { query: { purpose } }),
  });
const patch = (who: Who, id: string, body: unknown, headers = {}) =>
  call(handler as never, who, 'PATCH /v1/customers/{id}', { params: { id }, body, headers });
const list = (who: Who, query: Record<string, string> = {}) =>
  call(handler as never, who, 'GET /v1/customers', { query });
const events = (who: Who, id: string, query = {}) =>
  call(handler as never, who, 'GET /v1/customers/{id}/events', { params: { id }, query });
const check = (who: Who, id: string, result = 'confirmed', headers = {}) =>
  call(handler as never, who, 'POST /v1/customers/{id}/disclosures', {
    params: { id },
    headers,
    body: { caller: { name: '张伟' }, asked: ['房号'], evidence: '与档案一致', result },
  });

const person = (unitId: string, name = '张伟') => ({
  unitId,
  name,
  kind: 'owner',
  phones: ['13812345678', '010-6552-1234'],
  emails: ['zhang@example.com'],
  emergencyContact: { name: '张敏', phone: '13900000000' },
  signatories: [{ name: '李律师', validUntil: '2027-01-01' }],
});

afterEach(() => {
  vi.useRealTimers();
});

describe('a customer\u2019s file', () => {
  let who: Who;
  let unit: { id: string; propertyId: string };
  let id: string;
  beforeAll(async () => {
    who = manager();
    unit = await unitOf(who);
    const answer = await post(who, person(unit.id));
    expect(answer.status).toBe(201);
    // The answer is the line, not the file.
    expect(answer.body).toEqual({
      id: answer.body.id,
      unitId: unit.id,
      propertyId: unit.propertyId,
      name: '张伟',
      kind: 'owner',
      maskedPhone: '138****5678',
      archived: false,
      version: 1,
    });
    id = answer.body.id;
  });

  it('is shown to who says why, and the look is on record before it is shown (CUST-1)', async () => {
    const clerk = staffOf(who.tenantId ?? '', ['desk']);
    expect((await look(clerk, id)).status).toBe(400);
    expect((await look(clerk, id, 'curiosity')).status).toBe(400);
    const shown = await look(clerk, id, 'counter');
    expect(shown.status).toBe(200);
    expect(shown.body).toMatchObject({ phones: ['13812345678', '010-6552-1234'], version: 1 });
    const { body } = await events(who, id);
    expect(body.items[0]).toMatchObject({
      type: 'customer.viewed',
      actor: `staff:${clerk.id}`,
      data: { purpose: 'counter' },
      object: id,
    });
    expect(body.items.at(-1).type).toBe('customer.created');
  });

  it('is looked at by many at once, each look on record in one chain', async () => {
    const { body: made } = await post(who, person(unit.id, '同时'));
    const answers = await Promise.all(Array.from({ length: 6 }, () => look(who, made.id, 'service')));
    const shown = answers.filter(({ status }) => status === 200).length;
    expect(shown).toBeGreaterThan(0);
    expect(answers.filter(({ status }) => ![200, 409].includes(status))).toEqual([]);
    const chain = (await events(who, made.id)).body.items.reverse();
    expect(chain.filter((event: { type: string }) => event.type === 'customer.viewed')).toHaveLength(shown);
    for (const [i, { hash, ...event }] of chain.entries()) {
      expect(hash).toBe(hashOf(event));
      expect(event.prev).toBe(i === 0 ? '' : chain[i - 1].hash);
    }
  });

  it('is not shown when the look cannot be recorded', async () => {
    const { body: made } = await post(who, person(unit.id, '堵住'));
    const t = who.tenantId ?? '';
    // Somebody else's event stands where the look would be written, and stays there.
    await system.commit([
      { put: { pk: `${t}#${made.id}`, sk: 'evt#000002', et: 'event', v: 1 }, expect: 'new' },
    ]);
    const answer = await look(who, made.id, 'counter');
    expect(answer.status).toBe(409);
    expect(JSON.stringify(answer.body)).not.toContain('13812345678');
  });

  it('keeps contacts out of its history, which integrators may read', async () => {
    await patch(who, id, { phones: ['13700000000'], note: '改号' });
    const text = JSON.stringify((await events(who, id)).body.items);
    expect(text).toContain('customer.changed');
    expect(text).not.toMatch(/13812345678|13700000000|张伟|张敏|李律师|zhang@|改号/);
  });

  it('changes without being shown, from the version read', async () => {
    const { body: made } = await post(who, person(unit.id, '变更'));
    const answer = await patch(who, made.id, { emergencyContact: null, phones: [] }, { 'if-match': '"1"' });
    expect(answer.status).toBe(200);
    expect(answer.body.phones).toBeUndefined();
    expect(answer.body.maskedPhone).toBeUndefined();
    expect((await patch(who, made.id, { name: 'x' }, { 'if-match': '"1"' })).status).toBe(412);
    const { body: file } = await look(who, made.id, 'other');
    expect(file.emergencyContact).toBeUndefined();
    expect(file.phones).toEqual([]);
  });

  it('takes as specimen of a signature what was uploaded to a ticket of the office, and nothing else', async () => {
    const put = async (t: string, list: Record<string, unknown>) => {
      const [ticket, attachment] = [newId('ticket'), newId('attachment')];
      const key = keys.attachment(t, ticket, attachment);
      await system
        .office(t)
        .commit([
          { put: { ...key, et: 'attachment', v: 1, list: { id: attachment, ...list } }, expect: 'new' },
        ]);
      return { specimenTicketId: ticket, specimenAttachmentId: attachment };
    };
    const t = who.tenantId ?? '';
    const kept = await put(t, { kept: true });
    const wrong: [Record<string, string>, string, string][] = [
      [await put(t, {}), 'specimenAttachmentId', 'unknown'],
      [await put(t, { kept: true, erased: true }), 'specimenAttachmentId', 'unknown'],
      [await put(newId('tenant'), { kept: true }), 'specimenAttachmentId', 'unknown'],
      [{ ...kept, specimenAttachmentId: newId('attachment') }, 'specimenAttachmentId', 'unknown'],
      [{ specimenAttachmentId: kept.specimenAttachmentId }, 'specimenTicketId', 'required'],
      [{ specimenTicketId: kept.specimenTicketId }, 'specimenAttachmentId', 'required'],
    ];
    const { body: made } = await post(who, person(unit.id, '许可'));
    for (const [specimen, field, code] of wrong) {
      const signatories = [
        { name: '甲', ...kept },
        { name: '乙', ...specimen },
      ];
      const created = await post(who, { ...person(unit.id), signatories });
      const changed = await patch(who, made.id, { signatories });
      for (const { status, body } of [created, changed]) {
        const [error] = body.errors ?? [];
        expect([status, error?.path, error?.code]).toEqual([400, `/body/signatories/1/${field}`, code]);
      }
    }
    const signatories = [{ name: '甲', ...kept }, { name: '丙' }];
    expect((await post(who, { ...person(unit.id), signatories })).status).toBe(201);
    expect((await patch(who, made.id, { signatories })).status).toBe(200);
    expect((await look(who, made.id, 'counter')).body.signatories).toEqual(signatories);
  });

  it('moves with its customer to another unit, and its property follows', async () => {
    const { body: made } = await post(who, person(unit.id, '搬家'));
    const other = await unitOf(who, '202');
    const moved = await patch(who, made.id, { unitId: other.id });
    expect(moved.body).toMatchObject({ unitId: other.id, propertyId: other.propertyId });
    expect((await list(who, { unitId: other.id })).body.items).toHaveLength(1);
    expect((await patch(who, made.id, { unitId: newId('unit') })).status).toBe(400);
  });
});

describe('an identity check (TICKET-13)', () => {
  const start = Date.parse('2026-03-02T02:00:00Z');
  async function customer(): Promise<{ who: Who; id: string }> {
    vi.useFakeTimers({ toFake: ['Date'], now: start });
    const who = manager();
    const { id } = await unitOf(who);
    return { who, id: (await post(who, person(id))).body.id };
  }

  it('comes before data is told on the phone', async () => {
    const { who, id } = await customer();
    const refused = await look(who, id, 'phone');
    expect([refused.status, refused.body.openSteps]).toEqual([409, ['disclosures']]);
    expect(JSON.stringify(refused.body)).not.toContain('13812345678');
    const made = await check(who, id);
    expect([made.status, made.body.validUntil]).toEqual([201, '2026-03-02T02:15:00.000Z']);
    expect((await look(who, id, 'phone')).status).toBe(200);
    expect((await look(who, id, 'counter')).status).toBe(200);
  });

  it('holds a quarter of an hour', async () => {
    const { who, id } = await customer();
    await check(who, id);
    vi.setSystemTime(start + 15 * 60_000);
    expect((await look(who, id, 'phone')).status).toBe(200);
    vi.setSystemTime(start + 15 * 60_000 + 1);
    expect((await look(who, id, 'phone')).status).toBe(409);
  });

  it('is the caller\u2019s own: a colleague\u2019s does not count', async () => {
    const { who, id } = await customer();
    await check(manager(who.tenantId), id);
    expect((await look(who, id, 'phone')).status).toBe(409);
  });

  it('is for one customer, and ends with the next check that fails', async () => {
    const { who, id } = await customer();
    const unit = await unitOf(who, '303');
    const { body: other } = await post(who, person(unit.id));
    await check(who, id);
    expect((await look(who, other.id, 'phone')).status).toBe(409);
    expect((await check(who, id, 'refused')).body.validUntil).toBeUndefined();
    expect((await look(who, id, 'phone')).status).toBe(409);
  });

  it('is on record with what was asked, for managers; the history says only that it was', async () => {
    const { who, id } = await customer();
    const { body: made } = await check(who, id, 'refused');
    const listed = await call(handler as never, who, 'GET /v1/customers/{id}/disclosures', {
      params: { id },
    });
    expect(listed.body.items).toEqual([made]);
    const [event] = (await events(who, id)).body.items;
    expect(event).toMatchObject({ type: 'customer.identityChecked', data: { result: 'refused' } });
    expect(JSON.stringify(event)).not.toContain('张伟');
    for (const route of ['events', 'disclosures']) {
      const desk = staffOf(who.tenantId ?? '', ['desk']);
      const answer = await call(handler as never, desk, `GET /v1/customers/{id}/${route}`, {
        params: { id },
      });
      expect(answer.status).toBe(403);
    }
  });

  it('is recorded once by a repeated request', async () => {
    const { who, id } = await customer();
    const headers = { 'Idempotency-Key': 'c1' };
    const first = await check(who, id, 'confirmed', headers);
    const second = await check(who, id, 'confirmed', headers);
    expect(second.body).toEqual(first.body);
    const count = (await events(who, id)).body.items.filter(
      (event: { type: string }) => event.type === 'customer.identityChecked',
    );
    expect(count).toHaveLength(1);
  });
});

describe('a list of customers', () => {
  it('goes by name, has no numbers in it, and finds names by their beginning', async () => {
    const who = manager();
    const unit = await unitOf(who);
    for (const name of ['李四', '张三', '张三丰']) await post(who, person(unit.id, name));
    const all = await list(who);
    expect(all.body.items.map(({ name }: { name: string }) => name)).toEqual(['张三', '张三丰', '李四']);
    expect(JSON.stringify(all.body)).not.toMatch(/13812345678|zhang@/);
    const some = await list(who, { name: '张' });
    expect(some.body.items).toHaveLength(2);
    expect((await list(manager())).body.items).toEqual([]);
  });

  it('of a unit forgets who moved away; the office\u2019s does not', async () => {
    const who = manager();
    const unit = await unitOf(who);
    const { body } = await post(who, person(unit.id));
    await patch(who, body.id, { archived: true });
    expect((await list(who, { unitId: unit.id })).body.items).toEqual([]);
    expect((await list(who)).body.items).toMatchObject([{ id: body.id, archived: true }]);
  });

  it('shows enough of a number to tell it by, too little to call', () => {
    expect(masked('6552 1234')).toBe('****1234');
    expect(masked('12345')).toBe('****45');
    expect(masked('+852 9123 4567')).toBe('+852****4567');
    expect(masked('00852-9123-4567')).toBe('+852****4567');
    expect(masked('400-820-8820')).toBe('400****8820');
    expect(masked('+86 400 820 8820')).toBe('400****8820');
    expect(masked(undefined)).toBeUndefined();
  });

  it.each([
    '13812345678',
    '138 1234 5678',
    '+8613812345678',
    '+86 138-1234-5678',
    '86 138 1234 5678',
    '0086-138-1234-5678',
  ])('shows a mobile number as people know it, however it was typed: %s', (typed) => {
    expect(masked(typed)).toBe('138****5678');
  });

  it.each([
    ['010-88886666', '010****6666'],
    ['(010) 8888 6666', '010****6666'],
    ['+86 10 8888 6666', '010****6666'],
    ['+86 (0)10 8888 6666', '010****6666'],
    ['0755 8888 6666', '0755****6666'],
    ['+86 755 8888 6666', '0755****6666'],
  ])('shows a landline with its whole area code: %s', (typed, shown) => {
    expect(masked(typed)).toBe(shown);
  });
});

describe('access to customers', () => {
  it('is by scope, stops at a suspension, and is a 404 beyond the office', async () => {
    const who = manager();
    const t = who.tenantId ?? '';
    const unit = await unitOf(who);
    const { body } = await post(who, person(unit.id));
    expect((await look(staffOf(t, ['engineer']), body.id, 'service')).status).toBe(403);
    expect((await look(staffOf(t, ['finance']), body.id, 'other')).status).toBe(200);
    expect((await patch(staffOf(t, ['finance']), body.id, {})).status).toBe(403);
    expect((await look(keyOf(t), body.id, 'service')).status).toBe(200);
    expect((await events(keyOf(t), body.id)).status).toBe(403);
    const suspended = { ...who, suspended: true };
    expect((await post(suspended, person(unit.id))).status).toBe(403);
    expect((await check(suspended, body.id)).status).toBe(403);
    expect((await look(suspended, body.id, 'counter')).status).toBe(200);
    expect((await call(handler as never, undefined, 'GET /v1/customers')).status).toBe(401);
    expect((await post(manager(), person(unit.id))).status).toBe(400);
    const asks: ((one: Who, id: string) => ReturnType<typeof look>)[] = [
      (one, id) => look(one, id, 'counter'),
      (one, id) => look(one, id, 'phone'),
      (one, id) => patch(one, id, { name: 'x' }),
      (one, id) => check(one, id),
      (one, id) => events(one, id),
      (one, id) => call(handler as never, one, 'GET /v1/customers/{id}/disclosures', { params: { id } }),
    ];
    const before = (await events(who, body.id)).body.items.length;
    for (const ask of asks) {
      const other = await ask(manager(), body.id);
      const none = await ask(who, newId('customer'));
      expect(other.status).toBe(404);
      expect({ ...other.body, requestId: '' }).toEqual({ ...none.body, requestId: '' });
    }
    // A stranger's look leaves nothing behind either.
    expect((await events(who, body.id)).body.items).toHaveLength(before);
  });
});
