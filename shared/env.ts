/**
 * The names that the template and the code have in common: the construct sets them, the function reads them.
 * Each is set only for the functions that need it (see `infra/`); asking for a missing one is a fault of the
 * deployment and throws.
 */
export const ENV = {
  /** The one table. */
  tableName: 'TABLE_NAME',
  /** Role that the API functions assume with the session tag `TenantId`; their only way to the table. */
  tenantRoleArn: 'TENANT_ROLE_ARN',
  remindersQueueUrl: 'REMINDERS_QUEUE_URL',
  deliveriesQueueUrl: 'DELIVERIES_QUEUE_URL',
  /** Chunks of bill runs. */
  billingQueueUrl: 'BILLING_QUEUE_URL',
  attachmentsBucket: 'ATTACHMENTS_BUCKET',
  /** Key of the signatures on cursors and one-time links. */
  cursorSecret: 'CURSOR_SECRET',
  oidcIssuer: 'OIDC_ISSUER',
  oidcAudience: 'OIDC_AUDIENCE',
  /** Set where the house has a user pool of its own: new logins are made there. */
  userPoolId: 'USER_POOL_ID',
  /** First part of the names of usage plans and keys, see `shared/usage.ts`; set where there is a gateway. */
  usageKeyPrefix: 'USAGE_KEY_PREFIX',
  mailFrom: 'MAIL_FROM',
  /** `ses`, or an `smtp://` address. */
  mailTransport: 'MAIL_TRANSPORT',
  /** Address under which the API is reached, without a slash at the end. */
  publicUrl: 'PUBLIC_URL',
  /** `1` lets outgoing requests reach this very machine; no deployment sets it. */
  outboundAllowLocal: 'OUTBOUND_ALLOW_LOCAL',
  /** Where group robots are reached instead of their makers' addresses; no deployment sets it. */
  outboundRobotBase: 'OUTBOUND_ROBOT_BASE',
  /** `1` holds every answer against its schema; set in all tests, in no deployment. */
  checkResponses: 'CHECK_RESPONSES',
} as const;

export type EnvName = (typeof ENV)[keyof typeof ENV];

/** The value of a variable the function cannot do without; throws an `Error` naming it if it is not set. */
export function env(name: EnvName): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`environment variable ${name} is not set`);
  return value;
}

/** The value of a variable that may be absent. An empty one counts as absent. */
export function optionalEnv(name: EnvName): string | undefined {
  return process.env[name] || undefined;
}

/** Session tag that carries the office; the tenant role's policy speaks of it. */
export const TENANT_TAG = 'TenantId';

/**
 * First parts of attachment keys: `pending/<tenantId>/…` until the upload is checked, then copied to
 * `kept/<tenantId>/…`. What stays pending is deleted by the bucket's lifecycle after two days.
 */
export const ATTACHMENT_PREFIX = { pending: 'pending', kept: 'kept' } as const;

/** Partition key prefix of what belongs to no office. */
export const SYSTEM_PREFIX = 'sys#';

/** Namespace of the service's own metrics, and their names; seconds all. */
export const METRICS = {
  namespace: 'Huifang',
  /** Name of the function that tells. */
  dimension: 'FunctionName',
  /** How far behind its due instant the oldest reminder was when the sweep took it up. */
  sweepLag: 'SweepLagSeconds',
  /** Age of the oldest webhook that has not been taken by its receiver yet. */
  oldestUndeliveredWebhook: 'OldestUndeliveredWebhookSeconds',
} as const;

/** Inputs of the schedules; `zone` is one of `shared/zones.ts`. */
export type ScheduleInput =
  | { readonly kind: 'sweep' }
  | { readonly kind: 'digest'; readonly zone: string }
  | { readonly kind: 'endOfDay'; readonly zone: string };
