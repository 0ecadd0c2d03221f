import type { Actor } from '../../shared/actor.ts';
import { type Account, accountOf } from '../../shared/books/index.ts';
import { append, type DomainEvent, parted } from '../../shared/history.ts';
import { keys } from '../../shared/keys.ts';
import { cancel, discharge, obligationId, open, parse } from '../../shared/obligations/index.ts';
import type { Policy } from '../../shared/policy/index.ts';
import { loadWithRules, timeOf } from '../../shared/policyStore.ts';
import { type Item, type Key, type OfficeTable, Stale, type Write } from '../../shared/table.ts';
import { localDay } from '../../shared/time/index.ts';
import type { Setting } from './clock.ts';
import type { DunningCase, OpenBill } from './model.ts';
import type { Change } from './rules.ts';
import { caseId, caseOf } from './store.ts';

/** Who acts and when. */
export interface Acting {
  actor: Actor;
  requestId: string;
  /** Milliseconds. */
  now: number;
  office: OfficeTable;
}

export interface Place {
  propertyId: string;
  unitId: string;
  payerId: string;
}

/** A case with everything a decision on it reads, all of one moment. */
export interface Loaded {
  item: Item | undefined;
  stored: DunningCase;
  account: Account;
  books: OpenBill[];
  setting: Setting;
  policy: Policy;
  today: string;
  items: Record<string, Item | undefined>;
}

/** Reads the case of a payer and a unit. Undefined where the property is gone. */
export async function loadCase(
  { office, now }: Pick<Acting, 'office' | 'now'>,
  of: Place,
  extra: Record<string, Key> = {},
): Promise<Loaded | undefined> {
  const t = office.tenantId;
  const { items, rules } = await loadWithRules(office, {
    ...extra,
    '#case': keys.dunning(t, caseId(of.unitId, of.payerId)),
    '#account': keys.account(t, of.unitId, of.payerId),
    '#property': keys.property(t, of.propertyId),
  } as Record<string, Key>);
  const { '#case': item, '#account': accountItem, '#property': property } = items;
  if (!property) return undefined;
  const schedule = rules.scheduleOf(timeOf(property));
  const today = localDay(now, schedule.zone);
  const policy = rules.policyFor(today);
  const account = accountOf(accountItem, of);
  return {
    item,
    stored: caseOf(item, of),
    account,
    books: account.bills,
    setting: { policy: policy.dunning, schedule, now },
    policy,
    today,
    items,
  };
}

/** The books still say what was decided on; an account that was not there still is not, and has nothing open. */
export const booksUnchanged = (t: string, { account: { unitId, payerId, version } }: Loaded): Write => ({
  check: keys.account(t, unitId, payerId),
  expect: version === 0 ? 'new' : { version },
});

export interface Applied {
  after: DunningCase;
  events: DomainEvent[];
  /** Everything but the case itself. */
  writes: Write[];
}

/** A change as writes: its events on the case's history, what is owed from now on, what is owed no longer. */
export async function applied(acting: Acting, loaded: Loaded, change: Change): Promise<Applied> {
  const { office, actor, requestId, now } = acting;
  const t = office.tenantId;
  const { id, propertyId, unitId, payerId } = change.after;
  const writes: Write[] = [];
  const events: DomainEvent[] = [];
  let { head } = change.after;
  for (const { type, data } of change.events) {
    const told = parted({ propertyId, unitId, payerId, ...data });
    const step = append(head, { type, object: id, ...told }, { actor, tenantId: t, requestId, now });
    head = step.head;
    events.push(step.event);
    writes.push(step.write);
  }
  // Opened and ended by one change, it was never owed.
  const ended = new Set(change.ends.map(({ key }) => key));
  const opened = new Set(change.opens.map(({ key }) => key));
  for (const { key, ruleId } of change.opens) {
    if (ended.has(key)) continue;
    const { policy, setting } = loaded;
    const startAt = new Date(now).toISOString();
    writes.push(
      open(
        {
          tenantId: t,
          objectId: id,
          objectKind: 'dunning',
          key,
          ruleId,
          policy,
          schedule: setting.schedule,
          startAt,
          propertyId,
        },
        now,
      ).write,
    );
  }
  const ends = change.ends.filter(({ key }) => !opened.has(key));
  if (ends.length > 0) {
    const found: Record<string, Item | undefined> = await office.load(
      Object.fromEntries(ends.map(({ key }) => [key, keys.obligation(t, id, obligationId(id, key))])),
    );
    for (const { key, because, done } of ends) {
      const item = found[key];
      // Opened a moment ago, and the case read after it.
      if (!item) throw new Stale();
      const stored = parse(item);
      if (stored.status !== 'open') continue;
      writes.push(
        done ? discharge(stored, because, now) : cancel(stored, String(Object.values(because)[0]), now),
      );
    }
  }
  return { after: { ...change.after, head }, events, writes };
}
