import { tzOffset } from '@date-fns/tz/tzOffset';
import { type Day, dayMs, dayOf } from './day.ts';

const MS_PER_MINUTE = 60_000;
const MS_PER_DAY = 86_400_000;

function askedOffsetMs(zone: string, ms: number): number {
  const minutes = tzOffset(zone, new Date(ms));
  if (Number.isNaN(minutes)) throw new RangeError(`unknown zone or instant: ${zone}, ${ms}`);
  return minutes * MS_PER_MINUTE;
}

/**
 * Milliseconds a zone's clocks are ahead of UTC at an instant, as `ask` says, of whom each day is asked once. To ask `Intl` takes some 20
 * microseconds and one deadline asks a hundred times, mostly of the same days: a day of UTC that begins and ends with one offset
 * has it all along, for clocks are never moved twice in a day. `most` days are kept.
 */
export function remembering(ask: (zone: string, ms: number) => number, most: number): typeof ask {
  /** `undefined` for a day on which clocks are moved. */
  const steady = new Map<string, number | undefined>();
  return (zone, ms) => {
    const day = Math.floor(ms / MS_PER_DAY);
    const key = `${zone} ${day}`;
    if (!steady.has(key)) {
      const first = ask(zone, day * MS_PER_DAY);
      const last = ask(zone, (day + 1) * MS_PER_DAY);
      if (steady.size === most) steady.clear();
      steady.set(key, first === last ? first : undefined);
    }
    return steady.get(key) ?? ask(zone, ms);
  };
}

const offsetMs = remembering(askedOffsetMs, 20_000);

/** The day it is in the zone at that instant (milliseconds since the epoch). */
export function localDay(ms: number, zone: string): Day {
  return dayOf(ms + offsetMs(zone, ms));
}

/** The instant as a clock on the wall of the zone shows it: `YYYY-MM-DD HH:MM`. */
export function localText(ms: number, zone: string): string {
  return new Date(ms + offsetMs(zone, ms)).toISOString().slice(0, 16).replace('T', ' ');
}

/**
 * The instant (milliseconds) at which the wall of the zone shows that day and minute (0 to 1440, 1440 being
 * 24:00). A time that is skipped when clocks go forward moves forward by what was skipped, so an end at 24:00
 * stays the end of the day; a time that occurs twice when clocks go back means the earlier one.
 */
export function instantAt(day: Day, minute: number, zone: string): number {
  const wall = dayMs(day) + minute * MS_PER_MINUTE;
  // A day either way is past any change of offset that could touch this wall time, also Apia's skipped day.
  const before = offsetMs(zone, wall - MS_PER_DAY);
  const after = offsetMs(zone, wall + MS_PER_DAY);
  const candidates = [wall - before, wall - after].filter((ms) => ms + offsetMs(zone, ms) === wall);
  return candidates.length > 0 ? Math.min(...candidates) : wall - before;
}

/** Milliseconds of an ISO instant. Throws RangeError when it is none. */
export function msOf(instant: string): number {
  const ms = Date.parse(instant);
  if (Number.isNaN(ms)) throw new RangeError(`not an instant: ${instant}`);
  return ms;
}

/** An instant as the service writes it: UTC with milliseconds. */
export function iso(ms: number): string {
  return new Date(ms).toISOString();
}
