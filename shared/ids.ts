import { createHash, randomBytes } from 'node:crypto';
import { ulid } from 'ulid';

/** The one table of id prefixes; an id is `<prefix>_<26 characters of Crockford base 32>`. */
export const prefixes = {
  tenant: 'ten',
  property: 'prp',
  unit: 'unt',
  customer: 'cus',
  staff: 'stf',
  apiKey: 'key',
  ticket: 'tkt',
  event: 'evt',
  obligation: 'obl',
  callback: 'cbk',
  attachment: 'att',
  webhook: 'whk',
  delivery: 'dlv',
  message: 'msg',
  import: 'imp',
  check: 'chk',
  bill: 'bil',
  standard: 'fee',
  meter: 'mtr',
  reading: 'rdg',
  billRun: 'run',
  payment: 'pay',
  receipt: 'rcp',
  entry: 'ent',
  deposit: 'dep',
  refund: 'rfd',
  statement: 'stm',
  statementLine: 'stl',
  promise: 'prm',
  dunning: 'dun',
  service: 'svc',
  dayEnd: 'day',
} as const;

export type IdKind = keyof typeof prefixes;

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Chance for a whole id at once, as fractions: left alone, the package asks the system anew for each character. */
function chance(): () => number {
  const bytes = randomBytes(16).values();
  return () => (bytes.next().value ?? 0) / 256;
}

/** A new id, sortable by the time of its making. */
export function newId(kind: IdKind, now = Date.now()): string {
  return `${prefixes[kind]}_${ulid(now, chance())}`;
}

/** When an id of `newId` was made, in milliseconds; of any other text some moment, the same each time. */
export const madeAt = (id: string): number =>
  [...id.slice(-26, -16)].reduce((ms, digit) => ms * 32 + alphabet.indexOf(digit), 0);

/**
 * The id that follows from its parts: the same parts give the same id, so a conditional put on it is a
 * uniqueness check that costs nothing extra.
 */
export function derivedId(kind: IdKind, ...parts: string[]): string {
  // Length prefixes keep ('a','bc') and ('ab','c') apart.
  const digest = createHash('sha256')
    .update(parts.map((part) => `${part.length}:${part}`).join(''))
    .digest();
  let text = '';
  for (let i = 0; i < 26; i++) text += alphabet[(digest[i] ?? 0) & 31];
  return `${prefixes[kind]}_${text}`;
}

/** The form of an id of this kind, for schemas. */
export function idPattern(kind: IdKind): RegExp {
  return new RegExp(`^${prefixes[kind]}_[0-9A-HJKMNP-TV-Z]{26}$`);
}
