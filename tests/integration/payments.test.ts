import { beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../shared/ids.ts';
import { call, functionEnvironment, keyOf, staffOf } from './call.ts';
import { booksOf, propertyId, unitIdOf } from './fees.ts';
import { audit, makeTill, owner, problemOf, type Till, tenant } from './payments.ts';

const { tableName } = await functionEnvironment();
const { handler } = await import('../../functions/payments/handler.ts');
const { handler: fees } = await import('../../functions/fees/handler.ts');

let till: Till;
const fresh = async () => {
  till = await makeTill(tableName, handler);
};
const reverse = (id: string, body: unknown = { reason: '退票' }, headers = {}) =>
  till.post('/v1/payments/{id}/reverse', body, { params: { id }, headers });

describe('a payment', () => {
  beforeAll(fresh);

  it('pays the oldest due bill first, keeps what is over, and the next bill uses it', async () => {
    const later = await till.bill(1, 5000, '2026-11-10');
    const first = await till.bill(1, 3000, '2026-10-10');
    const part = await till.pay('40.00');
    expect(part.status).toBe(201);
    expect(part.headers.location).toBe(`/v1/payments/${part.body.id}`);
    expect(part.body).toMatchObject({
      amount: '40.00',
      state: 'booked',
      receipt: expect.stringMatching(/^\d{4}-000001$/),
      allocations: [
        { billId: first, amount: '30.00' },
        { billId: later, amount: '10.00' },
      ],
      credit: '0.00',
      by: `staff:${till.desk.id}`,
    });
    const over = await till.pay('100.00');
    expect(over.body).toMatchObject({ allocations: [{ billId: later, amount: '40.00' }], credit: '60.00' });
    const next = await till.bill(1, 10_000, '2026-12-10');
    expect(await till.billItem(next)).toEqual({ open: 4000, status: 'open', paid: { [over.body.id]: 6000 } });
    await audit(till);
  });

  it('goes where it is stated to go, and what is stated wrongly is named', async () => {
    const [one, two] = [await till.bill(2, 1000, '2026-10-10'), await till.bill(2, 1000, '2026-11-10')];
    const pay = (amount: string, allocations: unknown) =>
      till.pay(amount, { unitId: unitIdOf(2), payerId: owner(2), allocations });
    const stated = await pay('6.00', [{ billId: two, amount: '5.00' }]);
    expect(stated.body).toMatchObject({ allocations: [{ billId: two, amount: '5.00' }], credit: '1.00' });
    expect((await till.billItem(one)).open).toBe(1000);
    const wrong: [unknown, string, string][] = [
      [[{ billId: newId('bill'), amount: '1.00' }], '/body/allocations/0/billId', 'not_open'],
      [[{ billId: one, amount: '10.01' }], '/body/allocations/0/amount', 'too_much'],
      [
        [
          { billId: one, amount: '1.00' },
          { billId: one, amount: '1.00' },
        ],
        '/body/allocations/1/billId',
        'repeated',
      ],
    ];
    for (const [allocations, path, code] of wrong) {
      const answer = await pay('20.00', allocations);
      expect([answer.status, problemOf(answer)]).toEqual([400, [[path, code]]]);
    }
    const settled = await till.post(
      '/v1/units/{id}/settle',
      { payerId: owner(2) },
      { params: { id: unitIdOf(2) } },
    );
    expect(settled.body).toEqual({ used: '1.00', open: '14.00', credit: '0.00' });
    await audit(till);
  });

  it('in cash is refused until the property allows it (FEE-3)', async () => {
    const refused = await till.pay('1.00', { method: 'cash' });
    expect([refused.status, problemOf(refused)]).toEqual([400, [['/body/method', 'cash_forbidden']]]);
    const settings = await call(fees as never, till.desk, 'PUT /v1/properties/{id}/fees', {
      params: { id: propertyId },
      body: { cash: true },
    });
    expect(settings.status).toBe(200);
    expect((await till.pay('1.00', { method: 'cash' })).status).toBe(201);
  });

  it('of what is no amount names the field and the rule, and books nothing', async () => {
    const before = (await booksOf(till.table, till.units)).length;
    for (const amount of [
      '1.005',
      '-1.00',
      '0',
      '0.00',
      '1000000000000000',
      'NaN',
      '1e3',
      '１.00',
      '',
      1,
      null,
    ]) {
      const answer = await till.pay(amount as string);
      expect([amount, answer.status, answer.body.errors?.[0].path]).toEqual([amount, 400, '/body/amount']);
      if (typeof amount === 'string' && amount !== '')
        expect(answer.body.errors[0].detail).toContain('FEE-2');
    }
    const other = await till.pay('1.00', { currency: 'USD' });
    expect([other.status, other.body.errors[0].path]).toEqual([400, '/body/currency']);
    const future = await till.pay('1.00', { paidOn: '2999-01-01' });
    expect(problemOf(future)).toEqual([['/body/paidOn', 'in_the_future']]);
    expect((await booksOf(till.table, till.units)).length).toBe(before);
  });

  it('for a foreign unit or by a stranger is refused and says which', async () => {
    const other = await makeTill(tableName, handler, 6);
    expect(problemOf(await till.pay('1.00', { unitId: newId('unit') }))).toEqual([
      ['/body/unitId', 'unknown'],
    ]);
    // Unit 5 is there in the other office only.
    expect(problemOf(await till.pay('1.00', { unitId: unitIdOf(5) }))).toEqual([['/body/unitId', 'unknown']]);
    expect(problemOf(await till.pay('1.00', { payerId: newId('customer') }))).toEqual([
      ['/body/payerId', 'unknown'],
    ]);
    expect(problemOf(await till.pay('1.00', { payerId: owner(3) }))).toEqual([['/body/payerId', 'foreign']]);
    expect(await booksOf(other.table, other.units)).toEqual([]);
  });

  it('is booked by those only who may', async () => {
    for (const role of ['engineer', 'guard', 'supervisor'] as const)
      expect((await till.pay('1.00', {}, { who: staffOf(till.t, [role]) })).status).toBe(403);
    const key = await till.pay('1.00', {}, { who: till.key });
    expect([key.status, key.body.type]).toEqual([
      400,
      'https://huifang.example/problems/idempotency-key-required',
    ]);
  });

  it('posted twice with one externalId is one payment, also thirty times at once', async () => {
    const body = { externalId: 'wx-1' };
    const send = (n: number) =>
      till.pay('2.00', body, { who: till.key, headers: { 'idempotency-key': `k${n}` } });
    const first = await send(0);
    const again = await send(1);
    expect([first.status, again.status, again.body.id]).toEqual([201, 200, first.body.id]);
    const many = await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        till.pay('2.00', { externalId: 'wx-2' }, { who: till.key, headers: { 'idempotency-key': `m${n}` } }),
      ),
    );
    expect(new Set(many.map(({ body }) => body.id)).size).toBe(1);
    expect(many.filter(({ status }) => status === 201)).toHaveLength(1);
    await audit(till);
  });

  it('posted again with its externalId by anybody in the office is the same payment', async () => {
    const bill = await till.bill(1, 500, '2026-10-10');
    const body = { externalId: 'slip-1', allocations: [{ billId: bill, amount: '3.00' }] };
    const first = await till.pay('3.00', body);
    expect(first.status).toBe(201);
    for (const who of [till.desk, staffOf(till.t, ['manager']), till.key, keyOf(till.t)]) {
      const again = await till.pay('3.00', body, { who, headers: { 'idempotency-key': newId('event') } });
      expect([again.status, again.body]).toEqual([200, first.body]);
    }
    expect((await till.billItem(bill)).open).toBe(200);
    const at = Array.from({ length: 8 }, () => till.pay('2.00', { externalId: 'slip-2' }));
    const many = (await Promise.all(at)).map(({ status, body }) => [status, body.id]);
    expect(new Set(many.map(([, id]) => id)).size).toBe(1);
    expect(many.filter(([status]) => status === 201)).toHaveLength(1);
    // Another office's is another payment.
    const other = await makeTill(tableName, handler);
    expect((await other.pay('9.00', { externalId: 'slip-1' })).status).toBe(201);
    await audit(till);
  });

  it('that says something else under the same externalId is refused and the first one named', async () => {
    const [one, two] = [await till.bill(1, 500, '2026-10-10'), await till.bill(1, 500, '2026-10-11')];
    const allocations = [{ billId: one, amount: '3.00' }];
    const { body: first } = await till.pay('3.00', { externalId: 'slip-3', allocations });
    const others: [string, Record<string, unknown>][] = [
      ['3.01', {}],
      ['3.00', { unitId: unitIdOf(2), payerId: owner(2) }],
      ['3.00', { payerId: tenant(1) }],
      ['3.00', { allocations: [{ billId: two, amount: '3.00' }] }],
      ['3.00', { allocations: [{ billId: one, amount: '2.99' }] }],
    ];
    for (const [amount, differing] of others) {
      const clash = await till.pay(amount, { externalId: 'slip-3', ...differing });
      expect([clash.status, clash.body.type, clash.body.paymentId]).toEqual([
        409,
        'https://huifang.example/problems/conflict',
        first.id,
      ]);
    }
    // What was not said cannot differ, nor does it come back to life.
    expect((await till.pay('3.00', { externalId: 'slip-3' })).body.id).toBe(first.id);
    await reverse(first.id);
    const late = await till.pay('3.00', { externalId: 'slip-3' });
    expect([late.status, late.body]).toMatchObject([200, { id: first.id, state: 'reversed' }]);
    await audit(till);
  });

  it('has a receipt that says everything in words too', async () => {
    const { body } = await till.pay('10050.07');
    const receipt = await till.get('/v1/payments/{id}/receipt', { id: body.id });
    expect(receipt.body).toMatchObject({
      number: body.receipt,
      property: { id: propertyId, name: '锦绣花园' },
      unit: { building: '1栋', number: '1' },
      payer: { name: '业主1' },
      inWords: '壹万零伍拾元零柒分',
      cancelled: false,
    });
    await reverse(body.id);
    const cancelled = await till.get('/v1/payments/{id}/receipt', { id: body.id });
    expect(cancelled.body).toMatchObject({ number: body.receipt, cancelled: true });
  });
});

describe('what is asked', () => {
  beforeAll(async () => {
    await fresh();
    await till.bill(1, 3000, '2026-01-10');
    await till.bill(1, 100, '2999-01-10');
    await till.pay('10.00');
    await till.bill(2, 500, '2026-02-01');
    await till.pay('6.00', { unitId: unitIdOf(2), payerId: owner(2) });
    await till.post('/v1/deposits', {
      unitId: unitIdOf(1),
      payerId: tenant(1),
      kind: 'card',
      amount: '50.00',
      method: 'bank',
    });
  });

  it('lists payments of a property, of a day, of a unit, and nothing else', async () => {
    const [last] = (await till.get('/v1/payments', {}, { propertyId })).body.items;
    const day = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' }).format(new Date(last.at));
    const list = async (query: Record<string, string>) =>
      (await till.get('/v1/payments', {}, query)).body.items?.map((item: { amount: string }) => item.amount);
    expect(await list({ propertyId })).toEqual(['6.00', '10.00']);
    expect(await list({ propertyId, day })).toContain('6.00');
    expect(await list({ propertyId, day: '2026-01-01' })).toEqual([]);
    expect(await list({ unitId: unitIdOf(1) })).toEqual(['10.00']);
    expect((await till.get('/v1/payments', {}, {})).status).toBe(400);
    expect((await till.get('/v1/payments', {}, { unitId: unitIdOf(1), propertyId })).status).toBe(400);
  });

  it('tells what a unit owes, by payer and bill (MOVE-2, GOODS-3), to those only who may know (FEE-8)', async () => {
    const ask = (who = till.desk, unit = unitIdOf(1)) =>
      call(handler as never, who, 'GET /v1/units/{id}/arrears', { params: { id: unit } });
    expect((await ask()).body).toMatchObject({
      owes: true,
      open: '21.00',
      overdue: '20.00',
      credit: '0.00',
      deposits: '50.00',
    });
    expect((await ask(till.desk, unitIdOf(2))).body).toMatchObject({ owes: false, credit: '1.00' });
    for (const role of ['guard', 'engineer'] as const)
      expect((await ask(staffOf(till.t, [role]))).status).toBe(403);
    expect((await ask(staffOf(newId('tenant'), ['owner']))).status).toBe(404);
  });

  it('tells every entry of a unit with the running balance', async () => {
    const { body } = await till.get('/v1/units/{id}/statement', { id: unitIdOf(1) }, { from: '2026-01-01' });
    expect(
      body.entries.map((e: Record<string, string>) => [e.kind, e.amount, e.balance, e.deposits]),
    ).toEqual([
      ['charge', '30.00', '30.00', '0.00'],
      ['charge', '1.00', '31.00', '0.00'],
      ['payment', '10.00', '21.00', '0.00'],
      ['allocation', '10.00', '21.00', '0.00'],
      ['depositHeld', '50.00', '21.00', '50.00'],
    ]);
    expect(body).toMatchObject({ opening: '0.00', closing: '21.00', depositsClosing: '50.00' });
    const later = await till.get(
      '/v1/units/{id}/statement',
      { id: unitIdOf(1) },
      { from: '2999-01-01', to: '2999-01-02' },
    );
    expect(later.body).toMatchObject({ opening: '21.00', closing: '21.00', entries: [] });
    const reversed = { from: '2026-02-01', to: '2026-01-01' };
    expect((await till.get('/v1/units/{id}/statement', { id: unitIdOf(1) }, reversed)).status).toBe(400);
  });

  it('lists arrears by age, by payer and by building, without what is not due', async () => {
    await till.bill(3, 700, '2026-03-01');
    await till.bill(3, 900, '2999-03-01');
    const list = async (query: Record<string, string>) =>
      (await till.get('/v1/arrears', {}, { propertyId, ...query })).body;
    const aged = await list({ by: 'age' });
    expect(aged.items.map((item: Record<string, string>) => [item.dueDay, item.open, item.bucket])).toEqual([
      ['2026-01-10', '20.00', '>90'],
      ['2026-03-01', '7.00', '>90'],
    ]);
    expect((await list({ bucket: '0-30' })).items).toEqual([]);
    expect((await list({ by: 'payer' })).items).toMatchObject([
      { payerId: owner(1), unitId: unitIdOf(1), open: '21.00', dueDay: '2026-01-10' },
      { payerId: owner(3), unitId: unitIdOf(3), open: '16.00', dueDay: '2026-03-01' },
    ]);
    expect((await list({ by: 'building' })).items).toEqual([
      {
        building: '1栋',
        units: 2,
        overdue: { total: '27.00', '0-30': '0.00', '31-60': '0.00', '61-90': '0.00', '>90': '27.00' },
      },
    ]);
    const page = await list({ by: 'age', limit: '1' });
    expect((await list({ by: 'age', limit: '1', cursor: page.next })).items).toMatchObject([
      { open: '7.00' },
    ]);
    expect((await till.get('/v1/arrears', {}, { propertyId: newId('property') })).status).toBe(400);
  });
});
