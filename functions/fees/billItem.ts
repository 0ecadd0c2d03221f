import { type BillStatus, billStatusIndex } from '../../shared/books/index.ts';
import type { Head } from '../../shared/history.ts';
import { derivedId } from '../../shared/ids.ts';
import { keys, lists } from '../../shared/keys.ts';
import { type Fen, yuan } from '../../shared/money/index.ts';
import type { Item } from '../../shared/table.ts';
import type { Line } from './line.ts';
import { exactYuan, symbolOf, wordsOf } from './words.ts';

/** A bill as stored. Amounts in fen; what it says never changes, only what is open and whether it was taken back. */
export interface StoredBill {
  id: string;
  unitId: string;
  propertyId: string;
  payerId: string;
  cycle: string;
  slot: number;
  n: number;
  status: BillStatus;
  dueDay: string;
  total: Fen;
  open: Fen;
  at: string;
  /** credit that paid it as it was issued, by source */
  used?: Record<string, Fen>;
  lines: Line[];
  /** what is paid on it, by source */
  paid: Record<string, Fen>;
  runId?: string;
  /** of the first of several bills that a unit got at once: how many */
  slots?: number;
  /** let off by decision */
  waived?: Fen;
  void?: { at: string; reason: string };
  reissuedAs?: string;
  head?: Head;
  version: number;
}

/**
 * The id of a unit's bill for a cycle: the first, second … payer of it (`slot`), issued for the n-th time. It does not name
 * the payer: if who pays changes between two attempts at one bill run, the unit still has its bill.
 */
export const billId = (unitId: string, cycle: string, slot: number, n: number) =>
  derivedId('bill', unitId, cycle, String(slot), String(n));

/** How many payers a unit can have bills for in one cycle. */
export const maxSlots = 8;

/** A bill as it is issued. What becomes of it later is written into it. */
export function billItem(t: string, bill: StoredBill): Item {
  const { lines, paid, runId, slots, version, slot, ...list } = bill;
  const due = `${bill.dueDay}#${bill.id}`;
  return {
    ...keys.bill(t, bill.id),
    et: 'bill',
    v: version,
    list,
    rest: {
      lines: JSON.stringify(lines.map(packed)),
      paid,
      ...(slot > 0 && { slot }),
      ...(runId !== undefined && { runId }),
      ...(slots !== undefined && { slots }),
    },
    g1pk: lists.billsOfProperty(t, bill.propertyId),
    g1sk: due,
    ...billStatusIndex(t, bill.propertyId, bill.status),
    g2sk: due,
    g3pk: lists.billsOfUnit(t, bill.unitId),
    g3sk: `${bill.at}#${bill.id}`,
  };
}

export function billOf(item: Item): StoredBill {
  const { lines, slot = 0, ...rest } = item.rest as Record<string, unknown>;
  const packedLines = JSON.parse(lines as string) as Packed[];
  return { ...item.list, ...rest, slot, lines: packedLines.map(unpacked), version: item.v } as StoredBill;
}

/** A line with short names: every bill pays for their length, and a bill is to stay below two kilobytes. */
type Packed = Record<string, unknown>;
const short: Record<keyof Line, string> = {
  standardId: 's',
  version: 'v',
  kind: 'k',
  name: 'n',
  basis: 'b',
  quantity: 'q',
  unit: 'u',
  price: 'p',
  months: 'm',
  days: 'd',
  exact: 'x',
  gross: 'g',
  off: 'o',
  meter: 'r',
  tier: 't',
  amount: 'a',
};
const long = Object.fromEntries(Object.entries(short).map(([name, letter]) => [letter, name]));
const packed = (line: Line): Packed =>
  Object.fromEntries(Object.entries(line).map(([name, value]) => [short[name as keyof Line], value]));
const unpacked = (line: Packed): Line =>
  Object.fromEntries(Object.entries(line).map(([letter, value]) => [long[letter] ?? letter, value])) as never;

/** A bill in the API's terms, as `schema.ts` has it. */
export function shownBill(bill: StoredBill) {
  const { slot: _, slots: __, used: ___, paid: ____, head: _____, lines, ...rest } = bill;
  return { ...rest, ...inYuan(bill), lines: lines.map(shownLine) };
}

/** A bill of a list: what the indexes carry. */
export function listedBill(item: Item) {
  const { used: _, ...rest } = item.list as unknown as Pick<StoredBill, 'total' | 'open' | 'used'>;
  return { ...rest, ...inYuan(rest) };
}

const inYuan = (bill: { total: Fen; open: Fen; waived?: Fen }) => ({
  total: yuan(bill.total),
  open: yuan(bill.open),
  ...(bill.waived !== undefined && { waived: yuan(bill.waived) }),
  currency: 'CNY',
});

const shownLine = (line: Line) => ({
  ...(line.standardId !== undefined && { standardId: line.standardId }),
  ...(line.version !== undefined && { standardVersion: line.version }),
  kind: line.kind,
  name: line.name,
  quantity: line.quantity,
  unit: symbolOf(line),
  ...(line.price !== undefined && { price: line.price }),
  exact: exactYuan(line),
  amount: yuan(line.amount),
  ...(line.meter?.estimatedFrom !== undefined && { estimated: true }),
  words: wordsOf(line),
});
