import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { accountOf, accountWrite, billWrite, pay, postingList } from '../../shared/books/index.ts';
import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import type { Item, OfficeTable } from '../../shared/table.ts';
import { functionEnvironment, staffOf } from './call.ts';
import { officeTable } from './dynamodb.ts';
import { compareBooks, customerIdOf, estate, feesApi, management, propertyId, unitIdOf } from './fees.ts';

const env = await functionEnvironment();
const { handler } = await import('../../functions/fees/handler.ts');
const { issueUnit } = await import('../../functions/fees/issue.ts');
const { cycleOf } = await import('../../functions/fees/cycle.ts');
const { standardsOf } = await import('../../functions/fees/standards.ts');
const { makeRules } = await import('../../shared/policyStore.ts');
const { standardCalendar, standardHours } = await import('../../shared/time/index.ts');

const unitId = unitIdOf(0);
const payerId = customerIdOf(0);
const units = [0, 1, 2].map(unitIdOf);

let t: string;
let api: ReturnType<typeof feesApi>;
let office: OfficeTable;

beforeAll(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-10-01T02:00:00Z') }));
afterAll(() => {
  vi.useRealTimers();
  env.close();
});
beforeEach(async () => {
  t = newId('tenant');
  api = feesApi(handler, staffOf(t, ['finance']));
  office = officeTable(env.tableName, t);
  await estate(env.tableName, t, 3);
  expect((await api.post('/v1/fee-standards', management)).status).toBe(201);
});

/** Issues a unit's bills of a cycle as a bill run does. */
async function issue(unit = unitId, cycle = '2026-10') {
  const schedule = makeRules([], standardCalendar).scheduleOf({
    zone: 'Asia/Shanghai',
    hours: standardHours,
  });
  const standards = await standardsOf(office, propertyId);
  const billing = {
    propertyId,
    cycle: cycleOf(cycle),
    standards,
    settings: {},
    schedule,
    issuedAt: Date.now(),
  };
  const bills = await issueUnit(office, billing, unit);
  return bills.map(({ id }) => id);
}

/** Books a payment in the plainest way the books allow. */
async function paid(amount: number, unit = unitId, payer = payerId) {
  const id = newId('payment');
  const of = { propertyId, unitId: unit, payerId: payer };
  const { item } = await office.load({ item: keys.account(t, unit, payer) });
  const moves = pay(accountOf(item, of), { id, amount });
  const at = new Date(Date.now()).toISOString();
  await office.commit([
    accountWrite(t, moves.account),
    ...moves.bills.map((change) => billWrite(t, propertyId, change)),
    {
      put: {
        pk: `${t}#${id}`,
        sk: 'payment',
        et: 'payment',
        v: 1,
        ...postingList(t, { id, at, ...of, movements: moves.movements }),
      } as Item,
      expect: 'new',
    },
  ]);
  return id;
}

const bill = async (id: string) => (await api.get('/v1/bills/{id}', { id })).body;
const file = (unit: string, body: unknown) =>
  api.ask('PUT /v1/units/{id}/fees', { params: { id: unit }, body });

async function booksAgree() {
  const { entries, accounts } = await compareBooks(office, units);
  expect(entries).toEqual(accounts);
}

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

describe('a bill taken back', () => {
  it('gives what was paid on it as credit, keeps its lines and its reason, and cannot be taken back again', async () => {
    const [id = ''] = await issue();
    await paid(10000);
    const before = await bill(id);
    const gone = await api.post('/v1/bills/{id}/void', { reason: '面积有误' }, { id });
    expect(gone.status).toBe(200);
    expect(await bill(id)).toMatchObject({
      status: 'void',
      open: '0.00',
      total: '235.00',
      lines: before.lines,
      void: { reason: '面积有误' },
    });
    const { item } = await office.load({ item: keys.account(t, unitId, payerId) });
    expect(item?.list).toMatchObject({ open: 0, credit: 10000 });
    const again = await api.post('/v1/bills/{id}/void', { reason: 'x' }, { id });
    expect([again.status, again.body.openSteps]).toEqual([409, ['reissue']]);
    await booksAgree();
  });

  it('needs a reason', async () => {
    const [id = ''] = await issue();
    const answer = await api.post('/v1/bills/{id}/void', { reason: ' ' }, { id });
    expect([answer.status, answer.body.errors[0].path]).toEqual([400, '/body/reason']);
  });

  it('at the moment of a payment: both are in the books', async () => {
    const [id = ''] = await issue();
    await Promise.all([
      api.post('/v1/bills/{id}/void', { reason: 'x' }, { id }),
      ...[100, 200, 300].map(async (amount) => {
        for (;;) {
          try {
            return await paid(amount);
          } catch (error) {
            if ((error as Error).name !== 'Stale') throw error;
          }
        }
      }),
    ]);
    await booksAgree();
    const { item } = await office.load({ item: keys.account(t, unitId, payerId) });
    expect(item?.list).toMatchObject({ open: 0, credit: 600 });
  });

  it('is issued again once, by what is on file now', async () => {
    const [id = ''] = await issue();
    const again = (body = {}) => api.post('/v1/bills/{id}/reissue', body, { id });
    expect((await again()).body.openSteps).toEqual(['void']);
    await paid(10000);
    await api.post('/v1/bills/{id}/void', { reason: '减免漏记' }, { id });
    const { body } = await api.get('/v1/fee-standards', {}, { propertyId });
    await file(unitId, {
      occupancies: [{ payerId, role: 'owner', from: '2026-01-01' }],
      exceptions: [
        { kind: 'discount', percent: '50', standardId: body.items[0].id, reason: '减免', from: '2026-01-01' },
      ],
    });
    const answers = await Promise.all([again(), again(), again()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    const next = answers.find(({ status }) => status === 201)?.body;
    // 117.50 yuan, of which the credit pays 100.
    expect(next).toMatchObject({ n: 2, cycle: '2026-10', total: '117.50', open: '17.50', payerId });
    expect((await bill(id)).reissuedAs).toBe(next.id);
    await booksAgree();
  });

  it('goes to another payer if the first was the wrong one', async () => {
    const [id = ''] = await issue();
    await api.post('/v1/bills/{id}/void', { reason: '付款人有误' }, { id });
    const right = customerIdOf(1);
    const again = () => api.post('/v1/bills/{id}/reissue', { payerId: right }, { id });
    expect((await again()).status).toBe(422);
    await file(unitId, { occupancies: [{ payerId: right, role: 'owner', from: '2026-01-01' }] });
    expect((await again()).body).toMatchObject({ payerId: right, open: '235.00', n: 2 });
    await booksAgree();
  });

  it('never becomes a payer\u2019s second bill for the cycle, whoever it was for at first (FEE-2)', async () => {
    const right = customerIdOf(1);
    await file(unitId, {
      occupancies: [
        { payerId, role: 'owner', from: '2026-01-01', to: '2026-10-15' },
        { payerId: right, role: 'owner', from: '2026-10-16' },
      ],
    });
    const [first = '', second = ''] = await issue();
    const again = (id: string, body = {}) => api.post('/v1/bills/{id}/reissue', body, { id });
    const takeBack = (id: string) => api.post('/v1/bills/{id}/void', { reason: '付款人有误' }, { id });
    await takeBack(first);
    const refused = await again(first, { payerId: right });
    expect([refused.status, refused.body.detail]).toEqual([
      409,
      'This payer has a bill for the cycle already (FEE-2).',
    ]);
    await takeBack(second);
    const next = await again(first, { payerId: right });
    expect(next.body).toMatchObject({ payerId: right, n: 2 });
    expect((await again(second)).status).toBe(409);
    await takeBack(next.body.id);
    expect((await again(second)).status).toBe(201);
    expect((await again(next.body.id)).status).toBe(409);
    await booksAgree();
  });

  it('takes the estimates along that were made for it', async () => {
    const { body: meter } = await api.post(
      '/v1/units/{id}/meters',
      { kind: 'water', initial: { day: '2026-06-30', value: '0' } },
      { id: unitId },
    );
    for (const [day, value] of [
      ['2026-07-31', '10'],
      ['2026-08-31', '20'],
      ['2026-09-30', '30'],
    ])
      await api.post('/v1/units/{id}/readings', { meterId: meter.id, day, value }, { id: unitId });
    await api.post('/v1/fee-standards', {
      ...management,
      kind: 'water',
      basis: 'metered',
      price: '3',
      name: '水费',
    });
    const [id = ''] = await issue();
    expect((await bill(id)).lines[1]).toMatchObject({
      estimated: true,
      quantity: '10',
      amount: '30.00',
      unit: 'm3',
    });
    const readings = async () =>
      (await api.get('/v1/units/{id}/fees', { id: unitId })).body.meters[0].readings.map(
        ({ day, value, kind }: Record<string, string>) => [day, value, kind],
      );
    expect((await readings()).at(-1)).toEqual(['2026-10-31', '40', 'estimated']);
    await api.post('/v1/bills/{id}/void', { reason: '补抄表' }, { id });
    expect((await readings()).at(-1)).toEqual(['2026-09-30', '30', 'actual']);
    vi.setSystemTime(Date.parse('2026-11-01T02:00:00Z'));
    await api.post(
      '/v1/units/{id}/readings',
      { meterId: meter.id, day: '2026-10-31', value: '36' },
      { id: unitId },
    );
    const next = await api.post('/v1/bills/{id}/reissue', {}, { id });
    expect(next.body.lines[1]).toMatchObject({ quantity: '6', amount: '18.00' });
    expect(next.body.lines[1].estimated).toBeUndefined();
    vi.setSystemTime(Date.parse('2026-10-01T02:00:00Z'));
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
