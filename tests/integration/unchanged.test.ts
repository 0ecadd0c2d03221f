import { expect, it } from 'vitest';
import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { monthlyFee } from '../samples.ts';
import { call, functionEnvironment, staffOf } from './call.ts';
import { officeTable } from './dynamodb.ts';

const env = await functionEnvironment();
const offices = (await import('../../functions/offices/handler.ts')).handler;
const fees = (await import('../../functions/fees/handler.ts')).handler;
const catalogue = (await import('../../functions/catalogue/handler.ts')).handler;
const webhooks = (await import('../../functions/webhooks/handler.ts')).handler;
const staff = (await import('../../functions/staff/handler.ts')).handler;

const t = newId('tenant');
const table = officeTable(env.tableName, t);
const who = staffOf(t, ['owner', 'manager', 'finance', 'desk']);
const post = async (handler: unknown, path: string, body: object): Promise<string> => {
  const made = await call(handler as never, who, `POST ${path}`, { body });
  expect([made.status, made.body.errors]).toEqual([201, undefined]);
  return made.body.id;
};

const propertyId = await post(offices, '/v1/properties', { name: '锦绣花园' });
const unitId = await post(offices, '/v1/units', { propertyId, building: '1栋', number: '101', areaM2: 88.5 });
const person = { name: '张伟', phones: ['13800000001'], unitId };
const hook = { url: 'https://crm.example.com/hooks', events: ['ticket.*'] };
const plumbing = { name: '疏通', pricing: { by: 'fixed', price: '80.00' }, from: '2026-01-01' };
const clerk = { name: '小李', email: 'li@example.com', roles: ['desk'], phone: '13800000002' };
const standard = monthlyFee(propertyId);

it.each([
  ['/v1/properties', offices, propertyId, { name: '锦绣花园' }],
  ['/v1/units', offices, unitId, { areaM2: 88.5, occupancy: 'occupied', note: null }],
  ['/v1/customers', offices, await post(offices, '/v1/customers', person), { ...person, note: null }],
  ['/v1/fee-standards', fees, await post(fees, '/v1/fee-standards', standard), { name: standard.name }],
  ['/v1/services', catalogue, await post(catalogue, '/v1/services', plumbing), plumbing],
  [
    '/v1/webhooks',
    webhooks,
    await post(webhooks, '/v1/webhooks', hook),
    { ...hook, name: null, active: true },
  ],
  ['/v1/staff', staff, await post(staff, '/v1/staff', clerk), { roles: ['desk'], phone: clerk.phone }],
])(
  'a change of %s to what it says already is none: no version, no event',
  async (path, handler, id, same) => {
    const change = (body: object, headers: Record<string, string> = {}) =>
      call(handler as never, who, `PATCH ${path}/{id}`, { params: { id }, body, headers });
    const events = async () =>
      (await table.all({ pk: keys.objectPk(t, id), sk: { begins: keys.eventsPrefix } })).length;
    for (const body of [same, {}, same]) {
      const answer = await change(body, { 'if-match': '"1"' });
      expect([answer.status, answer.headers.etag]).toEqual([200, '"1"']);
    }
    expect(await events()).toBe(1);
    expect((await change(same, { 'if-match': '"2"' })).status).toBe(412);
  },
);
