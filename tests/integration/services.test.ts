import { beforeAll, describe, expect, it } from 'vitest';
import { shareOf } from '../../functions/stream/counters.ts';
import type { Role } from '../../shared/access.ts';
import { newId } from '../../shared/ids.ts';
import { addDays, localDay } from '../../shared/time/index.ts';
import { functionEnvironment, staffOf, type Who } from './call.ts';
import { feesApi, propertyId, unitIdOf } from './fees.ts';
import { audit, makeTill, owner, type Till } from './payments.ts';
import { addStaff, satisfied } from './tickets.ts';

const { tableName } = await functionEnvironment();
const { handler } = await import('../../functions/services/handler.ts');
const catalogue = await import('../../functions/catalogue/handler.ts');
const payments = await import('../../functions/payments/handler.ts');
const tickets = await import('../../functions/tickets/handler.ts');

let till: Till;
let desk: Who;
let api: ReturnType<typeof feesApi>;
let shelf: ReturnType<typeof feesApi>;
let ticketApi: ReturnType<typeof feesApi>;
let cleaning: string;
let pipes: string;
const inDays = (n: number) => addDays(localDay(Date.now(), 'Asia/Shanghai'), n);
const deliveredAt = new Date(Date.now() - 60_000).toISOString();

beforeAll(async () => {
  till = await makeTill(tableName, payments.handler);
  desk = staffOf(till.t, ['manager'], await addStaff(till.table));
  api = feesApi(handler, desk);
  shelf = feesApi(catalogue.handler, desk);
  ticketApi = feesApi(tickets.handler, desk);
  const add = async (body: object) =>
    (await shelf.post('/v1/services', { from: '2026-01-01', ...body })).body.id;
  cleaning = await add({
    name: '空调清洗',
    pricing: { by: 'unit', price: '80', unit: '台' },
    warrantyDays: 30,
  });
  pipes = await add({ propertyId, name: '管道疏通', pricing: { by: 'quote' } });
});

const order = (body: object = {}) =>
  api.post('/v1/service-orders', {
    unitId: unitIdOf(1),
    payerId: owner(1),
    items: [{ serviceId: cleaning, quantity: '3' }],
    ...body,
  });
const step = (id: string, name: string, body: unknown) =>
  api.post(`/v1/service-orders/{id}/${name}`, body, { id });
const get = async (id: string) => (await api.get('/v1/service-orders/{id}', { id })).body;
const done = (id: string, body: object = {}) => step(id, 'execute', { staffId: desk.id, ...body });
const delivered = (id: string) =>
  step(id, 'notice', { deliveredAt, outcome: 'refused', witness: '保安李四' });
const called = (id: string, body: object = {}) =>
  ticketApi.post('/v1/tickets/{id}/callbacks', { ...satisfied, charged: true, ...body }, { id });
const told = async (id: string) =>
  (await ticketApi.get('/v1/tickets/{id}/events', { id })).body.items.map(
    ({ type }: { type: string }) => type,
  );

/** An order as far as its delivered payment notice: 240 yuan are open. */
async function noticed(): Promise<string> {
  const { id } = (await order()).body;
  await step(id, 'agree', { by: '张伟', how: 'phone' });
  await done(id);
  expect((await delivered(id)).status).toBe(200);
  return id;
}

describe('a paid service (FEE-6, CALLBACK-7)', () => {
  it('goes from the quote to the satisfied customer, its money through the books', async () => {
    const asked = await order({ items: [{ serviceId: pipes }], channel: 'phone' });
    expect([asked.status, asked.body.phase, asked.body.openSteps]).toEqual([
      201,
      'ordered',
      ['quote', 'cancel'],
    ]);
    const { id } = asked.body;
    const quote = await step(id, 'quote', {
      items: [
        { serviceId: pipes, price: '120.50' },
        { name: '铜管', price: '35', quantity: '4' },
      ],
      validUntil: inDays(30),
    });
    expect([quote.body.phase, quote.body.total]).toEqual(['quoted', '260.50']);
    const agreed = await step(id, 'agree', { by: '张伟', how: 'signed', executeOn: inDays(5) });
    expect(agreed.body).toMatchObject({
      phase: 'agreed',
      ticket: { dueAt: expect.stringMatching(/^\d{4}/) },
    });
    // What he has in hand pays the bill as far as it goes.
    await till.pay('60.50');
    const carried = await done(id, { done: [{ item: 1, quantity: '2' }] });
    expect(carried.body).toMatchObject({
      phase: 'executed',
      total: '190.50',
      bill: { total: '190.50', open: '130.00', status: 'open' },
    });
    expect((await delivered(id)).body).toMatchObject({
      phase: 'noticed',
      notice: { outcome: 'refused', witness: '保安李四' },
      ticket: { status: 'resolved' },
    });
    const { body: payment } = await till.pay('130.00');
    expect(payment.allocations).toEqual([{ billId: carried.body.bill.id, amount: '130.00' }]);
    expect(await get(id)).toMatchObject({ phase: 'paid', bill: { open: '0.00', status: 'paid' } });
    const visit = await called(id, { method: 'visit', signature: { attachmentId: newId('attachment') } });
    expect(visit.body.errors[0].code).toBe('by_phone');
    expect((await called(id)).body.status).toBe('closed');
    expect(await get(id)).toMatchObject({ phase: 'closed', openSteps: ['claim'] });
    expect(await told(id)).toEqual([
      'ticket.created',
      'ticket.quoted',
      'ticket.agreed',
      'ticket.executed',
      'ticket.paymentNoticeDelivered',
      'ticket.resolved',
      'ticket.calledBack',
      'ticket.closed',
    ]);
    // The payment did not hold: the order is not closed any more, with nobody saying so.
    await till.post('/v1/payments/{id}/reverse', { reason: '退票' }, { params: { id: payment.id } });
    expect((await get(id)).phase).toBe('calledBack');
    await till.pay('130.00');
    expect((await get(id)).phase).toBe('closed');
    await audit(till);
  });

  it('is billed by what its price counts', async () => {
    const { bill } = await get(await noticed());
    const bills = feesApi((await import('../../functions/bills/handler.ts')).handler, desk);
    const { body } = await bills.get('/v1/bills/{id}', { id: bill.id });
    expect(body.lines).toMatchObject([
      {
        name: '空调清洗',
        unit: '台',
        words: {
          zh: '3 台 × 80 元 = 240 元，取整到分为 240.00 元。',
          en: '3 台 x 80 yuan = 240 yuan, to the fen 240.00 yuan.',
        },
      },
    ]);
    await till.pay('240.00');
  });

  it('shows its bill to those only who may know what is owed (FEE-8), and its price to who carries it out', async () => {
    const id = await noticed();
    const as = async (role: Role) =>
      (await feesApi(handler, staffOf(till.t, [role])).get('/v1/service-orders/{id}', { id })).body;
    for (const role of ['desk', 'finance'] as const)
      expect(await as(role)).toMatchObject({ bill: { open: '240.00' } });
    for (const role of ['engineer', 'guard'] as const) {
      const seen = await as(role);
      expect(seen).toMatchObject({ total: '240.00', phase: 'noticed' });
      expect(seen.bill).toBeUndefined();
    }
    await till.pay('240.00');
  });

  it('is not done long before it was ordered, nor asked to be paid before it was done', async () => {
    const { id } = (await order()).body;
    await step(id, 'agree', { by: '张伟', how: 'phone' });
    const lastYear = await done(id, { doneAt: new Date(Date.now() - 365 * 86_400_000).toISOString() });
    expect([lastYear.status, lastYear.body.errors[0].code]).toEqual([400, 'long_before']);
    await done(id);
    const before = new Date(Date.now() - 2 * 86_400_000).toISOString();
    const { status, body } = await step(id, 'notice', { deliveredAt: before, outcome: 'posted' });
    expect([status, body.errors]).toMatchObject([400, [{ path: '/body/deliveredAt', code: 'before_done' }]]);
    await till.pay('240.00');
  });

  it('is done again free of charge: not satisfied, then within its warranty; both count as rework (GOAL-4)', async () => {
    const id = await noticed();
    const { bill } = await get(id);
    await till.pay('240.00');
    const reason = { outcome: 'unsatisfied', solved: false, reason: '还在滴水' };
    expect((await called(id, reason)).body).toMatchObject({ status: 'reopened', rework: 1 });
    expect((await get(id)).phase).toBe('rework');
    expect((await step(id, 'execute', { staffId: desk.id })).body.openSteps).toEqual([]);
    const again = async () => {
      await ticketApi.post('/v1/tickets/{id}/resolve', { what: '重新清洗' }, { id });
      expect((await called(id)).body.status).toBe('closed');
    };
    await again();
    expect((await step(id, 'claim', { reason: '又漏了' })).body).toMatchObject({
      phase: 'rework',
      claims: [{ reason: '又漏了' }],
      ticket: { status: 'reopened', rework: 2 },
    });
    await again();
    const after = await get(id);
    expect([after.phase, after.bill]).toEqual(['closed', { ...bill, open: '0.00', status: 'paid' }]);
    const share = await shareOf(till.table, id);
    const sum = (what: string) =>
      Object.entries(share?.after ?? {}).reduce((n, [name, by]) => (name.endsWith(what) ? n + by : n), 0);
    expect([sum('service:resolved'), sum('service:redone'), sum('service:satisfied')]).toEqual([3, 2, 2]);
    await audit(till);
  });

  it('is cancelled before it is carried out, and owes nothing then; its ticket goes only with it', async () => {
    const { id } = (await order()).body;
    const past = await ticketApi.post('/v1/tickets/{id}/withdraw', { reason: 'x' }, { id });
    expect([past.status, past.body.openSteps.includes('service')]).toEqual([409, true]);
    expect((await step(id, 'cancel', { reason: '不做了' })).body).toMatchObject({
      phase: 'cancelled',
      ticket: { status: 'withdrawn' },
      openSteps: [],
    });
    expect((await step(id, 'agree', { by: '张伟', how: 'phone' })).status).toBe(409);
    const tried = await step(await noticed(), 'cancel', { reason: 'x' });
    expect([tried.status, tried.body.openSteps]).toEqual([409, []]);
  });

  it('has its bill once, whoever is carrying it out at the same moment', async () => {
    const { id } = (await order({ unitId: unitIdOf(2), payerId: owner(2) })).body;
    await step(id, 'agree', { by: '王芳', how: 'inPerson' });
    const answers = await Promise.all([done(id), done(id), done(id)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    const bills = await till.table.all({ index: 'g3', pk: `${till.t}#${unitIdOf(2)}#bil` });
    expect(bills.length).toBe(1);
    await audit(till);
  });

  it('says which field is wrong and why', async () => {
    const first = async (answer: ReturnType<typeof order>) => {
      const { status, body } = await answer;
      return [status, body.errors[0].path, body.errors[0].code];
    };
    const items = (serviceId: string) => order({ items: [{ serviceId }] });
    expect(await first(items(newId('service')))).toEqual([400, '/body/items/0/serviceId', 'unknown']);
    const over = await shelf.post('/v1/services', {
      name: '旧项目',
      pricing: { by: 'fixed', price: '1' },
      from: '2026-01-01',
      to: '2026-01-02',
    });
    expect(await first(items(over.body.id))).toEqual([400, '/body/items/0/serviceId', 'unavailable']);
    expect(await first(order({ payerId: owner(3) }))).toEqual([400, '/body/payerId', 'foreign']);
    expect(await first(order({ ticketId: newId('ticket') }))).toEqual([400, '/body/ticketId', 'unknown']);
    const { id } = (await order()).body;
    const quote = (item: object) => first(step(id, 'quote', { items: [item], validUntil: inDays(1) }));
    expect(await quote({ serviceId: cleaning, price: '1' })).toEqual([400, '/body/items/0/price', 'priced']);
    expect(await quote({ name: '铜管' })).toEqual([400, '/body/items/0', 'named']);
    await step(id, 'agree', { by: '张伟', how: 'phone' });
    expect(await first(done(id, { staffId: newId('staff') }))).toEqual([400, '/body/staffId', 'not_found']);
    expect(await first(done(id, { dueDay: '2026-01-01' }))).toEqual([400, '/body/dueDay', 'past']);
    expect(await first(done(id, { doneAt: '2099-01-01T00:00:00Z' }))).toEqual([
      400,
      '/body/doneAt',
      'in_the_future',
    ]);
  });
});

describe('the catalogue', () => {
  it('shows a property its own services and the office\u2019s; a change leaves orders as they are', async () => {
    const names = async (query: Record<string, string>) =>
      (await shelf.get('/v1/services', {}, query)).body.items.map(({ name }: { name: string }) => name);
    expect(await names({ propertyId })).toEqual(expect.arrayContaining(['空调清洗', '管道疏通']));
    expect(await names({ propertyId: newId('property') })).not.toContain('管道疏通');
    const { id } = (await order()).body;
    const changed = await shelf.ask('PATCH /v1/services/{id}', {
      params: { id: cleaning },
      body: { pricing: { by: 'unit', price: '90', unit: '台' } },
    });
    expect(changed.body.pricing.price).toBe('90');
    expect((await get(id)).total).toBe('240.00');
    expect((await order()).body.total).toBe('270.00');
    const ended = await shelf.ask('PATCH /v1/services/{id}', {
      params: { id: cleaning },
      body: { to: '2025-01-01' },
    });
    expect(ended.body.errors[0].code).toBe('before_start');
  });

  it('has services for one day or more, none that end before they begin', async () => {
    const offer = {
      name: '年货节清洗',
      pricing: { by: 'unit', price: '80', unit: '台' },
      from: '2999-02-01',
    };
    const add = (to: string) => shelf.post('/v1/services', { ...offer, to });
    expect((await add('2999-02-01')).status).toBe(201);
    expect((await add('2999-01-31')).body.errors[0].code).toBe('before_start');
  });

  it('lists orders by property, by state, by unit and by the ticket they came from, each a page of one query', async () => {
    const list = async (query: Record<string, string>) =>
      (await api.get('/v1/service-orders', {}, query)).body.items as { state: string; unitId: string }[];
    expect((await list({ unitId: unitIdOf(2) })).map(({ unitId }) => unitId)).toEqual([unitIdOf(2)]);
    expect((await list({ propertyId })).length).toBeGreaterThan(5);
    expect(new Set((await list({ propertyId, state: 'cancelled' })).map(({ state }) => state))).toEqual(
      new Set(['cancelled']),
    );
    const fromTicketId = (await order()).body.id;
    const { id } = (await order({ ticketId: fromTicketId })).body;
    expect(await list({ fromTicketId })).toMatchObject([{ id }]);
    expect((await api.get('/v1/service-orders')).status).toBe(400);
    expect((await api.get('/v1/service-orders', {}, { propertyId, fromTicketId })).status).toBe(400);
  });
});
