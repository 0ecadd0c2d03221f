import type { Item } from '../../../../shared/table.ts';
import type { Town } from '../../life/town.ts';
import { absent, inParts } from './parts.ts';

/** What every route does: the reader's language, and a request that is sent again. */
export const common = inParts({ ranges, languages, repetitions });

/** A part of a list: from its beginning or its end, of one day, by the beginning of a name. */
async function ranges(town: Town): Promise<void> {
  const { prp: propertyId, unt: id, cus } = town.mine;
  await town.ask('listUnits', { query: { propertyId, limit: '2' } });
  await town.ask('listCustomers', { query: { name: '王', limit: '2' } });
  await town.ask('listCustomerEvents', { id: cus, query: { limit: '2' } });
  const pay = (externalId: string) => town.ask('createPayment', { but: { externalId, amount: '1.00' } });
  await pay('wx-1');
  town.at('2026-08-04 09:00');
  await pay('wx-2');
  for (const day of ['2026-08-03', '2026-08-04', '2026-08-05'])
    await town.ask('listPayments', { query: { propertyId, day } });
  for (const query of [{ from: '2026-08-04' }, { from: '2026-08-03', to: '2026-08-03' }])
    await town.ask('getUnitStatement', { id, query });
}

async function languages(town: Town): Promise<void> {
  const many = Array.from({ length: 20 }, () => 'de').join();
  for (const language of [
    'ZH-hans',
    'de, zh;q=0.5, en;q=0.6',
    'en ; q=0.2 , zh; level=1; q=0.3',
    'zh;level=1',
    'en;q=0.5,zh;q=0.5',
    'zh;q=0.5,en;q=0.5',
    'zh;q=none',
    'zh;q=0',
    'xzh',
    'nen,zh;q=0.1,xen',
    `${many},zh`,
    `${many.slice(3)},zh`,
  ]) {
    town.about = language.slice(-40);
    await town.refused('getUnit', { id: absent('unt'), headers: { 'accept-language': language }, is: 404 });
  }
}

async function repetitions(town: Town): Promise<void> {
  const { stage } = town;
  const records = () => [...stage.rig.table.items()].filter(({ et }) => et === 'idem');
  let n = 0;
  const ask = (key: string, is?: number, number = 'K1', as = town.who) =>
    town.ask('createUnit', { as, but: { number }, headers: { 'idempotency-key': key }, ...(is && { is }) });
  const part = async (about: string, of: () => Promise<unknown>) => {
    town.about = `${++n} ${about}`;
    await of();
  };
  const before = new Set(records().map(({ pk }) => pk));
  await part('the first time', () => ask('k-1'));
  const record = records().find(({ pk }) => !before.has(pk)) as Item;
  await part('the second time', () => ask('k-1'));
  await part('another body', () => ask('k-1', 422, 'K2'));
  await part('of somebody else', () => ask('k-1', undefined, 'K3', town.program('units:write')));
  await part('another key', () => ask('k-2', 409));
  await part('a refusal is no answer that is kept', () => ask('k-2', undefined, 'K4'));
  const ends = Number(record.ttl) * 1000;
  stage.now = ends - 1;
  await part('until its end', () => ask('k-1'));
  stage.now = ends;
  await part('past its end', () => ask('k-1', 409));
  await part('past its end, anew', () => ask('k-1', undefined, 'K5'));
  // Another one of the same request was quicker.
  const { rig } = stage;
  const quicker = async (about: string, number: string, is?: number) => {
    rig.meanwhile = {
      at: /^TransactWrite/,
      act: () => rig.write({ ...record, ttl: Number(record.ttl) + 86_400 }),
    };
    rig.table.redo([{ key: record, before: rig.table.item(record), after: undefined }]);
    await part(about, () => ask('k-1', is, number));
    rig.meanwhile = undefined;
  };
  await quicker('meanwhile', 'K6', 422);
}
