import { satisfied } from '../../../samples.ts';
import type { Town, Wish } from '../../life/town.ts';

const missing = (kind: string) => `${kind}_${'0'.repeat(26)}`;

/** Services by the names that the story gives them. */
type Offered = Record<'fixed' | 'unit' | 'quote' | 'elsewhere' | 'over' | 'later', string>;

/** Orders of paid services (FEE-6): each step from each phase, what it is refused for, and what bill and ticket make of it. */
export async function paid(town: Town): Promise<void> {
  const offered = await services(town);
  town.mine.svc = offered.fixed;
  const order = async (...items: unknown[]) =>
    (
      await town.aside('createServiceOrder', {
        but: { items: items.length ? items : [{ serviceId: offered.fixed }] },
      })
    ).id as string;
  await ordering(town, offered);
  await quoting(town, offered, order);
  await carryingOut(town, offered, order);
  await afterwards(town, order);
  await looking(town, order);
}

async function services(town: Town): Promise<Offered> {
  const offer = async (name: string, but: object) =>
    (await town.aside('createService', { body: { name, pricing: { by: 'fixed', price: '100' }, ...but } }))
      .id;
  const other = (await town.aside('createProperty', { but: { name: '东苑' } })).id;
  return {
    fixed: await offer('保洁', { warrantyDays: 30 }),
    unit: await offer('擦窗', { pricing: { by: 'unit', price: '3.333', unit: '平方米' }, warrantyDays: 7 }),
    quote: await offer('维修', { pricing: { by: 'quote' } }),
    elsewhere: await offer('除草', { propertyId: other }),
    over: await offer('油漆', { to: '2026-08-03' }),
    later: await offer('除雪', { from: '2026-12-01' }),
  };
}

type Ordering = (...items: unknown[]) => Promise<string>;

/** What may be ordered, by whom, where and when. */
async function ordering(town: Town, offered: Offered): Promise<void> {
  const { mine } = town;
  const of = (serviceId: string, quantity?: string) => ({ serviceId, ...(quantity && { quantity }) });
  const order = (but: Record<string, unknown>, is?: number) =>
    town.ask('createServiceOrder', { but, ...(is && { is }) });
  const asked = (await town.aside('createTicket', { but: { kind: 'enquiry', grade: undefined } })).id;
  const program = town.program('services:write');
  const first = await town.ask('createServiceOrder', {
    as: program,
    but: { items: [of(offered.quote)], channel: 'api' },
  });
  await town.ask('getTicket', { id: first.id });
  await order({ items: [of(offered.unit, '12.5'), of(offered.fixed)], ticketId: asked, note: '周末上门' });
  await order({ items: [of(offered.over), of(offered.quote, '2')] });
  await order({ items: [of(offered.fixed), of(missing('svc'))] }, 400);
  await order({ items: [of(offered.elsewhere)] }, 400);
  await order({ items: [of(offered.fixed)], ticketId: missing('tkt') }, 400);
  await order({ items: [of(offered.fixed, '999999999999')] }, 400);
  await order({ items: [of(offered.later)] }, 400);
  const elsewhere = (await town.aside('createProperty', { but: { name: '西苑' } })).id;
  const foreign = (await town.aside('createTicket', { but: { propertyId: elsewhere } })).id;
  await order({ items: [of(offered.fixed)], ticketId: foreign }, 400);
  await order({ items: [of(offered.fixed)], unitId: missing('unt') }, 400);
  await order({ items: [of(offered.fixed)], payerId: missing('cus') }, 400);
  await order({ items: [], channel: 'fax' }, 400);
  await order({ items: [of(offered.fixed, '0'), of('x')], payerId: mine.cus, note: '' }, 400);
  town.at('2026-08-04 09:00');
  await order({ items: [of(offered.over)] }, 400);
}

/** The price, until when it holds, and who agrees to it. */
async function quoting(town: Town, offered: Offered, order: Ordering): Promise<void> {
  const id = await order({ serviceId: offered.quote }, { serviceId: offered.unit, quantity: '3' });
  const quote = (items: unknown, is?: number, validUntil = '2026-08-10') =>
    town.ask('quoteServiceOrder', { id, body: { items, validUntil }, ...(is && { is }) });
  const one = { serviceId: offered.quote, price: '80' };
  const agree = (wish: Wish = {}, executeOn?: string) =>
    town.ask('agreeServiceOrder', { id, body: { by: '张伟', how: 'signed', executeOn }, ...wish });
  await agree({ is: 409 });
  await quote([{ name: '铜管' }], 400);
  await quote([{ price: '5' }], 400);
  await quote([{ ...one, name: '维修' }], 400);
  await quote([{ serviceId: offered.unit, price: '3' }], 400);
  await quote([{ serviceId: offered.quote }], 400);
  await quote([one, { serviceId: missing('svc') }], 400);
  await quote([{ serviceId: offered.elsewhere }], 400);
  await quote([one], 400, '2026-08-03');
  await quote([one], 400, '2027-08-06');
  await quote([{ ...one, price: '0' }], 400);
  await quote([{ ...one, price: '900000000', quantity: '900000' }], 400);
  await quote([], 400);
  await town.refused('executeServiceOrder', { id, is: 409 });
  // What was ordered keeps its price, whatever the catalogue says by now.
  await town.aside('changeService', { id: offered.unit, body: { pricing: { by: 'fixed', price: '9' } } });
  await quote([
    one,
    { serviceId: offered.unit, quantity: '4.5' },
    { name: '铜管', price: '35.125', quantity: '4' },
  ]);
  await quote([one, { serviceId: offered.fixed }], undefined, '2027-08-05');
  await town.ask('quoteServiceOrder', {
    id,
    body: { items: [{ ...one, quantity: '2' }], validUntil: '2026-08-04', note: '含税' },
  });
  await agree({ is: 400 }, '2026-08-03');
  await agree({ is: 400 }, '2027-08-06');
  await agree({}, '2026-08-04');
  await quote([one]);
  await agree({}, '2027-08-05');
  // A quote holds to the end of its last day.
  await quote([one], undefined, '2026-08-05');
  town.at('2026-08-05 23:59');
  await agree();
  await quote([one], undefined, '2026-08-05');
  town.at('2026-08-06 00:00');
  await agree({ is: 409 });
  await town.ask('cancelServiceOrder', { id, body: { reason: '太贵' } });
  for (const step of ['cancelServiceOrder', 'quoteServiceOrder', 'agreeServiceOrder', 'claimWarranty'])
    await town.refused(step, {
      id,
      ...(step === 'quoteServiceOrder' && { body: { items: [one], validUntil: '2026-08-10' } }),
      is: 409,
    });
  const free = await order({ serviceId: offered.quote });
  await town.refused('agreeServiceOrder', { id: free, is: 409 });
  await town.ask('cancelServiceOrder', { id: free });
}

/** It was done: by whom, when, how much of it, and what is to be paid for it. */
async function carryingOut(town: Town, offered: Offered, order: Ordering): Promise<void> {
  const { mine } = town;
  const left = await town.aside('createStaff', { but: { email: 'left@example.com' } });
  await town.aside('removeStaff', { id: left.id });
  const agreed = async (...items: unknown[]) => {
    const id = await order(...items);
    await town.aside('agreeServiceOrder', { id, body: { by: '张伟', how: 'phone' } });
    return id;
  };
  const id = await agreed({ serviceId: offered.fixed, quantity: '2' }, { serviceId: offered.fixed });
  const done = (of: string, but: object, is?: number) =>
    town.ask('executeServiceOrder', { id: of, body: { staffId: mine.stf, ...but }, ...(is && { is }) });
  await done(id, { staffId: left.id }, 400);
  await done(id, { staffId: missing('stf') }, 400);
  await done(id, { doneAt: new Date(town.stage.now + 1).toISOString() }, 400);
  await done(id, { dueDay: '2026-08-05' }, 400);
  await done(id, { done: [{ item: 2, quantity: '1' }] }, 400);
  await done(
    id,
    {
      done: [
        { item: 0, quantity: '1' },
        { item: 0, quantity: '1' },
      ],
    },
    400,
  );
  await done(id, { done: [{ item: 1, quantity: '1.001' }] }, 400);
  await done(
    id,
    {
      done: [
        { item: 0, quantity: '0' },
        { item: 1, quantity: '0' },
      ],
    },
    400,
  );
  await done(id, { done: [{ item: 20, quantity: '-1' }], note: '' }, 400);
  const notice = (of: string, but: object, is?: number) =>
    town.ask('deliverPaymentNotice', { id: of, body: { outcome: 'signed', ...but }, ...(is && { is }) });
  const now = () => new Date(town.stage.now).toISOString();
  await notice(id, { deliveredAt: now() }, 409);
  await town.aside('dispatchTicket', { id, but: { dueAt: '2026-08-20T16:00:00+08:00' } });
  await done(id, {
    doneAt: '2026-08-05T15:00:00+08:00',
    done: [
      { item: 0, quantity: '1.5' },
      { item: 1, quantity: '0' },
    ],
    dueDay: '2026-08-06',
    note: '余下改天',
  });
  await done(id, {}, 409);
  await town.refused('cancelServiceOrder', { id, is: 409 });
  const whole = await agreed();
  await done(whole, { doneAt: now(), done: [{ item: 0, quantity: '1' }] });
  await notice(whole, { deliveredAt: new Date(town.stage.now + 1).toISOString() }, 400);
  await notice(whole, { deliveredAt: now(), outcome: 'lost' }, 400);
  await notice(whole, { deliveredAt: now() });
  await notice(id, {
    deliveredAt: now(),
    outcome: 'refused',
    receiver: '张伟',
    witness: '保安',
    note: '贴门',
  });
  await notice(id, { deliveredAt: now() }, 409);
}

/** Paid, called back by phone (CALLBACK-7), claimed: in whichever order. */
async function afterwards(town: Town, order: Ordering): Promise<void> {
  const { mine } = town;
  const noticed = async () => {
    const id = await order();
    await town.aside('agreeServiceOrder', { id, body: { by: '张伟', how: 'phone' } });
    await town.aside('executeServiceOrder', { id, body: { staffId: mine.stf } });
    const deliveredAt = new Date(town.stage.now).toISOString();
    await town.aside('deliverPaymentNotice', { id, body: { deliveredAt, outcome: 'signed' } });
    return id;
  };
  const say = (id: string, but: object, is?: number) =>
    town.ask('recordCallback', { id, body: { ...satisfied, ...but }, ...(is && { is }) });
  const claim = (id: string, is?: number) => town.ask('claimWarranty', { id, ...(is && { is }) });
  const look = (id: string) => town.ask('getServiceOrder', { id });
  const id = await noticed();
  await say(id, { method: 'visit' }, 400);
  // A service goes on through its order; what is done again, through its ticket.
  for (const [step, body] of [
    ['withdrawTicket', { reason: 'x' }],
    ['resolveTicket', { what: 'x' }],
    ['linkTicket', { duplicateOf: missing('tkt') }],
    ['makeConfirmationLink', undefined],
  ] as const)
    await town.refused(step, { id, body, is: 409 });
  await claim(id, 409);
  const unsatisfied = { outcome: 'unsatisfied', solved: false, reason: '没擦干净' };
  await say(id, unsatisfied);
  await look(id);
  await town.ask('resolveTicket', { id, body: { what: '重做' } });
  await say(id, { charged: true });
  await look(id);
  await claim(id);
  await town.ask('resolveTicket', { id, body: { what: '再做' } });
  // Paid before it is called back; nobody is reached.
  await town.aside('createPayment', { but: { amount: '900.00', externalId: 'wx-1' } });
  await look(id);
  for (let n = 0; n < 3; n++)
    await town.aside('recordCallback', { id, body: { outcome: 'unreached', method: 'phone' } });
  await town.aside('recordCallback', {
    id,
    body: { outcome: 'decided', decision: 'setAside', reason: '无人接' },
  });
  await look(id);
  await claim(id);
  const other = await noticed();
  await say(other, {});
  await look(other);
  // The last day of its warranty.
  town.at('2026-09-05 23:59');
  await claim(other);
  await town.ask('resolveTicket', { id: other, body: { what: '补做' } });
  await say(other, {});
  town.at('2026-09-06 00:00');
  await claim(other, 409);
}

async function looking(town: Town, order: Ordering): Promise<void> {
  const { mine } = town;
  const list = (query: Record<string, string>, is?: number) =>
    town.ask('listServiceOrders', { query, ...(is && { is }) });
  const propertyId = mine.prp;
  const unitId = mine.unt;
  const fromTicketId = (await town.aside('createTicket')).id;
  const id = await order();
  await town.aside('createServiceOrder', {
    but: { items: [{ serviceId: mine.svc }], ticketId: fromTicketId },
  });
  await list({ propertyId, state: 'cancelled' });
  await list({ fromTicketId });
  await list({ unitId, limit: '2' });
  const { next: cursor } = await list({ propertyId, limit: '2' });
  await list({ propertyId, limit: '2', cursor });
  await list({}, 400);
  await list({ propertyId, unitId }, 400);
  await list({ unitId, state: 'ordered' }, 400);
  await list({ unitId, fromTicketId }, 400);
  await list({ state: 'ordered' }, 400);
  await list({ propertyId, state: 'lost' }, 400);
  await town.refused('getServiceOrder', { id: fromTicketId, is: 404 });
  await town.refused('getServiceOrder', { id: missing('tkt'), is: 404 });
  await town.refused('cancelServiceOrder', { id: fromTicketId, is: 404 });
  await town.refused('cancelServiceOrder', { id, headers: { 'if-match': '"9"' }, is: 412 });
  await town.ask('cancelServiceOrder', { id, headers: { 'if-match': '"1"' } });
}
