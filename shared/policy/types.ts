import type { Role } from '../access.ts';
import type { Text } from '../text.ts';
import type { Day, Period } from '../time/index.ts';
import type { RuleId } from './pack.ts';

/** To whom a message goes: whoever owns the object (TICKET-2), then step by step upwards (TICKET-5). */
export const recipients = ['owner', 'lead', 'supervisor', 'manager'] as const;
export type Recipient = (typeof recipients)[number];

export const channels = ['inbox', 'email', 'robot', 'webhook'] as const;
export type Channel = (typeof channels)[number];

/** `remind`: it will be due. `due`: it is. `escalate`: the next level is told (TICKET-5). */
export const stepKinds = ['remind', 'due', 'escalate'] as const;
export type StepKind = (typeof stepKinds)[number];

/** A length of time between a step and the due moment. Days of any kind mean the opening of that day. */
export interface Offset {
  unit: 'hours' | 'days' | 'workingDays' | 'weeks';
  n: number;
}

/** When a step comes; `half` is half of the time between opening the obligation and its being due. */
export type StepAt = 'due' | { before: Offset | 'half' } | { after: Offset | 'half' };

export interface LadderStep {
  at: StepAt;
  kind: StepKind;
  to: Recipient[];
  channels: Channel[];
  /** Again every so often, at most `max` more times; a step before due does not repeat past it. */
  repeat?: { every: Offset; max: number } | undefined;
  /** In a backlog it may go out as one message with what follows it. */
  merge?: boolean | undefined;
  /** Does not wait for office hours (see QuietHours). */
  critical?: boolean | undefined;
}

/** A ladder (提醒与升级阶梯): every message about one obligation, from the first reminder to the manager. */
export type Ladder = LadderStep[];

/**
 * Where a figure comes from: the regulations, this product's own choice where they are silent, or the
 * office's override.
 */
export type Basis = 'regulation' | 'house' | 'office';

export interface Rule {
  title: Text;
  period: Period;
  /** A key of the policy's `ladders`. */
  ladder: string;
  basis: Basis;
}

export interface QuietHours {
  /** Messages to people wait for office hours (TIME-9). */
  respect: boolean;
  /** Critical ones do not. */
  exceptCritical: boolean;
}

/**
 * What a dunning step does (FEE-4). `message`: tells the payer. `notice`: also a 催费通知书 that somebody has to serve.
 * `visit`: somebody goes there or calls. `letter`: a formal letter, and the manager decides what follows.
 */
export const dunningKinds = ['message', 'notice', 'visit', 'letter'] as const;
export type DunningKind = (typeof dunningKinds)[number];

export interface DunningStep {
  /** Days after the due day; negative: before. */
  day: number;
  kind: DunningKind;
}

/** What makes dunning of a bill stand still for a while (FEE-5). */
export const pauseKinds = ['promise', 'plan', 'dispute'] as const;
export type PauseKind = (typeof pauseKinds)[number];

/** FEE-9 (滞纳金). */
export interface LateFee {
  on: boolean;
  /** The first day that counts is the one after so many days past the due day. */
  afterDays: number;
  /** Part of the amount for each day, as a decimal: 0.0005 is five in ten thousand. */
  ratePerDay: string;
  /** Late fees are counted on late fees as well. */
  compounding: boolean;
  /** All late fees of a bill together, in percent of its total. */
  capPercent: number;
  /** Days on which a bill stood still for one of these are not counted. */
  pausesFor: PauseKind[];
}

/** How an office asks for what is not paid (催费). */
export interface DunningPolicy {
  steps: Record<string, DunningStep>;
  /** A bill told of with a message is not the occasion of another of the same weight, or less, for so many days. */
  restDays: number;
  lateFee: LateFee;
}

/** Everything an office can set about its promises (制度参数), complete: what a deadline is reckoned with. */
export interface Policy {
  /** 0 is the standard pack. */
  version: number;
  /** Day from which it holds; absent in the standard pack, which always held. */
  effectiveFrom?: Day;
  rules: Record<RuleId, Rule>;
  ladders: Record<string, Ladder>;
  callbacks: {
    /** CALLBACK-6: attempts to reach a customer before the supervisor decides. */
    attempts: number;
    /** CALLBACK-8: of a hundred finished repairs, how many are called back. Never applied to complaints. */
    repairSharePercent: number;
  };
  quietHours: QuietHours;
  /** Staff of these roles get the morning digest instead of single messages that are not critical. */
  digest: { roles: Role[] };
  dunning: DunningPolicy;
}
