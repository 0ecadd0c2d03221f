import { satisfied } from '../../../samples.ts';
import type { Town } from '../../life/town.ts';
import { missing, tillOf } from './till.ts';

/** How fees come in over two years (GOAL-6): what is due, paid, taken off and paid back counts in its months. */
export async function collected(town: Town): Promise<void> {
  const { mine } = town;
  const till = tillOf(town);
  const propertyId = mine.prp;
  const at = async (moment: string) => {
    await town.stream();
    town.at(moment);
  };
  const waive = (id: string, amount: string) =>
    town.ask('waiveBill', { id, body: { amount, reason: '协商' } });
  const on = (billId: string, amount: string) => ({ amount, allocations: [{ billId, amount }] });
  const report = async (month: string, more: Record<string, string> = {}) => {
    await town.ask('getCollection', { query: { month, ...more } });
  };
  await report('2026-08');
  await town.ask('getGoals', { query: { month: '2026-08' } });
  const august = await till.bill('甲', '100', { dueDay: '2026-08-10' });
  const december = await till.bill('乙', '50', { dueDay: '2026-12-20' });
  const january = await till.bill('丙', '70', { dueDay: '2027-01-15' });
  const february = await till.bill('丁', '40', { dueDay: '2027-02-10' });
  await town.ask('voidBill', { id: await till.bill('戊', '9', { dueDay: '2026-08-31' }) });
  await till.paid('wx-1', '30', on(august, '30'));
  await waive(august, '10');

  // What comes in within seven days of a message counts for the last one that spoke of the bill.
  await at('2026-08-11 10:00');
  await town.schedule({ kind: 'sweep' });
  await town.work();
  const soon = await till.paid('wx-2', '5', on(august, '5'));
  await till.paid('wx-3', '6', on(february, '6'));
  await at('2026-08-17 10:00');
  await town.schedule({ kind: 'sweep' });
  await town.work();
  await till.paid('wx-4', '7', on(august, '7'));
  await at('2026-08-25 10:00');
  await till.paid('wx-5', '8', on(august, '8'));
  await town.ask('reversePayment', { id: soon });
  await at('2026-12-31 20:00');
  const held = await till.paid('wx-6', '20', on(december, '20'));

  // In the new year: what is old, what is due now, what is due later; money that did not hold.
  await at('2027-01-01 00:30');
  await till.paid('wx-7', '15', on(december, '15'));
  await at('2027-01-31 10:00');
  await waive(december, '5');
  await till.paid('wx-8', '11', on(january, '11'));
  await till.paid('wx-9', '12', on(february, '12'));
  await at('2027-02-01 10:00');
  await town.ask('reversePayment', { id: held });
  await till.paid('wx-10', '500');
  await till.bill('己', '3', { dueDay: '2027-02-28' });
  await town.stream();
  for (const month of ['2026-07', '2026-08', '2026-12', '2027-01', '2027-02', '2028-01']) await report(month);
  await report('2027-01', { propertyId });
  const other = (await town.ask('createProperty', { but: { name: '西苑', zone: 'America/New_York' } })).id;
  // There it is still January.
  const far = await till.home('1', '李雷', { propertyId: other });
  await till.bill('丙', '80', { ...far, dueDay: '2027-02-05' });
  await till.paid('wx-11', '8', far);
  await town.stream();
  await report('2027-01', { propertyId: other });
  await report('2027-02', { propertyId: other });
  await town.ask('getGoals', { query: { month: '2027-01', propertyId } });
  for (const id of ['getGoals', 'getCollection']) {
    await town.refused(id, { query: { month: '2027-01', propertyId: missing('prp') } });
    await town.refused(id, { query: { month: '2027-13', propertyId: 'x' } });
    await town.refused(id);
  }
  await recounted(town);
}

/** What the counters hold, and what is noted to be in them, is wrong in part: all is counted anew. */
async function recounted(town: Town): Promise<void> {
  const { rig } = town.stage;
  const tenantId = town.who.tenantId ?? '';
  const items = [...rig.table.items()].filter(({ pk }) => pk.startsWith(tenantId));
  const noted = items.filter(({ et }) => et === 'counted');
  for (const item of noted.slice(0, 2)) rig.write({ ...item, rest: { c: { 'fees#2026-08|charged': 1 } } });
  const fees = items.filter(({ et, sk }) => et === 'counter' && sk === 'fees#2026-08');
  for (const item of fees) rig.write(Object.assign({ ...item }, { charged: 77, 'in:2020-01': 5, gone: 0 }));
  await town.rebuild(tenantId);
  await town.rebuild(tenantId);
}

/** What tickets were about, and whether they were looked after in time (GOAL-1 to GOAL-5, TICKET-14). */
export async function goals(town: Town): Promise<void> {
  const { mine } = town;
  const { items } = await town.ask('listUnits', { query: { propertyId: mine.prp, limit: '3' } });
  const contact = async (but: Record<string, unknown>) =>
    (await town.ask('createTicket', { but })).id as string;
  const report = (month: string, more: Record<string, string> = {}) =>
    town.ask('getGoals', { query: { month, ...more } });
  const resolve = (id: string, body: object = { what: '已修好', cause: 'wear' }) =>
    town.ask('resolveTicket', { id, body });
  const place = '地下车库';
  const complaint = { kind: 'complaint', grade: 'general' };
  await contact({ ...complaint, category: '保洁', place });
  const wet = [
    await contact({ kind: 'repair', grade: undefined, category: '水电', place }),
    await contact({ kind: 'repair', grade: undefined, category: '水电', place, unitId: items[0].id }),
    await contact({ kind: 'repair', grade: undefined, category: '水电', place, unitId: items[0].id }),
  ];
  await contact({ kind: 'enquiry', grade: undefined, category: '保洁', place });
  await contact({ kind: 'enquiry', grade: undefined, unitId: items[1].id });
  await contact({ ...complaint, category: '保洁', place });
  await town.ask('withdrawTicket', {
    id: await contact({ ...complaint, category: '绿化', unitId: items[2].id }),
  });
  const [first = '', second = '', third = ''] = wet;
  // Where it is still the day before.
  const west = (await town.ask('createProperty', { but: { name: '西苑', zone: 'America/New_York' } })).id;
  await contact({ ...complaint, propertyId: west });
  const twin = await contact({ ...complaint, category: '绿化', place });
  await town.stream();
  await report('2026-08');
  await town.ask('linkTicket', { id: twin, body: { duplicateOf: first } });
  // In time, late, called back, done again; and what passes its day with nothing done.
  await resolve(first);
  await town.ask('recordCallback', { id: first, body: satisfied });
  town.at('2026-08-06 10:00');
  await report('2026-08');
  await report('2026-08', { propertyId: west });
  town.at('2026-08-07 10:00');
  await resolve(second, { what: '已换' });
  await town.ask('recordCallback', { id: second, body: { outcome: 'unreached', method: 'phone' } });
  await resolve(third);
  await town.ask('recordCallback', {
    id: third,
    body: { ...satisfied, outcome: 'unsatisfied', solved: false, score: 2, reason: '又漏' },
  });
  await town.stream();
  for (const day of ['2026-08-07', '2026-08-31', '2026-09-01']) {
    town.at(`${day} 11:00`);
    await report('2026-08');
  }
  await resolve(third);
  await town.ask('recordCallback', { id: third, body: satisfied });
  await town.stream();
  await report('2026-09', { propertyId: mine.prp });
  await report('2026-08', { propertyId: mine.prp });
  // A ticket that cannot be read is left out, and the others are counted.
  const others = [await contact({ ...complaint, category: '绿化' }), await contact(complaint)];
  const { rig } = town.stage;
  const owed = [...rig.table.items()].find(
    ({ et, pk }) => et === 'obligation' && pk.endsWith(others[0] ?? ''),
  );
  if (!owed) throw new Error('nothing is owed');
  const { rest: _, ...broken } = owed;
  rig.write(broken);
  await town.stream();
}
