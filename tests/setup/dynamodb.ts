import type { TestProject } from 'vitest/node';
import { type DynamoDb, startDynamoDb } from '../../local/dynamodb.ts';

declare module 'vitest' {
  interface ProvidedContext {
    dynamodb: string;
  }
}

/** Projects load this file each for itself; what they share they find here. */
const shared = globalThis as { huifangDynamoDb?: { started: Promise<DynamoDb>; users: number } };

/** One DynamoDB Local for all tests of a run, for a warm one works several times as fast; each file makes a table of its own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  shared.huifangDynamoDb ??= { started: startDynamoDb(), users: 0 };
  const { huifangDynamoDb: one } = shared;
  one.users += 1;
  const dynamodb = await one.started;
  project.provide('dynamodb', dynamodb.endpoint);
  return async () => {
    one.users -= 1;
    if (one.users === 0) await dynamodb.stop();
  };
}
