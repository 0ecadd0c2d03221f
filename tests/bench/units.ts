/*
 * DynamoDB's capacity units by AWS's own rules, from items as they travel. DynamoDB Local's figures are not used: it
 * reports nothing for condition checks and failed writes, and counts indexes twice in transactions.
 */

/** A value in the notation of the wire; `B` is base64. */
export type Value =
  | { S: string }
  | { N: string }
  | { B: string }
  | { BOOL: boolean }
  | { NULL: boolean }
  | { L: Value[] }
  | { M: Image }
  | { SS: string[] }
  | { NS: string[] }
  | { BS: string[] };

/** An item as stored, or what an index has of it. */
export type Image = Record<string, Value>;

export interface IndexSpec {
  IndexName: string;
  KeySchema: { AttributeName: string }[];
  Projection: { ProjectionType: string; NonKeyAttributes?: string[] };
}

const kilobyte = 1024;
const sum = (sizes: number[]) => sizes.reduce((all, size) => all + size, 0);
const textSize = (text: string) => Buffer.byteLength(text);
const binarySize = (base64: string) => Buffer.from(base64, 'base64').length;

/** A byte for two digits without the zeros at both ends, one more, and one for a minus. */
function numberSize(text: string): number {
  const [mantissa = ''] = text.replace(/^[+-]/, '').split(/e/i);
  const digits = mantissa.replace('.', '').replace(/^0+|0+$/g, '').length;
  return Math.ceil(digits / 2) + 1 + (text.startsWith('-') ? 1 : 0);
}

function valueSize(value: Value): number {
  if ('S' in value) return textSize(value.S);
  if ('N' in value) return numberSize(value.N);
  if ('B' in value) return binarySize(value.B);
  if ('SS' in value) return sum(value.SS.map(textSize));
  if ('NS' in value) return sum(value.NS.map(numberSize));
  if ('BS' in value) return sum(value.BS.map(binarySize));
  // Lists and maps: three bytes, and one for each element.
  if ('L' in value) return 3 + sum(value.L.map((element) => 1 + valueSize(element)));
  if ('M' in value) return 3 + Object.keys(value.M).length + itemSize(value.M);
  return 1;
}

/** Bytes of an item: names and values. */
export const itemSize = (item: Image): number =>
  sum(Object.entries(item).map(([name, value]) => textSize(name) + valueSize(value)));

/** Write units of one item of so many bytes; what is not there costs one as well. */
export const writeUnits = (size: number): number => Math.max(1, Math.ceil(size / kilobyte));

/** Read units of one item, or of all that a query went through. */
export const readUnits = (size: number, consistent: boolean): number =>
  Math.max(1, Math.ceil(size / (4 * kilobyte))) * (consistent ? 1 : 0.5);

/** The larger of what stood there and what stands there now. */
export const written = (before: Image | undefined, after: Image | undefined): number =>
  writeUnits(Math.max(before ? itemSize(before) : 0, after ? itemSize(after) : 0));

/** What an index has of an item; undefined where one of its keys is absent. */
function projected(item: Image | undefined, index: IndexSpec, tableKeys: string[]): Image | undefined {
  const own = index.KeySchema.map(({ AttributeName }) => AttributeName);
  if (!item || own.some((name) => item[name] === undefined)) return undefined;
  if (index.Projection.ProjectionType === 'ALL') return item;
  const names = new Set([...tableKeys, ...own, ...(index.Projection.NonKeyAttributes ?? [])]);
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.has(name)));
}

/**
 * Write units of the indexes when an item changes: nothing where what an index has of it stays as it is, one write where it
 * changes in place, a deletion and a write where it moves. Indexes follow by themselves, in transactions too: not doubled.
 */
export function indexUnits(
  indexes: readonly IndexSpec[],
  before: Image | undefined,
  after: Image | undefined,
  tableKeys: string[] = ['pk', 'sk'],
): number {
  return sum(
    indexes.map((index) => {
      const old = projected(before, index, tableKeys);
      const now = projected(after, index, tableKeys);
      if (!old || !now) return old || now ? written(old, now) : 0;
      const same = (name: string) => JSON.stringify(old[name]) === JSON.stringify(now[name]);
      const moved = index.KeySchema.some(({ AttributeName }) => !same(AttributeName));
      if (moved) return written(old, undefined) + written(undefined, now);
      const names = new Set([...Object.keys(old), ...Object.keys(now)]);
      return [...names].every((name) => equal(old[name], now[name])) ? 0 : written(old, now);
    }),
  );
}

/** Equal whatever the order of names in maps. */
function equal(a: Value | undefined, b: Value | undefined): boolean {
  if (a && b && 'M' in a && 'M' in b) {
    const names = new Set([...Object.keys(a.M), ...Object.keys(b.M)]);
    return [...names].every((name) => equal(a.M[name], b.M[name]));
  }
  if (a && b && 'L' in a && 'L' in b) {
    return a.L.length === b.L.length && a.L.every((element, i) => equal(element, b.L[i]));
  }
  return JSON.stringify(a) === JSON.stringify(b);
}
