import { afterEach, expect, test, vi } from 'vitest';
import { METRICS } from '../../../shared/env.ts';
import { metric, output } from '../../../shared/log.ts';
import { type Json, ofType, synthesize } from './service.ts';

const cloud = synthesize('ap-southeast-1');
const alarms = ofType(cloud, 'AWS::CloudWatch::Alarm').map(([, alarm]) => alarm);
const alarm = (name: string) => alarms.find(({ AlarmName }) => AlarmName === `huifang-${name}`);

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** A metric as CloudWatch takes it out of what a function writes: only of a line that is a record with `_aws` at its root. */
function taken(fn: string, name: string) {
  const lines: string[] = [];
  vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', fn);
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  metric(name, 7);
  const record = JSON.parse(lines.join('')) as Json & {
    _aws: { CloudWatchMetrics: [{ Namespace: string; Dimensions: [[string]]; Metrics: [Json] }] };
  };
  const [{ Namespace, Dimensions, Metrics }] = record._aws.CloudWatchMetrics;
  expect(record[name]).toBe(7);
  return {
    Namespace,
    MetricName: Metrics[0].Name,
    Dimensions: Dimensions[0].map((Name) => ({ Name, Value: record[Name] })),
  };
}

test.each([
  ['sweep-lag', 'sweeper', METRICS.sweepLag],
  ['oldest-undelivered-webhook', 'courier', METRICS.oldestUndeliveredWebhook],
])('%s watches what the %s tells', (name, fn, metricName) => {
  const { Namespace, MetricName, Dimensions } = alarm(name) as Json;
  const functions = ofType(cloud, 'AWS::Lambda::Function').map(([, { FunctionName }]) => FunctionName);
  expect(functions).toContain(`huifang-${fn}`);
  expect({ Namespace, MetricName, Dimensions }).toEqual(taken(`huifang-${fn}`, metricName));
});

test('a line goes past the console, which on Lambda puts it as a text into a record of its own', () => {
  const wrapped = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const written = vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
  output.write('{}');
  expect(written.mock.calls).toEqual([['{}\n']]);
  expect(wrapped).not.toHaveBeenCalled();
});

test('every queue of given-up messages has an alarm at the first of them', () => {
  const watched = alarms.filter(({ AlarmName }) => String(AlarmName).includes('dead-letters-'));
  expect(watched).toHaveLength(5);
  for (const one of watched) {
    expect(one).toMatchObject({
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      EvaluationPeriods: 1,
    });
  }
});

test('no sweep at all is an alarm, as a late one is', () => {
  expect(alarm('sweep-lag')).toMatchObject({ Threshold: 180, TreatMissingData: 'breaching' });
});

test('a webhook that waits rings at one attempt, and not only at attempts in three minutes on end', () => {
  expect(alarm('oldest-undelivered-webhook')).toMatchObject({
    Period: 3600,
    EvaluationPeriods: 27,
    DatapointsToAlarm: 1,
  });
});

test('throttles of every index are watched, within the ten metrics of an alarm', () => {
  const tables = ofType(cloud, 'AWS::DynamoDB::Table') as [string, { GlobalSecondaryIndexes: Json[] }][];
  const indexes = tables.flatMap(([, table]) =>
    table.GlobalSecondaryIndexes.map(({ IndexName }) => IndexName),
  );
  for (const kind of ['Read', 'Write']) {
    const found = alarm(`table-throttles-${kind.toLowerCase()}s`) as {
      Metrics: { MetricStat?: { Metric: { MetricName: string; Dimensions: Json[] } } }[];
    };
    const watched = found.Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []);
    expect(watched).toHaveLength(10);
    for (const { MetricName } of watched) expect(MetricName).toBe(`${kind}ThrottleEvents`);
    const of = watched.flatMap(({ Dimensions }) =>
      Dimensions.filter(({ Name }) => Name === 'GlobalSecondaryIndexName').map(({ Value }) => Value),
    );
    expect(of.toSorted()).toEqual(indexes.toSorted());
  }
});

test('no metrics are paid for by method: what is watched goes by the API', () => {
  const [, stage] = ofType(cloud, 'AWS::ApiGateway::Stage')[0] as [string, { MethodSettings: Json[] }];
  for (const { MetricsEnabled } of stage.MethodSettings) expect(MetricsEnabled).toBe(false);
  const { Metrics } = alarm('error-rate') as {
    Metrics: { MetricStat?: { Metric: { Dimensions: { Name: string }[] } } }[];
  };
  const named = Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric.Dimensions ?? []);
  expect(new Set(named.map(({ Name }) => Name))).toEqual(new Set(['ApiName']));
});

test('what waits or stands still is heard of before it is given up', () => {
  for (const queue of ['reminders', 'deliveries', 'billing']) {
    expect(alarm(`waiting-${queue}`)).toMatchObject({ MetricName: 'ApproximateAgeOfOldestMessage' });
  }
  expect(alarm('stream-lag')).toMatchObject({ MetricName: 'IteratorAge', Namespace: 'AWS/Lambda' });
});
