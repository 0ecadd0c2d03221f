import { BatchWriteCommand, DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { checkObject, checkOffice, type Place } from '../../functions/audit/check.ts';
import { append, type Head, noHistory } from '../../shared/history.ts';
import { newId } from '../../shared/ids.ts';
import { feesObject, keys, lists } from '../../shared/keys.ts';
import { happened } from '../../shared/obligations/index.ts';
import type { Item, Key, OfficeTable, Write } from '../../shared/table.ts';
import { client, createTable, officeTable } from './dynamodb.ts';

/*
 * Histories as they stand in the table, written here event by event: what is found in them, and how much is read for it. Events are never
 * changed or taken away by the service, so a history with a fault is one that was written with it.
 */

const tableName = await createTable();
const who = { actor: { kind: 'system' as const, id: 'test' }, requestId: 'r', now: 1 };

let t: string;
let table: OfficeTable;
beforeEach(() => {
  t = newId('tenant');
  table = officeTable(tableName, t);
});

/** Events of an object as they are appended, and the head after them. */
function events(object: string, n: number, from: Head = noHistory, what: object = {}) {
  const writes: { put: Item; expect: 'new' }[] = [];
  let head = from;
  for (let i = 0; i < n; i++) {
    const step = append(head, { type: 'x.happened', object, data: { ...what } }, { ...who, tenantId: t });
    writes.push(step.write);
    head = step.head;
  }
  return { writes, head };
}

/** Events of an obligation of a ticket. */
function told(ticket: string, id: string, n: number) {
  const writes: Write[] = [];
  let head = noHistory;
  for (let i = 0; i < n; i++) {
    const step = happened({ tenantId: t, objectId: ticket, id, head }, 'x.told', {}, { ...who });
    writes.push(step.write);
    head = step.head;
  }
  return { writes, head };
}

/** Without a transaction: a long history takes a tenth of the time. */
async function store(...writes: Write[]): Promise<void> {
  const puts = writes.flatMap((write) => ('put' in write ? [{ PutRequest: { Item: write.put } }] : []));
  const batches = Array.from({ length: Math.ceil(puts.length / 25) }, (_, n) =>
    puts.slice(n * 25, n * 25 + 25),
  );
  await Promise.all(
    batches.map((batch) => client.send(new BatchWriteCommand({ RequestItems: { [tableName]: batch } }))),
  );
}
const item = (key: Key, et: string, rest: Record<string, unknown>, more: object = {}): Write => ({
  put: { ...key, et, v: 1, rest, ...more },
  expect: 'any',
});
const property = (id: string, head: Head) => item(keys.property(t, id), 'property', { head });
const ticket = (id: string, head: Head) =>
  item(keys.ticket(t, id), 'ticket', { head }, { g1pk: lists.tickets(t), g1sk: id });
const obligation = (of: string, id: string, head?: Head) =>
  item(keys.obligation(t, of, id), 'obligation', head ? { head } : {});

/** A property with so many events; of what is `lost` nothing is written. */
async function history(n: number, ...lost: number[]): Promise<string> {
  const id = newId('property');
  const { writes, head } = events(id, n);
  await store(...writes.filter((_, i) => !lost.includes(i + 1)), property(id, head));
  return id;
}

/** The table with a look at each call before it is done. */
const watched = (look: (name: 'all' | 'load', given: unknown) => unknown) =>
  new Proxy(table, {
    get(target, name) {
      const member = Reflect.get(target, name, target);
      if (name !== 'all' && name !== 'load') return member;
      return async (given: unknown) => {
        await look(name, given);
        return (member as (given: unknown) => unknown).call(target, given);
      };
    },
  });

/** Every call that a look at the whole office takes, how many items were asked for by key, and how many histories were read a second time. */
async function whole() {
  let anew = 0;
  let asked = 0;
  const counted = watched((name, given) => {
    if (name === 'all') anew++;
    else asked += Object.keys(given as object).length;
  });
  const calls: { events: number; histories: number; faults: [string, number, string][] }[] = [];
  let place: Place | undefined = { at: [] };
  while (place) {
    const found: Awaited<ReturnType<typeof checkOffice>> = await checkOffice(counted, place);
    const { events, histories } = found;
    calls.push({
      events,
      histories,
      faults: found.faults.map(({ objectId, seq, kind }) => [objectId, seq, kind]),
    });
    place = found.next;
  }
  return { calls, anew, asked, faults: calls.flatMap(({ faults }) => faults) };
}
const faultsOf = async (id: string, of = table) =>
  (await checkObject(of, id)).faults.map(({ objectId, seq, kind }) => [objectId, seq, kind]);

describe('histories that are whole', () => {
  it('are read once, with those of obligations, of imports and of what has none', async () => {
    await history(3);
    await history(1);
    const [id, one, other, fresh] = [newId('ticket'), ...[1, 2, 3].map(() => newId('obligation'))] as const;
    const [of, first, second] = [events(id, 2), told(id, one ?? '', 3), told(id, other ?? '', 1)];
    await store(
      ...[...of.writes, ...first.writes, ...second.writes, ticket(id, of.head)],
      ...[obligation(id, one ?? '', first.head), obligation(id, other ?? '', second.head)],
      obligation(id, fresh ?? ''),
      item(keys.attachment(t, id, newId('attachment')), 'attachment', {}),
    );
    const done = newId('import');
    await store(...events(done, 1).writes, item(keys.import(t, done), 'import', {}));
    // The last event of six histories, and of these and of the fresh obligation the one that must not be there.
    const calls = [{ events: 11, histories: 6, faults: [] }];
    expect(await whole()).toEqual({ calls, anew: 0, asked: 13, faults: [] });
    expect(await checkObject(table, id)).toEqual({ histories: 3, events: 6, faults: [] });
    expect(await checkObject(table, done)).toEqual({ histories: 1, events: 1, faults: [] });
  });

  it('are gone on with by the next call where one has read enough', async () => {
    const id = await history(430);
    // Whether there is an object at all is asked where its history begins.
    expect(await whole()).toEqual({
      calls: [
        { events: 400, histories: 0, faults: [] },
        { events: 30, histories: 1, faults: [] },
      ],
      anew: 0,
      asked: 3,
      faults: [],
    });
    expect(await checkObject(table, id)).toEqual({ histories: 1, events: 430, faults: [] });
    // What is lost there is found as well.
    await client.send(new DeleteCommand({ TableName: tableName, Key: keys.event(t, id, 403) }));
    expect((await whole()).faults).toEqual([[id, 404, 'missing']]);
  });

  it('begin anew where the call before had come to the end of one', async () => {
    await history(400);
    await history(2);
    const { calls, anew } = await whole();
    expect([calls.map(({ events }) => events), anew]).toEqual([[400, 2], 0]);
  });

  it('are not read again because words were taken out of them, if that is told of', async () => {
    const id = newId('property');
    const spoken = append(
      noHistory,
      { type: 'x.happened', object: id, data: {}, said: { note: '张先生来电' } },
      { ...who, tenantId: t },
    );
    const { said: _, ...put } = spoken.write.put;
    const erased = append(spoken.head, { type: 'x.erased', object: id, data: {} }, { ...who, tenantId: t });
    await store({ put, expect: 'new' }, erased.write, property(id, erased.head));
    const calls = [{ events: 2, histories: 1, faults: [] }];
    expect(await whole()).toEqual({ calls, anew: 0, asked: 2, faults: [] });
  });

  it('are one event where a bill was made by itself, and none where a run made it', async () => {
    const [alone, ofRun] = [newId('bill'), newId('bill')];
    await store(
      ...events(alone, 1).writes,
      item(keys.bill(t, alone), 'bill', {}),
      item(keys.bill(t, ofRun), 'bill', { runId: newId('billRun') }),
    );
    expect(await checkObject(table, alone)).toEqual({ histories: 1, events: 1, faults: [] });
    expect(await checkObject(table, ofRun)).toEqual({ histories: 0, events: 0, faults: [] });
    await store(...events(ofRun, 1).writes);
    expect(await faultsOf(ofRun)).toEqual([[ofRun, 1, 'unknown']]);
  });

  it('may be all that an object has of fees', async () => {
    const unit = newId('unit');
    const { writes, head } = events(feesObject(unit), 2);
    await store(...writes, item(keys.feeFile(t, unit), 'feeFile', { head }));
    expect(await checkObject(table, unit)).toEqual({ histories: 1, events: 2, faults: [] });
    const next = events(feesObject(unit), 2, head);
    await store(item(keys.feeFile(t, unit), 'feeFile', { head: next.head }));
    expect(await faultsOf(unit)).toEqual([[feesObject(unit), 3, 'cut']]);
  });
});

describe('what is wrong is told once, and of nothing else', () => {
  const tells = async (id: string, ...faults: [number, string][]) => {
    await history(2);
    const expected = faults.map(([seq, kind]) => [id, seq, kind]);
    expect((await whole()).faults).toEqual(expected);
    expect(await faultsOf(id)).toEqual(expected);
  };

  it('of events taken out of the middle and off the end', async () => {
    const id = await history(5, 2, 5);
    await tells(id, [3, 'missing'], [5, 'cut']);
  });

  it('of all events taken away', async () => {
    const id = await history(2, 1, 2);
    await tells(id, [1, 'cut']);
  });

  it('of an event that the object does not know of', async () => {
    const id = newId('property');
    const first = events(id, 2);
    await store(...first.writes, ...events(id, 1, first.head).writes, property(id, first.head));
    await tells(id, [3, 'unknown']);
  });

  it('of a last event that is another one', async () => {
    const id = newId('property');
    const first = events(id, 1);
    const forged = events(id, 1, first.head, { forged: true });
    await store(...first.writes, ...forged.writes, property(id, events(id, 1, first.head).head));
    await tells(id, [2, 'cut']);
  });

  it('of an import that nothing is told of', async () => {
    const id = newId('import');
    await store(item(keys.import(t, id), 'import', {}));
    await tells(id, [1, 'cut']);
  });

  it.each([
    ['its end is kept no more', {}],
    ['none is known', { head: noHistory }],
  ])('of an object of which %s', async (_, rest) => {
    const id = newId('property');
    await store(...events(id, 2).writes, item(keys.property(t, id), 'property', rest));
    await tells(id, [1, 'unknown']);
  });

  it('of obligations that are gone, and of others only what is wrong', async () => {
    const id = newId('ticket');
    const [kept, lost] = [newId('obligation'), newId('obligation')];
    const [of, first, second] = [events(id, 1), told(id, kept, 1), told(id, lost, 2)];
    await store(...of.writes, ...first.writes, ...second.writes);
    await store(ticket(id, of.head), obligation(id, kept, first.head));
    const expected = [[lost, 1, 'unknown']];
    expect((await whole()).faults).toEqual(expected);
    expect(await faultsOf(id)).toEqual(expected);
  });

  it('of events of which there is no object', async () => {
    const [bill, stray] = [newId('bill'), newId('receipt')];
    for (const id of [bill, stray]) {
      await store(...events(id, 2).writes);
      expect(await checkObject(table, id)).toEqual({
        histories: 0,
        events: 2,
        faults: [{ objectId: id, seq: 1, kind: 'unknown' }],
      });
    }
  });

  it('of one of several obligations', async () => {
    const id = newId('ticket');
    const [kept, cut] = [newId('obligation'), newId('obligation')];
    const [of, first, second] = [events(id, 1), told(id, kept, 1), told(id, cut, 2)];
    await store(
      ...[...of.writes, ...first.writes, ...second.writes.slice(0, 1), ticket(id, of.head)],
      ...[obligation(id, kept, first.head), obligation(id, cut, second.head)],
    );
    const expected = [[cut, 2, 'cut']];
    expect((await whole()).faults).toEqual(expected);
    expect(await faultsOf(id)).toEqual(expected);
  });
});

describe('a history that goes on while it is looked at', () => {
  /** The table in which `writes` are made between the look at the object and that at its events. */
  const busy = (id: string, ...writes: Write[]) => {
    let made = false;
    return watched(async (name, given) => {
      const { pk, sk } = given as { pk?: string; sk?: unknown };
      if (name !== 'all' || made || pk !== keys.objectPk(t, id) || sk === undefined) return;
      made = true;
      await store(...writes);
    });
  };

  it('is whole where its object has gone on with it', async () => {
    const id = newId('property');
    const first = events(id, 2);
    await store(...first.writes, property(id, first.head));
    const next = events(id, 1, first.head);
    expect(await faultsOf(id, busy(id, ...next.writes, property(id, next.head)))).toEqual([]);
    expect((await checkObject(table, id)).events).toBe(3);
  });

  it('is whole where it begins only then', async () => {
    const id = newId('unit');
    await store(item(keys.unit(t, id), 'unit', {}));
    const { writes, head } = events(id, 1);
    expect(await faultsOf(id, busy(id, ...writes, item(keys.unit(t, id), 'unit', { head })))).toEqual([]);
  });

  it('is held against what its object said before', async () => {
    const id = newId('property');
    const first = events(id, 1);
    const said = events(id, 1, first.head).head;
    await store(...first.writes, ...events(id, 1, first.head, { forged: true }).writes, property(id, said));
    const next = events(id, 1, said);
    expect(await faultsOf(id, busy(id, ...next.writes, property(id, next.head)))).toEqual([
      [id, 3, 'unchained'],
      [id, 2, 'cut'],
    ]);
  });
});

it('an object of which there is nothing is not there', async () => {
  await expect(checkObject(table, newId('ticket'))).rejects.toMatchObject({ code: 'not-found' });
});
