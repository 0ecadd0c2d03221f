import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import type { Item, OfficeTable } from '../../shared/table.ts';
import { functionEnvironment, staffOf, together } from './call.ts';
import { officeTable } from './dynamodb.ts';
import { compareBooks, customerIdOf, estate, feesApi, management, propertyId, unitIdOf } from './fees.ts';

const env = await functionEnvironment();
const handler = await together('bills', 'fees');

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

async function booksAgree() {
  const { entries, accounts } = await compareBooks(office, units);
  expect(entries).toEqual(accounts);
}

describe('a one-off charge', () => {
  const once = (change: object = {}, headers = {}) =>
    api.post(
      '/v1/bills',
      {
        unitId,
        payerId,
        reference: 'A-1',
        lines: [{ name: '门禁卡', price: '20.5', quantity: '2' }],
        dueDay: '2026-10-31',
        ...change,
      },
      undefined,
      headers,
    );

  it('is a bill of its own, once per reference', async () => {
    const made = await once();
    expect([made.status, made.body.total, made.body.cycle]).toEqual([201, '41.00', 'once:A-1']);
    expect((await once({ reference: 'A-2' })).status).toBe(201);
    expect((await api.get('/v1/bills', {}, { unitId })).body.items).toHaveLength(2);
    await booksAgree();
  });

  it('sent again with its reference is the bill that is there, whatever became of it', async () => {
    const made = await once();
    const lines = [{ name: '门禁卡', price: '20.50', quantity: '2.0' }];
    for (const change of [{}, { lines }, { dueDay: undefined }]) {
      const again = await once(change);
      expect([again.status, again.body, again.headers.etag]).toEqual([200, made.body, '"1"']);
    }
    const { id } = made.body;
    await api.post('/v1/bills/{id}/void', { reason: '重复' }, { id });
    // Its day is over by then.
    vi.setSystemTime(Date.parse('2026-11-02T02:00:00Z'));
    expect([(await once()).status, (await once()).body]).toMatchObject([200, { id, status: 'void' }]);
    vi.setSystemTime(Date.parse('2026-10-01T02:00:00Z'));
    await booksAgree();
  });

  it('sent many times at once is one bill', async () => {
    const many = await Promise.all(Array.from({ length: 8 }, () => once()));
    expect(many.map(({ status }) => status).sort()).toEqual([...Array(7).fill(200), 201]);
    expect(new Set(many.map(({ body }) => body.id)).size).toBe(1);
    await booksAgree();
  });

  it('that says something else under the same reference is refused and the bill that is there is named', async () => {
    const { body: standard } = await api.post('/v1/fee-standards', {
      ...management,
      kind: 'oneOff',
      name: '装修垃圾清运费',
      basis: 'fixed',
      cycle: 'once',
      price: '300',
      due: { kind: 'workingDaysAfterIssue', days: 3 },
    });
    const { body: first } = await once();
    const line = { name: '门禁卡', price: '20.5', quantity: '2' };
    for (const change of [
      { payerId: customerIdOf(2) },
      { dueDay: '2026-11-30' },
      { lines: [line, line] },
      { lines: [{ ...line, name: '钥匙' }] },
      { lines: [{ ...line, price: '41' }] },
      { lines: [{ ...line, quantity: '1' }] },
      { lines: [{ standardId: standard.id, quantity: '2' }] },
    ]) {
      const clash = await once(change);
      expect([clash.status, clash.body.type, clash.body.billId]).toEqual([
        409,
        'https://huifang.example/problems/conflict',
        first.id,
      ]);
    }
    expect((await api.get('/v1/bills', {}, { unitId })).body.items).toHaveLength(1);
  });

  it('sent again with its Idempotency-Key answers the first', async () => {
    const first = await once({}, { 'Idempotency-Key': 'k' });
    const second = await once({}, { 'Idempotency-Key': 'k' });
    expect([second.status, second.body]).toEqual([201, first.body]);
  });

  it('follows a one-off standard, its price and its due rule', async () => {
    const { body: standard } = await api.post('/v1/fee-standards', {
      ...management,
      kind: 'oneOff',
      name: '装修垃圾清运费',
      basis: 'fixed',
      cycle: 'once',
      price: '300',
      due: { kind: 'workingDaysAfterIssue', days: 3 },
    });
    const made = await once({ lines: [{ standardId: standard.id }], dueDay: undefined });
    // Issued in the National Day holiday: 8, 9 and 10 October are worked.
    expect(made.body).toMatchObject({ total: '300.00', dueDay: '2026-10-10' });
    expect(made.body.lines[0]).toMatchObject({ standardId: standard.id, standardVersion: 1 });
  });

  const onceStandard = async (change: object): Promise<string> => {
    const what = { ...management, kind: 'waste', name: '装修垃圾清运费', cycle: 'once', price: '3.5' };
    const made = await api.post('/v1/fee-standards', { ...what, ...change });
    expect(made.status).toBe(201);
    return made.body.id;
  };

  it('by area is charged for the unit\u2019s area, which nobody has to give', async () => {
    const lines = [{ standardId: await onceStandard({ basis: 'area' }) }];
    const made = await once({ lines });
    expect(made.body).toMatchObject({ total: '350.00' });
    expect(made.body.lines[0]).toMatchObject({ quantity: '100', unit: 'm2', price: '3.5' });
    expect(made.body.lines[0].words.zh).toContain('100 平方米 × 3.5 元');
    // Measured anew meanwhile, it is the bill that is there.
    await office.commit([
      { update: keys.unit(t, unitId), set: { 'list.area': 20_000 }, add: { v: 1 }, expect: 'exists' },
    ]);
    expect(await once({ lines })).toMatchObject({ status: 200, body: made.body });
    expect((await once({ lines, reference: 'A-2' })).body.total).toBe('700.00');
    const given = await once({ lines: [{ ...lines[0], quantity: '30' }], reference: 'A-3' });
    expect(given.body.errors[0]).toMatchObject({ path: '/body/lines/0/quantity', code: 'mismatch' });
    await office.commit([
      { update: keys.unit(t, unitId), unset: ['list.area'], add: { v: 1 }, expect: 'exists' },
    ]);
    const none = await once({ lines, reference: 'A-4' });
    expect([none.status, none.body.errors[0].code]).toEqual([400, 'no_area']);
    await booksAgree();
  });

  it('of water is charged for what was counted, by no tiers', async () => {
    const standardId = await onceStandard({ kind: 'water', basis: 'metered', name: '装修用水' });
    const made = await once({ lines: [{ standardId, quantity: '12' }] });
    expect(made.body.lines[0]).toMatchObject({ quantity: '12', unit: 'm3', amount: '42.00' });
    // One that was set before that was refused.
    const { item } = await office.load({ item: keys.feeStandard(t, standardId) });
    const [version] = (item?.list?.versions ?? []) as { price?: string }[];
    const { price: _, ...rest } = version ?? {};
    const versions = [{ ...rest, tiers: [{ price: '3' }] }];
    await office.commit([
      { put: { ...item, list: { ...item?.list, basis: 'tiered', versions } } as Item, expect: 'any' },
    ]);
    const tiered = await once({ lines: [{ standardId, quantity: '12' }], reference: 'A-2' });
    expect(tiered.body.errors[0]).toMatchObject({ path: '/body/lines/0/standardId', code: 'mismatch' });
  });

  it.each([
    ['a unit of nobody', { unitId: newId('unit') }, '/body/unitId'],
    ['a payer of nobody', { payerId: newId('customer') }, '/body/payerId'],
    ['a price of 10^15', { lines: [{ name: 'x', price: '1000000000000000' }] }, '/body/lines/0/price'],
    ['a negative price', { lines: [{ name: 'x', price: '-1' }] }, '/body/lines/0/price'],
    ['no price', { lines: [{ name: 'x' }] }, '/body/lines/0'],
    ['nothing to pay', { lines: [{ name: 'x', price: '0' }] }, '/body/lines'],
    [
      'more than the books hold',
      { lines: [{ name: 'x', price: '999999999', quantity: '999999999' }] },
      '/body/lines/0',
    ],
    ['a quantity of zero', { lines: [{ name: 'x', price: '1', quantity: '0' }] }, '/body/lines/0/quantity'],
    ['a due day in the past', { dueDay: '2026-09-30' }, '/body/dueDay'],
    ['a due day that is none', { dueDay: '2026-02-29' }, '/body/dueDay'],
    ['no due day', { dueDay: undefined }, '/body/dueDay'],
    ['another currency', { currency: 'EUR' }, '/body/currency'],
    ['a standard of nobody', { lines: [{ standardId: newId('standard') }] }, '/body/lines/0/standardId'],
  ])('with %s is refused, the field is named and nothing is stored', async (_, change, path) => {
    const answer = await once(change);
    expect([answer.status, answer.body.errors[0].path]).toEqual([400, path]);
    expect((await api.get('/v1/bills', {}, { unitId })).body.items).toEqual([]);
  });

  it('is no monthly fee and no deposit', async () => {
    const { body } = await api.get('/v1/fee-standards', {}, { propertyId });
    const monthly = await once({ lines: [{ standardId: body.items[0].id }] });
    expect(monthly.body.errors[0]).toMatchObject({ path: '/body/lines/0/standardId', code: 'mismatch' });
    const { body: deposit } = await api.post('/v1/fee-standards', {
      ...management,
      kind: 'deposit',
      basis: 'fixed',
      cycle: 'once',
    });
    expect((await once({ lines: [{ standardId: deposit.id }] })).status).toBe(400);
  });

  it('cannot be issued again, only made anew', async () => {
    const { body } = await once();
    await api.post('/v1/bills/{id}/void', { reason: 'x' }, { id: body.id });
    expect((await api.post('/v1/bills/{id}/reissue', {}, { id: body.id })).status).toBe(409);
  });
});
