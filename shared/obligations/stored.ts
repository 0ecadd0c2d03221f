import { type Head, noHistory } from '../history.ts';
import { tick } from '../keys.ts';
import type { Item } from '../table.ts';
import { iso, msOf, type Period } from '../time/index.ts';
import { packReasons, packSteps, unpackReasons, unpackSteps } from './codec.ts';
import type { Listed, ObjectKind, Obligation } from './types.ts';

/*
 * An obligation's `list` and `rest` as they are stored. It is written with every ticket and again with every reminder, and stands
 * in four indexes: with names of a letter or two, instants as numbers and nothing that its key says already it fits into a kB.
 */

/** What lists show, by the short names of the item's `list`. */
const listed = {
  ruleId: 'r',
  propertyId: 'p',
  ownerId: 'o',
  status: 's',
  title: 't',
} as const satisfies Partial<Record<keyof Obligation, string>>;

/** What the remainder keeps as it is. */
const kept = {
  key: 'k',
  ladder: 'l',
  policyVersion: 'pv',
  calendarVersion: 'cv',
  zone: 'z',
  evidence: 'ev',
} as const satisfies Partial<Record<keyof Obligation, string>>;

/** A sort key by due moment; the end of the id keeps two of one moment apart. */
export const sortOf = ({ dueAt, id }: Pick<Obligation, 'dueAt' | 'id'>) => `${tick(dueAt)}${id.slice(-8)}`;

/** The sort key after everything that is due at an instant (ISO) or before. */
export const dueBy = (instant: string) => `${tick(instant)}~`;

type Names = Readonly<Record<string, string>>;

/** What is there, under its short name. */
const short = (names: Names, of: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(of).flatMap(([name, value]) => {
      const letter = names[name];
      return letter === undefined || value === undefined ? [] : [[letter, value]];
    }),
  );

/** And back again. */
const long = (names: Names, of: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(names).flatMap(([name, letter]) => (of[letter] === undefined ? [] : [[name, of[letter]]])),
  );

/** Object and id are in the key. */
export const listOf = (obligation: Obligation): Record<string, unknown> => ({
  ...short(listed, obligation),
  d: msOf(obligation.dueAt),
  ...(obligation.objectKind !== 'ticket' && { k: obligation.objectKind }),
  ...(obligation.critical && { c: true }),
  ...(obligation.provisional && { v: true }),
});

/** What lists show of an obligation, of an item from the table or from an index. */
export function listedOf({ pk, sk, list = {} }: Item): Listed {
  return {
    id: sk.slice(sk.indexOf('#') + 1),
    objectId: pk.slice(pk.indexOf('#') + 1),
    objectKind: (list.k as ObjectKind | undefined) ?? 'ticket',
    ...(long(listed, list) as Pick<Listed, keyof typeof listed>),
    dueAt: iso(list.d as number),
    critical: list.c === true,
    ...(list.v === true && { provisional: true }),
  };
}

export function restOf(obligation: Obligation): Record<string, unknown> {
  const { startAt, period, reasons, steps, endedAt, head } = obligation;
  const { text, names } = packReasons(reasons);
  return {
    ...short(kept, obligation),
    a: msOf(startAt),
    pe: packPeriod(period),
    re: text,
    ...(names.length > 0 && { na: names }),
    st: packSteps(steps),
    ...(endedAt !== undefined && { e: msOf(endedAt) }),
    ...(head.seq > 0 && { head }),
  };
}

/** The remainder of an item from the table itself. What is read is what `restOf` wrote: no schema would find more than its types. */
export function restFrom({ rest = {} }: Item) {
  return {
    ...(long(kept, rest) as Pick<Obligation, keyof typeof kept>),
    startAt: iso(rest.a as number),
    period: unpackPeriod(rest.pe as string),
    reasons: unpackReasons(rest.re as string, rest.na as [string, string][] | undefined),
    steps: unpackSteps(rest.st as string),
    ...(rest.e !== undefined && { endedAt: iso(rest.e as number) }),
    head: (rest.head as Head | undefined) ?? noHistory,
  };
}

const packPeriod = (period: Period) => ('n' in period ? `${period.n} ${period.unit}` : period.unit);

function unpackPeriod(text: string): Period {
  const [n, unit] = text.split(' ');
  return (unit === undefined ? { unit: n } : { unit, n: Number(n) }) as Period;
}
