import { describe, expect, test } from 'vitest';
import { ZONES } from '../../../shared/zones.ts';
import { type Json, ofType, synthesize } from './service.ts';

const cloud = synthesize('ap-southeast-1');
const one = (type: string): Json => {
  const found = ofType(cloud, type);
  expect(found, type).toHaveLength(1);
  return found[0]?.[1] as Json;
};
const getAtt = (value: unknown): string => (value as { 'Fn::GetAtt': [string, string] })['Fn::GetAtt'][0];
const ref = (value: unknown): string => (value as { Ref: string }).Ref;

describe('data', () => {
  const table = one('AWS::DynamoDB::Table');

  test('the table is kept: recovery, protection, own key, and it outlives its stack', () => {
    expect(table).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
    });
    expect(one('AWS::KMS::Key')).toMatchObject({ EnableKeyRotation: true });
    const kept = [...cloud.resources.values()].filter(({ Type }) =>
      ['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::KMS::Key', 'AWS::Cognito::UserPool'].includes(Type),
    );
    expect(kept).toHaveLength(4);
    for (const resource of kept) {
      expect(resource).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    }
  });

  test('indexes project what lists show, and the due index keys only', () => {
    const indexes = table.GlobalSecondaryIndexes as {
      IndexName: string;
      Projection: Json;
      KeySchema: Json[];
    }[];
    const listed = { ProjectionType: 'INCLUDE', NonKeyAttributes: ['list', 'v', 'et'] };
    expect(Object.fromEntries(indexes.map(({ IndexName, Projection }) => [IndexName, Projection]))).toEqual({
      ...Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((n) => [`gsi${n}`, listed])),
      due: { ProjectionType: 'KEYS_ONLY' },
      lookup: listed,
    });
    expect(indexes[0]?.KeySchema.map(({ AttributeName }) => AttributeName)).toEqual(['g1pk', 'g1sk']);
  });

  test('attachments are private, encrypted, reached by TLS, and unchecked ones go by themselves', () => {
    const bucket = one('AWS::S3::Bucket');
    expect(bucket.PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
    expect(JSON.stringify(bucket.BucketEncryption)).toContain('aws:kms');
    expect(bucket.LifecycleConfiguration).toMatchObject({
      Rules: [
        { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 }, Status: 'Enabled' },
        { Prefix: 'pending/', ExpirationInDays: 2, Status: 'Enabled' },
      ],
    });
    expect(JSON.stringify(one('AWS::S3::BucketPolicy'))).toContain('"aws:SecureTransport":"false"');
  });
});

describe('functions', () => {
  test('all run on Node 24 and arm64, each with a log that ends', () => {
    const functions = ofType(cloud, 'AWS::Lambda::Function');
    expect(functions).toHaveLength(12);
    for (const [, properties] of functions) {
      expect(properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
        LoggingConfig: { LogFormat: 'JSON' },
      });
      expect(properties).not.toHaveProperty('ReservedConcurrentExecutions');
    }
    for (const [id, { RetentionInDays }] of ofType(cloud, 'AWS::Logs::LogGroup')) {
      expect(RetentionInDays, id).toBeGreaterThan(0);
    }
  });

  test('no variable that only the machine at home sets is set', () => {
    const names = ofType(cloud, 'AWS::Lambda::Function').flatMap(([, { Environment }]) =>
      Object.keys((Environment as { Variables: Json } | undefined)?.Variables ?? {}),
    );
    expect(names).not.toContain('OUTBOUND_ALLOW_LOCAL');
    expect(names).toContain('TENANT_ROLE_ARN');
  });

  test('the secret of cursors is in no template', () => {
    const tickets = cloud.templates.api?.Resources;
    const secrets = Object.values(tickets ?? {}).flatMap(({ Properties }) => {
      const variables = (Properties.Environment as { Variables?: Json } | undefined)?.Variables;
      return variables?.CURSOR_SECRET ? [JSON.stringify(variables.CURSOR_SECRET)] : [];
    });
    expect(secrets.length).toBeGreaterThan(0);
    for (const secret of secrets) expect(secret).toContain('{{resolve:secretsmanager:');
  });
});

describe('reminders', () => {
  const queues = ofType(cloud, 'AWS::SQS::Queue');
  const named = (name: string) =>
    queues.find(([, { QueueName }]) => QueueName === `huifang-${name}`) as [string, Json];

  test('every minute a sweep, and for each zone a digest in the morning and a list at the end of the day', () => {
    const schedules = ofType(cloud, 'AWS::Scheduler::Schedule').map(([, properties]) => ({
      when: properties.ScheduleExpression,
      zone: properties.ScheduleExpressionTimezone,
      input: JSON.parse((properties.Target as { Input: string }).Input) as Json,
    }));
    expect(schedules).toHaveLength(1 + 2 * ZONES.length);
    expect(schedules).toContainEqual({ when: 'rate(1 minute)', zone: 'UTC', input: { kind: 'sweep' } });
    for (const zone of ZONES) {
      expect(schedules).toContainEqual({ when: 'cron(30 8 * * ? *)', zone, input: { kind: 'digest', zone } });
      expect(schedules).toContainEqual({
        when: 'cron(15 17 * * ? *)',
        zone,
        input: { kind: 'endOfDay', zone },
      });
    }
  });

  test('a schedule that cannot start the sweeper leaves a message behind', () => {
    for (const [, { Target }] of ofType(cloud, 'AWS::Scheduler::Schedule')) {
      const { DeadLetterConfig, RetryPolicy, Arn } = Target as Record<string, Json>;
      expect(getAtt(DeadLetterConfig?.Arn)).toBe(named('schedules-dead')[0].split('/')[1]);
      expect(RetryPolicy?.MaximumRetryAttempts).toBeGreaterThan(0);
      expect(getAtt(Arn)).toMatch(/^sweeperFunction/);
    }
  });

  test('what the sweeper fails at is tried again, and left behind in the end', () => {
    const { MaximumRetryAttempts, DestinationConfig, FunctionName } = one('AWS::Lambda::EventInvokeConfig');
    expect(ref(FunctionName)).toMatch(/^sweeperFunction/);
    expect(MaximumRetryAttempts).toBe(2);
    const [deadId] = named('schedules-dead');
    expect(DestinationConfig).toEqual({
      OnFailure: { Destination: { 'Fn::GetAtt': [deadId.split('/')[1], 'Arn'] } },
    });
  });

  test.each([
    ['reminders', 'notifier'],
    ['deliveries', 'courier'],
    ['billing', 'biller'],
  ])('%s go to the %s, part by part, and to a queue of their own when given up', (what, worker) => {
    const [id, queue] = named(what);
    const [deadId, dead] = named(`${what}-dead`);
    expect(getAtt((queue.RedrivePolicy as Json).deadLetterTargetArn)).toBe(deadId.split('/')[1]);
    expect(JSON.stringify(dead.RedriveAllowPolicy)).toContain(`:huifang-${what}"`);
    const mapping = ofType(cloud, 'AWS::Lambda::EventSourceMapping')
      .map(([, properties]) => properties)
      .find(({ EventSourceArn }) => JSON.stringify(EventSourceArn).includes(`"${id.split('/')[1]}"`));
    expect(mapping?.FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
    const stack = id.split('/')[0] as string;
    const fn = cloud.templates[stack]?.Resources[ref(mapping?.FunctionName)];
    expect(fn?.Properties.FunctionName).toBe(`huifang-${worker}`);
    expect(queue.VisibilityTimeout).toBeGreaterThanOrEqual(6 * (fn?.Properties.Timeout as number));
    expect(queue).not.toHaveProperty('FifoQueue');
  });

  test('every queue is encrypted, refuses plain connections, and keeps given-up messages for two weeks', () => {
    expect(queues).toHaveLength(8);
    const guarded = ofType(cloud, 'AWS::SQS::QueuePolicy').map(([, { Queues, PolicyDocument }]) => {
      expect(JSON.stringify(PolicyDocument)).toContain('"aws:SecureTransport":"false"');
      return ref((Queues as unknown[])[0]);
    });
    for (const [id, queue] of queues) {
      expect(queue.SqsManagedSseEnabled).toBe(true);
      expect(guarded).toContain(id.split('/')[1]);
      if (String(queue.QueueName).endsWith('-dead')) expect(queue.MessageRetentionPeriod).toBe(14 * 86_400);
    }
  });

  test('changes of the table reach the consumer in order, halved on failure, and none vanishes', () => {
    const mapping = ofType(cloud, 'AWS::Lambda::EventSourceMapping')
      .map(([, properties]) => properties)
      .find(({ StartingPosition }) => StartingPosition !== undefined);
    expect(mapping).toMatchObject({
      StartingPosition: 'TRIM_HORIZON',
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    expect(mapping?.MaximumRetryAttempts).toBeGreaterThan(0);
    const [deadId] = named('stream-dead');
    expect(mapping?.DestinationConfig).toEqual({
      OnFailure: { Destination: { 'Fn::GetAtt': [deadId.split('/')[1], 'Arn'] } },
    });
  });
});

describe('people', () => {
  test('nobody signs up by himself, passwords are strong, operators are a group', () => {
    expect(one('AWS::Cognito::UserPool')).toMatchObject({
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      MfaConfiguration: 'OPTIONAL',
      EnabledMfas: ['SOFTWARE_TOKEN_MFA'],
      Policies: { PasswordPolicy: { MinimumLength: 12, RequireNumbers: true, RequireSymbols: true } },
      DeletionProtection: 'ACTIVE',
    });
    expect(one('AWS::Cognito::UserPoolGroup')).toMatchObject({ GroupName: 'operators' });
    expect(one('AWS::Cognito::UserPoolClient')).toMatchObject({
      GenerateSecret: false,
      ExplicitAuthFlows: expect.arrayContaining(['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_USER_SRP_AUTH']),
      PreventUserExistenceErrors: 'ENABLED',
    });
  });

  test('an issuer of one\u2019s own takes the place of the user pool', () => {
    const context = { oidcIssuer: 'https://id.example.com', oidcAudience: 'huifang' };
    const own = synthesize('ap-southeast-1', { context });
    expect(own.service.identity).toBeUndefined();
    expect(ofType(own, 'AWS::Cognito::UserPool')).toEqual([]);
    const authorizer = ofType(own, 'AWS::Lambda::Function').find(
      ([, { FunctionName }]) => FunctionName === 'huifang-authorizer',
    );
    expect(authorizer?.[1].Environment).toMatchObject({
      Variables: { OIDC_ISSUER: 'https://id.example.com', OIDC_AUDIENCE: 'huifang' },
    });
    expect(() => synthesize('ap-southeast-1', { context: { oidcIssuer: 'https://id.example.com' } })).toThrow(
      'go together',
    );
  });
});
