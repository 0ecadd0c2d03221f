import type { Town } from '../../life/town.ts';
import type { Site } from '../../world/crashes.ts';
import { absent, inParts, overhear } from './parts.ts';

/** A person's rights to what is held about them (PIPL): a copy, and to be forgotten once nothing is open. */
export const rights = inParts({ copies, inTheWay, forgotten, interrupted });

const person = async (town: Town, number: string, name: string) => {
  const unitId = (await town.ask('createUnit', { but: { number } })).id as string;
  const id = (
    await town.ask('createCustomer', { but: { unitId, name, emails: ['p@example.com'], note: '备注' } })
  ).id as string;
  return { unitId, id };
};

async function copies(town: Town): Promise<void> {
  await town.refused('exportCustomer', { id: absent('cus'), is: 404 });
  await town.refused('eraseCustomer', { id: absent('cus'), is: 404 });
  await town.refused('eraseCustomer', { id: town.mine.cus, body: { reason: 'whim' } });
  await town.refused('exportCustomer', { id: town.mine.cus, as: town.program('customers:read'), is: 403 });
  const { id } = await person(town, '1401', '何晴');
  await town.ask('recordDisclosure', { id });
  await town.ask('exportCustomer', { id });
  await town.ask('exportCustomer', { id });
}

interface Person {
  id: string;
  unitId: string;
}

const ticket = (town: Town, { id, unitId }: Person, but: object = {}) =>
  town.ask('createTicket', { but: { unitId, reporter: { customerId: id }, grade: 'general', ...but } });
const bill = (town: Town, { id, unitId }: Person) =>
  town.ask('createBill', { but: { unitId, payerId: id, dueDay: '2026-09-01', reference: id.slice(-6) } });
const credit = (town: Town, { id, unitId }: Person, amount = '0.01') =>
  town.ask('createPayment', { but: { unitId, payerId: id, amount, externalId: id } });
const deposit = (town: Town, { id, unitId }: Person, amount = '0.01') =>
  town.ask('createDeposit', { but: { unitId, payerId: id, amount } });

/** Pays for a unit, beside a neighbour who will go on. */
async function occupy(town: Town, { id, unitId }: Person, to?: string): Promise<void> {
  const neighbour = await town.ask('createCustomer', { but: { unitId, name: '邻居', kind: 'tenant' } });
  await bill(town, { id: neighbour.id, unitId });
  const mine = { payerId: id, role: 'owner', from: '2026-01-01', ...(to && { to }) };
  const theirs = { payerId: neighbour.id, role: 'tenant', from: '2026-01-01' };
  await town.ask('setUnitFees', { id: unitId, body: { occupancies: [theirs, mine] } });
}

/** What may have to be settled first; two things never make up for each other. */
const obstacles: Record<string, readonly ((town: Town, person: Person) => Promise<unknown>)[]> = {
  工单: [ticket],
  账单: [bill],
  预存款: [(town, person) => credit(town, person, '12.34')],
  押金: [(town, person) => deposit(town, person, '2000.00')],
  缴费人: [occupy],
  今日到期: [(town, person) => occupy(town, person, '2026-08-08')],
  工单和账单: [ticket, bill],
  工单和一分: [ticket, credit],
  押金和一分: [deposit, credit],
  账单和缴费人: [bill, occupy],
  别处缴费人: [(town, person) => occupy(town, { ...person, unitId: town.mine.unt })],
  别处账单: [
    async (town, person) => {
      const unitId = (await town.ask('createUnit', { but: { number: '1701' } })).id;
      const there = { ...person, unitId };
      await occupy(town, there, '2026-08-07');
      await bill(town, there);
    },
  ],
  昨日到期: [(town, person) => occupy(town, person, '2026-08-07')],
};

/** People with whom something is open, and are called after it. */
export async function hindered(town: Town): Promise<void> {
  for (const [n, [name, things]] of Object.entries(obstacles).entries()) {
    const someone = await person(town, `15${n}`, name);
    for (const thing of things) await thing(town, someone);
  }
  // Where it is still yesterday for two hours more.
  const { mine } = town;
  const { prp } = mine;
  mine.prp = (await town.ask('createProperty', { but: { zone: 'Asia/Urumqi' } })).id;
  await occupy(town, await person(town, '1600', '西边'), '2026-08-08');
  mine.prp = prp;
}

async function inTheWay(town: Town): Promise<void> {
  const people = [...town.stage.rig.table.items()].filter(({ et }) => et === 'customer');
  const idOf = (name: string) => String(people.find(({ list }) => list?.name === name)?.list?.id);
  const names = Object.keys(obstacles);
  for (const name of names.slice(0, -1)) {
    town.about = name;
    await town.refused('eraseCustomer', { id: idOf(name), is: 409 });
  }
  town.about = 'another zone';
  town.at('2026-08-09 01:00');
  await town.refused('eraseCustomer', { id: idOf('西边'), is: 409 });
  town.at('2026-08-09 02:00');
  await town.ask('eraseCustomer', { id: idOf('西边') });
  const id = idOf(names.at(-1) ?? '');
  town.about = 'nothing in the way';
  await town.ask('exportCustomer', { id });
  await town.ask('eraseCustomer', { id });
  // Asked again it finds nothing more.
  await town.ask('eraseCustomer', { id, body: { reason: 'retentionEnded' } });
  await town.ask('exportCustomer', { id });
  await town.ask('listCustomerEvents', { id });
}

/** Somebody who is named wherever a person can be. */
export async function named(town: Town): Promise<void> {
  const { mine } = town;
  const someone = await person(town, '1403', '程远');
  const { id, unitId } = someone;
  const reporter = { customerId: id, name: '程远', phone: '13700000000' };
  await ticket(town, someone, { reporter: { name: '别人', phone: '13700000001' } });
  const first = (await ticket(town, someone, { reporter, description: '漏水\n很久了' })).id as string;
  await town.ask('dispatchTicket', { id: first, but: { dueAt: '2026-08-20T16:00:00+08:00' } });
  await town.ask('noteProgress', { id: first });
  const upload = async (name: string) => {
    const { id: attachmentId, url } = await town.ask('addAttachment', {
      id: first,
      body: { name, contentType: 'image/png', size: 8 },
    });
    const key = new URL(url).pathname.slice(1);
    town.stage.rig.bucket.put(key, 'image/png', Buffer.from('89504e470d0a1a0a', 'hex'));
    return { id: first, attachmentId };
  };
  const photo = await upload('客厅.png');
  await town.ask('completeAttachment', { params: photo });
  mine.att = photo.attachmentId;
  await upload('没传完.png');
  await town.ask('resolveTicket', { id: first });
  await town.ask('recordCallback', {
    id: first,
    body: { outcome: 'unreached', method: 'phone', note: '无人接' },
  });
  await town.ask('recordCallback', { id: first });
  await town.ask('withdrawTicket', { id: (await ticket(town, someone)).id });
  mine.bil = (await town.ask('createBill', { but: { unitId, payerId: id, dueDay: '2026-08-04' } })).id;
  await town.settle();
  town.at('2026-08-08 10:00');
  await town.settle();
  const { items } = await town.ask('listDunning', { query: { unitId } });
  const [{ id: dunning }] = items;
  await town.ask('dunningDispute', { id: dunning });
  await town.ask('dunningResolveDispute', { id: dunning });
  await town.ask('dunningPromise', { id: dunning, body: { until: '2026-08-12', note: '电话承诺' } });
  const held = await town.ask('createDeposit', { but: { unitId, payerId: id, note: '装修' } });
  await town.ask('acceptDeposit', { id: held.id });
  await town.ask('refundDeposit', { id: held.id });
  const payment = { unitId, payerId: id, amount: '100000.00', externalId: 'wx-2', note: '程远付' };
  await town.ask('createPayment', { but: payment });
  await town.settle();
  Object.assign(mine, { cus: id, unt: unitId, tkt: first });
}

/** What is personal goes from everything that names the person; amounts, days and codes stay. */
async function forgotten(town: Town): Promise<void> {
  const { cus: id, unt: unitId, tkt, bil } = town.mine;
  const { inTheWay } = await town.ask('eraseCustomer', { id, is: 409 });
  const payee = { name: '程远', account: '6222' };
  await town.ask('createRefund', { but: { unitId, payerId: id, amount: inTheWay.credit, payee } });
  await town.ask('exportCustomer', { id });
  town.at('2026-08-09 12:00');
  overhear(town);
  await town.ask('eraseCustomer', { id });
  town.stage.rig.neighbour = () => undefined;
  await town.ask('eraseCustomer', { id });
  await town.ask('getTicket', { id: tkt });
  await town.ask('listTicketEvents', { id: tkt });
  await town.ask('verifyAudit', { query: { objectId: tkt } });
  await town.ask('getBill', { id: bil });
  // Nothing new names who was forgotten.
  await town.refused('createTicket', { but: { unitId, reporter: { customerId: id } } });
  await town.refused('createBill', { but: { unitId, payerId: id, dueDay: '2026-09-01', reference: '新' } });
  const occupancies = [{ payerId: id, role: 'owner', from: '2026-01-01' }];
  await town.refused('setUnitFees', { id: unitId, body: { occupancies } });
  await town.ask('exportCustomer', { id });
}

/** It died when the erasure was told and the words were still there: asked again, it takes them. */
async function interrupted(town: Town): Promise<void> {
  const someone = await person(town, '1404', '夏天');
  const { id } = someone;
  const { id: told } = await ticket(town, someone, { description: '漏水' });
  await town.ask('withdrawTicket', { id: told });
  const after = (calls: readonly Site[]) =>
    calls.map(({ name }) => name.startsWith('TransactWrite')).lastIndexOf(true) - 2;
  await town.ask('eraseCustomer', { id, lostAfter: after });
  await town.ask('listTicketEvents', { id: told });
}
