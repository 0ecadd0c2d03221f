import { beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../shared/ids.ts';
import { functionEnvironment } from './call.ts';
import { propertyId, unitIdOf } from './fees.ts';
import { audit, makeTill, owner, type Till } from './payments.ts';

const { tableName } = await functionEnvironment();
const { handler } = await import('../../functions/payments/handler.ts');

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
const step = (id: string, name: string, body: unknown) =>
  till.post(`/v1/deposits/{id}/${name}`, body, { params: { id } });
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
