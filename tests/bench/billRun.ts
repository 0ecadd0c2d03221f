import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { followAccounts } from '../../functions/dunning/account.ts';
import { dun } from '../../functions/dunning/step.ts';
import { caseId } from '../../functions/dunning/store.ts';
import { billId } from '../../functions/fees/billItem.ts';
import { doChunk, together } from '../../functions/fees/chunk.ts';
import { runOf, stateOf, type Tally } from '../../functions/fees/run.ts';
import { type BillMessage, finish, runWrites, spread, type Worker } from '../../functions/fees/runStore.ts';
import { sweep } from '../../functions/sweeper/sweep.ts';
import { startDynamoDb } from '../../local/dynamodb.ts';
import { Cursors } from '../../shared/cursor.ts';
import { newId } from '../../shared/ids.ts';
import { dueAt, keys } from '../../shared/keys.ts';
import type { QueueMessage } from '../../shared/queues.ts';
import { SystemTable } from '../../shared/system.ts';
import type { Item, Key, OfficeTable } from '../../shared/table.ts';
import {
  clientAt,
  createTable,
  estate,
  management,
  payerIdOf,
  propertyId,
  tenantId,
  unitIdOf,
  write,
} from './estate.ts';
import { Meter, type Trip } from './meter.ts';
import { type Figures, figuresOf, none } from './world.ts';

export interface RunResult {
  units: number;
  bills: number;
  /** Messages the queue would have carried, and the requests that bring them there: ten in one. */
  messages: number;
  batches: number;
  preview: Figures;
  /** Issuing: of which bills (each bill with its unit's account), and the rest (chunks, the run). */
  issue: Figures;
  billsOnly: Figures;
  /** Most bytes on the heap, collected or not, while it was issued. */
  heap: number;
  /** Units issued in a second. */
  perSecond: number;
}

export interface MorningResult {
  stored: number;
  /** By how many were due. */
  mornings: { due: number; told: number; sweep: Figures; tell: Figures }[];
  /** The case that a new bill opens. */
  opened: Figures;
}

const mornings = [30, 300];
const cycle = '2026-11';
const table = 'fees';

/** What a bill run asks of table and queue, and what a morning of dunning asks for those that are due among many. */
export async function measureFees(
  units: number,
  progress: (text: string) => void,
): Promise<{ run: RunResult; plainPerSecond: number; morning: MorningResult }> {
  const dynamodb = await startDynamoDb();
  const meter = await Meter.start(dynamodb.endpoint);
  const [behind, client] = [clientAt(dynamodb.endpoint), clientAt(meter.endpoint)];
  try {
    await createTable(behind, table);
    await write(dynamodb.endpoint, table, estate(units));
    progress(`${units} units stored`);
    const cursors = new Cursors('a secret for the bench');
    const system = new SystemTable({ client, tableName: table, cursors });
    const office = system.office(tenantId);
    const run = await billRun(office, meter, units, progress);
    await createTable(behind, 'plain');
    const plain = new SystemTable({ client, tableName: 'plain', cursors }).office(tenantId);
    const plainPerSecond = await writtenPlainly(office, plain, units);
    const due = mornings.reduce((a, b) => a + b, 0);
    meter.take();
    await followAccounts(office, places(due), Date.parse('2026-11-02T02:00:00Z'));
    const opened = figuresOf(meter.take());
    await write(dynamodb.endpoint, table, others(await caseItem(office, 0), due, units));
    progress(`${units} dunning cases stored`);

    const result: MorningResult = { stored: units, mornings: [], opened: scaled(opened, due) };
    const change = (key: Key, expression: string, values?: Record<string, unknown>) =>
      behind.send(
        new UpdateCommand({
          TableName: table,
          Key: { pk: key.pk, sk: key.sk },
          UpdateExpression: expression,
          ...(values && { ExpressionAttributeValues: values }),
        }),
      );
    // An hour apart, so that each morning finds its own.
    const momentOf = (day: number) => Date.parse('2026-11-09T00:31:00Z') + day * 3_600_000;
    const dayOf = mornings.flatMap((n, day) => Array.from({ length: n }, () => day));
    for (const [i, day] of dayOf.entries()) {
      const { dueSk } = dueAt(keyOf(i), new Date(momentOf(day) - 60_000).toISOString());
      await change(keyOf(i), 'SET dueSk = :at', { ':at': dueSk });
    }
    meter.take();
    for (const [day, due] of mornings.entries()) {
      const now = momentOf(day);
      const found: Key[] = [];
      const { sent } = await sweep({
        table: system,
        now,
        send: async (_, messages) => {
          found.push(...messages);
          return messages;
        },
      });
      if (sent !== due) throw new Error(`${sent} were due, not ${due}`);
      const swept = figuresOf(meter.take());
      const mails: QueueMessage[] = [];
      for (const key of found) mails.push(...(await dun(office, key, () => now, newId('event'))));
      result.mornings.push({ due, told: mails.length, sweep: swept, tell: figuresOf(meter.take()) });
      // The courier would have brought them by now.
      for (const mail of mails) {
        if (mail.kind === 'due') await change(mail, 'REMOVE duePk, dueSk');
      }
      meter.take();
    }
    return { run, plainPerSecond, morning: result };
  } finally {
    client.destroy();
    behind.destroy();
    await meter.stop();
    await dynamodb.stop();
  }
}

/** The run as the biller does it, its queue in an array: one worker, as busy as there is work. */
async function billRun(
  office: OfficeTable,
  meter: Meter,
  units: number,
  progress: (text: string) => void,
): Promise<RunResult> {
  const worker: Worker = {
    office,
    actor: { kind: 'system', id: 'biller' },
    requestId: newId('event'),
    now: Date.parse('2026-11-02T01:00:00Z'),
  };
  const queue: BillMessage[] = [];
  let [messages, batches, heap] = [0, 0, 0];
  const send = async (more: BillMessage[]) => {
    queue.push(...more);
    messages += more.length;
    batches += Math.ceil(more.length / 10);
  };
  const id = newId('billRun');
  const { writes } = runWrites(worker, { id, propertyId, cycle, dryRun: false, auto: false }, [management]);
  const read = async () => {
    const { run } = await office.load({ run: keys.billRun(tenantId, id) });
    if (!run) throw new Error('the run is gone');
    return runOf(run);
  };
  let trips: Trip[] = [];
  const work = async () => {
    for (let message = queue.shift(); message; message = queue.shift()) {
      if (message.kind === 'billRun') await spread(office, id, send);
      else await doChunk(worker, message);
      if (await finish(worker, id)) await spread(office, id, send);
      heap = Math.max(heap, process.memoryUsage().heapUsed);
      trips.push(...meter.take());
    }
  };
  meter.take();
  await office.commit(writes);
  await send([{ kind: 'billRun', tenantId, runId: id }]);
  await work();
  const preview = figuresOf(trips);
  progress(`previewed: ${stateOf(await read())}`);

  trips = [];
  meter.take();
  heap = 0;
  const { version } = await read();
  await office.commit([
    {
      update: keys.billRun(tenantId, id),
      set: { 'rest.issueAt': new Date(worker.now).toISOString(), v: version + 1 },
      expect: { version },
    },
  ]);
  await send([{ kind: 'billRun', tenantId, runId: id }]);
  const begun = performance.now();
  await work();
  const perSecond = (1000 * units) / (performance.now() - begun);
  const tally: Tally = (await read()).tallies.issue;
  if (tally.bills !== units) throw new Error(`${tally.bills} bills for ${units} units`);
  const isBill = ({ wrote }: Trip) => wrote.some((key) => key.includes('|bill'));
  return {
    ...{ units, bills: tally.bills, messages, batches, heap, perSecond, preview },
    issue: figuresOf(trips),
    billsOnly: figuresOf(trips.filter(isBill)),
  };
}

/**
 * The same bills with their accounts in a table of its own, a transaction each and nothing else done, as many at a time as the biller
 * writes: how many a second, for a run to be held against.
 */
async function writtenPlainly(from: OfficeTable, to: OfficeTable, units: number): Promise<number> {
  const pairs = await Promise.all(
    Array.from({ length: Math.min(units, 500) }, (_, i) =>
      from.load({
        bill: keys.bill(tenantId, billId(unitIdOf(i), cycle, 0, 1)),
        account: keys.account(tenantId, unitIdOf(i), payerIdOf(i)),
      }),
    ),
  );
  const waiting = pairs.values();
  const begun = performance.now();
  const write = async () => {
    for (const pair of waiting) {
      await to.commit(Object.values(pair).map((put) => ({ put: put as Item, expect: 'new' })));
    }
  };
  await Promise.all(Array.from({ length: together }, write));
  return (1000 * pairs.length) / (performance.now() - begun);
}

const place = (i: number) => ({ propertyId, unitId: unitIdOf(i), payerId: payerIdOf(i) });
const places = (n: number) => Array.from({ length: n }, (_, i) => place(i));
const keyOf = (i: number) => keys.dunning(tenantId, caseId(unitIdOf(i), payerIdOf(i)));

async function caseItem(office: OfficeTable, i: number): Promise<Item> {
  const { item } = await office.load({ item: keyOf(i) });
  if (!item) throw new Error('a bill opened no case');
  return item;
}

/** Cases like one that there is, of other payers; to be looked at a month later. */
function* others(like: Item, from: number, to: number): Generator<Item> {
  const text = JSON.stringify(like);
  for (let i = from; i < to; i++) {
    const key = keyOf(i);
    const item = JSON.parse(
      text
        .replaceAll(caseId(unitIdOf(0), payerIdOf(0)), caseId(unitIdOf(i), payerIdOf(i)))
        .replaceAll(unitIdOf(0), unitIdOf(i))
        .replaceAll(payerIdOf(0), payerIdOf(i)),
    ) as Item;
    yield { ...item, ...dueAt(key, new Date(Date.parse('2026-12-09T00:30:00Z') + i * 1000).toISOString()) };
  }
}

/** What it was for one of so many. */
export function scaled(all: Figures, n: number): Figures {
  return Object.fromEntries(
    Object.keys(none).map((name) => [name, all[name as keyof Figures] / n]),
  ) as unknown as Figures;
}
