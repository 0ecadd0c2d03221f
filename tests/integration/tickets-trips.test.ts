import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { functionEnvironment } from './call.ts';
import { makeOffice, satisfied, type TestOffice } from './tickets.ts';

/** What a function asked of the table: the operations, in order. */
const trips: string[] = [];

/** Sort keys of items that the next batch does not see yet. */
let unseen: string | undefined;

/** Stands between the functions and the table, notes each operation, and may let a batch see too little. */
function counting(target: URL) {
  return createServer((incoming, outgoing) => {
    trips.push(String(incoming.headers['x-amz-target']).split('.')[1] ?? '');
    const forward = request(target, { method: incoming.method, headers: incoming.headers }, (answer) => {
      const { 'content-length': _, 'x-amz-crc32': __, ...headers } = answer.headers;
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => {
        outgoing.writeHead(answer.statusCode ?? 500, headers);
        outgoing.end(seen(trips.at(-1), Buffer.concat(parts)));
      });
    });
    incoming.pipe(forward);
  });
}

function seen(operation: string | undefined, body: Buffer): Buffer | string {
  if (operation !== 'BatchGetItem' || unseen === undefined) return body;
  const hidden = unseen;
  unseen = undefined;
  const answer = JSON.parse(body.toString()) as { Responses: Record<string, { sk: { S: string } }[]> };
  for (const [table, items] of Object.entries(answer.Responses)) {
    answer.Responses[table] = items.filter(({ sk }) => !sk.S.startsWith(hidden));
  }
  return JSON.stringify(answer);
}

const { tableName } = await functionEnvironment();
const server = counting(new URL(process.env.AWS_ENDPOINT_URL_DYNAMODB ?? ''));
await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
process.env.AWS_ENDPOINT_URL_DYNAMODB = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** A function as it starts: nothing remembered. */
async function freshOffice(as?: TestOffice): Promise<TestOffice> {
  vi.resetModules();
  const { handler } = await import('../../functions/tickets/handler.ts');
  return makeOffice(tableName, handler, as);
}

/** What the call asked of the table. */
async function asked(call: Promise<{ status: number }>): Promise<string[]> {
  trips.length = 0;
  const { status } = await call;
  expect([200, 201]).toContain(status);
  return [...trips];
}

const change = ['BatchGetItem', 'TransactWriteItems'];

let office: TestOffice;
beforeAll(async () => {
  office = await freshOffice();
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe('round trips to the table', () => {
  it('are one to read and one to write for each step of a life', async () => {
    let id = '';
    expect(
      await asked(
        office.create().then((answer) => {
          id = answer.body.id;
          return answer;
        }),
      ),
    ).toEqual(change);
    const order = {
      assigneeId: office.engineer.id,
      what: 'x',
      dueAt: '2199-01-01T00:00:00Z',
      given: 'spoken',
    };
    expect(await asked(office.step(id, 'dispatch', order))).toEqual(change);
    expect(await asked(office.step(id, 'progress', { note: 'x' }))).toEqual(change);
    expect(await asked(office.step(id, 'resolve', { what: 'x' }))).toEqual(change);
    const again = { ...satisfied, outcome: 'unsatisfied', reason: 'x' };
    expect(await asked(office.step(id, 'callbacks', again))).toEqual(change);
    expect(await asked(office.get(id))).toEqual(['BatchGetItem']);
    expect(await asked(office.list())).toEqual(['Query']);
    expect(await asked(office.list({ view: 'overdue' }))).toEqual(['Query']);
  });

  it('are none to write when a post comes again', async () => {
    const post = () => office.create({ externalId: 'once' }, office.key, { 'idempotency-key': 'once' });
    await post();
    expect(await asked(post())).toEqual(['BatchGetItem']);
    const other = office.create({ externalId: 'once' }, office.key, { 'idempotency-key': 'twice' });
    expect(await asked(other)).toEqual(['BatchGetItem']);
  });

  it('are one more for a function that has not met the ticket yet', async () => {
    const { id } = (await office.create()).body;
    const cold = await freshOffice(office);
    expect(await asked(cold.step(id, 'resolve', { what: 'x' }))).toEqual(['BatchGetItem', ...change]);
    expect(await asked(cold.step(id, 'withdraw', { reason: 'x' }))).toEqual(change);
  });

  it('find what another function has opened meanwhile', async () => {
    const { id } = (await office.create()).body;
    const other = await freshOffice(office);
    await other.step(id, 'resolve', { what: 'x' });
    const again = { ...satisfied, outcome: 'unsatisfied', reason: 'x' };
    const answer = await office.step(id, 'callbacks', again);
    expect(answer.body).toMatchObject({ status: 'reopened', obligations: [{ key: 'resolve#3' }] });
  });
});

describe('a batch that sees one of two items written together, and not yet the other', () => {
  it.each([
    ['GET', 'evt#', (id: string) => office.get(id)],
    ['a step', 'evt#', (id: string) => office.step(id, 'progress', { note: 'x' })],
    ['a step that ends an obligation', 'obl#', (id: string) => office.step(id, 'resolve', { what: 'x' })],
  ])('is read again for %s', async (_, hidden, ask) => {
    const { id } = (await office.create()).body;
    unseen = hidden;
    const done = await asked(ask(id));
    expect(unseen).toBeUndefined();
    expect(done.filter((operation) => operation === 'BatchGetItem')).toHaveLength(2);
  });
});
