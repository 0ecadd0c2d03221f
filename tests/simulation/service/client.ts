import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { type Role, type Scope, scopesOf } from '../../../shared/access.ts';
import { Dice } from '../world/random.ts';
import type { Cloud } from './cloud.ts';
import { apiOf } from './functions.ts';

/** Who asks, as the authorizer would have found it. */
export interface Who {
  kind: 'staff' | 'apiKey' | 'operator';
  id: string;
  tenantId?: string;
  roles?: readonly Role[];
  scopes?: readonly Scope[];
  /** Its office is suspended. */
  suspended?: boolean;
}

export interface Asked {
  /** Tells the request from every other of the run. */
  name: string;
  who?: Who | undefined;
  route: string;
  params?: Record<string, string>;
  query?: Record<string, string>;
  /** Parameters that are there more than once. */
  repeated?: Record<string, string[]>;
  body?: unknown;
  /** The body of a form. */
  form?: Record<string, string>;
  /** A file; bytes where they are no text in UTF-8. */
  csv?: string | Uint8Array;
  headers?: Record<string, string | undefined>;
}

/** What came of a request in the end, over all its attempts. */
export interface Outcome extends Asked {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers have every shape
  body: any;
  from: number;
  to: number;
  /** Ids under which the attempts may have written. */
  requestIds: string[];
}

const timeoutMs = 29_000;
/** From this attempt on nothing goes wrong any more: somebody who asks so often gets an answer. */
const calmFrom = 7;
const mostAttempts = 14;

/**
 * Asks as a well-behaved client does: what got no answer, or "later", is asked again with the same idempotency key until there is an
 * answer. Now and then a request is sent twice at once.
 */
export async function ask(cloud: Cloud, asked: Asked): Promise<Outcome> {
  const { world } = cloud;
  const dice = new Dice(world.seed, `client ${asked.name}`);
  const from = world.now;
  const requestIds: string[] = [];
  const attempt = (name: string, calm = false) => {
    requestIds.push(name);
    return once(cloud, asked, name, calm);
  };
  if (asked.route.startsWith('POST') && asked.who && world.faults.strikes('twice', asked.name)) {
    void attempt(`${asked.name}.0`);
    await world.sleep(dice.between(0, 50));
  }
  for (let n = 1; n <= mostAttempts; n++) {
    const answer = await attempt(`${asked.name}.${n}`, n >= calmFrom);
    const again = !answer || answer.status === 503 || answer.status === 500 || later(answer);
    if (!again || n === mostAttempts) {
      const { status, body } = answer ?? { status: 0, body: undefined };
      return { ...asked, status, body, from, to: world.now, requestIds };
    }
    await world.sleep(dice.between(300, 3_000) * n);
  }
  throw new Error('unreachable');
}

const later = ({ status, body }: { status: number; body: { code?: string; type?: string } }) =>
  status === 409 && JSON.stringify(body).includes('in-progress');

/** One attempt at a request; undefined if it got no answer. */
export async function once(cloud: Cloud, asked: Asked, requestId: string, calm: boolean) {
  const { fn, handler } = apiOf(asked.route);
  const event = eventOf(asked, requestId);
  let excused = false;
  const ending = await cloud.invoke({ fn, name: requestId, timeoutMs, calm }, async (invocation) => {
    const result = await handler(event, {} as never);
    excused = invocation.excused;
    return result;
  });
  if (!('value' in ending)) return undefined;
  const answer = ending.value;
  if (
    answer.statusCode >= 500 &&
    !excused &&
    !(answer.statusCode === 503 && asked.route.includes('payments'))
  ) {
    cloud.unexplained.push(`${requestId} ${asked.route} answered ${answer.statusCode}`);
  }
  return { status: answer.statusCode, body: bodyOf(answer) };
}

export function bodyOf({ body, headers }: APIGatewayProxyResult) {
  if (!body) return undefined;
  return String(headers?.['content-type']).startsWith('text/html') ? body : JSON.parse(body);
}

export function eventOf(
  { name, who, route, params, query, body, form, csv, headers, repeated }: Asked,
  requestId: string,
): APIGatewayProxyEvent {
  const [method = 'GET', resource = '/'] = route.split(' ');
  const path = resource.replace(/\{(\w+)\}/g, (_, part: string) => params?.[part] ?? '');
  const scopes = who?.scopes ?? scopesOf(who?.roles ?? []);
  const bytes = csv instanceof Uint8Array;
  const file = bytes ? Buffer.from(csv).toString('base64') : csv;
  return {
    httpMethod: method,
    resource,
    path,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(csv !== undefined && { 'content-type': 'text/csv' }),
      ...(form && { 'content-type': 'application/x-www-form-urlencoded' }),
      ...(who && method === 'POST' && { 'idempotency-key': name.replaceAll(' ', '_') }),
      ...headers,
    },
    multiValueHeaders: {},
    pathParameters: params ?? null,
    queryStringParameters: query ?? null,
    multiValueQueryStringParameters: repeated ?? null,
    stageVariables: null,
    body:
      file ??
      (form ? new URLSearchParams(form).toString() : body === undefined ? null : JSON.stringify(body)),
    isBase64Encoded: bytes,
    requestContext: {
      requestId,
      authorizer: who && {
        kind: who.kind,
        id: who.id,
        ...(who.tenantId && { tenantId: who.tenantId }),
        roles: (who.roles ?? []).join(' '),
        scopes: scopes.join(' '),
        suspended: String(who.suspended ?? false),
      },
    },
  } as unknown as APIGatewayProxyEvent;
}
