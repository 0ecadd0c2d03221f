import type { Role } from '../../shared/access.ts';
import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { type Hours, standardHours } from '../../shared/time/index.ts';
import { type Answer, call, keyOf, staffOf, type Who } from './call.ts';
import { officeTable } from './dynamodb.ts';

export { satisfied } from '../samples.ts';

/** An office with one property, its people, and short names for what they do with tickets. */

// biome-ignore lint/suspicious/noExplicitAny: the handler's own types say nothing to a test
type Handler = any;

export interface TestOffice {
  tenantId: string;
  propertyId: string;
  desk: Who;
  engineer: Who;
  supervisor: Who;
  manager: Who;
  key: Who;
  table: ReturnType<typeof officeTable>;
  create(body?: Record<string, unknown>, who?: Who, headers?: Record<string, string>): Promise<Answer>;
  step(id: string, step: string, body: unknown, who?: Who, headers?: Record<string, string>): Promise<Answer>;
  get(id: string, who?: Who): Promise<Answer>;
  list(query?: Record<string, string>, who?: Who): Promise<Answer>;
  events(id: string): Promise<{ type: string; data: Record<string, unknown> }[]>;
}

export const complaint = { kind: 'complaint', channel: 'phone', title: '三号楼停水' };

export async function addProperty(
  table: ReturnType<typeof officeTable>,
  hours: Hours = standardHours,
  zone = 'Asia/Shanghai',
): Promise<string> {
  const id = newId('property');
  await table.commit([
    {
      put: {
        ...keys.property(table.tenantId, id),
        et: 'property',
        v: 1,
        list: { id, name: 'P', zone, archived: false },
        rest: { hours },
      },
      expect: 'new',
    },
  ]);
  return id;
}

export async function addStaff(
  table: ReturnType<typeof officeTable>,
  id = newId('staff'),
  active = true,
  { roles = [], properties = [] }: { roles?: Role[]; properties?: string[] } = {},
): Promise<string> {
  const list = { id, active, roles };
  const rest = { properties, email: `${id.toLowerCase()}@example.com` };
  await table.commit([
    { put: { ...keys.staff(table.tenantId, id), et: 'staff', v: 1, list, rest }, expect: 'new' },
  ]);
  return id;
}

/** `as`: the same office and people, asked through another handler. */
export async function makeOffice(tableName: string, handler: Handler, as?: TestOffice): Promise<TestOffice> {
  const tenantId = as?.tenantId ?? newId('tenant');
  const table = officeTable(tableName, tenantId);
  const propertyId = as?.propertyId ?? (await addProperty(table));
  const person = async (role: 'desk' | 'engineer' | 'supervisor' | 'manager') =>
    staffOf(tenantId, [role], await addStaff(table, undefined, true, { roles: [role] }));
  const desk = as?.desk ?? (await person('desk'));
  return {
    tenantId,
    propertyId,
    table,
    desk,
    engineer: as?.engineer ?? (await person('engineer')),
    supervisor: as?.supervisor ?? (await person('supervisor')),
    manager: as?.manager ?? (await person('manager')),
    key: as?.key ?? keyOf(tenantId),
    create: (body = {}, who = desk, headers = {}) =>
      call(handler, who, 'POST /v1/tickets', { body: { ...complaint, propertyId, ...body }, headers }),
    step: (id, step, body, who = desk, headers = {}) =>
      call(handler, who, `POST /v1/tickets/{id}/${step}`, { params: { id }, body, headers }),
    get: (id, who = desk) => call(handler, who, 'GET /v1/tickets/{id}', { params: { id } }),
    list: (query = {}, who = desk) => call(handler, who, 'GET /v1/tickets', { query }),
    events: async (id) =>
      (await call(handler, desk, 'GET /v1/tickets/{id}/events', { params: { id } })).body.items,
  };
}
