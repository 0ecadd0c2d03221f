import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { vi } from 'vitest';
import { doChunk } from '../../functions/fees/chunk.ts';
import { type BillMessage, finish, spread } from '../../functions/fees/runStore.ts';
import { inboxWrite, messageId } from '../../functions/notifier/inbox.ts';
import { dayEndWrite } from '../../functions/obligations/store.ts';
import { consume } from '../../functions/stream/consume.ts';
import { derivedId, type IdKind, prefixes } from '../../shared/ids.ts';
import { lists } from '../../shared/keys.ts';
import { listedOf } from '../../shared/obligations/index.ts';
import { SystemTable } from '../../shared/system.ts';
import type { Item } from '../../shared/table.ts';
import { keyOf, staffOf, type Who } from '../integration/call.ts';
import { client, cursors, officeTable } from '../integration/dynamodb.ts';
import { monthlyFee, satisfied } from '../samples.ts';
import { type Door, type Options, operator } from './door.ts';

/** A populated office: at least one of everything that has an id, made through the API as far as the API makes it. */
export interface World {
  tenantId: string;
  slug: string;
  owner: Who;
  /** A program with every scope a key may have. */
  key: Who;
  /** Ids by kind, in the order they were made. */
  ids: Map<string, string[]>;
  /** Ids that are met together in one item: a line and its statement, an attachment and its ticket. */
  beside: Map<string, Set<string>>;
  /** Names that stand in paths where others have ids. */
  mapping: string;
  /** The token of a customer's one-time link. */
  token: string;
  items: Item[];
  /** Keys of files that are uploaded and not counted yet. */
  uploads: string[];
  /** Requests that something is ready for which else nothing would be, by operation. */
  ready: ReadonlyMap<string, readonly Ready[]>;
}

/** What is special in a request; whatever else it has is the example's. */
export interface Ready {
  params?: Record<string, string>;
  query?: Record<string, string>;
  body?: Record<string, unknown>;
  /** What is sent where it is not JSON. */
  file?: string;
}

/** The moment at which offices are asked; what they have was made in the two months before. */
export const now = '2026-09-30T03:00:00.000Z';
const begun = Date.parse('2026-08-03T01:00:00Z');

/** A file that looks like what it says it is. */
export const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(92, 1)]);
let offices = 0;

/** An owner's requests, of which each has to succeed. */
export function atWork(door: Door, from: number) {
  const clock = { at: from };
  const ask = async (who: Who, name: string, options: Options = {}) => {
    // Ids sort by time: each request has a second of its own, so that they have the same order in every run.
    clock.at += 1000;
    vi.useFakeTimers({ toFake: ['Date'], now: clock.at });
    const answer = await door.ask(who, name, options);
    if (answer.status >= 300)
      throw new Error(`${name} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const by =
    (method: 'POST' | 'PUT', owner: Who) =>
    (path: string, body?: unknown, params: Record<string, string> = {}) =>
      ask(owner, `${method} ${path}`, { params, ...(body !== undefined && { body }) });
  return { clock, ask, by };
}

export async function makeWorld(door: Door): Promise<World> {
  const { clock, ask, by } = atWork(door, begun);
  const slug = `world-${++offices}`;
  const made = await ask(operator, 'POST /operator/v1/tenants', {
    body: { slug, name: slug, owner: { name: '李总', email: `owner@${slug}.example` } },
  });
  const t = made.id as string;
  const owner = staffOf(t, ['owner'], made.ownerId);
  const post = by('POST', owner);
  const put = by('PUT', owner);

  const propertyId = (await post('/v1/properties', { name: '锦绣花园' })).id as string;
  const second = (await post('/v1/properties', { name: '二期' })).id as string;
  const units: string[] = [];
  for (const number of ['101', '102', '103'])
    units.push(
      (await post('/v1/units', { propertyId, building: '1栋', number, areaM2: 89.5, occupancy: 'occupied' }))
        .id,
    );
  await post('/v1/units', { propertyId: second, building: '2栋', number: '201', occupancy: 'vacant' });
  const [unitId = '', otherUnit = ''] = units;
  const payers: string[] = [];
  for (const [i, unit] of units.entries())
    payers.push(
      (
        await post('/v1/customers', {
          unitId: unit,
          name: `业主${i}`,
          kind: 'owner',
          phones: [`1380000000${i}`],
        })
      ).id,
    );
  const [payerId = '', otherPayer = ''] = payers;
  await post(
    '/v1/customers/{id}/disclosures',
    { caller: { name: '张伟' }, asked: ['房号'], evidence: '一致', result: 'confirmed' },
    { id: payerId },
  );
  const staff: string[] = [];
  for (const role of ['desk', 'engineer', 'supervisor'])
    staff.push((await post('/v1/staff', { name: role, email: `${role}@${slug}.example`, roles: [role] })).id);
  const [, engineer = ''] = staff;
  const { id: keyId } = await post('/v1/api-keys', { name: 'App', scopes: ['tickets:read'] });
  await post('/v1/api-keys', { name: 'Second', scopes: ['tickets:read'] });
  const webhook = await post('/v1/webhooks', { url: 'https://crm.example.com/hook', events: ['ticket.*'] });
  await post('/v1/webhooks', { url: 'https://crm.example.com/second', events: ['*'] });
  for (let i = 0; i < 2; i++) await post('/v1/webhooks/{id}/test', undefined, { id: webhook.id });
  await put('/v1/policy', { effectiveFrom: '2026-08-03', rules: {} });
  await put('/v1/calendar', { base: 'cn', extraRest: ['2026-03-09'] });
  const csv = (text: string) => ({ raw: { data: Buffer.from(text), type: 'text/csv' } });
  await ask(owner, 'POST /v1/units/import', { query: { propertyId }, ...csv('楼栋,房号\n3栋,301\n') });

  // Fees, so that something is owed since a month ago.
  await post('/v1/fee-standards', {
    ...monthlyFee(propertyId),
    due: { kind: 'dayOfMonth', day: 20 },
  });
  await post('/v1/fee-standards', {
    propertyId,
    kind: 'water',
    name: '水费',
    basis: 'metered',
    cycle: 'month',
    from: '2026-01-01',
    price: '3.45',
    payer: 'owner',
    due: { kind: 'dayOfMonth', day: 20 },
  });
  await put(
    '/v1/properties/{id}/fees',
    { vacantDiscount: { percent: '30', kinds: ['management'] } },
    {
      id: propertyId,
    },
  );
  for (const [i, id] of units.entries())
    await put(
      '/v1/units/{id}/fees',
      { occupancies: [{ payerId: payers[i], role: 'owner', from: '2026-01-01' }] },
      { id },
    );
  const file = await post(
    '/v1/units/{id}/meters',
    { kind: 'water', initial: { day: '2026-07-31', value: '12.5' } },
    { id: unitId },
  );
  const meterId = JSON.stringify(file).match(/mtr_\w{26}/)?.[0];
  await post('/v1/units/{id}/readings', { meterId, day: '2026-08-02', value: '20' }, { id: unitId });
  const bill = async (unit: string, payer: string, price: string, reference: string) =>
    (
      await post('/v1/bills', {
        unitId: unit,
        payerId: payer,
        reference,
        lines: [{ name: '门禁卡', price, quantity: '2' }],
        dueDay: '2026-08-20',
      })
    ).id as string;
  for (let i = 0; i < 3; i++) {
    await bill(unitId, payerId, '300', `甲${i}`);
    await bill(otherUnit, otherPayer, '200', `乙${i}`);
  }
  await post('/v1/bills/{id}/void', { reason: '有误' }, { id: await bill(unitId, payerId, '1', '作废') });
  for (const [i, amount] of ['100.00', '2000.00'].entries())
    await post('/v1/payments', { unitId, payerId, amount, method: 'wechat', externalId: `wx-000${i}0000` });
  const deposit = (amount: string) =>
    post('/v1/deposits', { unitId, payerId, kind: 'renovation', amount, method: 'bank' });
  const { id: accepted } = await deposit('2000.00');
  await deposit('500.00');
  await post('/v1/deposits/{id}/accept', { note: '合格' }, { id: accepted });
  await post('/v1/refunds', {
    unitId,
    payerId,
    amount: '10.00',
    method: 'bank',
    payee: { name: '张伟', account: '6222000000000000000' },
    reason: '多缴',
  });
  const service = await post('/v1/services', {
    name: '空调清洗',
    pricing: { by: 'unit', price: '80', unit: '台' },
    warrantyDays: 30,
  });
  for (let i = 0; i < 2; i++)
    await post('/v1/service-orders', {
      unitId,
      payerId,
      items: [{ serviceId: service.id, quantity: '2' }],
      channel: 'phone',
    });
  const mapping = '工行';
  await post('/v1/statement-mappings', {
    name: mapping,
    method: 'bank',
    columns: { amount: '收入', day: '日期', serial: '流水号', payer: '户名', reference: ['摘要'] },
  });
  await ask(owner, 'POST /v1/statements/import', {
    query: { propertyId, mapping },
    ...csv(
      '日期,流水号,收入,户名,摘要\n2026-08-02,S1,30.00,某人,转账\n2026-08-02,S2,31.00,某人,转账\n2026-08-02,S3,32.00,某人,转账\n',
    ),
  });
  for (const phase of ['preview', 'issue']) {
    const { id } = await post('/v1/bill-runs', {
      propertyId,
      cycle: phase === 'issue' ? '2026-08' : '2026-09',
    });
    await work(door.tableName, t, id);
    if (phase === 'preview') continue;
    await post('/v1/bill-runs/{id}/issue', undefined, { id });
    await work(door.tableName, t, id);
  }

  // What is owed past its day becomes a dunning case; here is what the stream would bring about.
  clock.at = Date.parse(now) - 3 * 86_400_000;
  const tickets: string[] = [];
  const ticket = async (...steps: [string, unknown][]) => {
    const { id } = await post('/v1/tickets', {
      kind: 'complaint',
      channel: 'phone',
      title: '停水',
      propertyId,
      unitId,
    });
    tickets.push(id);
    for (const [step, body] of steps) await post(`/v1/tickets/{id}/${step}`, body, { id });
    return id as string;
  };
  const dispatch: [string, unknown] = [
    'dispatch',
    { assigneeId: engineer, what: '换密封圈', dueAt: '2026-10-09T08:00:00Z', given: 'printed' },
  ];
  const resolve: [string, unknown] = ['resolve', { what: '已换', cause: 'wear' }];
  await ticket();
  await ticket(dispatch);
  const done = await ticket(dispatch, ['progress', { note: '等件' }], resolve);
  const { url } = await post('/v1/tickets/{id}/confirmation-links', undefined, { id: done });
  const token = String(url).split('/c/')[1] ?? '';
  await ticket(dispatch, resolve, ['callbacks', satisfied]);
  await ticket(['withdraw', { reason: '误报' }]);
  for (const complete of [true, false]) {
    const upload = await post(
      '/v1/tickets/{id}/attachments',
      { name: 'a.png', contentType: 'image/png', size: png.length },
      { id: tickets[0] ?? '' },
    );
    if (!complete) continue;
    await fetch(upload.url, { method: 'PUT', headers: upload.headers, body: new Uint8Array(png) });
    await post('/v1/tickets/{id}/attachments/{attachmentId}/complete', undefined, {
      id: tickets[0] ?? '',
      attachmentId: upload.id,
    });
  }
  const office = officeTable(door.tableName, t);
  for (let i = 0; i < 2; i++)
    await office.commit([
      inboxWrite(t, owner.id, {
        id: messageId(new Date(clock.at).toISOString(), t, String(i)),
        at: new Date(clock.at).toISOString(),
        kind: 'remind',
        critical: false,
        title: { en: 'A', zh: '甲' },
        text: { en: 'B', zh: '乙' },
      }),
    ]);
  // Beside one obligation each, as it is found with its object.
  const owed = (await office.query({ index: 'g5', pk: lists.oblOfProperty(t, propertyId), limit: 2 })).items;
  for (const [i, item] of owed.entries()) {
    const day = `2026-09-2${i + 8}`;
    const listed = { id: derivedId('dayEnd', t, day), propertyId, day, at: new Date(clock.at).toISOString() };
    await office.commit([
      dayEndWrite(t, { ...listed, count: 1, more: false, to: [], lines: [listedOf(item)] }),
    ]);
  }
  await told(door, t, clock.at);
  return {
    tenantId: t,
    slug,
    owner,
    key: { ...keyOf(t), id: keyId },
    mapping,
    token,
    uploads: [],
    ready: new Map(),
    ...(await foundIn(door, t)),
  };
}

/** Does what the stream would do once it is told of accounts: what is owed past its day becomes a dunning case. */
export async function told(door: Door, t: string, at: number): Promise<void> {
  const system = new SystemTable({ client, tableName: door.tableName, cursors });
  const accounts = (await door.itemsOf(t)).filter(({ et }) => et === 'account');
  await consume(records(accounts), system, at, async (all) => all);
}

/** What an office has by now, and puts the clock to the moment at which it is asked. */
export async function foundIn(door: Door, t: string): Promise<Pick<World, 'items' | 'ids' | 'beside'>> {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(now) });
  const items = await door.itemsOf(t);
  return { ...idsIn(items), items };
}

/** What the biller does with a run. */
async function work(tableName: string, t: string, runId: string): Promise<void> {
  const worker = {
    office: officeTable(tableName, t),
    actor: { kind: 'system', id: 'biller' } as const,
    requestId: 'world',
    now: Date.now(),
  };
  const chunks: BillMessage[] = [];
  await spread(worker.office, runId, async (messages) => void chunks.push(...messages));
  for (const chunk of chunks) if (chunk.kind === 'billChunk') await doChunk(worker, chunk);
  await finish(worker, runId);
}

const records = (items: Item[]) =>
  items.map((item, i) => ({
    eventName: 'INSERT',
    dynamodb: {
      SequenceNumber: String(i).padStart(12, '0'),
      NewImage: marshall(item, { removeUndefinedValues: true }),
    },
  })) as unknown as DynamoDBRecord[];

const kindOf = new Map<string, IdKind>(
  Object.entries(prefixes).map(([kind, prefix]) => [prefix, kind as IdKind]),
);

function idsIn(items: Item[]): Pick<World, 'ids' | 'beside'> {
  const ids = new Map<string, string[]>();
  const beside = new Map<string, Set<string>>();
  for (const item of items) {
    const here = new Set(JSON.stringify(item).match(/\b[a-z]{3}_[0-9A-HJKMNP-TV-Z]{26}/g));
    for (const id of here) {
      const kind = kindOf.get(id.slice(0, 3));
      if (!kind || kind === 'tenant') continue;
      const known = beside.get(id) ?? new Set();
      if (known.size === 0) ids.set(kind, [...(ids.get(kind) ?? []), id]);
      for (const other of here) known.add(other);
      beside.set(id, known);
    }
  }
  for (const all of ids.values()) all.sort();
  return { ids, beside };
}

/** An id that differs from another in its last character only. */
export const twinOf = (tenantId: string) => `${tenantId.slice(0, -1)}${tenantId.endsWith('7') ? '8' : '7'}`;

/** The same office once more under another id: every other id is the same. */
export async function cloneOf(door: Door, world: World, tenantId: string): Promise<World> {
  const moved = (value: unknown): unknown =>
    typeof value === 'string'
      ? value.replaceAll(world.tenantId, tenantId)
      : value instanceof Uint8Array || typeof value !== 'object' || value === null
        ? value
        : Array.isArray(value)
          ? value.map(moved)
          : Object.fromEntries(Object.entries(value).map(([name, one]) => [name, moved(one)]));
  const items = world.items.map((item) => moved(item) as Item);
  for (let from = 0; from < items.length; from += 25)
    await client.send(
      new BatchWriteCommand({
        RequestItems: {
          [door.tableName]: items.slice(from, from + 25).map((Item) => ({ PutRequest: { Item } })),
        },
      }),
    );
  const uploads = world.uploads.map((key) => key.replace(world.tenantId, tenantId));
  await Promise.all(uploads.map((key) => door.upload(key, png)));
  return {
    ...world,
    uploads,
    tenantId,
    owner: { ...world.owner, tenantId },
    key: { ...world.key, tenantId },
    items,
  };
}
