import type { Town } from '../../life/town.ts';
import { Estate } from './estate.ts';

/** Runs that begin by themselves (FEE-2): on their days at six in the morning, with or without a look at the preview. */
export async function schedules(town: Town): Promise<void> {
  town.at('2026-10-15 10:00');
  const estate = await Estate.of(town);
  const { propertyId: id } = estate;
  for (const [cycle, per, price] of [
    ['month', 'month', '1'],
    ['quarter', 'month', '2'],
    ['halfYear', 'cycle', '3'],
    ['year', 'month', '0.01'],
  ])
    await estate.standard({
      name: `费${price}`,
      basis: 'fixed',
      cycle,
      per,
      price,
      due: { kind: 'dayOfMonth', day: 31, monthsAfter: 23 },
    });
  const { unit } = await estate.owned({}, { areaM2: undefined });
  await town.ask('setFeeSettings', {
    id,
    body: {
      runs: [
        { cycle: 'month', day: 31, issue: true },
        { cycle: 'quarter', day: 1, issue: true },
        { cycle: 'halfYear', day: 15, monthsAfter: -1 },
        { cycle: 'year', day: 30, monthsAfter: 2, issue: true },
      ],
    },
  });
  for (const moment of ['2026-10-31 05:59', '2026-10-31 06:00', '2026-11-01 07:00', '2026-12-15 06:00']) {
    town.at(moment);
    await town.settle();
  }
  await town.ask('getFeeSettings', { id });
  // The clock stood still: what was missed is done in order. A run that somebody began by hand is another one.
  await town.ask('createBillRun', { but: { propertyId: id, cycle: '2026-12' } });
  town.at('2027-03-01 09:00');
  await town.settle();
  const { items } = await town.ask('listBillRuns', { query: { propertyId: id } });
  for (const run of items) await town.ask('getBillRun', { id: run.id });
  const bills = await town.ask('listBills', { query: { unitId: unit } });
  for (const { id: bill } of bills.items.reverse()) await town.ask('getBill', { id: bill });
  await outage(town, id);
  // Nothing is begun any more.
  await town.ask('setFeeSettings', { id, body: {} });
  town.at('2028-05-02 09:00');
  await town.settle();
  await town.ask('listBillRuns', { query: { propertyId: id, limit: '1' } });
}

/** The office is suspended for a year, and what it missed is begun in order, twelve runs at a time, each once. */
async function outage(town: Town, id: string): Promise<void> {
  const { operator, who, stage } = town;
  const office = { as: operator, id: who.tenantId ?? '' };
  const runs = [
    { cycle: 'month', day: 1 },
    { cycle: 'quarter', day: 1 },
  ];
  await town.ask('setFeeSettings', { id, body: { runs } });
  const before = town.item(id, 'fees');
  await town.ask('suspendTenant', office);
  town.at('2028-05-01 09:00');
  await town.settle();
  await town.ask('reactivateTenant', office);
  town.at('2028-05-01 12:00');
  await town.settle();
  await town.ask('getFeeSettings', { id });
  // Whoever began them died before it was noted; the message comes again.
  stage.rig.write({ ...before, v: town.item(id, 'fees').v });
  await town.settle();
  town.tell('billing', { kind: 'due', tenantId: who.tenantId, pk: before.pk, sk: 'fees' });
  await town.work();
}
