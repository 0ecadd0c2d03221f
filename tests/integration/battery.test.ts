import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { toJSONSchema } from 'zod/v4/core';
import { allRoutes, domains } from '../../functions/routes.ts';
import { access, scopes } from '../../shared/access.ts';
import { problemsOf } from '../../shared/http/openapi.ts';
import { type Route, takesKey } from '../../shared/http/route.ts';
import { type IdKind, newId, prefixes } from '../../shared/ids.ts';
import { type ProblemCode, problems } from '../../shared/problem.ts';
import { simulatedTable } from '../contract/table.ts';
import { type Answer, call, functionEnvironment, staffOf, type Who } from './call.ts';

/** A moment for which the examples of the document hold. */
const now = Date.parse('2026-09-30T03:00:00Z');

/*
 * The same questions to every route there is, from the route tables: a new route is asked them without anybody remembering.
 * Of what another office has `isolation.test.ts` asks.
 */

beforeAll(() => void vi.useFakeTimers({ toFake: ['Date'], now }));
afterAll(() => {
  vi.useRealTimers();
  env.close();
  table.close();
});

// What is asked here hardly gets as far as the table.
const table = await simulatedTable();
const env = await functionEnvironment(table.name);
Object.assign(process.env, {
  REMINDERS_QUEUE_URL: 'http://127.0.0.1:9/reminders',
  DELIVERIES_QUEUE_URL: 'http://127.0.0.1:9/deliveries',
  ATTACHMENTS_BUCKET: 'attachments',
});

// biome-ignore lint/suspicious/noExplicitAny: handlers of every domain
const handlers: Record<string, any> = {};
for (const name of Object.keys(domains)) {
  handlers[name] = (await import(`../../functions/${name}/handler.ts`)).handler;
}

interface Asked {
  name: string;
  route: Route;
  domain: string;
}

const asked: Asked[] = Object.entries(domains).flatMap(([domain, routes]) =>
  routes.map((route) => ({ name: `${route.method} ${route.path}`, route, domain })),
);
const guarded = asked.filter(({ route }) => route.needs !== 'public');
const ofOffices = guarded.filter(({ route }) => route.needs !== 'operator');
const withBody = asked.filter(({ route }) => route.body);
const withRaw = asked.filter(({ route }) => route.rawBody);

const office = newId('tenant');
const owner = (tenantId = office): Who => staffOf(tenantId, ['owner']);
const operator: Who = { kind: 'operator', id: 'battery' };
const rightful = (route: Route, tenantId = office): Who | undefined =>
  route.needs === 'public' ? undefined : route.needs === 'operator' ? operator : owner(tenantId);

/** Ids for the parameters of a path, each of the kind its form asks for. */
function idsFor(route: Route, of: (kind: IdKind) => string | undefined = () => undefined) {
  const shape = (route.params as { def?: { shape?: Record<string, unknown> } } | undefined)?.def?.shape ?? {};
  return Object.fromEntries(
    Object.entries(shape).map(([name, field]) => {
      const kind = (Object.keys(prefixes) as IdKind[]).find(
        (one) => (field as { safeParse(id: string): { success: boolean } }).safeParse(newId(one)).success,
      );
      return [name, (kind && of(kind)) ?? newId(kind ?? 'event')];
    }),
  );
}

interface Field {
  enum?: string[];
  pattern?: string;
}

/** Values for the query parameters that a route cannot do without. */
function queryFor(route: Route): Record<string, string> {
  if (!route.query) return {};
  const { properties = {}, required = [] } = toJSONSchema(route.query, {
    io: 'input',
    unrepresentable: 'any',
  }) as {
    properties?: Record<string, Field>;
    required?: string[];
  };
  return Object.fromEntries(required.map((name) => [name, sampleOf(properties[name] ?? {})]));
}

function sampleOf({ enum: values, pattern }: Field): string {
  const kinds = Object.keys(prefixes) as IdKind[];
  const samples = [...(values ?? []), '2026-09', '2026-09-30', ...kinds.map((kind) => newId(kind))];
  return samples.find((sample) => values || (pattern && new RegExp(pattern).test(sample))) ?? 'battery';
}

type Options = NonNullable<Parameters<typeof call>[3]>;

/** Calls a route with what it needs; `options` say what is different. */
async function ask(
  { route, domain, name }: Asked,
  who: Who | undefined,
  options: Options = {},
): Promise<Answer> {
  const answer = await call(handlers[domain], who, name, {
    ...(route.params && { params: idsFor(route) }),
    ...(route.query && { query: queryFor(route) }),
    ...(route.body && options.raw === undefined && { body: route.example }),
    ...(route.rawBody && {
      raw: { data: Buffer.from('x'), type: route.rawBody.types[0] ?? '' },
    }),
    ...options,
  });
  // Whatever is asked, the answer is one that the document has.
  const documented = [
    ...Object.keys(route.responses).map(Number),
    ...problemsOf(route).map((code) => problems[code].status),
  ];
  expect(documented).toContain(answer.status);
  expect(answer.status).toBeLessThan(500);
  return answer;
}

function expectProblem(answer: Answer, code: ProblemCode) {
  expect([answer.status, answer.body?.type]).toEqual([
    problems[code].status,
    `https://huifang.example/problems/${code}`,
  ]);
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(answer.body).toMatchObject({ title: expect.any(String), requestId: expect.any(String) });
  // Nothing of how it is made: no stack, no table, no file, no key of the table.
  expect(JSON.stringify(answer.body)).not.toMatch(
    new RegExp(`${env.tableName}|\\.ts|at async|node_modules|#office`),
  );
}

describe('every route there is', () => {
  it('is asked here', () => {
    expect(asked).toHaveLength(allRoutes.length);
    expect(asked.length).toBeGreaterThan(20);
  });

  it.each(guarded)('$name asks who is calling', async (one) => {
    expectProblem(await ask(one, undefined), 'unauthenticated');
  });

  it.each(ofOffices)('$name refuses whoever lacks its scope, and the operator', async (one) => {
    const others = scopes.filter((scope) => scope !== one.route.needs);
    expectProblem(await ask(one, { ...owner(), scopes: others }), 'forbidden');
    expectProblem(await ask(one, operator), 'forbidden');
  });

  it.each(guarded.filter(({ route }) => route.needs === 'operator'))(
    '$name is for the operator alone',
    async (one) => {
      expectProblem(await ask(one, owner()), 'forbidden');
      expectProblem(await ask(one, { ...owner(), kind: 'apiKey', scopes }), 'forbidden');
    },
  );

  it.each(ofOffices.filter(({ route }) => route.method !== 'GET' && !route.whileSuspended))(
    '$name changes nothing in a suspended office',
    async (one) => {
      expectProblem(await ask(one, { ...owner(), suspended: true }), 'tenant-suspended');
    },
  );

  it.each(ofOffices.filter(({ route }) => route.method === 'GET' && !route.params))(
    '$name reads in a suspended office',
    async (one) => {
      const answer = await ask(one, { ...owner(), suspended: true });
      expect(answer.status).not.toBe(403);
    },
  );

  it.each(asked.filter(({ route }) => route.method === 'GET' && !route.html))(
    '$name refuses a parameter it does not know, and names it',
    async (one) => {
      const answer = await ask(one, rightful(one.route), { query: { ...queryFor(one.route), zz: '1' } });
      expectProblem(answer, 'invalid-request');
      expect(answer.body.errors.map((e: { path: string }) => e.path)).toContain('/query/zz');
    },
  );

  it.each(guarded.filter(({ route }) => route.params))(
    '$name knows no id of impossible form',
    async (one) => {
      const params = Object.fromEntries(Object.keys(idsFor(one.route)).map((name) => [name, '../x']));
      expectProblem(await ask(one, rightful(one.route), { params }), 'not-found');
    },
  );

  it.each(asked.filter(({ route }) => route.versioned && route.method !== 'GET'))(
    '$name refuses an If-Match that can match nothing',
    async (one) => {
      expectProblem(await ask(one, rightful(one.route), { headers: { 'If-Match': 'W/"x"' } }), 'stale');
    },
  );

  it.each(asked.filter(({ route }) => route.idempotency === 'keys'))(
    '$name wants an Idempotency-Key from API keys',
    async (one) => {
      const key: Who = { ...owner(), kind: 'apiKey', scopes };
      expectProblem(await ask(one, key), 'idempotency-key-required');
    },
  );

  it.each(asked.filter(({ route }) => takesKey(route)))(
    '$name refuses an Idempotency-Key that is none',
    async (one) => {
      const answer = await ask(one, rightful(one.route), { headers: { 'Idempotency-Key': 'a b' } });
      expectProblem(answer, 'invalid-request');
    },
  );
});

describe('every route that takes JSON', () => {
  it.each(withBody)('$name refuses a field it does not know, and names it', async (one) => {
    const body = { ...(one.route.example as object), zz: 1 };
    const answer = await ask(one, rightful(one.route), { body });
    expectProblem(answer, 'invalid-request');
    expect(answer.body.errors).toContainEqual(
      expect.objectContaining({ path: '/body/zz', code: 'unknown_field' }),
    );
  });

  it.each(withBody)('$name refuses what is no object', async (one) => {
    for (const body of ['[]', '"x"', '1', 'null', 'true']) {
      expectProblem(await ask(one, rightful(one.route), { body }), 'invalid-request');
    }
  });

  it.each(withBody)('$name refuses broken JSON, and bytes that are no UTF-8', async (one) => {
    for (const body of ['', '{', '{"a":1,}', '{"a":NaN}', "{'a':1}"]) {
      expectProblem(await ask(one, rightful(one.route), { body }), 'malformed-json');
    }
    const raw = { data: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), type: 'application/json' };
    expectProblem(await ask(one, rightful(one.route), { raw }), 'malformed-json');
  });

  it.each(withBody)('$name refuses more than 256 kB', async (one) => {
    const body = JSON.stringify({ ...(one.route.example as object), title: 'x'.repeat(256 * 1024) });
    expectProblem(await ask(one, rightful(one.route), { body }), 'too-large');
  });

  it.each(withBody)('$name refuses other content types', async (one) => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/json; charset=gbk',
      '',
    ]) {
      const answer = await ask(one, rightful(one.route), { headers: { 'content-type': type } });
      expectProblem(answer, 'unsupported-media-type');
    }
  });

  it.each(withBody)(
    '$name refuses nesting without end, control characters and halves of characters',
    async (one) => {
      for (const body of [
        `${'{"a":'.repeat(2000)}1${'}'.repeat(2000)}`,
        '{"a":"\\u0007"}',
        '{"a":"\\ud800"}',
        '{"\\u0000":1}',
        '{"__proto__":{"x":1},"constructor":{"prototype":{}}}',
      ]) {
        expectProblem(await ask(one, rightful(one.route), { body }), 'invalid-request');
      }
    },
  );

  it.each(withBody)('$name bears any value in any field', async (one) => {
    const example = one.route.example as Record<string, unknown>;
    for (const name of Object.keys(example)) {
      for (const value of [
        null,
        -1,
        1e308,
        '',
        ' ',
        'x'.repeat(100_000),
        [],
        {},
        [null],
        '2026-02-30',
        true,
      ]) {
        const answer = await ask(one, rightful(one.route), { body: { ...example, [name]: value } });
        if (answer.status >= 400) {
          expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
        }
      }
    }
  });
});

describe('every route that takes something else', () => {
  it.each(withRaw.filter(({ route }) => !route.html))('$name takes its types and sizes only', async (one) => {
    const { types = [], maxBytes = 0 } = one.route.rawBody ?? {};
    const who = rightful(one.route);
    const of = (size: number, type: string) => ask(one, who, { raw: { data: Buffer.alloc(size, 97), type } });
    expectProblem(await of(1, 'application/octet-stream'), 'unsupported-media-type');
    expectProblem(await of(maxBytes + 1, types[0] ?? ''), 'too-large');
  });
});

it('has a role for every scope that a route needs', () => {
  for (const { route } of ofOffices) {
    const needs = route.needs as keyof typeof access;
    expect(access[needs].roles).toContain('owner');
  }
});
