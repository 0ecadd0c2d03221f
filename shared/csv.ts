import { CsvError, parse } from 'csv-parse/sync';
import { oneOf, textProblem } from './http/input.ts';
import { type FieldProblem, Refusal } from './problem.ts';
import type { Text } from './text.ts';

/** A column of a file: the titles it goes by besides its own name, and what its cells say in the API's words. */
export interface Column {
  titles: readonly string[];
  required?: boolean;
  /** A cell as data; text that makes no sense is left for the shape to refuse. */
  read?: (cell: string) => unknown;
  /** What files say -> the API's word for it, which may be said as well. The first of several is the one that is told. */
  words?: Readonly<Record<string, string>>;
}

/** A line of a file; `line` is the number an editor shows, the header being line 1. */
export interface Row {
  line: number;
  data: Record<string, unknown>;
}

/** Lines a file may have besides its header. */
export const maxLines = 5000;

/**
 * Reads a CSV file (RFC 4180; any line ends, also mixed) in UTF-8, with or without a byte order mark, or else in GB18030, as
 * Chinese spreadsheets write it. Empty lines are skipped, empty cells are left out. Never throws: what is wrong is in `problems`
 * by line (`/line/17/areaM2`).
 */
export function readCsv(
  raw: Uint8Array,
  columns: Readonly<Record<string, Column>>,
): { rows: Row[]; problems: FieldProblem[] } {
  const read = csvLines(raw);
  if ('problem' in read) return { rows: [], problems: [read.problem] };
  // Spreadsheets leave lines of nothing but commas behind.
  const [header, ...body] = read.lines.filter(({ cells }) => cells.some((cell) => cell !== ''));
  if (!header || body.length === 0) {
    return refuse('/body', 'empty', { en: 'The file has no lines.', zh: '文件没有数据行。' });
  }
  const tooMuch = body[maxLines];
  if (tooMuch) {
    return refuse(`/line/${tooMuch.line}`, 'too_many_lines', {
      en: `A file may have ${maxLines} lines.`,
      zh: `文件不得超过 ${maxLines} 行。`,
    });
  }
  if (header.cells.length === 1 && /[;；，\t|]/.test(header.cells[0] ?? '')) {
    return refuse(`/line/${header.line}`, 'separator', {
      en: 'Columns are separated by commas.',
      zh: '各列须以英文逗号分隔。',
    });
  }
  const named = nameColumns(header.cells, columns);
  if (named.problems.length > 0) return { rows: [], problems: named.problems };
  return readRows(body, named.names, columns);
}

/** A line of a file before anybody says what its cells mean. */
export interface Line {
  line: number;
  cells: string[];
}

/** The lines of a CSV file, or what is wrong with it as a whole. */
export function csvLines(raw: Uint8Array): { lines: Line[] } | { problem: FieldProblem } {
  const text = decode(raw);
  if (text === undefined) return { problem: { path: '/body', code: 'encoding', detail: otherFile(raw) } };
  const lines: Line[] = [];
  // Records go by the line they begin on: quoted cells may have line ends of their own.
  let next = 1;
  const keep = (parsed: unknown): null => {
    const { record, raw } = parsed as { record: string[]; raw: string };
    lines.push({ line: next, cells: record.map((cell) => cell.trim()) });
    next += raw.replace(/\n$/, '').split('\n').length;
    return null;
  };
  try {
    parse(text, {
      raw: true,
      info: true,
      relax_column_count: true,
      record_delimiter: '\n',
      on_record: keep,
    });
    return { lines };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const detail = {
      en: 'Quotes are opened, closed or doubled wrongly from here on.',
      zh: '从此行起引号使用有误。',
    };
    // A quote that nobody closes is noticed at the end of the file only.
    return { problem: { path: `/line/${next}`, code: 'quotes', detail } };
  }
}

/** What a file is that is no text of ours. */
const otherFile = (raw: Uint8Array): Text =>
  Buffer.from(raw.subarray(0, 4)).toString('latin1') === 'PK\u0003\u0004'
    ? { en: 'This is a workbook: save it as CSV.', zh: '这是 Excel 工作簿，请另存为 CSV 文件。' }
    : { en: 'The file is neither UTF-8 nor GB18030.', zh: '文件编码既不是 UTF-8 也不是 GB18030。' };

function readRows(
  body: readonly Line[],
  names: readonly string[],
  columns: Readonly<Record<string, Column>>,
): { rows: Row[]; problems: FieldProblem[] } {
  const rows: Row[] = [];
  const problems: FieldProblem[] = [];
  for (const { line, cells } of body) {
    if (cells.length !== names.length) {
      const detail = {
        en: `${cells.length} cells where the header has ${names.length}.`,
        zh: `此行有 ${cells.length} 列，表头有 ${names.length} 列。`,
      };
      problems.push({ path: `/line/${line}`, code: 'cells', detail });
      continue;
    }
    const data: Record<string, unknown> = {};
    cells.forEach((cell, i) => {
      const name = names[i] ?? '';
      const bad = textProblem(cell);
      if (bad) problems.push({ path: `/line/${line}/${name}`, ...bad });
      // What is wrong with a cell is no reason to call it missing.
      if (cell === '') return;
      const { read, words } = columns[name] ?? {};
      const word = words && wordOf(words, cell);
      if (words && word === undefined && !bad) {
        problems.push({ path: `/line/${line}/${name}`, code: 'invalid_value', detail: choice(words) });
      } else data[name] = word ?? read?.(cell) ?? cell;
    });
    rows.push({ line, data });
  }
  return { rows, problems };
}

const wordOf = (words: Readonly<Record<string, string>>, cell: string): string | undefined => {
  const said = cell.toLowerCase();
  return Object.hasOwn(words, said) ? words[said] : undefined;
};

function choice(words: Readonly<Record<string, string>>): Text {
  const meant = [...new Set(Object.values(words))];
  return oneOf(
    meant,
    meant.map((word) => Object.keys(words).find((said) => words[said] === word)),
  );
}

/** UTF-8 says of nearly every other text that it is none; so what is not UTF-8, and does not say it is, is tried as GB18030. Line ends become LF. */
function decode(raw: Uint8Array): string | undefined {
  const marked = raw[0] === 0xef && raw[1] === 0xbb && raw[2] === 0xbf;
  for (const encoding of marked ? ['utf-8'] : ['utf-8', 'gb18030']) {
    try {
      const text = new TextDecoder(encoding, { fatal: true }).decode(raw);
      return text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
    } catch {
      // The next.
    }
  }
  return undefined;
}

/** `面积（㎡）`, `Area (m2)` and `area` are one title. */
export const plain = (title: string) =>
  title
    .replace(/[(（].*?[)）]/g, '')
    .replace(/[\s_-]/g, '')
    .toLowerCase();

function nameColumns(
  titles: readonly string[],
  columns: Readonly<Record<string, Column>>,
): { names: string[]; problems: FieldProblem[] } {
  const known = new Map<string, string>();
  for (const [name, column] of Object.entries(columns)) {
    for (const title of [name, ...column.titles]) known.set(plain(title), name);
  }
  const problems: FieldProblem[] = [];
  const names = titles.map((title, i) => {
    const name = known.get(plain(title));
    if (name === undefined) {
      const detail = {
        en: `No such column; there are ${Object.keys(columns).join(', ')}.`,
        zh: `未知列；可用列：${Object.values(columns)
          .map((column) => column.titles[0])
          .join('、')}。`,
      };
      problems.push({ path: `/line/1/${i + 1}`, code: 'unknown_column', detail });
    }
    return name ?? '';
  });
  names.forEach((name, i) => {
    if (name !== '' && names.indexOf(name) < i) {
      const detail = { en: `The column ${name} comes twice.`, zh: `列“${columns[name]?.titles[0]}”重复。` };
      problems.push({ path: `/line/1/${i + 1}`, code: 'column_twice', detail });
    }
  });
  for (const [name, column] of Object.entries(columns)) {
    if (!column.required || names.includes(name)) continue;
    const detail = { en: `The column ${name} is missing.`, zh: `缺少列“${column.titles[0]}”。` };
    problems.push({ path: `/line/1/${name}`, code: 'column_missing', detail });
  }
  return { names, problems };
}

function refuse(path: string, code: string, detail: Text): { rows: Row[]; problems: FieldProblem[] } {
  return { rows: [], problems: [{ path, code, detail }] };
}

/** Throws with everything that is wrong with a file, in the order of its lines. */
export function refuseIfAny(problems: readonly FieldProblem[]): void {
  if (problems.length === 0) return;
  const lineOf = ({ path }: FieldProblem) => Number(path.split('/')[2] ?? 0);
  throw new Refusal('invalid-request', { errors: [...problems].sort((a, b) => lineOf(a) - lineOf(b)) });
}
