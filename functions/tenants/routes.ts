import * as z from 'zod/mini';
import { cursor, id, limit, page } from '../../shared/fields.ts';
import { created, ok, type Reply, type Route, route } from '../../shared/http/route.ts';
import { keys, lists } from '../../shared/keys.ts';
import { Refusal } from '../../shared/problem.ts';
import { systemTable } from '../../shared/system.ts';
import { ensureUsageKey } from '../../shared/usageKeys.ts';
import { ZONES } from '../../shared/zones.ts';
import { deleteStep, exportPage } from './leaving.ts';
import { officeRecords, within } from './office.ts';
import { onboard } from './onboarding.ts';
import {
  Deletion,
  Exported,
  NewTenant,
  type StoredTenant,
  Suspension,
  Tenant,
  TenantChange,
  TenantLine,
} from './schema.ts';

const base = '/operator/v1/tenants';
const params = z.strictObject({ id: id('tenant') });

/** A page's length beyond what lists for people have. */
const manyOf = (max: number) =>
  z._default(
    z
      .pipe(z.string().check(z.regex(/^[1-9]\d{0,3}$/)), z.transform(Number))
      .check(
        z.refine((n) => n <= max, { params: { text: { en: `At most ${max}.`, zh: `不得大于 ${max}。` } } }),
      ),
    max,
  );

const shown = ({ request: _, ...tenant }: StoredTenant): Tenant => tenant;
const shownIn = (tenant: StoredTenant): Reply => ok(shown(tenant), tenant.version);

export const routes: Route[] = [
  route({
    id: 'createTenant',
    method: 'POST',
    path: base,
    summary:
      'Onboard an office with its owner and the owner\u2019s login; safe to repeat (200 when it is there)',
    needs: 'operator',
    body: NewTenant,
    example: {
      slug: 'jinxiu',
      name: '锦绣物业',
      zone: 'Asia/Shanghai',
      tier: 'standard',
      owner: { name: '李总', email: 'owner@jinxiu.example' },
    },
    responses: { 200: Tenant, 201: Tenant },
    refuses: ['conflict', 'unprocessable'],
    async handle(context, { body }) {
      const { tenant, fresh } = await onboard(context, body);
      return fresh ? created(`${base}/${tenant.id}`, shown(tenant), tenant.version) : shownIn(tenant);
    },
  }),
  route({
    id: 'listTenants',
    method: 'GET',
    path: base,
    summary: 'The offices of the service, the oldest first, or those of a zone',
    needs: 'operator',
    query: z.strictObject({ zone: z.optional(z.enum(ZONES)), limit, cursor: z.optional(cursor) }),
    responses: { 200: page(TenantLine) },
    async handle({ actor }, { query: { zone, ...query } }) {
      const where = zone
        ? ({ index: 'g2', pk: lists.officesOfZone(zone) } as const)
        : ({ index: 'g1', pk: lists.offices() } as const);
      const { items, ...rest } = await systemTable(actor).query({ ...where, ...query });
      return ok({ items: items.map((item) => item.list), ...rest });
    },
  }),
  route({
    id: 'getTenant',
    method: 'GET',
    path: `${base}/{id}`,
    summary: 'One office',
    needs: 'operator',
    params,
    responses: { 200: Tenant },
    versioned: true,
    async handle(context, { params }) {
      const { office } = within(context, params.id);
      return shownIn(await officeRecords.get(office, keys.office(params.id)));
    },
  }),
  route({
    id: 'changeTenant',
    method: 'PATCH',
    path: `${base}/{id}`,
    summary: 'Change an office\u2019s name, zone, tier, language or settings',
    needs: 'operator',
    params,
    body: TenantChange,
    example: { tier: 'premium' },
    responses: { 200: Tenant },
    refuses: ['wrong-state'],
    versioned: true,
    async handle(context, { params, body }) {
      if (body.tier !== undefined) {
        const { office } = within(context, params.id);
        await officeRecords.get(office, keys.office(params.id));
        await ensureUsageKey(body.tier, params.id);
      }
      return change(
        context,
        params.id,
        'tenant.changed',
        (office) => ({ ...office, ...body }) as StoredTenant,
      );
    },
  }),
  route({
    id: 'suspendTenant',
    method: 'POST',
    path: `${base}/{id}/suspend`,
    summary: 'Suspend an office: reading works, changing does not, reminders pause',
    needs: 'operator',
    params,
    body: Suspension,
    example: { reason: 'Invoice of March is open.' },
    responses: { 200: Tenant },
    refuses: ['wrong-state'],
    async handle(context, { params, body }) {
      return change(context, params.id, 'tenant.suspended', (office) => ({
        ...office,
        status: 'suspended',
        suspendedAt: office.suspendedAt ?? new Date(context.now).toISOString(),
        suspendedFor: body.reason,
      }));
    },
  }),
  route({
    id: 'reactivateTenant',
    method: 'POST',
    path: `${base}/{id}/reactivate`,
    summary: 'End a suspension; reminders that fell due meanwhile go out',
    needs: 'operator',
    params,
    responses: { 200: Tenant },
    refuses: ['wrong-state'],
    async handle(context, { params }) {
      return change(
        context,
        params.id,
        'tenant.reactivated',
        ({ suspendedAt: _at, suspendedFor: _for, ...office }) => ({ ...office, status: 'active' }),
      );
    },
  }),
  route({
    id: 'exportTenant',
    method: 'GET',
    path: `${base}/{id}/export`,
    summary: 'Everything an office has, page by page, without secrets',
    needs: 'operator',
    params,
    query: z.strictObject({ limit: manyOf(1000), cursor: z.optional(cursor) }),
    responses: { 200: page(Exported) },
    async handle(context, { params, query }) {
      return exportPage(context, params.id, query);
    },
  }),
  route({
    id: 'deleteTenant',
    method: 'DELETE',
    path: `${base}/{id}`,
    summary:
      'Delete an office and all it has; repeat it while the answer is 202 (after `Retry-After` seconds)',
    needs: 'operator',
    params,
    query: z.strictObject({ confirm: z.string().check(z.maxLength(60)) }),
    responses: { 202: Deletion, 204: null },
    async handle(context, { params, query }) {
      return deleteStep(context, params.id, query.confirm);
    },
  }),
];

function change(
  context: Parameters<Route['handle']>[0],
  tenantId: string,
  event: string,
  decide: (office: StoredTenant) => StoredTenant,
): Promise<Reply> {
  return officeRecords.change(
    within(context, tenantId),
    event,
    keys.office(tenantId),
    (office) => (office.status === 'deleting' ? beingDeleted() : decide(office)),
    shownIn,
  );
}

const beingDeleted = () =>
  new Refusal('wrong-state', {
    detail: { en: 'The office is being deleted.', zh: '该物业公司正在被删除。' },
    extra: { openSteps: [] },
  });
