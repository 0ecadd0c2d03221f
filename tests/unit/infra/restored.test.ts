import { expect, test } from 'vitest';
import { ofType, synthesize } from './service.ts';

const arn =
  'arn:test:dynamodb:ap-southeast-1:000000000000:table/huifang-data-0930/stream/2026-10-01T00:00:00.000';
const context = { restoredStreamArn: arn };

test('a restored table takes the place of the own one in every function, grant and stream, and the own one stays', () => {
  const cloud = synthesize('ap-southeast-1', { context });
  const tables = ofType(cloud, 'AWS::DynamoDB::Table');
  expect(tables.map(([, { TableName }]) => TableName)).toEqual(['huifang-data']);
  const functions = ofType(cloud, 'AWS::Lambda::Function').flatMap(([, { Environment }]) => {
    const { Variables = {} } = (Environment ?? {}) as { Variables?: Record<string, unknown> };
    return 'TABLE_NAME' in Variables ? [Variables.TABLE_NAME] : [];
  });
  expect(functions.length).toBeGreaterThan(5);
  expect(new Set(functions)).toEqual(new Set(['huifang-data-0930']));
  const streams = ofType(cloud, 'AWS::Lambda::EventSourceMapping').map(
    ([, { EventSourceArn }]) => EventSourceArn,
  );
  expect(streams).toContain(arn);
  const [table] = [...cloud.resources.keys()].filter(
    (id) => cloud.resources.get(id)?.Type === 'AWS::DynamoDB::Table',
  );
  const own = table?.split('/')[1] ?? '';
  const users = [...cloud.resources].filter(
    ([id, resource]) => id !== table && JSON.stringify(resource).includes(own),
  );
  expect(users.map(([id]) => id)).toEqual([]);
});

test('anything but a stream is refused', () => {
  expect(() => synthesize('ap-southeast-1', { context: { restoredStreamArn: 'huifang-data' } })).toThrow(
    'restoredStreamArn',
  );
});
