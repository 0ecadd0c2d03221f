import { keys, lists } from '../../shared/keys.ts';
import type { SystemTable } from '../../shared/system.ts';
import type { Item } from '../../shared/table.ts';

/**
 * Where an office's items are. The table has no list of an office's partitions and nobody may scan it, so export and deletion walk
 * from what can be enumerated: the partitions that every office has, and the lists of the rest. Idempotency records are in
 * neither; they end by themselves after 48 h.
 */
export interface Source {
  pk: string;
  /** A list of things that have partitions of their own; without it the partition itself holds the items. */
  index?: 'g1';
  /** The partitions that hang on an item. */
  children(item: Item): string[];
}

export function sources(t: string): Source[] {
  const none = () => [];
  const partition = (pk: string, children: Source['children'] = none): Source => ({ pk, children });
  const own = (item: Item) => [keys.objectPk(t, item.sk)];
  const list = (pk: string): Source => ({ pk, index: 'g1', children: (item) => [item.pk] });
  return [
    list(lists.tickets(t)),
    list(lists.customers(t)),
    list(lists.units(t)),
    list(lists.deliveries(t)),
    partition(keys.propertiesPk(t), (item) => [...own(item), keys.counterPk(t, item.sk)]),
    partition(keys.staffPk(t), (item) => [...own(item), keys.inboxPk(t, item.sk)]),
    partition(keys.apiKeysPk(t), own),
    partition(keys.webhooksPk(t), own),
    partition(keys.importsPk(t), own),
    partition(keys.counterPk(t, 'office')),
    partition(keys.digestPk(t)),
    partition(keys.job(t, 'recalc').pk),
    partition(keys.policyPk(t)),
    partition(keys.objectPk(t, 'calendar')),
    partition(keys.loginsPk(t)),
    partition(keys.owners(t).pk),
    // The office's own history, and last the office itself.
    partition(keys.objectPk(t, t)),
    partition(keys.office(t).pk),
  ];
}

/** Where an export stands. */
export interface Position {
  /** number of the source */
  s: number;
  /** the page of the source, and the last item of it that is done */
  page?: string;
  done?: string;
  /** number of the item's child and the page of it */
  c?: number;
  child?: string;
}

const pageOf = 25;
const address = (item: Item) => `${item.pk}|${item.sk}`;

/**
 * The next items of an office until `full` says that they are enough (a query's worth more may come), and where to go on.
 */
export async function walk(
  system: SystemTable,
  t: string,
  from: Position,
  full: (items: readonly Item[]) => boolean,
): Promise<{ items: Item[]; next?: Position }> {
  const items: Item[] = [];
  const all = sources(t);
  let position = from;
  for (let source = all[position.s]; source; source = all[position.s]) {
    const { pk, index } = source;
    const page = await system.query({
      pk,
      ...(index && { index }),
      limit: pageOf,
      ...(position.page !== undefined && { cursor: position.page }),
    });
    // An item that has gone meanwhile is not found: then the page comes again rather than not at all.
    const finished = page.items.findIndex((item) => address(item) === position.done);
    for (const item of page.items.slice(finished + 1)) {
      const children = source.children(item);
      for (let c = position.c ?? 0; c < children.length; c++) {
        let cursor = c === position.c ? position.child : undefined;
        do {
          if (full(items)) {
            const { c: _c, child: _child, ...rest } = position;
            return { items, next: { ...rest, c, ...(cursor !== undefined && { child: cursor }) } };
          }
          const inner = await system.query({
            pk: children[c] ?? '',
            limit: 100,
            ...(cursor !== undefined && { cursor }),
          });
          items.push(...inner.items);
          cursor = inner.next;
        } while (cursor !== undefined);
      }
      if (!index) items.push(item);
      position = {
        s: position.s,
        ...(position.page !== undefined && { page: position.page }),
        done: address(item),
      };
      if (full(items)) return { items, next: position };
    }
    position = page.next !== undefined ? { s: position.s, page: page.next } : { s: position.s + 1 };
  }
  return { items };
}

/**
 * Removes what an office has, except the office item itself: what hangs on a thing before the thing, so that a deletion that stops
 * anywhere finds its way again. Stops after about `limit` items; says how many are gone and whether nothing was left.
 */
export async function purge(
  system: SystemTable,
  t: string,
  limit: number,
): Promise<{ removed: number; finished: boolean }> {
  let removed = 0;
  const clear = async (pk: string): Promise<boolean> => {
    while (removed < limit) {
      const { items } = await system.query({ pk, limit: 100 });
      if (items.length === 0) return true;
      await system.removeAll(items);
      removed += items.length;
    }
    return false;
  };
  for (const { pk, index, children } of sources(t)) {
    if (pk === keys.office(t).pk) continue;
    let cursor: string | undefined;
    do {
      const page = await system.query({
        pk,
        ...(index && { index }),
        limit: pageOf,
        ...(cursor !== undefined && { cursor }),
      });
      for (const item of page.items) {
        for (const child of children(item)) if (!(await clear(child))) return { removed, finished: false };
      }
      if (!index) {
        await system.removeAll(page.items);
        removed += page.items.length;
        if (removed >= limit) return { removed, finished: false };
      }
      cursor = page.next;
    } while (cursor !== undefined);
  }
  return { removed, finished: true };
}
