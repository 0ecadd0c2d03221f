import type { Site } from '../../world/crashes.ts';
import type { Town } from '../town.ts';

/** What is owed past its day is asked for, argued about and settled; papers are printed. */
export async function dunning(town: Town): Promise<void> {
  const { mine } = town;
  const propertyId = mine.prp;
  for (const [n, price] of ['30000', '40000'].entries())
    await town.ask('createBill', {
      but: { reference: `戊${n}`, dueDay: '2026-08-27', lines: [{ name: '维修', price, quantity: '1' }] },
    });
  await town.settle();
  for (const day of ['2026-08-26', '2026-08-28', '2026-09-04']) {
    town.at(`${day} 10:00`);
    await town.settle();
  }
  const { items } = await town.ask('listDunning', { query: { propertyId } });
  for (const query of [
    { unitId: mine.unt },
    { propertyId, age: '0-30' },
    { propertyId, stage: items[0].stage },
    { propertyId, state: items[0].state },
  ])
    await town.ask('listDunning', { query });
  const id = items[0].id as string;
  mine.dun = id;
  await town.ask('getDunning', { id });
  await town.ask('getDunningLog', { id });
  await town.ask('printNotices', { query: { propertyId, stage: items[0].stage, building: '3栋' } });
  await town.ask('printNotice', { id });
  // A file that nobody has a link to is thrown away after two days.
  const paper = { loose: (line: string) => (/^object .*\.pdf/.test(line) ? '' : line) };
  await town.ask('createNoticeDocument', paper);
  await town.ask('printBillNotice', { id: mine.bil });
  await town.ask('createBillNoticeDocument', { id: mine.bil, ...paper });
  await town.ask('printRefundNotice', { id: mine.rfd });
  await town.ask('createRefundNoticeDocument', { id: mine.rfd, ...paper });

  const today = '2026-09-04';
  await town.ask('dunningPromise', { id, body: { until: '2026-09-06' } });
  town.at('2026-09-08 10:00');
  await town.settle();
  const { open } = await town.ask('getDunning', { id });
  const half = (Math.floor(Math.round(Number(open) * 100) / 2) / 100).toFixed(2);
  const rest = (Number(open) - Number(half)).toFixed(2);
  await town.ask('dunningPlan', {
    id,
    body: {
      instalments: [
        { day: '2026-09-10', amount: half },
        { day: '2026-09-20', amount: rest },
      ],
    },
  });
  town.at('2026-09-12 10:00');
  await town.settle();
  await town.ask('dunningDispute', { id });
  await town.settle();
  await town.ask('dunningResolveDispute', { id });
  for (const day of ['2026-09-14', '2026-09-20', '2026-09-28', '2026-10-09']) {
    town.at(`${day} 10:00`);
    await town.settle();
  }
  const at = `${today}T02:00:00Z`;
  await town.ask('dunningServed', { id, but: { at } });
  await town.ask('dunningVisit', { id, but: { at } });
  await town.ask('setDunningException', { id });
  await town.ask('liftDunningException', { id });
  for (const day of ['2026-10-20', '2026-11-05', '2026-11-20']) {
    town.at(`${day} 10:00`);
    await town.settle();
  }
  await town.ask('dunningDecision', { id });
  // Other figures from a day on.
  await town.ask('putPolicy', {
    body: {
      effectiveFrom: '2026-11-21',
      dunning: { lateFee: { on: true, afterDays: 0, ratePerDay: '0.001' } },
    },
  });
  town.at('2026-11-21 10:00');
  await town.settle();
  await town.ask('setDunningException', { id, body: { stop: false, reason: '恢复' } });
  town.at('2027-01-04 10:00');
  await town.settle();
}

/** Paid services from the order to its guarantee. */
export async function services(town: Town): Promise<void> {
  const { mine } = town;
  const propertyId = mine.prp;
  mine.svc = (await town.ask('createService')).id;
  await town.ask('listServices');
  await town.ask('listServices', { query: { propertyId } });
  await town.ask('getService', { id: mine.svc });
  await town.ask('changeService', { id: mine.svc, body: { warrantyDays: 60 } });
  const order = async () => (await town.ask('createServiceOrder')).id as string;
  const id = await order();
  await town.ask('listServiceOrders', { query: { propertyId } });
  await town.ask('listServiceOrders', { query: { unitId: mine.unt } });
  await town.ask('getServiceOrder', { id });
  await town.ask('quoteServiceOrder', { id, but: { validUntil: '2027-02-01' } });
  await town.ask('agreeServiceOrder', { id, but: { executeOn: '2027-01-06' } });
  await town.ask('executeServiceOrder', { id });
  await town.ask('deliverPaymentNotice', { id, but: { deliveredAt: '2027-01-04T02:00:00Z' } });
  await town.ask('getServiceOrder', { id });
  await town.settle();
  await town.ask('createPayment', { but: { amount: '2000.00', externalId: 'wx-9' } });
  await town.ask('recordCallback', {
    id,
    body: {
      outcome: 'satisfied',
      method: 'phone',
      attitude: 'good',
      quality: 'good',
      charged: true,
      cashTaken: false,
      solved: true,
      score: 9,
    },
  });
  await town.ask('claimWarranty', { id });
  await town.ask('cancelServiceOrder', { id: await order() });
  await town.settle();
}

/** A person asks what is held about them, and to be forgotten. */
export async function privacy(town: Town): Promise<void> {
  const unit = (await town.ask('createUnit', { but: { number: '1301' } })).id;
  const day = (days: number) => new Date(town.stage.now + days * 86_400_000).toISOString().slice(0, 10);
  const id = (await town.ask('createCustomer', { but: { unitId: unit, name: '韩梅梅' } })).id;
  const ticket = await town.ask('createTicket', { but: { unitId: unit, reporter: { customerId: id } } });
  const upload = await town.ask('addAttachment', {
    id: ticket.id,
    body: { name: 'a.png', contentType: 'image/png', size: 8 },
  });
  town.stage.rig.bucket.put(
    new URL(upload.url).pathname.slice(1),
    'image/png',
    Buffer.from('89504e470d0a1a0a', 'hex'),
  );
  await town.ask('completeAttachment', { params: { id: ticket.id, attachmentId: upload.id } });
  await town.ask('withdrawTicket', { id: ticket.id });
  const bill = { unitId: unit, payerId: id, reference: '己', dueDay: day(1) };
  const charged = await town.ask('createBill', { but: bill });
  await town.settle();
  town.wait(4 * 86_400_000);
  await town.settle();
  const { items } = await town.ask('listDunning', { query: { unitId: unit } });
  await town.ask('dunningPromise', { id: items[0].id, body: { until: day(2), note: '电话承诺' } });
  // The bank's file names what it is for.
  await town.ask('importStatement', {
    query: { propertyId: town.mine.prp, mapping: '工商银行基本户' },
    csv: `交易日期,交易流水号,贷方发生额,对方户名,摘要,附言\n${day(0)},S9,1.00,韩梅梅,${charged.id},\n`,
  });
  await town.ask('createPayment', {
    but: { unitId: unit, payerId: id, amount: '39.00', externalId: 'wx-p', note: '韩' },
  });
  await town.settle();
  await town.ask('exportCustomer', { id });
  // It counts what this call has taken away.
  await town.ask('eraseCustomer', { id, or: 200 });
  const again = (await town.ask('createCustomer', { but: { unitId: unit, name: '李华' } })).id;
  const other = await town.ask('createTicket', { but: { unitId: unit, reporter: { customerId: again } } });
  await town.ask('withdrawTicket', { id: other.id });
  // It died when the erasure was told and the words were still there.
  const told = (calls: readonly Site[]) =>
    calls.map(({ name }) => name.startsWith('TransactWrite')).lastIndexOf(true) - 2;
  await town.ask('eraseCustomer', { id: again, or: 200, lostAfter: told });
  await town.settle();
}
