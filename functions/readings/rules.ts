import { type FeeFile, withReading } from '../fees/file.ts';
import { inOrder, type ReadingFault, readingFault, thousandths } from '../fees/readings.ts';
import type { Meter, Reading } from '../fees/schema.ts';

/** What a line of a file says a meter showed. */
export interface ReadLine {
  /** its number in the file */
  line: number;
  day: string;
  value: string;
  /** the meter was changed: what the old one showed last */
  final?: string | undefined;
  note?: string | undefined;
}

export type ReadFault = { line: number; fault: ReadingFault } | { line: number; twice: number };

/** What offices call a meter that has no name. */
const kinds: Readonly<Record<string, Meter['kind']>> = {
  水: 'water',
  水表: 'water',
  water: 'water',
  电: 'electricity',
  电表: 'electricity',
  electricity: 'electricity',
};

/** A unit's meters that go by a word: an id, else a name, else a kind; all of them without a word. */
export function metersBy(meters: readonly Meter[], word: string | undefined): Meter[] {
  if (word === undefined) return [...meters];
  for (const fits of [
    ({ id }: Meter) => id === word,
    ({ name }: Meter) => name === word,
    ({ kind }: Meter) => kind === kinds[word.toLowerCase()],
  ]) {
    const found = meters.filter(fits);
    if (found.length > 0) return found;
  }
  return [];
}

const says = (stored: Reading, line: ReadLine) =>
  thousandths(stored.value) === thousandths(line.value) &&
  (stored.final === undefined
    ? line.final === undefined
    : line.final !== undefined && thousandths(stored.final) === thousandths(line.final));

/**
 * Judges all lines about one meter, in whatever order, as if each were recorded by itself in the order of their days (FEE-2).
 * `readings` are those of the fee file, `older` what was stored before them; `latest` is the last day that can have been read.
 * `fresh` are to be recorded, in the order of their days; what says the same as a stored reading is in neither list.
 */
export function judge(
  readings: readonly Reading[],
  older: readonly Reading[],
  lines: readonly ReadLine[],
  latest: string,
): { fresh: ReadLine[]; faults: ReadFault[] } {
  const fresh: ReadLine[] = [];
  const faults: ReadFault[] = [];
  const taken = (some: readonly Reading[]) => some.filter(({ kind }) => kind !== 'estimated');
  const stored = new Map(taken([...older, ...readings]).map((reading) => [reading.day, reading]));
  const seenAt = new Map<string, number>();
  // Only the last one counts for what may follow.
  let last = inOrder(taken(readings)).at(-1);
  const sorted = [...lines].sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : a.line - b.line));
  for (const said of sorted) {
    const { line, day, value, final } = said;
    const before = seenAt.get(day);
    seenAt.set(day, before ?? line);
    if (day > latest) faults.push({ line, fault: 'future' });
    else if (before !== undefined) faults.push({ line, twice: before });
    else {
      const there = stored.get(day);
      if (there && says(there, said)) continue;
      const fault = readingFault(last ? [last] : [], { day, value, final });
      if (fault) faults.push({ line, fault });
      else {
        fresh.push(said);
        last = readingOf('', said);
      }
    }
  }
  return { fresh, faults };
}

/** The reading a line becomes. */
export const readingOf = (id: string, { day, value, final }: ReadLine): Reading => ({
  id,
  day,
  value,
  kind: final === undefined ? 'actual' : 'change',
  ...(final !== undefined && { final }),
});

/** A fee file with one reading more of one of its meters. */
export const fileWith = (file: FeeFile, meterId: string, reading: Reading): FeeFile => ({
  ...file,
  meters: file.meters.map((meter) => (meter.id === meterId ? withReading(meter, reading) : meter)),
});
