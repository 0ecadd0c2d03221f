import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkObject } from '../../functions/audit/check.ts';
import { reissue } from '../../functions/bills/steps.ts';
import { issued } from '../../functions/fees/issue.ts';
import { accountOf } from '../../shared/books/index.ts';
import type { Context } from '../../shared/http/route.ts';
import { newId } from '../../shared/ids.ts';
import { keys, lists } from '../../shared/keys.ts';
import { output } from '../../shared/log.ts';
import { type Item, Stale } from '../../shared/table.ts';
import { type BillDesk, billDesk } from './bill-desk.ts';
import { functionEnvironment, staffOf, together } from './call.ts';
import { committing } from './dynamodb.ts';
import { customerIdOf, feesApi, management, propertyId, unitIdOf } from './fees.ts';

const env = await functionEnvironment();
const handler = await together('bills', 'fees');
const { handler: payments } = await import('../../functions/payments/handler.ts');

const unitId = unitIdOf(0);
const payerId = customerIdOf(0);
const right = customerIdOf(1);

beforeAll(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-10-01T02:00:00Z') }));
afterAll(() => {
  vi.useRealTimers();
  env.close();
});
let { t, api, office, issue, paid, bill, file, booksAgree } = {} as BillDesk;
beforeEach(async () => {
  ({ t, api, office, issue, paid, bill, file, booksAgree } = await billDesk(env.tableName, handler));
});

const takeBack = (id: string, headers = {}) =>
  api.post('/v1/bills/{id}/void', { reason: '付款人有误' }, { id }, headers);
const again = (id: string, body = {}, headers = {}) =>
  api.post('/v1/bills/{id}/reissue', body, { id }, headers);
/** A refusal's status and its words in both languages. */
const refusal = async (ask: (headers: Record<string, string>) => ReturnType<typeof again>) => {
  const answers = [await ask({ 'accept-language': 'en' }), await ask({ 'accept-language': 'zh' })];
  return [answers[0]?.status, ...answers.map(({ body }) => body.detail)];
};
const waive = (id: string) =>
  feesApi(payments, staffOf(t, ['owner'])).post('/v1/bills/{id}/waive', { reason: '停电三日' }, { id });
const event = async (id: string, seq: number) => (await office.load({ it: keys.event(t, id, seq) })).it?.rest;
/** Paid by the first until the middle of the month, then by the other. */
const shared = () =>
  file(unitId, {
    occupancies: [
      { payerId, role: 'owner', from: '2026-01-01', to: '2026-10-15' },
      { payerId: right, role: 'owner', from: '2026-10-16' },
    ],
  });
/** A meter is read at the end of July, August and September. */
const tenAMonth = async (meterId: string) => {
  for (const [day, value] of [
    ['2026-07-31', '10'],
    ['2026-08-31', '20'],
    ['2026-09-30', '30'],
  ])
    await api.post('/v1/units/{id}/readings', { meterId, day, value }, { id: unitId });
};
const waterFee = () =>
  api.post('/v1/fee-standards', {
    ...management,
    kind: 'water',
    basis: 'metered',
    price: '3',
    name: '水费',
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
    expect((await again(id)).body.openSteps).toEqual(['void']);
    await paid(10000);
    await api.post('/v1/bills/{id}/void', { reason: '减免漏记' }, { id });
    const { body } = await api.get('/v1/fee-standards', {}, { propertyId });
    await file(unitId, {
      occupancies: [{ payerId, role: 'owner', from: '2026-01-01' }],
      exceptions: [
        { kind: 'discount', percent: '50', standardId: body.items[0].id, reason: '减免', from: '2026-01-01' },
      ],
    });
    const answers = await Promise.all([again(id), again(id), again(id)]);
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
    const another = () => again(id, { payerId: right });
    expect((await another()).status).toBe(422);
    await file(unitId, { occupancies: [{ payerId: right, role: 'owner', from: '2026-01-01' }] });
    expect((await another()).body).toMatchObject({ payerId: right, open: '235.00', n: 2 });
    await booksAgree();
  });

  it('never becomes a payer\u2019s second bill for the cycle, whoever it was for at first (FEE-2)', async () => {
    await shared();
    const [first = '', second = ''] = await issue();
    await takeBack(first);
    expect(await refusal((headers) => again(first, { payerId: right }, headers))).toEqual([
      ...[409, 'This payer has a bill for the cycle already (FEE-2).', '该付款人本期已有账单（FEE-2）。'],
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
    await tenAMonth(meter.id);
    await waterFee();
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

describe('taking a bill back', () => {
  it('is answered with the bill as it is from then on, and is an event of its history and a posting with the reason', async () => {
    const [id = ''] = await issue();
    await paid(10_000);
    const stale = await takeBack(id, { 'if-match': '"1"' });
    expect(stale.status).toBe(412);
    const gone = await takeBack(id, { 'if-match': '"2"' });
    expect(gone.body).toEqual(await bill(id));
    expect(gone.body).toMatchObject({
      version: 3,
      void: { at: '2026-10-01T02:00:00.000Z', reason: '付款人有误' },
    });
    const { item } = await office.load({ item: keys.bill(t, id) });
    expect(item?.rest?.head).toMatchObject({ seq: 1 });
    const told = await event(id, 1);
    expect(told?.type).toBe('bill.voided');
    expect(told?.data).toMatchObject({ propertyId, unitId, payerId, total: '235.00' });
    expect((await checkObject(office, id)).faults).toEqual([]);
    const list = async (status: string) =>
      (await api.get('/v1/bills', {}, { propertyId, status })).body.items.map(
        (one: { id: string }) => one.id,
      );
    expect([await list('void'), await list('open'), await list('paid')]).toEqual([[id], [], []]);
    const posted = await office.all({ index: 'g3', pk: lists.postingsOfUnit(t, unitId) });
    const voided = posted.map(({ list }) => list).find((list) => list?.reason !== undefined);
    expect(voided).toMatchObject({
      id: expect.stringMatching(/^ent_/),
      ...{ propertyId, unitId, payerId, reason: '付款人有误', at: '2026-10-01T02:00:00.000Z' },
      movements: [
        { kind: 'release', amount: 10_000 },
        { kind: 'void', amount: 23_500 },
      ],
    });
  });

  it('goes on with a history that has begun, and of a bill that was let off whole nothing moves', async () => {
    const [id = ''] = await issue();
    await takeBack(id);
    const second = (await again(id)).body.id;
    expect(await event(second, 1)).toMatchObject({ type: 'bills.issued' });
    await waive(second);
    const before = await office.all({ index: 'g3', pk: lists.postingsOfUnit(t, unitId) });
    expect((await takeBack(second)).body).toMatchObject({ status: 'void', waived: '235.00' });
    expect(await event(second, 3)).toMatchObject({ type: 'bill.voided' });
    expect((await checkObject(office, second)).faults).toEqual([]);
    expect(await office.all({ index: 'g3', pk: lists.postingsOfUnit(t, unitId) })).toEqual(before);
    const third = (await again(second)).body.id;
    await takeBack(third);
    expect(await event(third, 2)).toMatchObject({ type: 'bill.voided' });
    expect((await checkObject(office, third)).faults).toEqual([]);
  });

  const waterRead = async () => {
    const initial = { day: '2026-06-30', value: '0' };
    const { body } = await api.post('/v1/units/{id}/meters', { kind: 'water', initial }, { id: unitId });
    await tenAMonth(body.id);
    return async (): Promise<string[]> =>
      (await api.get('/v1/units/{id}/fees', { id: unitId })).body.meters[0].readings
        .filter(({ kind }: { kind: string }) => kind === 'estimated')
        .map(({ day, value }: Record<string, string>) => `${day} ${value}`);
  };

  it('leaves an estimate while another bill of the cycle stands by it, so that the next does not charge it again', async () => {
    await shared();
    const estimates = await waterRead();
    await waterFee();
    const [first = '', second = ''] = await issue();
    await takeBack(first);
    expect(await estimates()).toEqual(['2026-10-31 40']);
    const next = (await again(first)).body.id;
    expect(await estimates()).toEqual(['2026-10-31 40']);
    await takeBack(second);
    expect(await estimates()).toEqual(['2026-10-31 40']);
    await takeBack(next);
    expect(await estimates()).toEqual([]);
    const last = (await again(second)).body;
    expect(await estimates()).toEqual(['2026-10-31 40']);
    expect(last.lines[1]).toMatchObject({ quantity: '10', estimated: true });
    await booksAgree();
  });

  it('leaves the estimate of another cycle that ends on the same day', async () => {
    const estimates = await waterRead();
    await waterFee();
    const sewage = { ...management, kind: 'water', basis: 'metered', cycle: 'quarter', price: '1' };
    expect((await api.post('/v1/fee-standards', sewage)).status).toBe(201);
    for (const cycle of ['2026-10', '2026-11']) await issue(unitId, cycle);
    const [december = ''] = await issue(unitId, '2026-12');
    const [quarter = ''] = await issue(unitId, '2026-Q4');
    const before = ['2026-10-31 40', '2026-11-30 50'];
    expect(await estimates()).toEqual([...before, '2026-12-31 60', '2026-12-31 60']);
    await takeBack(december);
    expect(await estimates()).toEqual([...before, '2026-12-31 60']);
    await takeBack(quarter);
    expect(await estimates()).toEqual(before);
  });

  it('of two bills taken back at once leaves no estimate', async () => {
    await shared();
    const estimates = await waterRead();
    await waterFee();
    const bills = await issue();
    expect((await Promise.all(bills.map((id) => takeBack(id)))).map(({ status }) => status)).toEqual([
      200, 200,
    ]);
    expect(await estimates()).toEqual([]);
  });

  it('takes an estimate along with the bill that charges it, whichever payer\u2019s that is', async () => {
    await file(unitId, {
      occupancies: [
        { payerId, role: 'owner', from: '2026-01-01' },
        { payerId: right, role: 'tenant', from: '2026-01-01' },
      ],
    });
    const estimates = await waterRead();
    const water = { ...management, kind: 'water', basis: 'metered', price: '3', payer: 'tenant' };
    expect((await api.post('/v1/fee-standards', water)).status).toBe(201);
    const [owners = '', tenants = ''] = await issue();
    await takeBack(owners);
    expect(await estimates()).toEqual(['2026-10-31 40']);
    await takeBack(tenants);
    expect(await estimates()).toEqual([]);
    expect((await again(owners)).status).toBe(201);
    expect(await estimates()).toEqual([]);
    expect((await again(tenants)).status).toBe(201);
    expect(await estimates()).toEqual(['2026-10-31 40']);
  });

  it('leaves the readings of meters alone that were not made up for it', async () => {
    const meterOf = async (kind: string) => {
      const initial = { day: '2026-06-30', value: '0' };
      const { body } = await api.post('/v1/units/{id}/meters', { kind, initial }, { id: unitId });
      return body.id as string;
    };
    const water = await meterOf('water');
    await meterOf('electricity');
    await tenAMonth(water);
    const stored = async () => (await office.load({ file: keys.feeFile(t, unitId) })).file;
    const readingsOf = (item: Item | undefined) =>
      ((item?.rest?.meters ?? []) as { readings: object[] }[]).map(({ readings }) => readings);
    const readings = async () => readingsOf(await stored());
    const [plain = ''] = await issue(unitId, '2026-09');
    const before = await stored();
    await takeBack(plain);
    expect(await stored()).toEqual(before);
    await waterFee();
    const [id = ''] = await issue();
    const [made] = await readings();
    expect(made?.at(-1)).toMatchObject({ kind: 'estimated', day: '2026-10-31', billId: id });
    await takeBack(id);
    expect(await readings()).toEqual(readingsOf(before));
    const next = (await again(id)).body.id;
    expect((await readings())[0]?.at(-1)).toMatchObject({ kind: 'estimated', value: '40', billId: next });
  });
});

describe('issuing a bill again', () => {
  it('answers the bill where it is to be found, keeps its place among the unit\u2019s, and is told of', async () => {
    await shared();
    const [, second = ''] = await issue();
    await takeBack(second);
    const answer = await again(second);
    const { id } = answer.body;
    expect(answer.headers.location).toBe(`/v1/bills/${id}`);
    expect(answer.body).toEqual(await bill(id));
    expect(answer.body).toMatchObject({ cycle: '2026-10', n: 2, payerId: right, dueDay: '2026-10-10' });
    const { old, next } = await office.load({ old: keys.bill(t, second), next: keys.bill(t, id) });
    expect([next?.rest?.slot, old?.v, old?.rest?.reissuedAs]).toEqual([1, 3, id]);
    expect(await event(id, 1)).toMatchObject({ type: 'bills.issued', data: { bills: [{ id }] } });
  });

  it('charges less for the days on which the unit stood empty, as the settings say', async () => {
    await api.ask('PUT /v1/properties/{id}/fees', {
      params: { id: propertyId },
      body: { vacantDiscount: { percent: '100', kinds: ['management'] } },
    });
    const [id = ''] = await issue();
    await takeBack(id);
    await file(unitId, {
      occupancies: [{ payerId, role: 'owner', from: '2026-01-01' }],
      vacancies: [{ from: '2026-10-01', to: '2026-10-30' }],
    });
    expect(Number((await again(id)).body.total)).toBeLessThan(10);
  });

  it('is refused in words where it cannot be', async () => {
    const [id = ''] = await issue();
    expect(await refusal((headers) => again(id, {}, headers))).toEqual([
      ...[409, 'Only a bill that was taken back is issued again.', '仅已作废的账单可重新出账。'],
    ]);
    await takeBack(id);
    expect(await refusal((headers) => takeBack(id, headers))).toEqual([
      ...[409, 'The bill was taken back before.', '该账单已作废。'],
    ]);
    const stranger = await again(id, { payerId: newId('customer') });
    expect([stranger.status, stranger.body.errors[0].path]).toEqual([400, '/body/payerId']);
    expect(await refusal((headers) => again(id, { payerId: right }, headers))).toEqual([
      422,
      'By what is on file now this payer has nothing to pay for this cycle (FEE-2).',
      '按现有资料，该付款人本期无应付费用（FEE-2）。',
    ]);
    await again(id);
    expect(await refusal((headers) => again(id, {}, headers))).toEqual([
      ...[409, 'The bill was issued again before.', '该账单已重新出账。'],
    ]);
    expect((await again(id)).body.openSteps).toEqual([]);
    expect((await takeBack(id)).body.openSteps).toEqual([]);
  });

  it('is refused for a one-off charge, which is made anew', async () => {
    const { body } = await api.post('/v1/bills', {
      ...{ unitId, payerId, reference: '门禁卡 17', dueDay: '2026-10-30' },
      lines: [{ name: '门禁卡', price: '20', quantity: '1' }],
    });
    await takeBack(body.id);
    expect(await refusal((headers) => again(body.id, {}, headers))).toEqual([
      ...[409, 'A one-off charge is made anew, with another reference.', '一次性费用请以新编号重新收取。'],
    ]);
    expect((await again(body.id)).body.openSteps).toEqual([]);
  });

  it('is refused where the unit cannot be billed by what is on file, and fails where that makes no sense', async () => {
    const [id = ''] = await issue();
    await takeBack(id);
    const unit = keys.unit(t, unitId);
    const area = (await office.load({ unit })).unit?.list?.area;
    await office.commit([{ update: unit, unset: ['list.area'], expect: 'exists' }]);
    const [status, en, zh] = await refusal((headers) => again(id, {}, headers));
    expect([status, en, zh]).toEqual([422, expect.stringMatching(/area/), expect.stringMatching(/面积/)]);
    await office.commit([{ update: unit, set: { 'list.area': area }, expect: 'exists' }]);
    const broken = {
      update: keys.feeFile(t, unitId),
      set: { 'rest.occupancies': 1 },
      expect: 'exists',
    } as const;
    await office.commit([broken]);
    vi.spyOn(output, 'write').mockImplementation(() => undefined);
    expect((await again(id)).status).toBe(500);
  });

  it('finds nothing where unit or property are gone', async () => {
    const [id = ''] = await issue();
    await takeBack(id);
    for (const key of [keys.unit(t, unitId), keys.property(t, propertyId)]) {
      const { item } = await office.load({ item: key });
      await office.commit([{ remove: key, expect: 'exists' }]);
      expect((await again(id)).status).toBe(404);
      await office.commit([{ put: item as never, expect: 'new' }]);
    }
    expect((await again(id)).status).toBe(201);
  });

  it('is decided anew where something came between, and refused where the bill is there already', async () => {
    const [id = ''] = await issue();
    await takeBack(id);
    let commits = 0;
    const busy = committing(office, async (...given) => {
      if (++commits === 1) throw new Stale();
      await office.commit(...given);
    });
    const who = { actor: { kind: 'staff', id: newId('staff') }, requestId: 'r', language: 'zh' };
    const context = { ...who, office: busy, now: Date.now() } as unknown as Context;
    await reissue(context, id, undefined);
    const next = (await bill(id)).reissuedAs;
    expect([commits, (await bill(next)).n]).toEqual([2, 2]);
    await takeBack(next);
    // As it was written by another request a moment ago.
    const more = { cycle: '2026-10', slot: 0, n: 3, at: 1, lines: [], total: 0, dueDay: '2026-10-10' };
    const of = { propertyId, unitId, payerId };
    const { writes } = issued(t, { ...of, ...more }, accountOf(undefined, of));
    await office.commit(writes.slice(0, 1));
    expect(await refusal((headers) => again(next, {}, headers))).toEqual([
      ...[409, 'This bill is issued already.', '该账单已出账。'],
    ]);
  });
});
