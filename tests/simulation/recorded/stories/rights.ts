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

/** Everything that has to be settled first, each alone. */
async function inTheWay(town: Town): Promise<void> {
  const { id, unitId } = await person(town, '1402', '方圆');
  const refused = () => town.refused('eraseCustomer', { id, is: 409 });
  const reporter = { customerId: id };
  const ticket = await town.ask('createTicket', { but: { unitId, reporter, grade: 'general' } });
  await refused();
  await town.ask('withdrawTicket', { id: ticket.id });
  const bill = { unitId, payerId: id, dueDay: '2026-09-01' };
  const { id: billId } = await town.ask('createBill', { but: { ...bill, reference: '一' } });
  await refused();
  await town.ask('voidBill', { id: billId });
  // Two things never make up for each other.
  town.about = 'two things';
  const open = async (reference: string) =>
    (await town.ask('createBill', { but: { ...bill, reference } })).id as string;
  const complaint = { unitId, reporter, grade: 'general' };
  const cent = { unitId, payerId: id, amount: '0.01' };
  const another = (await town.ask('createTicket', { but: complaint })).id;
  const second = await open('二');
  await refused();
  await town.ask('voidBill', { id: second });
  const { id: tip } = await town.ask('createPayment', { but: { ...cent, externalId: 'wx-0' } });
  await refused();
  await town.ask('withdrawTicket', { id: another });
  const { id: small } = await town.ask('createDeposit', { but: cent });
  await refused();
  await town.ask('reverseDeposit', { id: small });
  await town.ask('reversePayment', { id: tip });
  town.about = 'one thing';
  const payment = { unitId, payerId: id, amount: '12.34' };
  const { id: paid } = await town.ask('createPayment', { but: { ...payment, externalId: 'wx-1' } });
  await refused();
  await town.ask('reversePayment', { id: paid });
  const deposit = { unitId, payerId: id };
  const { id: held } = await town.ask('createDeposit', { but: deposit });
  await refused();
  await town.ask('reverseDeposit', { id: held });
  const occupy = (to?: string) =>
    town.ask('setUnitFees', {
      id: unitId,
      body: {
        occupancies: [
          { payerId: neighbour, role: 'tenant', from: '2026-01-01' },
          { payerId: id, role: 'owner', from: '2026-01-01', ...(to && { to }) },
        ],
      },
    });
  const neighbour = (await town.ask('createCustomer', { but: { unitId, name: '邻居', kind: 'tenant' } })).id;
  await town.ask('createBill', { but: { unitId, payerId: neighbour, dueDay: '2026-09-01' } });
  await occupy();
  await refused();
  const third = await open('三');
  await refused();
  await town.ask('voidBill', { id: third });
  // Today it still goes on.
  await occupy('2026-08-08');
  await refused();
  await occupy('2026-08-07');
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
  const { id, unitId } = await person(town, '1403', '程远');
  const reporter = { customerId: id, name: '程远', phone: '13700000000' };
  const ticket = async (but: object = {}) =>
    (await town.ask('createTicket', { but: { unitId, reporter, grade: 'general', ...but } })).id as string;
  await ticket({ reporter: { name: '别人', phone: '13700000001' } });
  const first = await ticket({ description: '漏水\n很久了' });
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
  await town.ask('withdrawTicket', { id: await ticket() });
  mine.bil = (await town.ask('createBill', { but: { unitId, payerId: id, dueDay: '2026-08-04' } })).id;
  await town.settle();
  town.at('2026-08-08 10:00');
  await town.settle();
  const { items } = await town.ask('listDunning', { query: { unitId } });
  const [{ id: dunning }] = items;
  await town.ask('dunningDispute', { id: dunning });
  await town.ask('dunningResolveDispute', { id: dunning });
  await town.ask('dunningPromise', { id: dunning, body: { until: '2026-08-12', note: '电话承诺' } });
  const { id: deposit } = await town.ask('createDeposit', { but: { unitId, payerId: id, note: '装修' } });
  await town.ask('acceptDeposit', { id: deposit });
  await town.ask('refundDeposit', { id: deposit });
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
  town.at('2026-08-08 12:00');
  overhear(town);
  await town.ask('eraseCustomer', { id });
  town.stage.rig.neighbour = () => undefined;
  await town.ask('eraseCustomer', { id });
  await town.ask('getTicket', { id: tkt });
  await town.ask('listTicketEvents', { id: tkt });
  await town.ask('verifyAudit', { query: { objectId: tkt } });
  await town.ask('getBill', { id: bil });
  await town.ask('exportCustomer', { id });
}

/** It died when the erasure was told and the words were still there: asked again, it takes them. */
async function interrupted(town: Town): Promise<void> {
  const { id, unitId } = await person(town, '1404', '夏天');
  const { id: ticket } = await town.ask('createTicket', {
    but: { unitId, reporter: { customerId: id }, description: '漏水' },
  });
  await town.ask('withdrawTicket', { id: ticket });
  const told = (calls: readonly Site[]) =>
    calls.map(({ name }) => name.startsWith('TransactWrite')).lastIndexOf(true) - 2;
  await town.ask('eraseCustomer', { id, lostAfter: told });
  await town.ask('listTicketEvents', { id: ticket });
}
