import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { functionEnvironment } from './call.ts';
import { makeOffice, satisfied, type TestOffice } from './tickets.ts';

/** What a function asked of the table: the operations, in order. */
const trips: string[] = [];

/** Stands between the functions and the table, and notes each operation. */
function counting(target: URL) {
  return createServer((incoming, outgoing) => {
    trips.push(String(incoming.headers['x-amz-target']).split('.')[1] ?? '');
    const forward = request(target, { method: incoming.method, headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(forward);
  });
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
      dueAt: '2999-01-01T00:00:00Z',
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
