import type { Town } from '../../life/town.ts';
import { Estate } from './estate.ts';

/** Bills that were wrong: taken back with a reason, made anew by what is on file then, one for each payer and cycle (FEE-2). */
export async function takenBack(town: Town): Promise<void> {
  const estate = await Estate.of(town);
  await estate.standard();
  const water = await estate.standard({ kind: 'water', name: '水费', basis: 'metered', price: '2' });
  const { unit, owner } = await estate.owned();
  const shared = await estate.unit();
  const [old, young] = [await estate.payer(shared, '钱七'), await estate.payer(shared, '孙八')];
  const half = (first: string, second: string) => [
    { payerId: first, role: 'owner', from: '2026-01-01', to: '2026-07-10' },
    { payerId: second, role: 'owner', from: '2026-07-11' },
  ];
  await town.ask('setUnitFees', { id: shared, body: { occupancies: half(old, young) } });
  const initial = { day: '2026-03-31', value: '0' };
  const add = async (id: string) =>
    (await town.ask('addMeter', { id, body: { kind: 'water', initial } })).id as string;
  const [meterId, other] = [await add(unit), await add(shared)];
  const lines = [meterId, other].flatMap((of) => [`${of},2026-04-30,10\n`, `${of},2026-05-31,30\n`]);
  await town.ask('importReadings', {
    query: { propertyId: estate.propertyId },
    csv: `meter,day,value\n${lines.join('')}`,
  });
  await estate.issued('2026-07');
  const [bill] = await estate.bills(unit);
  const bills = await estate.bills(shared);
  const id = bill?.id ?? '';
  const of = (payerId: string) => bills.find((one) => one.payerId === payerId)?.id ?? '';

  const back = (id: string, wish = {}) => town.ask('voidBill', { id, ...wish });
  const again = (id: string, payerId?: string) => town.ask('reissueBill', { id, body: { payerId } });
  const no = (id: string, payerId?: string, is = 409) =>
    town.refused('reissueBill', { id, body: { payerId }, is });
  const absent = `bil_${'0'.repeat(26)}`;
  await town.refused('getBill', { id: absent, is: 404 });
  await town.refused('voidBill', { id: absent, is: 404 });
  await no(absent, undefined, 404);
  await town.refused('voidBill', { id, body: {} });
  await town.refused('voidBill', { id, body: { reason: '\n' } });
  await town.refused('voidBill', { id, headers: { 'if-match': '"7"' }, is: 412 });
  await no(id);

  // Paid in part: it becomes credit; the estimate that was made for it goes.
  await town.ask('createPayment', {
    but: { unitId: unit, payerId: owner, amount: '30.00', externalId: 'wx-b' },
  });
  await town.ask('getUnitFees', { id: unit });
  await back(id, { headers: { 'if-match': '"2"' } });
  await town.ask('getUnitFees', { id: unit });
  await town.refused('voidBill', { id, is: 409 });
  await no(id, `cus_${'0'.repeat(26)}`, 400);
  await no(id, old, 422);
  const second = await again(id);
  await town.ask('getUnitFees', { id: unit });
  await no(id);
  await town.refused('voidBill', { id, is: 409 });
  await town.ask('getBill', { id });
  await back(second.id);
  await town.ask('addReading', { id: unit, body: { meterId, day: '2026-07-31', value: '42' } });
  await again(second.id);
  await town.ask('listBills', { query: { unitId: unit } });

  // Two payers, each with a bill, by one estimate: none gets a second one, however it comes to them.
  await back(of(young));
  const mine = await again(of(young));
  await back(of(old));
  await no(of(old), young);
  await back(mine.id);
  const moved = await again(of(old), young);
  await no(mine.id);
  await back(moved.id);
  await town.ask('setUnitFees', { id: shared, body: { occupancies: half(young, old) } });
  await again(mine.id);
  await again(moved.id, old);
  await town.ask('listBills', { query: { unitId: shared } });

  // Nobody is on file any more; they are, but what names them was taken away; a one-off charge.
  const [last] = (await town.ask('listBills', { query: { unitId: shared } })).items;
  await back(last.id);
  await town.ask('setUnitFees', { id: shared, body: { occupancies: [] } });
  await no(last.id, undefined, 422);
  const gone = await estate.payer(shared, '周九');
  await town.ask('eraseCustomer', { id: gone });
  await no(last.id, gone, 400);
  const exempt = { kind: 'exempt', standardId: water, reason: '公用', from: '2026-01-01' };
  await town.ask('setUnitFees', { id: shared, body: { occupancies: half(old, old), exceptions: [exempt] } });
  await again(last.id);
  const once = await town.ask('createBill', {
    but: { unitId: unit, payerId: owner, reference: '一次', dueDay: '2026-12-01' },
  });
  await back(once.id);
  await no(once.id);
  await town.settle();
}
