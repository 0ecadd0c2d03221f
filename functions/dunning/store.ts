import { noHistory } from '../../shared/history.ts';
import { derivedId } from '../../shared/ids.ts';
import { dueAt, keys, lists } from '../../shared/keys.ts';
import type { Fen } from '../../shared/money/index.ts';
import { yuan } from '../../shared/money/index.ts';
import type { Item, Write } from '../../shared/table.ts';
import type { Text } from '../../shared/text.ts';
import { type Rung, rungsOf, type Setting, todayOf, wakeOf } from './clock.ts';
import { type DunningCase, type FeeLine, oldestDue, stateOf } from './model.ts';
import { stageOf } from './rules.ts';

/** The id of a payer's case for a unit: known without reading anything. */
export const caseId = (unitId: string, payerId: string) => derivedId('dunning', unitId, payerId);

export function caseOf(
  item: Item | undefined,
  of: { propertyId: string; unitId: string; payerId: string },
): DunningCase {
  const none = { open: 0, bills: [], owed: [], opened: 0, told: 0, fees: {}, head: noHistory };
  const id = caseId(of.unitId, of.payerId);
  if (item?.et !== 'dunning') return { ...none, ...of, id, version: 0 };
  return parseCase(item);
}

export function parseCase(item: Item): DunningCase {
  const { id, propertyId, unitId, payerId, open } = item.list as unknown as DunningCase;
  return { id, propertyId, unitId, payerId, open, ...item.rest, version: item.v } as unknown as DunningCase;
}

/** What lists show of a case. */
export interface ListedCase {
  id: string;
  propertyId: string;
  unitId: string;
  payerId: string;
  open: Fen;
  state: string;
  stage?: string;
  oldestDue?: string;
  nextAt?: string;
  promisedFor?: string;
}

/** Before the first message of a case. */
export const noStage = 'none';

/**
 * Writes a case on the version it was read with, with its place in the lists and in the due index. `wake` (milliseconds) if it is
 * to be looked at at another time than its own next step.
 */
export function caseWrite(t: string, of: DunningCase, setting: Setting, wake?: number): Write {
  const { id, propertyId, unitId, payerId, open, version, ...rest } = of;
  const key = keys.dunning(t, id);
  const today = todayOf(setting);
  const state = stateOf(of, today);
  const stage = stageOf(of, rungsOf(setting.policy, of, today));
  const oldest = oldestDue(of);
  const next = wake ?? wakeOf(of, setting);
  const nextAt = next === undefined ? undefined : new Date(next).toISOString();
  const promisedFor = of.arrangement?.instalments.find(({ day }) => day >= today)?.day;
  const list: ListedCase = {
    id,
    propertyId,
    unitId,
    payerId,
    open,
    state,
    ...(stage !== undefined && { stage }),
    ...(oldest !== undefined && { oldestDue: oldest }),
    ...(nextAt !== undefined && { nextAt }),
    ...(promisedFor !== undefined && { promisedFor }),
  };
  const place = `${oldest}#${unitId}#${payerId}`;
  return {
    put: {
      ...key,
      et: 'dunning',
      v: version + 1,
      list: { ...list },
      rest: JSON.parse(JSON.stringify(rest)) as Record<string, unknown>,
      ...(oldest !== undefined && {
        g1pk: lists.dunningOfProperty(t, propertyId),
        g1sk: place,
        g2pk: lists.dunningOfStage(t, propertyId, stage ?? noStage),
        g2sk: place,
        g4pk: lists.dunningOfState(t, propertyId, state),
        g4sk: place,
      }),
      g3pk: lists.dunningOfUnit(t, unitId),
      g3sk: payerId,
      ...(nextAt !== undefined && dueAt(key, nextAt)),
    },
    expect: version === 0 ? 'new' : { version },
  };
}

/** A bill as a message told it. */
export interface ToldBill {
  id: string;
  cycle: string;
  dueDay: string;
  /** what it came to; what of it was open then; fen */
  total: Fen;
  open: Fen;
  /** days past the due day; negative: before */
  daysLate: number;
}

/** One step as it was told (催费记录): an entry of the case's log, immutable. */
export interface ToldStep {
  n: number;
  caseId: string;
  propertyId: string;
  unitId: string;
  payerId: string;
  at: string;
  step: string;
  kind: Rung['kind'];
  bills: ToldBill[];
  total: Fen;
  lateFees: FeeLine[];
  title: Text;
  text: Text;
  /** `webhook`: the event that carries it. */
  channels: ('email' | 'webhook')[];
  deliveryId?: string;
  /** The event's id. */
  eventId: string;
  obligationId?: string;
  policyVersion: number;
}

/** The entry of a message: the ledger of dunning. Its number follows from the case's version, so there is one of each. */
export const toldWrite = (t: string, told: ToldStep): Write => ({
  put: {
    ...keys.dunningTold(t, told.caseId, told.n),
    et: 'dunningTold',
    v: 1,
    rest: { ...told },
  },
  expect: 'new',
});

export const toldOf = (item: Item): ToldStep => item.rest as unknown as ToldStep;

export const shownTold = ({ bills, total, lateFees, ...told }: ToldStep) => ({
  ...told,
  total: yuan(total),
  bills: bills.map((bill) => ({ ...bill, total: yuan(bill.total), open: yuan(bill.open) })),
  lateFees: lateFees.map((line) => ({ ...line, base: yuan(line.base), amount: yuan(line.amount) })),
});

/**
 * Whether a change is worth a write: the case differs, or it would stand elsewhere. Whatever is told, owed or owed no longer is in the
 * case as well: its head, what it owes.
 */
export function differs(before: Item | undefined, write: Write): boolean {
  if (!before || !('put' in write)) return true;
  const { v: _, ...now } = write.put;
  const { v: __, ...then } = before;
  const plain = (item: object) =>
    JSON.stringify(item, (_, value) =>
      value && typeof value === 'object' && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
        : value,
    );
  return plain(now) !== plain(then);
}
