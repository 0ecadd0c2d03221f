import type { Head } from '../../shared/history.ts';
import { keys, lists } from '../../shared/keys.ts';
import { type Fen, yuan } from '../../shared/money/index.ts';
import type { Item } from '../../shared/table.ts';
import type { Method } from '../payments/schema.ts';
import type { lineStates, reasons } from './schema.ts';

/** A line of an imported statement (对账单行) as stored: money that came in, and what was made of it. */
export interface BankLine {
  id: string;
  statementId: string;
  propertyId: string;
  n: number;
  day: string;
  amount: Fen;
  method: Method;
  payer?: string;
  reference?: string;
  serial?: string;
  state: (typeof lineStates)[number];
  why?: (typeof reasons)[number];
  by?: 'payment' | 'bill' | 'unit' | 'payer' | 'person';
  unitId?: string;
  payerId?: string;
  paymentId?: string;
  dismissed?: string;
  head?: Head;
  version: number;
}

const place = (n: number) => String(n).padStart(6, '0');

export function lineItem(t: string, line: BankLine): Item {
  const { version, head, ...list } = line;
  return {
    ...keys.statementLine(t, line.id),
    et: 'statementLine',
    v: version,
    list,
    ...(head && { rest: { head } }),
    g1pk: lists.statementLines(t, line.propertyId),
    g1sk: `${line.statementId}#${place(line.n)}`,
    g2pk: lists.statementLinesOf(t, line.statementId, line.state),
    g2sk: place(line.n),
  };
}

export const lineOf = (item: Item): BankLine =>
  ({ ...item.list, ...item.rest, version: item.v }) as unknown as BankLine;

export function shownLine({ head: _, version: __, method: ___, ...line }: BankLine) {
  return { ...line, amount: yuan(line.amount) };
}
