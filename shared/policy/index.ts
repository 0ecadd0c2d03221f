/** What an office promises: rules with ids and figures, ladders of reminders, versions. Pure; shapes in schema.ts. */
export { type LadderInput, planLadder, type Step } from './ladder.ts';
export { type RuleId, ruleIds, standardPack } from './pack.ts';
export type { PolicyOverride } from './schema.ts';
export type {
  Basis,
  Channel,
  DunningKind,
  DunningPolicy,
  DunningStep,
  Ladder,
  LadderStep,
  LateFee,
  Offset,
  PauseKind,
  Policy,
  QuietHours,
  Recipient,
  Rule,
  StepAt,
  StepKind,
} from './types.ts';
export { channels, dunningKinds, pauseKinds, recipients, stepKinds } from './types.ts';
export { LADDER_MAX, mergePolicy, overrideProblems, type PolicyVersion, policyFor } from './versions.ts';
