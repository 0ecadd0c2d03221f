import { beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../shared/ids.ts';
import { functionEnvironment } from './call.ts';
import { propertyId, unitIdOf } from './fees.ts';
import { audit, makeTill, owner, problemOf, type Till, tenant } from './payments.ts';

const { tableName } = await functionEnvironment();
const { handler } = await import('../../functions/payments/handler.ts');

let till: Till;
const fresh = async () => {
  till = await makeTill(tableName, handler);
};
const reverse = (id: string, body: unknown = { reason: '退票' }, headers = {}) =>
  till.post('/v1/payments/{id}/reverse', body, { params: { id }, headers });
const move = (id: string, payerId: string, unitId?: string) =>
  till.post(
    '/v1/payments/{id}/move',
    { payerId, reason: '记错', ...(unitId && { unitId }) },
    { params: { id } },
  );

describe('a reversal', () => {
  beforeAll(fresh);

  it('opens again what the payment paid, also what its credit paid later, and other credit steps in', async () => {
    const b1 = await till.bill(1, 3000, '2026-10-10');
    const bad = await till.pay('50.00');
    const b2 = await till.bill(1, 1500, '2026-11-10');
    const good = await till.pay('7.00', { allocations: undefined });
    expect(good.body).toMatchObject({ allocations: [], credit: '7.00' });
    const reversed = await reverse(bad.body.id);
    expect(reversed.body).toMatchObject({ state: 'reversed', reversed: { reason: '退票' }, version: 2 });
    expect(await till.billItem(b1)).toMatchObject({ open: 2300, paid: { [good.body.id]: 700 } });
    expect(await till.billItem(b2)).toMatchObject({ open: 1500, paid: {} });
    await audit(till);
  });

  it('happens once: a second one, and one of what is none, are refused', async () => {
    const { body } = await till.pay('5.00');
    expect((await reverse(body.id)).status).toBe(200);
    const again = await reverse(body.id);
    expect([again.status, again.body.type, again.body.openSteps]).toEqual([
      409,
      'https://huifang.example/problems/wrong-state',
      [],
    ]);
    expect((await reverse(newId('payment'))).status).toBe(404);
    const stale = await till.pay('5.00');
    expect((await reverse(stale.body.id, { reason: 'x' }, { 'if-match': '"7"' })).status).toBe(412);
    await audit(till);
  });

  it('is refused once part of the money was paid back, until that is undone', async () => {
    const { body } = await till.pay('20.00', { unitId: unitIdOf(3), payerId: owner(3) });
    const refund = {
      unitId: unitIdOf(3),
      payerId: owner(3),
      amount: '5.00',
      method: 'bank',
      reason: '多缴',
      payee: { name: '张伟', account: '6222' },
    };
    const paid = await till.post('/v1/refunds', refund);
    expect(paid.body).toMatchObject({
      notice: expect.stringMatching(/-000001$/),
      inWords: '伍元整',
      payee: { name: '张伟' },
    });
    expect((await till.get('/v1/refunds/{id}', { id: paid.body.id })).body).toEqual(paid.body);
    expect((await till.get('/v1/refunds', {}, { propertyId })).body.items[0]).toMatchObject({
      amount: '5.00',
      notice: paid.body.notice,
    });
    const refused = await reverse(body.id);
    expect([refused.status, refused.body.type]).toEqual([
      422,
      'https://huifang.example/problems/unprocessable',
    ]);
    const tooMuch = await till.post('/v1/refunds', { ...refund, amount: '15.01' });
    expect([tooMuch.status, tooMuch.body.detail]).toEqual([422, 'There is only 15.00 yuan of credit.']);
    expect((await till.post('/v1/refunds', { ...refund, method: 'cash' })).status).toBe(400);
    await till.post('/v1/refunds/{id}/reverse', { reason: '退回' }, { params: { id: paid.body.id } });
    expect((await reverse(body.id)).status).toBe(200);
    await audit(till);
  });
});

describe('a payment booked for the wrong payer', () => {
  beforeAll(fresh);

  it('goes to the right one on record, and is reversed only where it came in', async () => {
    const wrong = await till.bill(1, 3000, '2026-10-10');
    const right = await till.bill(1, 2000, '2026-10-10', tenant(1));
    const { body } = await till.pay('35.00');
    const moved = await move(body.id, tenant(1));
    expect(moved.body).toMatchObject({
      state: 'moved',
      receipt: body.receipt,
      now: { unitId: unitIdOf(1), payerId: tenant(1) },
      moves: [{ reason: '记错', payerId: tenant(1) }],
    });
    expect(await till.billItem(wrong)).toEqual({ open: 3000, status: 'open', paid: {} });
    expect(await till.billItem(right)).toEqual({ open: 0, status: 'paid', paid: { [body.id]: 2000 } });
    await audit(till);
    const refused = await reverse(body.id);
    expect([refused.status, refused.body.openSteps]).toEqual([409, ['move']]);
    expect(problemOf(await move(body.id, tenant(1)))).toEqual([['/body/payerId', 'same']]);
    // On to another unit, whose bill it pays, back, and away.
    const other = await till.bill(2, 1000, '2026-10-10', owner(2));
    expect((await move(body.id, owner(2), unitIdOf(2))).body.now).toMatchObject({ unitId: unitIdOf(2) });
    expect((await till.billItem(other)).open).toBe(0);
    await audit(till);
    const back = await move(body.id, owner(1), unitIdOf(1));
    expect(back.body.state).toBe('booked');
    expect(back.body).not.toHaveProperty('now');
    expect((await reverse(body.id)).status).toBe(200);
    expect((await till.billItem(wrong)).open).toBe(3000);
    await audit(till);
    const events = await till.table.all({ pk: `${till.t}#${body.id}`, sk: { begins: 'evt#' } });
    expect(events.map((item) => item.rest?.type)).toEqual([
      'payment.booked',
      'payment.moved',
      'payment.moved',
      'payment.moved',
      'payment.reversed',
    ]);
  });

  it('leaves the one before it comes to the other, as the statement of their unit tells it', async () => {
    const { body } = await till.pay('9.00');
    const there = Array.from({ length: 6 }, (_, i) => (i % 2 === 0 ? tenant(1) : owner(1)));
    for (const payer of there) expect((await move(body.id, payer)).status).toBe(200);
    const statement = await till.get('/v1/units/{id}/statement', { id: unitIdOf(1) }, { from: '2026-01-01' });
    const moved = statement.body.entries
      .map(({ kind }: { kind: string }) => kind)
      .filter((kind: string) => kind.startsWith('transfer'));
    expect(moved.slice(-2 * there.length)).toEqual(there.flatMap(() => ['transferOut', 'transferIn']));
  });
});
