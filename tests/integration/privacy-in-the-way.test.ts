import { beforeEach, describe, expect, it } from 'vitest';
import { call, functionEnvironment, staffOf, type Who } from './call.ts';
import { unitIdOf } from './fees.ts';
import { makeTill, type Till } from './payments.ts';

const { tableName } = await functionEnvironment();
const load = async (name: string) => (await import(`../../functions/${name}/handler.ts`)).handler as never;
const offices = await load('offices');
const fees = await load('fees');
const payments = await load('payments');
const privacy = await load('privacy');

const unitId = unitIdOf(1);
let till: Till;
let owner: Who;
let id: string;

const erase = () =>
  call(privacy, owner, 'POST /v1/customers/{id}/erase', { params: { id }, body: { reason: 'requested' } });
const live = async (from: string, to?: string, where = unitId) => {
  const occupancies = [{ payerId: id, role: 'owner', from, ...(to && { to }) }];
  const answer = await call(fees, owner, 'PUT /v1/units/{id}/fees', {
    params: { id: where },
    body: { occupancies },
  });
  expect(answer.status).toBe(200);
};
const nothing = { tickets: [], bills: [], credit: '0.00', deposits: '0.00', occupiedUnits: [] };
const inTheWay = async () => {
  const { status, body } = await erase();
  return [status, body.inTheWay];
};

beforeEach(async () => {
  till = await makeTill(tableName, payments, 2);
  owner = staffOf(till.t, ['owner']);
  const made = await call(offices, owner, 'POST /v1/customers', { body: { unitId, name: '欧阳明月' } });
  expect(made.status).toBe(201);
  id = made.body.id;
});

describe('a person is not erased', () => {
  it('while a unit is theirs to pay for, now or until a day to come', async () => {
    await live('2020-01-01');
    expect(await inTheWay()).toEqual([409, { ...nothing, occupiedUnits: [unitId] }]);
    await live('2020-01-01', '2999-12-31');
    expect(await inTheWay()).toEqual([409, { ...nothing, occupiedUnits: [unitId] }]);
    await live('2020-01-01', '2020-12-31');
    expect((await erase()).status).toBe(200);
  });

  it('while another unit than that of their file is, though nothing was billed yet', async () => {
    const other = unitIdOf(0);
    await live('2020-01-01', undefined, other);
    expect(await inTheWay()).toEqual([409, { ...nothing, occupiedUnits: [other] }]);
    await live('2020-01-01', '2020-12-31', other);
    expect((await erase()).status).toBe(200);
  });

  it('while money of theirs is with the office', async () => {
    expect((await till.pay('30.00', { payerId: id })).status).toBe(201);
    expect(await inTheWay()).toEqual([409, { ...nothing, credit: '30.00' }]);
    const deposit = { unitId, payerId: id, kind: 'key', amount: '20.00', method: 'wechat' };
    expect((await till.post('/v1/deposits', deposit)).status).toBe(201);
    expect(await inTheWay()).toEqual([409, { ...nothing, credit: '30.00', deposits: '20.00' }]);
  });

  it('for what others of the same unit owe and have', async () => {
    await till.bill(1, 10_000, '2026-01-31');
    expect((await erase()).status).toBe(200);
  });
});
