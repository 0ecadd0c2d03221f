import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { inject } from 'vitest';
import { keyScopes, type Role, type Scope, scopesOf } from '../../shared/access.ts';
import { newId } from '../../shared/ids.ts';
import { createTable } from './dynamodb.ts';

/**
 * Calls a domain's handler as API Gateway would, against DynamoDB Local: for route tests that need no whole cloud.
 * Answers are held against their schemas (CHECK_RESPONSES).
 */

type Handler = (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;

export interface Who {
  kind: 'staff' | 'apiKey' | 'operator';
  id: string;
  tenantId?: string;
  roles?: Role[];
  scopes?: Scope[];
  suspended?: boolean;
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into answers of every shape
  body: any;
}

export const staffOf = (tenantId: string, roles: Role[], id = newId('staff')): Who => ({
  kind: 'staff',
  id,
  tenantId,
  roles,
});

export const keyOf = (tenantId: string, scopes: Scope[] = keyScopes, id = newId('apiKey')): Who => ({
  kind: 'apiKey',
  id,
  tenantId,
  scopes,
});

/**
 * Prepares the environment of a function: a table (on DynamoDB Local one of its own, unless another is named) and a stand-in for STS.
 * Call before importing a handler.
 */
export async function functionEnvironment(named?: string): Promise<{ tableName: string; close(): void }> {
  const tableName = named ?? (await createTable());
  const sts = createServer((_, response) => {
    response.setHeader('content-type', 'text/xml');
    response.end(
      `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>` +
        `<AccessKeyId>test</AccessKeyId><SecretAccessKey>test</SecretAccessKey><SessionToken>test</SessionToken>` +
        `<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
    );
  });
  await new Promise<void>((listening) => sts.listen(0, '127.0.0.1', listening));
  Object.assign(process.env, {
    AWS_REGION: 'local',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_DYNAMODB: inject('dynamodb'),
    AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${(sts.address() as AddressInfo).port}`,
    TABLE_NAME: tableName,
    TENANT_ROLE_ARN: 'arn:test:iam::000000000000:role/tenant',
    CURSOR_SECRET: 'a secret for tests, long enough',
    CHECK_RESPONSES: '1',
    PUBLIC_URL: 'http://localhost:3000',
  });
  return { tableName, close: () => void sts.close() };
}

/** `call(handler, who, 'POST /v1/tickets/{id}/dispatch', { params: { id }, body })` */
export async function call(
  handler: Handler,
  who: Who | undefined,
  routeKey: string,
  options: {
    params?: Record<string, string>;
    query?: Record<string, string>;
    body?: unknown;
    /** a body that is not JSON */
    raw?: { data: Buffer; type: string };
    headers?: Record<string, string>;
  } = {},
): Promise<Answer> {
  const [method = 'GET', resource = '/'] = routeKey.split(' ');
  const path = resource.replace(/\{(\w+)\}/g, (_, name: string) => options.params?.[name] ?? '');
  const headers: Record<string, string> = { ...options.headers };
  let body: string | null = null;
  if (options.body !== undefined) {
    headers['content-type'] ??= 'application/json';
    body = typeof options.body === 'string' ? options.body : JSON.stringify(options.body);
  }
  if (options.raw) {
    headers['content-type'] ??= options.raw.type;
    body = options.raw.data.toString('base64');
  }
  const scopes = who?.scopes ?? (who?.roles ? scopesOf(who.roles) : []);
  const event = {
    httpMethod: method,
    resource,
    path,
    headers,
    multiValueHeaders: {},
    pathParameters: options.params ?? null,
    queryStringParameters: options.query ?? null,
    multiValueQueryStringParameters: null,
    stageVariables: null,
    body,
    isBase64Encoded: options.raw !== undefined,
    requestContext: {
      requestId: newId('event'),
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
  const answer = await handler(event, {} as Context);
  return {
    status: answer.statusCode,
    headers: answer.headers as Record<string, string>,
    body: bodyOf(answer),
  };
}

/** JSON as what it says, a page as its text. */
function bodyOf({ body, headers }: APIGatewayProxyResult): unknown {
  if (!body) return undefined;
  return String(headers?.['content-type']).startsWith('text/html') ? body : JSON.parse(body);
}

/** The routes of several domains behind one door, as the gateway puts them. After `functionEnvironment`. */
export async function together(...domains: string[]) {
  const { api } = await import('../../shared/http/api.ts');
  const load = async (name: string) => (await import(`../../functions/${name}/routes.ts`)).routes;
  return api((await Promise.all(domains.map(load))).flat());
}
