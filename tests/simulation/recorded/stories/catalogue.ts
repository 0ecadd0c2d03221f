import type { Town } from '../../life/town.ts';

const missing = (kind: string) => `${kind}_${'0'.repeat(26)}`;

/** The catalogue of paid services (FEE-6): what may be offered where, from when to when, and what is refused. */
export async function catalogue(town: Town): Promise<void> {
  const { mine } = town;
  town.at('2026-08-04 01:00');
  const create = (body: Record<string, unknown>) => town.ask('createService', { body });
  const refuse = (body: unknown) => town.refused('createService', { body });
  const zone = 'Asia/Urumqi';
  const other = (await town.aside('createProperty', { but: { name: '东苑', zone } })).id as string;
  const priced = { name: '保洁', pricing: { by: 'fixed', price: '120.50' } };
  // Its first day is that of the property's zone, where it is still yesterday.
  await create({ ...priced, propertyId: other });
  await create({
    ...priced,
    propertyId: mine.prp,
    about: '两小时\n含工具',
    to: '2026-08-04',
    warrantyDays: 7,
  });
  const { id } = await create({
    name: '维修',
    pricing: { by: 'quote' },
    from: '2026-09-01',
    to: '2026-09-01',
  });
  await create({ name: '擦窗', pricing: { by: 'unit', price: '3.5', unit: '平方米' } });
  await refuse({ ...priced, to: '2026-08-03' });
  await refuse({ ...priced, from: '2026-09-02', to: '2026-09-01' });
  await refuse({ ...priced, propertyId: missing('prp') });
  await refuse({ ...priced, propertyId: other, to: '2026-08-02' });
  await refuse({ name: '', pricing: { by: 'fixed', price: '0.00' }, warrantyDays: 3651 });
  await refuse({ name: '保洁', pricing: { by: 'quote', price: '1' }, warrantyDays: -1, from: 'x' });

  await town.ask('listServices', { query: { propertyId: other } });
  const { next: cursor } = await town.ask('listServices', { query: { limit: '3' } });
  await town.ask('listServices', { query: { limit: '3', cursor } });
  await town.ask('listServices');
  await town.refused('listServices', { query: { propertyId: other, cursor } });
  await town.refused('listServices', { query: { cursor: 'nonsense' } });

  const change = (body: object, more: object = {}) => town.ask('changeService', { id, body, ...more });
  await change({ to: '2026-08-31' }, { is: 400 });
  await change({ from: '2026-09-02' }, { is: 400 });
  await change({ from: '2026-08-01', pricing: { by: 'fixed', price: '9' }, about: '上门' });
  await change({ to: '2026-08-01', name: '小修', warrantyDays: 0 });
  await change({ name: '大修' }, { headers: { 'if-match': '"1"' }, is: 412 });
  await change({ propertyId: other }, { is: 400 });
  await town.ask('getService', { id });
  await town.refused('getService', { id: missing('svc'), is: 404 });
  await town.refused('changeService', { id: missing('svc'), body: { to: '2026-12-31' }, is: 404 });
}
