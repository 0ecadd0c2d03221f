import { keys } from './keys.ts';
import { mergePolicy, type Policy, type PolicyVersion, policyFor, standardPack } from './policy/index.ts';
import type { Item, Key, OfficeTable } from './table.ts';
import {
  type Calendar,
  type CalendarConfig,
  createCalendar,
  type Day,
  type Hours,
  type Schedule,
  standardCalendar,
} from './time/index.ts';

/** What an office's deadlines are counted with: its policy versions and its calendar. */
export interface Rules {
  /** The policy that holds on a day (of the property's zone). */
  policyFor(day: Day): Policy;
  /** A version by its number, whether in force or not; undefined for one saved so long ago that only its own item has it. */
  policyOfVersion(version: number): Policy | undefined;
  readonly calendar: Calendar;
  /** The schedule of a property: the office's calendar with the property's own zone and hours. */
  scheduleOf(property: { zone: string; hours: Hours }): Schedule;
}

/** The items that `rulesFrom` needs; read them along with whatever else the request reads. */
export const rulesKeys = (tenantId: string): { policy: Key; calendar: Key } => ({
  policy: keys.policyCurrent(tenantId),
  calendar: keys.calendar(tenantId),
});

/** How many offices' rules one warm function keeps ready. */
const kept = 256;

const ready = new Map<string, { stamp: string; rules: Rules }>();

/**
 * The rules of the two items as read; either may be absent (the standard pack, the State Council's calendar).
 * Made once for each version of them and kept: a calendar remembers the days it was asked about.
 */
export function rulesFrom(
  tenantId: string,
  items: { policy?: Item | undefined; calendar?: Item | undefined },
): Rules {
  const stamp = `${items.policy?.v ?? 0}/${items.calendar?.v ?? 0}`;
  const known = ready.get(tenantId);
  ready.delete(tenantId);
  const rules =
    known?.stamp === stamp ? known.rules : makeRules(versionsOf(items.policy), calendarOf(items.calendar));
  // Insertion order is age of use.
  ready.set(tenantId, { stamp, rules });
  const oldest = ready.keys().next().value;
  if (ready.size > kept && oldest !== undefined) ready.delete(oldest);
  return rules;
}

/**
 * Reads items and the office's rules in one round trip. The rules are read each time rather than trusted for a while:
 * they ride along at the price of two read units, and a deadline counted with yesterday's calendar would be wrong for good.
 */
export async function loadWithRules<T extends Record<string, Key | undefined>>(
  office: OfficeTable,
  wanted: T,
): Promise<{ items: { [N in keyof T]: Item | undefined }; rules: Rules }> {
  const { policy, calendar } = rulesKeys(office.tenantId);
  const {
    '#policy': p,
    '#calendar': c,
    ...items
  } = await office.load({
    ...wanted,
    '#policy': policy,
    '#calendar': calendar,
  });
  return {
    items: items as { [N in keyof T]: Item | undefined },
    rules: rulesFrom(office.tenantId, { policy: p, calendar: c }),
  };
}

/** The rules of versions and a calendar, which must be valid. */
export function makeRules(versions: readonly PolicyVersion[], config: CalendarConfig): Rules {
  const calendar = createCalendar(config);
  const merged = new Map<Day, Policy>();
  return {
    calendar,
    policyFor(day) {
      let policy = merged.get(day);
      if (!policy) {
        if (merged.size >= 400) merged.clear();
        policy = policyFor(versions, day);
        merged.set(day, policy);
      }
      return policy;
    },
    policyOfVersion(version) {
      if (version === standardPack.version) return standardPack;
      const found = versions.find((one) => one.version === version);
      return found && mergePolicy(standardPack, found.override, version);
    },
    scheduleOf: ({ zone, hours }) => ({ calendar, zone, hours }),
  };
}

/** The policy versions that the item `policyCurrent` holds: in force, still to come, and recent ones. */
export const versionsOf = (item: Item | undefined): PolicyVersion[] =>
  (item?.rest?.versions as PolicyVersion[] | undefined) ?? [];

/** The office's calendar as its item holds it. */
export const calendarOf = (item: Item | undefined): CalendarConfig =>
  (item?.rest?.config as CalendarConfig | undefined) ?? standardCalendar;

/** Zone and hours of a property's item. */
export const timeOf = (property: Item): { zone: string; hours: Hours } => ({
  zone: property.list?.zone as string,
  hours: property.rest?.hours as Hours,
});
