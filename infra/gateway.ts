import { Aws } from 'aws-cdk-lib';
import type { Route } from '../shared/http/route.ts';
import { type ProblemCode, problemDocument, Refusal } from '../shared/problem.ts';
import { invocationUri } from './function.ts';

type Json = Record<string, unknown>;

/** A route and the name of the function that serves it. */
export interface ServedRoute {
  readonly route: Route;
  readonly functionName: string;
}

/**
 * The document API Gateway imports (OpenAPI 3.0 with its extensions). Shapes stay out of it: the functions check
 * them, naming every bad field at once; here they would only be models nobody uses, against limits of the import
 * and of the template's size.
 */
export function gatewayDocument(
  served: readonly ServedRoute[],
  options: { title: string; authorizerName: string },
): Json {
  const paths: Record<string, Json> = {};
  for (const { route, functionName } of served) {
    const path = paths[route.path] ?? {};
    paths[route.path] = path;
    path[route.method.toLowerCase()] = operation(route, functionName);
  }
  return {
    openapi: '3.0.1',
    info: { title: options.title, version: '1.0.0' },
    paths,
    components: {
      securitySchemes: {
        caller: {
          type: 'apiKey',
          name: 'Authorization',
          in: 'header',
          'x-amazon-apigateway-authtype': 'custom',
          'x-amazon-apigateway-authorizer': {
            type: 'request',
            authorizerUri: invocationUri(options.authorizerName),
            // One source only: with caching, the gateway refuses a request that lacks any of them unasked.
            identitySource: 'method.request.header.Authorization',
            authorizerResultTtlInSeconds: 60,
          },
        },
        // What the usage plans count by; the authorizer presents it, no client sends it.
        usage: { type: 'apiKey', name: 'x-api-key', in: 'header' },
      },
    },
    'x-amazon-apigateway-api-key-source': 'AUTHORIZER',
    // As text the gateway would take every byte for UTF-8 and spoil files in other encodings.
    'x-amazon-apigateway-binary-media-types': [
      ...new Set(served.flatMap(({ route }) => route.rawBody?.types ?? [])),
    ].sort(),
    'x-amazon-apigateway-gateway-responses': gatewayResponses(),
  };
}

function operation(route: Route, functionName: string): Json {
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
  return {
    operationId: route.id,
    ...(names.length > 0 && {
      parameters: names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
    }),
    responses: { default: { description: 'See /openapi.json.' } },
    // An operator belongs to no office and to no tier.
    security:
      route.needs === 'public' ? [] : [{ caller: [], ...(route.needs !== 'operator' && { usage: [] }) }],
    'x-amazon-apigateway-integration': {
      type: 'aws_proxy',
      httpMethod: 'POST',
      uri: invocationUri(functionName),
      passthroughBehavior: 'when_no_match',
      timeoutInMillis: 29_000,
    },
  };
}

/**
 * What the gateway answers itself, in the words of the API's own problems. An authorizer or a function that dies, is too slow or is not to
 * be had is like a table that is busy: the caller can only try again. A function that dies is a 502 without a type of its own
 * (`DEFAULT_5XX`) or an `INTEGRATION_FAILURE`.
 */
const answers: Record<string, ProblemCode> = {
  DEFAULT_4XX: 'invalid-request',
  DEFAULT_5XX: 'unavailable',
  BAD_REQUEST_BODY: 'invalid-request',
  BAD_REQUEST_PARAMETERS: 'invalid-request',
  UNAUTHORIZED: 'unauthenticated',
  EXPIRED_TOKEN: 'unauthenticated',
  MISSING_AUTHENTICATION_TOKEN: 'not-found',
  RESOURCE_NOT_FOUND: 'not-found',
  ACCESS_DENIED: 'forbidden',
  INVALID_API_KEY: 'forbidden',
  INVALID_SIGNATURE: 'forbidden',
  WAF_FILTERED: 'forbidden',
  REQUEST_TOO_LARGE: 'too-large',
  UNSUPPORTED_MEDIA_TYPE: 'unsupported-media-type',
  THROTTLED: 'rate-limited',
  QUOTA_EXCEEDED: 'rate-limited',
  AUTHORIZER_FAILURE: 'unavailable',
  AUTHORIZER_CONFIGURATION_ERROR: 'unavailable',
  API_CONFIGURATION_ERROR: 'internal',
  INTEGRATION_FAILURE: 'unavailable',
  INTEGRATION_TIMEOUT: 'unavailable',
};

/** What the problem's title does not say. */
const details: Record<string, string> = {
  UNAUTHORIZED:
    'No token or API key, or one that holds no more: it has ended, was revoked, or is of somebody who belongs to no office.',
  // Who has no usage key is an operator, whose routes want none, or an office that has lost its own (docs/runbook.md).
  INVALID_API_KEY:
    'This is for an office, and the caller has none here. Operators have /operator/v1; an office that is told this asks the operator.',
  MISSING_AUTHENTICATION_TOKEN: 'There is no such path, or not with this method.',
  RESOURCE_NOT_FOUND: 'There is no such path, or not with this method.',
};

function gatewayResponses(): Json {
  return Object.fromEntries(
    Object.entries(answers).map(([name, code]) => {
      const { document, status } = problemText(code, '$context.requestId', details[name]);
      const retry = status === 429 || status === 503;
      return [
        name,
        {
          // This catch-all keeps the status of what it catches.
          ...(name !== 'DEFAULT_4XX' && { statusCode: status }),
          responseParameters: {
            'gatewayresponse.header.Content-Type': "'application/problem+json'",
            ...(retry && { 'gatewayresponse.header.Retry-After': "'1'" }),
            ...(status === 401 && { 'gatewayresponse.header.WWW-Authenticate': "'Bearer'" }),
          },
          responseTemplates: { 'application/json': document },
        },
      ];
    }),
  );
}

/** A problem as the text of a fixed answer; English, for outside the functions nobody reads `Accept-Language`. */
export function problemText(
  code: ProblemCode,
  requestId: string,
  detail?: string,
): { document: string; status: number } {
  const document = problemDocument(new Refusal(code), 'en', requestId);
  return { document: JSON.stringify({ ...document, ...(detail && { detail }) }), status: document.status };
}

/** Access log of the gateway: who by office, what by path template; no address, no agent, no query, no ids. */
export const ACCESS_LOG = JSON.stringify({
  requestId: '$context.requestId',
  at: '$context.requestTimeEpoch',
  method: '$context.httpMethod',
  route: '$context.resourcePath',
  status: '$context.status',
  latency: '$context.responseLatency',
  integrationLatency: '$context.integrationLatency',
  integrationStatus: '$context.integrationStatus',
  tenant: '$context.authorizer.tenantId',
  error: '$context.error.responseType',
});

/** Address of the gateway's stage. */
export const stageUrl = (apiId: string, stage: string): string =>
  `https://${apiId}.execute-api.${Aws.REGION}.${Aws.URL_SUFFIX}/${stage}`;
