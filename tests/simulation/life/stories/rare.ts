import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { inboxWrite, messageId } from '../../../../functions/notifier/inbox.ts';
import type { Head } from '../../../../shared/history.ts';
import type { Item } from '../../../../shared/table.ts';
import { satisfied } from '../../../samples.ts';
import type { Site } from '../../world/crashes.ts';
import type { Town } from '../town.ts';

const issuer = 'https://issuer.example';

/** What happens now and then. */
export async function seldom(town: Town): Promise<void> {
  await paidLate(town);
  await signIn(town);
  await atOnce(town);
  await broken(town);
  await newYear(town);
  await money(town);
  await inbox(town);
  await suspended(town);
}

/** What is asked for is paid while somebody owes a visit, taken back, and paid again at the moment of the next step. */
async function paidLate(town: Town): Promise<void> {
  const paid = await town.ask('createPayment', { but: { amount: '90000.00', externalId: 'wx-30' } });
  await town.settle();
  await town.ask('reversePayment', { id: paid.id });
  await town.settle();
  town.wait(40 * 86_400_000);
  await town.settle();
  town.wait(40 * 86_400_000);
  await town.ask('createPayment', { but: { amount: '90000.00', externalId: 'wx-31' } });
  await town.schedule({ kind: 'sweep' });
  await town.work();
  await town.settle();
}

/** The owner signs in with a token of the house's issuer. */
async function signIn(town: Town): Promise<void> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const known = town.stage.rig.issuer;
  known.set('/.well-known/openid-configuration', { issuer, jwks_uri: `${issuer}/keys` });
  known.set('/keys', { keys: [{ ...(await exportJWK(publicKey)), kid: '1', alg: 'ES256' }] });
  const token = await new SignJWT({ email: 'owner@jinxiu.example', email_verified: true })
    .setProtectedHeader({ alg: 'ES256', kid: '1' })
    .setSubject('owner')
    .setIssuer(issuer)
    .setAudience('huifang')
    .setExpirationTime(Math.floor(town.stage.now / 1000) + 86_400)
    .sign(privateKey);
  await town.authorize(`Bearer ${token}`);
}

/** Two do something at the same moment; a function has no time left. */
async function atOnce(town: Town): Promise<void> {
  const { mine, stage } = town;
  const { rig } = stage;
  const gone = await town.ask('createWebhook', {
    but: { url: 'https://93.184.215.16/gone', events: ['ticket.*'] },
  });
  await town.ask('testWebhook', { id: gone.id });
  rig.status = (path) => (path === '/gone' ? 410 : 200);
  rig.meanwhile = {
    at: /^https \(courier\)/,
    act: () => {
      const item = town.item('webhooks', gone.id);
      rig.write({ ...item, v: item.v + 1 });
    },
  };
  await town.settle();
  rig.meanwhile = undefined;
  rig.status = () => 200;
  await town.ask('removeWebhook', { id: gone.id });
  await town.settle();
  // Another biller is at the same run; another stream at the same ticket.
  const run = await town.ask('createBillRun', { but: { cycle: '2027-01' } });
  const touch = (at: RegExp, find: () => Item) => {
    rig.meanwhile = { at, act: () => rig.write({ ...find(), v: find().v + 1 }) };
  };
  touch(/^TransactWrite \(biller\) .*runStore/, () => town.item(run.id, 'run'));
  await town.settle();
  rig.meanwhile = undefined;
  const { id } = await town.ask('createTicket');
  mine.tkt = id;
  await town.settle();
  await town.ask('resolveTicket', { id });
  touch(/^TransactWrite \(stream\) .*counters/, () => counted(town, id));
  await town.stream();
  rig.meanwhile = undefined;
  // A batch of the stream comes again, and its deliveries are there.
  await town.ask('makeConfirmationLink', { id });
  await town.ask('recordCallback', { id, body: satisfied });
  const lastFanout = (calls: readonly Site[]) =>
    calls.findLastIndex(({ name }) => /^TransactWrite .*fanout/.test(name));
  await town.stream({ lostAfter: lastFanout });
  await town.settle();
  await town.ask('createBillRun', { but: { cycle: '2026-10' } });
  await town.stream();
  await town.work({ getRemainingTimeInMillis: () => 1000 });
  await town.settle();
  await town.ask('listTickets', { query: { view: 'unfinished', propertyId: mine.prp } });
  const { url } = await confirmable(town);
  await town.ask('confirm', {
    params: { token: url.split('/c/')[1] },
    as: undefined,
    form: { solved: 'yes' },
    is: 400,
  });
}

/** What the counters hold of a ticket. */
function counted({ stage }: Town, id: string): Item {
  const found = [...stage.rig.table.items()].find(({ et, pk }) => et === 'counted' && pk.endsWith(id));
  if (!found) throw new Error('nothing is counted of it');
  return found;
}

async function confirmable(town: Town) {
  const { id } = await town.ask('createTicket');
  town.mine.tkt = id;
  await town.ask('resolveTicket', { id });
  return town.ask('makeConfirmationLink', { id });
}

/** Somebody writes past the service, and it is found. */
async function broken(town: Town): Promise<void> {
  const id = town.mine.tkt;
  const ticket = town.item(id, 'ticket');
  const head = ticket.rest?.head as Head;
  town.stage.rig.write({ ...ticket, rest: { ...ticket.rest, head: { seq: head.seq - 1, hash: 'x' } } });
  await town.ask('verifyAudit', { query: { objectId: id } });
  const event = town.item(id, 'evt#000001');
  town.stage.rig.write({ ...event, rest: { ...event.rest, at: '2026-01-01T00:00:00.000Z' } });
  await town.ask('verifyAudit');
  town.stage.rig.write(event);
  town.stage.rig.write(ticket);
}

/** A calendar that was not published when deadlines were counted, under rules that are no longer among the newest. */
async function newYear(town: Town): Promise<void> {
  town.at('2027-12-29 10:00');
  await town.settle();
  await town.ask('createTicket', { but: { grade: 'general' } });
  await town.settle();
  for (let n = 0; n < 52; n++)
    await town.ask('putPolicy', {
      body: { effectiveFrom: '2027-12-29', callbacks: { attempts: 2 + (n % 3) } },
    });
  await town.ask('putCalendar', {
    body: { base: 'cn', years: { '2028': { holidays: ['2028-01-03'], makeUp: [] } } },
  });
  town.wait(60_000);
  await town.settle();
  // The digest of the desk.
  await town.ask('putPolicy', {
    body: { effectiveFrom: '2027-12-29', digest: { roles: ['owner', 'desk', 'supervisor'] } },
  });
  await town.ask('createTicket', { but: { grade: 'major' } });
  for (const day of ['2027-12-30', '2028-01-04', '2028-01-06']) {
    await town.pass(day);
  }
}

/** Money that was used for more than one thing, and is taken back. */
async function money(town: Town): Promise<void> {
  const { mine } = town;
  const propertyId = mine.prp;
  const unit = (await town.ask('createUnit', { but: { number: '1401' } })).id as string;
  mine.unt = unit;
  mine.cus = (await town.ask('createCustomer')).id;
  const charge = (reference: string) => town.ask('createBill', { but: { reference, dueDay: '2028-01-10' } });
  const pay = async (amount: string, externalId: string) =>
    (await town.ask('createPayment', { but: { amount, externalId } })).id as string;
  // Paid before it was charged.
  const early = await pay('100.00', 'wx-20');
  await charge('庚');
  await town.ask('settleUnit', { id: unit });
  await town.ask('reversePayment', { id: early });
  const partly = await pay('60.00', 'wx-21');
  await charge('辛');
  const other = (await town.ask('createCustomer', { but: { name: '李雷', kind: 'tenant' } })).id;
  await town.ask('createBill', { but: { reference: '壬', payerId: other, dueDay: '2028-01-10' } });
  await town.ask('movePayment', { id: partly, but: { payerId: other } });
  const back = await town.ask('createRefund', { but: { payerId: other, amount: '10.00' } });
  await town.ask('createBill', { but: { reference: '癸', payerId: other, dueDay: '2028-01-10' } });
  await town.ask('reverseRefund', { id: back.id });
  // Paid more than the one that was meant, while another is open.
  const meant = await charge('子');
  await charge('丑');
  const allocations = [{ billId: meant.id, amount: meant.open }];
  await town.ask('createPayment', { but: { amount: '70.00', externalId: 'wx-23', allocations } });
  await town.ask('settleUnit', { id: unit });
  const { id } = await town.ask('createDeposit');
  await town.ask('acceptDeposit', { id });
  await town.ask('applyDeposit', { id, body: { amount: '50.00' } });
  town.at('2028-01-12 10:00');
  await town.settle();
  for (const by of ['building', 'payer', 'age']) await town.ask('listArrears', { query: { propertyId, by } });
  await town.ask('listPayments', { query: { propertyId, day: '2028-01-06' } });
  // For a unit that is not theirs; by somebody who has nothing to do with it.
  const neighbour = (await town.ask('createUnit', { but: { number: '1402' } })).id;
  await town.ask('createPayment', { but: { unitId: neighbour, externalId: 'wx-22' }, is: 400 });
  await town.ask('listDisclosures', { id: other });
  await readings(town);
  await estimated(town);
}

/** Of a month in which nobody read the meters a bill is taken back. */
async function estimated(town: Town): Promise<void> {
  const query = { propertyId: town.mine.prp, dueFrom: '2027-11-01', dueTo: '2027-12-31', limit: '100' };
  const { items } = await town.ask('listBills', { query });
  const bill = items.find(
    ({ cycle, status }: { cycle: string; status: string }) => cycle === '2027-10' && status !== 'void',
  );
  await town.ask('voidBill', { id: bill.id });
}

async function readings(town: Town): Promise<void> {
  const { mine } = town;
  const id = mine.unt;
  const initial = { day: '2027-06-30', value: '1' };
  await town.ask('addMeter', { id, body: { kind: 'water', name: 'W14', initial } });
  const day = (n: number) => new Date(Date.parse('2027-07-01') + n * 86_400_000).toISOString().slice(0, 10);
  const read = (lines: string[], is?: number) =>
    town.ask('importReadings', {
      query: { propertyId: mine.prp },
      csv: `楼栋,房号,表号,日期,读数\n${lines.join('\n')}\n`,
      or: 200,
      loose: (line) => (/"type":"readings.imported"|#imports"/.test(line) ? '' : line),
      ...(is !== undefined && { is }),
    });
  // More than a unit's file keeps, and the oldest of them once more.
  await read(Array.from({ length: 40 }, (_, n) => `,,W14,${day(2 * n)},${10 + 2 * n}`));
  await read([`,,W14,${day(0)},10`]);
  await read([`3栋,1402,W15,${day(1)},11`], 400);
}

/** More messages than one transaction marks as read. */
async function inbox(town: Town): Promise<void> {
  const { tenantId = '', id } = town.who;
  for (let n = 0; n < 120; n++) {
    const at = new Date(town.stage.now + n).toISOString();
    const words = { en: 'A', zh: '甲' };
    const message = {
      id: messageId(at, id, String(n)),
      at,
      kind: 'remind',
      critical: false,
      title: words,
      text: words,
    } as const;
    const write = inboxWrite(tenantId, id, message);
    if ('put' in write) town.stage.rig.write(write.put);
  }
  // It counts what this call has marked.
  await town.ask('readAllMessages', { or: 200 });
}

/** What is due while an office is suspended waits. */
async function suspended(town: Town): Promise<void> {
  const { operator, who, mine, stage } = town;
  const id = who.tenantId ?? '';
  stage.rig.status = () => 500;
  await town.ask('testWebhook', { id: mine.whk });
  await town.ask('createTicket', { but: { grade: 'major' } });
  await town.settle();
  await town.ask('suspendTenant', { as: operator, id });
  town.wait(9 * 86_400_000);
  await town.settle();
  stage.rig.status = () => 200;
  const counter = [...stage.rig.table.items()].find(({ et, pk }) => et === 'counter' && pk.startsWith(id));
  if (!counter) throw new Error('nothing is counted');
  const [name = ''] = Object.keys(counter).filter((one) => typeof counter[one as 'g1pk'] === 'number');
  town.stage.rig.write({ ...counter, [name]: 77 });
  await town.rebuild(id);
  await town.ask('reactivateTenant', { as: operator, id });
  town.wait(2 * 3_600_000);
  await town.settle();
}
