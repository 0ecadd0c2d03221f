import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Actor, tenantOf } from './actor.ts';
import { Cursors } from './cursor.ts';
import { env } from './env.ts';
import type { Idempotency } from './idempotency.ts';
import { OfficeTable } from './table.ts';

const translate = { marshallOptions: { removeUndefinedValues: true } };

/** How many offices' credentials and clients one warm function keeps. */
const keptClients = 64;

/** Ask for new credentials this long before the old ones end, in milliseconds. */
const refreshAhead = 5 * 60_000;

let sts: STSClient | undefined;
const clients = new Map<string, DynamoDBDocumentClient>();

/**
 * A client that holds credentials of one office only: the tenant role, assumed with the session tag `TenantId`, so that IAM
 * refuses any key of another office even where the code errs.
 */
function clientOf(tenantId: string): DynamoDBDocumentClient {
  const kept = clients.get(tenantId);
  if (kept) {
    // Insertion order is age of use.
    clients.delete(tenantId);
    clients.set(tenantId, kept);
    return kept;
  }
  const client = DynamoDBDocumentClient.from(
    new DynamoDBClient({ credentials: () => credentialsOf(tenantId) }),
    translate,
  );
  clients.set(tenantId, client);
  const oldest = clients.keys().next().value;
  if (clients.size > keptClients && oldest !== undefined) clients.delete(oldest);
  return client;
}

async function credentialsOf(tenantId: string) {
  sts ??= new STSClient({});
  const { Credentials: given } = await sts.send(
    new AssumeRoleCommand({
      RoleArn: env('TENANT_ROLE_ARN'),
      RoleSessionName: tenantId,
      Tags: [{ Key: 'TenantId', Value: tenantId }],
      DurationSeconds: 3600,
    }),
  );
  if (!given?.AccessKeyId || !given.SecretAccessKey || !given.SessionToken || !given.Expiration) {
    throw new Error('STS answered without credentials');
  }
  return {
    accessKeyId: given.AccessKeyId,
    secretAccessKey: given.SecretAccessKey,
    sessionToken: given.SessionToken,
    expiration: new Date(given.Expiration.getTime() - refreshAhead),
  };
}

/** The same credentials, for the office's attachments. */
export const credentialsFor = (actor: Actor) => clientOf(tenantOf(actor)).config.credentials();

let cursors: Cursors | undefined;

/** The table as the actor's office sees it. Throws for actors of no office. */
export function officeOf(actor: Actor, idempotency?: Idempotency): OfficeTable {
  const tenantId = tenantOf(actor);
  cursors ??= new Cursors(env('CURSOR_SECRET'));
  return new OfficeTable({
    tenantId,
    client: clientOf(tenantId),
    tableName: env('TABLE_NAME'),
    cursors,
    idempotency,
  });
}
