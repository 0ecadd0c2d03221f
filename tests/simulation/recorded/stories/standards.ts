import type { Town } from '../../life/town.ts';
import { Estate } from './estate.ts';

const water = { kind: 'water', name: '水费', basis: 'metered', price: '3.45' };
const light = { kind: 'electricity', name: '电费', basis: 'tiered', price: undefined };

/** How fees are described (FEE-1): what contradicts itself, what is at the edge of what may be said, new figures from a day on. */
export async function standards(town: Town): Promise<void> {
  const estate = await Estate.of(town);
  const { propertyId } = estate;
  await shapes(town);
  await versions(town, estate);
  // Lists: nothing, pages, other properties.
  const all = { propertyId };
  await town.ask('listFeeStandards', { query: { propertyId: town.mine.prp, limit: '1' } });
  const { next } = await town.ask('listFeeStandards', { query: { ...all, limit: '2' } });
  await town.ask('listFeeStandards', { query: { ...all, limit: '2', cursor: next } });
  await town.ask('listFeeStandards', { query: { propertyId: `prp_${'0'.repeat(26)}` } });
  await town.refused('listFeeStandards');
  await town.refused('listFeeStandards', { query: { ...all, kind: 'water' } });
  const absent = `fee_${'0'.repeat(26)}`;
  await town.refused('getFeeStandard', { id: absent, is: 404 });
  await town.refused('getFeeStandard', { id: propertyId, is: 404 });
  await town.refused('changeFeeStandard', { id: absent, is: 404 });
  await town.refused('addFeeStandardVersion', { id: absent, is: 404 });
}

async function shapes(town: Town): Promise<void> {
  const no = (but: Record<string, unknown>) => town.refused('createFeeStandard', { but });
  const yes = (but: Record<string, unknown>) => town.ask('createFeeStandard', { but });
  const due = (day: number, monthsAfter?: number) => ({ kind: 'dayOfMonth', day, monthsAfter });
  const after = (days: number) => ({ kind: 'workingDaysAfterIssue', days });
  const tiers = (n: number) =>
    Array.from({ length: n }, (_, i) => ({ ...(i < n - 1 && { upTo: String(i + 1) }), price: '1' }));
  await no({ kind: 'song', basis: 'air', cycle: 'week', per: 'day', appliesTo: 'some', payer: 'guest' });
  await no({ name: ' ', from: '2026-02-30', to: 'never', currency: 'USD', price: '1.2345678' });
  await no({ name: undefined, kind: undefined, basis: undefined, cycle: undefined, from: undefined });
  await no({ payer: undefined, due: undefined, propertyId: undefined, color: 'red' });
  await no({ name: '费'.repeat(61), due: { kind: 'someDay', day: 1 } });
  await no({ due: { ...due(1), color: 'red' } });
  for (const bad of [due(0, -1), due(32, 25), after(0), after(251)]) await no({ due: bad });
  await no({ ...light, tiers: [] });
  await no({ ...light, tiers: tiers(9) });
  await no({ ...light, tiers: [{ upTo: '0', price: '1' }, { price: '-1' }, { price: '1', color: 'red' }] });
  await no({ price: '1000000000' });
  await no({ propertyId: `prp_${'0'.repeat(26)}` });
  await yes({ ...light, tiers: tiers(8) });
  await yes({ ...light, tiers: tiers(1) });
  await yes({ name: '费'.repeat(60), due: due(31, 24), price: '999999999.123456', currency: 'CNY' });
  await yes({ name: ' 清洁费 ', kind: 'waste', basis: 'fixed', per: 'cycle', cycle: 'quarter', price: '0' });
  await yes({ kind: 'maintenanceFund', name: '维修资金', cycle: 'halfYear', due: after(1) });
  await yes({ kind: 'parking', name: '车位费', basis: 'fixed', appliesTo: 'assigned', due: after(250) });
  await yes({ cycle: 'year', payer: 'tenant', due: due(1), to: '2026-01-01' });
}

/** What contradicts itself. */
export async function standardFaults(town: Town): Promise<void> {
  const no = (but: Record<string, unknown>) => town.refused('createFeeStandard', { but });
  const tiers = [{ price: '1' }];
  const upTo = (...ends: (string | undefined)[]) => ends.map((end) => ({ upTo: end, price: '0.5' }));
  // Water and electricity by the meter, nothing else.
  await no({ ...water, basis: 'area' });
  await no({ ...water, kind: 'electricity', basis: 'fixed' });
  await no({ basis: 'metered' });
  await no({ basis: 'tiered', price: undefined, tiers });
  // Once.
  await no({ kind: 'oneOff', basis: 'fixed' });
  await no({ kind: 'deposit', basis: 'fixed', cycle: 'year' });
  await town.ask('createFeeStandard', { but: { kind: 'oneOff', basis: 'fixed', cycle: 'once' } });
  await town.ask('createFeeStandard', { but: { kind: 'deposit', basis: 'fixed', cycle: 'once' } });
  // Days, prices and tiers.
  await no({ to: '2025-12-31' });
  await no({ price: undefined });
  await no({ tiers });
  await no({ ...water, price: undefined, tiers, to: '2025-12-31' });
  await no({ ...light, price: '1', tiers });
  await no(light);
  await no({ ...light, price: '1' });
  await no({ ...light, tiers: upTo('10', '20') });
  await no({ ...light, tiers: upTo(undefined, undefined) });
  await no({ ...light, tiers: upTo('10', '10', undefined) });
  await no({ ...light, tiers: upTo('10', '9.999', undefined) });
  await no({ ...light, tiers: upTo('9', '10.0', undefined, '9', undefined) });
  await no({ kind: 'deposit', basis: 'metered', price: undefined, to: '2000-01-01', tiers });
}

async function versions(town: Town, estate: Estate): Promise<void> {
  const area = await estate.standard({ to: '2027-06-30' });
  const add = (id: string, body: Record<string, unknown>) => town.ask('addFeeStandardVersion', { id, body });
  const no = (id: string, body: Record<string, unknown>) =>
    town.refused('addFeeStandardVersion', { id, body });
  await no(area, {});
  await no(area, { from: '2026-01-01', price: '2' });
  await no(area, { from: '2025-12-31', price: '2' });
  await no(area, { from: '2027-07-01', tiers: [{ price: '2' }] });
  await no(area, { from: '2026-06-01', payer: 'nobody', due: {}, price: '', n: 7 });
  await add(area, { from: '2026-01-02', price: '2' });
  await add(area, { from: '2027-06-30', payer: 'tenant', due: { kind: 'workingDaysAfterIssue', days: 5 } });
  const light = await estate.standard({
    kind: 'electricity',
    name: '电费',
    basis: 'tiered',
    price: undefined,
    tiers: [{ upTo: '100', price: '0.5' }, { price: '0.8' }],
  });
  await no(light, { from: '2026-03-01', price: '1' });
  await no(light, { from: '2026-03-01', tiers: [{ upTo: '100', price: '1' }] });
  await add(light, { from: '2026-03-01', tiers: [{ price: '0.6' }] });
  await town.ask('getFeeStandard', { id: light });
  // A last day, another name.
  const change = (body: Record<string, unknown>) => ({ id: area, body });
  await town.refused('changeFeeStandard', change({ to: '2027-06-29' }));
  await town.refused('changeFeeStandard', change({ name: '', price: '3' }));
  await town.ask('changeFeeStandard', change({ name: '费'.repeat(60) }));
  await town.ask('changeFeeStandard', change({ to: '2027-06-30' }));
  await town.ask('changeFeeStandard', change({ to: '2028-01-01', name: '物业费' }));
  await town.ask('changeFeeStandard', change({}));
  const stale = { headers: { 'if-match': '"1"' }, is: 412 };
  await town.refused('changeFeeStandard', { ...change({ name: '旧' }), ...stale });
  await town.refused('addFeeStandardVersion', { id: area, body: { from: '2027-12-31' }, ...stale });
  await town.ask('getFeeStandard', { id: area });
}
