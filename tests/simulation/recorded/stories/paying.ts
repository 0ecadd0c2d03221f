import type { Town } from '../../life/town.ts';
import { missing, tillOf } from './till.ts';

/** Money that comes in (FEE-3): how it is booked, what is refused, what is put right afterwards. */
export async function paying(town: Town): Promise<void> {
  const { mine } = town;
  const till = tillOf(town);
  const propertyId = mine.prp;
  const unitId = mine.unt;
  const refused = (but: Record<string, unknown>, is = 400) => town.refused('createPayment', { but, is });
  const first = await till.bill('甲', '100');
  const second = await till.bill('乙', '50.5', { dueDay: '2026-08-24' });
  const stated = (...parts: [billId: string, amount: string][]) => ({
    allocations: parts.map(([billId, amount]) => ({ billId, amount })),
  });

  // Who and what it may be for.
  await refused({ unitId: missing('unt') });
  await refused({ payerId: missing('cus') });
  await refused({ method: 'cash' });
  await refused({ method: 'shells', currency: 'USD', externalId: 'a b', note: '' });
  await refused({ amount: '0.00' });
  await refused({ amount: '1.005' });
  await refused({ paidOn: '2026-08-04' });
  await refused({ allocations: [] });
  await refused(stated([second, '10'], [second, '10']));
  await refused(stated([missing('bil'), '10']));
  await refused(stated([second, '50.51']));
  await refused({ amount: '20', ...stated([second, '10'], [first, '10.01']) });
  // A neighbour's customer pays nothing here until the unit's fee file says so.
  const other = await till.home('1301', '李雷');
  await refused({ payerId: other.payerId });
  await town.ask('setUnitFees', {
    id: unitId,
    body: { occupancies: [{ payerId: other.payerId, role: 'tenant', from: '2026-01-01' }] },
  });
  const guest = await till.paid('wx-guest', '1.00', { payerId: other.payerId });
  await town.ask('setFeeSettings', { id: propertyId, but: { cash: true } });

  // As stated, else the oldest due; what is over is credit.
  await till.paid('wx-stated', '30', stated([first, '10'], [second, '20']));
  const paid = await till.paid('wx-4200', '10.50', { paidOn: '2026-08-03', note: '首付', currency: 'CNY' });
  const cash = (
    await town.ask('createPayment', { but: { method: 'cash', externalId: undefined, amount: '0.05' } })
  ).id;
  await till.paid('wx-rest', '200');

  // The same money once more, by whomever; or other money of that name.
  const program = town.program('payments:write');
  await till.paid('wx-4200', '10.50', { method: 'bank', note: 'again' });
  await town.ask('createPayment', { as: program, but: { externalId: 'wx-4200', amount: '10.5' } });
  await till.paid('wx-stated', '30', stated([second, '20'], [first, '10']));
  await refused({ externalId: 'wx-stated', amount: '30', ...stated([second, '21'], [first, '9']) }, 409);
  await refused({ externalId: 'wx-4200', amount: '10.51' }, 409);
  await refused({ externalId: 'wx-4200', amount: '10.50', payerId: other.payerId }, 409);
  await refused({ externalId: 'wx-4200', amount: '10.50', unitId: other.unitId }, 409);

  // Lists.
  await till.pages('listPayments', { propertyId, limit: '2' });
  await till.pages('listPayments', { unitId, limit: '4' });
  for (const day of ['2026-08-02', '2026-08-03', '2026-08-04'])
    await town.ask('listPayments', { query: { propertyId, day } });
  for (const query of [
    {},
    { propertyId, unitId },
    { day: '2026-08-03' },
    { unitId, day: '2026-08-03' },
    { propertyId: missing('prp'), day: '2026-08-03' },
  ] as Record<string, string>[])
    await town.refused('listPayments', { query });
  await town.ask('listPayments', { query: { propertyId: missing('prp') } });

  // Receipts, with the amount in capitals.
  await town.refused('getPayment', { id: missing('pay'), is: 404 });
  await town.refused('getReceipt', { id: missing('pay'), is: 404 });
  await town.ask('getReceipt', { id: paid });
  await town.ask('getReceipt', { id: cash });
  for (const amount of ['0.30', '10', '1000.01', '20305.60', '100000', '1000010003.45', '90080706050.04'])
    await town.ask('getReceipt', { id: await till.paid(`in-${amount}`, amount, other) });

  // Taken back; moved to where it belongs, and back.
  const undo = (id: string, is?: number) =>
    is ? town.refused('reversePayment', { id, is }) : town.ask('reversePayment', { id });
  const move = (id: string, but: Record<string, unknown>, is?: number) =>
    is ? town.refused('movePayment', { id, but, is }) : town.ask('movePayment', { id, but });
  await undo(missing('pay'), 404);
  await move(missing('pay'), other, 404);
  await town.refused('reversePayment', { id: paid, headers: { 'if-match': '"9"' }, is: 412 });
  await town.refused('reversePayment', { id: paid, body: { reason: '' } });
  await move(paid, { payerId: mine.cus }, 400);
  await move(paid, { unitId: missing('unt'), payerId: mine.cus }, 400);
  await move(paid, { payerId: missing('cus') }, 400);
  await move(paid, { unitId: other.unitId }, 400);
  await till.bill('丙', '3', other);
  await move(paid, other);
  await undo(paid, 409);
  await till.paid('wx-4200', '10.50', other);
  await till.paid('wx-4200', '10.50');
  await move(paid, { unitId, payerId: other.payerId });
  await move(paid, { payerId: mine.cus });
  await town.ask('getPayment', { id: paid });
  await undo(paid);
  await undo(paid, 409);
  await move(paid, { payerId: other.payerId }, 409);
  await town.ask('getReceipt', { id: paid });
  await move(guest, other);
  await undo(guest, 409);
  await town.ask('listPayments', { query: { unitId } });

  // Its credit has paid what came later, was paid back, or pays what is open instead.
  const early = await till.paid('wx-early', '60', { payerId: other.payerId });
  const later = await till.bill('丁', '25', { payerId: other.payerId });
  await till.bill('戊', '15', { payerId: other.payerId });
  await town.ask('createRefund', { but: { payerId: other.payerId, amount: '5', paymentId: early } });
  await undo(early, 422);
  await move(early, other, 422);
  const spare = await till.paid('wx-spare', '12', { payerId: other.payerId });
  await town.ask('voidBill', { id: later });
  const { items } = await town.ask('listRefunds', { query: { propertyId } });
  await town.ask('reverseRefund', { id: items[0].id });
  await undo(early);
  await undo(spare);
  await town.ask('getUnitArrears', { id: unitId });
  // Money that is not where the books say: nobody may move it.
  const lost = await till.paid('wx-lost', '400', { payerId: other.payerId });
  const account = town.item(`${unitId}#acc`, other.payerId);
  town.stage.rig.write({ ...account, rest: { ...account.rest, credits: [] } });
  await undo(lost, 503);
}
