import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ToldStep } from '../../../functions/dunning/store.ts';
import { isCountable, moneyOf, propertyOf, toldCount } from '../../../functions/stream/money.ts';
import { type Entry, type EntryKind, entryKinds } from '../../../shared/books/index.ts';

const zone = 'Asia/Shanghai';
const due = new Map([
  ['march', '2026-03-10'],
  ['april', '2026-04-10'],
]);
const entry = (kind: EntryKind, amount: number, billId: string | undefined, at: string): Entry => ({
  id: 'pst_1.0',
  kind,
  amount,
  at,
  propertyId: 'p',
  unitId: 'u',
  payerId: 'c',
  ...(billId !== undefined && { billId }),
});
const told = (n: number, at: string, ...bills: string[]) =>
  ({ n, at, step: `step${n}`, bills: bills.map((id) => ({ id })), total: 2000 }) as unknown as ToldStep;
const count = (entries: Entry[], of: { told?: ToldStep[]; zone?: string } = {}) =>
  moneyOf(entries, { dueDay: due, told: [], zone, ...of });

describe('what an entry adds to the fees (GOAL-6)', () => {
  const at = '2026-05-02T02:00:00.000Z';
  const counted: Partial<Record<EntryKind, [item: string, sign: 1 | -1]>> = {
    charge: ['fees#2026-03|charged', 1],
    void: ['fees#2026-05|off:2026-03', 1],
    waiver: ['fees#2026-05|off:2026-03', 1],
    lateFee: ['fees#2026-05|off:2026-03', -1],
    allocation: ['fees#2026-05|in:2026-03', 1],
    creditUsed: ['fees#2026-05|in:2026-03', 1],
    release: ['fees#2026-05|in:2026-03', -1],
  };

  it.each(Object.keys(entryKinds) as EntryKind[])('%s', (kind) => {
    const [name, sign] = counted[kind] ?? [];
    expect(count([entry(kind, 700, 'march', at)])).toEqual(name ? { [name]: (sign ?? 0) * 700 } : {});
  });

  it('is nothing where no bill is named, or none that is known', () => {
    expect(count([entry('allocation', 700, undefined, at), entry('allocation', 700, 'gone', at)])).toEqual(
      {},
    );
  });

  it('is in the month of the property\u2019s day', () => {
    const late = [entry('allocation', 700, 'march', '2026-04-30T16:00:00.000Z')];
    expect(count(late)).toEqual({ 'fees#2026-05|in:2026-03': 700 });
    expect(count(late, { zone: 'Europe/London' })).toEqual({ 'fees#2026-04|in:2026-03': 700 });
  });

  it('is the sum over entries, and no figure where they cancel out', () => {
    const [paid, more] = [entry('allocation', 700, 'march', at), entry('creditUsed', 50, 'march', at)];
    expect(count([paid, more, entry('allocation', 9, 'april', at)])).toEqual({
      'fees#2026-05|in:2026-03': 750,
      'fees#2026-05|in:2026-04': 9,
    });
    expect(count([paid, entry('release', 700, 'march', at)])).toEqual({});
    // What cancelled out may come again.
    expect(count([paid, entry('release', 700, 'march', at), more])).toEqual({
      'fees#2026-05|in:2026-03': 50,
    });
  });
});

describe('what dunning brought in (GOAL-6)', () => {
  const paidAt = '2026-03-20T00:00:00.000Z';
  const effect = (kind: EntryKind, ...messages: ToldStep[]) =>
    Object.fromEntries(
      Object.entries(count([entry(kind, 700, 'march', paidAt)], { told: messages })).filter(([name]) =>
        name.startsWith('dunning#'),
      ),
    );

  it('is what is paid from the moment of a message until seven days have passed', () => {
    const brought = { 'dunning#2026-03|step1:in7': 700 };
    expect(effect('allocation', told(1, paidAt, 'march'))).toEqual(brought);
    expect(effect('allocation', told(1, '2026-03-20T00:00:00.001Z', 'march'))).toEqual({});
    expect(effect('allocation', told(1, '2026-03-13T00:00:00.001Z', 'march'))).toEqual(brought);
    expect(effect('allocation', told(1, '2026-03-13T00:00:00.000Z', 'march'))).toEqual({});
  });

  it('is of messages that spoke of the bill, among others too', () => {
    const at = '2026-03-19T00:00:00.000Z';
    expect(effect('allocation', told(1, at, 'april', 'march'))).toEqual({ 'dunning#2026-03|step1:in7': 700 });
    expect(effect('allocation', told(1, at, 'april'), told(2, at))).toEqual({});
  });

  it('is also what credit pays, but neither a bill nor what is taken off or open again', () => {
    const message = told(1, '2026-03-19T00:00:00.000Z', 'march');
    expect(effect('creditUsed', message)).toEqual({ 'dunning#2026-03|step1:in7': 700 });
    for (const kind of ['release', 'charge', 'void', 'waiver', 'lateFee'] as const)
      expect(effect(kind, message)).toEqual({});
  });

  it('is counted in the month in which the property was told', () => {
    const paid = [entry('allocation', 700, 'march', '2026-04-02T00:00:00.000Z')];
    const message = told(1, '2026-03-31T16:00:00.000Z', 'march');
    expect(count(paid, { told: [message] })).toMatchObject({ 'dunning#2026-04|step1:in7': 700 });
    expect(count(paid, { told: [message], zone: 'Europe/London' })).toMatchObject({
      'dunning#2026-03|step1:in7': 700,
    });
  });

  it('of any messages is the last one\u2019s that fits, in whatever order they are read', () => {
    const hours = fc.integer({ min: -24, max: 200 });
    const messages = fc.uniqueArray(fc.tuple(hours, fc.boolean()), { selector: ([h]) => h, maxLength: 8 });
    fc.assert(
      fc.property(messages, fc.nat(), (all, turn) => {
        const oldestFirst = [...all].sort(([a], [b]) => b - a);
        const made = oldestFirst.map(([before, about], n) =>
          told(n, new Date(Date.parse(paidAt) - before * 3_600_000).toISOString(), about ? 'march' : 'april'),
        );
        const last = oldestFirst.findLastIndex(([before, about]) => about && before >= 0 && before < 7 * 24);
        const start = made.length === 0 ? 0 : turn % made.length;
        const found = effect('allocation', ...made.slice(start), ...made.slice(0, start));
        expect(found).toEqual(last < 0 ? {} : { [`dunning#2026-03|step${last}:in7`]: 700 });
      }),
      { numRuns: 60 },
    );
  });
});

it('a message adds that it was told and what it asked for, in the month of its property', () => {
  const message = told(3, '2026-03-31T16:00:00.000Z', 'march');
  expect(toldCount(message, zone)).toEqual({
    'dunning#2026-04|step3:told': 1,
    'dunning#2026-04|step3:asked': 2000,
  });
  expect(Object.keys(toldCount(message, 'Europe/London'))).toEqual([
    'dunning#2026-03|step3:told',
    'dunning#2026-03|step3:asked',
  ]);
});

it.each([
  ['bill', undefined, true],
  ['dunningTold', undefined, true],
  ['payment', [], true],
  ['account', undefined, false],
  ['event', undefined, false],
])('an item of type %s with the movements %j is counted: %s', (et, movements, expected) => {
  expect(isCountable({ et, movements })).toBe(expected);
});

it('the property of what is counted stands in its list, of a message beside it', () => {
  const item = { pk: '', sk: '', et: '', v: 1 };
  expect(propertyOf({ ...item, list: { propertyId: 'p' }, rest: { propertyId: 'q' } })).toBe('p');
  expect(propertyOf({ ...item, list: {}, rest: { propertyId: 'q' } })).toBe('q');
  expect(propertyOf({ ...item, rest: { propertyId: 'q' } })).toBe('q');
});
