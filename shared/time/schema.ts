import * as z from 'zod/mini';
import { day, text, utc, zone } from '../fields.ts';
import { form } from '../forms.ts';
import type { DayKind } from './calendar.ts';
import { type CountedUnit, PERIOD_MAX } from './period.ts';

/** The shapes of this folder's types as they travel; what a shape cannot say is in the `…Problems` functions. */

const counted = <U extends CountedUnit>(unit: U) =>
  z.strictObject({ unit: z.literal(unit), n: z.int().check(z.minimum(1), z.maximum(PERIOD_MAX[unit])) });

const counts = [
  counted('hours'),
  counted('days'),
  counted('workingDays'),
  counted('weeks'),
  counted('months'),
  z.strictObject({ unit: z.literal('sameDay') }),
] as const;

/** A period that can be asked for; what is `named` is named by each object. */
export const period = z.discriminatedUnion('unit', counts);
export const shownPeriod = z.discriminatedUnion('unit', [
  ...counts,
  z.strictObject({ unit: z.literal('named') }),
]);

const spans = z
  .array(
    z.strictObject({
      from: z
        .string()
        .check(form(/^([01]\d|2[0-3]):[0-5]\d$/, 'A time of day such as 08:30.', '须为时刻，例如 08:30。')),
      to: z
        .string()
        .check(
          form(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'A time of day such as 08:30.', '须为时刻，例如 08:30。'),
        ),
    }),
  )
  .check(z.maxLength(6));

/** Check with `hoursProblems` as well. */
export const hours = z.strictObject({
  working: spans,
  weekend: z.optional(spans),
  holiday: z.optional(spans),
});

const dayList = z.array(day).check(z.maxLength(366));

/** Check with `calendarProblems` as well. */
export const calendarConfig = z.strictObject({
  base: z.enum(['cn', 'weekends']),
  extraWork: z.optional(dayList),
  extraRest: z.optional(dayList),
  years: z.optional(
    z.record(
      z
        .string()
        .check(
          form(/^(19|2\d)\d\d$/, 'A year from 1900 on such as 2026.', '须为 1900 年起的年份，例如 2026。'),
        ),
      z.strictObject({ holidays: dayList, makeUp: dayList }),
    ),
  ),
});

const dayKinds = [
  'working',
  'weekend',
  'holiday',
  'makeup',
  'extraWork',
  'extraRest',
] as const satisfies DayKind[];
export const dayKind = z.enum(dayKinds);

export const dayInfo = z.strictObject({
  day,
  kind: dayKind,
  working: z.boolean(),
  name: z.optional(text),
  provisional: z.boolean(),
});

const grounds = { day, why: dayKind, name: z.optional(text) };

export const reason = z.discriminatedUnion('kind', [
  z.strictObject({ rule: z.literal('TIME-1'), kind: z.literal('begins'), day }),
  z.strictObject({ rule: z.literal('TIME-2'), kind: z.literal('runs'), from: utc, n: z.int() }),
  z.strictObject({
    rule: z.enum(['TIME-1', 'TIME-8']),
    kind: z.literal('ends'),
    day,
    clamped: z.optional(z.boolean()),
  }),
  z.strictObject({ rule: z.literal('TIME-3'), kind: z.literal('rest'), ...grounds }),
  z.strictObject({ rule: z.literal('TIME-5'), kind: z.literal('skipped'), ...grounds }),
  z.strictObject({ rule: z.literal('TIME-5'), kind: z.literal('worked'), ...grounds }),
  z.strictObject({ rule: z.literal('TIME-6'), kind: z.literal('counted'), day, n: z.int() }),
  z.strictObject({
    rule: z.literal('TIME-9'),
    kind: z.literal('closed'),
    ...grounds,
    why: z.enum([...dayKinds, 'pastClosing']),
  }),
  z.strictObject({
    rule: z.literal('TIME-4'),
    kind: z.literal('closes'),
    day,
    time: z.string(),
    open: z.boolean(),
  }),
  z.strictObject({ rule: z.literal('TICKET-6'), kind: z.literal('named'), at: utc }),
  z.strictObject({ rule: z.literal('TIME-7'), kind: z.literal('provisional'), year: z.int() }),
]);

/** A `Deadline`. */
export const deadlineShape = z.strictObject({
  dueAt: utc,
  lastDay: day,
  provisional: z.boolean(),
  calendarVersion: z.string(),
  zone,
  steps: z.array(reason),
});
