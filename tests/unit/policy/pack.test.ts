import { describe, expect, it } from 'vitest';
import {
  channels,
  type LadderStep,
  overrideProblems,
  type RuleId,
  ruleIds,
  standardPack,
} from '../../../shared/policy/index.ts';
import { policyOverride, policyShape } from '../../../shared/policy/schema.ts';
import type { Period } from '../../../shared/time/index.ts';
import { codesOf } from '../refusals.ts';

/** How long each promise runs and who is reminded of it; `regulation` where the rulebook gives the figure. */
const promises: Record<RuleId, string> = {
  'TICKET-3.major': '1 workingDays, resolve, regulation',
  'TICKET-3.general': '3 workingDays, resolve, regulation',
  'TICKET-4.serious': '1 hours, superior, house',
  'TICKET-4.critical': '1 hours, superior, house',
  'TICKET-5': '1 workingDays, resolve, house',
  'TICKET-6.urgent': '24 hours, urgent, house',
  'TICKET-6.normal': '3 workingDays, resolve, house',
  'TICKET-6.order': 'named, order, house',
  'TICKET-8': '24 hours, answer, regulation',
  'TICKET-12': '3 workingDays, resolve, house',
  'CALLBACK-1': '1 weeks, callback, regulation',
  'CALLBACK-2': '2 weeks, callback, regulation',
  'CALLBACK-4': 'sameDay, sameDay, regulation',
  // Rework has the time the work itself had (TICKET-3, TICKET-6), else a day.
  'CALLBACK-5.major': '1 workingDays, resolve, house',
  'CALLBACK-5.general': '3 workingDays, resolve, house',
  'CALLBACK-5.urgent': '24 hours, urgent, house',
  'CALLBACK-5.other': '1 workingDays, resolve, house',
  'CALLBACK-6': '1 workingDays, decide, house',
  'CALLBACK-7': '3 workingDays, callback, house',
  'FEE-6.offer': '1 workingDays, resolve, house',
  'FEE-6.execute': '3 workingDays, resolve, house',
  'FEE-6.notice': '1 workingDays, resolve, house',
  'FEE-4.notice': '3 workingDays, resolve, house',
  'FEE-4.visit': '3 workingDays, resolve, house',
  'FEE-4.decision': '5 workingDays, manage, house',
  'FEE-5': '5 workingDays, resolve, house',
};

const length = (period: Period) => ('n' in period ? `${period.n} ${period.unit}` : period.unit);
const when = ({ at }: LadderStep): string => {
  if (at === 'due') return 'at due';
  const [offset, side] = 'before' in at ? [at.before, 'before'] : [at.after, 'after'];
  return `${offset === 'half' ? 'half' : length(offset)} ${side}`;
};
const everywhere = [...channels].join('+');
const told = (step: LadderStep): string =>
  [
    `${when(step)}: ${step.kind} ${step.to.join('+')}`,
    step.channels.join('+') !== everywhere && `by ${step.channels.join('+')} alone`,
    step.critical && 'at any hour',
    step.merge && 'mergeable',
    step.repeat && `again every ${length(step.repeat.every)} up to ${step.repeat.max} times`,
  ]
    .filter(Boolean)
    .join(', ');

const quietly = 'by inbox+webhook alone, mergeable';
const daily = 'mergeable, again every 1 workingDays up to 5 times';

/** Who hears what when: from reminders to the owner up to the manager, level by level (TICKET-5). */
const ladders: Record<string, string[]> = {
  resolve: [
    `half before: remind owner, ${quietly}`,
    '2 hours before: remind owner, mergeable',
    'at due: due owner',
    'at due: escalate lead',
    '1 workingDays after: escalate supervisor',
    `2 workingDays after: escalate manager, ${daily}`,
  ],
  urgent: [
    'half before: remind owner, at any hour, mergeable',
    '2 hours before: remind owner+lead, at any hour, mergeable',
    'at due: due owner, at any hour',
    'at due: escalate lead, at any hour',
    '2 hours after: escalate supervisor, at any hour',
    '4 hours after: escalate manager, at any hour, mergeable, again every 4 hours up to 5 times',
  ],
  order: [
    `half before: remind owner, ${quietly}`,
    'at due: due owner',
    'at due: escalate lead',
    '1 workingDays after: escalate supervisor',
    '2 workingDays after: escalate manager',
  ],
  superior: [
    '1 hours before: escalate lead',
    'at due: escalate supervisor',
    '2 hours after: escalate manager',
  ],
  answer: [
    `half before: remind owner, ${quietly}`,
    '2 hours before: remind owner, mergeable',
    'at due: due owner',
    'at due: escalate lead',
    '4 hours after: escalate supervisor',
    `1 workingDays after: escalate manager, ${daily}`,
  ],
  callback: [
    `2 workingDays before: remind owner, ${quietly}`,
    '4 hours before: remind owner, mergeable',
    'at due: due owner',
    'at due: escalate lead',
    '1 workingDays after: escalate supervisor',
    `2 workingDays after: escalate manager, ${daily}`,
  ],
  sameDay: [
    '1 hours before: remind owner, mergeable',
    'at due: due owner',
    'at due: escalate lead',
    '1 workingDays after: escalate supervisor',
    `2 workingDays after: escalate manager, ${daily}`,
  ],
  decide: [
    `half before: remind supervisor, ${quietly}`,
    'at due: due supervisor',
    `1 workingDays after: escalate manager, ${daily}`,
  ],
  manage: [`half before: remind manager, ${quietly}`, `at due: due manager, ${daily}`],
};

describe('the standard pack', () => {
  it.each(Object.entries(promises))('keeps %s within %s', (id, promise) => {
    const { period, ladder, basis } = standardPack.rules[id as RuleId];
    expect(`${length(period)}, ${ladder}, ${basis}`).toBe(promise);
  });

  it('has these rules, each named in both languages as no other is', () => {
    expect(ruleIds).toEqual(Object.keys(promises));
    const titles = ruleIds.map((id) => standardPack.rules[id].title);
    for (const { en, zh } of titles) {
      expect(en).toMatch(/^[A-Z][a-z]+ [a-z ]+[a-z]$/);
      expect(zh).toMatch(/^[一-鿿]{4,}$/);
    }
    expect(new Set(titles.map(({ en }) => en)).size).toBe(ruleIds.length);
    expect(new Set(titles.map(({ zh }) => zh)).size).toBe(ruleIds.length);
  });

  it.each(Object.entries(ladders))('tells by the ladder %s whoever has to hear of it', (name, steps) => {
    expect(standardPack.ladders[name]?.map(told)).toEqual(steps);
    expect(Object.keys(standardPack.ladders)).toEqual(Object.keys(ladders));
  });

  it('sends by every channel there is', () => {
    expect(channels).toEqual(['inbox', 'email', 'robot', 'webhook']);
  });

  it('asks for what is not paid in the stages of FEE-4, each on its day from the due day', () => {
    expect(standardPack.dunning.steps).toEqual({
      friendly: { day: -3, kind: 'message' },
      reminder: { day: 1, kind: 'message' },
      second: { day: 7, kind: 'message' },
      notice: { day: 15, kind: 'notice' },
      visit: { day: 30, kind: 'visit' },
      letter: { day: 60, kind: 'letter' },
    });
    expect(standardPack.dunning.restDays).toBe(14);
  });

  it('charges no late fee until an office says so (FEE-9), and then five in ten thousand from day 31 on', () => {
    expect(standardPack.dunning.lateFee).toEqual({
      on: false,
      afterDays: 30,
      ratePerDay: '0.0005',
      compounding: false,
      capPercent: 100,
      pausesFor: [],
    });
  });

  it('calls back every repair after up to three attempts (CALLBACK-6, CALLBACK-8)', () => {
    expect(standardPack.callbacks).toEqual({ attempts: 3, repairSharePercent: 100 });
  });

  it('lets people sleep unless it is critical, and sends each message by itself', () => {
    expect(standardPack.quietHours).toEqual({ respect: true, exceptCritical: true });
    expect(standardPack.digest).toEqual({ roles: [] });
  });

  it('has always held', () => {
    expect(standardPack.version).toBe(0);
    expect(standardPack).not.toHaveProperty('effectiveFrom');
  });

  it('would pass as an override of itself, and has the shape it travels in', () => {
    const own = { effectiveFrom: '2026-10-08', ladders: standardPack.ladders };
    expect(policyOverride.parse(own)).toEqual(own);
    expect(codesOf(overrideProblems(own, '2026-10-08'))).toEqual([]);
    expect(policyShape.parse(standardPack)).toEqual(standardPack);
    for (const id of ruleIds) expect(standardPack.ladders).toHaveProperty(standardPack.rules[id].ladder);
  });

  it('climbs: every ladder tells someone at due, then goes up without skipping a level (TICKET-5)', () => {
    const levels = ['owner', 'lead', 'supervisor', 'manager'];
    for (const ladder of Object.values(standardPack.ladders)) {
      expect(ladder.some(({ at }) => at === 'due')).toBe(true);
      const climbed = ladder
        .filter(({ kind }) => kind !== 'remind')
        .flatMap(({ to }) => to.map((who) => levels.indexOf(who)));
      expect(climbed).toEqual(climbed.map((_, i) => (climbed[0] ?? 0) + i));
      expect(climbed.at(-1)).toBe(3);
    }
  });
});
