import { beforeAll, describe, expect, it } from 'vitest';
import { accountOf, accountWrite, billWrite, lateFee, postingWrite } from '../../shared/books/index.ts';
import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { functionEnvironment, keyOf, staffOf } from './call.ts';
import { propertyId, unitIdOf } from './fees.ts';
import { audit, makeTill, owner, type Till } from './payments.ts';

const { tableName } = await functionEnvironment();
const { handler } = await import('../../functions/payments/handler.ts');

let till: Till;
beforeAll(async () => {
  till = await makeTill(tableName, handler);
});

const waive = (id: string, body: unknown, options: object = {}) =>
  till.post('/v1/bills/{id}/waive', body, { params: { id }, ...options });
const unit = unitIdOf(1);

describe('letting off part of a bill', () => {
  it('is an entry with its reason; what was paid stays paid, and the rest is open still', async () => {
    const bill = await till.bill(1, 10_000, '2026-10-10');
    await till.pay('30.00');
    const { status, body } = await waive(bill, { amount: '20.00', reason: '停电三日' });
    expect([status, body.open, body.waived, body.status, body.total]).toEqual([
      200,
      '50.00',
      '20.00',
      'open',
      '100.00',
    ]);
    const rest = await waive(bill, { reason: '经理批准' });
    expect([rest.body.open, rest.body.waived, rest.body.status]).toEqual(['0.00', '70.00', 'paid']);
    const more = await waive(bill, { reason: 'x' });
    expect([more.status, more.body.openSteps]).toEqual([409, []]);
    const statement = (await till.get('/v1/units/{id}/statement', { id: unit }, { from: '2026-01-01' })).body;
    expect(
      statement.entries
        .filter(({ kind }: { kind: string }) => kind === 'waiver')
        .map(({ amount, reason }: Record<string, string>) => [amount, reason]),
    ).toEqual([
      ['20.00', '停电三日'],
      ['50.00', '经理批准'],
    ]);
    await audit(till);
  });

  it('is refused past what is open, and for who may not decide on it', async () => {
    const bill = await till.bill(1, 1000, '2026-10-10');
    const { status, body } = await waive(bill, { amount: '10.01', reason: 'x' });
    expect([status, body.detail]).toEqual([422, expect.stringContaining('10.00 yuan')]);
    expect((await waive(bill, { amount: '1.00' })).body.errors[0].path).toBe('/body/reason');
    const desk = staffOf(till.t, ['desk', 'supervisor']);
    for (const who of [desk, keyOf(till.t)]) {
      expect((await waive(bill, { amount: '1.00', reason: 'x' }, { who })).status).toBe(403);
    }
    expect((await waive(newId('bill'), { reason: 'x' })).status).toBe(404);
  });

  it('and a payment at the same instant are both right, also where late fees make the bill more than its total', async () => {
    const bill = await till.bill(2, 1000, '2026-09-10', owner(2));
    const of = { propertyId, unitId: unitIdOf(2), payerId: owner(2) };
    const { item, account } = await till.table.load({
      item: keys.bill(till.t, bill),
      account: keys.account(till.t, of.unitId, of.payerId),
    });
    const fee = lateFee(accountOf(account, of), { id: bill, dueDay: '2026-09-10' }, 500);
    const at = new Date().toISOString();
    await till.table.commit([
      accountWrite(till.t, fee.account),
      postingWrite(till.t, { id: newId('entry'), at, ...of, movements: fee.movements }),
      ...fee.bills.map((change) => billWrite(till.t, propertyId, change, { ...(item && { stored: item }) })),
    ]);
    expect((await till.billItem(bill)).open).toBe(1500);
    await audit(till);
    const [large, paid, small] = await Promise.all([
      waive(bill, { amount: '5.00', reason: '免滞纳金' }),
      till.pay('10.00', { unitId: of.unitId, payerId: of.payerId }),
      waive(bill, { amount: '1.00', reason: 'x' }),
    ]);
    expect(paid.status).toBe(201);
    // There is room for both, or for whichever comes before too little is open (422) or nothing (409).
    const statuses = [large, small].map(({ status }) => status);
    expect(statuses.filter((status) => ![200, 409, 422].includes(status))).toEqual([]);
    expect(statuses).toContain(200);
    await audit(till);
  });
});

describe('a refund that did not happen', () => {
  it('is credit again that pays what is open, and its payment can be reversed then', async () => {
    const where = { unitId: unitIdOf(3), payerId: owner(3) };
    const payment = (await till.pay('100.00', where)).body.id;
    const refund = await till.post('/v1/refunds', {
      ...where,
      amount: '60.00',
      method: 'bank',
      reason: '多缴',
    });
    const bill = await till.bill(3, 7000, '2026-10-10', owner(3));
    expect((await till.billItem(bill)).open).toBe(3000);
    const undo = () =>
      till.post('/v1/payments/{id}/reverse', { reason: '退票' }, { params: { id: payment } });
    expect((await undo()).status).toBe(422);
    const params = { params: { id: refund.body.id } };
    const back = await till.post('/v1/refunds/{id}/reverse', { reason: '银行退回' }, params);
    expect(back.body).toMatchObject({ state: 'reversed', notice: refund.body.notice });
    expect(await till.billItem(bill)).toMatchObject({ open: 0, paid: { [payment]: 7000 } });
    await audit(till);
    expect((await undo()).status).toBe(200);
    expect((await till.billItem(bill)).open).toBe(7000);
    await audit(till);
  });
});

describe('a unit\u2019s statement in pages', () => {
  it('is the same as in one piece, with the period\u2019s opening and closing on each page', async () => {
    const read = async (query: Record<string, string>) =>
      (await till.get('/v1/units/{id}/statement', { id: unit }, { from: '2026-01-01', ...query })).body;
    const whole = await read({ limit: '100' });
    expect(whole.entries.length).toBeGreaterThan(5);
    expect(whole.next).toBeUndefined();
    const entries: unknown[] = [];
    let cursor: string | undefined;
    do {
      const page = await read({ limit: '2', ...(cursor && { cursor }) });
      expect([page.opening, page.closing]).toEqual([whole.opening, whole.closing]);
      entries.push(...page.entries);
      cursor = page.next;
    } while (cursor);
    expect(entries).toEqual(whole.entries);
    const { next } = await read({ limit: '2' });
    const foreign = await till.get(
      '/v1/units/{id}/statement',
      { id: unitIdOf(2) },
      { from: '2026-01-01', limit: '2', cursor: next },
    );
    expect(foreign.status).toBe(400);
  });
});
