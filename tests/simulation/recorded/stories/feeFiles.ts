import type { Town } from '../../life/town.ts';
import { Estate } from './estate.ts';

/** A unit's fee file: who pays for it, what is special about it; its property's settings. */
export async function feeFiles(town: Town): Promise<void> {
  const estate = await Estate.of(town);
  const unit = await estate.unit();
  await town.ask('getUnitFees', { id: unit });
  await set(town, estate, unit);
  await settings(town, estate);
  const absent = { is: 404 };
  for (const id of ['getUnitFees', 'setUnitFees', 'addMeter', 'addReading', 'listReadings'])
    await town.refused(id, { ...absent, id: `unt_${'0'.repeat(26)}`, ...examples[id] });
}

/** Requests that would be well formed, of units that are not there. */
const examples: Readonly<Record<string, Record<string, unknown>>> = {
  setUnitFees: { body: {} },
  addReading: { body: { meterId: `mtr_${'0'.repeat(26)}`, day: '2026-08-01', value: '1' } },
};

async function set(town: Town, estate: Estate, id: string): Promise<void> {
  const owner = await estate.payer(id);
  const tenant = await estate.payer(id, '李雷', 'tenant');
  const fee = await estate.standard();
  const parking = await estate.standard({
    kind: 'parking',
    name: '车位费',
    basis: 'fixed',
    appliesTo: 'assigned',
  });
  const no = (body: Record<string, unknown>) => town.refused('setUnitFees', { id, body });
  const yes = (body: Record<string, unknown>, more = {}) => town.ask('setUnitFees', { id, body, ...more });
  const lives = (payerId: string, role: string, from: string, to?: string) => ({ payerId, role, from, to });
  const exempt = { kind: 'exempt', standardId: fee, reason: '样板房', from: '2026-01-01' };
  const spot = { standardId: parking, quantity: '1', from: '2026-01-01' };
  // Shapes.
  await no({ occupancies: [{}], vacancies: [{}], assignments: [{}], exceptions: [{}], meters: [] });
  await no({ occupancies: [lives(owner, 'guest', '2026-02-30', 'x')], vacancies: [{ from: '', to: '' }] });
  await no({ assignments: [{ ...spot, quantity: '0' }], exceptions: [{ ...exempt, percent: '10' }] });
  await no({ exceptions: [{ ...exempt, kind: 'discount' }, { ...exempt, kind: 'fixed' }, { kind: 'gift' }] });
  for (const percent of ['100.01', '101', '1.234', '01', '5%'])
    await no({ exceptions: [{ ...exempt, kind: 'discount', percent }] });
  await no({ exceptions: [{ ...exempt, kind: 'fixed', amount: '-0.01' }] });
  await no({ exceptions: Array(41).fill(exempt) });
  // Times that contradict each other.
  await no({
    occupancies: [
      lives(owner, 'owner', '2026-01-01', '2026-06-30'),
      lives(tenant, 'tenant', '2026-01-01', '2025-12-31'),
      lives(tenant, 'owner', '2026-06-30'),
      lives(tenant, 'tenant', '2026-01-01'),
    ],
    vacancies: [
      { from: '2026-02-01', to: '2026-02-28' },
      { from: '2026-01-01', to: '2026-02-01' },
      { from: '2026-03-01' },
      { from: '2027-01-01' },
    ],
    assignments: [spot, { ...spot, standardId: fee }, { ...spot, from: '2030-01-01', to: '2029-01-01' }],
    exceptions: [exempt, { ...exempt, standardId: parking }, { ...exempt, kind: 'fixed', amount: '0' }],
  });
  // What is not there, or of another property.
  const elsewhere = await estate.standard({ propertyId: town.mine.prp });
  const absent = `fee_${'0'.repeat(26)}`;
  const unknown = {
    occupancies: [lives(`cus_${'0'.repeat(26)}`, 'owner', '2026-01-01')],
    assignments: [spot, { ...spot, standardId: absent }],
    exceptions: [
      { ...exempt, standardId: elsewhere },
      { ...exempt, standardId: absent },
    ],
  };
  await no(unknown);
  // One day after the other, to the edge of what may be said.
  await yes({ occupancies: [lives(owner, 'owner', '2026-01-01')] });
  await yes({
    occupancies: [
      lives(owner, 'owner', '2026-01-01', '2026-06-30'),
      lives(owner, 'owner', '2026-07-01'),
      lives(tenant, 'tenant', '2026-03-01', '2026-03-01'),
    ],
    vacancies: [{ from: '2026-02-01' }, { from: '2026-01-01', to: '2026-01-31' }],
    assignments: [
      { ...spot, to: '2026-02-28' },
      { ...spot, quantity: '2.5', from: '2026-03-01' },
    ],
    exceptions: [
      { ...exempt, kind: 'discount', percent: '100.00', to: '2026-01-31' },
      { ...exempt, kind: 'discount', percent: '0.5', from: '2026-02-01', to: '2026-02-28' },
      { ...exempt, kind: 'fixed', amount: '0', from: '2026-03-01', to: '2026-03-31' },
      { ...exempt, kind: 'fixed', amount: '12.3', from: '2026-04-01' },
    ],
  });
  await town.ask('getUnitFees', { id });
  await yes({}, { headers: { 'if-match': '"2"' } });
  await town.refused('setUnitFees', { id, body: {}, headers: { 'if-match': '"2"' }, is: 412 });
  // Whose own file was emptied stays, as long as nothing else is said of them.
  const gone = await estate.payer(id, '钱七');
  await yes({ occupancies: [lives(gone, 'owner', '2026-01-01', '2026-02-01')] });
  await town.ask('eraseCustomer', { id: gone });
  await yes({ occupancies: [lives(gone, 'owner', '2026-01-01', '2026-02-01')] });
  await no({ occupancies: [lives(`cus_${'0'.repeat(26)}`, 'owner', '2026-01-01', '2026-02-01')] });
  await no({ occupancies: [lives(gone, 'owner', '2026-01-02', '2026-02-01')] });
  await no({ occupancies: [lives(gone, 'owner', '2026-01-01')] });
  await no({ occupancies: [lives(owner, 'owner', '2025-01-01'), lives(gone, 'tenant', '2026-01-01')] });
}

async function settings(town: Town, { propertyId: id }: Estate): Promise<void> {
  const no = (body: Record<string, unknown>) => town.refused('setFeeSettings', { id, body });
  const yes = (body: Record<string, unknown>) => town.ask('setFeeSettings', { id, body });
  const run = (cycle: string, day: number, monthsAfter?: number) => ({ cycle, day, monthsAfter });
  await town.ask('getFeeSettings', { id });
  await no({ cash: 'yes', vacantDiscount: { percent: '100.1', kinds: ['song'] }, runs: [{}], color: 'red' });
  await no({
    vacantDiscount: {},
    runs: [run('once', 0, -4), run('week', 32, 25), { ...run('year', 1), to: 1 }],
  });
  await no({
    runs: Array(5).fill(run('month', 1)),
    vacantDiscount: { percent: '1', kinds: Array(9).fill('water') },
  });
  await yes({ cash: true });
  await yes({
    vacantDiscount: { percent: '12.5', kinds: ['management', 'waste'] },
    runs: [
      run('month', 31),
      run('quarter', 1, -3),
      run('halfYear', 2, 24),
      { ...run('year', 3, 1), issue: true },
    ],
  });
  await town.ask('getFeeSettings', { id });
  // At six in the morning of the third: it is past nine, so this month's has been.
  await yes({ runs: [run('month', 3), run('month', 4), run('quarter', 3, 1)] });
  await town.refused('setFeeSettings', { id, body: {}, headers: { 'if-match': '"1"' }, is: 412 });
  await town.ask('setFeeSettings', { id, body: {}, headers: { 'if-match': '"3"' } });
  for (const route of ['getFeeSettings', 'setFeeSettings'])
    await town.refused(route, { id: `prp_${'0'.repeat(26)}`, is: 404 });
}
