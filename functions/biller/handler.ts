import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import * as z from 'zod/mini';
import { ENV, env } from '../../shared/env.ts';
import { id } from '../../shared/fields.ts';
import { log } from '../../shared/log.ts';
import { sendAll } from '../../shared/queues.ts';
import { systemTable } from '../../shared/system.ts';
import { doChunk } from '../fees/chunk.ts';
import { type BillMessage, finish, spread, type Worker } from '../fees/runStore.ts';
import { beginScheduled } from '../fees/schedule.ts';

const Message = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('billRun'), tenantId: id('tenant'), runId: id('billRun') }),
  z.strictObject({
    kind: z.literal('billChunk'),
    tenantId: id('tenant'),
    runId: id('billRun'),
    phase: z.enum(['preview', 'issue']),
    n: z.int(),
  }),
  /** from the sweep: a run that is not through (sk `run`), or a property whose next run is due (sk `fees`) */
  z.strictObject({ kind: z.literal('due'), tenantId: id('tenant'), pk: z.string(), sk: z.string() }),
]);

/** What is not begun this long before the function's end is left to another message. */
const reserveMs = 10_000;

/** Works off the billing queue: spreads bill runs out into chunks, does chunks, begins runs by schedule. */
export async function handler(
  event: Pick<SQSEvent, 'Records'>,
  context?: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<SQSBatchResponse> {
  const failed: string[] = [];
  for (const record of event.Records) {
    try {
      await work(record, () => (context?.getRemainingTimeInMillis() ?? Number.POSITIVE_INFINITY) < reserveMs);
    } catch (error) {
      log.error('billing failed', error, { messageId: record.messageId });
      failed.push(record.messageId);
    }
  }
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}

async function work(record: SQSRecord, outOfTime: () => boolean): Promise<void> {
  const message = Message.parse(JSON.parse(record.body));
  const { tenantId } = message;
  const actor = { kind: 'system', id: 'biller' } as const;
  const worker: Worker = {
    office: systemTable(actor).office(tenantId),
    actor,
    requestId: record.messageId,
    now: Date.now(),
  };
  const run = async (runId: string) => {
    const more = await spread(worker.office, runId, send, outOfTime);
    if (more) await send([{ kind: 'billRun', tenantId, runId }]);
    else if (await finish(worker, runId)) await spread(worker.office, runId, send, outOfTime);
  };
  if (message.kind === 'billChunk') {
    await doChunk(worker, message);
    if (await finish(worker, message.runId)) await run(message.runId);
  } else if (message.kind === 'billRun') await run(message.runId);
  else {
    const object = message.pk.slice(message.pk.indexOf('#') + 1);
    const runs = message.sk === 'fees' ? await beginScheduled(worker, object) : [object];
    for (const runId of runs) await run(runId);
  }
}

/** Throws unless the queue took every one: the message that asked for them then comes again. */
async function send(messages: BillMessage[]): Promise<void> {
  const taken = await sendAll(env(ENV.billingQueueUrl), messages);
  if (taken.length < messages.length) throw new Error('the queue did not take every message');
}
