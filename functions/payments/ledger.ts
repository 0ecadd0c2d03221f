import * as z from 'zod/mini';
import { type Entry, entriesOf, entryKinds } from '../../shared/books/index.ts';
import { day, id } from '../../shared/fields.ts';
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

/** The entries of a unit in their order: by moment; of one moment, bills first, then each posting as a whole. */
export function inOrder(entries: readonly Entry[]): Entry[] {
  const key = ({ at, id }: Entry) => {
    const [posting = '', n = ''] = id.split('.');
    return `${at}|${posting.startsWith('bil_') ? 0 : 1}|${posting}|${n.padStart(6, '0')}`;
  };
  return entries
    .map((entry) => ({ entry, key: key(entry) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ entry }) => entry);
}

/** A period's rows of all entries of a unit there are, with the running balance from the first entry on. `from` and `to` are instants. */
export function statementOf(entries: readonly Entry[], from: string, to: string) {
  let balance = 0;
  let deposits = 0;
  const opening = { balance, deposits };
  const rows: Row[] = [];
  for (const entry of inOrder(entries)) {
    if (entry.at >= to) break;
    const { owed, held } = effect(entry);
    balance += owed;
    deposits += held;
    if (entry.at < from) Object.assign(opening, { balance, deposits });
    else rows.push({ ...entry, balance, deposits });
  }
  return { opening, rows, closing: { balance, deposits } };
}

async function unitStatement(
  { office, now }: Context,
  unitId: string,
  asked: { from: string; to?: string | undefined },
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
  // From the first entry on: a balance is the sum of its entries, and a unit has some hundred of them in ten years.
  const items = await Promise.all(
    [lists.billsOfUnit(t, unitId), lists.postingsOfUnit(t, unitId)].map((pk) =>
      office.all({ index: 'g3', pk }),
    ),
  );
  const start = (on: string) => iso(instantAt(on, 0, zone));
  const { opening, rows, closing } = statementOf(
    items.flat().flatMap(entriesOf),
    start(from),
    start(addDays(to, 1)),
  );
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
  });
}

export const ledgerRoutes: Route[] = [
  route({
    id: 'getUnitStatement',
    method: 'GET',
    path: '/v1/units/{id}/statement',
    summary: 'Every entry of a unit in a period of days, with the running balance (对账单)',
    needs: 'fees:read',
    params: z.strictObject({ id: id('unit') }),
    query: z.strictObject({ from: day, to: z.optional(day) }),
    responses: { 200: Statement },
    handle: (context, { params, query }) => unitStatement(context, params.id, query),
  }),
];
