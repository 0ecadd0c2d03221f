import { join } from 'node:path';
import { type AwsCall, awsJson } from './aws.ts';
import type { Clock } from './clock.ts';
import { QueuePump } from './eventsources.ts';
import { type Functions, LocalFunction } from './functions.ts';
import { type UsageKey, UsagePlans } from './gateway/plans.ts';
import { Trouble } from './problem.ts';
import type { Queues } from './queues.ts';
import { codeOf } from './resources.ts';
import { type Schedule, schedule } from './scheduler.ts';
import type { DataDir } from './state.ts';
import { StreamPump } from './streams.ts';
import type { Sts } from './sts.ts';
import type { LocalTable } from './table.ts';
import type { Assembly, Resource } from './template.ts';

/** Lambda's environment for every function here: where the parts are, and what differs from the cloud. */
export interface Surroundings {
  /** AWS_ENDPOINT_URL_… by service, and the like. */
  common: Record<string, string>;
  /** Variables that, where a function has them, get another value on this machine. */
  instead: Record<string, string>;
}

interface FunctionProperties {
  Handler: string;
  Timeout?: number;
  MemorySize?: number;
  Role: string;
  Environment?: { Variables?: Record<string, string> };
}

export function makeFunction(
  assembly: Assembly,
  resource: Resource,
  parts: {
    clock: Clock;
    sts: Sts;
    surroundings: Surroundings;
    onLine?: ((name: string, line: string) => void) | undefined;
  },
): LocalFunction {
  const properties = assembly.properties<FunctionProperties>(resource);
  const physical = assembly.physicalOf(resource);
  const name = physical.ref;
  const [module = 'index', handler = 'handler'] = properties.Handler.split('.');
  const memoryMb = properties.MemorySize ?? 128;
  const { common, instead } = parts.surroundings;
  const own = properties.Environment?.Variables ?? {};
  const credentials = parts.sts.issue({ roleArn: properties.Role, sessionName: name, tags: {} });
  const swapped = Object.fromEntries(Object.entries(instead).filter(([key]) => key in own));
  return new LocalFunction(
    {
      name,
      arn: physical.att('Arn'),
      file: join(codeOf(assembly, resource), `${module}.mjs`),
      handler,
      timeoutMs: (properties.Timeout ?? 3) * 1000,
      memoryMb,
      env: {
        ...own,
        ...common,
        ...swapped,
        AWS_REGION: assembly.region,
        AWS_DEFAULT_REGION: assembly.region,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        AWS_SESSION_TOKEN: credentials.sessionToken ?? '',
        AWS_LAMBDA_FUNCTION_NAME: name,
        AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
        AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
        LAMBDA_TASK_ROOT: codeOf(assembly, resource),
      },
    },
    parts.clock,
    parts.onLine && ((line) => parts.onLine?.(name, line)),
  );
}

/** Makes the queues, dead-letter queues first so that others can name them, and the buckets. */
export async function makeQueuesAndBuckets(assembly: Assembly, queues: Queues): Promise<void> {
  const specs = assembly.resources('AWS::SQS::Queue').map((resource) => {
    const given = assembly.properties(resource);
    const attributes: Record<string, string> = {};
    for (const name of [
      'DelaySeconds',
      'MaximumMessageSize',
      'MessageRetentionPeriod',
      'ReceiveMessageWaitTimeSeconds',
      'VisibilityTimeout',
      'FifoQueue',
      'ContentBasedDeduplication',
    ])
      if (given[name] !== undefined) attributes[name] = String(given[name]);
    if (given.RedrivePolicy) attributes.RedrivePolicy = JSON.stringify(given.RedrivePolicy);
    return { name: assembly.physicalOf(resource).att('QueueName'), attributes };
  });
  for (const { name, attributes } of specs.sort((a) => (a.attributes.RedrivePolicy ? 1 : -1)))
    await queues.createQueue(name, attributes);
  for (const resource of assembly.resources('AWS::S3::Bucket'))
    await queues.createBucket(assembly.physicalOf(resource).ref);
}

interface MappingProperties {
  FunctionName: string;
  EventSourceArn: string;
  BatchSize?: number;
  Enabled?: boolean;
  FunctionResponseTypes?: string[];
  BisectBatchOnFunctionError?: boolean;
  MaximumRetryAttempts?: number;
  DestinationConfig?: { OnFailure?: { Destination?: string } };
  FilterCriteria?: unknown;
}

/** Retries of a stream batch that the template leaves unbounded. */
const boundedRetries = 20;

/** The event source mappings: queues and the table's stream. */
export function eventSources(
  assembly: Assembly,
  parts: {
    functions: Functions;
    queues: Queues;
    clock: Clock;
    data: DataDir;
    table: LocalTable;
    dynamodb: string;
  },
): { queues: QueuePump[]; streams: StreamPump[] } {
  const { functions, clock, data, table } = parts;
  const queues: QueuePump[] = [];
  const streams: StreamPump[] = [];
  const streamCall: AwsCall = awsJson(parts.dynamodb, 'DynamoDBStreams_20120810', assembly.region);
  for (const resource of assembly.resources('AWS::Lambda::EventSourceMapping')) {
    const given = assembly.properties<MappingProperties>(resource);
    if (given.Enabled === false) continue;
    if (given.FilterCriteria)
      throw new Trouble(`${resource.stack}/${resource.logicalId}: the local cloud knows no event filters`);
    const fn = functions.get(given.FunctionName);
    const arn = given.EventSourceArn;
    const partial = given.FunctionResponseTypes?.includes('ReportBatchItemFailures') ?? false;
    if (arn.includes(':sqs:')) {
      const source = {
        queue: arn.split(':').at(-1) ?? '',
        queueArn: arn,
        fn,
        batchSize: given.BatchSize ?? 10,
        partial,
        region: assembly.region,
      };
      queues.push(new QueuePump(source, parts.queues));
    } else if (arn.includes(':dynamodb:') && table.streamArn !== undefined) {
      const retries = given.MaximumRetryAttempts ?? -1;
      const source = {
        streamArn: table.streamArn,
        eventSourceArn: arn,
        fn,
        batchSize: given.BatchSize ?? 100,
        bisect: given.BisectBatchOnFunctionError ?? false,
        partial,
        retries: retries < 0 ? boundedRetries : retries,
        giveUp: deadLetters(parts.queues, given.DestinationConfig?.OnFailure?.Destination),
        region: assembly.region,
      };
      streams.push(new StreamPump(source, streamCall, clock, data.remembered.stream, () => data.save()));
    } else {
      throw new Trouble(
        `${resource.stack}/${resource.logicalId}: the local cloud knows no event source ${arn}`,
      );
    }
  }
  return { queues, streams };
}

function deadLetters(queues: Queues, arn: string | undefined): (message: object | string) => Promise<void> {
  const queue = arn?.split(':').at(-1);
  return async (message) => {
    if (queue) await queues.send(queue, typeof message === 'string' ? message : JSON.stringify(message));
  };
}

interface ScheduleProperties {
  ScheduleExpression: string;
  ScheduleExpressionTimezone?: string;
  State?: string;
  Target: {
    Arn: string;
    Input?: string;
    RetryPolicy?: { MaximumRetryAttempts?: number };
    DeadLetterConfig?: { Arn?: string };
  };
}

/** The schedules that are switched on, in the order of their names. */
export function schedules(assembly: Assembly, functions: Functions, queues: Queues): Schedule[] {
  return assembly
    .resources('AWS::Scheduler::Schedule')
    .map((resource) => ({ resource, given: assembly.properties<ScheduleProperties>(resource) }))
    .filter(({ given }) => given.State !== 'DISABLED')
    .map(({ resource, given }) => {
      const dead = given.Target.DeadLetterConfig?.Arn;
      return schedule({
        name: assembly.physicalOf(resource).ref,
        arn: assembly.physicalOf(resource).att('Arn'),
        expression: given.ScheduleExpression,
        zone: given.ScheduleExpressionTimezone ?? 'UTC',
        fn: functions.get(given.Target.Arn),
        input: given.Target.Input ?? '{}',
        retries: given.Target.RetryPolicy?.MaximumRetryAttempts ?? 185,
        giveUp: dead === undefined ? undefined : deadLetters(queues, dead),
      });
    })
    .sort((a, b) => (a.spec.name < b.spec.name ? -1 : 1));
}

/**
 * The usage plans of the template, with the keys that are in it already. `remembered` are the keys made at run time, changed in place.
 */
export function usagePlans(
  assembly: Assembly,
  remembered: Record<string, UsageKey>,
  changed: () => void,
): UsagePlans {
  const byRef = <T>(type: string) =>
    assembly
      .resources(type)
      .map((one) => [assembly.physicalOf(one).ref, assembly.properties<T>(one)] as const);
  const unbounded = Number.MAX_SAFE_INTEGER;
  const plans = byRef<{
    UsagePlanName: string;
    Throttle?: { RateLimit?: number; BurstLimit?: number };
  }>('AWS::ApiGateway::UsagePlan').map(([id, { UsagePlanName: name, Throttle: throttle }]) => {
    const plan = { name, rate: throttle?.RateLimit ?? unbounded, burst: throttle?.BurstLimit ?? unbounded };
    return [id, plan] as const;
  });
  const members = byRef<{ KeyId: string; UsagePlanId: string }>('AWS::ApiGateway::UsagePlanKey');
  for (const [id, { Name: name, Value: value }] of byRef<{ Name: string; Value: string }>(
    'AWS::ApiGateway::ApiKey',
  )) {
    const inside = members.filter(([, { KeyId }]) => KeyId === id).map(([, { UsagePlanId }]) => UsagePlanId);
    remembered[id] = { name, value, plans: inside };
  }
  return new UsagePlans(new Map(plans), remembered, changed);
}
