import * as z from 'zod/mini';
import { type Entry, entriesOf, entryKinds } from '../../shared/books/index.ts';
import { Cursors } from '../../shared/cursor.ts';
import { env } from '../../shared/env.ts';
import { cursor, day, id, limit } from '../../shared/fields.ts';
import { type Context, ok, type Reply, type Route, route } from '../../shared/http/route.ts';
import { keys, lists } from '../../shared/keys.ts';
import { type Fen, yuan } from '../../shared/money/index.ts';
import { invalidField, notFound } from '../../shared/problem.ts';
import { addDays, instantAt, iso, localDay } from '../../shared/time/index.ts';
import { Statement } from './arrearsSchema.ts';

export interface Row extends Entry {
  /** what is owed after it; deposits are no part of it */
  balance: Fen;
  /** what is held as deposits after it */
  deposits: Fen;
}

/** What an entry adds to what is owed, and to what is held. Money that only goes from credit to a bill adds nothing. */
function effect({ kind, amount }: Entry): { owed: Fen; held: Fen } {
  const {
    bill = 0,
    credit = 0,
    deposit = 0,
  }: { bill?: number; credit?: number; deposit?: number } = entryKinds[kind];
  return { owed: (bill - credit) * amount, held: deposit * amount };
}

/** An entry's place in its unit's: by moment; of one moment, bills first, then each posting as a whole. */
export function placeOf({ at, id }: Pick<Entry, 'at' | 'id'>): string {
  const [posting = '', n = ''] = id.split('.');
  return `${at}|${posting.startsWith('bil_') ? 0 : 1}|${posting}|${n.padStart(6, '0')}`;
}

/** The entries of a unit in their order. */
export function inOrder(entries: readonly Entry[]): Entry[] {
  return entries
    .map((entry) => ({ entry, key: placeOf(entry) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ entry }) => entry);
}

export interface Balance {
  balance: Fen;
  deposits: Fen;
}

/** Where a page of a statement begins: after which entry, and what was owed and held then. */
export interface Start extends Balance {
  after: string;
}

/**
 * A period's rows of entries of a unit, with the running balance. `from` and `to` are instants. The entries are all there are from the
 * first one on, or, with `start`, at least all that come after its place.
 */
export function statementOf(entries: readonly Entry[], from: string, to: string, start?: Start) {
  let balance = start?.balance ?? 0;
  let deposits = start?.deposits ?? 0;
  const opening: Balance = { balance, deposits };
  const rows: Row[] = [];
  for (const entry of inOrder(entries)) {
    if (start && placeOf(entry) <= start.after) continue;
    if (entry.at >= to) break;
    const { owed, held } = effect(entry);
    balance += owed;
    deposits += held;
    if (entry.at < from) Object.assign(opening, { balance, deposits });
    else rows.push({ ...entry, balance, deposits });
  }
  return { opening, rows, closing: { balance, deposits } };
}

/** What a cursor of a statement carries: where the page begins, and what was owed when the period began. */
interface Mark extends Start {
  opening: Balance;
}

async function unitStatement(
  { office, now }: Context,
  unitId: string,
  asked: { from: string; to?: string | undefined; limit: number; cursor?: string | undefined },
): Promise<Reply> {
  const t = office.tenantId;
  const { unit } = await office.load({ unit: keys.unit(t, unitId) });
  if (unit?.et !== 'unit') throw notFound();
  const propertyId = unit.list?.propertyId as string;
  const { property } = await office.load({ property: keys.property(t, propertyId) });
  const zone = property?.list?.zone as string;
  const { from, to = localDay(now, zone) } = asked;
  if (to < from) {
    throw invalidField('/query/to', 'before_start', 'It ends before it begins.', '结束日期早于开始日期。');
  }
  const scope = `${t}\nstatement\n${unitId}\n${from}\n${to}`;
  const cursors = new Cursors(env('CURSOR_SECRET'));
  const mark =
    asked.cursor === undefined ? undefined : (cursors.open(asked.cursor, scope) as unknown as Mark);
  const start = (on: string) => iso(instantAt(on, 0, zone));
  const end = start(addDays(to, 1));
  // The first page from the first entry on: a balance is the sum of its entries, and a unit has some hundred of them in ten
  // years. A later page from where the one before ended.
  const since = mark?.after.split('|')[0];
  const items = await Promise.all(
    [lists.billsOfUnit(t, unitId), lists.postingsOfUnit(t, unitId)].map((pk) =>
      office.all({ index: 'g3', pk, sk: { ...(since !== undefined && { from: since }), to: end } }),
    ),
  );
  const whole = statementOf(items.flat().flatMap(entriesOf), start(from), end, mark);
  const { closing } = whole;
  const opening = mark?.opening ?? whole.opening;
  const rows = whole.rows.slice(0, asked.limit);
  const last = rows.at(-1);
  const next =
    last && whole.rows.length > rows.length
      ? cursors.seal(
          { after: placeOf(last), balance: last.balance, deposits: last.deposits, opening } satisfies Mark,
          scope,
        )
      : undefined;
  return ok({
    unitId,
    propertyId,
    from,
    to,
    opening: yuan(opening.balance),
    closing: yuan(closing.balance),
    depositsOpening: yuan(opening.deposits),
    depositsClosing: yuan(closing.deposits),
    entries: rows.map(({ amount, balance, deposits, propertyId: _, unitId: __, ...row }) => ({
      ...row,
      amount: yuan(amount),
      balance: yuan(balance),
      deposits: yuan(deposits),
    })),
    ...(next !== undefined && { next }),
  });
}

export const ledgerRoutes: Route[] = [
  route({
    id: 'getUnitStatement',
    method: 'GET',
    path: '/v1/units/{id}/statement',
    summary:
      'Every entry of a unit in a period of days, the oldest first, with the running balance (对账单); opening and closing are the period\u2019s on each page',
    needs: 'fees:read',
    params: z.strictObject({ id: id('unit') }),
    query: z.strictObject({ from: day, to: z.optional(day), limit, cursor: z.optional(cursor) }),
    responses: { 200: Statement },
    handle: (context, { params, query }) => unitStatement(context, params.id, query),
  }),
];
