import { chunkObject, feesObject, keys, lists, mappingObject } from '../../shared/keys.ts';
import type { SystemTable } from '../../shared/system.ts';
import type { Item, ListIndex, OfficeTable } from '../../shared/table.ts';

/**
 * Where an office's items are. The table has no list of an office's partitions and nobody may scan it, so export and deletion walk
 * from what can be enumerated: the partitions that every office has, and the lists of the rest. Idempotency records are in
 * neither; they end by themselves after 48 h.
 */
export interface Source {
  pk: string;
  /** A list of things that have partitions of their own; without it the partition itself holds the items. */
  index?: ListIndex;
  /** What hangs on an item; nothing does where this is missing. */
  children?(item: Item): Source[];
  /** The item by which a list leads to this partition: without it nobody finds the others. */
  found?: Pick<Item, 'sk'>;
}

/** Every family of keys.ts has to be reached from here: a test puts one of each into an office. */
export function sources(t: string): Source[] {
  const partition = (pk: string): Source => ({ pk });
  const list = (index: ListIndex, pk: string): Source => ({
    index,
    pk,
    children: (item) => [{ pk: item.pk, found: item }],
  });
  const own = (item: Item) => partition(keys.objectPk(t, item.sk));
  const ownOnly = (item: Item) => [own(item)];
  // A bill run's chunks are items of its partition; each has a history of its own.
  const chunked = (run: Item): Source => ({
    pk: run.pk,
    found: run,
    children: ({ et, rest }) =>
      et === 'billRunChunk'
        ? [partition(keys.objectPk(t, chunkObject(run.pk.slice(t.length + 1), rest?.n as number)))]
        : [],
  });
  return [
    list('g1', lists.tickets(t)),
    list('g1', lists.customers(t)),
    {
      index: 'g1',
      pk: lists.units(t),
      children: (item) => {
        const unit = item.pk.slice(t.length + 1);
        return [
          partition(keys.objectPk(t, feesObject(unit))),
          partition(keys.accountsPk(t, unit)),
          list('g3', lists.postingsOfUnit(t, unit)),
          list('g3', lists.dunningOfUnit(t, unit)),
          { pk: item.pk, found: item },
        ];
      },
    },
    list('g1', lists.deliveries(t)),
    {
      pk: keys.propertiesPk(t),
      children: (item) => [
        list('g1', lists.billsOfProperty(t, item.sk)),
        { index: 'g1', pk: lists.billRuns(t, item.sk), children: (run) => [chunked(run)] },
        partition(keys.objectPk(t, feesObject(item.sk))),
        list('g1', lists.statements(t, item.sk)),
        list('g1', lists.statementLines(t, item.sk)),
        list('g1', lists.dayEnds(t, item.sk)),
        own(item),
        partition(keys.counterPk(t, item.sk)),
      ],
    },
    { pk: keys.staffPk(t), children: (item) => [own(item), partition(keys.inboxPk(t, item.sk))] },
    { pk: keys.apiKeysPk(t), children: ownOnly },
    { pk: keys.webhooksPk(t), children: ownOnly },
    { pk: keys.importsPk(t), children: ownOnly },
    { pk: keys.feeStandardsPk(t), children: ownOnly },
    { pk: keys.servicesPk(t), children: ownOnly },
    {
      pk: keys.statementMappingsPk(t),
      children: (item) => [partition(keys.objectPk(t, mappingObject(item.sk)))],
    },
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

/** One level of where a walk stands: which source, which page of it, and the last item reached there. */
interface Level {
  n: number;
  page?: string;
  at?: string;
}

/** Where a walk stands. The item that a level names is done, unless a level below says where in it the walk is. */
export type Position = Level[];

/** Items of a page: few where things hang on them, so that going on in the middle does not read much again. */
const pageOf = (source: Source) => (source.children ? 25 : 100);

const address = (item: Item) => `${item.pk}|${item.sk}`;

/** The operator's table, or the office's own. */
type Readable = Pick<OfficeTable, 'query'>;

function pageAt(system: Readable, source: Source, cursor: string | undefined) {
  const { pk, index } = source;
  return system.query({
    pk,
    ...(index && { index }),
    limit: pageOf(source),
    ...(cursor !== undefined && { cursor }),
  });
}

/** The next items of an office until `full` says that they are enough (a query's worth more may come), and where to go on. */
export async function walk(
  system: Readable,
  t: string,
  from: Position,
  full: (items: readonly Item[]) => boolean,
): Promise<{ items: Item[]; next?: Position }> {
  const items: Item[] = [];
  const next = await visit(sources(t), [], from);
  return next ? { items, next } : { items };

  async function visit(all: Source[], path: Position, from: Position): Promise<Position | undefined> {
    let [level, ...below] = from;
    for (let n = level?.n ?? 0; n < all.length; n++) {
      const source = all[n] as Source;
      let page = level?.page;
      do {
        const here = (at?: Item): Position => [
          ...path,
          { n, ...(page !== undefined && { page }), ...(at && { at: address(at) }) },
        ];
        if (full(items)) return here();
        const answer = await pageAt(system, source, page);
        if (!source.children) items.push(...answer.items);
        else {
          // An item that has gone meanwhile is not found: then its page comes again rather than not at all.
          const reached = answer.items.findIndex((item) => address(item) === level?.at);
          if (reached < 0) below = [];
          for (const item of answer.items.slice(below.length > 0 ? reached : reached + 1)) {
            const stopped = await visit(source.children(item), here(item), below);
            below = [];
            if (stopped) return stopped;
            if (!source.index) items.push(item);
            if (full(items)) return here(item);
          }
        }
        level = undefined;
        page = answer.next;
      } while (page !== undefined);
      level = undefined;
    }
    return undefined;
  }
}

/**
 * Removes what an office has, except the office item itself: what hangs on a thing before the thing, and of a partition last the item
 * by which it was found, so that a deletion that stops anywhere finds its way again. Stops after about `limit` items; says how many
 * are gone and whether nothing was left.
 */
export async function purge(
  system: SystemTable,
  t: string,
  limit: number,
): Promise<{ removed: number; finished: boolean }> {
  let removed = 0;
  for (const source of sources(t)) {
    if (source.pk === keys.office(t).pk) continue;
    if (!(await clear(source))) return { removed, finished: false };
  }
  return { removed, finished: true };

  async function clear(source: Source): Promise<boolean> {
    const { found } = source;
    let cursor: string | undefined;
    do {
      if (removed >= limit) return false;
      const page = await pageAt(system, source, cursor);
      for (const item of page.items) {
        for (const child of source.children?.(item) ?? []) if (!(await clear(child))) return false;
      }
      if (!source.index) {
        const others = page.items.filter(({ sk }) => sk !== found?.sk);
        await system.removeAll(others);
        removed += others.length;
      }
      cursor = page.next;
    } while (cursor !== undefined);
    if (found) {
      await system.removeAll([{ pk: source.pk, sk: found.sk }]);
      removed++;
    }
    return true;
  }
}
