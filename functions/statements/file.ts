import { csvLines, type Line, plain } from '../../shared/csv.ts';
import { textProblem } from '../../shared/http/input.ts';
import { decimalProblem, type Fen, fenOf } from '../../shared/money/index.ts';
import type { FieldProblem } from '../../shared/problem.ts';
import type { Text } from '../../shared/text.ts';
import { type Day, isDay } from '../../shared/time/index.ts';
import type { Mapping } from './schema.ts';

/** Money that came in, as a line of a statement says it. */
export interface BankRow {
  n: number;
  day: Day;
  amount: Fen;
  payer?: string;
  reference?: string;
  serial?: string;
}

/** Lines with money that a statement may have: all are booked within one request. */
export const maxRows = 1500;

/** How much of a cell is kept. */
const kept = 200;

type Reading = Pick<Mapping, 'columns' | 'only'>;

/**
 * Reads a statement. What stands before the header is passed over, and so are lines without more than one cell (remarks), lines
 * that `only` leaves out, lines without money coming in, and sums: an amount of no day, from nobody and for nothing. Never throws:
 * what is wrong is in `problems`, by line.
 */
export function readStatement(
  raw: Uint8Array,
  mapping: Reading,
): { rows: BankRow[]; skipped: number; problems: FieldProblem[] } {
  const read = csvLines(raw);
  if ('problem' in read) return { rows: [], skipped: 0, problems: [read.problem] };
  const wanted = titlesOf(mapping);
  const at = read.lines.findIndex(({ cells }) => {
    const titles = new Set(cells.map(plain));
    return wanted.every((title) => titles.has(plain(title)));
  });
  const header = read.lines[at];
  if (!header) return { rows: [], skipped: 0, problems: [noHeader(wanted)] };
  const columns = new Map(header.cells.map((cell, i) => [plain(cell), i]));
  const cell = ({ cells }: Line, title: string | undefined) =>
    title === undefined ? '' : (cells[columns.get(plain(title)) ?? -1] ?? '').replace(/^`/, '').trim();

  const rows: BankRow[] = [];
  const problems: FieldProblem[] = [];
  let skipped = 0;
  for (const line of read.lines.slice(at + 1)) {
    if (line.cells.filter((one) => one !== '').length <= 1) continue;
    const say = (field: string, code: string, detail: Text) =>
      problems.push({ path: `/line/${line.line}/${field}`, code, detail });
    if (mapping.only?.some(({ column, values }) => !values.includes(cell(line, column)))) {
      skipped += 1;
      continue;
    }
    const amount = amountIn(cell(line, mapping.columns.amount));
    if (amount === undefined) {
      skipped += 1;
      continue;
    }
    const date = cell(line, mapping.columns.day);
    const payer = cell(line, mapping.columns.payer).slice(0, kept);
    const reference = (mapping.columns.reference ?? [])
      .map((title) => cell(line, title))
      .filter(Boolean)
      .join(' ')
      .slice(0, kept);
    const serial = cell(line, mapping.columns.serial).slice(0, kept);
    if (!/\d/.test(date) && !payer && !reference && !serial) {
      skipped += 1;
      continue;
    }
    const day = dayIn(date);
    if (typeof amount !== 'number') say('amount', 'amount', amount);
    if (!day) say('day', 'day', { en: 'No day such as 2026-10-08.', zh: '不是有效日期，例如 2026-10-08。' });
    for (const [field, text] of Object.entries({ payer, reference, serial })) {
      const bad = textProblem(text);
      if (bad) say(field, bad.code, bad.detail);
    }
    if (day && typeof amount === 'number') {
      rows.push({
        n: line.line,
        day,
        amount,
        ...(payer && { payer }),
        ...(reference && { reference }),
        ...(serial && { serial }),
      });
    }
  }
  const tooMuch = rows[maxRows];
  if (tooMuch) {
    problems.push({
      path: `/line/${tooMuch.n}`,
      code: 'too_many_lines',
      detail: { en: `A statement may have ${maxRows} lines.`, zh: `对账单不得超过 ${maxRows} 行。` },
    });
  }
  return { rows, skipped, problems };
}

const titlesOf = ({ columns, only = [] }: Reading): string[] => [
  columns.amount,
  columns.day,
  ...(columns.serial ? [columns.serial] : []),
  ...(columns.payer ? [columns.payer] : []),
  ...(columns.reference ?? []),
  ...only.map(({ column }) => column),
];

const noHeader = (wanted: readonly string[]): FieldProblem => ({
  path: '/body',
  code: 'header_missing',
  detail: {
    en: `No line has all the columns of the mapping: ${wanted.join(', ')}.`,
    zh: `没有包含映射全部列的表头：${wanted.join('、')}。`,
  },
});

/** The money of a cell; undefined if none came in; what is wrong with it otherwise. */
function amountIn(text: string): Fen | Text | undefined {
  const bare = text
    .normalize('NFKC')
    .replace(/[¥￥,\s元]/g, '')
    .replace(/^\+/, '')
    .replace(/(\.\d{2})0+$/, '$1');
  if (bare === '' || /^-(\d|$)/.test(bare) || /^[0.]+$/.test(bare)) return undefined;
  return decimalProblem(bare, { places: 2, digits: 11, zero: false }) ?? fenOf(bare);
}

/** A day without anything between its parts, and the time of day that may follow at once, down to the thousandth. */
const digitsOnly = /^(\d{4})(\d{2})(\d{2})(?:(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d(?:\d{3})?)?)?(?!\d)/;

function dayIn(text: string): Day | undefined {
  const parts = digitsOnly.exec(text) ?? /^(\d{4})\D(\d{1,2})\D(\d{1,2})(?!\d)/.exec(text);
  if (!parts) return undefined;
  const [, year = '', month = '', date = ''] = parts;
  const day = `${year}-${month.padStart(2, '0')}-${date.padStart(2, '0')}`;
  return isDay(day) ? day : undefined;
}

/**
 * What a line is known by: the bank's number of it, else all that it says; and how many such there were before it in the file. The same
 * statement sent twice, or two that overlap, have the same lines.
 */
export function identities(rows: readonly BankRow[]): string[][] {
  const seen = new Map<string, number>();
  return rows.map(({ serial, day, amount, payer = '', reference = '' }) => {
    const said = serial ? ['s', serial] : ['c', day, String(amount), payer, reference];
    const key = JSON.stringify(said);
    const before = seen.get(key) ?? 0;
    seen.set(key, before + 1);
    return [...said, String(before)];
  });
}
