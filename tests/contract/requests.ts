import fc, { type Arbitrary } from 'fast-check';
import { badTexts, junk, spoiled } from './broken.ts';
import type { Operation, Schema } from './document.ts';
import type { Options } from './door.ts';
import { fitting, type Ids, idKind, settled } from './values.ts';
import type { World } from './world.ts';

/** A request to an operation, made from the document and an office's ids. */
export interface Request {
  /** What was spoiled on purpose; 'nothing' if the request is as the document wants it. */
  spoiled: 'nothing' | 'body' | 'text' | 'path' | 'query' | 'headers';
  who: 'owner' | 'key' | 'operator' | 'nobody';
  options: Options;
  /** Sent once more under the same Idempotency-Key: the same, or with something else in it. */
  again?: 'same' | 'other';
}

type Strings = Record<string, string>;

const printable = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
const junkText = fc.constantFrom(...junk).map(printable);

/** The example of the document with any ids in the places of ids. */
function example(value: unknown, schema: Schema | undefined): Arbitrary<unknown> {
  if (typeof value === 'string') return schema && idKind(schema) ? fitting(schema) : fc.constant(value);
  if (typeof value !== 'object' || value === null) return fc.constant(value);
  const { properties, items } = (schema ?? {}) as { properties?: Record<string, Schema>; items?: Schema };
  if (Array.isArray(value)) return fc.tuple(...value.map((one) => example(one, items)));
  return fc.record(
    Object.fromEntries(Object.entries(value).map(([name, one]) => [name, example(one, properties?.[name])])),
    { noNullPrototype: true },
  );
}

const shownBody = ({ body }: Operation): Arbitrary<unknown> =>
  body ? example(body.example, body.schema) : fc.constant(undefined);

function bodies({ body }: Operation, shown: Arbitrary<unknown>): Arbitrary<unknown> {
  if (!body) return fc.constant(undefined);
  const whole = fitting(body.schema);
  return fc.oneof(
    { weight: 2, arbitrary: shown },
    { weight: 2, arbitrary: whole },
    {
      weight: 2,
      arbitrary: fc.tuple(shown, whole, fc.nat()).map(([first, second, n]) => {
        const names = Object.keys(second as object);
        const name = names[n % (names.length || 1)];
        return name === undefined
          ? first
          : { ...(first as object), [name]: (second as Record<string, unknown>)[name] };
      }),
    },
  );
}

/** What is drawn before it is known whose ids are meant. */
type Drawn<T> = Arbitrary<(ids: Ids) => T>;

/** Values for a path, the later ones such as stand beside the earlier (a line of that statement). */
function paths(operation: Operation, world: World): Drawn<Strings> {
  const all = operation.parameters.filter((one) => one.in === 'path');
  // The last is chosen first: a line has one statement, a statement many lines.
  const order = [...all].reverse();
  const one = ({ schema }: (typeof all)[number]) =>
    fc.record({ any: fitting(schema), n: fc.nat(), odd: fc.nat({ max: 9 }) });
  return fc.tuple(...order.map(one)).map((drawn) => (ids) => {
    const chosen: Strings = {};
    for (const [i, { name, schema }] of order.entries()) {
      const { any, n, odd } = drawn[i] as (typeof drawn)[number];
      const some = candidates(name, idKind(schema), chosen, world, ids);
      const own = some[n % some.length];
      chosen[name] = odd > 0 && own ? own : String(settled(any, ids));
    }
    return chosen;
  });
}

/** What may stand in a path under a name. */
function candidates(name: string, kind: string | undefined, chosen: Strings, world: World, ids: Ids) {
  if (name === 'token') return [world.token];
  if (name === 'name') return [world.mapping];
  const near = Object.values(chosen).flatMap((id) => [...(world.beside.get(id) ?? [])]);
  if (name === 'objectId') return near.length > 0 ? near : ['policy'];
  const all = ids.get(kind ?? '') ?? [];
  return near.length > 0 ? all.filter((id) => near.includes(id)) : all;
}

function queries(operation: Operation, world: World): Drawn<Strings> {
  const all = operation.parameters.filter((one) => one.in === 'query' && one.name !== 'cursor');
  const values = new Map(
    all.map(({ name, schema }): [string, Arbitrary<unknown>] => [
      name,
      name === 'mapping'
        ? fc.constant(world.mapping)
        : name === 'confirm'
          ? fc.constant(world.slug)
          : name === 'limit'
            ? fc.integer({ min: 1, max: 100 })
            : fitting(schema),
    ]),
  );
  const must = all.filter(({ required }) => required);
  const may = all.filter(({ required }) => !required);
  return fc
    .subarray(may, { maxLength: Math.min(2, may.length) })
    .chain((some) =>
      fc.record(
        Object.fromEntries(
          [...must, ...some].map(({ name }) => [name, values.get(name) as Arbitrary<unknown>]),
        ),
        { noNullPrototype: true },
      ),
    )
    .map((drawn) => (ids) => {
      const given = settled(drawn, ids) as Record<string, unknown>;
      return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, printable(value)]));
    });
}

const files = fc.constantFrom(
  '楼栋,房号\n9栋,901\n',
  '楼栋,房号,姓名,类型\n1栋,101,王五,业主\n',
  '日期,流水号,收入,户名,摘要\n2026-09-01,T1,12.00,某人,转账\n',
  '',
  'a',
  '"',
  '楼栋,房号\n',
  `楼栋,房号\n${'1,2\n'.repeat(3000)}`,
  '楼栋,房号\n=cmd|calc,+1\n',
  '日期,流水号,收入\n2026-13-01,,9e9\n',
  '\u0000\u0001',
  '\ufeff楼栋;房号\n1;2\n',
  'solved=yes&satisfied=yes&attitude=good&quality=good&charged=no&cashTaken=no&score=9&name=%E6%9D%8E',
  'solved=maybe&score=11&name=',
);

const keys = fc.integer({ min: 1, max: 1_000_000 }).map((n) => `fuzz-${n}`);

const badHeaders: Arbitrary<Strings> = fc.oneof(
  fc
    .constantFrom(
      'W/"1"',
      '"0"',
      '"-1"',
      '"999999999999"',
      '"9999999999999"',
      '1',
      '"1',
      '"a"',
      '"1", "2"',
      '""',
    )
    .map((tag) => ({ 'if-match': tag })),
  fc
    .constantFrom('a b', 'x'.repeat(129), '\u00e9', '长', '\t', 'a\nb')
    .map((key) => ({ 'idempotency-key': key })),
  fc
    .constantFrom(
      'text/plain',
      '',
      'application/json; charset=gbk',
      'multipart/form-data',
      'application/jsonp',
      '*/*',
    )
    .map((type) => ({ 'content-type': type })),
  fc
    .constantFrom('zh', 'de', '*', ';;;', 'zh;q=9', 'x'.repeat(3000), 'en-\u0000')
    .map((language) => ({ 'accept-language': language })),
  fc.constantFrom('{}', 'null', '[]').map((given) => ({ 'x-forwarded-for': given, 'x-tenant-id': given })),
);

const matched = new WeakMap<World, Ids[]>();

/**
 * Ids that belong together, as an item of the office has them: a unit with its payer and what they owe. Of the kinds an item does not
 * name all there are.
 */
function matchedIn(world: World): Ids[] {
  const found = matched.get(world) ?? [];
  if (found.length > 0) return found;
  const telling = new Set([
    'account',
    'bill',
    'ticket',
    'line',
    'obligation',
    'delivery',
    'feeFile',
    'deposit',
    'payment',
  ]);
  for (const item of world.items.filter(({ et }) => telling.has(et))) {
    const here = new Set(JSON.stringify(item).match(/\b[a-z]{3}_[0-9A-HJKMNP-TV-Z]{26}/g));
    found.push(
      new Map(
        [...world.ids].map(([kind, all]) => {
          const some = all.filter((id) => here.has(id));
          return [kind, some.length > 0 ? some : all];
        }),
      ),
    );
  }
  matched.set(world, found);
  return found;
}

/** Requests to an operation of an office: half of them as the document wants them, half with something spoiled. */
export function requests(operation: Operation, world: World): Arbitrary<Request> {
  const isPublic = operation.security.length === 0;
  const forKeys = operation.security.some((one) => 'apiKey' in one);
  const who: Arbitrary<Request['who']> = isPublic
    ? fc.constant('nobody')
    : operation.path.startsWith('/operator/')
      ? fc.constant('operator')
      : fc.oneof(
          { weight: 6, arbitrary: fc.constant<'owner'>('owner') },
          ...(forKeys ? [{ weight: 2, arbitrary: fc.constant<'key'>('key') }] : []),
        );
  const posts =
    operation.method === 'POST' && operation.parameters.some(({ name }) => name === 'Idempotency-Key');
  const raw = operation.rawTypes[0];
  const shown = shownBody(operation);
  const ready = world.ready.get(operation.name) ?? [];
  const fine: Arbitrary<Request> = fc
    .record({
      ids: fc.oneof(
        { weight: 1, arbitrary: fc.constant(world.ids) },
        { weight: 4, arbitrary: fc.constantFrom(...matchedIn(world)) },
      ),
      who,
      params: paths(operation, world),
      query: queries(operation, world),
      body: bodies(operation, shown),
      shown,
      /** Something that is ready for it, every other time if there is. */
      prepared: ready.length > 0 ? fc.option(fc.constantFrom(...ready), { freq: 2 }) : fc.constant(null),
      file: files,
      key: posts
        ? fc.oneof({ weight: 3, arbitrary: keys }, { weight: 1, arbitrary: fc.constant(undefined) })
        : fc.constant(undefined),
      match: fc.constantFrom(undefined, undefined, undefined, '*', '"1"'),
      again: fc.constantFrom(undefined, undefined, undefined, 'same' as const, 'other' as const),
    })
    .map((drawn): Request => {
      const { ids, who, params, query, prepared, key, match, again } = drawn;
      const body = prepared?.body
        ? { ...(settled(drawn.shown, ids) as object), ...prepared.body }
        : settled(prepared ? drawn.shown : drawn.body, ids);
      const headers = {
        ...(key !== undefined && { 'idempotency-key': key }),
        ...(match !== undefined && { 'if-match': match }),
      };
      return {
        spoiled: 'nothing',
        who,
        ...(key !== undefined && again && { again }),
        options: {
          params: { ...params(ids), ...prepared?.params },
          query: { ...query(ids), ...prepared?.query },
          headers,
          ...(body !== undefined && { body }),
          ...(raw !== undefined && { raw: { data: Buffer.from(prepared?.file ?? drawn.file), type: raw } }),
        },
      };
    });

  const spoil = (change: (request: Request) => Arbitrary<Request>) =>
    fine.chain(({ again: _, ...request }) => change(request));
  const worse: { weight: number; arbitrary: Arbitrary<Request> }[] = [
    {
      weight: 1,
      arbitrary: spoil((request) =>
        badHeaders.map((bad) => ({
          ...request,
          spoiled: 'headers',
          options: { ...request.options, headers: { ...request.options.headers, ...bad } },
        })),
      ),
    },
    {
      weight: 2,
      arbitrary: spoil((request) =>
        fc
          .tuple(
            fc.constantFrom(
              ...operation.parameters.filter((one) => one.in === 'query').map(({ name }) => name),
              'zz',
              '__proto__',
            ),
            junkText,
          )
          .map(([name, value]) => ({
            ...request,
            spoiled: 'query',
            options: {
              ...request.options,
              query: Object.fromEntries([...Object.entries(request.options.query ?? {}), [name, value]]),
            },
          })),
      ),
    },
  ];
  const names = operation.parameters.filter((one) => one.in === 'path').map(({ name }) => name);
  if (names.length > 0)
    worse.push({
      weight: 1,
      arbitrary: spoil((request) =>
        fc.tuple(fc.constantFrom(...names), junkText).map(([name, value]) => ({
          ...request,
          spoiled: 'path',
          options: { ...request.options, params: { ...request.options.params, [name]: value } },
        })),
      ),
    });
  if (operation.body)
    worse.push(
      {
        weight: 7,
        arbitrary: spoil((request) =>
          spoiled(request.options.body).map((body) => ({
            ...request,
            spoiled: 'body',
            // As text: what JSON cannot say is not sent.
            options: { ...request.options, body: JSON.stringify(body) ?? '' },
          })),
        ),
      },
      {
        weight: 1,
        arbitrary: spoil((request) =>
          fc
            .constantFrom(...badTexts)
            .map((body) => ({ ...request, spoiled: 'text', options: { ...request.options, body } })),
        ),
      },
    );
  return fc.oneof({ weight: 1, arbitrary: fine }, { weight: 1, arbitrary: fc.oneof(...worse) });
}
