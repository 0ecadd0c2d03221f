import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { ENV, type ScheduleInput } from '../shared/env.ts';
import { DIGEST_AT, END_OF_DAY_AT, ZONES } from '../shared/zones.ts';
import { type Config, isChina } from './config.ts';
import type { DataStack } from './data.ts';
import { ServiceFunction } from './function.ts';
import { consumesStream, delivers, notifies, sweeps } from './grants.ts';
import { deadQueue, queuePair, works } from './queues.ts';

export interface RemindersStackProps extends StackProps {
  readonly config: Config;
  readonly data: DataStack;
  readonly billing: sqs.Queue;
  readonly publicUrl: string;
}

/**
 * What happens with nobody asking: schedules, the sweeper, the two queues and who works on them, the consumer of
 * the table's stream.
 */
export class RemindersStack extends Stack {
  readonly functions: Readonly<Record<'sweeper' | 'notifier' | 'courier' | 'stream', ServiceFunction>>;
  /** Every queue of messages put aside, by what was given up. */
  readonly dead: Readonly<Record<'reminders' | 'deliveries' | 'schedules' | 'stream', sqs.Queue>>;
  readonly queues: Readonly<Record<'reminders' | 'deliveries', sqs.Queue>>;

  constructor(scope: Construct, id: string, props: RemindersStackProps) {
    super(scope, id, props);
    const { config, data } = props;
    const reminders = queuePair(this, config, 'reminders', Duration.seconds(60));
    const deliveries = queuePair(this, config, 'deliveries', Duration.seconds(60));
    this.queues = { reminders: reminders.queue, deliveries: deliveries.queue };
    this.dead = {
      reminders: reminders.dead,
      deliveries: deliveries.dead,
      schedules: deadQueue(this, config, 'schedules'),
      stream: deadQueue(this, config, 'stream'),
    };
    this.functions = {
      sweeper: this.sweeper(props),
      notifier: this.notifier(props, reminders.queue),
      courier: this.courier(props, deliveries.queue),
      stream: this.streamConsumer(config, data),
    };
    this.schedules(config, this.functions.sweeper.function);
    for (const [name, { queueUrl }] of Object.entries(this.queues)) {
      new CfnOutput(this, `${name}QueueUrl`, { value: queueUrl });
    }
  }

  private sweeper({ config, data, billing }: RemindersStackProps): ServiceFunction {
    const queues = [...Object.values(this.queues), billing];
    const fn = new ServiceFunction(this, 'sweeper', {
      config,
      description: 'Finds what is due and hands it on',
      timeout: Duration.minutes(5),
      environment: {
        [ENV.tableName]: data.table.tableName,
        [ENV.remindersQueueUrl]: this.queues.reminders.queueUrl,
        [ENV.deliveriesQueueUrl]: this.queues.deliveries.queueUrl,
        [ENV.billingQueueUrl]: billing.queueUrl,
      },
    });
    sweeps(fn, data.table, queues);
    // The scheduler only hands the event over; what the function then fails at, Lambda tries again, and a daily list
    // must not be lost by one failure. A sweep tried again does no harm.
    fn.function.configureAsyncInvoke({
      retryAttempts: 2,
      maxEventAge: Duration.minutes(30),
      onFailure: new SqsDestination(this.dead.schedules),
    });
    return fn;
  }

  private notifier({ config, data, publicUrl }: RemindersStackProps, queue: sqs.Queue): ServiceFunction {
    const fn = new ServiceFunction(this, 'notifier', {
      config,
      description: 'Turns due steps into inbox messages and deliveries',
      timeout: Duration.seconds(60),
      environment: {
        [ENV.tableName]: data.table.tableName,
        [ENV.deliveriesQueueUrl]: this.queues.deliveries.queueUrl,
        [ENV.publicUrl]: publicUrl,
      },
    });
    notifies(fn, data.table, [this.queues.deliveries]);
    works(fn, queue, 10);
    return fn;
  }

  private courier({ config, data, publicUrl }: RemindersStackProps, queue: sqs.Queue): ServiceFunction {
    const fn = new ServiceFunction(this, 'courier', {
      config,
      description: 'Sends webhooks, robot messages and mail',
      timeout: Duration.seconds(60),
      environment: {
        [ENV.tableName]: data.table.tableName,
        [ENV.deliveriesQueueUrl]: this.queues.deliveries.queueUrl,
        [ENV.publicUrl]: publicUrl,
        [ENV.mailFrom]: config.mailFrom,
        // No SES in China: the address of the SMTP server is then read from a parameter of that name.
        [ENV.mailTransport]:
          config.mailTransport ??
          (isChina(config.region) ? `{{resolve:ssm:/${config.name}/mail-transport}}` : 'ses'),
      },
    });
    delivers(fn, data.table);
    if ((config.mailTransport ?? 'ses') === 'ses' && !isChina(config.region)) {
      const domain = config.mailFrom.split('@')[1] ?? '';
      fn.allow(
        [domain, config.mailFrom].map((identity) =>
          this.formatArn({ service: 'ses', resource: 'identity', resourceName: identity }),
        ),
        ['ses:SendEmail', 'ses:SendRawEmail'],
        { StringEquals: { 'ses:FromAddress': config.mailFrom } },
      );
    }
    // Each delivery may wait for a slow receiver: small batches, so that one does not hold up many.
    works(fn, queue, 5);
    return fn;
  }

  private streamConsumer(config: Config, data: DataStack): ServiceFunction {
    const fn = new ServiceFunction(this, 'stream', {
      config,
      description: 'Keeps counters and starts webhooks from what changed in the table',
      // A batch takes a second or two; counting a big office anew (docs/runbook.md) takes minutes.
      timeout: Duration.minutes(10),
      environment: {
        [ENV.tableName]: data.table.tableName,
        [ENV.deliveriesQueueUrl]: this.queues.deliveries.queueUrl,
      },
    });
    consumesStream(fn, data.table, [this.queues.deliveries]);
    fn.function.addEventSourceMapping('Changes', {
      ...(data.table.tableStreamArn !== undefined && { eventSourceArn: data.table.tableStreamArn }),
      startingPosition: lambda.StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      retryAttempts: 20,
      // Several batches of a shard at a time; changes of one partition key stay in order.
      parallelizationFactor: 4,
      onFailure: new SqsDlq(this.dead.stream),
    });
    return fn;
  }

  private schedules({ name }: Config, sweeper: lambda.Function): void {
    const group = new scheduler.CfnScheduleGroup(this, 'Schedules', { name });
    const role = new iam.Role(this, 'SchedulerRole', {
      assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': this.account },
          ArnEquals: {
            'aws:SourceArn': this.formatArn({
              service: 'scheduler',
              resource: 'schedule-group',
              resourceName: name,
            }),
          },
        },
      }),
      inlinePolicies: {
        run: new iam.PolicyDocument({
          statements: [
            new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [sweeper.functionArn] }),
            new iam.PolicyStatement({
              actions: ['sqs:SendMessage'],
              resources: [this.dead.schedules.queueArn],
            }),
          ],
        }),
      },
    });
    const schedule = (
      id: string,
      input: ScheduleInput,
      when: { expression: string; zone: string },
      retry: { tries: number; within: Duration },
    ) =>
      new scheduler.CfnSchedule(this, id, {
        name: id,
        groupName: group.ref,
        flexibleTimeWindow: { mode: 'OFF' },
        scheduleExpression: when.expression,
        scheduleExpressionTimezone: when.zone,
        target: {
          arn: sweeper.functionArn,
          roleArn: role.roleArn,
          input: JSON.stringify(input),
          retryPolicy: {
            maximumRetryAttempts: retry.tries,
            maximumEventAgeInSeconds: retry.within.toSeconds(),
          },
          deadLetterConfig: { arn: this.dead.schedules.queueArn },
        },
      });
    schedule(
      'sweep',
      { kind: 'sweep' },
      { expression: 'rate(1 minute)', zone: 'UTC' },
      { tries: 1, within: Duration.minutes(1) },
    );
    for (const zone of ZONES) {
      const suffix = zone.replaceAll(/[^A-Za-z]+/g, '-');
      const retry = { tries: 10, within: Duration.hours(1) };
      schedule(`digest-${suffix}`, { kind: 'digest', zone }, { expression: daily(DIGEST_AT), zone }, retry);
      schedule(
        `end-of-day-${suffix}`,
        { kind: 'endOfDay', zone },
        { expression: daily(END_OF_DAY_AT), zone },
        retry,
      );
    }
  }
}

/** `HH:MM` as the scheduler's expression for every day. */
function daily(time: string): string {
  const [hour, minute] = time.split(':').map(Number);
  return `cron(${minute} ${hour} * * ? *)`;
}
