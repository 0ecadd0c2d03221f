import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type IdKind, newId, prefixes } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { output } from '../../shared/log.ts';
import type { Item } from '../../shared/table.ts';
import type { Place } from '../contract/broken.ts';
import { type Operation, operationsOf } from '../contract/document.ts';
import { type Door, type Options, openDoor, printed } from '../contract/door.ts';
import { bodiesWithIds, rightful, withId } from '../contract/rightful.ts';
import { idKind } from '../contract/values.ts';
import { cloneOf, makeWorld, now, twinOf, type World } from '../contract/world.ts';
import type { Answer, Who } from './call.ts';
import { officeTable } from './dynamodb.ts';

/*
 * Two offices with everything in them: what one names of the other's, wherever it can be named, is answered in the very words of what
 * never was. From the document: a new route is asked without anybody remembering. `battery.test.ts` asks about callers and scopes,
 * `tests/system/isolation.test.ts` about credentials.
 */

/** Requests of two offices in turn on warm handlers; `npm run isolation` asks 10,000. */
const interleaved = Number(process.env.HUIFANG_INTERLEAVED ?? 300);

const operations = operationsOf(printed).filter(
  ({ security, path }) => security.length > 0 && !path.startsWith('/operator/'),
);
const parametersOf = ({ parameters }: Operation, where: string) =>
  parameters.filter((one) => one.in === where && idKind(one.schema));
const withPath = operations.filter((one) => parametersOf(one, 'path').length > 0);
const withQuery = operations.filter((one) => parametersOf(one, 'query').length > 0);
const withBody = operations.filter(
  ({ body }) => body && /\[0-9A-HJKMNP-TV-Z\]/.test(JSON.stringify(body.schema)),
);
const lists = operations.filter(({ parameters }) => parameters.some(({ name }) => name === 'cursor'));
const posts = operations.filter(({ parameters }) =>
  parameters.some(({ name }) => name === 'Idempotency-Key'),
);

const idForm = /\b[a-z]{3}_[0-9A-HJKMNP-TV-Z]{26}/g;

let door: Door;
let mine: World;
let theirs: World;
/** Two copies of mine as it was at first: their ids differ in the last character, and every other id is the same. */
let one: World;
let twin: World;
let before: Item[];
let foreign: Set<string>;

/** Ids of theirs that my office wrote down itself, where nothing is looked up by them. */
const taken = new Set<string>();

/** Routes × cases, for the report. */
const asked = new Map<string, { routes: Set<string>; requests: number }>();

beforeAll(async () => {
  door = await openDoor();
  mine = await makeWorld(door);
  theirs = await makeWorld(door);
  one = await cloneOf(door, mine, newId('tenant'));
  twin = await cloneOf(door, mine, twinOf(one.tenantId));
  before = await door.itemsOf(theirs.tenantId);
  foreign = new Set([theirs.tenantId, ...[...theirs.ids.values()].flat()]);
  vi.spyOn(output, 'write').mockImplementation(() => undefined);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(now) });
});
afterAll(async () => {
  vi.useRealTimers();
  if (process.env.HUIFANG_REPORT === '1') {
    for (const [what, { routes, requests }] of asked)
      process.stdout.write(
        `${what.padEnd(56)} ${String(routes.size).padStart(4)} routes ${String(requests).padStart(6)} requests\n`,
      );
  }
  await door.close();
});

/** Asks as my office, and sees that nothing of the other's comes back but what was sent. */
async function ask(
  what: string,
  operation: Operation,
  options: Options,
  who: Who = mine.owner,
): Promise<Answer> {
  const row = asked.get(what) ?? { routes: new Set<string>(), requests: 0 };
  asked.set(what, row);
  row.routes.add(operation.id);
  row.requests++;
  const answer = await door.ask(who, operation.name, options);
  const sent = JSON.stringify([options.params, options.query, options.body]);
  if (answer.status < 300)
    for (const [id] of JSON.stringify(options.body ?? '').matchAll(idForm))
      if (foreign.has(id)) taken.add(id);
  const leaked = (JSON.stringify([answer.body, answer.headers]).match(idForm) ?? []).filter(
    (id) => foreign.has(id) && !taken.has(id) && !sent.includes(id),
  );
  expect(leaked).toEqual([]);
  expect(answer.status).toBeLessThan(500);
  return answer;
}

/** An answer without what differs between any two requests: the request's id, the ids named in it, and ids made by it. */
const words = ({ status, headers, body }: Answer) => ({
  status,
  headers: plain(headers),
  body: plain(typeof body === 'object' ? { ...body, requestId: '' } : body),
});
const plain = (value: unknown) =>
  JSON.stringify(value ?? null)
    .replace(/\b([a-z]{3})_[0-9A-HJKMNP-TV-Z]{26}/g, '$1_…')
    .replace(/"version":\d+|\\"\d+\\"/g, 'version');

const theirsOf = (kind: string) => theirs.ids.get(kind)?.[0];
const kindOfPrefix = (prefix: string) =>
  Object.entries(prefixes).find(([, one]) => one === prefix)?.[0] as IdKind;

describe('what another office has is, in the very words, what never was', () => {
  it.each(withPath)('$name, in the path', async (operation) => {
    const right = rightful(operation, mine);
    const theirRight = rightful(operation, theirs);
    const names = parametersOf(operation, 'path');
    for (let set = 1; set < 2 ** names.length; set++) {
      const some = names.filter((_, i) => set & (1 << i));
      const place = (id: (name: string, kind: IdKind) => string) => ({
        ...right,
        params: {
          ...right.params,
          ...Object.fromEntries(some.map(({ name, schema }) => [name, id(name, idKind(schema) as IdKind)])),
        },
      });
      const never = await ask(
        'ids in the path',
        operation,
        place((_, kind) => newId(kind)),
      );
      const other = await ask(
        'ids in the path',
        operation,
        place((name) => theirRight.params[name] ?? ''),
      );
      expect(theirRight.params[some[0]?.name ?? '']).toBeTruthy();
      expect(words(other)).toEqual(words(never));
      expect(other.status).toBe(404);
    }
  });

  it.each(withQuery)('$name, in the query', async (operation) => {
    const right = rightful(operation, mine);
    for (const { name, schema } of parametersOf(operation, 'query')) {
      const kind = idKind(schema) as IdKind;
      const place = (id: string) => ({ ...right, query: { ...right.query, [name]: id } });
      const never = await ask('ids in the query', operation, place(newId(kind)));
      const id = theirsOf(kind);
      expect(id).toBeTruthy();
      const other = await ask('ids in the query', operation, place(id ?? ''));
      expect(words(other)).toEqual(words(never));
    }
  });

  it.each(withBody)('$name, in the body', async (operation) => {
    const right = rightful(operation, mine);
    const all = bodiesWithIds(operation, mine);
    expect(all.length).toBeGreaterThan(0);
    for (const { body, place, kind } of all) {
      const of = kindOfPrefix(kind);
      const put = (id: string) => ({ ...right, body: withId(body, place as Place, id) });
      const never = await ask('ids in the body', operation, put(newId(of)));
      const other = await ask('ids in the body', operation, put(theirsOf(of) ?? newId(of)));
      expect([place.join('/'), words(other)]).toEqual([place.join('/'), words(never)]);
    }
  });
});

describe('lists', () => {
  it.each(operations.filter(({ method }) => method === 'GET'))(
    '$name shows nothing of another office',
    async (operation) => {
      await ask('reading', operation, rightful(operation, mine));
    },
  );

  it('take no cursor of another office, whatever list it is from', async () => {
    let found = 0;
    for (const operation of lists) {
      const limited = operation.parameters.some(({ name }) => name === 'limit') ? { limit: '1' } : {};
      const right = rightful(operation, mine);
      const theirRight = rightful(operation, theirs);
      const { body } = await door.ask(theirs.owner, operation.name, {
        ...theirRight,
        query: { ...theirRight.query, ...limited },
      });
      const cursor = body?.next as string | undefined;
      if (cursor === undefined) continue;
      found++;
      const take = (given: string) =>
        ask('cursors', operation, { ...right, query: { ...right.query, ...limited, cursor: given } });
      const nobodys = Buffer.from(cursor, 'base64url').fill(7).toString('base64url');
      const other = await take(cursor);
      expect([operation.name, other.status, other.body.type.split('/').at(-1)]).toEqual([
        operation.name,
        400,
        'invalid-cursor',
      ]);
      expect(words(other)).toEqual(words(await take(nobodys)));
      // With their own ids beside it too.
      const both = await ask('cursors', operation, {
        ...theirRight,
        query: { ...theirRight.query, ...limited, cursor },
      });
      expect(both.status).toBeGreaterThanOrEqual(400);
    }
    expect(found).toBeGreaterThan(15);
  });
});

describe('offices whose every id is the same but their own, of which one character differs', () => {
  it('sign links to attachments each for its own folder', async () => {
    const operation = operations.find((one) => one.id === 'addAttachment') as Operation;
    for (const [world, other] of [
      [one, twin],
      [twin, one],
    ] as const) {
      // The first of the tickets that is not over.
      const [id = ''] = world.ids.get('ticket') ?? [];
      const { body } = await ask(
        'attachment keys',
        operation,
        { ...rightful(operation, world), params: { id } },
        world.owner,
      );
      expect(body.url).toContain(`/${world.tenantId}/`);
      expect(body.url).not.toContain(other.tenantId);
    }
  });

  it('do not meet on an Idempotency-Key, though caller, key and request are the same', async () => {
    const done: string[] = [];
    for (const operation of posts) {
      const options = { ...rightful(operation, one), headers: { 'idempotency-key': `same-${operation.id}` } };
      const first = await ask('Idempotency-Keys', operation, options, one.owner);
      if (first.status >= 300) continue;
      const other = await ask('Idempotency-Keys', operation, options, twin.owner);
      expect([operation.name, other.headers['idempotency-replayed']]).toEqual([operation.name, undefined]);
      expect([operation.name, other.status]).toEqual([operation.name, first.status]);
      expect(JSON.stringify(other.body ?? '')).not.toContain(one.tenantId);
      done.push(operation.name);
    }
    expect(done.length).toBeGreaterThan(20);
  });

  it('do not meet on an externalId', async () => {
    for (const id of ['createTicket', 'createPayment']) {
      const operation = operations.find((one) => one.id === id) as Operation;
      const send = (world: World, key: string) => {
        const right = rightful(operation, world);
        return ask(
          'externalIds',
          operation,
          {
            ...right,
            body: { ...(right.body as object), externalId: 'sensor-0007' },
            headers: { 'idempotency-key': `${id}-${key}` },
          },
          world.key,
        );
      };
      const first = await send(one, '1');
      const other = await send(twin, '1');
      expect([first.status, other.status, (await send(one, '2')).status]).toEqual([201, 201, 200]);
      expect(JSON.stringify(other.body)).not.toContain(one.tenantId);
    }
  });

  it('are not reached by the beginning of their id, nor by more than it', async () => {
    const list = operations.find((one) => one.id === 'listProperties') as Operation;
    for (const id of [
      one.tenantId.slice(0, -1),
      `${one.tenantId}0`,
      one.tenantId.toLowerCase(),
      `${one.tenantId}#office`,
    ]) {
      const answer = await door.ask({ ...one.owner, tenantId: id }, list.name);
      expect([id, answer.status, answer.body.items]).toEqual([id, 500, undefined]);
    }
    for (let n = 0; n < one.tenantId.length; n++) {
      const table = officeTable(door.tableName, one.tenantId.slice(0, n));
      await expect(table.load({ office: keys.office(one.tenantId) })).rejects.toThrow('another office');
      await expect(table.query({ pk: keys.propertiesPk(one.tenantId), limit: 1 })).rejects.toThrow(
        'another office',
      );
    }
  });

  it(`see their own only, ${interleaved} requests in turn on warm handlers`, {
    timeout: 3_600_000,
  }, async () => {
    const by = (id: string) => operations.find((one) => one.id === id) as Operation;
    const rename = by('changeProperty');
    const policy = by('putPolicy');
    const preview = by('previewDeadline');
    for (const [world, hours] of [
      [one, 24],
      [twin, 36],
    ] as const) {
      const named = await door.ask(world.owner, rename.name, {
        params: rightful(rename, world).params,
        body: { name: `of ${world.tenantId}` },
      });
      expect(named.status).toBe(200);
      const put = await door.ask(world.owner, policy.name, {
        body: {
          effectiveFrom: '2026-10-01',
          rules: { 'TICKET-3.major': { period: { unit: 'hours', n: hours } } },
        },
      });
      expect([put.status, put.body.errors]).toEqual([200, undefined]);
    }
    const startAt = '2026-10-12T10:00:00+08:00';
    const due = async (world: World) =>
      (await door.ask(world.owner, preview.name, { body: { ruleId: 'TICKET-3.major', startAt } })).body.dueAt;
    const dues = new Map([
      [one, await due(one)],
      [twin, await due(twin)],
    ]);
    expect(dues.get(one)).not.toBe(dues.get(twin));
    // More offices than a warm function keeps clients for.
    const others = Array.from({ length: 80 }, (_, i) => `ten_${String(i).padStart(26, '0')}`);
    // A small generator of its own: the same turns in every run.
    let state = 42;
    const random = (n: number) => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return (state >> 8) % n;
    };
    const turnOf = async () => {
      const turn = random(10);
      if (turn === 0) {
        const tenantId = others[random(others.length)] ?? '';
        const { status, body } = await ask('in turn', by('listProperties'), {}, { ...one.owner, tenantId });
        expect([status, body.items]).toEqual([200, []]);
        return;
      }
      const [world, other] = random(2) === 0 ? ([one, twin] as const) : ([twin, one] as const);
      if (turn < 3) expect(await due(world)).toBe(dues.get(world));
      else {
        const operation = by(turn < 7 ? 'getProperty' : 'listProperties');
        const answer = await ask('in turn', operation, rightful(operation, world), world.owner);
        const text = JSON.stringify(answer.body);
        expect(text).toContain(`of ${world.tenantId}`);
        expect(text).not.toContain(other.tenantId);
      }
    };
    for (let i = 0; i < interleaved; i += 4) await Promise.all([turnOf(), turnOf(), turnOf(), turnOf()]);
  });
});

it('nothing of the other office was changed by any of it', async () => {
  expect(await door.itemsOf(theirs.tenantId)).toEqual(before);
});

it('what the other office has can be had by itself', async () => {
  // Or all of the above would hold of ids that are nobody's.
  const kinds = new Set(
    withPath.flatMap((one) => parametersOf(one, 'path')).map(({ schema }) => idKind(schema) as string),
  );
  const met = new Set<string>();
  for (const operation of withPath.filter(({ method }) => method === 'GET')) {
    const answer = await door.ask(theirs.owner, operation.name, rightful(operation, theirs));
    if (answer.status === 200)
      for (const { schema } of parametersOf(operation, 'path')) met.add(idKind(schema) as string);
  }
  // Of these there are only lists.
  expect([...kinds].filter((kind) => !met.has(kind)).sort()).toEqual(['message', 'statementLine']);
});
