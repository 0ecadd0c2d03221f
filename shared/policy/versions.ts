import type { FieldProblem } from '../problem.ts';
import { type Day, isDay, type Period } from '../time/index.ts';
import { ruleIds, standardPack } from './pack.ts';
import type { PolicyOverride } from './schema.ts';
import type { DunningPolicy, DunningStep, Ladder, Policy, Rule } from './types.ts';

/** An override as it is kept: numbered from 1 in the order of saving, never changed afterwards. */
export interface PolicyVersion {
  version: number;
  effectiveFrom: Day;
  override: PolicyOverride;
}

/** The pack with the office's figures in place of its own; what is overridden is marked `basis: 'office'`. */
export function mergePolicy(pack: Policy, override: PolicyOverride, version: number): Policy {
  const rules = ruleIds.map((id) => [id, mergeRule(pack.rules[id], override.rules?.[id])]);
  const { callbacks, quietHours, digest } = override;
  return {
    version,
    effectiveFrom: override.effectiveFrom,
    rules: Object.fromEntries(rules) as Policy['rules'],
    ladders: { ...pack.ladders, ...override.ladders },
    callbacks: {
      attempts: callbacks?.attempts ?? pack.callbacks.attempts,
      repairSharePercent: callbacks?.repairSharePercent ?? pack.callbacks.repairSharePercent,
    },
    quietHours: {
      respect: quietHours?.respect ?? pack.quietHours.respect,
      exceptCritical: quietHours?.exceptCritical ?? pack.quietHours.exceptCritical,
    },
    digest: digest ?? pack.digest,
    dunning: mergeDunning(pack.dunning, override.dunning),
  };
}

function mergeRule(
  standard: Rule,
  { period, ladder }: { period?: Period | undefined; ladder?: string | undefined } = {},
): Rule {
  return {
    ...standard,
    period: period ?? standard.period,
    ladder: ladder ?? standard.ladder,
    // The basis speaks of the figure; who is reminded when is the office's own business anyway.
    basis: period ? 'office' : standard.basis,
  };
}

function mergeDunning(pack: DunningPolicy, override: PolicyOverride['dunning']): DunningPolicy {
  if (!override) return pack;
  const steps = Object.entries({ ...pack.steps, ...override.steps });
  const { afterDays, on, ratePerDay, compounding, capPercent, pausesFor } = override.lateFee ?? {};
  return {
    steps: Object.fromEntries(steps.filter((entry): entry is [string, DunningStep] => entry[1] !== null)),
    restDays: override.restDays ?? pack.restDays,
    lateFee: {
      on: on ?? pack.lateFee.on,
      afterDays: afterDays ?? pack.lateFee.afterDays,
      ratePerDay: ratePerDay ?? pack.lateFee.ratePerDay,
      compounding: compounding ?? pack.lateFee.compounding,
      capPercent: capPercent ?? pack.lateFee.capPercent,
      pausesFor: pausesFor ?? pack.lateFee.pausesFor,
    },
  };
}

/**
 * The policy that holds on a day: of the versions in effect by then the one with the latest `effectiveFrom`,
 * the later saved of two with the same; the pack itself before any. Versions may come in any order.
 */
export function policyFor(versions: readonly PolicyVersion[], day: Day, pack: Policy = standardPack): Policy {
  let best: PolicyVersion | undefined;
  for (const candidate of versions) {
    if (candidate.effectiveFrom <= day && (!best || supersedes(candidate, best))) best = candidate;
  }
  return best ? mergePolicy(pack, best.override, best.version) : pack;
}

function supersedes(a: PolicyVersion, b: PolicyVersion): boolean {
  return a.effectiveFrom === b.effectiveFrom ? a.version > b.version : a.effectiveFrom > b.effectiveFrom;
}

/** The most messages one ladder may send about one obligation, repetitions counted. */
export const LADDER_MAX = 100;

/**
 * What is wrong with an override beyond its shape; paths are JSON pointers into it. `today` is the office's
 * day: a policy begins today or later, because a change never rewrites the past.
 */
export function overrideProblems(
  override: PolicyOverride,
  today: Day,
  pack: Policy = standardPack,
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const say = (path: string, code: string, en: string, zh: string) =>
    problems.push({ path, code, detail: { en, zh } });

  if (!isDay(override.effectiveFrom)) {
    say('/effectiveFrom', 'not-a-day', 'This day does not exist.', '该日期不存在。');
  } else if (override.effectiveFrom < today) {
    say('/effectiveFrom', 'in-the-past', 'A policy cannot begin in the past.', '生效日期不得早于今天。');
  }

  const ladders: Record<string, Ladder> = { ...pack.ladders, ...override.ladders };
  for (const id of ruleIds) {
    if (override.rules?.[id]?.period && pack.rules[id].period.unit === 'named') {
      say(`/rules/${id}/period`, 'named', 'Each order names its own time.', '时限由每张服务单自行注明。');
    }
    const name = override.rules?.[id]?.ladder;
    if (name !== undefined && !Object.hasOwn(ladders, name)) {
      say(
        `/rules/${id}/ladder`,
        'no-such-ladder',
        `There is no ladder "${name}".`,
        `没有名为“${name}”的阶梯。`,
      );
    }
  }

  for (const [name, ladder] of Object.entries(override.ladders ?? {})) {
    const path = `/ladders/${name}`;
    if (!ladder.some(({ at }) => at === 'due' || 'after' in at)) {
      say(path, 'never-due', 'A ladder has a step at or after due.', '阶梯须至少有一步在到期时或到期后。');
    }
    if (ladder.reduce((sum, { repeat }) => sum + 1 + (repeat?.max ?? 0), 0) > LADDER_MAX) {
      say(
        path,
        'too-many',
        `A ladder sends at most ${LADDER_MAX} messages, repetitions counted.`,
        `一个阶梯最多发送 ${LADDER_MAX} 条消息（含重复）。`,
      );
    }
    ladder.forEach((step, i) => {
      if (step.kind === 'due' && step.at !== 'due') {
        say(
          `${path}/${i}/kind`,
          'due-elsewhere',
          'A step of kind "due" is at due.',
          '“due” 类步骤只能设在到期时。',
        );
      }
      for (const list of ['to', 'channels'] as const) {
        if (new Set(step[list]).size < step[list].length) {
          say(`${path}/${i}/${list}`, 'repeated', 'Each is named once.', '不得重复。');
        }
      }
    });
  }

  const days = new Set<number>();
  for (const [name, { day }] of Object.entries(mergeDunning(pack.dunning, override.dunning).steps)) {
    if (days.has(day)) {
      say(
        `/dunning/steps/${name}/day`,
        'same-day',
        'Two dunning steps cannot fall on one day (FEE-4).',
        '两个催费步骤不得在同一天（FEE-4）。',
      );
    }
    days.add(day);
  }
  return problems;
}
