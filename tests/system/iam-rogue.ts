import {
  BatchGetItemCommand,
  DynamoDBClient,
  ExecuteStatementCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactGetCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';

/*
 * A function that errs on purpose: it has the role and the environment of a function of the API, takes on the tenant role as
 * those do, and then sends whatever the test wants.
 */

interface Event {
  /** Tags of the session; without them the function's own credentials are used. */
  tags?: Record<string, string>;
  role?: string;
  command: string;
  input: Record<string, unknown>;
}

// biome-ignore lint/suspicious/noExplicitAny: commands of every shape
type Command = new (input: any) => any;

const table: Record<string, Command> = {
  BatchGet: BatchGetCommand,
  BatchGetItem: BatchGetItemCommand,
  BatchWrite: BatchWriteCommand,
  Delete: DeleteCommand,
  ExecuteStatement: ExecuteStatementCommand,
  Get: GetCommand,
  Put: PutCommand,
  Query: QueryCommand,
  Scan: ScanCommand,
  TransactGet: TransactGetCommand,
  TransactWrite: TransactWriteCommand,
  Update: UpdateCommand,
};

export const handler = async ({ tags, role, command, input }: Event) => {
  try {
    const credentials = tags && (await assume(tags, role));
    const given = { maxAttempts: 1, ...(credentials && { credentials }) };
    if (command === 'Assume') return { ok: true };
    const Made = table[command];
    if (Made) {
      const answer = await DynamoDBDocumentClient.from(new DynamoDBClient(given)).send(new Made(input));
      return { ok: true, answer: JSON.parse(JSON.stringify(answer)) };
    }
    if (command === 'SendMessage') await new SQSClient(given).send(new SendMessageCommand(input as never));
    if (command === 'List')
      await new S3Client({ ...given, forcePathStyle: true }).send(new ListObjectsV2Command(input as never));
    return { ok: true };
  } catch (error) {
    const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    return { ok: false, name, message, status: $metadata?.httpStatusCode };
  }
};

async function assume(tags: Record<string, string>, RoleArn = process.env.TENANT_ROLE_ARN) {
  const { Credentials } = await new STSClient({ maxAttempts: 1 }).send(
    new AssumeRoleCommand({
      RoleArn,
      RoleSessionName: 'rogue',
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    }),
  );
  return {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  };
}
