import type { TestProject } from 'vitest/node';
import { startDynamoDb } from '../../local/dynamodb.ts';

declare module 'vitest' {
  interface ProvidedContext {
    dynamodb: string;
  }
}

/** One DynamoDB Local for all integration tests; each file makes a table of its own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dynamodb = await startDynamoDb();
  project.provide('dynamodb', dynamodb.endpoint);
  return dynamodb.stop;
}
