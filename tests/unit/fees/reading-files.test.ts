import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileOf } from '../../../functions/fees/file.ts';
import { readingFault } from '../../../functions/fees/readings.ts';
import type { Meter, Reading } from '../../../functions/fees/schema.ts';
import { fileWith, judge, metersBy, type ReadLine, readingOf } from '../../../functions/readings/rules.ts';
import { addDays } from '../../../shared/time/index.ts';

const latest = '2026-02-01';
const day = (n: number) => addDays('2026-01-01', n);

/** One line after the other, each as a request of its own, in the order of days; a day said twice in a file is no good. */
function oneByOne(readings: readonly Reading[], lines: readonly ReadLine[]) {
  const recorded: number[] = [];
  const faults: [number, string | number][] = [];
  const unchanged: number[] = [];
  let known = [...readings];
  const sorted = lines.toSorted((a, b) => a.day.localeCompare(b.day) || a.line - b.line);
  for (const said of sorted) {
    const first = sorted.find((other) => other.day === said.day)?.line as number;
    const { line, value, final } = said;
    const same = readings.some(
      (stored) =>
        stored.kind !== 'estimated' &&
        stored.day === said.day &&
        Number(stored.value) === Number(value) &&
        Number(stored.final ?? -1) === Number(final ?? -1),
    );
    if (said.day > latest) faults.push([line, 'future']);
    else if (first !== line) faults.push([line, first]);
    else if (same) unchanged.push(line);
    else {
      const fault = readingFault(known, said);
      if (fault) faults.push([line, fault]);
      else {
        recorded.push(line);
        known = [...known, readingOf(`rdg_${line}`, said)];
      }
    }
  }
  return { recorded, faults, unchanged, known };
}

const figure = fc.integer({ min: 0, max: 12 }).map((n) => (n % 3 === 0 ? `${n}.50` : String(n)));
const line = fc.record({
  day: fc.integer({ min: 0, max: 34 }).map(day),
  value: figure,
  final: fc.option(figure, { nil: undefined, freq: 4 }),
});
const lines = fc.array(line, { maxLength: 14 }).map((all) => all.map((one, i) => ({ ...one, line: i + 2 })));
/** What has been recorded, some of it before the file, and now and then an estimate. */
const history = fc
  .tuple(fc.array(line, { maxLength: 6 }), fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 2 }))
  .map(([past, estimates]) => {
    const initial: Reading = { id: 'rdg_0', day: day(0), value: '1', kind: 'initial' };
    const { known } = oneByOne(
      [initial],
      past.map((one, i) => ({ ...one, line: i })),
    );
    const made = estimates.map(
      (n): Reading => ({ id: `rdg_e${n}`, day: day(n), value: '9', kind: 'estimated' }),
    );
    return [...known, ...made];
  });
const told = ({ fresh, faults }: ReturnType<typeof judge>) => ({
  recorded: fresh.map((said) => said.line),
  faults: faults.map((fault) => ('twice' in fault ? [fault.line, fault.twice] : [fault.line, fault.fault])),
});

describe('the lines of a file about one meter', () => {
  it('are judged as if each were sent by itself in the order of the days', () => {
    fc.assert(
      fc.property(history, lines, (readings, said) => {
        const { recorded, faults } = oneByOne(readings, said);
        expect(told(judge(readings, [], said, latest))).toEqual({ recorded, faults });
      }),
      { numRuns: 500 },
    );
  });

  it('are judged alike in whatever order they stand, and the readings there are', () => {
    const shuffled = lines.chain((said) =>
      fc.tuple(fc.constant(said), fc.shuffledSubarray(said, { minLength: said.length })),
    );
    fc.assert(
      fc.property(history, shuffled, (readings, [said, other]) => {
        const judged = judge(readings, [], said, latest);
        expect(judge(readings, [], other, latest)).toEqual(judged);
        expect(judge(readings.toReversed(), [], said, latest)).toEqual(judged);
      }),
      { numRuns: 200 },
    );
  });

  it('that were recorded are unchanged when they come again, all or some of them', () => {
    fc.assert(
      fc.property(history, lines, fc.nat(), fc.nat(), (readings, said, part, kept) => {
        const { fresh } = judge(readings, [], said, latest);
        const written = fresh
          .slice(0, part % (fresh.length + 1))
          .map((one) => readingOf(`n${one.line}`, one));
        const all = [...readings, ...written].sort((a, b) => a.day.localeCompare(b.day));
        // What an interruption left undone is done, whether the file keeps all readings or only the last ones.
        const from = Math.min(kept % (all.length + 1), all.length - 1);
        const again = judge(all.slice(from), all.slice(0, from), fresh, latest);
        const taken = all.slice(from).some(({ kind }) => kind !== 'estimated');
        if (taken) expect(again).toEqual({ fresh: fresh.slice(written.length), faults: [] });
      }),
      { numRuns: 200 },
    );
  });
});

describe('a line that is recorded', () => {
  const said: ReadLine = { line: 7, day: day(31), value: '42.50', note: 'seen by the guard' };

  it('becomes a reading, or a change of the meter where it says what the old one showed last', () => {
    const plain = { id: 'rdg_1', day: day(31), value: '42.50' };
    expect(readingOf('rdg_1', said)).toStrictEqual({ ...plain, kind: 'actual' });
    expect(readingOf('rdg_1', { ...said, final: '99' })).toStrictEqual({
      ...plain,
      kind: 'change',
      final: '99',
    });
  });

  it('is put among the readings of its own meter, the rest of the file staying', () => {
    const initial: Reading = { id: 'rdg_0', day: day(0), value: '1', kind: 'initial' };
    const later: Reading = { id: 'rdg_2', day: day(40), value: '60', kind: 'actual' };
    const meters = ['mtr_1', 'mtr_2'].map((id) => ({
      id,
      kind: 'water' as const,
      multiplier: '1',
      readings: [initial, later],
    }));
    const [first, second] = meters as [Meter, Meter];
    const file = fileOf(undefined, { id: 'unt_1', propertyId: 'prp_1' });
    const reading = readingOf('rdg_1', said);
    expect(fileWith({ ...file, meters }, 'mtr_2', reading)).toEqual({
      ...file,
      meters: [first, { ...second, readings: [initial, reading, later] }],
    });
  });
});

describe('a meter in a file', () => {
  const meter = (id: string, kind: Meter['kind'], name?: string): Meter => ({
    id,
    kind,
    multiplier: '1',
    readings: [],
    ...(name !== undefined && { name }),
  });
  const cold = meter('mtr_1', 'water', 'A-17');
  const hot = meter('mtr_2', 'water', '热水');
  const power = meter('mtr_3', 'electricity');
  it.each([
    ['its id', 'mtr_2', [hot]],
    ['the number on it', 'A-17', [cold]],
    ['what it counts, if it is the only one', '电表', [power]],
    ['the word of any language, however it is written', 'Electricity', [power]],
    ['what several count: no good', '水表', [cold, hot]],
    ['nothing that is known', 'A-18', []],
    ['nothing at all: no good where there are several', undefined, [cold, hot, power]],
  ])('goes by %s', (_, word, found) => {
    expect(metersBy([cold, hot, power], word)).toEqual(found);
  });

  it('goes by every word that offices have for what it counts', () => {
    const metered = (word: string) => metersBy([cold, power], word);
    expect(['水', '水表', 'water', 'WATER'].map(metered)).toEqual(Array(4).fill([cold]));
    expect(['电', '电表', 'electricity'].map(metered)).toEqual(Array(3).fill([power]));
  });
});
