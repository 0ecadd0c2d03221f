import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { BillMessage, Worker } from '../../functions/fees/runStore.ts';
import { newId } from '../../shared/ids.ts';
import { keys, lists } from '../../shared/keys.ts';
import type { Item } from '../../shared/table.ts';
import { functionEnvironment, staffOf, together, type Who } from './call.ts';
import { officeTable } from './dynamodb.ts';
import { customerIdOf, estate, feesApi, management, propertyId, unitIdOf } from './fees.ts';

const env = await functionEnvironment();
const handler = await together('billing', 'bills', 'fees');
const { doChunk } = await import('../../functions/fees/chunk.ts');
const { finish, spread } = await import('../../functions/fees/runStore.ts');
const { beginScheduled } = await import('../../functions/fees/schedule.ts');

const actor = { kind: 'system', id: 'biller' } as const;

beforeAll(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-10-01T02:00:00Z') }));
afterAll(() => {
  vi.useRealTimers();
  env.close();
});

/** A queue in memory and the biller's work on it, as `functions/biller` does it; a message is gone when it was done. */
class Works {
  readonly queue: BillMessage[] = [];
  readonly sent: BillMessage[] = [];
  private readonly t: string;
  constructor(t: string) {
    this.t = t;
  }

  private readonly send = async (messages: BillMessage[]) => {
    this.queue.push(...messages);
    this.sent.push(...messages);
  };

  private async work(message: BillMessage): Promise<void> {
    const office = officeTable(env.tableName, this.t);
    const worker: Worker = { office, actor, requestId: 'test', now: Date.now() };
    const run = async (runId: string) => {
      await spread(worker.office, runId, this.send);
      if (await finish(worker, runId)) await spread(worker.office, runId, this.send);
    };
    if (message.kind === 'billRun') await run(message.runId);
    else {
      await doChunk(worker, message);
      if (await finish(worker, message.runId)) await run(message.runId);
    }
  }

  /** Until the queue is empty. */
  async drain(): Promise<void> {
    for (let message = this.queue[0]; message; message = this.queue[0]) {
      await this.work(message);
      this.queue.splice(this.queue.indexOf(message), 1);
    }
  }

  async begin(runId: string): Promise<void> {
    this.queue.push({ kind: 'billRun', tenantId: this.t, runId });
    await this.drain();
  }
}

async function office(n: number, ...more: [Parameters<typeof estate>[3]?, Parameters<typeof estate>[4]?]) {
  const t = newId('tenant');
  const who: Who = staffOf(t, ['finance']);
  await estate(env.tableName, t, n, ...more);
  const api = feesApi(handler, who);
  expect((await api.post('/v1/fee-standards', management)).status).toBe(201);
  return { t, api, works: new Works(t), table: officeTable(env.tableName, t) };
}

type Office = Awaited<ReturnType<typeof office>>;

const create = async ({ api }: Office, body: object = {}) => {
  const answer = await api.post('/v1/bill-runs', { propertyId, cycle: '2026-10', ...body });
  expect(answer.status).toBe(201);
  return answer.body.id as string;
};
const run = async ({ api }: Office, id: string) => (await api.get('/v1/bill-runs/{id}', { id })).body;
const issue = ({ api }: Office, id: string) => api.ask('POST /v1/bill-runs/{id}/issue', { params: { id } });
const notes = async ({ api }: Office, id: string, phase: string) =>
  (await api.get('/v1/bill-runs/{id}/notes', { id }, { phase })).body.items;

/** A whole run from preview to bills. */
async function whole(of: Office): Promise<string> {
  const id = await create(of);
  await of.works.begin(id);
  expect((await issue(of, id)).status).toBe(200);
  await of.works.begin(id);
  return id;
}

describe('a bill run', () => {
  it('shows first what it would issue, and issues only on a word', async () => {
    const of = await office(3);
    const id = await create(of);
    expect((await run(of, id)).state).toBe('planning');
    expect((await issue(of, id)).status).toBe(409);
    await of.works.begin(id);
    const preview = await run(of, id);
    // 100, 100.01 and 100.02 m2 at 2.35.
    expect(preview).toMatchObject({
      state: 'previewed',
      preview: { units: 3, bills: 3, total: '705.07', failed: 0 },
    });
    expect((await of.api.get('/v1/bills', {}, { propertyId })).body.items).toEqual([]);

    const issuing = await issue(of, id);
    expect([issuing.status, issuing.body.state]).toEqual([200, 'issuing']);
    expect(issuing.body.progress).toEqual({ issued: 0, failed: 0, total: 3 });
    await of.works.begin(id);
    expect(await run(of, id)).toMatchObject({
      state: 'issued',
      issue: { units: 3, bills: 3, total: '705.07' },
      progress: { issued: 3, failed: 0, total: 3 },
    });
    const { body } = await of.api.get('/v1/bills', {}, { propertyId, status: 'open' });
    expect(body.items.map(({ total }: { total: string }) => total).sort()).toEqual([
      '235.00',
      '235.02',
      '235.05',
    ]);
  });

  it('counts the units with an estimate and those with an exception, as shown and as issued', async () => {
    const readings = ['2026-06-30', '2026-07-31', '2026-08-31', '2026-09-30'].map((day, i) => ({
      id: newId('reading'),
      day,
      value: String(i * 10),
      kind: i === 0 ? 'initial' : 'actual',
    }));
    const water = { id: newId('meter'), kind: 'water', multiplier: '1', readings };
    const of = await office(4, (i) => (i === 0 ? { meters: [water] } : {}));
    const metered = { ...management, kind: 'water', basis: 'metered', price: '3', name: '水费' };
    expect((await of.api.post('/v1/fee-standards', metered)).status).toBe(201);
    const standards = (await of.api.get('/v1/fee-standards', {}, { propertyId })).body.items;
    const { id: standardId } = standards.find(({ kind }: { kind: string }) => kind === management.kind);
    for (const [i, what] of [{ kind: 'discount', percent: '10' }, { kind: 'exempt' }].entries()) {
      const file = await of.api.ask('PUT /v1/units/{id}/fees', {
        params: { id: unitIdOf(i + 1) },
        body: {
          occupancies: [{ payerId: customerIdOf(i + 1), role: 'owner', from: '2026-01-01' }],
          exceptions: [{ ...what, standardId, reason: '漏水', from: '2026-01-01' }],
        },
      });
      expect(file.status).toBe(200);
    }
    const id = await create(of);
    await of.works.begin(id);
    // Whom an exception spares altogether is one of them, without a bill.
    const counted = { units: 4, bills: 3, none: 1, estimated: 1, exceptions: 2, failed: 0 };
    expect((await run(of, id)).preview).toMatchObject(counted);
    await issue(of, id);
    await of.works.begin(id);
    expect((await run(of, id)).issue).toMatchObject(counted);
  });

  it('lists a failed unit with its reason and bills the others', async () => {
    const of = await office(
      4,
      (i) => (i === 1 ? { occupancies: [] } : {}),
      (i) => (i === 2 ? { area: undefined } : {}),
    );
    const id = await whole(of);
    expect(await run(of, id)).toMatchObject({
      state: 'issued',
      preview: { failed: 2, bills: 2 },
      progress: { issued: 2, failed: 2, total: 4 },
    });
    const failed = await notes(of, id, 'issue');
    expect(failed.map(({ unitId, code }: { unitId: string; code: string }) => [unitId, code]).sort()).toEqual(
      [
        [unitIdOf(1), 'noPayer'],
        [unitIdOf(2), 'noArea'],
      ].sort(),
    );
    expect(failed[0].words).toEqual({ en: expect.any(String), zh: expect.any(String) });
    // Put right, another run bills only them.
    await of.api.ask('PUT /v1/units/{id}/fees', {
      params: { id: unitIdOf(1) },
      body: { occupancies: [{ payerId: customerIdOf(1), role: 'owner', from: '2026-01-01' }] },
    });
    const next = await whole(of);
    expect(await run(of, next)).toMatchObject({
      issue: { already: 2, bills: 1, failed: 1 },
      progress: { issued: 1, failed: 1, total: 4 },
    });
  });

  it('tells too many payers, and a unit that is gone, from nobody to pay', async () => {
    const days = Array.from({ length: 9 }, (_, i) => `2026-10-${String(10 + i)}`);
    const many = days.map((day, i) => ({ payerId: customerIdOf(i), role: 'owner', from: day, to: day }));
    const of = await office(3, (i) => (i === 2 ? {} : { occupancies: i === 0 ? many : [] }));
    const id = await create(of);
    await of.works.begin(id);
    await of.table.commit([{ remove: keys.unit(of.t, unitIdOf(2)), expect: 'exists' }]);
    await issue(of, id);
    await of.works.begin(id);
    const failed = await notes(of, id, 'issue');
    expect(new Map(failed.map((note: { unitId: string; code: string }) => [note.unitId, note.code]))).toEqual(
      new Map([
        [unitIdOf(0), 'tooManyPayers'],
        [unitIdOf(1), 'noPayer'],
        [unitIdOf(2), 'unitGone'],
      ]),
    );
  });

  it('only looked at is never issued', async () => {
    const of = await office(1);
    const id = await create(of, { dryRun: true });
    await of.works.begin(id);
    expect((await run(of, id)).state).toBe('previewed');
    expect((await issue(of, id)).status).toBe(409);
  });

  it('started twice, at once and again, gives each unit one bill', async () => {
    const of = await office(30);
    const [one = '', two = ''] = await Promise.all([create(of), create(of)]);
    await of.works.begin(one);
    await of.works.begin(two);
    await Promise.all([issue(of, one), issue(of, two), issue(of, one)]);
    for (const id of [one, two, one]) of.works.queue.push({ kind: 'billRun', tenantId: of.t, runId: id });
    const other = new Works(of.t);
    other.queue.push({ kind: 'billRun', tenantId: of.t, runId: two });
    await Promise.all([of.works.drain(), other.drain()]);
    const tallies = [await run(of, one), await run(of, two)].map(({ issue }) => issue);
    expect(tallies.map(({ units }) => units)).toEqual([30, 30]);
    expect(tallies[0].bills + tallies[1].bills).toBe(30);
    expect(tallies[0].already + tallies[1].already).toBe(30);
    const bills = await of.table.all({ index: 'g1', pk: lists.billsOfProperty(of.t, propertyId) });
    expect(bills).toHaveLength(30);
    expect((await issue(of, one)).body.state).toBe('issued');
  });

  it('takes few messages and reads units page by page, each once', async () => {
    const of = await office(105);
    const id = await whole(of);
    expect((await run(of, id)).progress).toEqual({ issued: 105, failed: 0, total: 105 });
    const chunks = of.works.sent.filter(({ kind }) => kind === 'billChunk');
    expect(chunks).toHaveLength(6);
    const found = await of.table.all({
      pk: keys.objectPk(of.t, id),
      sk: { begins: keys.billRunChunksPrefix },
    });
    const units = found.flatMap((chunk) => chunk.rest?.units as string[]);
    expect(new Set(units).size).toBe(105);
    expect(units).toHaveLength(105);
  });

  it('reckons with the standards it was begun with, whatever changes on the way', async () => {
    const of = await office(1);
    const id = await create(of);
    await of.works.begin(id);
    const { body } = await of.api.get('/v1/fee-standards', {}, { propertyId });
    const standard = { id: body.items[0].id };
    await of.api.post('/v1/fee-standards/{id}/versions', { from: '2026-10-01', price: '9' }, standard);
    await issue(of, id);
    await of.works.begin(id);
    expect((await run(of, id)).issue.total).toBe('235.00');
  });

  it('tells of its bills in one event a chunk, and of its end in one', async () => {
    const of = await office(3);
    const id = await whole(of);
    const [event] = await of.table.all({ pk: keys.objectPk(of.t, `${id}/0`) });
    expect(event?.rest).toMatchObject({ type: 'bills.issued', data: { runId: id, cycle: '2026-10' } });
    expect(event?.rest?.data).toMatchObject({ bills: [{ total: '235.00' }, {}, {}] });
    const events = await of.table.all({ pk: keys.objectPk(of.t, id), sk: { begins: keys.eventsPrefix } });
    expect(events.map((one) => one.rest?.type)).toEqual([
      'billRun.begun',
      'billRun.previewed',
      'billRun.issuing',
      'billRun.issued',
    ]);
  });

  it('is on the sweep\u2019s list until it is through', async () => {
    const of = await office(1);
    const id = await create(of);
    const due = async () => (await of.table.load({ run: keys.billRun(of.t, id) })).run?.dueSk;
    expect(await due()).toMatch(/^2026-10-01T02:05/);
    await of.works.begin(id);
    expect(await due()).toBeUndefined();
    await issue(of, id);
    expect(await due()).toMatch(/^2026-10-01T02:05/);
    await of.works.begin(id);
    expect(await due()).toBeUndefined();
  });

  it.each([
    ['a cycle that is none', { cycle: '2026-13' }, '/body/cycle'],
    ['a fifth quarter', { cycle: '2026-Q5' }, '/body/cycle'],
    ['a cycle in which nothing is charged', { cycle: '2026-Q4' }, '/body/cycle'],
    ['a property of nobody', { propertyId: newId('property') }, '/body/propertyId'],
  ])('of %s is refused and the field is named', async (_, change, path) => {
    const { api } = await office(1);
    const answer = await api.post('/v1/bill-runs', { propertyId, cycle: '2026-10', ...change });
    expect([answer.status, answer.body.errors[0].path]).toEqual([400, path]);
  });
});

describe('a bill run by schedule', () => {
  it('begins on its day, each cycle once, and issues by itself where it may', async () => {
    const of = await office(2);
    await of.api.ask('PUT /v1/properties/{id}/fees', {
      params: { id: propertyId },
      body: { runs: [{ cycle: 'month', day: 5, issue: true }] },
    });
    const worker = (now: string): Worker => ({
      office: officeTable(env.tableName, of.t),
      actor,
      requestId: 'test',
      now: Date.parse(now),
    });
    expect(await beginScheduled(worker('2026-10-04T21:59:00Z'), propertyId)).toEqual([]);
    const first = await beginScheduled(worker('2026-10-04T22:00:00Z'), propertyId);
    expect(first).toHaveLength(1);
    expect(await beginScheduled(worker('2026-10-04T22:00:00Z'), propertyId)).toEqual([]);
    await of.works.begin(first[0] ?? '');
    expect(await run(of, first[0] ?? '')).toMatchObject({
      cycle: '2026-10',
      state: 'issued',
      issue: { bills: 2 },
    });
    // An outage of two months: the backlog in order, then the next day is set.
    const late = await beginScheduled(worker('2026-12-20T00:00:00Z'), propertyId);
    const cycles = await Promise.all(late.map(async (id) => (await run(of, id)).cycle));
    expect(cycles).toEqual(['2026-11', '2026-12']);
    const { settings } = await of.table.load({ settings: keys.feeSettings(of.t, propertyId) });
    expect(settings?.dueSk).toMatch(/^2027-01-04T22:00:00/);
  });

  it('waits while the office is suspended', async () => {
    const of = await office(1);
    await of.api.ask('PUT /v1/properties/{id}/fees', {
      params: { id: propertyId },
      body: { runs: [{ cycle: 'month', day: 5 }] },
    });
    const item: Item = { ...keys.office(of.t), et: 'office', v: 1, list: { status: 'suspended' } };
    await of.table.commit([{ put: item, expect: 'any' }]);
    const begin = () =>
      beginScheduled(
        { office: of.table, actor, requestId: 'test', now: Date.parse('2026-10-06T00:00:00Z') },
        propertyId,
      );
    expect(await begin()).toEqual([]);
    await of.table.commit([{ put: { ...item, list: { status: 'active' } }, expect: 'any' }]);
    expect(await begin()).toHaveLength(1);
  });

  const scheduled = async (...runs: object[]) => {
    const of = await office(1);
    const set = await of.api.ask('PUT /v1/properties/{id}/fees', {
      params: { id: propertyId },
      body: { runs },
    });
    expect(set.status).toBe(200);
    const begin = (now: string, table = of.table) =>
      beginScheduled({ office: table, actor, requestId: 'test', now: Date.parse(now) }, propertyId);
    const settings = async () =>
      (await of.table.load({ settings: keys.feeSettings(of.t, propertyId) })).settings;
    return { ...of, begin, settings };
  };

  it('begins all of one moment, then those of the next, each once', async () => {
    const of = await scheduled(
      { cycle: 'quarter', day: 5 },
      { cycle: 'month', day: 6, issue: true },
      { cycle: 'month', day: 5, monthsAfter: -1 },
    );
    const ids = await of.begin('2026-10-06T00:00:00Z');
    const begun = await Promise.all(ids.map((id) => run(of, id)));
    expect(begun.map(({ cycle, dryRun }) => [cycle, dryRun])).toEqual([
      ['2026-Q4', false],
      ['2026-11', false],
      ['2026-10', false],
    ]);
  });

  it('catches up with a year\u2019s backlog in one go, and with the rest in the next', async () => {
    const of = await scheduled({ cycle: 'month', day: 5 });
    const now = '2027-12-20T00:00:00Z';
    expect(await of.begin(now)).toHaveLength(12);
    expect((await of.settings())?.dueSk).toMatch(/^2027-10-04T22:00:00/);
    expect(await of.begin(now)).toHaveLength(3);
    const { v } = (await of.settings()) as Item;
    expect(await of.begin(now)).toEqual([]);
    expect((await of.settings())?.v).toBe(v);
  });

  it('that was begun before the work stopped is begun no second time, and is told of again', async () => {
    const of = await scheduled({ cycle: 'month', day: 5 });
    let commits = 0;
    const stopping = new Proxy(of.table, {
      get(target, name) {
        if (name !== 'commit') return Reflect.get(target, name, target);
        return async (...given: Parameters<typeof target.commit>) => {
          if (++commits === 2) throw new Error('stopped');
          await target.commit(...given);
        };
      },
    });
    const now = '2026-10-06T00:00:00Z';
    await expect(of.begin(now, stopping)).rejects.toThrow('stopped');
    const before = await of.table.all({ index: 'g1', pk: lists.billRuns(of.t, propertyId) });
    expect(await of.begin(now)).toEqual(before.map(({ list }) => list?.id));
    expect(before).toHaveLength(1);
    expect(await of.table.all({ index: 'g1', pk: lists.billRuns(of.t, propertyId) })).toEqual(before);
    expect((await of.settings())?.dueSk).toMatch(/^2026-11-04T22:00:00/);
  });

  it('begins nothing where nothing is set, nor in a property that is gone', async () => {
    const of = await scheduled({ cycle: 'month', day: 5 });
    const worker = { office: of.table, actor, requestId: 'test', now: Date.parse('2026-10-06T00:00:00Z') };
    expect(await beginScheduled(worker, newId('property'))).toEqual([]);
    await of.table.commit([{ remove: keys.property(of.t, propertyId), expect: 'exists' }]);
    expect(await beginScheduled(worker, propertyId)).toEqual([]);
    const other = await office(1);
    expect(await beginScheduled({ ...worker, office: other.table }, propertyId)).toEqual([]);
  });
});
