import type { Town } from '../../life/town.ts';
import { missing, tillOf } from './till.ts';

/** What is owed, by whom and since when (FEE-8), the books of a unit, and what is let off. */
export async function owing(town: Town): Promise<void> {
  const { mine } = town;
  const till = tillOf(town);
  const propertyId = mine.prp;
  const arrears = (query: Record<string, string>) =>
    town.ask('listArrears', { query: { propertyId, ...query } });
  for (const by of ['age', 'payer', 'building']) await arrears({ by });
  // A bill of each age, on the days where one ends and the next begins.
  const home = await till.home('101', '李雷', { building: '12栋' });
  const third = await till.home('1', '韩梅梅', { building: '2栋' });
  const at = [mine.unt, mine.cus];
  const days = [
    '2026-08-31',
    '2026-09-01',
    '2026-09-30',
    '2026-10-01',
    '2026-10-31',
    '2026-11-01',
    '2026-11-29',
  ];
  for (const [n, dueDay] of days.entries()) {
    const [unitId = '', payerId = ''] = n % 3 === 0 ? [home.unitId, home.payerId] : at;
    await till.bill(`龄${n}`, `${n + 1}0.05`, { unitId, payerId, dueDay });
  }
  await till.bill('今', '7', { ...third, dueDay: '2026-11-30' });
  await till.bill('昨', '8', { unitId: mine.unt, payerId: third.payerId, dueDay: '2026-11-28' });
  await till.paid('wx-1', '5', home);
  const credit = await till.paid('wx-2', '9', third);
  await town.ask('createDeposit', { but: { ...third, amount: '11' } });
  // What came in for one bill leaves another open.
  const late = await till.bill('后', '3', { ...third, dueDay: '2026-11-30' });
  town.at('2026-11-30 10:00');

  await town.ask('getUnitArrears', { id: mine.unt });
  await town.ask('getUnitArrears', { id: third.unitId });
  await town.ask('getUnitArrears', { id: (await till.home('102', '王五')).unitId });
  await town.refused('getUnitArrears', { id: missing('unt'), is: 404 });
  for (const bucket of ['0-30', '31-60', '61-90', '>90']) await arrears({ bucket });
  for (const by of ['age', 'payer', 'building']) await arrears({ by });
  await till.pages('listArrears', { propertyId, limit: '3' });
  await till.pages('listArrears', { propertyId, by: 'payer', limit: '1' });
  for (const by of ['payer', 'building'])
    await town.refused('listArrears', { query: { propertyId, by, bucket: '0-30' } });
  await town.refused('listArrears', { query: { propertyId: missing('prp') } });
  await town.refused('listArrears', { query: { propertyId, by: 'name', bucket: '1-2' } });

  // Statements, a page after the other.
  const statement = { id: mine.unt };
  await town.ask('getUnitStatement', { ...statement, query: { from: '2026-08-01' } });
  await town.ask('getUnitStatement', {
    ...statement,
    query: { from: '2026-08-03', to: '2026-08-03', limit: '3' },
  });
  await town.ask('getUnitStatement', { ...statement, query: { from: '2026-08-04' } });
  await town.ask('getUnitStatement', { id: third.unitId, query: { from: '2026-08-01', to: '2026-08-02' } });
  await till.pages(
    'getUnitStatement',
    { from: '2026-08-01', to: '2026-12-31', limit: '2' },
    { id: third.unitId },
  );
  await town.refused('getUnitStatement', { ...statement, query: { from: '2026-08-02', to: '2026-08-01' } });
  await town.refused('getUnitStatement', { ...statement, query: { from: '2026-12-01' } });
  await town.refused('getUnitStatement', { ...statement, query: {} });
  await town.refused('getUnitStatement', { id: missing('unt'), query: { from: '2026-08-01' }, is: 404 });
  const { next } = await town.ask('getUnitStatement', {
    ...statement,
    query: { from: '2026-08-01', limit: '1' },
  });
  await town.refused('getUnitStatement', { ...statement, query: { from: '2026-08-02', cursor: next } });

  // What is let off.
  const waive = (id: string, body: object, is?: number, headers: Record<string, string> = {}) =>
    is ? town.refused('waiveBill', { id, body, is, headers }) : town.ask('waiveBill', { id, body });
  const reason = '停水三日';
  await waive(missing('bil'), { reason }, 404);
  await waive(late, { reason, amount: '0' }, 400);
  await waive(late, { amount: '1' }, 400);
  await waive(late, { reason, amount: '1.01' }, 422);
  await waive(late, { reason }, 412, { 'if-match': '"7"' });
  const print = () => town.ask('printBillNotice', { id: late });
  await print();
  await waive(late, { reason, amount: '0.40' });
  await print();
  await waive(late, { reason: '再减' });
  await print();
  await town.ask('changeProperty', { id: propertyId, body: { address: '花园路1号' } });
  const wrong = await till.bill('废', '1', { ...home, dueDay: '2026-12-01' });
  await town.ask('voidBill', { id: wrong, body: { reason: '重复<出账>' } });
  await town.ask('printBillNotice', { id: wrong });
  for (const id of ['printBillNotice', 'createBillNoticeDocument'])
    await town.refused(id, { id: missing('bil'), is: 404 });
  await waive(late, { reason }, 409);
  await town.ask('getBill', { id: late });

  // Credit in hand is used.
  const settle = (id: string, payerId: string, is?: number) =>
    is
      ? town.refused('settleUnit', { id, body: { payerId }, is })
      : town.ask('settleUnit', { id, body: { payerId } });
  await settle(missing('unt'), third.payerId, 404);
  await settle(home.unitId, missing('cus'), 400);
  await settle(home.unitId, mine.cus, 400);
  await settle(home.unitId, home.payerId);
  const stated = await till.bill('先', '6', { ...third, dueDay: '2026-12-01' });
  await till.bill('次', '5', { ...third, dueDay: '2026-12-02' });
  await town.ask('createPayment', {
    but: { ...third, amount: '10', externalId: 'wx-3', allocations: [{ billId: stated, amount: '6' }] },
  });
  await settle(third.unitId, third.payerId);
  await town.ask('reversePayment', { id: credit });
}
