import { describe, expect, it } from 'vitest';
import { analysisOf, goalsOf } from '../../../functions/reports/rules.ts';
import { byName, goalsName, sameOf } from '../../../shared/counters.ts';

const month = '2026-10';
const goalsWith = (of: Record<string, number>, today = '2026-11-15') =>
  Object.fromEntries(goalsOf(new Map([[goalsName(month), of]]), month, today).map((goal) => [goal.id, goal]));

describe('the goals of a month', () => {
  it('are unknown, neither met nor missed, where nothing happened', () => {
    for (const goal of goalsOf(new Map(), month, '2026-11-15')) {
      expect(goal).toMatchObject({ numerator: 0, denominator: 0, value: null, met: null });
    }
  });

  it.each([
    ['GOAL-1', 'Complaints handled in time', '投诉处理及时率', 1, 'atLeast'],
    ['GOAL-2', 'Repairs handled in time', '报修处理及时率', 1, 'atLeast'],
    ['GOAL-3', 'Repairs called back', '报修回访率', 0.85, 'atLeast'],
    ['GOAL-4', 'Rework of complaints, repairs and paid services', '返工返修率', 0.01, 'atMost'],
    ['GOAL-5', 'Satisfied customers', '顾客满意率', 0.9, 'atLeast'],
    ['GOAL-6', 'Fees collected', '费用收缴率', 0.92, 'atLeast'],
  ])('have %s: %s', (id, en, zh, goal, bound) => {
    expect(goalsWith({})[id]).toMatchObject({ id, title: { en, zh }, goal, bound });
  });

  it('count what is not done as not in time from the day after it was due', () => {
    const of = { 'complaint:inTime': 3, 'complaint:open:14': 1, 'complaint:open:15': 1 };
    expect(goalsWith(of, '2026-10-14')['GOAL-1']).toMatchObject({ numerator: 3, denominator: 3, met: true });
    expect(goalsWith(of, '2026-10-15')['GOAL-1']).toMatchObject({ numerator: 3, denominator: 4, met: false });
    expect(goalsWith(of, '2026-11-01')['GOAL-1']).toMatchObject({ numerator: 3, denominator: 5, value: 0.6 });
  });

  it('hold repairs apart from complaints', () => {
    const goals = goalsWith({ 'complaint:late': 1, 'repair:inTime': 2 });
    expect([goals['GOAL-1']?.met, goals['GOAL-2']?.met]).toEqual([false, true]);
  });

  it.each([
    [17, 20, true],
    [16, 20, false],
  ])('%i of %i repairs called back: met %s', (calledBack, resolved, met) => {
    const goal = goalsWith({ 'repair:calledBack': calledBack, 'repair:resolved': resolved })['GOAL-3'];
    expect(goal).toMatchObject({ numerator: calledBack, denominator: resolved, met });
  });

  it('allow one in a hundred to be done again, complaints and repairs together', () => {
    const of = {
      'repair:resolved': 60,
      'complaint:resolved': 40,
      'enquiry:resolved': 50,
      'repair:redone': 1,
    };
    expect(goalsWith(of)['GOAL-4']).toMatchObject({ numerator: 1, denominator: 100, value: 0.01, met: true });
    const services = { ...of, 'service:resolved': 100, 'service:redone': 1 };
    expect(goalsWith(services)['GOAL-4']).toMatchObject({ numerator: 2, denominator: 200, met: true });
    expect(goalsWith({ ...of, 'complaint:redone': 1 })['GOAL-4']).toMatchObject({ value: 0.02, met: false });
  });

  it('ask all customers alike whether they are satisfied', () => {
    const of = { 'repair:reached': 5, 'repair:satisfied': 5, 'enquiry:reached': 5, 'enquiry:satisfied': 4 };
    expect(goalsWith(of)['GOAL-5']).toMatchObject({ numerator: 9, denominator: 10, met: true });
  });

  it('are not met by rounding', () => {
    const goal = goalsWith({ 'complaint:inTime': 99_999, 'complaint:late': 1 })['GOAL-1'];
    expect(goal).toMatchObject({ value: 1, met: false });
  });

  it('say why there is no figure of fees, or else what it is of', () => {
    expect(goalsWith({})['GOAL-6']).toMatchObject({
      value: null,
      note: { en: 'No fees are kept here yet.', zh: '尚未启用收费管理。' },
    });
    const fees = new Map([[month, { charged: 10_000, [`in:${month}`]: 9_200 }]]);
    expect(goalsOf(new Map(), month, '2026-11-15', fees).at(-1)).toMatchObject({
      id: 'GOAL-6',
      value: 0.92,
      met: true,
      note: { en: 'In fen, of what became due this year.', zh: '单位：分；本年度应收。' },
    });
  });
});

describe('the analysis of a month', () => {
  const figures = new Map([
    [byName(month, 'category', 'lift'), { complaint: 2, repair: 1 }],
    [byName(month, 'category', 'water#2|x'), { complaint: 5 }],
    [byName(month, 'category', 'gone'), { complaint: 0 }],
    [byName(month, 'same', sameOf('unt_1', 'lift')), { complaint: 1, repair: 1 }],
    [byName(month, 'same', sameOf('unt_2')), { repair: 3 }],
    [byName(month, 'same', sameOf('unt_3', 'lift')), { complaint: 1, enquiry: 5 }],
    [goalsName(month), { 'complaint:inTime': 1 }],
  ]);

  it('lists by each thing what there was of it, and nothing that is not such a thing', () => {
    const none = { complaint: 0, repair: 0, enquiry: 0, suggestion: 0 };
    const one = { ...none, total: 1, suggestion: 1 };
    const of = (dimension: 'category' | 'place' | 'cause' | 'unit') => byName(month, dimension, dimension);
    expect(
      analysisOf(
        new Map([
          ...(['category', 'place', 'cause', 'unit'] as const).map(
            (by) => [of(by), { suggestion: 1 }] as const,
          ),
          [goalsName(month), { suggestion: 1 }],
          [`${month}#by#weather#rain`, { suggestion: 1 }],
        ]),
      ),
    ).toEqual({
      category: [{ value: 'category', ...one }],
      place: [{ value: 'place', ...one }],
      cause: [{ value: 'cause', ...one }],
      unit: [{ value: 'unit', ...one }],
      repeated: [],
    });
    expect(analysisOf(new Map())).toEqual({ category: [], place: [], cause: [], unit: [], repeated: [] });
  });

  it('lists fifty at most, the most frequent', () => {
    const many = Array.from({ length: 60 }, (_, i) => i + 1);
    const units = many.map((n) => [byName(month, 'unit', `unt_${n}`), { repair: n }] as const);
    expect(analysisOf(new Map(units)).unit.map(({ value }) => value)).toEqual(
      many
        .slice(10)
        .reverse()
        .map((n) => `unt_${n}`),
    );
  });

  it('lists the most frequent first, whatever people wrote', () => {
    expect(analysisOf(figures).category).toEqual([
      { value: 'water#2|x', total: 5, complaint: 5, repair: 0, enquiry: 0, suggestion: 0 },
      { value: 'lift', total: 3, complaint: 2, repair: 1, enquiry: 0, suggestion: 0 },
    ]);
  });

  it('finds complaints and repairs that came again from one place in one category', () => {
    expect(analysisOf(figures).repeated.map(({ where, category }) => [where, category])).toEqual([
      ['unt_2', undefined],
      ['unt_1', 'lift'],
    ]);
  });
});
