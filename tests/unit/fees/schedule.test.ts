import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cycleOf } from '../../../functions/fees/cycle.ts';
import {
  firesAfter,
  type StoredSettings,
  settingsOf,
  settingsWrite,
} from '../../../functions/fees/schedule.ts';
import { dueAt, keys } from '../../../shared/keys.ts';
import { addMonths, instantAt } from '../../../shared/time/index.ts';

const zone = 'Asia/Shanghai';
const t = 'ten_01JD0000000000000000000000';
const propertyId = 'prp_01JD0000000000000000000000';
const key = keys.feeSettings(t, propertyId);
const at = (text: string) => Date.parse(`${text}+08:00`);
const told = (runs: StoredSettings['runs'], after: string, of = zone) =>
  firesAfter(runs, of, Date.parse(after)).map((fire) => ({ ...fire, at: new Date(fire.at).toISOString() }));
const run = (
  cycle: 'month' | 'quarter' | 'halfYear' | 'year',
  day: number,
  monthsAfter = 0,
  issue = false,
) => ({
  cycle,
  day,
  monthsAfter,
  issue,
});

describe('the next moment of a schedule', () => {
  it('is six in the morning of its day, and the one after it from that moment on', () => {
    const october = { at: '2026-10-04T22:00:00.000Z', cycle: '2026-10', issue: true };
    const runs = [run('month', 5, 0, true)];
    expect(told(runs, '2026-10-04T21:59:59.999Z')).toEqual([october]);
    expect(told(runs, '2026-10-04T22:00:00.000Z')).toEqual([
      { ...october, at: '2026-11-04T22:00:00.000Z', cycle: '2026-11' },
    ]);
  });

  it('is by the clock of the property', () => {
    const runs = [run('month', 1)];
    expect(told(runs, '2026-10-01T00:00:00Z', 'Europe/Berlin')).toMatchObject([
      { at: '2026-10-01T04:00:00.000Z' },
    ]);
    expect(told(runs, '2026-10-31T23:30:00Z', 'Europe/Berlin')).toMatchObject([
      { at: '2026-11-01T05:00:00.000Z' },
    ]);
  });

  it('of several schedules is told in order of time, whatever order they are set in', () => {
    const runs = [run('year', 5, 12), run('month', 31, -1), run('quarter', 15, -3)];
    for (const one of [runs, runs.toReversed()]) {
      const next = told(one, '2026-10-30T00:00:00Z');
      expect(next.map(({ cycle }) => cycle)).toEqual(['2026-11', '2026', '2027-Q2']);
    }
  });

  // As a model: of all cycles there are, the first whose moment is still to come.
  const names = {
    month: Array.from({ length: 12 }, (_, i) => `-${String(i + 1).padStart(2, '0')}`),
    quarter: ['-Q1', '-Q2', '-Q3', '-Q4'],
    halfYear: ['-H1', '-H2'],
    year: [''],
  };
  it('is the first of all cycles there are that is still to come', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('month', 'quarter', 'halfYear', 'year'),
        fc.integer({ min: 1, max: 28 }),
        fc.integer({ min: -3, max: 24 }),
        fc.integer({ min: at('2026-01-01T00:00'), max: at('2027-12-31T23:59') }),
        (kind, day, monthsAfter, after) => {
          const cycle = kind as keyof typeof names;
          const momentOf = (name: string) => {
            const month = addMonths(cycleOf(name).from, monthsAfter).slice(0, 8);
            return instantAt(`${month}${String(day).padStart(2, '0')}`, 360, zone);
          };
          const all = [2023, 2024, 2025, 2026, 2027, 2028, 2029].flatMap((year) =>
            names[cycle].map((part) => `${year}${part}`),
          );
          const next = all.find((name) => momentOf(name) > after) ?? '';
          expect(firesAfter([run(cycle, day, monthsAfter)], zone, after)).toEqual([
            { at: momentOf(next), cycle: next, issue: false },
          ]);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('the settings of a property', () => {
  const now = at('2026-10-01T10:00');
  const none = {
    propertyId,
    cash: false,
    runs: [],
    since: '2026-10-01T02:00:00.000Z',
    head: { seq: 0, hash: '' },
    version: 0,
  };

  it('are none where none were set, nor anything else that stands in their place', () => {
    expect(settingsOf(undefined, propertyId, now)).toEqual(none);
    expect(settingsOf({ ...key, et: 'feeFile', v: 3, rest: { cash: true } }, propertyId, now)).toEqual(none);
  });

  it('are read as they were written, with their place at the next run of all', () => {
    const set = { ...none, runs: [run('quarter', 1), run('month', 5)], cash: true, version: 4 };
    const write = settingsWrite(t, set, zone);
    const put = 'put' in write ? write.put : undefined;
    expect([put?.et, put?.v, put?.list, write.expect]).toEqual([
      'feeSettings',
      5,
      { propertyId },
      { version: 4 },
    ]);
    expect(put).toMatchObject(dueAt(key, '2026-10-04T22:00:00.000Z'));
    expect(put?.rest).not.toHaveProperty('propertyId');
    expect(settingsOf(put, propertyId, now + 1)).toEqual({ ...set, version: 5 });
  });

  it('that were written before cash was asked about allow none', () => {
    const { head, runs, since } = none;
    const old = { ...key, et: 'feeSettings', v: 1, rest: { head, runs, since } };
    expect(settingsOf(old, propertyId, now + 1)).toEqual({ ...none, version: 1 });
  });

  it('without runs have no place among what is due, and are new the first time', () => {
    const write = settingsWrite(t, none, zone);
    expect([write.expect, 'put' in write && write.put.v]).toEqual(['new', 1]);
    expect(write).not.toHaveProperty('put.duePk');
  });
});
