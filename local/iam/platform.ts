import { type Assembly, account } from '../template.ts';
import type { Access } from './evaluate.ts';
import type { Iam } from './iam.ts';

interface FunctionProperties {
  Role: string;
  LoggingConfig?: { LogGroup?: string };
}

interface MappingProperties {
  FunctionName: string;
  EventSourceArn: string;
  DestinationConfig?: { OnFailure?: { Destination?: string } };
}

interface InvokeConfigProperties {
  FunctionName: string;
  DestinationConfig?: MappingProperties['DestinationConfig'];
}

interface ScheduleProperties {
  GroupName?: string;
  Target: { Arn: string; RoleArn?: string; DeadLetterConfig?: { Arn?: string } };
}

const lambda = 'lambda.amazonaws.com';
const scheduler = 'scheduler.amazonaws.com';

/** What Lambda needs of a function's role to read an event source for it. */
const pollers: [part: string, actions: string[]][] = [
  [':sqs:', ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes']],
  [':dynamodb:', ['dynamodb:DescribeStream', 'dynamodb:GetShardIterator', 'dynamodb:GetRecords']],
];

/**
 * What AWS itself does with the roles of the template: writes logs, reads event sources, puts aside what failed, runs schedules.
 * Here the local cloud does it with its own hands, so its rights are asked for once, at the start. Throws Trouble.
 */
export async function checkPlatform(assembly: Assembly, iam: Iam): Promise<void> {
  const on = (resource: string | undefined, ...actions: string[]): Access[] =>
    resource === undefined ? [] : actions.map((action) => ({ action, resource, context: {} }));
  const roles = new Map<string, string>();
  for (const resource of assembly.resources('AWS::Lambda::Function')) {
    const { Role, LoggingConfig } = assembly.properties<FunctionProperties>(resource);
    const physical = assembly.physicalOf(resource);
    const name = physical.ref;
    for (const known of [name, physical.att('Arn')]) roles.set(known, Role);
    const stream =
      LoggingConfig?.LogGroup &&
      `arn:aws:logs:${assembly.region}:${account}:log-group:${LoggingConfig.LogGroup}:log-stream:local`;
    await iam.platform(name, Role, lambda, on(stream, 'logs:CreateLogStream', 'logs:PutLogEvents'));
  }
  for (const resource of assembly.resources('AWS::Lambda::EventSourceMapping')) {
    const given = assembly.properties<MappingProperties>(resource);
    const [, actions = []] = pollers.find(([part]) => given.EventSourceArn.includes(part)) ?? [];
    await iam.platform(`${given.FunctionName} reads events`, roles.get(given.FunctionName) ?? '', lambda, [
      ...on(given.EventSourceArn, ...actions),
      ...on(given.DestinationConfig?.OnFailure?.Destination, 'sqs:SendMessage'),
    ]);
  }
  for (const resource of assembly.resources('AWS::Lambda::EventInvokeConfig')) {
    const { FunctionName, DestinationConfig } = assembly.properties<InvokeConfigProperties>(resource);
    const accesses = on(DestinationConfig?.OnFailure?.Destination, 'sqs:SendMessage');
    await iam.platform(`${FunctionName} gives up`, roles.get(FunctionName) ?? '', lambda, accesses);
  }
  for (const resource of assembly.resources('AWS::Scheduler::Schedule')) {
    const { GroupName = 'default', Target } = assembly.properties<ScheduleProperties>(resource);
    const context = {
      'aws:SourceAccount': account,
      'aws:SourceArn': `arn:aws:scheduler:${assembly.region}:${account}:schedule-group/${GroupName}`,
    };
    const accesses = [
      ...on(Target.Arn, 'lambda:InvokeFunction'),
      ...on(Target.DeadLetterConfig?.Arn, 'sqs:SendMessage'),
    ];
    const name = `schedule ${assembly.physicalOf(resource).ref}`;
    if (Target.RoleArn !== undefined) await iam.platform(name, Target.RoleArn, scheduler, accesses, context);
  }
}
