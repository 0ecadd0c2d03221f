import { describe, expect, it } from 'vitest';
import { customerRecords } from '../../functions/offices/customers.ts';
import { unitRecords } from '../../functions/offices/units.ts';
import { noHistory } from '../../shared/history.ts';
import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { type Answer, call, functionEnvironment, staffOf } from './call.ts';
import { officeTable } from './dynamodb.ts';
import { customerIdOf, estate, propertyId, unitIdOf } from './fees.ts';

const { tableName } = await functionEnvironment();
const handlers = {
  bills: (await import('../../functions/bills/handler.ts')).handler,
  fees: (await import('../../functions/fees/handler.ts')).handler,
  offices: (await import('../../functions/offices/handler.ts')).handler,
  payments: (await import('../../functions/payments/handler.ts')).handler,
  privacy: (await import('../../functions/privacy/handler.ts')).handler,
  tickets: (await import('../../functions/tickets/handler.ts')).handler,
};

type Ids = { unit: string; customer: string };
type Ask = [keyof typeof handlers, string, Parameters<typeof call>[3]];
const pay = (unitId: string, payerId: string) => ({ unitId, payerId, amount: '1.00', method: 'wechat' });
const ticket = { kind: 'complaint', channel: 'phone', title: '停水', propertyId };
const bill = (unitId: string, payerId: string) => ({
  unitId,
  payerId,
  reference: `r${unitId}${payerId}`.slice(0, 60),
  dueDay: '2999-01-01',
  lines: [{ name: '开锁', price: '5.00' }],
});

/** Whatever names a unit or a customer; `known` are such as are there. */
const asks = ({ unit, customer }: Ids, known: Ids): Ask[] => {
  const params = { id: unit };
  return [
    ['offices', 'GET /v1/units/{id}', { params }],
    ['offices', 'PATCH /v1/units/{id}', { params, body: { occupancy: 'vacant' } }],
    ['offices', 'GET /v1/customers/{id}', { params: { id: customer }, query: { purpose: 'service' } }],
    ['offices', 'PATCH /v1/customers/{id}', { params: { id: customer }, body: { kind: 'tenant' } }],
    ['offices', 'POST /v1/customers', { body: { unitId: unit, name: '李四', kind: 'owner', phones: [] } }],
    ['tickets', 'POST /v1/tickets', { body: { ...ticket, unitId: unit } }],
    ['tickets', 'POST /v1/tickets', { body: { ...ticket, reporter: { name: '张', customerId: customer } } }],
    ['fees', 'GET /v1/units/{id}/fees', { params }],
    ['fees', 'PUT /v1/units/{id}/fees', { params, body: { occupancies: [] } }],
    [
      'fees',
      'PUT /v1/units/{id}/fees',
      {
        params: { id: known.unit },
        body: { occupancies: [{ payerId: customer, role: 'owner', from: '2026-01-01' }] },
      },
    ],
    [
      'fees',
      'POST /v1/units/{id}/meters',
      { params, body: { kind: 'water', initial: { day: '2026-01-01', value: '1' } } },
    ],
    ['fees', 'GET /v1/units/{id}/readings', { params }],
    ['bills', 'POST /v1/bills', { body: bill(unit, known.customer) }],
    ['bills', 'POST /v1/bills', { body: bill(known.unit, customer) }],
    ['payments', 'POST /v1/payments', { body: pay(unit, customer) }],
    ['payments', 'POST /v1/payments', { body: pay(known.unit, customer) }],
    ['payments', 'GET /v1/units/{id}/arrears', { params }],
    ['payments', 'GET /v1/units/{id}/statement', { params, query: { from: '2026-01-01' } }],
    ['privacy', 'GET /v1/customers/{id}/export', { params: { id: customer } }],
  ];
};

describe('a unit and a customer of an import that is not finished', () => {
  const who = staffOf(newId('tenant'), ['owner', 'manager', 'finance']);
  const t = who.tenantId ?? '';
  const known = { unit: unitIdOf(0), customer: customerIdOf(0) };
  const all = async (ids: Ids) => {
    const answers: Answer[] = [];
    for (const [domain, route, options] of asks(ids, known))
      answers.push(await call(handlers[domain] as never, who, route, options));
    return answers;
  };
  const told = ({ status, body }: Answer) => [status, body?.type, body?.detail, body?.errors];

  it('are to every route as such that never were, and there once it is', async () => {
    await estate(tableName, t, 1);
    const importId = newId('import');
    const hidden = { unit: newId('unit'), customer: newId('customer') };
    const base = { propertyId, importId, version: 1, createdAt: '2026-01-01T00:00:00.000Z' };
    const unit = unitRecords.item(
      t,
      { ...base, id: hidden.unit, building: '9栋', number: '1', occupancy: 'occupied' },
      noHistory,
    );
    const customer = customerRecords.item(
      t,
      {
        ...base,
        id: hidden.customer,
        unitId: hidden.unit,
        name: '张三',
        kind: 'owner',
        phones: [],
        emails: [],
        signatories: [],
        archived: false,
      },
      noHistory,
    );
    const table = officeTable(tableName, t);
    await table.commit([unit, customer].map((put) => ({ put, expect: 'new' })));

    const none = await all({ unit: newId('unit'), customer: newId('customer') });
    const answers = await all(hidden);
    expect(none.map(({ status }) => status).filter((status) => status !== 400 && status !== 404)).toEqual([]);
    expect(answers.map(told)).toEqual(none.map(told));

    await table.commit([
      { put: { ...keys.import(t, importId), et: 'import', v: 1, list: { id: importId } }, expect: 'new' },
    ]);
    const refused = (await all(hidden)).flatMap(({ status }, i) =>
      status < 300 ? [] : [asks(hidden, known)[i]?.[1]],
    );
    expect(refused).toEqual([]);
  });
});
