import { beforeAll, describe, expect, it } from 'vitest';
import { functionEnvironment, together } from './call.ts';
import { management, propertyId, unitIdOf } from './fees.ts';
import { makeTill, owner, type Till } from './payments.ts';

const { tableName } = await functionEnvironment();
const handler = await together('payments', 'billing', 'bills', 'fees');

const unitId = unitIdOf(1);
const of = { unitId, payerId: owner(1) };
let till: Till;
/** What was made, by list, in the order of its making. */
const made: Record<string, string[]> = {};

const make = async (list: string, path: string, body: object) => {
  const answer = await till.post(path, body);
  expect([answer.status, answer.body.errors]).toEqual([201, undefined]);
  made[list] = [...(made[list] ?? []), answer.body.id];
};

beforeAll(async () => {
  till = await makeTill(tableName, handler, 2);
  for (let i = 0; i < 3; i++) {
    await make('payments', '/v1/payments', { ...of, amount: '9.00', method: 'wechat' });
    await make('deposits', '/v1/deposits', { ...of, kind: 'key', amount: '5.00', method: 'wechat' });
    await make('refunds', '/v1/refunds', { ...of, amount: '1.00', method: 'bank', reason: '多缴' });
    const lines = [{ name: '配钥匙', price: '5.00' }];
    await make('bills', '/v1/bills', { ...of, reference: `${i}`, lines, dueDay: '2999-01-01' });
  }
  expect((await till.post('/v1/fee-standards', management)).status).toBe(201);
  for (const cycle of ['2026-01', '2026-02', '2026-03']) {
    await make('bill-runs', '/v1/bill-runs', { propertyId, cycle });
  }
});

describe('a list that begins with the newest', () => {
  it.each([
    ['payments', 'property'],
    ['payments', 'unit'],
    ['deposits', 'property'],
    ['deposits', 'unit'],
    ['refunds', 'property'],
    ['bills', 'unit'],
    ['bill-runs', 'property'],
  ])('does so on every page: %s of a %s', async (list, place) => {
    const query = place === 'unit' ? { unitId } : { propertyId };
    const newest = made[list]?.toReversed();
    const first = await till.get(`/v1/${list}`, {}, { ...query, limit: '2' });
    const rest = await till.get(`/v1/${list}`, {}, { ...query, limit: '2', cursor: first.body.next });
    const ids = [first, rest].map(({ body }) => body.items.map(({ id }: { id: string }) => id));
    expect(ids).toEqual([newest?.slice(0, 2), newest?.slice(2)]);
  });
});
