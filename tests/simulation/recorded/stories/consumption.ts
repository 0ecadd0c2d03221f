import type { Town } from '../../life/town.ts';
import { Estate } from './estate.ts';

/** Units with meters, each read in its own way. */
async function unitsOf(town: Town) {
  const estate = await Estate.of(town);
  await estate.standard({ kind: 'water', name: '水费', basis: 'metered', price: '3.45', from: '2020-01-01' });
  const light = await estate.standard({
    kind: 'electricity',
    name: '电费',
    basis: 'tiered',
    price: undefined,
    tiers: [{ upTo: '100', price: '0.5' }, { upTo: '150.5', price: '0.8' }, { price: '1.2' }],
  });
  const lift = await estate.standard({
    kind: 'electricity',
    name: '电梯电费',
    basis: 'metered',
    appliesTo: 'assigned',
    cycle: 'quarter',
  });
  // It is charged by a meter, and has none.
  await estate.owned({ assignments: [{ standardId: lift, quantity: '1', from: '2026-01-01' }] });
  const units = {
    plain: await metered(estate, ['水表1', '100', '05-31 110', '06-30 125.5', '07-31 141']),
    changed: await metered(estate, ['水表2', '100', '04-30 105', '05-20 0.5 110', '05-31 8', '06-15 3 9']),
    // Three months are known, then two, then one with nothing before.
    quiet: await metered(estate, ['水表3', '0', '02-28 10', '03-31 21', '04-30 30.001', '05-31 43']),
    begun: await metered(estate, ['水表4', '7']),
    late: await metered(estate, ['水表5', '1', '05-10 4', '05-31 9'], '2026-05-01'),
    future: await metered(estate, ['水表6', '1', '07-31 3'], '2026-07-02'),
    // Read on the first of a month; only long before and after.
    first: await metered(estate, ['水表7', '1', '05-01 5', '06-01 20', '07-31 50']),
    sparse: await metered(estate, ['水表8', '1', '07-31 50']),
  };
  // Three years and more, of which the file keeps the last.
  const old = await metered(estate, ['水表9', '0', ...months(37)], '2023-05-31');
  const occupancies = [{ payerId: town.mine.cus, role: 'owner', from: '2020-01-01' }];
  await town.ask('setUnitFees', { id: old.unit, body: { occupancies } });
  const off = await metered(estate, ['', '0', '05-31 100', '06-30 250.5', '07-31 401.001'], {
    kind: 'electricity',
    multiplier: '1.5',
  });
  await metered(estate, ['', '0', '05-31 100', '06-30 200.5', '07-31 400'], { kind: 'electricity' });
  // Off for the whole of it; of tiers the first carries what is asked for instead.
  const reason = { reason: '公用', standardId: light, from: '2026-07-01' };
  const file = await town.ask('getUnitFees', { id: off.unit });
  await town.ask('setUnitFees', {
    id: off.unit,
    body: {
      occupancies: file.occupancies,
      vacancies: [{ from: '2026-06-01' }],
      exceptions: [
        { ...reason, kind: 'fixed', amount: '9.99', to: '2026-07-15' },
        { ...reason, kind: 'discount', percent: '50', from: '2026-07-16' },
      ],
    },
  });
  return { estate, units: { ...units, off } };
}

const built = new WeakMap<Town, Awaited<ReturnType<typeof unitsOf>>>();

/** What is there before anything is looked at. */
export async function readMeters(town: Town): Promise<void> {
  built.set(town, await unitsOf(town));
}

/** What meters counted, month by month (FEE-2): changed ones, tiers, readings that are missing and estimated, and what follows after. */
export async function consumption(town: Town): Promise<void> {
  const known = built.get(town);
  if (!known) throw new Error('no meters were read');
  const { estate, units } = known;
  const { plain, changed, quiet, off } = units;
  const sold = {
    occupancies: [
      { payerId: town.mine.cus, role: 'owner', from: '2026-01-01', to: '2026-05-10' },
      { payerId: town.mine.cus, role: 'tenant', from: '2026-07-11' },
    ],
  };
  for (const cycle of ['2026-05', '2026-06', '2026-07']) await estate.issued(cycle);
  await estate.run('2026-Q2');
  await estate.run('2023-07');
  for (const one of [off, changed, quiet, units.first]) await estate.bills(one.unit);
  // What was estimated too high is taken off what follows; more than was estimated is billed.
  const read = (of: { unit: string; meter: string }, day: string, value: string, final?: string) =>
    town.ask('addReading', {
      id: of.unit,
      body: { meterId: of.meter, day, value, ...(final !== undefined && { change: { final } }) },
    });
  town.at('2026-09-30 19:00');
  // Read after all for a day that had been estimated.
  const query = { propertyId: estate.propertyId };
  await town.refused('importReadings', { query, csv: `meter,day,value\n${quiet.meter},2026-07-31,42.9\n` });
  await town.ask('importReadings', {
    query,
    csv: `meter,day,value\n${quiet.meter},2026-07-31,55\n${quiet.meter},2026-08-31,60\n`,
  });
  await read(changed, '2026-08-31', '5');
  await read(off, '2026-09-30', '2', '500');
  await estate.issued('2026-08');
  await town.ask('setUnitFees', { id: plain.unit, body: sold });
  await read(quiet, '2026-09-30', '99.999');
  await estate.issued('2026-09');
  for (const one of [quiet, changed, plain, off]) await estate.bills(one.unit);
  await town.ask('getUnitFees', { id: quiet.unit });
  await town.ask('listReadings', { id: quiet.unit });
}

/** What a meter showed at the end of months from June 2023 on. */
const months = (n: number) =>
  Array.from({ length: n }, (_, i) => {
    const day = new Date(Date.UTC(2023, 6 + i, 0)).toISOString().slice(0, 10);
    return `${day} ${i + 1}`;
  });

/** A unit with a meter: its name, what it showed first, then days, values and what the one before showed last. */
async function metered(
  estate: Estate,
  [name = '', first = '', ...readings]: readonly string[],
  but: Record<string, unknown> | string = {},
): Promise<{ unit: string; meter: string }> {
  const { town } = estate;
  const { unit } = await estate.owned();
  const initial = { day: typeof but === 'string' ? but : '2026-01-31', value: first };
  const { id: meter } = await town.ask('addMeter', {
    id: unit,
    body: { kind: 'water', ...(name && { name }), initial, ...(typeof but !== 'string' && but) },
  });
  const lines = readings.map((reading) => {
    const [day = '', value, final = ''] = reading.split(' ');
    return `${meter},${day.length < 6 ? `2026-${day}` : day},${value},${final}\n`;
  });
  const query = { propertyId: estate.propertyId };
  if (lines.length > 0)
    await town.ask('importReadings', { query, csv: `meter,day,value,final\n${lines.join('')}` });
  return { unit, meter };
}
