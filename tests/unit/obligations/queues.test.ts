import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { QueueMessage } from '../../../shared/queues.ts';

interface Batch {
  QueueUrl: string;
  Entries: { Id: string; MessageBody: string; MessageGroupId: string }[];
}

/** Stands in for SQS, which the emulator does not do in full: it keeps no message groups and refuses no single entries. */
const batches: Batch[] = [];
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const batch = JSON.parse(Buffer.concat(chunks).toString()) as Batch;
    batches.push(batch);
    const refused = batch.Entries.filter(({ MessageBody }) => MessageBody.includes('refuse'));
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    response.end(
      JSON.stringify({
        Successful: [],
        Failed: refused.map(({ Id }) => ({ Id, Code: 'ServiceUnavailable', SenderFault: false })),
      }),
    );
  });
});

beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_SQS: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_REGION: 'local',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
});
afterAll(() => void server.close());

it('messages go ten at a time in order, each in its office\u2019s group, and what was refused is not among the sent', async () => {
  const { sendAll } = await import('../../../shared/queues.ts');
  const messages = Array.from(
    { length: 23 },
    (_, i): QueueMessage => ({
      kind: 'due',
      tenantId: `ten_${i % 2}`,
      pk: `ten_${i % 2}#x`,
      sk: i === 7 || i === 21 ? `refuse${i}` : `obl#${i}`,
    }),
  );
  const sent = await sendAll(`${process.env.AWS_ENDPOINT_URL_SQS}/000000000000/reminders`, messages);
  expect(batches.map(({ Entries }) => Entries.length)).toEqual([10, 10, 3]);
  const entries = batches.flatMap(({ Entries }) => Entries);
  expect(entries.map(({ MessageBody }) => JSON.parse(MessageBody))).toEqual(messages);
  expect(entries.map(({ MessageGroupId }) => MessageGroupId)).toEqual(
    messages.map(({ tenantId }) => tenantId),
  );
  expect(sent).toEqual(messages.filter((_, i) => i !== 7 && i !== 21));
});
