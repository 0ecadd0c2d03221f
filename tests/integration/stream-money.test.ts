import { beforeAll, describe, expect, it } from 'vitest';
import { caseId, type ToldStep, toldWrite } from '../../functions/dunning/store.ts';
import { issued } from '../../functions/fees/issue.ts';
import { type Payment, paymentItem } from '../../functions/payments/model.ts';
import { consume } from '../../functions/stream/consume.ts';
import { moneyShare, zonesOf } from '../../functions/stream/money.ts';
import { countersOf } from '../../functions/stream/rebuild.ts';
import { type Movement, newAccount, postingWrite } from '../../shared/books/index.ts';
import { wholeOffice } from '../../shared/counters.ts';
import { noHistory } from '../../shared/history.ts';
import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import type { SystemTable } from '../../shared/system.ts';
import type { Item, OfficeTable, Write } from '../../shared/table.ts';
import { createTable, officeTable } from './dynamodb.ts';
import { inserted } from './stream-records.ts';

const zone = 'Asia/Shanghai';
const [propertyId, unitId] = [newId('property'), newId('unit')];
const day = 86_400_000;
const paidAt = Date.parse('2026-03-20T02:00:00.000Z');
const daysBefore = (n: number) => new Date(paidAt - n * day).toISOString();

let office: OfficeTable;
let t: string;
beforeAll(async () => {
  office = officeTable(await createTable());
  t = office.tenantId;
});

let slots = 0;

/** A bill in the table, of a payer with so much credit. */
async function billTo(payerId: string, total: number, dueDay: string, credit = 0): Promise<Item> {
  const of = { propertyId, unitId, payerId };
  const line = { standardId: newId('standard'), version: 1, kind: 'management', name: '物业管理费' };
  const { writes } = issued(
    t,
    {
      ...of,
      cycle: dueDay.slice(0, 7),
      slot: slots++,
      n: 1,
      at: paidAt,
      lines: [
        { ...line, basis: 'area', quantity: '1', price: '1', months: 1, exact: '1', amount: total },
      ] as never,
      total,
      dueDay,
      runId: newId('billRun'),
    },
    { ...newAccount(of), credits: credit > 0 ? [{ source: 'pay_before', amount: credit }] : [] },
  );
  const put = writes.find((write) => 'put' in write && write.put.et === 'bill');
  if (!put || !('put' in put)) throw new Error('no bill');
  await office.commit([put]);
  return put.put;
}

/** A posting as its list shows it. */
function posting(payerId: string, movements: Movement[]): Item {
  const id = newId('entry');
  const at = new Date(paidAt).toISOString();
  const write = postingWrite(t, { id, at, propertyId, unitId, payerId, movements });
  return (write as { put: Item }).put;
}

function message(payerId: string, n: number, at: string, ...bills: string[]) {
  const of = { caseId: caseId(unitId, payerId), propertyId, unitId, payerId };
  const told = { ...of, n, at, step: `step${n}`, bills: bills.map((id) => ({ id })), total: 900 };
  return toldWrite(t, told as unknown as ToldStep) as Write & { put: Item };
}

async function tell(...of: Parameters<typeof message>): Promise<Item> {
  const write = message(...of);
  await office.commit([write]);
  return write.put;
}

const share = (item: Item, of = zone) => moneyShare(office, item, of);
const idOf = (item: Item) => String(item.list?.id);
const countedOf = (id: string, more = '') => ({ pk: `${t}#${id}`, sk: `counted${more}` });

describe('the share in the counters (GOAL-6)', () => {
  it('of a bill is what is charged by its due month and what of it credit pays at once; nobody was told of it before', async () => {
    const payer = newId('customer');
    const bill = await billTo(payer, 3000, '2026-04-10', 1200);
    await tell(payer, 1, daysBefore(1), idOf(bill));
    expect(await share(bill)).toEqual({
      key: countedOf(idOf(bill)),
      propertyId,
      version: 0,
      before: {},
      after: { 'fees#2026-04|charged': 3000, 'fees#2026-03|in:2026-04': 1200 },
    });
  });

  it('of a payment is what it pays by the bills\u2019 due months, without bills that are not there', async () => {
    const payer = newId('customer');
    const [one, two] = [await billTo(payer, 3000, '2026-02-10'), await billTo(payer, 3000, '2026-04-10')];
    const item = posting(payer, [
      { kind: 'payment', amount: 700, source: 'pay_1' },
      { kind: 'allocation', amount: 400, billId: idOf(one), source: 'pay_1' },
      { kind: 'allocation', amount: 200, billId: idOf(two), source: 'pay_1' },
      { kind: 'allocation', amount: 100, billId: newId('bill'), source: 'pay_1' },
    ]);
    expect(await share(item)).toEqual({
      key: countedOf(idOf(item)),
      propertyId,
      version: 0,
      before: {},
      after: { 'fees#2026-03|in:2026-02': 400, 'fees#2026-03|in:2026-04': 200 },
    });
  });

  it.each(['allocation', 'creditUsed'] as const)(
    'of a posting with an %s has the effect of a message to this payer',
    async (kind) => {
      const payer = newId('customer');
      const bill = await billTo(payer, 3000, '2026-03-10');
      await tell(payer, 1, daysBefore(2), idOf(bill));
      await tell(newId('customer'), 2, daysBefore(1), idOf(bill));
      const applied = { kind: 'depositApplied', amount: 400, depositId: 'dep_1', source: 'dep_1' } as const;
      const movements: Movement[] = [
        ...(kind === 'allocation' ? [applied] : []),
        { kind, amount: 400, billId: idOf(bill), source: 'dep_1' },
      ];
      const { after } = await share(posting(payer, movements));
      expect(after).toEqual({ 'fees#2026-03|in:2026-03': 400, 'dunning#2026-03|step1:in7': 400 });
    },
  );

  it('has the effect of a message that many were told after, and not of one older than seven days', async () => {
    const payer = newId('customer');
    const [one, old] = [await billTo(payer, 3000, '2026-03-10'), await billTo(payer, 3000, '2026-02-10')];
    const other = newId('bill');
    const numbers = Array.from({ length: 26 }, (_, n) => n + 1);
    // What else a case has in its partition is no message.
    const pk = keys.objectPk(t, caseId(unitId, payer));
    const beside = numbers.map(
      (n): Write => ({ put: { pk, sk: `obl#${n}`, et: 'obligation', v: 1, rest: {} }, expect: 'new' }),
    );
    await office.commit([
      ...beside,
      ...numbers.map((n) => {
        if (n === 14) return message(payer, n, daysBefore(6.95), idOf(one));
        return n < 14
          ? message(payer, n, daysBefore(30 - n), n === 13 ? idOf(old) : other)
          : message(payer, n, daysBefore(6.9 - n / 100), other);
      }),
    ]);
    const { after } = await share(
      posting(payer, [
        { kind: 'allocation', amount: 400, billId: idOf(one), source: 'pay_1' },
        { kind: 'allocation', amount: 30, billId: idOf(old), source: 'pay_1' },
      ]),
    );
    expect(after).toEqual({
      'fees#2026-03|in:2026-03': 400,
      'fees#2026-03|in:2026-02': 30,
      'dunning#2026-03|step14:in7': 400,
    });
  });

  it('of a message is noted beside others of its case, and says what is counted already', async () => {
    const item = await tell(newId('customer'), 1, '2026-03-31T16:00:00.000Z');
    const id = String(item.rest?.caseId);
    const after = { 'dunning#2026-04|step1:told': 1, 'dunning#2026-04|step1:asked': 900 };
    const key = countedOf(id, '#dst#000001');
    expect(await share(item)).toEqual({ key, propertyId, version: 0, before: {}, after });
    const before = { 'dunning#2026-03|step1:told': 1 };
    await office.commit([{ put: { ...key, et: 'counted', v: 4, rest: { c: before } }, expect: 'new' }]);
    expect(await share(item)).toEqual({ key, propertyId, version: 4, before, after });
  });

  it('of an entry says what is counted of it already', async () => {
    const item = posting(newId('customer'), [{ kind: 'payment', amount: 700, source: 'pay_1' }]);
    const [key, before] = [countedOf(idOf(item)), { 'fees#2026-03|in:2026-02': 400 }];
    await office.commit([{ put: { ...key, et: 'counted', v: 2, rest: { c: before } }, expect: 'new' }]);
    expect(await share(item)).toEqual({ key, propertyId, version: 2, before, after: {} });
  });
});

describe('a payment', () => {
  const payment = (payerId: string, billId: string, state: Payment['state'], version = 1): Payment => ({
    id: newId('payment'),
    at: new Date(paidAt).toISOString(),
    propertyId,
    unitId,
    payerId,
    movements: [
      { kind: 'payment', amount: 400, source: 'pay_1' },
      { kind: 'allocation', amount: 400, billId, source: 'pay_1' },
    ],
    method: 'bank',
    state,
    receipt: '2026-000001',
    by: 'user:usr_1',
    head: noHistory,
    version,
  });

  it.each(['reversed', 'moved'] as const)('that was %s is no effect of a message', async (state) => {
    const payer = newId('customer');
    const bill = await billTo(payer, 3000, '2026-03-10');
    await tell(payer, 1, daysBefore(2), idOf(bill));
    const { after } = await share(paymentItem(t, payment(payer, idOf(bill), state)));
    expect(after).toEqual({ 'fees#2026-03|in:2026-03': 400 });
  });

  it('that is reversed takes its effect back when the stream tells of it', async () => {
    const payer = newId('customer');
    const bill = await billTo(payer, 3000, '2026-03-10');
    await tell(payer, 1, daysBefore(2), idOf(bill));
    const system = { office: () => office } as unknown as SystemTable;
    const first = payment(payer, idOf(bill), 'booked');
    const then: Payment = { ...first, state: 'reversed', version: 2 };
    const told = [
      inserted(paymentItem(t, first)),
      { ...inserted(paymentItem(t, then)), eventName: 'MODIFY' as const },
    ];
    const effect = async () => (await countersOf(office))[wholeOffice]?.['dunning#2026-03|step1:in7'];
    for (const [record, expected] of told.map((one, i) => [one, i === 0 ? 400 : undefined] as const)) {
      expect(await consume([record], system, paidAt, async () => [])).toEqual({ batchItemFailures: [] });
      expect(await effect()).toBe(expected);
    }
  });
});

it('days are those of the property, of one that is not there those of Shanghai', async () => {
  const put = (id: string, zone: string): Item => ({
    ...keys.property(t, id),
    et: 'property',
    v: 1,
    list: { id, zone },
  });
  const [one, two] = [newId('property'), newId('property')];
  await office.commit([
    { put: put(one, 'America/New_York'), expect: 'new' },
    { put: put(two, 'Asia/Tokyo'), expect: 'new' },
  ]);
  const zones = await zonesOf(office);
  expect([one, two, newId('property')].map(zones)).toEqual([
    'America/New_York',
    'Asia/Tokyo',
    'Asia/Shanghai',
  ]);
});
