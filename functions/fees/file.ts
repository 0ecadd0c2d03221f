import { type Head, noHistory } from '../../shared/history.ts';
import { keys } from '../../shared/keys.ts';
import { yuan } from '../../shared/money/index.ts';
import type { FieldProblem } from '../../shared/problem.ts';
import type { Item, Write } from '../../shared/table.ts';
import type { FeeFacts } from './line.ts';
import { inOrder } from './readings.ts';
import type { Assignment, Exception, Meter, NewFeeFile, Occupancy, Reading } from './schema.ts';

/** A unit's fee file (收费档案) as stored: one item, so that a bill run reads a unit's whole case in one get. */
export interface FeeFile extends FeeFacts {
  unitId: string;
  propertyId: string;
  occupancies: Occupancy[];
  vacancies: { from: string; to?: string | undefined }[];
  assignments: Assignment[];
  exceptions: Exception[];
  meters: Meter[];
  head: Head;
  version: number;
}

/** How many readings of a meter the file keeps; all of them are items of their own beside it. */
const keptReadings = 36;

export function fileOf(item: Item | undefined, unit: { id: string; propertyId: string }): FeeFile {
  const none = { occupancies: [], vacancies: [], assignments: [], exceptions: [], meters: [] };
  const of = { unitId: unit.id, propertyId: unit.propertyId };
  if (item?.et !== 'feeFile') return { ...of, ...none, head: noHistory, version: 0 };
  return { ...of, ...none, ...item.rest, version: item.v } as unknown as FeeFile;
}

/** Writes a file on the version it was read with. */
export function fileWrite(t: string, file: FeeFile): Write {
  const { unitId, propertyId, version, ...rest } = file;
  return {
    put: {
      ...keys.feeFile(t, unitId),
      et: 'feeFile',
      v: version + 1,
      list: { unitId, propertyId },
      rest,
    },
    expect: version === 0 ? 'new' : { version },
  };
}

export function shownFile({ head: _, ...file }: FeeFile) {
  return {
    ...file,
    exceptions: file.exceptions.map((exception) =>
      exception.kind === 'fixed' ? { ...exception, amount: yuan(exception.amount) } : exception,
    ),
  };
}

/** A meter with another reading. Where there are too many, one goes that no cycle is counted by, if there is such a one. */
export function withReading(meter: Meter, reading: Reading): Meter {
  const readings = inOrder([...meter.readings, reading]);
  if (readings.length > keptReadings) readings.splice(Math.max(0, idleOf(readings)), 1);
  return { ...meter, readings };
}

/** The oldest reading that a later one of its month stands for: cycles are of whole months. -1 where there is none. */
const idleOf = (readings: readonly Reading[]): number =>
  readings.findIndex(({ kind, day }, i) => {
    const next = readings[i + 1];
    return kind === 'actual' && next?.day.slice(0, 7) === day.slice(0, 7) && next.kind !== 'estimated';
  });

/** A reading beside the file. Its note is here only: the file is read with every bill. */
export const readingWrite = (
  t: string,
  unitId: string,
  meterId: string,
  reading: Reading & { note?: string | undefined },
): Write => ({
  put: {
    ...keys.reading(t, unitId, reading.day, reading.id),
    et: 'reading',
    v: 1,
    list: { ...reading, meterId },
  },
  expect: 'new',
});

type Period = { from: string; to?: string | undefined };

/** What is wrong with a file beyond the shapes of its fields and the existence of what it names. */
export function fileFaults(file: NewFeeFile): FieldProblem[] {
  const faults: FieldProblem[] = [];
  const say = (path: string, code: string, en: string, zh: string) =>
    faults.push({ path: `/body${path}`, code, detail: { en, zh } });
  const look = <P extends Period>(name: string, periods: readonly P[], alike: (period: P) => string) => {
    periods.forEach((period, i) => {
      if (period.to !== undefined && period.to < period.from) {
        say(`/${name}/${i}/to`, 'before_start', 'It ends before it begins.', '结束日期早于开始日期。');
      }
      const other = periods.findIndex(
        (earlier, j) => j < i && alike(earlier) === alike(period) && overlap(earlier, period),
      );
      if (other >= 0) {
        say(`/${name}/${i}`, 'overlaps', `It overlaps number ${other}.`, `与第 ${other} 项的时间重叠。`);
      }
    });
  };
  look('occupancies', file.occupancies, ({ role }) => role);
  look('vacancies', file.vacancies, () => '');
  look('assignments', file.assignments, ({ standardId }) => standardId);
  look('exceptions', file.exceptions, ({ standardId }) => standardId);
  return faults;
}

const overlap = (a: Period, b: Period) =>
  (b.to === undefined || a.from <= b.to) && (a.to === undefined || b.from <= a.to);
