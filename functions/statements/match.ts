import type { Fen } from '../../shared/money/index.ts';
import type { BankRow } from './file.ts';
import type { Posted } from './posted.ts';
import type { reasons } from './schema.ts';

export interface OpenAccount {
  unitId: string;
  payerId: string;
  open: Fen;
}

/** What lines are matched against: what is known of a property and its payers. */
export interface Known {
  units: UnitCodes;
  /** accounts with something open */
  accounts: readonly OpenAccount[];
  /** everybody who has an account for a unit, of units that lines name */
  payers: ReadonlyMap<string, readonly string[]>;
  /** who a bill that a line names belongs to, bills of this property only */
  bills: ReadonlyMap<string, { unitId: string; payerId: string; open: Fen }>;
  /** payments that were posted before, by the line's number as their `externalId` */
  posted: ReadonlyMap<string, Posted & { amount: Fen }>;
  /** customers by name */
  names: ReadonlyMap<string, readonly string[]>;
}

export type Match =
  | { by: 'bill' | 'unit' | 'payer'; unitId: string; payerId: string; billId?: string }
  | ({ by: 'payment' } & Posted)
  | { why: (typeof reasons)[number]; unitId?: string };

/** The ids of bills that a text names. */
export const billsIn = (text?: string): string[] => text?.match(/bil_[0-9A-HJKMNP-TV-Z]{26}/g) ?? [];

/** A name as lines and files are compared by it. */
export const nameOf = (text: string) => text.normalize('NFKC').replace(/\s/g, '');

/** Matches lines in their order: what an earlier one has paid is not owed any more, and a payment posted before is one line's. */
export function matchAll(rows: readonly BankRow[], known: Known): Match[] {
  let accounts = [...known.accounts];
  const posted = new Map(known.posted);
  return rows.map((row) => {
    const found = match(row, { ...known, accounts, posted });
    if ('by' in found && found.by === 'payment') posted.delete(row.serial as string);
    else if ('by' in found) {
      const { unitId, payerId } = found;
      accounts = accounts
        .map((account) =>
          account.unitId === unitId && account.payerId === payerId
            ? { ...account, open: account.open - row.amount }
            : account,
        )
        .filter(({ open }) => open > 0);
    }
    return found;
  });
}

/**
 * Who a line is from (FEE-3): the payment that is in the books already under the bank's number of it; the bill it names; the unit it
 * names, if it has one payer who may be meant; the payer's name together with the amount, which has to be what he owes. Anything
 * less is for a person to decide.
 */
export function match(row: BankRow, known: Known): Match {
  const posted = row.serial === undefined ? undefined : known.posted.get(row.serial);
  if (posted?.amount === row.amount) {
    const { paymentId, unitId, payerId } = posted;
    return { by: 'payment', paymentId, unitId, payerId };
  }
  for (const billId of billsIn(row.reference)) {
    const bill = known.bills.get(billId);
    if (bill) return { by: 'bill', billId, unitId: bill.unitId, payerId: bill.payerId };
  }
  const ids = row.payer === undefined ? undefined : known.names.get(nameOf(row.payer));
  const units = row.reference === undefined ? [] : known.units.in(row.reference);
  if (units.length > 1) return { why: 'severalUnits' };
  const [unitId] = units;
  if (unitId !== undefined) {
    const there = known.accounts.filter((account) => account.unitId === unitId);
    const [only] = there.length > 1 ? narrowed(there, row, ids) : there;
    if (only) return { by: 'unit', unitId, payerId: only.payerId };
    const [payerId, other] = known.payers.get(unitId) ?? [];
    if (payerId === undefined) return { why: 'noPayer', unitId };
    return other === undefined ? { by: 'unit', unitId, payerId } : { why: 'severalPayers', unitId };
  }
  const [only, other] = known.accounts.filter(
    ({ payerId, open }) => ids?.includes(payerId) && open === row.amount,
  );
  if (!only) return { why: 'nothing' };
  return other ? { why: 'severalPayers' } : { by: 'payer', unitId: only.unitId, payerId: only.payerId };
}

/** Of several payers of a unit the one with the name, else the one who owes just this; nobody where that leaves two. */
function narrowed(there: readonly OpenAccount[], row: BankRow, ids?: readonly string[]): OpenAccount[] {
  for (const fits of [
    ({ payerId }: OpenAccount) => ids?.includes(payerId),
    ({ open }: OpenAccount) => open === row.amount,
  ]) {
    const some = there.filter(fits);
    if (some.length === 1) return some;
  }
  return [];
}

/** `3栋1201室`, `3-1201` and `３号楼 1201` are one code. */
const coded = (text: string) =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/(?:号楼|单元|[期区栋幢座楼室房号#＃_/\\.,:，。：、\s-])+/g, '-');

/** Finds the units of a property that a text names by building and number. */
export class UnitCodes {
  /** by the last run of letters and digits of their code: texts are looked through once */
  private readonly byNumber: Map<string | undefined, { code: string; id: string }[]>;

  constructor(units: readonly { id: string; building: string; number: string }[]) {
    const codes = units.map(({ id, building, number }) => ({
      id,
      code: coded(`${building}-${number}`).replace(/^-|-$/g, ''),
    }));
    this.byNumber = Map.groupBy(codes, ({ code }) => code.match(/[a-z0-9]+/g)?.at(-1));
  }

  /** The ids; where a code is part of another one found (`3-101` of `2-3-101` and of `3-101铺`), that one is meant. */
  in(text: string): string[] {
    const said = coded(text);
    const found = new Map<string, Place[]>();
    for (const run of said.split(/[^a-z0-9]/)) {
      for (const { code, id } of this.byNumber.get(run) ?? []) found.set(id, places(said, code));
    }
    const all = [...found.values()].flat();
    return [...found].flatMap(([id, own]) =>
      own.some((place) => !all.some((other) => isWithin(place, other))) ? [id] : [],
    );
  }
}

/** Where in a text a code stands: from a character on, up to before another. */
type Place = [from: number, to: number];

const isWithin = ([from, to]: Place, [start, end]: Place): boolean =>
  start <= from && to <= end && to - from < end - start;

/** Everywhere that a code stands in a text, not as part of a longer number or word of letters. */
function places(text: string, code: string): Place[] {
  const found: Place[] = [];
  for (let at = text.indexOf(code); at >= 0; at = text.indexOf(code, at + 1)) {
    const end = at + code.length;
    const [before = '', after = ''] = [text[at - 1], text[end]];
    if (!/[a-z0-9]/.test(before) && !/[a-z0-9]/.test(after)) found.push([at, end]);
  }
  return found;
}
