/** What the functions use of the AWS SDK; bundled by the test next to it as the functions are. */
export {
  ConditionalCheckFailedException,
  DynamoDBClient,
  ResourceNotFoundException,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
export { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
export { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
export {
  BatchGetCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
