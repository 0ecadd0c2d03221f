import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { ENV, env, METRICS, optionalEnv } from '../../shared/env.ts';
import { log, metric } from '../../shared/log.ts';
import { QueueMessage } from '../../shared/queues.ts';
import { systemTable } from '../../shared/system.ts';
import { deliver } from './deliver.ts';
import { createMailer, type Mailer } from './mail.ts';
import { send } from './send.ts';
import type { CourierDeps } from './types.ts';

let mailer: Mailer | undefined;

function courierDeps(): CourierDeps {
  mailer ??= createMailer({ transport: env(ENV.mailTransport), from: env(ENV.mailFrom) });
  const robots = optionalEnv(ENV.outboundRobotBase);
  return {
    now: Date.now,
    allowLocal: optionalEnv(ENV.outboundAllowLocal) === '1',
    mailer,
    ...(robots && { robotOrigins: { wecom: robots, dingtalk: robots, feishu: robots } }),
  };
}

/** Works off messages of the deliveries queue, all of a batch at once: each waits for somebody else's server. */
export async function handler(event: Pick<SQSEvent, 'Records'>): Promise<SQSBatchResponse> {
  const table = systemTable({ kind: 'system', id: 'courier' });
  const deps = courierDeps();
  const failed = await Promise.all(
    event.Records.map(async ({ body, messageId }) => {
      try {
        const message = QueueMessage.parse(JSON.parse(body));
        if (message.kind !== 'due') throw new Error(`no business of the courier: ${message.kind}`);
        const { tenantId, pk, sk } = message;
        await deliver(
          {
            office: table.office(tenantId),
            send: (attempt) => send(attempt, deps),
            now: Date.now,
            // Up to a tenth of the wait, so that what failed together does not come back together.
            jitter: () => Math.random() * 0.1,
            undelivered: (ageMs) => metric(METRICS.oldestUndeliveredWebhook, ageMs / 1000),
          },
          { pk, sk },
        );
        return undefined;
      } catch (error) {
        log.error('delivery failed', error, { messageId });
        return messageId;
      }
    }),
  );
  return {
    batchItemFailures: failed.flatMap((itemIdentifier) => (itemIdentifier ? [{ itemIdentifier }] : [])),
  };
}
