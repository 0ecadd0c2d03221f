/**
 * Obligations (承诺事项): one engine for everything owed. Other domains open, discharge, cancel and reassign them in their own
 * transactions; only the engine knows about schedules.
 */
export { cancel, discharge, obligationId, open, reassign, recompute } from './engine.ts';
export { happened, itemOf, parse, pending, replace } from './item.ts';
export { dueBy, listedOf } from './stored.ts';
export {
  Listed,
  type ObjectKind,
  type Obligation,
  type OpenInput,
  objectKinds,
  type PlannedStep,
  type Status,
  statuses,
} from './types.ts';
