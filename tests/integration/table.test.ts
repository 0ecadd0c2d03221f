import { beforeAll, describe, expect, it, vi } from 'vitest';
import { Idempotency, keptSeconds, Replay } from '../../shared/idempotency.ts';
import { newId } from '../../shared/ids.ts';
import { Refusal } from '../../shared/problem.ts';
import { retryStale, Stale, type Write } from '../../shared/table.ts';
import { client, createTable, officeTable } from './dynamodb.ts';

let table: string;
beforeAll(async () => {
  table = await createTable();
});

const t = newId('tenant');
const key = (sk: string, pk = `${t}#x`) => ({ pk, sk });
const put = (sk: string, v = 1, expected: Write['expect'] = 'new'): Write =>
  ({ put: { ...key(sk), et: 'thing', v, rest: { sk } }, expect: expected }) as Write;

describe('the table as an office sees it', () => {
  it('refuses keys of another office, of nobody, and of an office whose id it begins with', async () => {
    const office = officeTable(table, t);
    for (const pk of [`${newId('tenant')}#x`, 'sys#x', `${t}`, `${t}x#x`, '#', '']) {
      await expect(office.load({ a: { pk, sk: 'a' } })).rejects.toThrow(/another office/);
      await expect(office.query({ pk, limit: 1 })).rejects.toThrow(/another office/);
      await expect(office.commit([{ remove: { pk, sk: 'a' }, expect: 'any' }])).rejects.toThrow(
        /another office/,
      );
      await expect(office.commit([{ put: { pk, sk: 'a', et: 'x', v: 1 }, expect: 'any' }])).rejects.toThrow();
    }
  });

  it('writes all or nothing', async () => {
    const office = officeTable(table, t);
    await office.commit([put('taken')]);
    await expect(office.commit([put('free'), put('taken')])).rejects.toThrow(Stale);
    expect((await office.load({ free: key('free') })).free).toBeUndefined();
  });

  it('answers a failed expectation with the refusal of that write, made from what is stored', async () => {
    const office = officeTable(table, t);
    await office.commit([put('owned')]);
    const otherwise = (stored: { rest?: Record<string, unknown> } | undefined) =>
      new Refusal('conflict', { extra: { stored: stored?.rest?.sk } });
    const refused = await office.commit([{ ...put('owned'), otherwise }]).catch((error) => error);
    expect(refused).toBeInstanceOf(Refusal);
    expect(refused.options.extra).toEqual({ stored: 'owned' });
  });

  it('lets only one of many changes of one version through, and none of the others is lost when retried', async () => {
    const office = officeTable(table, t);
    await office.commit([put('counter')]);
    const count = () =>
      retryStale(async () => {
        const { item } = await office.load({ item: key('counter') });
        const v = item?.v ?? 0;
        await office.commit([put('counter', v + 1, { version: v })]);
      });
    let done = 0;
    await Promise.all(
      Array.from({ length: 6 }, () =>
        count().then(
          () => done++,
          () => undefined,
        ),
      ),
    );
    expect((await office.load({ item: key('counter') })).item?.v).toBe(1 + done);
    expect(done).toBeGreaterThan(0);
  });

  it('updates, removes and adds by path', async () => {
    const office = officeTable(table, t);
    await office.commit([put('paths')]);
    const update = key('paths');
    await office.commit([{ update, set: { 'rest.a': 1, g1pk: 'x' }, add: { v: 1 }, expect: { version: 1 } }]);
    await office.commit([{ update, unset: ['g1pk', 'rest.sk'], expect: 'exists' }]);
    expect((await office.load({ item: update })).item).toEqual({
      ...update,
      et: 'thing',
      v: 2,
      rest: { a: 1 },
    });
  });

  it('reads more than one batch of keys', async () => {
    const office = officeTable(table, t);
    const names = Array.from({ length: 130 }, (_, i) => `many${i}`);
    for (let i = 0; i < names.length; i += 65) {
      await office.commit(names.slice(i, i + 65).map((name) => put(name)));
    }
    const found = await office.load(Object.fromEntries(names.map((name) => [name, key(name)])));
    expect(names.every((name) => found[name]?.rest?.sk === name)).toBe(true);
  });

  // DynamoDB Local always is consistent: what is asked for is all that can be seen.
  it('reads keys and partitions as they are at that moment, so that nothing is decided by what was before', async () => {
    const office = officeTable(table, t);
    const sent = vi.spyOn(client, 'send');
    await office.load({ item: key('now') });
    await office.query({ pk: `${t}#x`, limit: 1 });
    await office.all({ pk: `${t}#x`, sk: { begins: 'now' } });
    const asked = sent.mock.calls.map(([{ input }]) => input as unknown as Record<string, unknown>);
    sent.mockRestore();
    const [items, ...partitions] = asked;
    expect(Object.values(items?.RequestItems ?? {})).toMatchObject([{ ConsistentRead: true }]);
    expect(partitions).toMatchObject([{ ConsistentRead: true }, { ConsistentRead: true }]);
  });

  it('pages through a range in both directions', async () => {
    const office = officeTable(table, t);
    const pk = `${t}#range`;
    await office.commit(
      ['a', 'b', 'c', 'd'].map((sk) => ({ put: { pk, sk, et: 'x', v: 1 }, expect: 'new' })),
    );
    const down = await office.query({ pk, sk: { from: 'b' }, order: 'descending', limit: 2 });
    expect(down.items.map((item) => item.sk)).toEqual(['d', 'c']);
    const more = await office.query({
      pk,
      sk: { from: 'b' },
      order: 'descending',
      limit: 2,
      cursor: down.next,
    });
    expect(more.items.map((item) => item.sk)).toEqual(['b']);
    const otherQuery = office.query({
      pk,
      sk: { from: 'a' },
      order: 'descending',
      limit: 2,
      cursor: down.next,
    });
    await expect(otherQuery).rejects.toThrow(Refusal);
  });
});

describe('an idempotency record', () => {
  const request = (now: number, body = 'body') =>
    new Idempotency({ tenantId: t, caller: 'staff:a', key: `k${now % 7}`, request: body, now });
  const reply = { status: 201, body: { hello: '你好' }, headers: { location: '/x' } };

  it('is replayed for 48 hours, and then the key is free again though the record still lies there', async () => {
    const start = 7_000_000_000_000;
    const first = officeTable(table, t, request(start));
    await first.load({});
    await first.commit([put('idem1')], reply);

    const late = start + keptSeconds * 1000 - 7000;
    const again = await officeTable(table, t, request(late - (late % 7)))
      .load({})
      .catch((error) => error);
    expect(again).toBeInstanceOf(Replay);
    expect(again.reply).toEqual(reply);

    const after = start + (keptSeconds + 7) * 1000;
    const free = officeTable(table, t, request(after - (after % 7) + (start % 7)));
    await free.load({});
    await free.commit([put('idem2')], { status: 201, body: 'second' });
    expect((await first.load({ item: key('idem2') })).item).toBeDefined();
  });

  it('that another request wrote meanwhile is found by the transaction itself', async () => {
    const at = 8_000_000_000_001;
    const one = officeTable(table, t, request(at));
    const two = officeTable(table, t, request(at));
    await one.load({});
    await two.load({});
    await one.commit([put('race1')], reply);
    await expect(two.commit([put('race2')], reply)).rejects.toBeInstanceOf(Replay);
    expect((await one.load({ item: key('race2') })).item).toBeUndefined();
  });

  it('of another body refuses the key', async () => {
    const at = 8_000_000_000_003;
    const one = officeTable(table, t, request(at));
    await one.load({});
    await one.commit([], reply);
    await expect(officeTable(table, t, request(at, 'other')).load({})).rejects.toMatchObject({
      code: 'idempotency-key-reused',
    });
  });
});
