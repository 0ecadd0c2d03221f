import { describe, expect, it } from 'vitest';
import { roles } from '../../../shared/access.ts';
import { mergePolicy, standardPack } from '../../../shared/policy/index.ts';
import { policyOverride, policyShape } from '../../../shared/policy/schema.ts';

const accepts = (override: object) =>
  policyOverride.safeParse({ effectiveFrom: '2026-11-01', ...override }).success;

const due = { at: 'due', kind: 'due', to: ['owner'], channels: ['inbox'] };
const rung = (more: object) => accepts({ ladders: { own: [{ ...due, ...more }] } });
const offset = (unit: string) => (n: number) => rung({ at: { before: { unit, n } } });
const dunning = (more: object) => accepts({ dunning: more });
const step = { day: 5, kind: 'message' };
const many = <T>(n: number, value: T): Record<string, T> =>
  Object.fromEntries(Array.from({ length: n }, (_, i) => [`own${i}`, value]));

describe('an override', () => {
  it.each<[string, (n: number) => boolean, number, number]>([
    ['hours of an offset', offset('hours'), 1, 8784],
    ['days of an offset', offset('days'), 1, 366],
    ['working days of an offset', offset('workingDays'), 1, 366],
    ['weeks of an offset', offset('weeks'), 1, 52],
    ['repetitions', (max) => rung({ repeat: { every: { unit: 'days', n: 1 }, max } }), 1, 60],
    ['attempts of a callback', (attempts) => accepts({ callbacks: { attempts } }), 1, 20],
    ['percent of repairs called back', (n) => accepts({ callbacks: { repairSharePercent: n } }), 0, 100],
    ['the day of a dunning step', (day) => dunning({ steps: { own: { ...step, day } } }), -60, 720],
    ['days of rest', (restDays) => dunning({ restDays }), 0, 90],
    ['days before a late fee', (afterDays) => dunning({ lateFee: { afterDays } }), 0, 720],
    ['the cap of late fees', (capPercent) => dunning({ lateFee: { capPercent } }), 1, 1000],
  ])('bounds %s, in whole numbers', (_, takes, least, most) => {
    expect([least - 1, least, least + 0.5, most, most + 1].map(takes)).toEqual([
      false,
      true,
      false,
      true,
      false,
    ]);
  });

  it.each<[string, (n: number) => boolean, number, number]>([
    ['steps of a ladder', (n) => accepts({ ladders: { own: Array(n).fill(due) } }), 1, 20],
    ['recipients of a step', (n) => rung({ to: Array(n).fill('lead') }), 1, 4],
    ['channels of a step', (n) => rung({ channels: Array(n).fill('robot') }), 1, 4],
    ['ladders', (n) => accepts({ ladders: many(n, [due]) }), 0, 20],
    ['dunning steps', (n) => dunning({ steps: many(n, step) }), 0, 20],
    ['dunning steps taken out', (n) => dunning({ steps: many(n, null) }), 0, 20],
    ['roles with a digest', (n) => accepts({ digest: { roles: Array(n).fill('desk') } }), 0, roles.length],
    ['occasions of a pause', (n) => dunning({ lateFee: { pausesFor: Array(n).fill('plan') } }), 0, 3],
  ])('bounds how many %s there are', (_, takes, least, most) => {
    expect([least, most, most + 1].map(takes)).toEqual([true, true, false]);
    if (least > 0) expect(takes(least - 1)).toBe(false);
  });

  const names = {
    good: ['a', 'brief', 'aB9', 'x0'],
    bad: ['', 'A', '9a', '_a', 'a-b', 'a b', ' a', 'a ', 'é'],
  };
  it.each<[string, number, (name: string) => boolean]>([
    ['a ladder', 32, (name) => accepts({ ladders: { [name]: [due] } })],
    ['the ladder of a rule', 32, (ladder) => accepts({ rules: { 'TICKET-8': { ladder } } })],
    ['a dunning step', 20, (name) => dunning({ steps: { [name]: step } })],
  ])('names %s in up to %i letters and digits, a small letter first', (_, most, takes) => {
    expect(names.good.filter(takes)).toEqual(names.good);
    expect(names.bad.filter(takes)).toEqual([]);
    expect([takes('x'.repeat(most)), takes('x'.repeat(most + 1))]).toEqual([true, false]);
  });

  it('has a late fee of less than a tenth a day, to the hundred millionth', () => {
    const takes = (ratePerDay: unknown) => dunning({ lateFee: { ratePerDay } });
    expect(['0.0', '0.05', '0.0005', '0.09999999'].map(takes)).toEqual([true, true, true, true]);
    const wrong = [
      '0.1',
      '0.000000001',
      '0',
      '.05',
      '00.05',
      '0,05',
      '-0.05',
      ' 0.05',
      '0.05%',
      '0.0x',
      0.05,
    ];
    expect(wrong.filter(takes)).toEqual([]);
  });

  it.each<[string, readonly string[], (word: string) => boolean]>([
    ['kinds of steps', ['remind', 'due', 'escalate'], (kind) => rung({ kind })],
    ['recipients', ['owner', 'lead', 'supervisor', 'manager'], (who) => rung({ to: [who] })],
    ['channels', ['inbox', 'email', 'robot', 'webhook'], (channel) => rung({ channels: [channel] })],
    [
      'kinds of dunning steps (FEE-4)',
      ['message', 'notice', 'visit', 'letter'],
      (kind) => dunning({ steps: { own: { day: 1, kind } } }),
    ],
    [
      'pauses (FEE-5)',
      ['promise', 'plan', 'dispute'],
      (pause) => dunning({ lateFee: { pausesFor: [pause] } }),
    ],
    ['roles', roles, (role) => accepts({ digest: { roles: [role] } })],
    ['moments', ['due'], (at) => rung({ at })],
    ['parts of the time there is', ['half'], (part) => rung({ at: { after: part } })],
  ])('knows these %s and no others', (_, words, takes) => {
    expect(['', 'other', ...words].filter(takes)).toEqual(words);
  });

  it.each([
    ['rules', { 'TICKET-8': { period: { unit: 'hours', n: 4 }, ladder: 'answer' } }],
    ['callbacks', { attempts: 2, repairSharePercent: 50 }],
    ['quietHours', { respect: true, exceptCritical: false }],
    ['digest', { roles: ['manager'] }],
    ['dunning', { steps: { own: step }, restDays: 7, lateFee: { on: true, compounding: true } }],
  ])('says of %s what it says and nothing unknown', (name, part) => {
    expect(policyOverride.parse({ effectiveFrom: '2026-11-01', [name]: part })).toEqual({
      effectiveFrom: '2026-11-01',
      [name]: part,
    });
    expect(accepts({ [name]: {} })).toBe(name !== 'digest');
    expect(accepts({ [name]: { ...part, colour: 'red' } })).toBe(false);
  });

  it.each([
    ['a step', () => rung({ colour: 'red' })],
    ['a repetition', () => rung({ repeat: { every: { unit: 'days', n: 1 }, max: 1, colour: 'red' } })],
    ['a moment before and after', () => rung({ at: { before: 'half', after: 'half' } })],
    ['an offset', () => rung({ at: { before: { unit: 'days', n: 1, colour: 'red' } } })],
    ['a rule', () => accepts({ rules: { 'TICKET-8': { colour: 'red' } } })],
    ['a dunning step', () => dunning({ steps: { own: { ...step, colour: 'red' } } })],
    ['a late fee', () => dunning({ lateFee: { colour: 'red' } })],
  ])('with a member too many in %s is refused', (_, takes) => {
    expect(takes()).toBe(false);
  });

  it('says of a step whether it may be merged and whether it is critical', () => {
    expect([rung({ merge: false }), rung({ critical: false })]).toEqual([true, true]);
    expect([rung({ merge: 'no' }), rung({ critical: 0 })]).toEqual([false, false]);
  });
});

describe('a policy as it is answered', () => {
  const whole = mergePolicy(standardPack, { effectiveFrom: '2026-11-01' }, 3);
  const shaped = (more: object) => policyShape.safeParse({ ...whole, ...more }).success;

  it('has a version and the day it began, which the standard pack has not', () => {
    expect(shaped({})).toBe(true);
    expect(policyShape.safeParse(standardPack).success).toBe(true);
    expect([-1, 0, 0.5].map((version) => shaped({ version }))).toEqual([false, true, false]);
  });

  it.each(['version', 'rules', 'ladders', 'callbacks', 'quietHours', 'digest', 'dunning'])(
    'is not whole without its %s',
    (name) => {
      expect(shaped({ [name]: undefined })).toBe(false);
    },
  );

  it('says of every rule where its figure comes from', () => {
    const rule = whole.rules['TICKET-8'];
    const withRule = (more: object) =>
      shaped({ rules: { ...whole.rules, 'TICKET-8': { ...rule, ...more } } });
    const bases = ['regulation', 'house', 'office', '', 'other'];
    expect(bases.filter((basis) => withRule({ basis }))).toEqual(['regulation', 'house', 'office']);
    expect(withRule({ colour: 'red' })).toBe(false);
    const { 'TICKET-8': _, ...others } = whole.rules;
    expect(shaped({ rules: others })).toBe(false);
  });
});
