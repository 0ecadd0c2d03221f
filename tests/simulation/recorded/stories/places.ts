import type { Town } from '../../life/town.ts';
import { absent, inParts, pages } from './parts.ts';

/** Properties and their hours (TIME-9); units, told apart by building and number, and found where they are (UNIT-1). */
export const places = inParts({ properties, units });

async function properties(town: Town): Promise<void> {
  const { mine } = town;
  const create = (but: Record<string, unknown>) => town.ask('createProperty', { but });
  const unfit = (but: Record<string, unknown>) => town.refused('createProperty', { but });
  const working = [{ from: '09:00', to: '17:30' }];
  const { id } = await create({
    name: '云栖苑',
    address: '文一西路 1 号',
    zone: 'Asia/Urumqi',
    hours: { working, weekend: [{ from: '10:00', to: '24:00' }], holiday: [] },
  });
  await create({
    name: ' 湖畔 ',
    zone: undefined,
    hours: { working: [], weekend: [{ from: '00:00', to: '24:00' }] },
  });
  for (const hours of [
    { working: [] },
    { working: [], weekend: [] },
    { working: [{ from: '17:00', to: '09:00' }] },
    { working: [{ from: '09:00', to: '09:00' }] },
    { working, holiday: [...working, { from: '17:29', to: '18:00' }] },
    { working: [{ from: '9:00', to: '24:01' }] },
    { working: [{ from: '24:00', to: '24:00' }] },
    { working: Array.from({ length: 7 }, () => working[0]) },
    { weekend: working },
  ])
    await unfit({ hours });
  await unfit({ name: '' });
  await unfit({ name: '名'.repeat(121), address: '一\n二', zone: 'Asia/Nowhere' });
  await pages(town, 'listProperties');
  await town.refused('getProperty', { id: absent('prp'), is: 404 });
  const change = (body: unknown) => town.ask('changeProperty', { id, body });
  await change({ address: '文一西路 2 号', archived: true });
  await change({ hours: { working: [...working, { from: '18:00', to: '20:00' }] }, zone: 'Asia/Shanghai' });
  await change({});
  await town.refused('changeProperty', { id, body: { hours: { working: [] } } });
  await town.refused('changeProperty', { id, body: { archived: 'yes', kind: 'office' } });
  await town.refused('changeProperty', { id, body: { name: 'x' }, headers: { 'if-match': '"1"' }, is: 412 });
  await town.refused('changeProperty', { id: absent('prp'), body: { name: 'x' }, is: 404 });
  await town.ask('getProperty', { id });
  mine.prp = (await create({ name: '清风里' })).id;
}

async function units(town: Town): Promise<void> {
  const { mine } = town;
  const propertyId = mine.prp;
  const create = async (but: Record<string, unknown>) =>
    (await town.ask('createUnit', { but: { ...but } })).id as string;
  const id = await create({ building: '10栋', number: '2', areaM2: 0.01, note: '一层\n带院' });
  const plain = { floor: undefined, areaM2: undefined, occupancy: undefined };
  await create({ building: '9栋', number: '10', ...plain });
  await create({ building: '9栋', number: '9', occupancy: 'vacant', areaM2: 70.55 });
  await create({ building: '10栋', number: '12', occupancy: 'vacant' });
  await town.refused('createUnit', { but: { building: '9栋', number: '9' }, is: 409 });
  await town.refused('createUnit', { but: { propertyId: absent('prp') } });
  for (const areaM2 of [0, 89.555, 1_000_001, '89']) await town.refused('createUnit', { but: { areaM2 } });
  await town.refused('createUnit', { but: { building: ' ', number: '1'.repeat(41), occupancy: 'sold' } });
  await town.refused('createUnit', { but: { floor: '1'.repeat(21), note: 'n'.repeat(1001) } });
  await pages(town, 'listUnits', { query: { propertyId } });
  await pages(town, 'listUnits', { query: { propertyId, occupancy: 'vacant' } }, 1);
  await town.refused('listUnits', { query: { occupancy: 'vacant' } });
  await town.refused('listUnits', { query: { propertyId, occupancy: 'occupied' } });
  await town.ask('listUnits', { query: { propertyId: absent('prp') } });
  await town.refused('getUnit', { id: absent('unt'), is: 404 });
  const change = (body: unknown, on = id) => town.ask('changeUnit', { id: on, body });
  await change({ occupancy: 'vacant' });
  await change({ floor: '1', areaM2: 120.5, note: '毛坯' });
  await change({ floor: null, areaM2: null, note: null, occupancy: 'occupied' });
  await change({});
  await town.refused('changeUnit', { id, body: { building: '1栋', areaM2: 0.001 } });
  await town.refused('changeUnit', { id, body: { note: 'x' }, headers: { 'if-match': '"1"' }, is: 412 });
  await town.refused('changeUnit', { id: absent('unt'), body: { note: 'x' }, is: 404 });
  await town.ask('getUnit', { id });
}
