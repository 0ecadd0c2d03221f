import type { IncomingMessage } from 'node:http';
import { account } from '../template.ts';
import type { Reply } from './answers.ts';
import type { Match } from './routes.ts';

export interface RequestParts {
  requestId: string;
  /** Virtual now, ms. */
  now: number;
  match: Match;
  path: string;
  query: URLSearchParams;
  request: IncomingMessage;
  body: Buffer;
  authorizer?: Record<string, unknown>;
  usageKey?: string;
}

type Multi = Record<string, string[]>;

/** Names are the caller's choice, and `__proto__` is one like any other. */
const none = (): Multi => Object.create(null);

/** The event of a Lambda proxy integration, payload format 1.0. */
export function proxyEvent(parts: RequestParts, binaryTypes: string[]): Record<string, unknown> {
  const binary = isBinary(parts.request.headers['content-type'], binaryTypes);
  const { body } = parts;
  return {
    ...common(parts),
    body: body.length === 0 ? null : body.toString(binary ? 'base64' : 'utf8'),
    isBase64Encoded: binary && body.length > 0,
  };
}

/** The event of a REQUEST authorizer. */
export function authorizerEvent(parts: RequestParts, region: string): Record<string, unknown> {
  return { type: 'REQUEST', methodArn: methodArn(parts, region), ...common(parts) };
}

/** What the authorizer's policy speaks of. */
export function methodArn({ match, path }: RequestParts, region: string): string {
  return `arn:aws:execute-api:${region}:${account}:local/v1/${match.operation.method}${path}`;
}

function common(parts: RequestParts): Record<string, unknown> {
  const { match, path, request, now } = parts;
  const headers = headersOf(request.rawHeaders);
  const query = none();
  for (const [name, value] of parts.query) query[name] = [...(query[name] ?? []), value];
  const hasQuery = Object.keys(query).length > 0;
  const hasParameters = Object.keys(match.parameters).length > 0;
  return {
    resource: match.operation.path,
    path,
    httpMethod: match.operation.method,
    headers: lastOf(headers),
    multiValueHeaders: headers,
    queryStringParameters: hasQuery ? lastOf(query) : null,
    multiValueQueryStringParameters: hasQuery ? query : null,
    pathParameters: hasParameters ? match.parameters : null,
    stageVariables: null,
    requestContext: {
      accountId: account,
      apiId: 'local',
      ...(parts.authorizer ? { authorizer: parts.authorizer } : {}),
      domainName: request.headers.host ?? '',
      extendedRequestId: parts.requestId,
      httpMethod: match.operation.method,
      identity: {
        sourceIp: request.socket.remoteAddress ?? '',
        userAgent: request.headers['user-agent'] ?? null,
        ...(parts.usageKey === undefined ? {} : { apiKey: parts.usageKey }),
      },
      path,
      protocol: `HTTP/${request.httpVersion}`,
      requestId: parts.requestId,
      requestTime: new Date(now).toUTCString(),
      requestTimeEpoch: now,
      resourceId: 'local',
      resourcePath: match.operation.path,
      stage: 'local',
    },
  };
}

function headersOf(raw: string[]): Multi {
  const headers = none();
  const spelling = new Map<string, string>();
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at] ?? '';
    const lower = name.toLowerCase();
    if (lower === 'connection') continue;
    const known = spelling.get(lower) ?? name;
    spelling.set(lower, known);
    headers[known] = [...(headers[known] ?? []), raw[at + 1] ?? ''];
  }
  return headers;
}

function lastOf(values: Multi): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all.at(-1) ?? '']));
}

function isBinary(contentType: string | undefined, types: string[]): boolean {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  return types.some((binary) => {
    if (binary === '*/*') return true;
    return binary.endsWith('/*') ? type.startsWith(binary.slice(0, -1)) : type === binary.toLowerCase();
  });
}

/** What a function answered, as a reply; undefined if it is not one (the gateway then answers 502). */
export function proxyReply(answer: unknown): Reply | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  const {
    statusCode,
    headers = {},
    multiValueHeaders = {},
    body = '',
    isBase64Encoded,
  } = answer as {
    statusCode?: unknown;
    headers?: Record<string, unknown> | null;
    multiValueHeaders?: Record<string, unknown[]> | null;
    body?: unknown;
    isBase64Encoded?: boolean;
  };
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 599) return undefined;
  if (body !== null && typeof body !== 'string') return undefined;
  const list: [string, string][] = [];
  for (const [name, value] of Object.entries(headers ?? {})) list.push([name.toLowerCase(), String(value)]);
  for (const [name, values] of Object.entries(multiValueHeaders ?? {}))
    for (const value of values) list.push([name.toLowerCase(), String(value)]);
  if (!list.some(([name]) => name === 'content-type')) list.push(['content-type', 'application/json']);
  return { status, headers: list, body: Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8') };
}
