import type { Head } from '../../shared/history.ts';
import { keys, lists } from '../../shared/keys.ts';
import type { Listed } from '../../shared/obligations/index.ts';
import { notFound } from '../../shared/problem.ts';
import type { Item, Write } from '../../shared/table.ts';
import { openSteps, type Signed } from './rules.ts';

/** The end of a day in a property (日清) as it was listed. */
export interface DayEndListed {
  id: string;
  propertyId: string;
  /** `YYYY-MM-DD` in the property's zone */
  day: string;
  /** ISO instant */
  at: string;
  count: number;
  more: boolean;
  /** Staff ids. */
  to: readonly string[];
  lines: readonly Line[];
}

type Line = Pick<Listed, 'id' | 'objectId' | 'objectKind' | 'ruleId' | 'dueAt' | 'ownerId' | 'title'>;

/** With who has signed it. */
export type DayEnd = DayEndListed & Signed & { note?: string; head?: Head; version: number };

/** The write of a list that was sent; stale if that day's was sent already. */
export function dayEndWrite(t: string, listed: DayEndListed): Write {
  const lines = listed.lines.map(({ id, objectId, objectKind, ruleId, dueAt, ownerId, title }) => ({
    id,
    objectId,
    objectKind,
    ruleId,
    dueAt,
    ...(ownerId !== undefined && { ownerId }),
    ...(title !== undefined && { title }),
  }));
  return { put: itemOf(t, { ...listed, lines, version: 1 }), expect: 'new' };
}

/** The write of one that was signed since it was read. */
export const signedWrite = (t: string, dayEnd: DayEnd): Write => ({
  put: itemOf(t, { ...dayEnd, version: dayEnd.version + 1 }),
  expect: { version: dayEnd.version },
});

function itemOf(t: string, { version, lines, to, note, head, ...list }: DayEnd): Item {
  return {
    ...keys.dayEnd(t, list.id),
    et: 'dayEnd',
    v: version,
    list,
    rest: { lines, to, ...(note !== undefined && { note }), ...(head && { head }) },
    g1pk: lists.dayEnds(t, list.propertyId),
    g1sk: list.day,
  };
}

/** The end of a day of an item read from the table itself. Throws `not-found` where there is none. */
export function dayEndOf(item: Item | undefined): DayEnd {
  if (item?.et !== 'dayEnd') throw notFound();
  return { ...item.list, ...item.rest, version: item.v } as DayEnd;
}

/** What a list shows, from the index. */
export function listedDayEnd({ list }: Item) {
  const dayEnd = list as Omit<DayEndListed, 'to' | 'lines'> & Signed;
  return { ...dayEnd, openSteps: openSteps(dayEnd) };
}

/** As it is answered. */
export function viewOf({ version: _, head: __, ...dayEnd }: DayEnd) {
  return { ...dayEnd, openSteps: openSteps(dayEnd) };
}
