import { beforeAll, describe, expect, it, vi } from 'vitest';
import { eventOf } from '../../shared/history.ts';
import { newId } from '../../shared/ids.ts';
import { keys, lists } from '../../shared/keys.ts';
import { call, functionEnvironment } from './call.ts';
import { propertyId, unitIdOf } from './fees.ts';
import { audit, makeTill, owner, type Till } from './payments.ts';

const { tableName } = await functionEnvironment();
const { handler } = await import('../../functions/payments/handler.ts');
const { handler: fees } = await import('../../functions/fees/handler.ts');

let till: Till;
beforeAll(async () => {
  till = await makeTill(tableName, handler);
});

const take = (body: Record<string, unknown> = {}) =>
  till.post('/v1/deposits', {
    unitId: unitIdOf(1),
    payerId: owner(1),
    kind: 'renovation',
    amount: '2000.00',
    method: 'bank',
    ...body,
  });
const step = (id: string, name: string, body: unknown, headers = {}) =>
  till.post(`/v1/deposits/{id}/${name}`, body, { params: { id }, headers });
const get = async (id: string) => (await till.get('/v1/deposits/{id}', { id })).body;

describe('a deposit (FEE-7)', () => {
  it('is held with a receipt and pays no bill', async () => {
    const bill = await till.bill(1, 1000, '2026-10-10');
    const { status, body } = await take();
    expect([status, body.state, body.held, body.receipt.slice(5)]).toEqual([
      201,
      'held',
      '2000.00',
      '000001',
    ]);
    expect((await till.billItem(bill)).open).toBe(1000);
    expect((await take({ method: 'cash' })).body.errors[0].code).toBe('cash_forbidden');
    await audit(till);
  });

  it('is not paid back or used before acceptance, and the answer says what is open', async () => {
    const { id } = (await take()).body;
    for (const name of ['refund', 'apply'] as const) {
      const answer = await step(id, name, name === 'refund' ? { method: 'bank', reason: 'x' } : {});
      expect([answer.status, answer.body.openSteps]).toEqual([409, ['accept', 'deduct', 'reverse']]);
    }
    const accepted = await step(id, 'accept', { note: '验收合格' });
    expect(accepted.body).toMatchObject({ state: 'accepted', accepted: { note: '验收合格' } });
    expect((await step(id, 'accept', {})).body.openSteps).toEqual(['deduct', 'apply', 'refund', 'reverse']);
  });

  it('is deducted from with a reason, the rest is paid back with a notice, and never more than there is', async () => {
    const { id } = (await take({ amount: '500.00' })).body;
    expect((await step(id, 'deduct', { amount: '100.00' })).body.errors[0].path).toBe('/body/reason');
    const deducted = await step(id, 'deduct', { amount: '120.50', reason: '墙面损坏' });
    expect(deducted.body).toMatchObject({ held: '379.50', steps: [{ kind: 'deducted', amount: '120.50' }] });
    const tooMuch = await step(id, 'deduct', { amount: '379.51', reason: 'x' });
    expect([tooMuch.status, tooMuch.body.detail]).toEqual([
      422,
      'There is only 379.50 yuan of this deposit.',
    ]);
    await step(id, 'accept', {});
    const part = await step(id, 'refund', { method: 'bank', amount: '79.50', reason: '部分退还' });
    expect(part.body).toMatchObject({ held: '300.00', state: 'accepted' });
    const rest = await step(id, 'refund', { method: 'bank', payee: { name: '张伟' }, reason: '验收合格' });
    expect(rest.body).toMatchObject({ held: '0.00', state: 'closed' });
    expect((await step(id, 'refund', { method: 'bank', reason: 'x' })).body.openSteps).toEqual([]);
    const { refundId } = rest.body.steps.at(-1);
    expect((await till.get('/v1/refunds/{id}', { id: refundId })).body).toMatchObject({
      depositId: id,
      amount: '300.00',
      inWords: '叁佰元整',
      payee: { name: '张伟' },
    });
    await audit(till);
  });

  it('booked in error is reversed, never deleted, and not once anything was taken from it', async () => {
    const { id, receipt } = (await take({ amount: '80.00' })).body;
    expect((await step(id, 'reverse', {})).body.errors[0].path).toBe('/body/reason');
    const reversed = await step(id, 'reverse', { reason: '银行退票' });
    expect(reversed.body).toMatchObject({
      state: 'reversed',
      held: '0.00',
      amount: '80.00',
      receipt,
      reversed: { reason: '银行退票' },
    });
    const again = await step(id, 'reverse', { reason: 'x' });
    expect([again.status, again.body.openSteps]).toEqual([409, []]);
    const less = (await take({ amount: '80.00' })).body.id;
    await step(less, 'deduct', { amount: '0.01', reason: 'x' });
    const tried = await step(less, 'reverse', { reason: 'x' });
    expect([tried.status, tried.body.detail]).toEqual([422, expect.stringContaining('79.99 yuan')]);
    await audit(till);
  });

  it('whose refund came back is held again, and may be paid back once more with a new notice', async () => {
    const { id } = (await take({ amount: '300.00' })).body;
    await step(id, 'accept', {});
    const refundIdOf = (answer: { body: { steps: { refundId: string }[] } }) =>
      answer.body.steps.at(-1)?.refundId ?? '';
    const first = refundIdOf(await step(id, 'refund', { method: 'bank', reason: '验收合格' }));
    const back = await till.post(
      '/v1/refunds/{id}/reverse',
      { reason: '账号有误' },
      { params: { id: first } },
    );
    expect(back.body).toMatchObject({
      state: 'reversed',
      reversed: { reason: '账号有误' },
      amount: '300.00',
    });
    expect(await get(id)).toMatchObject({
      state: 'accepted',
      held: '300.00',
      steps: [{ kind: 'refunded' }, { kind: 'restored', amount: '300.00', refundId: first }],
    });
    const twice = await till.post('/v1/refunds/{id}/reverse', { reason: 'x' }, { params: { id: first } });
    expect([twice.status, twice.body.openSteps]).toEqual([409, []]);
    const second = refundIdOf(await step(id, 'refund', { method: 'bank', reason: '验收合格' }));
    const notices = await Promise.all(
      [first, second].map(async (id) => (await till.get('/v1/refunds/{id}', { id })).body.notice),
    );
    expect(notices[0] < notices[1]).toBe(true);
    await audit(till);
  });

  it('may be used after acceptance on what is open; the rest is credit', async () => {
    const bill = await till.bill(2, 3000, '2026-10-10', owner(2));
    const { id } = (await take({ unitId: unitIdOf(2), payerId: owner(2), amount: '50.00' })).body;
    await step(id, 'accept', {});
    expect((await step(id, 'apply', {})).body).toMatchObject({ state: 'closed', held: '0.00' });
    expect(await till.billItem(bill)).toEqual({ open: 0, status: 'paid', paid: { [id]: 3000 } });
    const { body } = await till.get('/v1/units/{id}/arrears', { id: unitIdOf(2) });
    expect(body).toMatchObject({ owes: false, credit: '20.00', deposits: '0.00' });
    await audit(till);
  });

  it('is listed by property and by unit, and is not there for another office', async () => {
    const list = async (query: Record<string, string>) =>
      (await till.get('/v1/deposits', {}, query)).body.items.length;
    expect(await list({ unitId: unitIdOf(2) })).toBe(1);
    expect(await list({ propertyId })).toBeGreaterThan(3);
    expect((await till.get('/v1/deposits')).status).toBe(400);
    const { id } = (await take()).body;
    const other = await makeTill(tableName, handler);
    expect((await other.get('/v1/deposits/{id}', { id })).status).toBe(404);
    expect((await get(newId('deposit'))).status).toBe(404);
  });
});

describe('what is done with a deposit (FEE-7)', () => {
  beforeAll(async () => {
    at('2026-10-01T00:00:00.000Z');
    till = await makeTill(tableName, handler);
  });
  const at = (instant: string) => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(instant) });
    return instant;
  };
  const place = { propertyId, unitId: unitIdOf(3), payerId: owner(3) };
  const taken = async (amount: string) =>
    (await take({ unitId: place.unitId, payerId: place.payerId, amount })).body;
  const historyOf = async (id: string) =>
    (await till.table.all({ pk: keys.objectPk(till.t, id), sk: { begins: keys.eventsPrefix } }))
      .map(eventOf)
      .map(({ type, object, at, actor, data }) => ({ type, object, at, actor, data }));
  const postingsOf = async (deposit: string) =>
    (await till.table.all({ index: 'g3', pk: lists.postingsOfUnit(till.t, place.unitId) }))
      .filter(({ et, list }) => et === 'posting' && JSON.stringify(list?.movements).includes(deposit))
      .map(({ list: { id, ...list } = {} }) => {
        expect(id).toMatch(/^ent_/);
        return list;
      });

  it('stands in it, in its history and in the books: who, when, how much and why', async () => {
    const by = `staff:${till.desk.id}`;
    const start = at('2026-10-01T01:00:00.000Z');
    const bill = await till.bill(3, 3000, '2026-10-10');
    const { id, receipt } = await taken('500.00');
    const accepted = at('2026-10-02T01:00:00.000Z');
    await step(id, 'accept', { note: '验收合格' });
    const deducted = at('2026-10-03T01:00:00.000Z');
    await step(id, 'deduct', { amount: '100.00', reason: '墙面损坏' });
    const applied = at('2026-10-04T01:00:00.000Z');
    await step(id, 'apply', { amount: '50.00', reason: '业主要求' });
    const refunded = at('2026-10-05T01:00:00.000Z');
    const last = await step(id, 'refund', { amount: '200.00', method: 'wechat', reason: '退还' });
    const { refundId } = last.body.steps[2];
    expect(last.body).toEqual({
      id,
      at: start,
      ...place,
      kind: 'renovation',
      method: 'bank',
      receipt,
      by,
      accepted: { at: accepted, by, note: '验收合格' },
      steps: [
        { at: deducted, by, kind: 'deducted', amount: '100.00', reason: '墙面损坏' },
        { at: applied, by, kind: 'applied', amount: '50.00', reason: '业主要求' },
        { at: refunded, by, kind: 'refunded', amount: '200.00', reason: '退还', refundId },
      ],
      amount: '500.00',
      held: '150.00',
      currency: 'CNY',
      state: 'accepted',
      version: 5,
    });
    expect(await get(id)).toEqual(last.body);
    const event = (type: string, when: string, told: object) => ({
      type: `deposit.${type}`,
      object: id,
      at: when,
      actor: by,
      data: { ...place, ...told },
    });
    expect((await historyOf(id)).slice(1)).toEqual([
      event('accepted', accepted, {}),
      event('deducted', deducted, { amount: '100.00', reason: '墙面损坏' }),
      event('applied', applied, { amount: '50.00', reason: '业主要求' }),
      event('refunded', refunded, { amount: '200.00', reason: '退还', refundId }),
    ]);
    const held = { depositId: id };
    expect(await postingsOf(id)).toEqual([
      {
        ...place,
        at: deducted,
        reason: '墙面损坏',
        movements: [{ ...held, kind: 'depositDeducted', amount: 10_000 }],
      },
      {
        ...place,
        at: applied,
        reason: '业主要求',
        movements: [
          { ...held, kind: 'depositApplied', amount: 5000, source: id },
          { kind: 'allocation', amount: 3000, billId: bill, source: id },
        ],
      },
    ]);
    const { item } = await till.table.load({ item: keys.refund(till.t, refundId) });
    expect(item?.list).toMatchObject({
      ...place,
      at: refunded,
      depositId: id,
      method: 'wechat',
      reason: '退还',
      movements: [{ ...held, kind: 'depositRefunded', amount: 20_000 }],
    });
    await audit(till);
  });

  it('stands there without a reason or a note where none was given', async () => {
    const when = at('2026-10-06T01:00:00.000Z');
    const by = `staff:${till.desk.id}`;
    const { id } = await taken('10.00');
    expect((await step(id, 'accept', {})).body.accepted).toEqual({ at: when, by });
    expect((await step(id, 'apply', {})).body.steps).toEqual([
      { at: when, by, kind: 'applied', amount: '10.00' },
    ]);
    expect((await historyOf(id)).at(-1)?.data).toEqual({ ...place, amount: '10.00' });
    const movements = [{ kind: 'depositApplied', amount: 1000, depositId: id, source: id }];
    expect(await postingsOf(id)).toEqual([{ ...place, at: when, movements }]);
  });

  it('stands there also when it is reversed', async () => {
    const when = at('2026-10-07T01:00:00.000Z');
    const by = `staff:${till.desk.id}`;
    const { id, receipt } = await taken('80.00');
    const { body } = await step(id, 'reverse', { reason: '银行退票' });
    expect([body.reversed, body.version]).toEqual([{ at: when, by, reason: '银行退票' }, 2]);
    expect((await historyOf(id)).at(-1)).toEqual({
      type: 'deposit.reversed',
      object: id,
      at: when,
      actor: by,
      data: { ...place, amount: '80.00', receipt, reason: '银行退票' },
    });
    expect(await postingsOf(id)).toEqual([
      {
        ...place,
        at: when,
        reason: '银行退票',
        movements: [{ kind: 'depositReversed', amount: 8000, depositId: id }],
      },
    ]);
  });

  it('is refused of a deposit that is not there, that changed meanwhile, or that is not so far', async () => {
    expect((await step(newId('deposit'), 'accept', {})).status).toBe(404);
    const { id } = await taken('10.00');
    expect((await step(id, 'accept', {}, { 'if-match': '"2"' })).status).toBe(412);
    const why = async (name: string, body: unknown, language: string) =>
      (await step(id, name, body, { 'accept-language': language })).body.detail;
    expect([await why('apply', {}, 'en'), await why('apply', {}, 'zh')]).toEqual([
      'Accept first what the deposit was held for (FEE-7).',
      '请先验收，再处理押金（FEE-7）。',
    ]);
    expect((await step(id, 'accept', {}, { 'if-match': '"1"' })).status).toBe(200);
    expect([await why('accept', {}, 'en'), await why('accept', {}, 'zh')]).toEqual([
      'This step is not open for the deposit (FEE-7).',
      '该押金当前不允许此步骤（FEE-7）。',
    ]);
  });

  it('is no cash paid back where the property has none (FEE-3), and is numbered by the year of its zone', async () => {
    const { id } = await taken('10.00');
    await step(id, 'accept', {});
    at('2027-12-31T20:00:00.000Z');
    const pay = () => step(id, 'refund', { amount: '4.00', method: 'cash', reason: 'x' });
    expect((await pay()).body.errors[0].code).toBe('cash_forbidden');
    const allowed = await call(fees as never, till.desk, 'PUT /v1/properties/{id}/fees', {
      params: { id: propertyId },
      body: { cash: true },
    });
    expect(allowed.status).toBe(200);
    const { refundId } = (await pay()).body.steps[0];
    expect((await till.get('/v1/refunds/{id}', { id: refundId })).body.notice).toBe('2028-000001');
  });
});
