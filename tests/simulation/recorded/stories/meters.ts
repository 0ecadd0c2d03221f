import type { Town } from '../../life/town.ts';
import { Estate } from './estate.ts';

/** Meters of a unit and what they show: never less than before, one reading a day, in the order of days (FEE-2). */
export async function meters(town: Town): Promise<void> {
  const estate = await Estate.of(town);
  const id = await estate.unit();
  const initial = { day: '2026-06-30', value: '100' };
  const add = (body: Record<string, unknown>) =>
    town.ask('addMeter', { id, body: { kind: 'water', initial, ...body } });
  const noMeter = (body: Record<string, unknown>, is = 400) =>
    town.refused('addMeter', { id, body: { kind: 'water', initial, ...body }, is });
  await noMeter({ kind: 'gas', name: ' ', multiplier: '0', initial: {} });
  await noMeter({ name: '表'.repeat(61), multiplier: '1.2345', initial: { ...initial, value: '-1' } });
  await noMeter({ initial: { day: '2026-08-04', value: '1' } });
  await noMeter({ initial: { day: '2026-06-31', value: '1', final: '2' }, readings: [] });
  const { id: meterId } = await add({ name: '水表1' });
  const { id: light } = await add({
    kind: 'electricity',
    name: '表'.repeat(60),
    multiplier: '40',
    initial: { ...initial, value: '0' },
  });
  await add({ initial: { day: '2026-08-03', value: '999999999.999' } });
  await town.ask('getUnitFees', { id });

  const read = (day: string, value: string, final?: string) => ({
    id,
    body: { meterId, day, value, ...(final !== undefined && { change: { final } }) },
  });
  // In Kiritimati it is tomorrow five hours and a half before midnight in China.
  const latest = { id, body: { meterId: light, day: '2026-08-04', value: '1' } };
  town.at('2026-08-03 17:59');
  await town.refused('addReading', latest);
  town.at('2026-08-03 18:01');
  await town.ask('addReading', latest);
  const yes = (...of: Parameters<typeof read>) => town.ask('addReading', read(...of));
  const no = (...of: Parameters<typeof read>) => town.refused('addReading', read(...of));
  await town.refused('addReading', {
    id,
    body: { meterId: 'x', day: 'x', value: 'x', change: {}, final: 1 },
  });
  await town.refused('addReading', {
    id,
    body: { meterId: `mtr_${'0'.repeat(26)}`, day: '2026-07-01', value: '1' },
  });
  await no('2026-08-05', '200');
  await no('2026-06-30', '200');
  await no('2026-06-29', '200');
  await no('2026-07-01', '99.999');
  await no('2026-07-01', '99.99', '99.999');
  await no('2026-07-01', '9');
  await yes('2026-07-01', '100.0');
  await yes('2026-07-02', '100.001');
  await yes('2026-07-03', '0', '100.001');
  await yes('2026-07-04', '3.5', '7');
  await yes('2026-07-31', '1000');
  await no('2026-08-01', '999.5');
  await town.ask('getUnitFees', { id });
  const { next } = await town.ask('listReadings', { id, query: { limit: '3' } });
  await town.ask('listReadings', { id, query: { limit: '3', cursor: next } });
  await town.refused('listReadings', { id, query: { limit: '0', from: '2026-07-01' } });
  await town.ask('listReadings', { id: await estate.unit() });
  // Twelve of them.
  const { rest, ...file } = town.item(id, 'fees');
  const all = rest as { meters: unknown[] };
  const [, , third] = all.meters;
  town.stage.rig.write({ ...file, rest: { ...all, meters: Array(11).fill(third) } });
  await add({});
  await noMeter({}, 409);
}
