import * as z from 'zod/mini';
import { cursor, id, limit, page } from '../../shared/fields.ts';
import type { Head } from '../../shared/history.ts';
import { noHistory } from '../../shared/history.ts';
import {
  type Context,
  created,
  noContent,
  ok,
  type Reply,
  type Route,
  route,
} from '../../shared/http/route.ts';
import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { ensureLogin } from '../../shared/logins.ts';
import { notFound, Refusal } from '../../shared/problem.ts';
import { isSame, matched, unchanged } from '../../shared/records.ts';
import { type Item, retryStale, type Write } from '../../shared/table.ts';
import { mayChange, ownersAfter } from './rules.ts';
import { Me, NewStaff, Staff, StaffChange } from './schema.ts';
import { keepOwners, ownersOf, staffRecords, takeLogin } from './store.ts';

const params = z.strictObject({ id: id('staff') });
const location = (staff: Staff) => `/v1/staff/${staff.id}`;

export const peopleRoutes: Route[] = [
  route({
    id: 'createStaff',
    method: 'POST',
    path: '/v1/staff',
    summary: 'Add a person with their roles, and a login where the service has its own user pool',
    needs: 'staff:write',
    body: NewStaff,
    example: {
      name: '王芳',
      email: 'wang.fang@example.com',
      roles: ['desk'],
      departments: ['客服部'],
      phone: '13800000000',
    },
    responses: { 201: Staff },
    refuses: ['conflict'],
    async handle(context, { body }) {
      const staff: Staff = {
        ...body,
        id: newId('staff', context.now),
        active: true,
        version: 1,
        createdAt: new Date(context.now).toISOString(),
      };
      return save(context, 'staff.created', () => staff, {
        fresh: staff,
        reply: (saved) => created(location(saved), saved, saved.version),
      });
    },
  }),
  route({
    id: 'listStaff',
    method: 'GET',
    path: '/v1/staff',
    summary: 'The people of the office',
    needs: 'staff:read',
    query: z.strictObject({ limit, cursor: z.optional(cursor) }),
    responses: { 200: page(Staff) },
    async handle({ office }, { query }) {
      return ok(await staffRecords.page(office, { pk: keys.staffPk(office.tenantId), ...query }));
    },
  }),
  route({
    id: 'getMe',
    method: 'GET',
    path: '/v1/staff/me',
    summary: 'Who the caller is, in which office, with which scopes',
    needs: 'staff:read',
    responses: { 200: Me },
    refuses: ['not-found'],
    async handle({ actor, office }) {
      if (actor.kind !== 'staff') throw notFound();
      const t = office.tenantId;
      const { me, own } = await office.load({ me: keys.staff(t, actor.id), own: keys.office(t) });
      if (me?.et !== 'staff' || own?.et !== 'office') throw notFound();
      const { name, zone, language, status } = own.list as Record<string, string>;
      return ok({
        staff: staffRecords.parse(me),
        scopes: actor.scopes,
        office: { id: t, name, zone, language, status },
      });
    },
  }),
  route({
    id: 'getStaff',
    method: 'GET',
    path: '/v1/staff/{id}',
    summary: 'One person',
    needs: 'staff:read',
    params,
    responses: { 200: Staff },
    versioned: true,
    async handle({ office }, { params }) {
      const staff = await staffRecords.get(office, keys.staff(office.tenantId, params.id));
      return ok(staff, staff.version);
    },
  }),
  route({
    id: 'changeStaff',
    method: 'PATCH',
    path: '/v1/staff/{id}',
    summary: 'Change a person; takes effect within the minute that a login is remembered',
    needs: 'staff:write',
    params,
    body: StaffChange,
    example: { roles: ['desk', 'supervisor'] },
    responses: { 200: Staff },
    refuses: ['conflict'],
    versioned: true,
    async handle(context, { params, body }) {
      return save(context, 'staff.changed', (before) => changed(before, body), {
        id: params.id,
        properties: body.properties,
        reply: (saved) => ok(saved, saved.version),
      });
    },
  }),
  route({
    id: 'removeStaff',
    method: 'DELETE',
    path: '/v1/staff/{id}',
    summary: 'A person leaves: no more login; what they did stays on record',
    needs: 'staff:write',
    params,
    responses: { 204: null },
    refuses: ['conflict'],
    versioned: true,
    async handle(context, { params }) {
      return save(context, 'staff.left', (before) => ({ ...before, active: false }), {
        id: params.id,
        reply: noContent,
      });
    },
  }),
];

function changed(before: Staff, { phone, ...body }: StaffChange): Staff {
  const after = { ...before, ...body } as Staff;
  if (phone === null) delete after.phone;
  else if (phone !== undefined) after.phone = phone;
  return after;
}

interface Saving {
  /** The person to be added, or the id of the one to be changed. */
  fresh?: Staff;
  id?: string;
  /** Properties named by the request, which have to exist. */
  properties?: string[] | undefined;
  reply(saved: Staff): Reply;
}

/**
 * Adds or changes a person in one transaction with what must stay true of all: a login address is used once, an owner is left.
 * The login itself is made before: without a person it opens nothing, a person without a login would wait for one.
 */
async function save(
  context: Context,
  event: string,
  decide: (before: Staff) => Staff,
  saving: Saving,
): Promise<Reply> {
  const { office, actor } = context;
  const t = office.tenantId;
  const id = saving.fresh?.id ?? saving.id ?? '';
  const named = saving.fresh?.properties ?? saving.properties ?? [];
  return retryStale(async () => {
    const loaded: Record<string, Item | undefined> = await office.load({
      item: keys.staff(t, id),
      owners: keys.owners(t),
      ...Object.fromEntries(named.map((property) => [property, keys.property(t, property)])),
    });
    const { item, owners } = loaded;
    const before = item?.et === 'staff' ? staffRecords.parse(item) : undefined;
    if (!before && !saving.fresh) throw notFound();
    if (before) matched(context, before.version);
    const after = before ? { ...decide(before), version: before.version + 1 } : decide(saving.fresh as Staff);
    refuseUnknown(named, loaded);
    const forbidden = mayChange(actor, before, after);
    if (forbidden) throw forbidden;
    const ids = ownersOf(owners);
    const next = ownersAfter(ids, after);
    if (next instanceof Refusal) throw next;
    if (before && isSame(before, after)) return unchanged(context, saving.reply(before));

    const moved = before?.email !== after.email;
    const head = (item?.rest?.head as Head | undefined) ?? noHistory;
    const expect = before ? { version: before.version } : 'new';
    const writes: Write[] = staffRecords.write(
      context,
      event,
      after,
      differences(before, after),
      head,
      expect,
    );
    if (moved) {
      writes.push({ ...takeLogin(t, after), otherwise: () => loginTaken() });
      if (before) writes.push({ remove: keys.login(t, before.email), expect: 'any' });
    }
    if (next.join() !== ids.join()) writes.push(keepOwners(t, owners, next));
    const answer = saving.reply(after);
    if (moved) await ensureLogin(after.email);
    await office.commit(writes, answer);
    return answer;
  });
}

function differences(before: Staff | undefined, after: Staff): object {
  if (!before) return after;
  const old = before as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries({ ...before, ...after, phone: after.phone ?? null }).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(old[name] ?? null),
    ),
  );
}

function refuseUnknown(named: readonly string[], loaded: Record<string, Item | undefined>): void {
  const errors = named.flatMap((property, i) =>
    loaded[property]?.et === 'property'
      ? []
      : [
          {
            path: `/body/properties/${i}`,
            code: 'unknown',
            detail: { en: 'There is no such property.', zh: '没有该项目。' },
          },
        ],
  );
  if (errors.length > 0) throw new Refusal('invalid-request', { errors });
}

const loginTaken = () =>
  new Refusal('conflict', {
    detail: { en: 'Somebody of this office signs in with this address.', zh: '本公司已有人使用该邮箱登录。' },
  });
