import { append, type Head, noHistory } from '../../shared/history.ts';
import type { Context, Reply } from '../../shared/http/route.ts';
import { dueAt, keys } from '../../shared/keys.ts';
import type { PolicyOverride } from '../../shared/policy/index.ts';
import { calendarOf, versionsOf } from '../../shared/policyStore.ts';
import { Refusal } from '../../shared/problem.ts';
import { matched } from '../../shared/records.ts';
import { type Item, type Key, retryStale, type Write } from '../../shared/table.ts';
import { type CalendarConfig, type Day, instantAt, iso, localDay } from '../../shared/time/index.ts';
import { policyProblems, withVersion } from './rules.ts';
import type { SavedVersion } from './schema.ts';

/** Where an office's day is counted when none of its properties is meant. */
const homeZone = 'Asia/Shanghai';

/** What an office set: its policy versions and calendar, with the versions of both items. */
export interface Settings {
  policy: { v: number; versions: ReturnType<typeof versionsOf>; head: Head };
  calendar: { v: number; config: CalendarConfig; head: Head };
  /** The office's day. */
  today: Day;
  zone: string;
}

/** Reads what the office set, in one round trip. */
export async function settingsOf({ office, now }: Pick<Context, 'office' | 'now'>): Promise<Settings> {
  const t = office.tenantId;
  const found = await office.load({
    policy: keys.policyCurrent(t),
    calendar: keys.calendar(t),
    office: keys.office(t),
  });
  const headOf = (item: Item | undefined) => (item?.rest?.head as Head | undefined) ?? noHistory;
  const named = found.office?.list?.zone ?? found.office?.rest?.zone;
  const zone = typeof named === 'string' ? named : homeZone;
  return {
    policy: { v: found.policy?.v ?? 0, versions: versionsOf(found.policy), head: headOf(found.policy) },
    calendar: { v: found.calendar?.v ?? 0, config: calendarOf(found.calendar), head: headOf(found.calendar) },
    today: localDay(now, zone),
    zone,
  };
}

/**
 * Saves one more policy version: the item in force, the version for good, and the event, all or nothing. Refuses bad figures
 * (every one named) and more versions to come than an office can be reminded of.
 */
export async function savePolicy(
  context: Context,
  override: PolicyOverride,
  reply: (settings: Settings) => Reply,
): Promise<Reply> {
  return retryStale(async () => {
    const settings = await settingsOf(context);
    const { policy, today } = settings;
    matched(context, policy.v);
    const errors = policyProblems(override, today);
    if (errors.length > 0) throw new Refusal('invalid-request', { errors });
    const version = policy.v + 1;
    const { effectiveFrom } = override;
    const versions = withVersion(policy.versions, { version, effectiveFrom, override }, today);
    if (!versions) throw tooMany();

    const t = context.office.tenantId;
    const step = append(
      policy.head,
      { type: 'policy.changed', object: 'policy', data: { version, effectiveFrom } },
      { actor: context.actor, tenantId: t, requestId: context.requestId, now: context.now },
    );
    const saved: SavedVersion = {
      version,
      effectiveFrom,
      savedAt: step.event.at,
      savedBy: step.event.actor,
      override,
    };
    const answer = reply({ ...settings, policy: { v: version, versions, head: step.head } });
    await context.office.commit(
      [
        put(keys.policyCurrent(t), 'policy', policy.v, { versions, head: step.head }),
        {
          put: {
            ...keys.policy(t, version),
            et: 'policyVersion',
            v: 1,
            rest: { ...saved },
            // On its day dunning cases are looked at anew: their steps may come earlier now.
            ...dueAt(keys.policy(t, version), iso(inForceFrom(effectiveFrom, settings.zone, context.now))),
          },
          expect: 'new',
        },
        step.write,
      ],
      answer,
    );
    return answer;
  });
}

/**
 * The recomputation waits this long, in milliseconds: a request may run for 29 s, so whoever read the calendar before this
 * change has written by then, and none of its obligations is missed.
 */
const recalcAfter = 30_000;

/** When a version comes into force, but not before whoever read the one before it has written (milliseconds). */
const inForceFrom = (day: Day, zone: string, now: number) =>
  Math.max(instantAt(day, 0, zone), now + recalcAfter);

/** Saves the calendar, its event, and the job that recomputes what was counted provisionally (TIME-7). */
export async function saveCalendar(
  context: Context,
  config: CalendarConfig,
  reply: (settings: Settings) => Reply,
): Promise<Reply> {
  return retryStale(async () => {
    const settings = await settingsOf(context);
    const { calendar } = settings;
    matched(context, calendar.v);
    const v = calendar.v + 1;
    const t = context.office.tenantId;
    const step = append(
      calendar.head,
      { type: 'calendar.changed', object: 'calendar', data: { version: v, config } },
      { actor: context.actor, tenantId: t, requestId: context.requestId, now: context.now },
    );
    const job = keys.job(t, 'recalc');
    const answer = reply({ ...settings, calendar: { v, config, head: step.head } });
    await context.office.commit(
      [
        put(keys.calendar(t), 'calendar', calendar.v, { config, head: step.head }),
        step.write,
        {
          put: {
            ...job,
            et: 'job',
            v,
            list: { kind: 'recalc' },
            ...dueAt(job, new Date(context.now + recalcAfter).toISOString()),
          },
          expect: 'any',
        },
      ],
      answer,
    );
    return answer;
  });
}

const put = (key: Key, et: string, before: number, rest: Record<string, unknown>): Write => ({
  put: { ...key, et, v: before + 1, rest },
  expect: before === 0 ? 'new' : { version: before },
});

const tooMany = () =>
  new Refusal('unprocessable', {
    detail: {
      en: 'Too many or too large policy versions are waiting for their day.',
      zh: '待生效的制度版本过多或过大。',
    },
  });
