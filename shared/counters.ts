import { keys } from './keys.ts';
import type { Item, Key } from './table.ts';

/*
 * Counters of reports: written by the stream consumer, read by the reports. A scope is the office or one property; a scope's month
 * is one range of its partition, so that a report is one query.
 *
 *   <month>#goals                          figures of the goals, one attribute each
 *   <month>#by#<dimension>#<value>         what tickets were about (TICKET-14), one attribute for each kind
 *   fees#<month>                           what was charged, taken off and paid, in fen (GOAL-6)
 *   dunning#<month>                        what dunning told and what came in within a week, by step
 */

/** The scope of the office as a whole; the other scopes are ids of properties. */
export const wholeOffice = 'office';

/** What TICKET-14 wants analysed; `same` finds what comes back: one place, one category. */
export const dimensions = ['category', 'place', 'cause', 'unit', 'same'] as const;
export type Dimension = (typeof dimensions)[number];

export const goalsName = (month: string) => `${month}#goals`;
export const byName = (month: string, dimension: Dimension, value: string) =>
  `${month}#by#${dimension}#${value}`;

const feesPrefix = 'fees#';
const dunningPrefix = 'dunning#';
export const feesName = (month: string) => `${feesPrefix}${month}`;
export const dunningName = (month: string) => `${dunningPrefix}${month}`;
/** All fees up to a month, from the first on: what is in arrears is what was left over from all before. */
export const feesUpTo = (month: string) => ({ from: feesPrefix, to: `${feesPrefix}${month}~` });
export const monthOfName = (name: string) => name.slice(name.indexOf('#') + 1);
export const monthsOf = (day: string, dueDay: string) => ({
  month: day.slice(0, 7),
  dueMonth: dueDay.slice(0, 7),
});

/** The value of `same`: no text of a user has this separator in it. */
const separator = '\u001f';
export const sameOf = (where: string, category = '') => `${where}${separator}${category}`;
export function partsOfSame(value: string): { where: string; category?: string } {
  const [where = '', category = ''] = value.split(separator);
  return { where, ...(category !== '' && { category }) };
}

/** Name of a counter's item -> its parts; undefined for the goals. */
export function byOf(name: string): { dimension: Dimension; value: string } | undefined {
  const found = /^\d{4}-\d\d#by#([a-z]+)#(.*)$/s.exec(name);
  return found ? { dimension: found[1] as Dimension, value: found[2] ?? '' } : undefined;
}

/** All of a scope's month. */
export const monthRange = (month: string) => ({ begins: `${month}#` });

/** What one ticket adds to the counters of its office and of its property: `<item>|<attribute>` -> how much. */
export type Contribution = Record<string, number>;

export const figure = (item: string, attribute: string) => `${item}|${attribute}`;

/** The item and the attribute of a figure; values may have bars, attributes have none. */
export function figureOf(name: string): { item: string; attribute: string } {
  const at = name.lastIndexOf('|');
  return { item: name.slice(0, at), attribute: name.slice(at + 1) };
}

/** Kept with the ticket: what the counters have of it. */
export const contributionKey = (tenantId: string, ticket: string): Key => ({
  pk: keys.objectPk(tenantId, ticket),
  sk: 'counted',
});

/** The figures of a counter's item: every attribute that is a number. */
export function figuresOf(item: Item): Record<string, number> {
  return Object.fromEntries(
    Object.entries(item as object).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}
