import type { Town } from '../../life/town.ts';
import { Estate } from './estate.ts';

type Day = string;
const lives = (payerId: string, role: string, from: Day, to?: Day) => ({ payerId, role, from, to });

/** A property whose units are each a case of its own, for a month in which all are billed. */
export async function cases(town: Town): Promise<void> {
  const estate = await Estate.of(town);
  const { propertyId } = estate;
  // Set in another order than that in which bills show them.
  const waste = await estate.standard({
    kind: 'waste',
    name: '清洁费',
    basis: 'fixed',
    payer: 'tenant',
    price: '10.01',
    due: { kind: 'workingDaysAfterIssue', days: 250 },
  });
  const parking = await estate.standard({
    kind: 'parking',
    name: '车位费',
    basis: 'fixed',
    price: '150',
    per: 'cycle',
    appliesTo: 'assigned',
    due: { kind: 'dayOfMonth', day: 5, monthsAfter: 24 },
  });
  const area = await estate.standard({ price: '2.35', due: { kind: 'dayOfMonth', day: 8, monthsAfter: 24 } });
  await town.ask('setFeeSettings', {
    id: propertyId,
    body: { vacantDiscount: { percent: '30', kinds: ['management'] } },
  });
  const exempt = { kind: 'exempt', standardId: area, reason: '样板房', from: '2026-01-01' };
  town.mine.prp = propertyId;
  town.mine.unt = (await estate.owned()).unit;
  await sold(estate, area);
  await letOut(estate);
  // From the 16th on, but not on the last day.
  await estate.owned({ vacancies: [{ from: '2026-07-16', to: '2026-07-30' }] }, { areaM2: 88.88 });
  await estate.owned({ exceptions: [exempt] });
  await estate.owned({
    vacancies: [{ from: '2026-07-01' }],
    exceptions: [
      { ...exempt, kind: 'discount', percent: '12.5', to: '2026-07-10', reason: '员工' },
      { ...exempt, kind: 'fixed', amount: '100', from: '2026-07-11', to: '2026-07-20', reason: '协议' },
    ],
  });
  await estate.owned({
    assignments: [
      { standardId: parking, quantity: '2', from: '2026-07-01', to: '2026-07-15' },
      { standardId: parking, quantity: '1.5', from: '2026-07-17' },
    ],
  });
  // More to say of it than is said.
  const exceptions = Array.from({ length: 11 }, (_, n) => {
    const day = `2026-07-${n + 10}`;
    return { ...exempt, kind: 'discount', percent: `${n}`, from: day, to: day };
  });
  await estate.owned({ exceptions });
  await gap(estate);
  await estate.owned({}, { areaM2: undefined });
  await estate.unit();
  await estate.owned({
    assignments: [{ standardId: parking, quantity: '999999999999', from: '2026-01-01' }],
  });
  // Of nothing but what is let off there is no bill.
  await estate.owned({
    exceptions: [exempt, { ...exempt, standardId: waste, kind: 'discount', percent: '100' }],
  });
  await many(estate, 8);
  await many(estate, 9);
  await town.ask('addFeeStandardVersion', {
    id: waste,
    body: { from: '2026-07-08', price: '12', payer: 'owner' },
  });
}

/** Everybody's bills of a month (FEE-2): what each line is computed from, what is taken off, what cannot be billed, and the words. */
export async function billRuns(town: Town): Promise<void> {
  const propertyId = town.mine.prp;
  const run = (but: Record<string, unknown>) => ({ but: { propertyId, cycle: '2026-07', ...but } });
  await town.refused('createBillRun', run({ cycle: '2026-13', dryRun: 'yes', issue: true }));
  await town.refused('createBillRun', run({ propertyId: `prp_${'0'.repeat(26)}` }));
  for (const cycle of ['2026-Q3', '2026-H2', '2026']) await town.refused('createBillRun', run({ cycle }));
  const { id: dry } = await town.ask('createBillRun', run({ dryRun: true }));
  await town.settle();
  await town.refused('issueBillRun', { id: dry, is: 409 });
  const { id } = await town.ask('createBillRun', run({}));
  await town.refused('issueBillRun', { id, is: 409 });
  await town.settle();
  await town.ask('getBillRun', { id });
  await town.ask('listBillRunNotes', { id });
  await town.ask('listBillRunNotes', { id, query: { phase: 'issue' } });
  // What changes between the preview and the word.
  await town.ask('setUnitFees', { id: town.mine.unt, body: { occupancies: [] } });
  await town.ask('issueBillRun', { id });
  await town.settle();
  await town.ask('issueBillRun', { id });
  await town.settle();
  await town.ask('getBillRun', { id });
  await town.ask('listBillRunNotes', { id, query: { phase: 'issue' } });
  await listed(town, propertyId);
  const { items } = await town.ask('listBills', { query: { propertyId } });
  for (const bill of items) await town.ask('getBill', { id: bill.id });
  await again(town, propertyId);
}

/** Sold in the middle of the month: two bills, the second payer's with the odd fen, the first one's with something off. */
async function sold(estate: Estate, standardId: string) {
  const unit = await estate.unit({ areaM2: 77.77 });
  const [old, owner] = [await estate.payer(unit), await estate.payer(unit, '李雷')];
  const occupancies = [lives(old, 'owner', '2025-01-01', '2026-07-15'), lives(owner, 'owner', '2026-07-16')];
  const reason = { kind: 'discount', percent: '10', reason: '旧约', standardId };
  const exceptions = [{ ...reason, from: '2026-07-01', to: '2026-07-15' }];
  await estate.town.ask('setUnitFees', { id: unit, body: { occupancies, exceptions } });
}

/** Let from the second day on until the last but one. */
async function letOut(estate: Estate) {
  const unit = await estate.unit();
  const [owner, tenant] = [await estate.payer(unit), await estate.payer(unit, '韩磊', 'tenant')];
  const occupancies = [
    lives(tenant, 'tenant', '2026-07-02', '2026-07-30'),
    lives(owner, 'owner', '2026-01-01'),
  ];
  await estate.town.ask('setUnitFees', { id: unit, body: { occupancies } });
}

/** Nobody is on file for some days. */
async function gap(estate: Estate) {
  const unit = await estate.unit();
  const owner = await estate.payer(unit);
  const occupancies = [
    lives(owner, 'owner', '2026-01-01', '2026-07-10'),
    lives(owner, 'owner', '2026-07-14'),
  ];
  await estate.town.ask('setUnitFees', { id: unit, body: { occupancies } });
}

/** As many payers in one month. */
async function many(estate: Estate, n: number) {
  const unit = await estate.unit();
  const { items } = await estate.town.ask('listCustomers', { query: { name: '张', limit: `${n}` } });
  const occupancies = items.map(({ id }: { id: string }, nth: number) =>
    lives(id, 'owner', `2026-07-0${nth + 1}`, `2026-07-0${nth + 1}`),
  );
  await estate.town.ask('setUnitFees', { id: unit, body: { occupancies } });
}

/** A second run of the month finds what is there; lists of runs. */
async function again(town: Town, propertyId: string): Promise<void> {
  const { id } = await town.ask('createBillRun', { but: { propertyId, cycle: '2026-07' } });
  await town.settle();
  await town.ask('listBillRunNotes', { id });
  await town.ask('issueBillRun', { id });
  await town.settle();
  const query = { propertyId, limit: '2' };
  const { next } = await town.ask('listBillRuns', { query });
  await town.ask('listBillRuns', { query: { ...query, cursor: next } });
  await town.refused('listBillRuns', { query: { state: 'issued' } });
  const absent = { id: `run_${'0'.repeat(26)}`, is: 404 };
  for (const route of ['getBillRun', 'issueBillRun', 'listBillRunNotes']) await town.refused(route, absent);
  await town.refused('listBillRunNotes', { id: absent.id, query: { phase: 'planning' } });
}

/** Lists of bills, by what they can be looked for. */
async function listed(town: Town, propertyId: string): Promise<void> {
  const bills = (query: Record<string, string>) => town.ask('listBills', { query: { propertyId, ...query } });
  const first = await bills({ limit: '2', dueTo: '2028-07-10' });
  await bills({ limit: '2', dueTo: '2028-07-10', cursor: first.next });
  await bills({ dueTo: '2028-07-09' });
  await bills({ limit: '2', dueFrom: '2028-07-10' });
  await bills({ status: 'open', dueFrom: '2028-07-10', dueTo: '2028-07-10', limit: '2' });
  await bills({ status: 'open', dueFrom: '2028-07-11' });
  await bills({ status: 'paid' });
  const unitId = town.mine.unt;
  const no = (query: Record<string, string>) => town.refused('listBills', { query });
  await no({});
  await no({ propertyId, unitId });
  await no({ unitId, status: 'open' });
  await no({ unitId, dueFrom: '2026-08-01', dueTo: '2026-08-01' });
  await no({ unitId, dueTo: '2026-08-01' });
  await no({ propertyId, status: 'late', dueFrom: 'x', dueTo: 'y', limit: '0', payerId: 'z' });
  await town.ask('listBills', { query: { unitId } });
}
