import { startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { followAccounts } from '../../functions/dunning/account.ts';
import { caseId } from '../../functions/dunning/store.ts';
import { tombstone } from '../../functions/privacy/wipe.ts';
import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import type { Item } from '../../shared/table.ts';
import { type Answer, call, functionEnvironment, staffOf, type Who } from './call.ts';
import { itemsOf } from './dunning.ts';
import { propertyId, unitIdOf } from './fees.ts';
import { audit, makeTill, type Till } from './payments.ts';
import { addStaff, satisfied } from './tickets.ts';

const { tableName } = await functionEnvironment();
const load = async (name: string) => (await import(`../../functions/${name}/handler.ts`)).handler as never;
const offices = await load('offices');
const tickets = await load('tickets');
const payments = await load('payments');
const dunning = await load('dunning');
const fees = await load('fees');
const bills = await load('bills');
const record = await load('audit');
const privacy = await load('privacy');

const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(92, 1)]);
const phone = '13712340987';
/** Everything by which the person could be known: none of it may be left. */
const personal = [phone, '1371234', '欧阳明月', 'moon@example.com', '上官秋', '她家的猫', '端木先生'];

let s3: Awaited<ReturnType<typeof startFauxqs>>;
let till: Till;
let owner: Who;
let id: string;
let ticketId: string;
let attachmentId: string;
let bill: string;

const ask = (handler: never, route: string, params = {}, body?: unknown, query = {}, who = owner) =>
  call(handler, who, route, { params, query, ...(body !== undefined && { body }) });
const erase = (of = id, who = owner): Promise<Answer> =>
  ask(privacy, 'POST /v1/customers/{id}/erase', { id: of }, { reason: 'requested' }, {}, who);
const copy = async () => (await ask(privacy, 'GET /v1/customers/{id}/export', { id })).body;
const everything = () => itemsOf(tableName, till.t);
const leftOf = (text: string) => personal.filter((one) => text.includes(one));
const verified = async () => {
  const { body } = await ask(record, 'GET /v1/audit/verify');
  return { whole: body.whole, faults: body.faults };
};
const follow = () =>
  followAccounts(till.table, [{ propertyId, unitId: unitIdOf(1), payerId: id }], Date.now());

beforeAll(async () => {
  s3 = await startFauxqs({ port: 0, logger: false });
  s3.createBucket('attachments');
  process.env.AWS_ENDPOINT_URL_S3 = `http://127.0.0.1:${s3.port}`;
  process.env.ATTACHMENTS_BUCKET = 'attachments';
  till = await makeTill(tableName, payments, 2);
  owner = staffOf(till.t, ['owner'], await addStaff(till.table));
  const made = await ask(
    offices,
    'POST /v1/customers',
    {},
    {
      unitId: unitIdOf(1),
      name: '欧阳明月',
      phones: [phone],
      emails: ['moon@example.com'],
      emergencyContact: { name: '上官秋', phone: '13900001111' },
      signatories: [{ name: '上官秋' }],
      note: '她家的猫怕生',
    },
  );
  expect(made.status).toBe(201);
  id = made.body.id;
  await ask(
    offices,
    'POST /v1/customers/{id}/disclosures',
    { id },
    {
      caller: { name: '欧阳明月', phone, relation: '本人' },
      asked: ['她家的猫叫什么'],
      evidence: '答对：她家的猫',
      result: 'confirmed',
    },
  );
  bill = await till.bill(1, 10_000, '2026-01-31', id);
  await follow();
  const served = await ask(
    dunning,
    'POST /v1/dunning/{id}/served',
    { id: caseId(unitIdOf(1), id) },
    {
      at: new Date(Date.now() - 60_000).toISOString(),
      outcome: 'signed',
      receiver: '上官秋',
      note: '端木先生在场',
    },
  );
  expect(served.status).toBe(200);
  const ticket = await ask(
    tickets,
    'POST /v1/tickets',
    {},
    {
      kind: 'complaint',
      channel: 'phone',
      propertyId,
      unitId: unitIdOf(1),
      title: '漏水',
      place: '一层大堂',
      description: '欧阳明月说她家的猫受惊',
      reporter: { name: '欧阳明月', phone, customerId: id },
    },
  );
  ticketId = ticket.body.id;
});
afterAll(() => s3.stop());

/** What is under way comes to its end: the ticket with a photo, a signature and words, the bill with its payment. */
async function settle() {
  const step = (name: string, body: unknown) =>
    ask(tickets, `POST /v1/tickets/{id}/${name}`, { id: ticketId }, body);
  const { body: upload } = await step('attachments', {
    name: '欧阳明月.png',
    contentType: 'image/png',
    size: png.length,
  });
  attachmentId = upload.id;
  await fetch(upload.url, { method: 'PUT', headers: upload.headers, body: new Uint8Array(png) });
  const kept = await ask(tickets, 'POST /v1/tickets/{id}/attachments/{attachmentId}/complete', {
    id: ticketId,
    attachmentId,
  });
  expect(kept.status).toBe(200);
  await step('progress', { note: `已致电 ${phone}` });
  await step('resolve', { what: '修好了，她家的猫没事' });
  const closed = await step('callbacks', {
    ...satisfied,
    method: 'visit',
    note: '端木先生代签',
    signature: { attachmentId },
  });
  expect(closed.body.status).toBe('closed');
  const paid = await till.pay('100.00', { payerId: id, note: '上官秋代缴', externalId: 'wx-moon' });
  expect(paid.status).toBe(201);
  await follow();
}

describe('one person\u2019s data (PIPL)', () => {
  it('are not erased while anything is open, and the answer says what', async () => {
    const refused = await erase();
    expect([refused.status, refused.body.inTheWay]).toEqual([
      409,
      { tickets: [ticketId], bills: [bill], credit: '0.00', deposits: '0.00', occupiedUnits: [] },
    ]);
    expect((await erase(id, staffOf(till.t, ['desk']))).status).toBe(403);
    expect((await erase(newId('customer'))).status).toBe(404);
    await settle();
  });

  it('are handed over whole', async () => {
    const { items } = await copy();
    const text = JSON.stringify(items);
    expect(leftOf(text)).toEqual(personal);
    const idsOf = (kind: string) =>
      items.filter((item: { kind: string }) => item.kind === kind).map((item: { id: string }) => item.id);
    const ids = ['customer', 'ticket', 'attachment', 'bill', 'account'].map(idsOf);
    expect(ids).toEqual([[id], [ticketId], [attachmentId], [bill], [unitIdOf(1)]]);
    const kinds = new Set(items.map(({ kind }: { kind: string }) => kind));
    for (const kind of [
      'customer',
      'disclosure',
      'event',
      'ticket',
      'attachment',
      'account',
      'bill',
      'payment',
      'dunning',
    ])
      expect(kinds).toContain(kind);
    expect(text).not.toMatch(/"head"|"hash":"[^"]*","expiresAt"/);
  });

  it('are nowhere after their erasure, while books and chain are whole', async () => {
    const books = await audit(till);
    expect((await verified()).whole).toBe(true);
    const before = JSON.stringify(await everything());
    expect(leftOf(before)).toEqual(personal);
    const gone = await erase();
    expect(gone.status).toBe(200);
    expect(gone.body.erased).toMatchObject({
      disclosure: 1,
      ticket: 1,
      attachment: 1,
      payment: 1,
      dunning: 1,
    });
    const after = await everything();
    expect(leftOf(JSON.stringify(after))).toEqual([]);
    expect(await audit(till)).toEqual(books);
    expect(await verified()).toEqual({ whole: true, faults: [] });
    const objects = await fetch(`http://127.0.0.1:${s3.port}/attachments?list-type=2&prefix=kept/`);
    expect(await objects.text()).not.toContain(attachmentId);
  });

  it('leave a ticket, a history and a file that can still be read', async () => {
    const ticket = await ask(tickets, 'GET /v1/tickets/{id}', { id: ticketId });
    expect(ticket.body).toMatchObject({
      status: 'closed',
      title: '漏水',
      place: '一层大堂',
      reporter: { name: tombstone },
    });
    expect(ticket.body.description).toBeUndefined();
    const { body } = await ask(tickets, 'GET /v1/tickets/{id}/events', { id: ticketId });
    expect(body.items.map(({ type }: { type: string }) => type).at(-1)).toBe('ticket.erased');
    const file = await ask(offices, 'GET /v1/customers/{id}', { id }, undefined, { purpose: 'counter' });
    expect(file.body).toMatchObject({ name: tombstone, phones: [], archived: true });
    const checks = await ask(offices, 'GET /v1/customers/{id}/disclosures', { id });
    expect(checks.body.items[0]).toMatchObject({ caller: { name: tombstone }, result: 'confirmed' });
    const attachment = await ask(tickets, 'GET /v1/tickets/{id}/attachments/{attachmentId}', {
      id: ticketId,
      attachmentId,
    });
    expect(attachment.status).toBe(404);
  });

  it('do not come back', async () => {
    const change = await ask(offices, 'PATCH /v1/customers/{id}', { id }, { name: '欧阳明月' });
    expect(change.status).toBe(409);
    const again = await ask(
      tickets,
      'POST /v1/tickets',
      {},
      {
        kind: 'repair',
        channel: 'phone',
        propertyId,
        title: '灯',
        reporter: { customerId: id },
      },
    );
    expect(again.status).toBe(400);
    expect((await erase()).body.erased).toEqual({});
  });

  it('leave a payment that is posted again what it was: booked', async () => {
    const again = await till.pay('100.00', { payerId: id, externalId: 'wx-moon' });
    expect([again.status, again.body.externalId, again.body.amount]).toEqual([200, 'wx-moon', '100.00']);
    const other = await till.pay('101.00', { payerId: id, externalId: 'wx-moon' });
    expect(other.body).toMatchObject({ status: 409, paymentId: again.body.id });
    await audit(till);
  });

  it('are named by nothing new about money, as if there were no such customer', async () => {
    const unitId = unitIdOf(1);
    const of = { unitId, payerId: id };
    const bill = {
      ...of,
      reference: '钥匙',
      lines: [{ name: '配钥匙', price: '5.00' }],
      dueDay: '2999-01-01',
    };
    const file = { id: unitId };
    const { body: before } = await ask(fees, 'GET /v1/units/{id}/fees', file);
    const past = { payerId: id, role: 'tenant', from: '2020-01-01', to: '2020-12-31' };
    const { item } = await till.table.load({ item: keys.feeFile(till.t, unitId) });
    const occupancies = [past, ...before.occupancies];
    await till.table.commit([
      { put: { ...(item as Item), rest: { ...item?.rest, occupancies } }, expect: 'exists' },
    ]);
    const occupied = (list: unknown[]) => ask(fees, 'PUT /v1/units/{id}/fees', file, { occupancies: list });
    const longer = { ...past, to: '2021-12-31' };
    const { body: other } = await till.pay('1.00');
    const refused: [Answer, string][] = [
      [await till.pay('1.00', { payerId: id, externalId: 'late' }), '/body/payerId'],
      [
        await till.post('/v1/deposits', { ...of, kind: 'key', amount: '1.00', method: 'wechat' }),
        '/body/payerId',
      ],
      [
        await till.post(
          '/v1/payments/{id}/move',
          { payerId: id, reason: '记错' },
          { params: { id: other.id } },
        ),
        '/body/payerId',
      ],
      [await ask(bills, 'POST /v1/bills', {}, bill), '/body/payerId'],
      [await occupied([longer, ...before.occupancies]), '/body/occupancies/0/payerId'],
    ];
    for (const [{ status, body }, path] of refused) {
      const [error] = body.errors ?? [];
      expect([status, error?.path, error?.code]).toEqual([400, path, 'unknown']);
    }
    // Who has paid stays on file.
    expect((await occupied(occupancies)).status).toBe(200);
    await audit(till);
  });

  it('cannot be taken from a history by anybody without its telling', async () => {
    const { body } = await ask(
      tickets,
      'POST /v1/tickets',
      {},
      {
        kind: 'complaint',
        channel: 'phone',
        propertyId,
        title: '灯',
        description: '楼道很黑',
      },
    );
    const key = (await till.table.all({ pk: `${till.t}#${body.id}`, sk: { begins: 'evt#' } }))[0];
    if (!key) throw new Error('no event');
    await till.table.commit([{ update: { pk: key.pk, sk: key.sk }, unset: ['said'], expect: 'exists' }]);
    expect((await verified()).faults).toEqual([{ objectId: body.id, seq: 1, kind: 'edited' }]);
  });
});
