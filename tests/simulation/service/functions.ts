import type { APIGatewayProxyEvent, APIGatewayProxyResult, DynamoDBRecord, SQSRecord } from 'aws-lambda';
import { noting } from '../world/caches.ts';
import { install } from '../world/machine.ts';

/*
 * The functions of the service, the very handlers that are deployed. They are imported after the simulation has put itself in the
 * place of clocks and clients, which some of them take hold of as they are loaded.
 */

install();
Object.assign(process.env, {
  AWS_ACCESS_KEY_ID: 'simulated',
  AWS_SECRET_ACCESS_KEY: 'simulated',
  TABLE_NAME: 'simulated',
  TENANT_ROLE_ARN: 'arn:test:iam::000000000000:role/tenant',
  CURSOR_SECRET: 'a secret for simulations, long enough',
  CHECK_RESPONSES: '1',
  PUBLIC_URL: 'https://huifang.example',
  REMINDERS_QUEUE_URL: 'reminders',
  DELIVERIES_QUEUE_URL: 'deliveries',
  BILLING_QUEUE_URL: 'billing',
  MAIL_FROM: 'huifang@example.com',
  MAIL_TRANSPORT: 'smtp://mail.example',
  // Robots have fixed names; nobody asks a name server here.
  ATTACHMENTS_BUCKET: 'attachments',
  OIDC_ISSUER: 'https://issuer.example',
  OIDC_AUDIENCE: 'huifang',
  OUTBOUND_ROBOT_BASE: 'https://93.184.215.20',
});

type Api = (event: APIGatewayProxyEvent, context: never) => Promise<APIGatewayProxyResult>;
type Records<R> = (event: { Records: R[] }) => Promise<{ batchItemFailures: { itemIdentifier: string }[] }>;

/** Route -> its function. */
const apis = new Map<string, { fn: string; handler: Api }>();

/** The tables of routes, by domain. */
export const { domains } = await noting(() => import('../../../functions/routes.ts'));

const [sweeper, notifier, courier, biller, stream, authorizer] = await noting(async () => {
  for (const [fn, routes] of Object.entries(domains)) {
    const { handler } = (await import(`../../../functions/${fn}/handler.ts`)) as { handler: Api };
    for (const { method, path } of routes) apis.set(`${method} ${path}`, { fn, handler });
  }
  return Promise.all([
    import('../../../functions/sweeper/handler.ts'),
    import('../../../functions/notifier/handler.ts'),
    import('../../../functions/courier/handler.ts'),
    import('../../../functions/biller/handler.ts'),
    import('../../../functions/stream/handler.ts'),
    import('../../../functions/authorizer/handler.ts'),
  ]);
});

export function apiOf(route: string): { fn: string; handler: Api } {
  const found = apis.get(route);
  if (!found) throw new Error(`no such route: ${route}`);
  return found;
}

/** Workers of the queues, with how many messages they take at a time and how long they may run, as in infra/. */
export const workers = {
  reminders: {
    fn: 'notifier',
    handler: notifier.handler as Records<SQSRecord>,
    batch: 10,
    timeoutMs: 60_000,
  },
  deliveries: { fn: 'courier', handler: courier.handler as Records<SQSRecord>, batch: 5, timeoutMs: 60_000 },
  billing: { fn: 'biller', handler: biller.handler as Records<SQSRecord>, batch: 5, timeoutMs: 60_000 },
} as const;
export type QueueName = keyof typeof workers;

export const sweep = sweeper.handler;
export const consumeStream = stream.handler as unknown as Records<DynamoDBRecord>;
export const rebuildCounters = (tenantId: string) => stream.handler({ rebuild: tenantId });
export const authorize = (authorization: string) =>
  authorizer.handler({
    headers: { authorization },
    methodArn: 'arn:test:execute-api:::api/v1/GET/v1/tickets',
  } as never);
