import { dueAt, keys, lists } from '../../shared/keys.ts';
import { type Item, type Key, type OfficeTable, Stale } from '../../shared/table.ts';
import { followAccounts } from './account.ts';
import type { Place } from './shell.ts';

/** Cases looked at in one run; a notifier has a minute. */
const perRun = 3000;
const perPage = 500;

/** How far a run came: the property, and the place in its list of cases. */
interface Position {
  property: string;
  from?: string;
}

/**
 * New figures have come into force (a policy version on its day): every open case is looked at once, so that steps which now come
 * earlier are not waited for till the old moment. What runs out of time goes on with the next sweep; to repeat it does no harm.
 * `key` is the version's, which the sweep found due.
 */
export async function relook(office: OfficeTable, key: Key, now: number, limit = perRun): Promise<void> {
  const { item } = await office.load({ item: key });
  if (item?.dueSk === undefined) return;
  const end = await lookFrom(office, item.rest?.relook as Position | undefined, now, limit);
  try {
    await office.commit([
      end
        ? {
            update: key,
            set: { 'rest.relook': end, ...dueAt(key, new Date(now).toISOString()) },
            expect: { version: item.v },
          }
        : { update: key, unset: ['duePk', 'dueSk', 'rest.relook'], expect: { version: item.v } },
    ]);
  } catch (error) {
    if (!(error instanceof Stale)) throw error;
  }
}

/** Answers where it stopped, undefined at the end. */
async function lookFrom(
  office: OfficeTable,
  start: Position | undefined,
  now: number,
  limit: number,
): Promise<Position | undefined> {
  const t = office.tenantId;
  const properties = (await office.all({ pk: keys.propertiesPk(t) })).map(({ sk }) => sk).sort();
  let left = limit;
  for (const property of properties) {
    if (start && property < start.property) continue;
    let from = start?.property === property ? start.from : undefined;
    for (;;) {
      if (left <= 0) return { property, ...(from !== undefined && { from }) };
      const page: { items: Item[]; next?: string } = await office.query({
        index: 'g1',
        pk: lists.dunningOfProperty(t, property),
        ...(from !== undefined && { sk: { from } }),
        limit: Math.min(perPage, left),
      });
      await followAccounts(
        office,
        page.items.map(({ list }) => list as unknown as Place),
        now,
      );
      left -= page.items.length;
      const last = page.items.at(-1)?.g1sk;
      if (page.next === undefined || last === undefined) break;
      // The least text after it.
      from = `${last}\u0000`;
    }
  }
  return undefined;
}
