import middy from '@middy/core';
import { isThrottlingError, isTransientError } from '@smithy/core/retry';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context as LambdaContext } from 'aws-lambda';
import { type Actor, actorRef, holds } from '../actor.ts';
import { optionalEnv } from '../env.ts';
import { Idempotency, Replay, type Reply } from '../idempotency.ts';
import { keys } from '../keys.ts';
import { log } from '../log.ts';
import { officeOf } from '../office.ts';
import { type FieldProblem, lacks, problemDocument, Refusal } from '../problem.ts';
import type { OfficeTable } from '../table.ts';
import { languageOf } from '../text.ts';
import { type Caller, callerOf } from './actor.ts';
import { check, parseJson, textProblem, unknownField } from './input.ts';
import { type Context, type Route, takesIfMatch, takesKey } from './route.ts';

type SdkError = Parameters<typeof isTransientError>[0];
type Event = APIGatewayProxyEvent;
type Result = APIGatewayProxyResult;

/** The Lambda handler of a domain, made from its route table. */
export function api(routes: readonly Route[]) {
  const table = new Map(routes.map((route) => [`${route.method} ${route.path}`, route]));
  return middy<Event, Result, Error, LambdaContext>()
    .use({
      onError: (request) => {
        request.response = problemResult(request.error, request.event);
      },
    })
    .handler(async (event) => {
      const route = table.get(`${event.httpMethod} ${event.resource}`);
      if (!route) throw new Refusal('not-found');
      try {
        return result(checked(route, await answer(route, event)));
      } catch (error) {
        if (error instanceof Replay) {
          return result({
            ...error.reply,
            headers: { ...error.reply.headers, 'idempotency-replayed': 'true' },
          });
        }
        throw error;
      }
    });
}

async function answer(route: Route, event: Event): Promise<Reply> {
  const caller = callerOf(event);
  admit(route, caller);
  if (caller?.suspended && route.method !== 'GET' && !route.whileSuspended)
    throw await suspension(caller.actor);
  const headers = lowerCased(event.headers);
  const now = Date.now();
  const raw = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  const contentType = headers['content-type'] ?? '';

  const params = route.params && part(route.params, event.pathParameters ?? {}, 'path');
  const query = part(route.query, single(event), 'query');
  const body = route.body && check(route.body, parseJson(raw, contentType), 'body');
  if (route.rawBody) rawAllowed(route.rawBody, raw, contentType);

  // A public route acts for nobody; what it may reach it finds out for itself.
  const actor: Actor = caller?.actor ?? { kind: 'system', id: 'public' };
  const ifMatch = takesIfMatch(route) ? versionOf(headers['if-match']) : undefined;
  const idempotency = idempotencyOf(route, actor, headers['idempotency-key'], event, raw, now);
  let office: OfficeTable | undefined;
  const context: Context = {
    actor,
    get office() {
      office ??= officeOf(actor, idempotency);
      return office;
    },
    requestId: event.requestContext.requestId,
    now,
    language: languageOf(headers['accept-language']),
    ...(ifMatch !== undefined && { ifMatch }),
  };
  try {
    return await route.handle(context, { params, query, body, raw, contentType } as Parameters<
      Route['handle']
    >[1]);
  } catch (error) {
    // What refuses this request may be its own effect: another copy of it was under way at the same time.
    if (error instanceof Refusal && idempotency) await office?.replay();
    throw error;
  }
}

/** Throws unless the caller may use the route at all. */
function admit(route: Route, caller: Caller | undefined): void {
  if (route.needs === 'public') return;
  if (!caller) throw new Refusal('unauthenticated');
  const { actor } = caller;
  if (route.needs === 'operator') {
    if (actor.kind === 'operator') return;
    throw new Refusal('forbidden', {
      detail: { en: 'This is for the operator of the service.', zh: '仅限平台运营方使用。' },
    });
  }
  if (!holds(actor, route.needs)) throw lacks(route.needs);
}

/** The refusal of a change while the office is suspended, with the reason that the operator gave. */
async function suspension(actor: Actor): Promise<Refusal> {
  const office = officeOf(actor);
  const { own } = await office.load({ own: keys.office(office.tenantId) });
  const reason = own?.rest?.suspendedFor;
  const [en, zh] = reason === undefined ? ['', ''] : [` Reason: ${reason}`, `原因：${reason}`];
  return new Refusal('tenant-suspended', {
    detail: {
      en: `The operator has suspended this office: reading works, changing does not, reminders pause.${en}`,
      zh: `运营方已暂停该物业公司：可以读取，不能修改，提醒暂停。${zh}`,
    },
  });
}

function idempotencyOf(
  route: Route,
  actor: Actor,
  key: string | undefined,
  event: Event,
  raw: Buffer,
  now: number,
): Idempotency | undefined {
  if (!takesKey(route)) return undefined;
  if (key === undefined) {
    if (route.idempotency === 'keys' && actor.kind === 'apiKey')
      throw new Refusal('idempotency-key-required');
    return undefined;
  }
  if (!/^[\x21-\x7e]{1,128}$/.test(key)) {
    throw new Refusal('invalid-request', {
      errors: [
        {
          path: '/header/idempotency-key',
          code: 'invalid_format',
          detail: { en: '1 to 128 visible ASCII characters.', zh: '1 至 128 个可见 ASCII 字符。' },
        },
      ],
    });
  }
  if (!('tenantId' in actor)) return undefined;
  const request = `${event.httpMethod} ${event.path}\n${JSON.stringify(single(event))}\n${raw.toString('base64')}`;
  return new Idempotency({ tenantId: actor.tenantId, caller: actorRef(actor), key, request, now });
}

/** Query parameters, each once: a parameter given twice is ambiguous and refused. */
function single(event: Event): Record<string, string> {
  const twice = Object.entries(event.multiValueQueryStringParameters ?? {}).filter(
    ([, all]) => (all?.length ?? 0) > 1,
  );
  if (twice.length > 0) {
    throw new Refusal('invalid-request', {
      errors: twice.map(([name]) => ({
        path: `/query/${name}`,
        code: 'given_twice',
        detail: { en: 'Give a parameter once.', zh: '参数只能出现一次。' },
      })),
    });
  }
  return { ...(event.queryStringParameters as Record<string, string> | null) };
}

function part(shape: Route['query'], data: Record<string, string | undefined>, name: string): unknown {
  const errors: FieldProblem[] = Object.entries(data).flatMap(([key, value]) => {
    const bad = textProblem(value ?? '');
    if (bad) return [{ path: `/${name}/${key}`, ...bad }];
    return name === 'query' && !shape ? [unknownField(`/query/${key.slice(0, 100)}`)] : [];
  });
  if (errors.length > 0) throw new Refusal('invalid-request', { errors });
  // A path names a thing; a path of impossible form names none.
  if (shape && name === 'path') {
    try {
      return check(shape, data, name);
    } catch {
      throw new Refusal('not-found');
    }
  }
  return shape && check(shape, data, name);
}

function rawAllowed(allowed: { types: string[]; maxBytes: number }, raw: Buffer, contentType: string): void {
  if (raw.length > allowed.maxBytes) {
    const size = `${allowed.maxBytes / 1e6} MB`;
    throw new Refusal('too-large', {
      detail: { en: `A file may have ${size}.`, zh: `文件不得超过 ${size}。` },
    });
  }
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  if (!allowed.types.includes(type)) {
    const list = allowed.types.join(', ');
    throw new Refusal('unsupported-media-type', { detail: { en: `Send ${list}.`, zh: `请发送 ${list}。` } });
  }
}

/** The version an `If-Match` names; an entity tag that is none of ours can match nothing. */
function versionOf(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  const version = /^"(\d{1,12})"$/.exec(header.trim())?.[1];
  if (!version) throw new Refusal('stale');
  return Number(version);
}

function lowerCased(headers: Event['headers']): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

const common = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

function result(reply: Reply): Result {
  const raw = typeof reply.body === 'string';
  return {
    statusCode: reply.status,
    headers: {
      ...common,
      ...(reply.body !== undefined && { 'content-type': 'application/json; charset=utf-8' }),
      ...reply.headers,
    },
    body: reply.body === undefined ? '' : raw ? (reply.body as string) : JSON.stringify(reply.body),
  };
}

function problemResult(error: Error | null, event: Event): Result {
  const requestId = event.requestContext?.requestId ?? '';
  const route = `${event.httpMethod} ${event.resource}`;
  let refusal = error instanceof Refusal ? error : undefined;
  // Of a neighbour that does not answer the caller is told nothing, the operator what it said.
  if (refusal?.code === 'unavailable')
    log.error('neighbour unavailable', refusal.options.cause, { requestId, route });
  if (!refusal) {
    log.error('request failed', error, { requestId, route });
    refusal = passing(error)
      ? new Refusal('unavailable', { headers: { 'retry-after': '1' } })
      : new Refusal('internal');
  }
  spoken(refusal);
  const language = languageOf(lowerCased(event.headers)['accept-language']);
  const document = problemDocument(refusal, language, requestId);
  return {
    statusCode: document.status,
    headers: {
      ...common,
      'content-type': 'application/problem+json; charset=utf-8',
      'content-language': language,
      ...refusal.options.headers,
    },
    body: JSON.stringify(document),
  };
}

/**
 * Whether something that we depend on was busy or away for the moment, so that the caller can only try again: what the SDK itself tries
 * again, and throws after its last attempt; and a transaction cancelled because one of its items has too much to do.
 */
function passing(error: Error | null): boolean {
  if (!error) return false;
  const { CancellationReasons: reasons = [] } = error as { CancellationReasons?: { Code?: string }[] };
  return (
    isThrottlingError(error as SdkError) ||
    isTransientError(error as SdkError) ||
    reasons.some(({ Code = '' }) => /^Throttling|^ProvisionedThroughput/.test(Code))
  );
}

/** In tests a refusal that leaves readers of either language without words, or programs without a code, is an error of the program. */
function spoken({ code, options: { detail, errors = [] } }: Refusal): void {
  if (!optionalEnv('CHECK_RESPONSES')) return;
  for (const text of [detail, ...errors.map((error) => error.detail)]) {
    if (text && ![text.en, text.zh].every((words) => /\p{L}/u.test(words)))
      throw new Error(`${code} says nothing in one of its languages`);
  }
  if (errors.some((error) => !error.code)) throw new Error(`${code} names an error without a code`);
}

/** In tests every answer is held against the document: an answer it does not allow is an error of the program. */
function checked(route: Route, reply: Reply): Reply {
  if (!optionalEnv('CHECK_RESPONSES')) return reply;
  const shape = route.responses[reply.status];
  if (shape === undefined)
    throw new Error(`${route.id} answered ${reply.status}, which its document does not have`);
  if (shape !== null && typeof reply.body !== 'string') {
    const plain = reply.body === undefined ? undefined : JSON.parse(JSON.stringify(reply.body));
    if (reply.headers?.etag !== undefined && !route.versioned && plain?.version === undefined)
      throw new Error(`${route.id} answered an ETag, which its document does not have`);
    const { success, error } = (
      shape as unknown as { safeParse(data: unknown): { success: boolean; error?: Error } }
    ).safeParse(plain);
    if (!success) throw new Error(`${route.id} answered what its document does not allow`, { cause: error });
  }
  return reply;
}
