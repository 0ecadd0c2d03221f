import * as z from 'zod/mini';
import { cursor, day, id, limit, page } from '../../shared/fields.ts';
import { append, noHistory } from '../../shared/history.ts';
import { ok, type Route, route } from '../../shared/http/route.ts';
import { keys, lists } from '../../shared/keys.ts';
import { invalidField, Refusal } from '../../shared/problem.ts';
import { type OfficeTable, retryStale } from '../../shared/table.ts';
import { serves, staffOf } from '../notifier/people.ts';
import { hasSigned, mayHave, type Post, sign } from './rules.ts';
import { DayEnd, DayEndView, NewSignature } from './schema.ts';
import { dayEndOf, listedDayEnd, signedWrite, viewOf } from './store.ts';

const params = z.strictObject({ id: id('dayEnd') });

/** The ends of days (日清, DUTY-5): listed by the notifier on days of business, signed off here. */
export const dayEndRoutes: Route[] = [
  route({
    id: 'listDayEnds',
    method: 'GET',
    path: '/v1/day-ends',
    summary: 'End-of-day lists of a property, the newest first, and who has signed them (DUTY-5)',
    needs: 'obligations:read',
    query: z.strictObject({
      propertyId: id('property'),
      /** The first and the last day. */
      from: z.optional(day),
      to: z.optional(day),
      limit,
      cursor: z.optional(cursor),
    }),
    responses: { 200: page(DayEnd) },
    async handle({ office }, { query: { propertyId, from, to, limit, cursor } }) {
      if (from !== undefined && to !== undefined && to < from) {
        throw invalidField(
          '/query/to',
          'before_start',
          'It ends before it begins.',
          '结束日期早于开始日期。',
        );
      }
      const { items, next } = await office.query({
        index: 'g1',
        pk: lists.dayEnds(office.tenantId, propertyId),
        sk: { ...(from !== undefined && { from }), ...(to !== undefined && { to }) },
        order: 'descending',
        limit,
        cursor,
      });
      return ok({ items: items.map(listedDayEnd), ...(next !== undefined && { next }) });
    },
  }),
  route({
    id: 'getDayEnd',
    method: 'GET',
    path: '/v1/day-ends/{id}',
    summary: 'What was unfinished at the end of a day, whom it was told, who has signed it (DUTY-5)',
    needs: 'obligations:read',
    params,
    responses: { 200: DayEndView },
    async handle({ office }, { params }) {
      const { item } = await office.load({ item: keys.dayEnd(office.tenantId, params.id) });
      return ok(viewOf(dayEndOf(item)));
    },
  }),
  route({
    id: 'signDayEnd',
    method: 'POST',
    path: '/v1/day-ends/{id}/sign',
    summary:
      'Sign a day off: the desk first, then the supervisor, who is somebody else if anybody else may (DUTY-5)',
    needs: 'day-ends:sign',
    params,
    body: NewSignature,
    example: { as: 'desk' },
    responses: { 200: DayEndView },
    refuses: ['wrong-state'],
    async handle(context, { params, body }) {
      const { office, actor, now } = context;
      // No API key has the scope, but the type does not know that.
      if (actor.kind !== 'staff') throw new Refusal('forbidden');
      return retryStale(async () => {
        const { item } = await office.load({ item: keys.dayEnd(office.tenantId, params.id) });
        const dayEnd = dayEndOf(item);
        const at = new Date(now).toISOString();
        const note = body.as === 'supervisor' ? body.note : undefined;
        const { propertyId, day, count } = dayEnd;
        const alone =
          hasSigned(dayEnd, actor.id) && (await nobodyElse(office, actor.id, body.as, propertyId));
        const signed = sign(dayEnd, { post: body.as, by: actor.id, roles: actor.roles, at, alone });
        const { write, head } = append(
          dayEnd.head ?? noHistory,
          {
            type: 'dayEnd.signed',
            object: dayEnd.id,
            data: { propertyId, day, count, as: body.as, ...(signed[body.as]?.alone && { alone: true }) },
            ...(note !== undefined && { said: { note } }),
          },
          { ...context, tenantId: office.tenantId },
        );
        const after = { ...dayEnd, ...signed, ...(note !== undefined && { note }), head };
        const answer = ok(viewOf(after));
        await office.commit([signedWrite(office.tenantId, after), write], answer);
        return answer;
      });
    },
  }),
];

/** Whether nobody but this person may sign for a post in the property. */
async function nobodyElse(
  office: OfficeTable,
  staffId: string,
  post: Post,
  propertyId: string,
): Promise<boolean> {
  const staff = await staffOf(office);
  return !staff.some((person) => person.id !== staffId && serves(person, mayHave[post], propertyId));
}
