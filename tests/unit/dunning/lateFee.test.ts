import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lateFees, withFees } from '../../../functions/dunning/lateFee.ts';
import { withoutException } from '../../../functions/dunning/model.ts';
import { follow, resumed } from '../../../functions/dunning/rules.ts';
import { feeLine } from '../../../functions/dunning/words.ts';
import { type LateFee, type PauseKind, pauseKinds } from '../../../shared/policy/index.ts';
import { addDays, daysBetween } from '../../../shared/time/index.ts';
import { asked, bill, caseWith, newCase, promiseOf } from './support.ts';

const rule: LateFee = {
  on: true,
  afterDays: 30,
  ratePerDay: '0.0005',
  compounding: false,
  capPercent: 100,
  pausesFor: [],
};
const due = '2026-09-10';
const of = () => follow(newCase(), [bill(due, 100_000, 'b')], due).after;
const totals = new Map([['b', 100_000]]);
const open = (amount: number) => [bill(due, amount, 'b')];

describe('late fees (FEE-9)', () => {
  it('are off by default, and nothing is charged before the first day', () => {
    expect(lateFees(of(), open(100_000), totals, { ...rule, on: false }, '2026-12-01')).toEqual([]);
    expect(lateFees(of(), open(100_000), totals, rule, '2026-10-10')).toEqual([]);
  });

  it('count each day from the 31st on, in one line that says how', () => {
    const [line] = lateFees(of(), open(100_000), totals, rule, '2026-10-20');
    // 10 days of 0.05 % of 1000 yuan.
    expect(line).toEqual({
      billId: 'b',
      from: '2026-10-11',
      to: '2026-10-20',
      days: 10,
      base: 100_000,
      rate: '0.0005',
      amount: 500,
    });
    expect(line && feeLine(line).en).toBe(
      'Late fee 2026-10-11 to 2026-10-20: 1000.00 yuan x 0.05 % x 10 days = 5.00 yuan',
    );
    const [first] = lateFees(of(), open(100_000), totals, rule, '2026-10-11');
    expect(first && feeLine(first).en).toBe(
      'Late fee 2026-10-11 to 2026-10-11: 1000.00 yuan x 0.05 % x 1 day = 0.50 yuan',
    );
  });

  it('go on after the last day charged, on principal only', () => {
    const first = lateFees(of(), open(100_000), totals, rule, '2026-10-20');
    const charged = withFees(of(), first);
    const [second] = lateFees(charged, open(100_500), totals, rule, '2026-10-30');
    expect(second).toMatchObject({ from: '2026-10-21', days: 10, base: 100_000, amount: 500 });
    const [compound] = lateFees(charged, open(100_500), totals, { ...rule, compounding: true }, '2026-10-30');
    expect(compound).toMatchObject({ base: 100_500, amount: 503 });
  });

  it('count only what is still open, payments going to the principal first', () => {
    const charged = withFees(of(), lateFees(of(), open(100_000), totals, rule, '2026-10-20'));
    expect(lateFees(charged, open(40_500), totals, rule, '2026-10-30')[0]).toMatchObject({
      base: 40_000,
      amount: 200,
    });
    expect(lateFees(charged, open(500), totals, rule, '2026-10-30')).toEqual([]);
  });

  it('spare a payer who is excepted, also afterwards for the days on which he was', () => {
    const exception = { noLateFee: true, until: '2026-10-25', reason: '困难' };
    const excepted = { ...of(), exception };
    expect(lateFees(excepted, open(100_000), totals, rule, '2026-10-25')).toEqual([]);
    const five = { from: '2026-10-26', days: 5, amount: 250 };
    expect(lateFees(excepted, open(100_000), totals, rule, '2026-10-30')[0]).toMatchObject(five);
    const lifted = withoutException(
      { ...of(), exception: { ...exception, until: '2027-01-01' } },
      '2026-10-25',
    );
    expect(lifted.exception).toBeUndefined();
    expect(lateFees(lifted, open(100_000), totals, rule, '2026-10-30')[0]).toMatchObject(five);
    const again = withoutException(excepted, '2026-11-20');
    expect(lateFees(again, open(100_000), totals, rule, '2026-11-20')[0]).toMatchObject({
      from: '2026-10-26',
    });
  });

  it('count the days of a promise or a dispute, unless the office lets them stand still with the ladder (FEE-5)', () => {
    // Disputed on the 15th, settled on the 22nd: seven days.
    const disputed = resumed(of(), ['b'], '2026-10-15', '2026-10-22', 'dispute');
    const on = (pausesFor: PauseKind[]) =>
      lateFees(disputed, open(100_000), totals, { ...rule, pausesFor }, '2026-10-30')[0];
    expect(on([])).toMatchObject({ from: '2026-10-11', days: 20, amount: 1000 });
    expect(on(['promise', 'plan'])).toMatchObject({ days: 20, amount: 1000 });
    expect(on(['dispute'])).toMatchObject({ from: '2026-10-18', to: '2026-10-30', days: 13, amount: 650 });
  });

  it('do not forgive the days of a pause twice', () => {
    const pausing: LateFee = { ...rule, pausesFor: ['promise'] };
    const first = resumed(of(), ['b'], '2026-10-15', '2026-10-22', 'promise');
    const charged = withFees(first, lateFees(first, open(100_000), totals, pausing, '2026-10-30'));
    expect(lateFees(charged, open(100_650), totals, pausing, '2026-11-09')[0]).toMatchObject({
      from: '2026-10-31',
      days: 10,
    });
    const again = resumed(charged, ['b'], '2026-11-01', '2026-11-05', 'promise');
    expect(lateFees(again, open(100_650), totals, pausing, '2026-11-09')[0]).toMatchObject({
      from: '2026-11-04',
      days: 6,
    });
  });

  it('are reckoned for each bill asked for by itself, from what it has open and what it came to', () => {
    const bills = ['a', 'b', 'p', 'q', 'r'].map((id) => asked(id, due));
    const three = caseWith({ bills, arrangement: promiseOf(['p']) });
    const books = [
      bill(due, 100_000, 'a'),
      bill(due, 40_000, 'b'),
      bill(due, 100_000, 'p'),
      bill(due, 1, 'r'),
    ];
    const sums = new Map(books.map(({ id }) => [id, 100_000]));
    const lines = lateFees(three, books, sums, rule, '2026-10-20');
    // Of q the books say nothing, and a day's part of a fen is none.
    expect(lines.map(({ billId, base, amount }) => [billId, base, amount])).toEqual([
      ['a', 100_000, 500],
      ['b', 40_000, 200],
    ]);
    expect(lateFees(three, books, new Map([['b', 100_000]]), rule, '2026-10-20')).toEqual(lines.slice(1));
  });

  it('begin with the day after the last one that is spared, if that is later than the first that counts', () => {
    const from = (spared: string) =>
      lateFees({ ...of(), spared }, open(100_000), totals, rule, '2026-10-20')[0]?.from;
    expect(['2026-10-09', '2026-10-10', '2026-10-11'].map(from)).toEqual([
      '2026-10-11',
      '2026-10-11',
      '2026-10-12',
    ]);
  });

  it('end at the cap, to the fen, and stay there', () => {
    const capped = { ...rule, capPercent: 1 };
    const sums = new Map([['b', 99_999]]);
    const first = lateFees(of(), open(99_999), sums, capped, '2026-10-20');
    expect(first[0]).toMatchObject({ days: 10, amount: 500 });
    const charged = withFees(of(), first);
    const last = lateFees(charged, open(100_499), sums, capped, '2026-12-31');
    // A percent of 999.99 yuan is 9.9999 yuan.
    expect(last[0]).toMatchObject({ days: 72, amount: 499 });
    const full = withFees(charged, last);
    expect(full.fees).toStrictEqual({ b: { sum: 999, through: '2026-12-31' } });
    expect(lateFees(full, open(100_998), sums, capped, '2027-01-31')).toEqual([]);
    // The office has lowered it since.
    expect(lateFees(full, open(100_998), sums, { ...capped, capPercent: 0 }, '2027-01-31')).toEqual([]);
  });

  it('are kept by bill, with what of its standing still lies before them', () => {
    const stood = { promise: 3, dispute: 4 };
    const before = { c: { sum: 7, through: '2026-10-01' } };
    const two = caseWith({ bills: [asked('a', due, { stood }), asked('b', due)], fees: before });
    const line = { from: '2026-10-11', to: '2026-10-20', days: 10, base: 1, rate: '0.0005' };
    const lines = ['b', 'a', 'c'].map((billId, i) => ({ ...line, billId, amount: 10 + i }));
    expect(withFees(two, lines)).toStrictEqual({
      ...two,
      fees: {
        c: { sum: 19, through: '2026-10-20' },
        b: { sum: 10, through: '2026-10-20' },
        a: { sum: 11, through: '2026-10-20', stood },
      },
    });
    expect(two.fees).toBe(before);
    expect(withFees(two, [])).toStrictEqual(two);
  });

  it('whatever pauses when, charge every day once but those of the pauses that the office forgives', () => {
    const pause = fc.record({
      why: fc.constantFrom(...pauseKinds),
      before: fc.integer({ min: 0, max: 20 }),
      stood: fc.integer({ min: 0, max: 30 }),
      tell: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.array(pause, { maxLength: 8 }),
        fc.uniqueArray(fc.constantFrom(...pauseKinds)),
        (pauses, pausesFor) => {
          const strict: LateFee = { ...rule, afterDays: 0, pausesFor };
          let here = of();
          let day = due;
          let charged = 0;
          let forgiven = 0;
          const tell = () => {
            const lines = lateFees(here, open(100_000), totals, { ...strict, compounding: true }, day);
            charged += lines.reduce((sum, { days }) => sum + days, 0);
            here = withFees(here, lines);
          };
          for (const { why, before, stood, tell: told } of pauses) {
            const from = addDays(day, before);
            day = addDays(from, stood);
            here = resumed(here, ['b'], from, day, why);
            if (pausesFor.includes(why)) forgiven += stood;
            if (told) tell();
          }
          day = addDays(day, 1);
          tell();
          expect(charged).toBe(daysBetween(due, day) - forgiven);
        },
      ),
    );
  });

  it('in however many parts they are charged, stay below the cap and differ from one charge by rounding only', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 5_000_000 }),
        fc.integer({ min: 1, max: 20 }),
        (gaps, total, capPercent) => {
          const strict = { ...rule, ratePerDay: '0.003', capPercent };
          const sums = new Map([['b', total]]);
          let parts = follow(newCase(), [bill(due, total, 'b')], due).after;
          const whole = parts;
          let day = addDays(due, 30);
          for (const gap of gaps) {
            day = addDays(day, gap);
            const sum = parts.fees.b?.sum ?? 0;
            parts = withFees(parts, lateFees(parts, open(total + sum), sums, strict, day));
          }
          const cap = Math.floor((total * capPercent) / 100);
          const once = withFees(whole, lateFees(whole, open(total), sums, strict, day)).fees.b?.sum ?? 0;
          const inParts = parts.fees.b?.sum ?? 0;
          expect(inParts).toBeLessThanOrEqual(cap);
          expect(Math.abs(inParts - once)).toBeLessThanOrEqual(gaps.length);
        },
      ),
    );
  });
});
