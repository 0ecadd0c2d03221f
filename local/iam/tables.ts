import { account, partition } from '../template.ts';
import type { Access, RequestContext } from './evaluate.ts';

/** The hash key of a table, and of each of its indexes. */
export interface TableKeys {
  hash: string;
  indexes: Readonly<Record<string, string>>;
}

type Json = Record<string, unknown>;
type Attribute = Record<string, unknown>;

/** What a request to DynamoDB is about, as its IAM actions, resources and condition keys. */
export function tableAccesses(
  target: string,
  body: Json,
  region: string,
  keysOf: (table: string) => TableKeys | undefined,
): Access[] {
  const [service, operation = ''] = target.split('.');
  const arn = (name: unknown) =>
    String(name).startsWith('arn:')
      ? String(name)
      : `arn:${partition}:dynamodb:${region}:${account}:table/${String(name)}`;
  const nameOf = (table: unknown) => String(table).split('/')[1] ?? String(table);
  const hashOf = (table: unknown, index?: unknown) => {
    const keys = keysOf(nameOf(table));
    return index === undefined ? keys?.hash : keys?.indexes[String(index)];
  };
  const access = (action: string, resource: string, context: RequestContext = {}): Access => ({
    action: `dynamodb:${action}`,
    resource,
    context,
  });
  /** One action on some items of a table. */
  const items = (action: string, table: unknown, all: Json[], more: RequestContext = {}) => {
    const hash = hashOf(table);
    return access(action, arn(table), {
      ...leading(all.map((item) => item[hash ?? ''])),
      ...more,
    });
  };
  if (service?.startsWith('DynamoDBStreams')) return [access(operation, String(body.StreamArn ?? '*'))];
  const { TableName } = body;
  switch (operation) {
    case 'GetItem':
    case 'DeleteItem':
    case 'UpdateItem':
      return [items(operation, TableName, [objectOf(body.Key)], seen(body, objectOf(body.Key)))];
    case 'PutItem':
      return [items(operation, TableName, [objectOf(body.Item)], seen(body, objectOf(body.Item)))];
    case 'BatchGetItem':
      return Object.entries(objectOf(body.RequestItems)).map(([table, wanted]) => {
        const keys = listOf(objectOf(wanted).Keys);
        return items(operation, table, keys, seen(objectOf(wanted), ...keys));
      });
    case 'BatchWriteItem':
      return Object.entries(objectOf(body.RequestItems)).map(([table, writes]) => {
        const all = listOf(writes).map((write) =>
          objectOf(objectOf(write.PutRequest).Item ?? objectOf(write.DeleteRequest).Key),
        );
        return items(operation, table, all, seen({}, ...all));
      });
    case 'TransactGetItems':
    case 'TransactWriteItems':
      return listOf(body.TransactItems).flatMap((entry) =>
        Object.entries(entry).map(([kind, given]) => {
          const part = objectOf(given);
          const item = objectOf(part.Item ?? part.Key);
          const action = kind === 'ConditionCheck' ? 'ConditionCheckItem' : `${kind}Item`;
          return items(action, part.TableName, [item], {
            ...seen(part, item),
            'dynamodb:EnclosingOperation': operation,
          });
        }),
      );
    case 'Query':
    case 'Scan': {
      const { IndexName } = body;
      const hash = hashOf(TableName, IndexName);
      const value = operation === 'Query' && hash !== undefined ? queried(body, hash) : undefined;
      const resource = arn(TableName) + (IndexName === undefined ? '' : `/index/${String(IndexName)}`);
      return [
        access(operation, resource, {
          ...(value === undefined ? {} : leading([value])),
          ...seen(body),
          ...(body.Select !== undefined && { 'dynamodb:Select': String(body.Select) }),
        }),
      ];
    }
    case 'ExecuteStatement':
      return [partiQl(body.Statement, arn, access)];
    case 'BatchExecuteStatement':
      return listOf(body.Statements).map((one) => partiQl(one.Statement, arn, access));
    case 'ExecuteTransaction':
      return listOf(body.TransactStatements).map((one) => partiQl(one.Statement, arn, access));
    default:
      return [access(operation, TableName === undefined ? '*' : arn(TableName))];
  }
}

const objectOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null ? (value as Json) : {};
const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value.map(objectOf) : []);

/** `dynamodb:LeadingKeys`; absent where not every part of the request names its key, so that a `Null` guard sees it. */
function leading(values: readonly unknown[]): RequestContext {
  const keys = values.map((value) => {
    const [kind, plain] = Object.entries(objectOf(value) as Attribute)[0] ?? [];
    return kind === 'S' || kind === 'N' || kind === 'B' ? String(plain) : undefined;
  });
  if (keys.length === 0 || keys.includes(undefined)) return {};
  return { 'dynamodb:LeadingKeys': [...new Set(keys as string[])] };
}

const words = /(?<![:.\w#])#?[A-Za-z_]\w*/g;
const notAttributes =
  /^(and|or|not|between|in|set|remove|add|delete|begins_with|contains|size|attribute_(not_)?exists|attribute_type|if_not_exists|list_append)$/i;

/** `dynamodb:Attributes` (the attributes at the top that the request names) and `dynamodb:ReturnValues`. */
function seen(part: Json, ...items: Json[]): RequestContext {
  const names = objectOf(part.ExpressionAttributeNames);
  const found = new Set(items.flatMap((item) => Object.keys(item)));
  for (const field of [
    'KeyConditionExpression',
    'FilterExpression',
    'ProjectionExpression',
    'UpdateExpression',
    'ConditionExpression',
  ])
    for (const [word] of String(part[field] ?? '').matchAll(words))
      if (!notAttributes.test(word)) found.add(String(names[word] ?? word));
  for (const name of (part.AttributesToGet as string[] | undefined) ?? []) found.add(name);
  for (const field of ['KeyConditions', 'QueryFilter', 'ScanFilter', 'Expected', 'AttributeUpdates'])
    for (const name of Object.keys(objectOf(part[field]))) found.add(name);
  return {
    ...(found.size > 0 && { 'dynamodb:Attributes': [...found] }),
    ...(part.ReturnValues !== undefined && { 'dynamodb:ReturnValues': String(part.ReturnValues) }),
  };
}

/** The value that a query wants the hash key to be equal to. */
function queried(body: Json, hash: string): unknown {
  const condition = objectOf(objectOf(body.KeyConditions)[hash]);
  if (condition.ComparisonOperator === 'EQ')
    return (condition.AttributeValueList as unknown[] | undefined)?.[0];
  const names = objectOf(body.ExpressionAttributeNames);
  const values = objectOf(body.ExpressionAttributeValues);
  const expression = String(body.KeyConditionExpression ?? '');
  for (const [, left = '', right = ''] of expression.matchAll(/([#:]?\w+)\s*=\s*([#:]?\w+)/g)) {
    for (const [name, value] of [
      [left, right],
      [right, left],
    ] as const)
      if ((names[name] ?? name) === hash && value.startsWith(':')) return values[value];
  }
  return undefined;
}

/** PartiQL: no leading keys are read from it, so whatever asks for them refuses it. */
function partiQl(
  statement: unknown,
  arn: (name: unknown) => string,
  access: (action: string, resource: string) => Access,
): Access {
  const text = String(statement ?? '').trim();
  const verb = /^(select|insert|update|delete)/i.exec(text)?.[1]?.toLowerCase() ?? 'select';
  const named = /(?:from|into|update)\s+"?([\w.-]+)"?(?:\."([\w.-]+)")?/i.exec(text);
  const resource = named ? arn(named[1]) + (named[2] === undefined ? '' : `/index/${named[2]}`) : arn('*');
  return access(`PartiQL${verb[0]?.toUpperCase()}${verb.slice(1)}`, resource);
}
