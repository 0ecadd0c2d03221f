import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { newId } from '../../shared/ids.ts';
import { type BillDesk, billDesk } from './bill-desk.ts';
import { functionEnvironment, staffOf, together } from './call.ts';
import { customerIdOf, feesApi, propertyId, unitIdOf } from './fees.ts';

const env = await functionEnvironment();
const handler = await together('bills', 'fees');

const unitId = unitIdOf(0);
const payerId = customerIdOf(0);

beforeAll(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-10-01T02:00:00Z') }));
afterAll(() => {
  vi.useRealTimers();
  env.close();
});
let { api, issue, paid, bill, file, booksAgree } = {} as BillDesk;
beforeEach(async () => {
  ({ api, issue, paid, bill, file, booksAgree } = await billDesk(env.tableName, handler));
});

describe('a bill', () => {
  it('says how each line was computed, in words, and when it is due', async () => {
    const [id = ''] = await issue();
    expect(await bill(id)).toMatchObject({
      unitId,
      payerId,
      cycle: '2026-10',
      status: 'open',
      // A Saturday that is worked.
      dueDay: '2026-10-10',
      total: '235.00',
      open: '235.00',
      currency: 'CNY',
      lines: [
        {
          kind: 'management',
          quantity: '100',
          unit: 'm2',
          price: '2.35',
          amount: '235.00',
          words: { zh: '100 平方米 × 2.35 元 × 1 个月 = 235 元，取整到分为 235.00 元。' },
        },
      ],
    });
  });

  it('is one per unit and cycle: a second one is not made, nor thirty at once', async () => {
    const made = await Promise.allSettled(Array.from({ length: 30 }, () => issue()));
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const { body } = await api.get('/v1/bills', {}, { unitId });
    expect(body.items).toHaveLength(1);
    await booksAgree();
  });

  it('is not made twice when the payer changes in between', async () => {
    await issue();
    await file(unitId, { occupancies: [{ payerId: customerIdOf(1), role: 'owner', from: '2026-01-01' }] });
    await expect(issue()).rejects.toThrow();
    expect((await api.get('/v1/bills', {}, { unitId })).body.items).toHaveLength(1);
  });

  it('stays as it is when its standard changes', async () => {
    const [id = ''] = await issue();
    const { body } = await api.get('/v1/fee-standards', {}, { propertyId });
    const standard = body.items[0].id;
    const before = await bill(id);
    await api.post('/v1/fee-standards/{id}/versions', { from: '2026-10-02', price: '9' }, { id: standard });
    await api.ask('PATCH /v1/fee-standards/{id}', { params: { id: standard }, body: { name: '新名称' } });
    expect(await bill(id)).toEqual(before);
  });

  it('is listed by property and status in order of due days, and by unit', async () => {
    await issue(unitIdOf(0), '2026-11');
    await issue(unitIdOf(0), '2026-10');
    await issue(unitIdOf(1), '2026-10');
    await paid(23502, unitIdOf(1), customerIdOf(1));
    const list = async (query: Record<string, string>) => {
      const { body } = await api.get('/v1/bills', {}, query);
      return body.items.map(({ dueDay, status }: { dueDay: string; status: string }) => [dueDay, status]);
    };
    expect(await list({ propertyId, status: 'open' })).toEqual([
      ['2026-10-10', 'open'],
      ['2026-11-10', 'open'],
    ]);
    expect(await list({ propertyId, status: 'paid' })).toEqual([['2026-10-10', 'paid']]);
    expect(await list({ propertyId, dueTo: '2026-10-31' })).toHaveLength(2);
    expect(await list({ propertyId, dueFrom: '2026-11-10', dueTo: '2026-11-10' })).toHaveLength(1);
    expect(await list({ unitId })).toHaveLength(2);
    expect(await list({ propertyId, status: 'void' })).toEqual([]);
  });

  it.each([
    [{}, '/query/propertyId'],
    [{ unitId, propertyId }, '/query/propertyId'],
    [{ unitId, status: 'open' }, '/query/status'],
    [{ unitId, dueFrom: '2026-10-01' }, '/query/dueFrom'],
    [{ propertyId, status: 'late' }, '/query/status'],
    [{ propertyId, dueFrom: '2026-02-30' }, '/query/dueFrom'],
  ])('is not listed by %j, and the answer says why', async (query, path) => {
    const answer = await api.get('/v1/bills', {}, query as Record<string, string>);
    expect([answer.status, answer.body.errors[0].path]).toEqual([400, path]);
  });

  it('uses the credit that is there', async () => {
    await paid(30000);
    const [id = ''] = await issue();
    expect(await bill(id)).toMatchObject({ status: 'paid', open: '0.00', total: '235.00' });
    const [next = ''] = await issue(unitId, '2026-11');
    expect(await bill(next)).toMatchObject({ status: 'open', open: '170.00' });
    await booksAgree();
  });
});

describe('another office', () => {
  it('has none of these bills', async () => {
    const [id = ''] = await issue();
    const other = feesApi(handler, staffOf(newId('tenant'), ['finance']));
    const answers = [
      await other.get('/v1/bills/{id}', { id }),
      await other.post('/v1/bills/{id}/void', { reason: 'x' }, { id }),
      await other.post('/v1/bills/{id}/reissue', {}, { id }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
    expect((await other.get('/v1/bills', {}, { propertyId })).body.items).toEqual([]);
  });
});
