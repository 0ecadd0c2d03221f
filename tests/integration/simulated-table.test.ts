import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { derivedId } from '../../shared/ids.ts';
import { dueAt } from '../../shared/keys.ts';
import { SystemTable } from '../../shared/system.ts';
import type { Expect, Item, ListIndex, QuerySpec, Write } from '../../shared/table.ts';
import { SimulatedTable } from '../simulation/world/table.ts';
import { client, createTable, cursors } from './dynamodb.ts';

/**
 * The table that the simulation runs on, held against DynamoDB Local: the same programs of reads and writes, through the same two
 * modules through which the service reaches the table, have to give the same answers, the same refusals and the same items.
 */

/** For a long run, with a seed of its own: HUIFANG_RUNS=150. */
const runs = process.env.HUIFANG_RUNS;

const tableName = await createTable();
const simulated = new SimulatedTable();
const tables = [
  new SystemTable({ client, tableName, cursors }),
  new SystemTable({
    client: { send: async (command: object) => simulated.send(command) } as unknown as DynamoDBDocumentClient,
    tableName,
    cursors,
  }),
];

const pick = <T>(...all: T[]) => fc.constantFrom(...all);
const small = fc.integer({ min: 0, max: 3 });

const write = fc.record({
  verb: pick('put', 'put', 'put', 'remove', 'check', 'update'),
  part: pick('a', 'b'),
  sk: pick('x', 'x#1', 'x#2', 'y', '中'),
  v: small,
  /** where it stands in the lists: nowhere, or at a place of its own */
  listed: fc.option(pick('one', 'two')),
  lists: fc.subarray(['g1', 'g5', 'g7'] as ListIndex[]),
  due: fc.option(fc.integer({ min: 0, max: 9 })),
  expect: fc.oneof(
    pick<Expect>('new', 'exists', 'any', 'any'),
    small.map((version): Expect => ({ version })),
    small.map((newOrExpiredBy): Expect => ({ newOrExpiredBy })),
  ),
  set: pick<Record<string, unknown>>(
    {},
    { 'list.name': 'n', v: 2 },
    { 'rest.deep.er': 1 },
    { 'rest.none.there': 1 },
    { rest: { deep: { er: [1, { a: null }] } } },
  ),
  add: pick<Record<string, number>>({}, { v: 1 }, { n: 3, 'rest.n': -1 }),
  unset: pick<string[]>([], ['duePk', 'dueSk'], ['list.name']),
});
type Drawn = typeof write extends fc.Arbitrary<infer T> ? T : never;

function writeOf(t: string, drawn: Drawn): Write {
  const { verb, part, sk, v, expect: expected, set, add, unset } = drawn;
  const key = { pk: `${t}#${part}`, sk };
  if (verb === 'remove') return { remove: key, expect: expected };
  if (verb === 'check')
    return {
      check: key,
      expect: typeof expected === 'object' && 'version' in expected ? expected : 'exists',
    };
  if (verb === 'update') {
    const words = Object.keys({ ...set, ...add }).length > 0 ? { set, add } : { set: { et: 'u' } };
    // A path is named once.
    const free = Object.fromEntries(Object.entries(words.add ?? {}).filter(([path]) => !(path in words.set)));
    const apart =
      'rest' in words.set || 'rest.deep.er' in words.set || 'rest.none.there' in words.set ? { v: 1 } : free;
    return {
      update: key,
      ...words,
      add: 'v' in words.set ? {} : apart,
      unset: 'list.name' in words.set ? [] : unset,
      expect: expected,
    };
  }
  const places = Object.fromEntries(
    drawn.lists.flatMap((g) =>
      drawn.listed
        ? [
            [`${g}pk`, `${t}#${drawn.listed}`],
            [`${g}sk`, `${v}#${part}${sk}`],
          ]
        : [],
    ),
  );
  const item = {
    ...key,
    et: 'thing',
    v,
    list: { name: sk, nothing: undefined, some: [v, 'z', true, null] },
    rest: { deep: {}, bytes: new Uint8Array([1, 2, v]), empty: '', half: v / 2 },
    ttl: v,
    ...places,
    ...(drawn.due !== null && dueAt(key, `2026-01-0${drawn.due}T00:00:00.000Z`)),
  } as Item;
  return { put: item, expect: expected };
}

const question = fc.record({
  part: pick('a', 'b', 'one', 'two', 'none'),
  index: fc.option(pick<ListIndex>('g1', 'g5', 'g7'), { nil: undefined }),
  sk: fc.option(
    pick<NonNullable<QuerySpec['sk']>>(
      { begins: 'x' },
      { from: '1' },
      { to: '2#a' },
      { from: '1', to: 'x#1' },
      { begins: '2' },
    ),
    { nil: undefined },
  ),
  order: pick<'ascending' | 'descending'>('ascending', 'descending'),
  limit: fc.integer({ min: 1, max: 4 }),
});

// AWS takes an item once in a transaction; DynamoDB Local sometimes lets a second one pass.
const apart = { minLength: 1, selector: ({ part, sk }: Drawn) => `${part}${sk}` };

const step = fc.oneof(
  { weight: 4, arbitrary: fc.uniqueArray(write, { ...apart, maxLength: 5 }).map((writes) => ({ writes })) },
  { weight: 3, arbitrary: question.map((asked) => ({ asked })) },
  { weight: 1, arbitrary: fc.uniqueArray(write, { ...apart, maxLength: 4 }).map((loaded) => ({ loaded })) },
  { weight: 1, arbitrary: fc.uniqueArray(write, { ...apart, maxLength: 2 }).map((removed) => ({ removed })) },
  {
    weight: 1,
    arbitrary: fc
      .record({ upTo: fc.integer({ min: 0, max: 9 }), moved: fc.boolean() })
      .map((due) => ({ due })),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Done on one of the tables; the answer, or the error by name and by what it says of the stored item. */
async function done(table: SystemTable, t: string, what: Step): Promise<unknown> {
  const office = table.office(t);
  if ('writes' in what) {
    const told: unknown[] = [];
    const writes = what.writes.map((one, n) => ({
      ...writeOf(t, one),
      otherwise: (stored: Item | undefined) => {
        told.push(n, stored);
        return new Error(`write ${n}`);
      },
    }));
    await office
      .commit(writes)
      .catch((error: Error) => told.push(error.name === 'Error' ? error.message : error.name));
    return told;
  }
  if ('asked' in what) {
    const { part, ...spec } = what.asked;
    const asked = { pk: `${t}#${part}`, ...spec, ...(spec.sk === undefined && { sk: {} }) } as QuerySpec;
    const pages: Item[][] = [];
    let cursor: string | undefined;
    do {
      const page = await office.query({ ...asked, cursor });
      pages.push(page.items);
      cursor = page.next;
    } while (cursor);
    return pages;
  }
  if ('loaded' in what) {
    return office.load(
      Object.fromEntries(what.loaded.map(({ part, sk }, n) => [n, { pk: `${t}#${part}`, sk }])),
    );
  }
  if ('removed' in what) {
    const wanted = new Map(what.removed.map(({ part, sk }) => [`${part}${sk}`, { pk: `${t}#${part}`, sk }]));
    return table.removeAll([...wanted.values()]);
  }
  const { upTo, moved } = what.due;
  const shard = dueAt({ pk: `${t}#a`, sk: 'x' }, '').duePk;
  const { entries } = await table.due({ shard, upTo: `2026-01-0${upTo}T00:00:00.000Z`, limit: 100 });
  const mine = entries.filter(({ pk }) => pk.startsWith(`${t}#`));
  const first = moved && mine[0];
  return [
    mine,
    first && (await table.postpone(first, `2026-02-01#${first.pk}|${first.sk}`)),
    first && (await table.postpone(first, 'x')),
  ];
}

it('the simulated table answers as DynamoDB Local does, whatever the service asks of it', async () => {
  let program = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 16 }), async (steps) => {
      const t = derivedId('tenant', 'simulated', String(program++));
      for (const what of steps) {
        const [real, same] = await Promise.all(tables.map((table) => done(table, t, what)));
        expect(same, JSON.stringify(what)).toEqual(real);
      }
      const everything = await Promise.all(
        tables.map(async (table) => {
          const parts = await Promise.all(
            ['a', 'b'].map((part) => table.office(t).all({ pk: `${t}#${part}` })),
          );
          return parts.flat();
        }),
      );
      expect(everything[1]).toEqual(everything[0]);
    }),
    { numRuns: Number(runs ?? 12), ...(!runs && { seed: 20_261_122 }), endOnFailure: true },
  );
});

const wide = '长';
/** What is refused because of how long or large it is, and what just fits. */
const limits: [string, Partial<Item>][] = [
  ['a key of 1,024 bytes', { sk: `${wide.repeat(341)}x` }],
  ['a key of 1,025 bytes', { sk: `${wide.repeat(341)}xx` }],
  ['a place in a list of 1,024 bytes', { g1sk: `${wide.repeat(341)}x` }],
  ['a place in a list of 1,025 bytes', { g1sk: `${wide.repeat(341)}xx` }],
  ['a list whose name has 2,048 bytes', { g1pk: 'x'.repeat(2048) }],
  ['a list whose name has 2,049 bytes', { g1pk: 'x'.repeat(2049) }],
  ['an item of 390 kB', { rest: { text: wide.repeat(130 * 1024) } }],
  ['an item of 420 kB', { rest: { text: wide.repeat(140 * 1024) } }],
  ['a number without a place after it', { rest: { n: Number.MAX_SAFE_INTEGER } }],
  ['a number of which the next is not told apart', { rest: { n: 2 ** 53 } }],
  ['a number that is none', { rest: { n: Number.NaN } }],
  ['the smallest number', { rest: { n: 1e-130 } }],
  ['a smaller one', { rest: { n: 1e-131 } }],
  ['nothing, below zero', { rest: { n: -0 } }],
];

it.each(limits)('the simulated table and DynamoDB Local agree on %s', async (what, part) => {
  const t = derivedId('tenant', 'limits', what);
  const put = { pk: `${t}#a`, sk: 'x', et: 'thing', v: 1, g1pk: `${t}#list`, g1sk: 'x', ...part } as Item;
  const [real, same] = await Promise.all(
    tables.map(async (table) => {
      const office = table.office(t);
      const ended = (doing: Promise<unknown>) =>
        doing.then(
          () => 'done',
          (error: Error) => error.name,
        );
      return {
        written: await ended(office.commit([{ put, expect: 'new' }])),
        read: await ended(office.load({ put })),
        items: await office.all({ pk: put.pk }),
      };
    }),
  );
  expect(same).toEqual(real);
});
