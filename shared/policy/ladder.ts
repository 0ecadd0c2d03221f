import {
  addDays,
  type Day,
  instantAt,
  iso,
  lastOpen,
  localDay,
  msOf,
  nextOpen,
  openOf,
  type Schedule,
} from '../time/index.ts';
import type { Channel, Ladder, LadderStep, Offset, QuietHours, Recipient, StepKind } from './types.ts';

/** A message that will be sent about an obligation, unless it is discharged before. */
export interface Step {
  /**
   * The step's number in the ladder with all repetitions written out, from 1. It names the step in the reminder
   * ledger: planned again with another due moment, the same step has the same number. Numbers of dropped
   * steps are missing, and a moved step may come after one of a higher number.
   */
  n: number;
  /** ISO instant. */
  at: string;
  kind: StepKind;
  to: Recipient[];
  channels: Channel[];
  critical: boolean;
  merge: boolean;
}

export interface LadderInput extends Schedule {
  ladder: Ladder;
  /** ISO instants. */
  dueAt: string;
  openedAt: string;
  /** The obligation is critical (TICKET-4), and so is every step. */
  critical?: boolean;
  /** Default: respected, except by what is critical. */
  quietHours?: QuietHours;
}

const NOON = 12 * 60;
const MS_PER_HOUR = 3_600_000;
const SEARCH_DAYS = 4000;

/**
 * The messages of one obligation in the order of sending.
 *
 * - An offset in hours is plain time; one in days, working days or weeks leads to the opening of that day, or
 *   to noon where the office has no hours. Due at 24:00 counts as the day that ends.
 * - What would reach people outside office hours waits for the next opening; the closing moment is still
 *   within hours, so that "due at close" is told at close. A reminder that would so wait until the due moment
 *   or past it comes forward to the last moment of business instead, while it can still help.
 * - Where telling that it is due has to wait, what comes after due is counted from the telling: each level keeps
 *   its time to act before the next one hears of it (TICKET-5).
 * - Critical messages do not wait.
 * - Nothing is sent before `openedAt`: such steps are dropped. So are repetitions that fall together.
 * - Steps at one instant keep the ladder's order.
 */
export function planLadder({
  ladder,
  dueAt,
  openedAt,
  critical: allCritical = false,
  quietHours = { respect: true, exceptCritical: true },
  ...schedule
}: LadderInput): Step[] {
  const opened = msOf(openedAt);
  const due = msOf(dueAt);
  const duePoint = { ms: due, day: localDay(due - 1, schedule.zone) };
  const told = waiting(due, schedule);
  const toldPoint = told === due ? duePoint : { ms: told, day: localDay(told, schedule.zone) };
  const planned: { ms: number; step: Step }[] = [];
  let number = 0;

  for (const rung of ladder) {
    const { kind, to, channels, merge = false } = rung;
    const critical = allCritical || rung.critical === true;
    const waits = quietHours.respect && !(critical && quietHours.exceptCritical);
    const anchors = {
      due: duePoint,
      told: waits ? toldPoint : duePoint,
      half: Math.floor((due - opened) / 2),
    };
    let sent: number | undefined;
    for (const raw of occurrences(rung, anchors, schedule)) {
      number++;
      if (raw < opened || (isBefore(rung) && raw >= due)) continue;
      const ms = !waits
        ? raw
        : kind === 'remind' && raw < due
          ? inTime(raw, due, schedule)
          : waiting(raw, schedule);
      if (ms === undefined || ms < opened || ms === sent) continue;
      sent = ms;
      planned.push({ ms, step: { n: number, at: iso(ms), kind, to, channels, critical, merge } });
    }
  }
  // Sorting is stable, which keeps the ladder's order within one instant.
  return planned.sort((a, b) => a.ms - b.ms).map(({ step }) => step);
}

const isBefore = ({ at }: LadderStep): boolean => at !== 'due' && 'before' in at;

/** A moment and the day of business it belongs to: at 24:00 the day that ends. */
interface Point {
  ms: number;
  day: Day;
}

/** `told`: when the office can be told that it is due. `half` is in milliseconds. */
interface Anchors {
  due: Point;
  told: Point;
  half: number;
}

/** The step's own moment and those of its repetitions, before they wait for office hours. */
function occurrences(rung: LadderStep, anchors: Anchors, schedule: Schedule): number[] {
  const first = momentOf(rung.at, anchors, schedule);
  const moments = [first.ms];
  if (rung.repeat) {
    const { every, max } = rung.repeat;
    for (let k = 1; k <= max; k++) {
      moments.push(shift(first, { unit: every.unit, n: every.n * k }, 1, schedule).ms);
    }
  }
  return moments;
}

function momentOf(at: LadderStep['at'], { due, told, half }: Anchors, schedule: Schedule): Point {
  if (at === 'due') return due;
  const [base, offset, sign] =
    'before' in at ? ([due, at.before, -1] as const) : ([told, at.after, 1] as const);
  if (offset !== 'half') return shift(base, offset, sign, schedule);
  const ms = base.ms + sign * half;
  return { ms, day: localDay(ms, schedule.zone) };
}

function shift({ ms, day }: Point, { unit, n }: Offset, sign: 1 | -1, schedule: Schedule): Point {
  if (unit === 'hours') {
    const moved = ms + sign * n * MS_PER_HOUR;
    return { ms: moved, day: localDay(moved, schedule.zone) };
  }
  const to =
    unit === 'workingDays'
      ? workingDaysFrom(day, n, sign, schedule)
      : addDays(day, sign * n * (unit === 'weeks' ? 7 : 1));
  return { ms: openOf(to, schedule) ?? instantAt(to, NOON, schedule.zone), day: to };
}

function workingDaysFrom(start: Day, n: number, sign: 1 | -1, { calendar }: Schedule): Day {
  let day = start;
  for (let left = n, i = 0; left > 0; i++) {
    if (i > SEARCH_DAYS + 2 * n) throw new RangeError('the calendar has no working day');
    day = addDays(day, sign);
    if (calendar.day(day).working) left--;
  }
  return day;
}

/** The moment itself within office hours, closing included; else the next opening. */
function waiting(ms: number, schedule: Schedule): number {
  return lastOpen(ms, schedule) === ms ? ms : nextOpen(ms, schedule);
}

/** The same for a reminder whose moment is before `due`, and so is this; undefined where the office never opened before. */
function inTime(ms: number, due: number, schedule: Schedule): number | undefined {
  const later = waiting(ms, schedule);
  return later < due ? later : lastOpen(ms, schedule);
}
