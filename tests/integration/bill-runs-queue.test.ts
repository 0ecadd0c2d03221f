import {
  DeleteMessageCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { functionEnvironment, staffOf, together } from './call.ts';
import { officeTable } from './dynamodb.ts';
import { estate, feesApi, management, propertyId } from './fees.ts';

const env = await functionEnvironment();
const server = await startFauxqs({ port: 0, logger: false });
server.createQueue('billing', { attributes: { VisibilityTimeout: '360' } });
const QueueUrl = `http://127.0.0.1:${server.port}/000000000000/billing`;
Object.assign(process.env, {
  AWS_ENDPOINT_URL_SQS: `http://127.0.0.1:${server.port}`,
  AWS_REGION: 'us-east-1',
  BILLING_QUEUE_URL: QueueUrl,
});
const fees = await together('bills', 'fees');
const billing = (await import('../../functions/billing/handler.ts')).handler;
const biller = (await import('../../functions/biller/handler.ts')).handler;
const sqs = new SQSClient({});

beforeAll(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-10-01T02:00:00Z') }));
afterAll(async () => {
  vi.useRealTimers();
  await server.stop();
  env.close();
});

/** Lets the biller work off its queue, each message `times` times; answers the bodies of what there was. */
async function work(times = 1): Promise<string[]> {
  const bodies: string[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
    );
    if (Messages.length === 0) return bodies;
    const Records = Messages.map(({ MessageId, Body }) => ({ messageId: MessageId, body: Body })) as never;
    for (let i = 0; i < times; i++) expect(await biller({ Records })).toEqual({ batchItemFailures: [] });
    for (const { ReceiptHandle, Body = '' } of Messages) {
      bodies.push(Body);
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  }
}

/** Whatever is in the queue is lost. */
const lose = () => sqs.send(new PurgeQueueCommand({ QueueUrl }));

async function office(n: number) {
  const t = newId('tenant');
  await estate(env.tableName, t, n);
  const api = feesApi(fees, staffOf(t, ['finance']));
  const runs = feesApi(billing, staffOf(t, ['finance']));
  await api.post('/v1/fee-standards', management);
  const state = async (id: string) => (await runs.get('/v1/bill-runs/{id}', { id })).body;
  return { t, api, runs, state };
}

const due = (t: string, pk: string, sk: string) =>
  biller({
    Records: [{ messageId: 'm', body: JSON.stringify({ kind: 'due', tenantId: t, pk, sk }) }] as never,
  });

describe('the billing queue', () => {
  it('carries a run from its request to its bills, whatever is delivered twice', async () => {
    const { runs, state } = await office(60);
    const { body } = await runs.post('/v1/bill-runs', { propertyId, cycle: '2026-10' });
    // The run, and two chunks; delivered twice, the run sends its chunks twice.
    expect((await work(2)).length).toBeLessThanOrEqual(5);
    expect((await state(body.id)).state).toBe('previewed');
    await runs.ask('POST /v1/bill-runs/{id}/issue', { params: { id: body.id } });
    await work(2);
    expect(await state(body.id)).toMatchObject({
      state: 'issued',
      issue: { bills: 60, already: 0 },
      progress: { issued: 60, failed: 0, total: 60 },
    });
  });

  it('lost as a whole, is filled again by the sweep', async () => {
    const { t, runs, state } = await office(2);
    const { body } = await runs.post('/v1/bill-runs', { propertyId, cycle: '2026-10' });
    await lose();
    const run = keys.billRun(t, body.id);
    await due(t, run.pk, run.sk);
    await lose();
    await due(t, run.pk, run.sk);
    await work();
    expect((await state(body.id)).state).toBe('previewed');
  });

  it('begins and issues the runs of a schedule', async () => {
    const { t, api, runs, state } = await office(2);
    await api.ask('PUT /v1/properties/{id}/fees', {
      params: { id: propertyId },
      body: { runs: [{ cycle: 'month', day: 1, monthsAfter: 1, issue: true }] },
    });
    vi.setSystemTime(Date.parse('2026-10-31T22:00:00Z'));
    const settings = keys.feeSettings(t, propertyId);
    await due(t, settings.pk, settings.sk);
    await work();
    const { body } = await runs.get('/v1/bill-runs', {}, { propertyId });
    expect(body.items).toHaveLength(1);
    expect(await state(body.items[0].id)).toMatchObject({
      cycle: '2026-10',
      state: 'issued',
      issue: { bills: 2 },
    });
    vi.setSystemTime(Date.parse('2026-10-01T02:00:00Z'));
  });

  it('puts aside what is no message, and what another office has is not touched', async () => {
    const { t, runs, state } = await office(1);
    const { body } = await runs.post('/v1/bill-runs', { propertyId, cycle: '2026-10' });
    await lose();
    const answer = await biller({ Records: [{ messageId: 'x', body: '{"kind":"y"}' }] as never });
    expect(answer.batchItemFailures).toEqual([{ itemIdentifier: 'x' }]);
    const stranger = newId('tenant');
    await due(stranger, `${stranger}#${body.id}`, 'run');
    expect((await state(body.id)).state).toBe('planning');
    const { events } = await officeTable(env.tableName, t).load({ events: keys.event(t, body.id, 2) });
    expect(events).toBeUndefined();
  });
});

describe('what a bill costs', () => {
  it('is six write units at most, beside the indexes', async () => {
    const { t, runs } = await office(3);
    const { body } = await runs.post('/v1/bill-runs', { propertyId, cycle: '2026-10' });
    await work();
    await runs.ask('POST /v1/bill-runs/{id}/issue', { params: { id: body.id } });
    await work();
    const table = officeTable(env.tableName, t);
    const { body: list } = await feesApi(fees, staffOf(t, ['finance'])).get('/v1/bills', {}, { propertyId });
    for (const { id, unitId, payerId } of list.items) {
      const { bill, account } = await table.load({
        bill: keys.bill(t, id),
        account: keys.account(t, unitId, payerId),
      });
      // JSON is longer than what the table counts; a transaction counts each kilobyte begun twice.
      const units = [bill, account].map((item) => 2 * Math.ceil(JSON.stringify(item).length / 1024));
      expect(units.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(6);
    }
  });
});
