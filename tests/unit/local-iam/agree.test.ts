// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written so
import fc from 'fast-check';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { type Access, type Asker, evaluate, type RequestContext } from '../../../local/iam/evaluate.ts';
import type { Policies, Policy } from '../../../local/iam/policies.ts';
import { readPolicy } from '../../../local/iam/policies.ts';
import { simulate } from '../../../local/iam/simulate.ts';
import { account } from '../../../local/template.ts';
import { region, serviceTemplate, table } from './service.ts';

/*
 * Two evaluators that were written apart have to say the same of any request: of the service's own policies, and of policies put
 * together from the same pieces. iam-simulate refuses to evaluate what AWS does not have (an action, an ARN of another kind);
 * those requests say nothing and are counted.
 */

let policies: Policies;
beforeAll(() => {
  policies = serviceTemplate().policies;
});

/** One office above all, so that there is enough that is permitted; the others begin as it does, or not. */
const tenant = fc.constantFrom('ten_1', 'ten_1', 'ten_1', 'ten_12', 'ten_', 'ten_A');
/** Partition keys of offices whose ids begin alike, of the system, of the due index, and ones with stars. */
const leadingKey = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('ten_1#office', 'ten_1#tkt', 'ten_1#') },
  fc
    .tuple(tenant, fc.constantFrom('#office', '#tkt', '#', '', '2#x', '*#', 'x'))
    .map(([t, rest]) => t + rest),
  fc.constantFrom(
    'sys#offices',
    'sys#',
    'sys',
    'due#00',
    '',
    '*',
    'login#a@b.c',
    '${aws:PrincipalTag/TenantId}#x',
  ),
);

const itemActions = ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'];
const manyActions = ['BatchGetItem', 'BatchWriteItem', 'Query'];
const bareActions = ['Scan', 'PartiQLSelect', 'DescribeTable', 'DeleteTable'];
const indexes = ['gsi1', 'gsi7', 'due', 'lookup'];
const tables = fc.constantFrom(
  table,
  table,
  table,
  `${table}2`,
  table.replace('data', 'dat'),
  table.replace(account, '111111111111'),
);

/** All of it most of the time, else any part of it. */
const context = (parts: Record<string, fc.Arbitrary<unknown>>) =>
  fc.oneof(
    { weight: 3, arbitrary: fc.record(parts) },
    fc.record(parts, { requiredKeys: [] }),
  ) as fc.Arbitrary<RequestContext>;
const session = {
  'aws:PrincipalTag/TenantId': tenant,
  'aws:PrincipalTag/Other': tenant,
};
const leading = (most: number) => fc.array(leadingKey, { minLength: 1, maxLength: most });

const onTable = fc
  .oneof(
    fc.record({
      action: fc.constantFrom(...itemActions),
      resource: tables,
      context: context({ ...session, 'dynamodb:LeadingKeys': leading(1) }),
    }),
    fc.record({
      action: fc.constantFrom(...manyActions),
      resource: tables,
      context: context({ ...session, 'dynamodb:LeadingKeys': leading(4) }),
    }),
    fc.record({
      action: fc.constant('Query'),
      resource: fc.tuple(tables, fc.constantFrom(...indexes)).map(([of, index]) => `${of}/index/${index}`),
      context: context({
        ...session,
        'dynamodb:LeadingKeys': leading(1),
        'dynamodb:Select': fc.constant('COUNT'),
      }),
    }),
    fc.record({ action: fc.constantFrom(...bareActions), resource: tables, context: context(session) }),
  )
  .map((one): Access => ({ ...one, action: `dynamodb:${one.action}` }));

const bucket = 'arn:aws:s3:::huifang-data-attachments';
const onObjects = fc
  .record({
    action: fc.constantFrom('s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:GetObjectAcl'),
    prefix: fc.constantFrom('pending/', 'kept/', 'pending', 'other/', ''),
    tenant,
    rest: fc.constantFrom('/a', '/', '', '/a/b', '2/a', '#x'),
    context: context({
      ...session,
      'aws:SecureTransport': fc.constantFrom('true', 'false'),
      's3:TlsVersion': fc.constantFrom('1.1', '1.2', '1.3'),
    }),
  })
  .map(({ action, prefix, tenant, rest, context }) => ({
    action,
    resource: `@/${prefix}${tenant}${rest}`,
    context,
  }));
const onBucket = fc.record({
  action: fc.constantFrom('s3:ListBucket', 's3:DeleteBucket'),
  resource: fc.constantFrom('@', 'arn:aws:s3:::other'),
  context: context({ ...session, 's3:prefix': fc.constant('kept/ten_1') }),
});
const onQueues = fc.record({
  action: fc.constantFrom('sqs:SendMessage', 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:PurgeQueue'),
  resource: fc
    .constantFrom(
      'huifang-reminders',
      'huifang-deliveries',
      'huifang-reminders-dead',
      'huifang-stream-dead',
      'x',
    )
    .map((name) => `arn:aws:sqs:${region}:${account}:${name}`),
  context: context({ 'aws:SecureTransport': fc.constantFrom('true', 'false') }),
});

const roleNames = () => [...policies.roles.keys()].sort();
/** Roles that reach the table, a bucket or a queue at all. */
const rightful = () =>
  [...policies.roles.values()]
    .filter(({ identity }) => JSON.stringify(identity).match(/dynamodb:|s3:|sqs:/))
    .map(({ arn }) => arn)
    .sort();
const askerOf = (roleArn: string): Asker => ({
  roleArn,
  sessionArn: `arn:aws:sts::${account}:assumed-role/${roleArn.split('/').at(-1)}/session`,
});

/** For a long run: HUIFANG_RUNS=100. */
const times = Number(process.env.HUIFANG_RUNS ?? 1);

interface Tally {
  allowed: number;
  refused: number;
  said: number;
}

async function sameOf(
  asker: Asker,
  access: Access,
  given: { identity: readonly Policy[]; resource?: Policy | undefined; trust?: boolean },
  tally: Tally,
): Promise<void> {
  const simulated = await simulate(asker, access, given);
  if (simulated.error !== undefined) return;
  tally.said++;
  const own = evaluate(asker, access, given);
  tally[own.allowed ? 'allowed' : 'refused']++;
  expect(own.allowed, JSON.stringify(access)).toBe(simulated.allowed);
}

const newTally = (): Tally => ({ allowed: 0, refused: 0, said: 0 });

/** The same questions in every short run: how many of them are permitted is chance. A long one asks others. */
const runs = (n: number) => ({ numRuns: n * times, ...(times === 1 && { seed: 20_261_129 }) });

// A long run takes minutes.
vi.setConfig({ testTimeout: 60_000 * times });

describe('the evaluator here and iam-simulate agree', () => {
  test('on requests to table, objects and queues by every role of the service', async () => {
    const tally = newTally();
    const own = [...policies.resources.keys()].find((arn) => arn.startsWith(bucket)) ?? bucket;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.oneof({ weight: 4, arbitrary: onTable }, onObjects, onBucket, onQueues),
        async (n, one) => {
          const roles = n % 8 === 0 ? roleNames() : rightful();
          // Half of the questions are put to the tenant role: the fence is its.
          const roleArn =
            (n % 2 ? roles.find((arn) => arn.includes('TenantRole')) : roles[n % roles.length]) ?? '';
          const access = { ...one, resource: one.resource.replace('@', own) };
          const role = policies.roles.get(roleArn);
          const resource =
            policies.resources.get(access.resource) ??
            policies.resources.get(access.resource.split('/')[0] ?? '');
          await sameOf(askerOf(roleArn), access, { identity: role?.identity ?? [], resource }, tally);
        },
      ),
      runs(600),
    );
    expect(tally.said).toBeGreaterThan(400);
    expect(tally.allowed).toBeGreaterThan(20);
    expect(tally.refused).toBeGreaterThan(100);
  });

  test('on who may take on which role with which tags', async () => {
    const tally = newTally();
    const tags = context({
      'aws:RequestTag/TenantId': fc.constantFrom('ten_1', 'ten_', 'ten', 'sys', ''),
      'aws:TagKeys': fc.subarray(['TenantId', 'tenantid', 'Other'], { minLength: 1 }),
      'sts:TransitiveTagKeys': fc.constant(['TenantId']),
      'aws:SourceAccount': fc.constantFrom(account, '111111111111'),
      'aws:SourceArn': fc.constantFrom(
        `arn:aws:scheduler:${region}:${account}:schedule-group/huifang`,
        `arn:aws:scheduler:${region}:${account}:schedule-group/other`,
      ),
    });
    const action = fc.constantFrom('sts:AssumeRole', 'sts:TagSession');
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), action, tags, async (n, m, action, context) => {
        const roles = roleNames();
        const by = roles[n % roles.length] ?? '';
        const of = (m % 2 ? roles.find((arn) => arn.includes('TenantRole')) : roles[m % roles.length]) ?? '';
        const services = ['lambda.amazonaws.com', 'scheduler.amazonaws.com'];
        const asker = n % 5 === 0 ? { service: services[m % 2] ?? '' } : askerOf(by);
        const identity = 'service' in asker ? [] : (policies.roles.get(by)?.identity ?? []);
        const access = { action, resource: of, context };
        await sameOf(
          asker,
          access,
          { identity, resource: policies.roles.get(of)?.trust, trust: true },
          tally,
        );
      }),
      runs(300),
    );
    expect(tally.allowed).toBeGreaterThan(5);
    expect(tally.refused).toBeGreaterThan(100);
  });

  test('on policies put together at random', async () => {
    const tally = newTally();
    const pattern = fc.constantFrom(
      'ten_*',
      'ten_1',
      '${aws:PrincipalTag/TenantId}#*',
      '${aws:PrincipalTag/TenantId}*',
      '*#?ffice',
      'sys#*',
      '*',
      '',
    );
    const values = fc.array(pattern, { minLength: 1, maxLength: 2 });
    const condition = fc.oneof(
      fc
        .tuple(
          fc.constantFrom(
            'ForAllValues:StringLike',
            'ForAnyValue:StringLike',
            'ForAllValues:StringEquals',
            'ForAnyValue:StringEquals',
          ),
          values,
        )
        .map(([operator, values]) => ({ [operator]: { 'dynamodb:LeadingKeys': values } })),
      fc
        .tuple(
          fc.constantFrom('StringLike', 'StringEquals', 'StringLikeIfExists', 'StringEqualsIfExists'),
          values,
        )
        .map(([operator, values]) => ({ [operator]: { 'aws:PrincipalTag/TenantId': values } })),
      fc
        .tuple(
          fc.constantFrom('dynamodb:LeadingKeys', 'aws:PrincipalTag/Other'),
          fc.constantFrom('true', 'false'),
        )
        .map(([key, value]) => ({ Null: { [key]: value } })),
    );
    const statement = fc.record(
      {
        Effect: fc.constantFrom('Allow', 'Allow', 'Deny'),
        Action: fc.subarray(
          ['dynamodb:*', 'dynamodb:Get*', 'dynamodb:Query', 'dynamodb:*Item', 'DYNAMODB:putitem', '*'],
          { minLength: 1 },
        ),
        Resource: fc.subarray(
          [
            '*',
            table,
            `${table}*`,
            `${table}/index/*`,
            `${table}/index/gsi?`,
            'arn:aws:dynamodb:*:*:table/huifang-dat?',
          ],
          { minLength: 1 },
        ),
        Condition: condition,
      },
      { requiredKeys: ['Effect', 'Action', 'Resource'] },
    );
    const documents = fc
      .array(statement, { minLength: 1, maxLength: 3 })
      .map((Statement) => ({ Version: '2012-10-17', Statement }));
    await fc.assert(
      fc.asyncProperty(documents, onTable, async (document, access) => {
        const identity = [readPolicy('role', 'generated', document)];
        await sameOf(askerOf(`arn:aws:iam::${account}:role/x`), access, { identity }, tally);
      }),
      runs(600),
    );
    expect(tally.allowed).toBeGreaterThan(50);
    expect(tally.refused).toBeGreaterThan(50);
  });
});
