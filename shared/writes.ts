import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Expect, Item, Key, Write } from './table.ts';

/** The item a write is about. */
export function keyOf(write: Write): Key {
  if ('put' in write) return write.put;
  if ('remove' in write) return write.remove;
  if ('check' in write) return write.check;
  return write.update;
}

/**
 * Events are written once: nobody changes, replaces or removes one. Only an office's deletion (`removeAll`) takes them along, and a
 * person's erasure takes their words away and nothing else.
 */
export function onlyAdded(write: Write): void {
  if (!/^(evt|oev)#/.test(keyOf(write).sk) || 'check' in write) return;
  if ('update' in write && !write.set && !write.add && write.unset?.join() === 'said') return;
  if (!('put' in write) || write.expect !== 'new') throw new Error('events are added, never changed');
}

function expectation(expect: Expect) {
  if (expect === 'any') return undefined;
  if (expect === 'new') return { condition: 'attribute_not_exists(pk)' };
  if (expect === 'exists') return { condition: 'attribute_exists(pk)' };
  if ('newOrExpiredBy' in expect) {
    return {
      condition: 'attribute_not_exists(pk) OR #ttl <= :ttl',
      names: { '#ttl': 'ttl' },
      values: { ':ttl': expect.newOrExpiredBy },
    };
  }
  return { condition: '#v = :v', names: { '#v': 'v' }, values: { ':v': expect.version } };
}

/** One write in the SDK's terms. */
export function transactItem(TableName: string, write: Write) {
  const expected = expectation(write.expect);
  const common = (names: Record<string, string> = {}, values: Record<string, unknown> = {}) => {
    const allNames = { ...names, ...expected?.names };
    const allValues = { ...values, ...expected?.values };
    return {
      TableName,
      ...(expected && {
        ConditionExpression: expected.condition,
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
      }),
      ...(Object.keys(allNames).length > 0 && { ExpressionAttributeNames: allNames }),
      ...(Object.keys(allValues).length > 0 && { ExpressionAttributeValues: allValues }),
    };
  };
  if ('put' in write) return { Put: { Item: write.put, ...common() } };
  if ('remove' in write) return { Delete: { Key: onlyKey(write.remove), ...common() } };
  if ('check' in write) {
    return {
      ConditionCheck: {
        Key: onlyKey(write.check),
        ...common(),
        ConditionExpression: expected?.condition ?? '',
      },
    };
  }
  const names: Record<string, string> = {};
  const values: Record<string, unknown> = {};
  const clauses: string[] = [];
  const part = (
    word: string,
    entries: [string, unknown][],
    form: (name: string, value: string) => string,
  ) => {
    if (entries.length === 0) return;
    const terms = entries.map(([attribute, value]) => {
      const n = Object.keys(names).length;
      // A dotted path reaches into the `list` and `rest` maps.
      const path = attribute.split('.').map((step, i) => {
        names[`#n${n}_${i}`] = step;
        return `#n${n}_${i}`;
      });
      if (value !== undefined) values[`:x${n}`] = value;
      return form(path.join('.'), `:x${n}`);
    });
    clauses.push(`${word} ${terms.join(', ')}`);
  };
  part('SET', Object.entries(write.set ?? {}), (name, value) => `${name} = ${value}`);
  part(
    'REMOVE',
    (write.unset ?? []).map((attribute) => [attribute, undefined]),
    (name) => name,
  );
  part('ADD', Object.entries(write.add ?? {}), (name, value) => `${name} ${value}`);
  return {
    Update: { Key: onlyKey(write.update), UpdateExpression: clauses.join(' '), ...common(names, values) },
  };
}

const onlyKey = ({ pk, sk }: Key): Record<string, unknown> => ({ pk, sk });

interface Reason {
  Code?: string;
  Item?: Record<string, AttributeValue>;
}

/** The document client leaves the items of a cancelled transaction in the table's own notation. */
export function storedItem(reason: Reason | undefined): Item | undefined {
  return reason?.Item && (unmarshall(reason.Item) as Item);
}

/** Why a transaction was cancelled, write by write; undefined for any other error. */
export function cancellationReasons(error: unknown): Reason[] | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.name === 'TransactionConflictException') return [{ Code: 'TransactionConflict' }];
  if (error.name !== 'TransactionCanceledException') return undefined;
  return (error as Error & { CancellationReasons?: Reason[] }).CancellationReasons;
}
