import type { Head } from '../../shared/history.ts';
import { keys, lists } from '../../shared/keys.ts';
import { type Fen, yuan } from '../../shared/money/index.ts';
import type { Item } from '../../shared/table.ts';
import type { lineStates, reasons } from './bankSchema.ts';

/** A line of an imported statement (对账单行) as stored: money that came in, and what was made of it. */
export interface BankLine {
  id: string;
  statementId: string;
  propertyId: string;
  n: number;
  day: string;
  amount: Fen;
  payer?: string;
  reference?: string;
  serial?: string;
  state: (typeof lineStates)[number];
  why?: (typeof reasons)[number];
  by?: 'bill' | 'unit' | 'payer' | 'person';
  unitId?: string;
  payerId?: string;
  paymentId?: string;
  dismissed?: string;
  head?: Head;
  version: number;
}

const place = (n: number) => String(n).padStart(6, '0');

/** A line's place among those of its property. */
export const lineSk = (statementId: string, n: number) => `${statementId}#${place(n)}`;

export function lineItem(t: string, line: BankLine): Item {
  const { version, head, ...list } = line;
  return {
    ...keys.statementLine(t, line.id),
    et: 'statementLine',
    v: version,
    list,
    ...(head && { rest: { head } }),
    g1pk: lists.statementLines(t, line.propertyId),
    g1sk: lineSk(line.statementId, line.n),
    g2pk: lists.statementLinesOf(t, line.statementId, line.state),
    g2sk: place(line.n),
  };
}

export const lineOf = (item: Item): BankLine =>
  ({ ...item.list, ...item.rest, version: item.v }) as unknown as BankLine;

export function shownLine({ head: _, version: __, ...line }: BankLine) {
  return { ...line, amount: yuan(line.amount) };
}
