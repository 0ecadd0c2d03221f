import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ACCESS_LOG } from '../../../infra/gateway.ts';
import { above } from '../../../infra/waf.ts';
import { TIERS, usageKey } from '../../../shared/usage.ts';
import { type Json, ofType, synthesize } from './service.ts';

const cloud = synthesize('ap-southeast-1');
const body = ofType(cloud, 'AWS::ApiGateway::RestApi')[0]?.[1].Body as {
  paths: Record<string, Record<string, Json & { security: Json[] }>>;
  components: { securitySchemes: Record<string, Json> };
} & Json;

describe('the gateway', () => {
  test('knows every route, and the function that serves it', () => {
    const served = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => {
        const { uri, ...integration } = operation['x-amazon-apigateway-integration'] as Json;
        expect(integration).toMatchObject({ type: 'aws_proxy', httpMethod: 'POST' });
        return `${method} ${path} ${/:function:huifang-(\w+)\/invocations/.exec(JSON.stringify(uri))?.[1]}`;
      }),
    );
    expect(served).toEqual([
      'post /v1/tickets tickets',
      'get /v1/tickets/{id} tickets',
      'post /v1/properties/{id}/import offices',
      'get /v1/staff staff',
      'post /operator/v1/tenants tenants',
      'post /v1/confirm/{token} confirm',
      'get /health meta',
    ]);
    for (const [, { FunctionName, SourceArn, Principal }] of ofType(cloud, 'AWS::Lambda::Permission')) {
      expect(Principal).toBe('apigateway.amazonaws.com');
      expect(JSON.stringify(FunctionName)).toMatch(/Function[0-9A-F]{8}/);
      expect(JSON.stringify(SourceArn)).toMatch(/\/(live\/\*|authorizers\/\*)"/);
    }
    expect(ofType(cloud, 'AWS::Lambda::Permission')).toHaveLength(7);
  });

  test('asks the authorizer for every route that is not public, and counts offices, not operators', () => {
    const security = (method: string, path: string) => body.paths[path]?.[method]?.security;
    expect(security('get', '/health')).toEqual([]);
    expect(security('post', '/v1/confirm/{token}')).toEqual([]);
    expect(security('post', '/v1/tickets')).toEqual([{ caller: [], usage: [] }]);
    expect(security('post', '/operator/v1/tenants')).toEqual([{ caller: [] }]);
    expect(body['x-amazon-apigateway-api-key-source']).toBe('AUTHORIZER');
  });

  test('keeps the authorizer\u2019s answer for a minute, by the one header that names the caller', () => {
    expect(body.components.securitySchemes.caller?.['x-amazon-apigateway-authorizer']).toMatchObject({
      type: 'request',
      identitySource: 'method.request.header.Authorization',
      authorizerResultTtlInSeconds: 60,
    });
  });

  test('tells who has no usage key, an operator or an office that lost its own, where to turn', () => {
    const responses = body['x-amazon-apigateway-gateway-responses'] as Record<
      string,
      { responseTemplates: Record<string, string> }
    >;
    const words = (name: string) =>
      JSON.parse(responses[name]?.responseTemplates['application/json'] ?? '').detail;
    expect(words('INVALID_API_KEY')).toMatch(/^This is for an office.*\/operator\/v1.*asks the operator\.$/);
    expect(words('ACCESS_DENIED')).toBe('Not permitted');
    expect(words('UNAUTHORIZED')).toMatch(/^No token or API key, or one that holds no more/);
    expect(words('MISSING_AUTHENTICATION_TOKEN')).toBe('There is no such path, or not with this method.');
  });

  test('takes files as bytes', () => {
    expect(body['x-amazon-apigateway-binary-media-types']).toEqual(['text/csv']);
  });

  test.each([
    ['UNAUTHORIZED', 401, 'unauthenticated'],
    ['ACCESS_DENIED', 403, 'forbidden'],
    ['MISSING_AUTHENTICATION_TOKEN', 404, 'not-found'],
    ['REQUEST_TOO_LARGE', 413, 'too-large'],
    ['THROTTLED', 429, 'rate-limited'],
    ['QUOTA_EXCEEDED', 429, 'rate-limited'],
    ['AUTHORIZER_FAILURE', 503, 'unavailable'],
    ['AUTHORIZER_CONFIGURATION_ERROR', 503, 'unavailable'],
    ['API_CONFIGURATION_ERROR', 500, 'internal'],
    ['INTEGRATION_FAILURE', 503, 'unavailable'],
    ['INTEGRATION_TIMEOUT', 503, 'unavailable'],
    ['DEFAULT_5XX', 503, 'unavailable'],
  ])('answers %s as a problem with status %i', (name, status, code) => {
    const responses = body['x-amazon-apigateway-gateway-responses'] as Record<string, Json>;
    const response = responses[name] as {
      responseParameters: Json;
      responseTemplates: Record<string, string>;
    };
    const document = JSON.parse(response.responseTemplates['application/json'] ?? '') as Json;
    expect(document).toMatchObject({ status, requestId: '$context.requestId' });
    expect(document.type).toMatch(new RegExp(`/${code}$`));
    expect(response).toMatchObject({
      statusCode: status,
      responseParameters: { 'gatewayresponse.header.Content-Type': "'application/problem+json'" },
    });
    const retry = response.responseParameters['gatewayresponse.header.Retry-After'];
    expect(retry).toBe(status === 429 || status === 503 ? "'1'" : undefined);
    const challenge = response.responseParameters['gatewayresponse.header.WWW-Authenticate'];
    expect(challenge).toBe(status === 401 ? "'Bearer'" : undefined);
  });

  test('logs requests without a trace of the person', () => {
    const fields = Object.values(JSON.parse(ACCESS_LOG) as Record<string, string>);
    expect(fields).toContain('$context.resourcePath');
    const personal =
      /identity|sourceIp|userAgent|\$context\.path|query|header|authorizer\.(id|principal)|domain/i;
    expect(fields.filter((field) => personal.test(field))).toEqual([]);
    const [[, stage]] = ofType(cloud, 'AWS::ApiGateway::Stage') as [[string, Json]];
    expect(stage.AccessLogSetting).toMatchObject({ Format: ACCESS_LOG });
    expect(stage.MethodSettings).toMatchObject([{ DataTraceEnabled: false, LoggingLevel: 'ERROR' }]);
  });
});

describe('usage', () => {
  test('each tier has its plan; keys are made when offices are', () => {
    const plans = ofType(cloud, 'AWS::ApiGateway::UsagePlan').map(([, { UsagePlanName, Throttle }]) => [
      UsagePlanName,
      Throttle,
    ]);
    expect(Object.fromEntries(plans)).toEqual(
      Object.fromEntries(
        Object.entries(TIERS).map(([tier, { rate, burst }]) => [
          `huifang-${tier}`,
          { RateLimit: rate, BurstLimit: burst },
        ]),
      ),
    );
    expect(ofType(cloud, 'AWS::ApiGateway::ApiKey')).toEqual([]);
  });

  test('an office has a key for each tier that no other office has, of a length the gateway takes', () => {
    const tier = fc.constantFrom('basic' as const, 'standard' as const, 'premium' as const);
    const office = fc.tuple(tier, fc.stringMatching(/^ten_[0-9A-Z]{26}$/));
    fc.assert(
      fc.property(office, office, (one, other) => {
        const [a, b] = [usageKey('hf', ...one), usageKey('hf', ...other)];
        expect(a === b).toBe(one.join() === other.join());
        expect(a.length).toBeGreaterThanOrEqual(20);
        expect(a.length).toBeLessThanOrEqual(128);
      }),
    );
  });
});

describe('the firewall', () => {
  const [[, acl]] = ofType(cloud, 'AWS::WAFv2::WebACL') as [[string, { Rules: (Json & { Name: string })[] }]];

  test('stands before the stage', () => {
    const [[, association]] = ofType(cloud, 'AWS::WAFv2::WebACLAssociation') as [[string, Json]];
    expect(JSON.stringify(association.ResourceArn)).toContain('/stages/');
  });

  test('limits the rate of an address, bodies by their length, and counts what would refuse honest ones', () => {
    expect(acl.Rules.map(({ Name }) => Name)).toEqual(['rate', 'body-size', 'upload-size', 'common']);
    expect(JSON.stringify(acl.Rules[3])).toContain(
      '{"ActionToUse":{"Count":{}},"Name":"SizeRestrictions_BODY"}',
    );
    expect(JSON.stringify(acl.Rules[1])).toContain('^(/[a-z]+)?/v1/properties/[^/]+/import$');
  });

  test('the expression for numbers above a limit is true of exactly those', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000_000 }),
        fc.integer({ min: 0, max: 20_000_000 }),
        (limit, n) => {
          const expression = new RegExp(above(limit));
          expect(expression.test(String(n))).toBe(n > limit);
          expect(expression.test(String(limit))).toBe(false);
          expect(expression.test(String(limit + 1))).toBe(true);
        },
      ),
    );
  });
});
