import { Stack } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { ATTACHMENT_PREFIX, ENV, SYSTEM_PREFIX, TENANT_TAG } from '../shared/env.ts';
import { indexName, type ListIndex } from '../shared/table.ts';
import { DUE_INDEX, LIST_INDEXES, LOOKUP_INDEX } from './data.ts';
import type { ServiceFunction } from './function.ts';
import { acknowledge } from './nag.ts';

/*
 * Who may do what with the table, the bucket and the queues: one function for each kind of need. Nobody may
 * scan, nobody may use PartiQL, and `due` and `lookup` have one reader each.
 */

/** Items are read in batches and pages only. */
const READ_ITEMS = ['dynamodb:BatchGetItem'];
/**
 * Nobody deletes where events are: who deletes anything is given the partitions. IAM cannot see sort keys, so that no
 * event is written over is held by the table module (`shared/table.ts`).
 */
const WRITE_ITEMS = ['dynamodb:PutItem', 'dynamodb:UpdateItem'];
const DELETE = ['dynamodb:DeleteItem'];
/** Checks inside transactions; writes inside them need the plain rights above. */
const CHECK = ['dynamodb:ConditionCheckItem'];

/** The office of the session. The `#` belongs to the pattern: without it `ten_1` would match `ten_12`. */
const OWN = `\${aws:PrincipalTag/${TENANT_TAG}}`;

/** Any one office, to the letter: a star would reach over further parts of a key. */
const ANY = `ten_${'?'.repeat(26)}`;

/** Leading keys have to be such. `ForAllValues` alone is true where the key is absent, hence the `Null`. */
const keysLike = (...patterns: string[]) => ({
  'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': patterns },
  Null: { 'dynamodb:LeadingKeys': 'false' },
});
const keysBeginWith = (prefix: string) => keysLike(`${prefix}*`);

const index = (table: dynamodb.ITable, name: string) => `${table.tableArn}/index/${name}`;
const listIndexes = (table: dynamodb.ITable, names: readonly ListIndex[]) =>
  names.map((name) => index(table, indexName(name)));

/**
 * The role through which API functions reach the data of one office. It can be assumed by those functions only,
 * and only with the tag that names the office; what it may touch follows from the tag (IAM holds even if the
 * code errs).
 */
export function tenantRole(
  scope: Construct,
  props: { table: dynamodb.ITable; bucket: s3.Bucket; functions: readonly ServiceFunction[] },
): iam.CfnRole {
  const { table, bucket, functions } = props;
  const statement = (
    sid: string,
    resources: string[],
    actions: string[],
    conditions?: Record<string, Record<string, string | string[]>>,
  ) => new iam.PolicyStatement({ sid, resources, actions, ...(conditions && { conditions }) });
  const role = new iam.CfnRole(scope, 'TenantRole', {
    description: 'Data of the one office named by the session tag',
    maxSessionDuration: 3600,
    assumeRolePolicyDocument: new iam.PolicyDocument({
      statements: [
        new iam.PolicyStatement({
          principals: functions.map(({ role: { roleArn } }) => new iam.ArnPrincipal(roleArn)),
          actions: ['sts:AssumeRole', 'sts:TagSession'],
          conditions: {
            StringLike: { [`aws:RequestTag/${TENANT_TAG}`]: 'ten_*' },
            // Exactly this tag, and none that would outlive the session in a further role.
            'ForAllValues:StringEquals': { 'aws:TagKeys': [TENANT_TAG] },
            Null: { 'sts:TransitiveTagKeys': 'true' },
          },
        }),
      ],
    }),
    policies: [
      {
        policyName: 'one-office',
        policyDocument: new iam.PolicyDocument({
          statements: [
            statement(
              'Items',
              [table.tableArn],
              [...READ_ITEMS, 'dynamodb:Query', ...WRITE_ITEMS, ...CHECK],
              keysBeginWith(`${OWN}#`),
            ),
            // A login that somebody gave up for another.
            statement('Logins', [table.tableArn], DELETE, keysLike(`${OWN}#logins`)),
            statement(
              'Lists',
              listIndexes(table, LIST_INDEXES),
              ['dynamodb:Query'],
              keysBeginWith(`${OWN}#`),
            ),
            statement(
              'UncheckedUploads',
              [bucket.arnForObjects(`${ATTACHMENT_PREFIX.pending}/${OWN}/*`)],
              ['s3:PutObject', 's3:GetObject'],
            ),
            statement(
              'Attachments',
              [bucket.arnForObjects(`${ATTACHMENT_PREFIX.kept}/${OWN}/*`)],
              // Deleted when a person's data are erased.
              ['s3:PutObject', 's3:GetObject', 's3:DeleteObject'],
            ),
          ],
        }),
      },
    ],
  });
  return role;
}

/** Functions that work for one office at a time: they may take on the tenant role and touch nothing themselves. */
export function tenantData(fn: ServiceFunction, role: iam.CfnRole): void {
  fn.allow([role.attrArn], ['sts:AssumeRole', 'sts:TagSession']);
  fn.setEnv({ [ENV.tenantRoleArn]: role.attrArn });
}

/** The authorizer: finds a login or a key, sees whether the office is suspended, notes when a key was last used. */
export function authorizerReads(fn: ServiceFunction, table: dynamodb.ITable): void {
  fn.allow([index(table, LOOKUP_INDEX)], ['dynamodb:Query']);
  fn.allow([table.tableArn], [...READ_ITEMS, 'dynamodb:UpdateItem']);
}

/** The sweeper: finds what is due, leases it, hands it on; finds the offices of a zone for the daily lists. */
export function sweeps(fn: ServiceFunction, table: dynamodb.ITable, queues: readonly sqs.IQueue[]): void {
  fn.allow([index(table, DUE_INDEX)], ['dynamodb:Query']);
  fn.allow([table.tableArn], ['dynamodb:UpdateItem']);
  fn.allow([index(table, indexName('g2'))], ['dynamodb:Query'], keysBeginWith(SYSTEM_PREFIX));
  sends(fn, queues);
}

/** The notifier: rechecks, claims and records reminders of any office, and writes their deliveries. */
export function notifies(fn: ServiceFunction, table: dynamodb.ITable, queues: readonly sqs.IQueue[]): void {
  fn.allow([table.tableArn], [...READ_ITEMS, 'dynamodb:Query', ...WRITE_ITEMS, ...CHECK]);
  // What was told in a digest, and jobs that are done.
  fn.allow([table.tableArn], DELETE, keysLike(`${ANY}#digest`, `${ANY}#job#*`));
  fn.allow(listIndexes(table, ['g1', 'g5', 'g6']), ['dynamodb:Query']);
  sends(fn, queues);
}

/** The biller: computes and writes bills of any office, and hands itself the next chunks. */
export function bills(fn: ServiceFunction, table: dynamodb.ITable, queues: readonly sqs.IQueue[]): void {
  fn.allow([table.tableArn], [...READ_ITEMS, 'dynamodb:Query', ...WRITE_ITEMS]);
  fn.allow(listIndexes(table, ['g2']), ['dynamodb:Query']);
  sends(fn, queues);
}

/** The courier: reads a delivery and where it goes, records how it went. */
export function delivers(fn: ServiceFunction, table: dynamodb.ITable): void {
  fn.allow([table.tableArn], [...READ_ITEMS, ...WRITE_ITEMS]);
}

/** The stream consumer: keeps counters and writes the webhook deliveries of any office. */
export function consumesStream(
  fn: ServiceFunction,
  table: dynamodb.ITable,
  queues: readonly sqs.IQueue[],
): void {
  if (!table.tableStreamArn) throw new Error('the table has no stream');
  fn.allow(
    [table.tableStreamArn],
    ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'],
  );
  fn.allow([table.tableArn], [...READ_ITEMS, 'dynamodb:Query', ...WRITE_ITEMS]);
  fn.allow(listIndexes(table, ['g1', 'g3']), ['dynamodb:Query']);
  sends(fn, queues);
}

/** The operator's functions: create, suspend, export and delete any office. */
export function operates(fn: ServiceFunction, table: dynamodb.ITable, bucket: s3.Bucket): void {
  // Everything it changes is written whole, and deletion of a whole office goes in batches: the one door through which events leave.
  fn.allow(
    [table.tableArn],
    [...READ_ITEMS, 'dynamodb:Query', 'dynamodb:PutItem', 'dynamodb:BatchWriteItem'],
  );
  fn.allow(listIndexes(table, ['g1', 'g2', 'g3']), ['dynamodb:Query']);
  fn.allow([bucket.bucketArn], ['s3:ListBucket']);
  fn.allow(
    Object.values(ATTACHMENT_PREFIX).map((prefix) => bucket.arnForObjects(`${prefix}/*`)),
    ['s3:DeleteObject'],
  );
}

/** Makes logins in the house's own user pool. */
export function makesLogins(
  fn: ServiceFunction,
  userPool: { userPoolArn: string; userPoolId: string },
): void {
  fn.allow([userPool.userPoolArn], ['cognito-idp:AdminCreateUser']);
  fn.setEnv({ [ENV.userPoolId]: userPool.userPoolId });
}

/** Makes and takes away offices' usage keys, and puts them into plans. */
export function keepsUsageKeys(fn: ServiceFunction, prefix: string): void {
  const { partition, region } = Stack.of(fn);
  const at = (path: string) => `arn:${partition}:apigateway:${region}::${path}`;
  fn.allow([at('/usageplans'), at('/apikeys')], ['apigateway:GET']);
  fn.allow([at('/apikeys'), at('/usageplans/*/keys')], ['apigateway:POST']);
  fn.allow([at('/apikeys/*')], ['apigateway:DELETE']);
  fn.setEnv({ [ENV.usageKeyPrefix]: prefix });
  const finding = (path: string) => `IAM5[Resource::arn:<AWS::Partition>:apigateway:${region}::${path}]`;
  const unknown = 'The gateway gives plans and keys ids that nobody knows beforehand.';
  acknowledge(fn, { [finding('/usageplans/*/keys')]: unknown, [finding('/apikeys/*')]: unknown });
}

/** Puts messages into queues. */
export function sends(fn: ServiceFunction, queues: readonly sqs.IQueue[]): void {
  fn.allow(
    queues.map((queue) => queue.queueArn),
    ['sqs:SendMessage'],
  );
}
