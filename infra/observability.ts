import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { METRICS } from '../shared/env.ts';
import { indexName } from '../shared/table.ts';
import type { ApiStack } from './api.ts';
import type { BillingStack } from './billing.ts';
import type { Config } from './config.ts';
import { type DataStack, DUE_INDEX, LIST_INDEXES, LOOKUP_INDEX } from './data.ts';
import type { ServiceFunction } from './function.ts';
import type { RemindersStack } from './reminders.ts';

export interface ObservabilityStackProps extends StackProps {
  readonly config: Config;
  readonly data: DataStack;
  readonly api: ApiStack;
  readonly billing: BillingStack;
  readonly reminders: RemindersStack;
}

const MINUTE = Duration.minutes(1);
const FIVE = Duration.minutes(5);
const HOUR = Duration.hours(1);
const { NOT_BREACHING, BREACHING } = cloudwatch.TreatMissingData;

/** Alarms, each with its paragraph in docs/runbook.md under the same name, and one dashboard. */
export class ObservabilityStack extends Stack {
  /** Names without the service's own in front: the headings of the runbook. */
  readonly alarmNames: string[] = [];
  private readonly config: Config;

  constructor(scope: Construct, id: string, props: ObservabilityStackProps) {
    super(scope, id, props);
    this.config = props.config;
    const { billing, reminders, api, data } = props;

    for (const [what, queue] of Object.entries({ ...reminders.dead, billing: billing.dead })) {
      this.alarm(`dead-letters-${what}`, {
        about: `Messages of ${what} were given up`,
        metric: queue.metricApproximateNumberOfMessagesVisible({ period: MINUTE, statistic: 'Maximum' }),
        threshold: 0,
      });
    }
    const queues = { ...reminders.queues, billing: billing.queue };
    for (const [what, queue] of Object.entries(queues)) {
      // A message that fails each time is given up after more than an hour: that is late to hear that nothing goes out.
      this.alarm(`waiting-${what}`, {
        about: `Messages of ${what} have waited for more than 20 minutes`,
        metric: queue.metricApproximateAgeOfOldestMessage({ period: MINUTE, statistic: 'Maximum' }),
        threshold: 20 * 60,
        periods: 3,
      });
    }
    const behind = reminders.functions.stream.function.metric('IteratorAge', {
      period: MINUTE,
      statistic: 'Maximum',
    });
    this.alarm('stream-lag', {
      about: 'Counters and webhooks are more than 10 minutes behind',
      metric: behind,
      threshold: 10 * 60_000,
      periods: 3,
    });
    const lag = this.own(METRICS.sweepLag, reminders.functions.sweeper);
    this.alarm('sweep-lag', {
      about: 'Reminders are taken up more than 3 minutes late, or no sweep has told',
      metric: lag,
      threshold: 180,
      periods: 3,
      // No figure at all means that nobody sweeps, which is worse than sweeping late.
      missing: BREACHING,
    });
    const undelivered = this.own(METRICS.oldestUndeliveredWebhook, reminders.functions.courier);
    this.alarm('oldest-undelivered-webhook', {
      about: 'A webhook has waited for its receiver for more than 6 hours',
      metric: undelivered.with({ period: HOUR }),
      threshold: 6 * 3600,
      // The figure is told at an attempt only, and up to a day (and its tenth) passes between two: one is enough, and it holds until the next.
      periods: 27,
      outOfThem: 1,
    });
    const errorRate = new cloudwatch.MathExpression({
      label: '5xx in percent',
      // Below twenty requests one error is a fifth of everything and tells nothing.
      expression: 'IF(requests > 20, 100 * errors / requests, 0)',
      period: FIVE,
      usingMetrics: {
        requests: api.api.metricCount({ period: FIVE, statistic: 'Sum' }),
        errors: api.api.metricServerError({ period: FIVE, statistic: 'Sum' }),
      },
    });
    this.alarm('error-rate', {
      about: 'More than 1 in 100 requests ends in a 5xx',
      metric: errorRate,
      threshold: 1,
      periods: 2,
    });
    const throttles = this.throttles(props);
    const tableThrottles = this.tableThrottles(data);
    this.dashboard(props, {
      lag,
      undelivered,
      behind,
      errorRate,
      throttles: [...throttles, ...tableThrottles],
    });
  }

  /** Functions in groups: an alarm's expression holds ten metrics at most. */
  private throttles({ api, billing, reminders }: ObservabilityStackProps): cloudwatch.IMetric[] {
    const serving = [api.authorizer, ...Object.values(api.functions)];
    const groups: [string, string, ServiceFunction[]][] = [
      [
        'throttles-background',
        'Reminders wait for free functions',
        [...Object.values(reminders.functions), billing.biller],
      ],
    ];
    for (let i = 0; i * 10 < serving.length; i++) {
      groups.push([
        `throttles-api-${i + 1}`,
        'Requests are turned away for want of free functions',
        serving.slice(i * 10, i * 10 + 10),
      ]);
    }
    return groups.map(([name, about, functions]) => {
      const metric = sum(
        name,
        functions.map((fn) => fn.function.metricThrottles({ period: FIVE, statistic: 'Sum' })),
      );
      this.alarm(name, { about, metric, threshold: 0, periods: 2 });
      return metric;
    });
  }

  /** The table and its nine indexes: ten metrics, as many as an alarm can watch. An index that is full turns the table's writes away. */
  private tableThrottles({ table }: DataStack): cloudwatch.IMetric[] {
    const indexes = [DUE_INDEX, LOOKUP_INDEX, ...LIST_INDEXES.map(indexName)];
    const events = (metricName: string, index?: string) =>
      new cloudwatch.Metric({
        namespace: 'AWS/DynamoDB',
        metricName,
        dimensionsMap: { TableName: table.tableName, ...(index && { GlobalSecondaryIndexName: index }) },
        period: FIVE,
        statistic: 'Sum',
      });
    return ['Read', 'Write'].map((kind) => {
      const metricName = `${kind}ThrottleEvents`;
      const name = `table-throttles-${kind.toLowerCase()}s`;
      const all = [events(metricName), ...indexes.map((index) => events(metricName, index))];
      const metric = sum(name, all);
      this.alarm(name, {
        about: `The table or one of its indexes turns ${kind.toLowerCase()}s away`,
        metric,
        threshold: 0,
        periods: 2,
      });
      return metric;
    });
  }

  private own(metricName: string, { name }: ServiceFunction): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: METRICS.namespace,
      metricName,
      dimensionsMap: { [METRICS.dimension]: name },
      period: MINUTE,
      statistic: 'Maximum',
    });
  }

  private alarm(
    name: string,
    options: {
      about: string;
      metric: cloudwatch.IMetric;
      /** alarms above it */
      threshold: number;
      /** so many periods in a row */
      periods?: number;
      /** or so many of them, in no order */
      outOfThem?: number;
      missing?: cloudwatch.TreatMissingData;
    },
  ): void {
    this.alarmNames.push(name);
    const alarm = new cloudwatch.Alarm(this, name, {
      alarmName: `${this.config.name}-${name}`,
      alarmDescription: `${options.about}. See docs/runbook.md#${name}`,
      metric: options.metric,
      threshold: options.threshold,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: options.periods ?? 1,
      ...(options.outOfThem !== undefined && { datapointsToAlarm: options.outOfThem }),
      treatMissingData: options.missing ?? NOT_BREACHING,
    });
    const { alarmTopicArn } = this.config;
    if (alarmTopicArn) {
      const topic = sns.Topic.fromTopicArn(this, `${name}-topic`, alarmTopicArn);
      alarm.addAlarmAction(new SnsAction(topic));
      alarm.addOkAction(new SnsAction(topic));
    }
  }

  private dashboard(
    { api, billing, reminders, config }: ObservabilityStackProps,
    metrics: {
      lag: cloudwatch.IMetric;
      undelivered: cloudwatch.IMetric;
      behind: cloudwatch.IMetric;
      errorRate: cloudwatch.IMetric;
      throttles: cloudwatch.IMetric[];
    },
  ): void {
    const graph = (title: string, left: cloudwatch.IMetric[]) =>
      new cloudwatch.GraphWidget({ title, left, width: 8, height: 6 });
    const functions = [
      api.authorizer,
      ...Object.values(api.functions),
      ...Object.values(reminders.functions),
      billing.biller,
    ];
    new cloudwatch.Dashboard(this, 'Dashboard', {
      dashboardName: config.name,
      widgets: [
        [
          graph('Requests', [
            api.api.metricCount({ statistic: 'Sum' }),
            api.api.metricClientError({ statistic: 'Sum' }),
          ]),
          graph('Errors on our side, percent', [metrics.errorRate]),
          graph('Latency, p50 and p99', [
            api.api.metricLatency({ statistic: 'p50' }),
            api.api.metricLatency({ statistic: 'p99' }),
          ]),
        ],
        [
          graph('Sweep lag, seconds', [metrics.lag]),
          graph('Oldest undelivered webhook, seconds', [metrics.undelivered]),
          graph(
            'Waiting messages',
            [...Object.values(reminders.queues), billing.queue].map((queue) =>
              queue.metricApproximateNumberOfMessagesVisible(),
            ),
          ),
        ],
        [
          graph('Stream behind, milliseconds', [metrics.behind]),
          graph(
            'Oldest waiting message, seconds',
            [...Object.values(reminders.queues), billing.queue].map((queue) =>
              queue.metricApproximateAgeOfOldestMessage(),
            ),
          ),
        ],
        [
          graph('Throttles', metrics.throttles),
          graph(
            'Given up',
            [...Object.values(reminders.dead), billing.dead].map((queue) =>
              queue.metricApproximateNumberOfMessagesVisible(),
            ),
          ),
          graph(
            'Errors of functions',
            functions.map((fn) => fn.function.metricErrors({ statistic: 'Sum' })),
          ),
        ],
      ],
    });
  }
}

function sum(label: string, metrics: cloudwatch.IMetric[]): cloudwatch.MathExpression {
  // Ids have to differ within a graph, and several sums share one.
  const id = label.replaceAll('-', '_');
  const named = Object.fromEntries(metrics.map((metric, i) => [`${id}_${i}`, metric]));
  return new cloudwatch.MathExpression({
    label,
    expression: Object.keys(named).join(' + '),
    usingMetrics: named,
    period: FIVE,
  });
}
