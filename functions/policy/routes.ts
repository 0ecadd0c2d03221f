import * as z from 'zod/mini';
import { cursor, limit } from '../../shared/fields.ts';
import { ok, type Reply, type Route, route } from '../../shared/http/route.ts';
import { keys } from '../../shared/keys.ts';
import { standardPack } from '../../shared/policy/index.ts';
import { policyOverride, policyShape } from '../../shared/policy/schema.ts';
import { Refusal } from '../../shared/problem.ts';
import { type CalendarConfig, createCalendar } from '../../shared/time/index.ts';
import { calendarConfig } from '../../shared/time/schema.ts';
import { deadlineRoutes } from './deadlines.ts';
import { deskStepRoutes } from './deskSteps.ts';
import { bodyCalendarProblems, outlook, policyAnswer } from './rules.ts';
import { CalendarAnswer, PolicyAnswer, SavedVersion, VersionPage } from './schema.ts';
import { type Settings, saveCalendar, savePolicy, settingsOf } from './store.ts';

const policyReply = ({ policy, today }: Settings): Reply =>
  tagged(policyAnswer(policy.versions, policy.v, today), policy.v);

const calendarReply = ({ calendar, today }: Settings): Reply =>
  tagged(
    {
      ...calendar.config,
      calendarVersion: createCalendar(calendar.config).version,
      outlook: outlook(calendar.config, Number(today.slice(0, 4))),
    },
    calendar.v,
  );

/** Settings that nobody has touched have version 0, and can be asked for it by `If-Match`. */
const tagged = (body: unknown, version: number): Reply => ({
  ...ok(body),
  headers: { etag: `"${version}"` },
});

const policyRoutes: Route[] = [
  route({
    id: 'getPolicy',
    method: 'GET',
    path: '/v1/policy',
    summary: 'The policy in force today, and what is to come',
    needs: 'policy:read',
    responses: { 200: PolicyAnswer },
    versioned: true,
    handle: async (context) => policyReply(await settingsOf(context)),
  }),
  route({
    id: 'putPolicy',
    method: 'PUT',
    path: '/v1/policy',
    summary:
      'Set figures differently from the standard pack, from a day on; what runs already keeps its version',
    needs: 'policy:write',
    body: policyOverride,
    example: {
      effectiveFrom: '2027-01-01',
      rules: { 'TICKET-3.major': { period: { unit: 'hours', n: 24 } } },
      callbacks: { attempts: 5 },
    },
    responses: { 200: PolicyAnswer },
    refuses: ['unprocessable', 'in-progress'],
    versioned: true,
    handle: (context, { body }) => savePolicy(context, body, policyReply),
  }),
  route({
    id: 'listPolicyVersions',
    method: 'GET',
    path: '/v1/policy/versions',
    summary: 'Every version of the policy that was ever saved, newest first',
    needs: 'policy:read',
    query: z.strictObject({ limit, cursor: z.optional(cursor) }),
    responses: { 200: VersionPage },
    async handle({ office }, { query }) {
      const page = await office.query({
        pk: keys.policyPk(office.tenantId),
        sk: { begins: 'v#' },
        order: 'descending',
        ...query,
      });
      return ok({ ...page, items: page.items.map((item) => SavedVersion.parse(item.rest)) });
    },
  }),
  route({
    id: 'getStandardPolicy',
    method: 'GET',
    path: '/v1/policy/standard',
    summary: 'The standard pack: every rule with its figure and ladder',
    needs: 'policy:read',
    responses: { 200: policyShape },
    handle: async () => ok(standardPack),
  }),
];

const calendarRoutes: Route[] = [
  route({
    id: 'getCalendar',
    method: 'GET',
    path: '/v1/calendar',
    summary: 'The calendar of working days (TIME-5), with what the office adds to it',
    needs: 'policy:read',
    responses: { 200: CalendarAnswer },
    versioned: true,
    handle: async (context) => calendarReply(await settingsOf(context)),
  }),
  route({
    id: 'putCalendar',
    method: 'PUT',
    path: '/v1/calendar',
    summary: 'Set the calendar; open provisional deadlines are recomputed within minutes (TIME-7)',
    needs: 'policy:write',
    body: calendarConfig,
    example: {
      base: 'cn',
      extraRest: ['2026-03-09'],
      years: { '2027': { holidays: ['2027-01-01'], makeUp: ['2027-01-03'] } },
    },
    responses: { 200: CalendarAnswer },
    refuses: ['in-progress'],
    versioned: true,
    async handle(context, { body }) {
      const config = plain(body);
      const errors = bodyCalendarProblems(config);
      if (errors.length > 0) throw new Refusal('invalid-request', { errors });
      return saveCalendar(context, config, calendarReply);
    },
  }),
];

/** Empty lists say nothing and are not kept, so that equal calendars have equal versions. */
function plain({ base, extraWork, extraRest, years }: z.output<typeof calendarConfig>): CalendarConfig {
  return {
    base,
    ...(extraWork?.length && { extraWork }),
    ...(extraRest?.length && { extraRest }),
    ...(years && Object.keys(years).length > 0 && { years }),
  };
}

/** Policy (制度), calendar (日历), what follows from both: deadlines; and the steps of a desk. */
export const routes: Route[] = [...policyRoutes, ...calendarRoutes, ...deadlineRoutes, ...deskStepRoutes];
