import type { Town } from '../../life/town.ts';
import { missing, tillOf } from './till.ts';

/** Dunning cases as lists show them: by stage, by state, by how old they are to the day. */
export async function cases(town: Town): Promise<void> {
  const { mine } = town;
  const till = tillOf(town);
  const propertyId = mine.prp;
  const { items } = await town.ask('listUnits', { query: { propertyId, limit: '9' } });
  const days = [
    '2026-08-06',
    '2026-08-07',
    '2026-09-05',
    '2026-09-06',
    '2026-10-05',
    '2026-10-06',
    '2026-11-04',
    '2026-11-05',
  ];
  for (const [n, dueDay] of days.entries())
    await till.bill('龄', `${n + 1}`, { unitId: items[n].id, dueDay });
  await town.stream();
  town.at('2026-11-05 10:00');
  const list = (query: Record<string, string>) => town.ask('listDunning', { query });
  for (const age of ['0-30', '31-60', '61-90', '90+']) await list({ propertyId, age });
  await list({ propertyId, stage: 'none', age: '31-60' });
  await list({ propertyId, state: 'running', age: '31-60' });
  await list({ propertyId, stage: 'letter' });
  await list({ propertyId, state: 'legal' });
  await list({ unitId: items[0].id });
  await till.pages('listDunning', { propertyId, limit: '3' });
  const unitId = items[0].id;
  for (const query of [
    {},
    { stage: 'none' },
    { unitId, propertyId },
    { unitId, stage: 'none' },
    { unitId, state: 'running' },
    { unitId, age: '90+' },
    { propertyId, stage: 'none', state: 'running' },
    { propertyId: missing('prp'), age: '90+' },
    { propertyId, stage: 'None', state: 'sad', age: '1' },
  ] as Record<string, string>[])
    await town.refused('listDunning', { query });
  await list({ propertyId: missing('prp') });
  // A case that cannot be read keeps back what is to be told of its office.
  const id = (await list({ unitId })).items[0].id as string;
  const { rest: _, ...broken } = town.item(id, 'dunning');
  town.stage.rig.write(broken);
  await till.paid('wx-1', '1', { unitId });
  await town.stream();
}

const commands = [
  'dunningPromise',
  'dunningPlan',
  'dunningDispute',
  'dunningResolveDispute',
  'dunningServed',
  'dunningVisit',
  'dunningDecision',
  'setDunningException',
  'liftDunningException',
];

/** What people do in a dunning case, and what they may not (FEE-4, FEE-5). */
export async function asking(town: Town): Promise<void> {
  const { mine } = town;
  const till = tillOf(town);
  const first = await till.bill('甲', '100', { dueDay: '2026-08-05' });
  const second = await till.bill('乙', '60', { dueDay: '2026-08-04' });
  await town.stream();
  const { items } = await town.ask('listDunning', { query: { unitId: mine.unt } });
  const id = items[0].id as string;
  for (const command of commands) await town.refused(command, { id: missing('dun'), is: 404 });
  await town.refused('getDunning', { id: missing('dun'), is: 404 });
  await town.refused('getDunningLog', { id: missing('dun'), is: 404 });
  const does = (name: string, body: object) => town.ask(`dunning${name}`, { id, body });
  const refused = (name: string, body: object, is = 400) => town.refused(`dunning${name}`, { id, body, is });
  town.at('2026-08-06 10:00');
  await town.schedule({ kind: 'sweep' });
  await town.work();

  // A promise: a day that is over or too far away, more than is open, other people's bills.
  const until = '2026-08-06';
  await refused('Promise', { until: '2026-08-05' });
  await refused('Promise', { until: '2028-08-26' });
  await refused('Promise', { until, amount: '160.01' });
  await refused('Promise', { until, bills: [first], amount: '100.01' });
  await refused('Promise', { until, bills: [first, missing('bil')] });
  await refused('Promise', { until: '6.8.', amount: 5, bills: [], note: '' });
  await town.refused('dunningPromise', { id, body: { until }, headers: { 'if-match': '"77"' }, is: 412 });
  await does('Promise', { until, bills: [first, first], amount: '40' });
  await refused('Promise', { until }, 409);
  await refused('Plan', { instalments: [{ day: until, amount: '60' }] }, 409);

  // A dispute about the other bill; both notes at once.
  await refused('ResolveDispute', { outcome: 'upheld', note: '无' }, 409);
  await refused('Dispute', { reason: '重复', bills: [first] });
  await does('Dispute', { reason: '重复', bills: [second] });
  await refused('Dispute', { reason: '重复' }, 409);
  await town.ask('getDunning', { id });
  await town.ask('listDunning', { query: { propertyId: mine.prp, state: 'promised' } });
  town.at('2026-08-08 10:00');
  await does('ResolveDispute', { outcome: 'partly', note: '已更正' });

  // Broken on the day after it; then instalments.
  await town.schedule({ kind: 'sweep' });
  await town.work();
  const plan = (...parts: [day: string, amount: string][]) => ({
    instalments: parts.map(([day, amount]) => ({ day, amount })),
  });
  await refused('Plan', plan(['2026-08-07', '160']));
  await refused('Plan', plan(['2026-08-10', '100'], ['2026-08-10', '60']));
  await refused('Plan', plan(['2026-08-10', '100'], ['2026-08-12', '50'], ['2026-08-11', '10']));
  await refused('Plan', plan(['2026-08-10', '100'], ['2028-09-01', '60']));
  await refused('Plan', plan(['2026-08-10', '100'], ['2026-08-11', '59.99']));
  await refused('Plan', { instalments: [] });
  await does('Plan', { ...plan(['2026-08-08', '20'], ['2026-08-20', '40']), bills: [second] });
  await town.ask('listDunning', { query: { propertyId: mine.prp, state: 'running' } });
  const paidFor = (externalId: string, billId: string, amount: string) =>
    till.paid(externalId, amount, { allocations: [{ billId, amount }] });
  await paidFor('wx-1', second, '20');
  await town.stream();
  town.at('2026-08-09 10:00');
  await town.schedule({ kind: 'sweep' });
  await town.work();
  await town.ask('getDunning', { id });
  // Kept before its time.
  await paidFor('wx-2', second, '40');
  await town.stream();
  await town.ask('getDunning', { id });
  await does('Plan', { ...plan(['2026-08-12', '100']), note: '分期' });
  // The bill is taken back: nothing of it is owed.
  await does('Decision', { decision: 'continue', reason: '无' });
  await town.ask('voidBill', { id: first });
  await town.stream();
  for (const command of commands.slice(0, 7)) await town.refused(command, { id, is: 409 });
  await town.ask('getDunning', { id });

  // Somebody went there, or will have: nobody was met.
  const third = await till.bill('丙', '30', { dueDay: '2026-08-10' });
  const small = await till.bill('丁', '5', { dueDay: '2026-08-11' });
  await town.stream();
  // What is disputed is paid, or taken back, one after the other.
  await does('Dispute', { reason: '未收到', bills: [third, small] });
  await paidFor('wx-3', small, '5');
  await town.stream();
  await town.ask('getDunning', { id });
  await town.ask('voidBill', { id: third });
  await town.stream();
  await till.bill('戊', '7', { dueDay: '2026-08-11' });
  await town.stream();
  const now = { at: '2026-08-09T10:00:00+08:00' };
  const soon = { at: '2026-08-09T10:05:00+08:00' };
  const visit = { kind: 'call', reached: false, result: '无人接听' };
  await refused('Visit', { ...soon, ...visit });
  await refused('Served', { ...soon, outcome: 'left' });
  await does('Visit', { ...now, ...visit });
  await does('Served', { ...now, outcome: 'left', witness: '王五', note: '放信箱' });
  await refused('Served', { at: 'today', outcome: 'lost', receiver: '' });

  // Decisions and exceptions.
  await refused('Decision', { decision: 'suspend', reason: '困难' });
  await refused('Decision', { decision: 'suspend', until: '2026-08-08', reason: '困难' });
  await refused('Decision', { decision: 'suspend', until: '2028-08-29', reason: '困难' });
  await refused('Decision', { decision: 'maybe', reason: '' });
  await does('Decision', { decision: 'suspend', until: '2026-08-09', reason: '困难' });
  await does('Decision', { decision: 'legal', until: '2026-08-20', reason: '起诉' });
  const except = (body: object, is?: number) =>
    town.ask('setDunningException', { id, body, ...(is !== undefined && { is }) });
  const reason = '法院调解期间';
  await except({ reason, until: '2026-08-08' }, 400);
  await except({ reason, steps: { second: 10, third: 11 } }, 400);
  await except({ reason, steps: { second: 721, Third: 1 } }, 400);
  await town.refused('liftDunningException', { id, is: 404 });
  await except({ reason, stop: true });
  await does('Decision', { decision: 'continue', reason: '继续' });
  await except({ reason, until: '2026-08-09', steps: { second: 1, visit: null }, noLateFee: true });
  await town.ask('liftDunningException', { id });
  await town.ask('liftDunningException', { id, is: 404 });
  const other = (await town.ask('createCustomer', { but: { name: '无关' } })).id;
  await town.ask('getUnitArrears', { id: mine.unt, as: town.program('fees:read') });
  await till.bill('无', '1', { payerId: other });
  for (const limit of ['1', '100']) await till.pages('getDunningLog', { limit }, { id });
}
