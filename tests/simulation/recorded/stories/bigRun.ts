import type { Town } from '../../life/town.ts';
import { Estate } from './estate.ts';

/** A property of so many units that a run puts them into chunks in more than one go. */
export async function manyUnits(town: Town): Promise<void> {
  const estate = await Estate.of(town);
  const { propertyId } = estate;
  town.mine.prp = propertyId;
  await estate.standard();
  const rows = Array.from({ length: 1001 }, (_, n) => `${n + 1}号,1\n`).join('');
  await town.ask('importUnits', { query: { propertyId }, csv: `楼栋,房号\n${rows}` });
  await town.stream();
}

/** Their run, whose function has no time left after the first of them; what is to be seen of units comes page by page. */
export async function bigRun(town: Town): Promise<void> {
  const { id } = await town.ask('createBillRun', { but: { propertyId: town.mine.prp, cycle: '2026-08' } });
  await town.stream();
  const { rig } = town.stage;
  await town.work({ getRemainingTimeInMillis: () => (rig.trace.sent.length === 0 ? 10_000 : 0) });
  await town.settle();
  await town.ask('getBillRun', { id });
  // With time enough both goes are one.
  await town.ask('createBillRun', { but: { propertyId: town.mine.prp, cycle: '2026-08' } });
  await town.settle();
  const { next } = await town.ask('listBillRunNotes', { id });
  await town.ask('listBillRunNotes', { id, query: { cursor: next } });
}
