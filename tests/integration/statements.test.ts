import { beforeAll, describe, expect, it } from 'vitest';
import { api } from '../../shared/http/api.ts';
import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { call, functionEnvironment, staffOf } from './call.ts';
import { propertyId, unitIdOf } from './fees.ts';
import { audit, makeTill, owner, type Till, tenant } from './payments.ts';

const { tableName } = await functionEnvironment();
const { routes: payments } = await import('../../functions/payments/routes.ts');
const { routes: statements } = await import('../../functions/statements/routes.ts');
/** The functions behind one door: a till does things of both. */
const handler = api([...payments, ...statements]);

const columns = { amount: '收入', day: '日期', serial: '流水号', payer: '户名', reference: ['摘要'] };
const header = '日期,流水号,收入,户名,摘要';
let till: Till;

const newTill = async (n = 6) => {
  till = await makeTill(tableName, handler, n);
  const mapping = await till.post('/v1/statement-mappings', { name: '工行', method: 'bank', columns });
  expect([mapping.status, mapping.headers.location]).toEqual([
    201,
    '/v1/statement-mappings/%E5%B7%A5%E8%A1%8C',
  ]);
};
const send = (lines: string[], query: Record<string, string> = {}, who = till.desk) =>
  call(handler as never, who, 'POST /v1/statements/import', {
    query: { propertyId, mapping: '工行', ...query },
    raw: { data: Buffer.from([header, ...lines].join('\n')), type: 'text/csv' },
  });
const lines = async (id: string, query: Record<string, string> = {}) =>
  (await till.get('/v1/statements/{id}/lines', { id }, query)).body.items;
/** Decides on a line by its number in the file. */
const decide = async (id: string, n: number, step: string, body: unknown) => {
  const line = (await lines(id))?.find((one: { n: number }) => one.n === n)?.id ?? newId('statementLine');
  return till.post(`/v1/statements/{id}/lines/{line}/${step}`, body, { params: { id, line } });
};
/** Customers stand in the list by name only where the file of units and customers put them. */
const name = (i: number) =>
  till.table.commit([
    {
      update: keys.customer(till.t, owner(i)),
      set: { g1pk: `${till.t}#cus`, g1sk: `业主${i}#${owner(i)}` },
      expect: 'exists',
    },
  ]);

describe('a statement', () => {
  beforeAll(() => newTill());

  it('is booked by bill, by unit, by payer and amount; the rest waits for a person', async () => {
    const old = await till.bill(1, 1000, '2026-01-10');
    const named = await till.bill(1, 2000, '2026-02-10');
    const byUnit = await till.bill(2, 3000, '2026-01-10');
    const byName = await till.bill(3, 4000, '2026-01-10');
    await name(3);
    const { status, body } = await send([
      `2026-03-01,S1,25.00,某人,账单 ${named}`,
      '2026-03-01,S2,30.00,某人,1栋2 物业费',
      '2026-03-02,S3,40.00,业主3,转账',
      '2026-03-02,S4,41.00,业主3,转账',
      '2026-03-02,S5,-8.00,银行,手续费',
    ]);
    expect([status, body]).toEqual([
      200,
      expect.objectContaining({
        lines: 4,
        booked: 3,
        open: 1,
        repeated: 0,
        skipped: 1,
        total: '136.00',
        again: false,
      }),
    ]);
    expect(
      await Promise.all([old, named, byUnit, byName].map(async (id) => (await till.billItem(id)).open)),
    ).toEqual([500, 0, 0, 0]);
    const all = await lines(body.id);
    expect(all.map((l: Record<string, unknown>) => [l.n, l.state, l.by ?? l.why])).toEqual([
      [2, 'booked', 'bill'],
      [3, 'booked', 'unit'],
      [4, 'booked', 'payer'],
      [5, 'open', 'nothing'],
    ]);
    const payment = await till.get('/v1/payments/{id}', { id: all[0].paymentId });
    expect(payment.body).toMatchObject({
      method: 'bank',
      paidOn: '2026-03-01',
      statementLineId: all[0].id,
      receipt: expect.stringMatching(/-000001$/),
    });
    await audit(till);
  });

  it('twice is nothing new, and one that overlaps adds only what is new', async () => {
    const before = (await audit(till)).length;
    const file = [
      '2026-04-01,S10,5.00,某人,1栋1',
      '2026-04-01,,6.00,某人,1栋1',
      '2026-04-01,,6.00,某人,1栋1',
    ];
    const first = await send(file);
    expect(first.body).toMatchObject({ booked: 3, again: false });
    const after = (await audit(till)).length;
    expect(after).toBeGreaterThan(before);
    const again = await send(file);
    expect(again.body).toEqual({ ...first.body, again: true });
    const overlap = await send([...file, '2026-04-02,S11,7.00,某人,1栋1']);
    expect(overlap.body).toMatchObject({ lines: 4, booked: 1, repeated: 3 });
    expect((await audit(till)).filter(({ kind }) => kind === 'payment')).toHaveLength(3 + 3 + 1);
    const list = await till.get('/v1/statements', {}, { propertyId });
    expect(list.body.items.map(({ id }: { id: string }) => id)).toContain(overlap.body.id);
  });

  it('names a payment that was posted before by its number: the line is that payment, not another one', async () => {
    const posted = await till.pay('9.00', { externalId: 'S50', method: 'bank' });
    await till.pay('9.00', { externalId: 'S51', method: 'bank' });
    await till.pay('9.00', { externalId: 'S52', method: 'wechat' });
    const before = (await audit(till)).filter(({ kind }) => kind === 'payment').length;
    const { body } = await send([
      '2026-04-10,S50,9.00,某人,转账',
      // Another amount, another way: only the number is the same.
      '2026-04-10,S51,8.00,某人,1栋2',
      '2026-04-10,S52,9.00,某人,1栋2',
    ]);
    expect(body).toMatchObject({ lines: 3, booked: 3, open: 0 });
    const [first, ...others] = await lines(body.id);
    expect(first).toMatchObject({ state: 'booked', by: 'payment', paymentId: posted.body.id });
    expect(others.map(({ by }: { by: string }) => by)).toEqual(['unit', 'unit']);
    expect((await audit(till)).filter(({ kind }) => kind === 'payment')).toHaveLength(before + 2);
  });

  it('booked first and posted afterwards by its number is one payment, which the post answers', async () => {
    await till.bill(5, 100, '2026-01-10');
    const before = (await audit(till)).filter(({ kind }) => kind === 'payment').length;
    const { body } = await send(['2026-04-11,S60,9.00,某人,1栋5', '2026-04-11,S60,9.00,某人,1栋5']);
    expect(body).toMatchObject({ lines: 2, booked: 2 });
    const [line, second] = await lines(body.id);
    const post = (amount: string, more = {}) =>
      till.pay(amount, {
        unitId: unitIdOf(5),
        payerId: owner(5),
        externalId: 'S60',
        method: 'bank',
        ...more,
      });
    const posted = await post('9.00');
    expect([posted.status, posted.body]).toMatchObject([
      200,
      { id: line.paymentId, externalId: 'S60', statementLineId: line.id },
    ]);
    // The bank has numbered another line alike: that is a payment without the name.
    const other = await till.get('/v1/payments/{id}', { id: second.paymentId });
    expect([other.body.id === line.paymentId, other.body.externalId]).toEqual([false, undefined]);
    for (const clash of [
      await post('8.00'),
      await post('9.00', { payerId: tenant(5) }),
      await post('9.00', { unitId: unitIdOf(2), payerId: owner(2) }),
      await post('9.00', { method: 'wechat' }),
    ]) {
      expect([clash.status, clash.body.type, clash.body.paymentId]).toEqual([
        409,
        'https://huifang.example/problems/conflict',
        line.paymentId,
      ]);
    }
    // Put right by a person, it is the payment of whom it is now.
    const to = { payerId: tenant(5), reason: '租户代付' };
    await till.post('/v1/payments/{id}/move', to, { params: { id: line.paymentId } });
    expect((await post('9.00', { payerId: tenant(5) })).body).toMatchObject({ id: line.paymentId });
    expect((await audit(till)).filter(({ kind }) => kind === 'payment')).toHaveLength(before + 2);
  });

  it('and posts of the same money are in the books once, in any order and at one moment', async () => {
    const before = (await audit(till)).filter(({ kind }) => kind === 'payment').length;
    await Promise.all(
      Array.from({ length: 6 }, async (_, n) => {
        const unit = 1 + (n % 3);
        const file = ['a,3.00', 'b,4.00'].map((line) => `2026-04-12,M${n}${line},某人,1栋${unit}`);
        const of = { unitId: unitIdOf(unit), payerId: owner(unit), method: 'bank' };
        const post = (externalId: string, amount: string) => till.pay(amount, { ...of, externalId });
        const done = await Promise.all([
          send(file),
          post(`M${n}a`, '3.00'),
          post(`M${n}b`, '4.00'),
          post(`M${n}b`, '4.00'),
        ]);
        expect(done.map(({ status }) => status).filter((status) => ![200, 201].includes(status))).toEqual([]);
        const [{ body }, a, b] = done;
        const named = (await lines(body.id)).map((line: { paymentId: string }) => line.paymentId);
        expect(named).toEqual([a.body.id, b.body.id]);
      }),
    );
    expect((await audit(till)).filter(({ kind }) => kind === 'payment')).toHaveLength(before + 12);
  });

  it('sent three times at once is in the books once', async () => {
    const file = Array.from({ length: 15 }, (_, i) => `2026-05-01,T${i},1.00,某人,1栋${(i % 3) + 1}`);
    const before = (await audit(till)).filter(({ kind }) => kind === 'payment').length;
    const answers = await Promise.all(Array.from({ length: 3 }, () => send(file)));
    const ended = await send(file);
    expect(ended.body).toMatchObject({ lines: 15, booked: 15, again: true });
    for (const { status } of answers) expect([200, 409]).toContain(status);
    expect((await audit(till)).filter(({ kind }) => kind === 'payment')).toHaveLength(before + 15);
  });

  it('with a bad line is refused whole, and each bad line is named', async () => {
    const before = (await audit(till)).length;
    const answer = await send([
      '2026-06-01,U1,1.00,,1栋1',
      '2999-01-01,U2,1.00,,',
      '2026-06-01,U3,1.005,,',
      '29990101101112,U4,1.00,,',
    ]);
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map(({ path, code }: Record<string, string>) => `${path} ${code}`)).toEqual([
      '/line/3/day in_the_future',
      '/line/4/amount amount',
      '/line/5/day in_the_future',
    ]);
    expect((await audit(till)).length).toBe(before);
    expect((await send([], { mapping: 'x' })).body.errors[0].path).toBe('/query/mapping');
    expect((await send([], { propertyId: newId('property') })).body.errors[0].path).toBe('/query/propertyId');
    expect((await send([], {}, staffOf(till.t, ['guard']))).status).toBe(403);
  });
});

describe('a line that names a bill', () => {
  beforeAll(() => newTill());

  it('pays the bill that a line names first, and what is over goes to others, the oldest due first', async () => {
    const named = await till.bill(1, 1000, '2026-01-10');
    const [second, third] = [await till.bill(1, 700, '2026-02-10'), await till.bill(1, 900, '2026-03-10')];
    const { body } = await send([`2026-03-03,S6,20.00,某人,账单 ${named}`]);
    expect(body).toMatchObject({ booked: 1, total: '20.00' });
    const open = await Promise.all([named, second, third].map(async (id) => (await till.billItem(id)).open));
    expect(open).toEqual([0, 0, 600]);
    await audit(till);
  });

  it('may pay more bills, with the lines beside it, than fit into one transaction', async () => {
    const many = async (unit: number) => {
      for (let i = 0; i < 48; i++) await till.bill(unit, 100, '2026-01-10');
    };
    await Promise.all([2, 3].map(many));
    const { status, body } = await send([
      '2026-03-04,S7,48.00,某人,1栋2 物业费',
      '2026-03-04,S8,48.00,某人,1栋3 物业费',
    ]);
    expect([status, body.booked, body.open]).toEqual([200, 2, 0]);
    const entries = await audit(till);
    const paid = entries.filter(({ kind, unitId }) => kind === 'allocation' && unitId !== unitIdOf(1));
    expect(paid).toHaveLength(96);
  });
});

describe('an open line', () => {
  let id = '';
  beforeAll(async () => {
    await newTill();
    const { body } = await send([
      '2026-03-01,S1,10.00,某人,?',
      '2026-03-01,S2,11.00,银行,利息',
      '2026-03-01,S3,12.00,某人,?',
    ]);
    expect(body).toMatchObject({ open: 3, booked: 0 });
    id = body.id;
  });

  it('is assigned once, and then it is a payment like any other', async () => {
    const bill = await till.bill(1, 1500, '2026-01-10', tenant(1));
    const to = { unitId: unitIdOf(1), payerId: tenant(1) };
    const both = await Promise.all([decide(id, 2, 'assign', to), decide(id, 2, 'assign', to)]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
    const booked = both.find(({ status }) => status === 201)?.body;
    expect(booked).toMatchObject({ amount: '10.00', paidOn: '2026-03-01', allocations: [{ billId: bill }] });
    expect((await lines(id, { state: 'open' })).map((l: { n: number }) => l.n)).toEqual([3, 4]);
    expect((await lines(id, { state: 'booked' }))[0]).toMatchObject({ by: 'person', paymentId: booked.id });
    await audit(till);
  });

  it('is assigned to no stranger, and to no bill that is not his', async () => {
    const stranger = await decide(id, 4, 'assign', { unitId: unitIdOf(1), payerId: owner(4) });
    expect(stranger.body.errors[0]).toMatchObject({ path: '/body/payerId', code: 'foreign' });
    const allocations = [{ billId: newId('bill'), amount: '1.00' }];
    const wrong = await decide(id, 4, 'assign', { unitId: unitIdOf(1), payerId: owner(1), allocations });
    expect(wrong.body.errors[0]).toMatchObject({ path: '/body/allocations/0/billId' });
    expect((await lines(id, { state: 'open' })).map((l: { n: number }) => l.n)).toContain(4);
  });

  it('whose money was posted meanwhile is that payment, and is not booked again', async () => {
    const { body } = await send(['2026-03-05,S70,13.00,某人,?', '2026-03-05,S71,14.00,某人,?']);
    const before = (await audit(till)).filter(({ kind }) => kind === 'payment').length;
    const to = { unitId: unitIdOf(1), payerId: owner(1) };
    const post = (externalId: string, amount: string) =>
      till.pay(amount, { ...to, externalId, method: 'bank' });
    const posted = await post('S70', '13.00');
    const stranger = await decide(body.id, 2, 'assign', { unitId: unitIdOf(1), payerId: tenant(1) });
    expect([stranger.status, stranger.body.paymentId]).toEqual([409, posted.body.id]);
    const same = await decide(body.id, 2, 'assign', to);
    expect([same.status, same.body]).toEqual([200, posted.body]);
    const assigned = await decide(body.id, 3, 'assign', to);
    expect([assigned.status, assigned.body.externalId]).toEqual([201, 'S71']);
    const late = await post('S71', '14.00');
    expect([late.status, late.body.id]).toEqual([200, assigned.body.id]);
    const [first, second] = await lines(body.id);
    expect(first).toMatchObject({ state: 'booked', by: 'payment', paymentId: posted.body.id });
    expect(second).toMatchObject({ state: 'booked', by: 'person', paymentId: assigned.body.id });
    expect((await audit(till)).filter(({ kind }) => kind === 'payment')).toHaveLength(before + 2);
  });

  it('is dismissed with a reason, and is then decided', async () => {
    const gone = await decide(id, 3, 'dismiss', { reason: '存款利息' });
    expect(gone.body).toMatchObject({ state: 'dismissed', dismissed: '存款利息' });
    const again = await decide(id, 3, 'assign', { unitId: unitIdOf(1), payerId: owner(1) });
    expect([again.status, again.body.type]).toEqual([409, 'https://huifang.example/problems/wrong-state']);
    expect((await decide(id, 99, 'dismiss', { reason: 'x' })).status).toBe(404);
    expect((await decide(newId('statement'), 3, 'dismiss', { reason: 'x' })).status).toBe(404);
  });
});

describe('a mapping', () => {
  it('is kept per office by its name, changed from the version that was read', async () => {
    await newTill(1);
    expect(
      (await till.post('/v1/statement-mappings', { name: '工行', method: 'bank', columns })).status,
    ).toBe(409);
    const put = (name: string, body: unknown, headers = {}) =>
      call(handler as never, till.desk, 'PUT /v1/statement-mappings/{name}', {
        params: { name },
        body,
        headers,
      });
    const changed = await put(
      '工行',
      { method: 'bank', columns: { ...columns, serial: '编号' } },
      { 'if-match': '"1"' },
    );
    expect([changed.status, changed.headers.etag]).toEqual([200, '"2"']);
    expect((await put('工行', { method: 'bank', columns }, { 'if-match': '"1"' })).status).toBe(412);
    expect((await put('建行', { method: 'bank', columns })).status).toBe(404);
    expect((await put('工行', { method: 'cash', columns })).body.errors[0].path).toBe('/body/method');
    const twice = await put('工行', { method: 'bank', columns: { ...columns, payer: '收入' } });
    expect(twice.body.errors[0]).toMatchObject({ path: '/body/columns', code: 'repeated' });
    const list = await till.get('/v1/statement-mappings');
    expect(list.body.items).toMatchObject([{ name: '工行', columns: { serial: '编号' }, version: 2 }]);
  });
});
