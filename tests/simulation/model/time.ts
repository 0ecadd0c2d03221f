import { nextYear } from '../town/admin.ts';
import type { Hours } from '../town/office.ts';

/*
 * Time as the rulebook has it (TIME-1 to TIME-9), said once more and as plainly as possible: days are walked one by one, the calendar
 * is written out. All simulated offices are in Shanghai.
 */

const hour = 3_600_000;
const day = 24 * hour;
const offset = 8 * hour;

export const dayOf = (ms: number): string => new Date(ms + offset).toISOString().slice(0, 10);
export const startOf = (on: string): number => Date.parse(`${on}T00:00:00Z`) - offset;
export const plus = (on: string, days: number): string => dayOf(startOf(on) + days * day);

const range = (from: string, to: string): string[] => (from > to ? [] : [from, ...range(plus(from, 1), to)]);
const off2026 = [...range('2026-09-25', '2026-09-27'), ...range('2026-10-01', '2026-10-07')];
const worked2026 = ['2026-09-20', '2026-10-10'];

export type Period = { unit: 'hours' | 'workingDays' | 'weeks'; n: number } | { unit: 'sameDay' };

/** What an office counts with; `published`: whether it knows next year's calendar. */
export class Times {
  readonly hours: Hours;
  private readonly off: Set<string>;
  private readonly worked: Set<string>;

  constructor(hours: Hours, published: boolean) {
    this.hours = hours;
    this.off = new Set([...off2026, ...(published ? nextYear.holidays : [])]);
    this.worked = new Set([...worked2026, ...(published ? nextYear.makeUp : [])]);
  }

  private weekend(on: string): boolean {
    return [0, 6].includes(new Date(`${on}T00:00:00Z`).getUTCDay());
  }

  works(on: string): boolean {
    return this.worked.has(on) || (!this.off.has(on) && !this.weekend(on));
  }

  /** Stretches of business of a day, in milliseconds. */
  open(on: string): [number, number][] {
    const spans = this.works(on) ? this.hours.working : this.off.has(on) ? [] : (this.hours.weekend ?? []);
    const ms = (time: string) =>
      startOf(on) + Number(time.slice(0, 2)) * hour + Number(time.slice(3)) * 60_000;
    return spans.map(({ from, to }) => [ms(from), ms(to)]);
  }

  /** When the day's business ends: at midnight where there is none. */
  close(on: string): number {
    return this.open(on).at(-1)?.[1] ?? startOf(on) + day;
  }

  /** The first moment of business from a moment on; the closing moment still counts. */
  waiting(ms: number): number {
    for (let on = plus(dayOf(ms), -1); ; on = plus(on, 1)) {
      for (const [from, to] of this.open(on)) if (ms <= to) return Math.max(ms, from);
    }
  }

  /** The first morning digest after a moment: at half past eight of a day with business. */
  digest(ms: number): number {
    for (let on = dayOf(ms); ; on = plus(on, 1)) {
      const at = startOf(on) + 8.5 * hour;
      if (at > ms && this.open(on).length > 0) return at;
    }
  }

  /** The last moment of business up to a moment. */
  lastOpen(ms: number): number {
    for (let on = dayOf(ms); ; on = plus(on, -1)) {
      const before = this.open(on).filter(([from]) => from <= ms);
      const last = before.at(-1);
      if (last) return Math.min(ms, last[1]);
    }
  }

  due(start: number, period: Period): number {
    if (period.unit === 'hours') return start + period.n * hour;
    let on = dayOf(start);
    if (period.unit === 'sameDay') {
      while (this.open(on).length === 0 || start >= this.close(on)) on = plus(on, 1);
      return this.close(on);
    }
    if (period.unit === 'weeks') {
      on = plus(on, 7 * period.n);
      while (!this.works(on)) on = plus(on, 1);
      return this.close(on);
    }
    for (let left = period.n; left > 0; ) {
      on = plus(on, 1);
      if (this.works(on)) left--;
    }
    return this.close(on);
  }

  /** So many working days from a day, at the opening; at noon where there is none. */
  workingDays(from: string, n: number): number {
    let on = from;
    for (let left = Math.abs(n); left > 0; ) {
      on = plus(on, Math.sign(n));
      if (this.works(on)) left--;
    }
    return this.open(on)[0]?.[0] ?? startOf(on) + 12 * hour;
  }
}
