import { Trouble } from '../problem.ts';

/** One operation of the API's document. */
export interface Operation {
  method: string;
  /** The path as a template: `/v1/tickets/{id}`. */
  path: string;
  functionName: string;
  timeoutMs: number;
  /** Name of the security scheme that is an authorizer; none for public operations. */
  authorizer: string | undefined;
  keyRequired: boolean;
}

export interface AuthorizerScheme {
  functionName: string;
  /** Names of headers, all of which must be there. */
  headers: string[];
  ttlSeconds: number;
}

export interface GatewayAnswer {
  statusCode?: number | string;
  responseParameters?: Record<string, string>;
  responseTemplates?: Record<string, string>;
}

export interface Api {
  operations: Operation[];
  authorizers: Record<string, AuthorizerScheme>;
  answers: Record<string, GatewayAnswer>;
  binaryTypes: string[];
}

type Json = Record<string, unknown>;

/** Reads what API Gateway reads of the OpenAPI document. Throws Trouble at anything it would do and we do not. */
export function readApi(document: Json): Api {
  const components = (document.components ?? {}) as { securitySchemes?: Record<string, Json> };
  const authorizers: Record<string, AuthorizerScheme> = {};
  const keySchemes = new Set<string>();
  for (const [name, scheme] of Object.entries(components.securitySchemes ?? {})) {
    const authorizer = scheme['x-amazon-apigateway-authorizer'] as Json | undefined;
    if (!authorizer) {
      if (scheme.type === 'apiKey' && String(scheme.name).toLowerCase() === 'x-api-key') keySchemes.add(name);
      continue;
    }
    if (authorizer.type !== 'request')
      throw new Trouble(`the local gateway knows no authorizer of type ${authorizer.type}`);
    const sources = String(authorizer.identitySource ?? '')
      .split(',')
      .map((source) => source.trim());
    authorizers[name] = {
      functionName: functionOf(String(authorizer.authorizerUri)),
      headers: sources.filter(Boolean).map((source) => {
        const header = /^method\.request\.header\.(.+)$/.exec(source)?.[1];
        if (!header) throw new Trouble(`the local gateway knows no identity source ${source}`);
        return header;
      }),
      ttlSeconds: Number(authorizer.authorizerResultTtlInSeconds ?? 300),
    };
  }
  const operations: Operation[] = [];
  const defaultSecurity = document.security as Json[] | undefined;
  for (const [path, item] of Object.entries((document.paths ?? {}) as Record<string, Record<string, Json>>)) {
    for (const [method, operation] of Object.entries(item)) {
      if (method === 'parameters' || method.startsWith('x-')) continue;
      const integration = operation['x-amazon-apigateway-integration'] as Json | undefined;
      if (integration?.type !== 'aws_proxy')
        throw new Trouble(
          `${method.toUpperCase()} ${path}: the local gateway knows aws_proxy integrations only`,
        );
      const schemes = ((operation.security ?? defaultSecurity ?? []) as Json[]).flatMap(Object.keys);
      operations.push({
        method: method.toUpperCase(),
        path,
        functionName: functionOf(String(integration.uri)),
        timeoutMs: Number(integration.timeoutInMillis ?? 29_000),
        authorizer: schemes.find((name) => name in authorizers),
        keyRequired: schemes.some((name) => keySchemes.has(name)),
      });
    }
  }
  return {
    operations,
    authorizers,
    answers: (document['x-amazon-apigateway-gateway-responses'] ?? {}) as Record<string, GatewayAnswer>,
    binaryTypes: (document['x-amazon-apigateway-binary-media-types'] ?? []) as string[],
  };
}

function functionOf(uri: string): string {
  const name = /:function:([^:/]+)(?::[^/]+)?\/invocations$/.exec(uri)?.[1];
  if (!name) throw new Trouble(`the local gateway cannot find the function in ${uri}`);
  return name;
}

export interface Match {
  operation: Operation;
  parameters: Record<string, string>;
}

/** Finds the operation of a request: fixed parts win over parameters. Undefined if there is none. */
export function router(operations: Operation[]): (method: string, path: string) => Match | undefined {
  const compiled = operations
    .map((operation) => {
      const segments = operation.path.split('/').slice(1);
      // Compared part by part, a parameter sorts after every fixed part and a greedy one last.
      const rank = segments
        .map((part) => (part.endsWith('+}') ? '2' : part.startsWith('{') ? '1' : '0'))
        .join('');
      return { operation, segments, rank };
    })
    .sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0));
  return (method, path) => {
    const parts = path.split('/').slice(1);
    // A slash at the end is not part of the resource.
    if (parts.length > 1 && parts.at(-1) === '') parts.pop();
    for (const { operation, segments } of compiled) {
      if (operation.method !== method && operation.method !== 'X-AMAZON-APIGATEWAY-ANY-METHOD') continue;
      const parameters = parametersOf(segments, parts);
      if (parameters) return { operation, parameters };
    }
    return undefined;
  };
}

function parametersOf(segments: string[], parts: string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [at, segment] of segments.entries()) {
    if (segment.endsWith('+}')) {
      if (at >= parts.length) return undefined;
      parameters[segment.slice(1, -2)] = parts.slice(at).join('/');
      return parameters;
    }
    const part = parts[at];
    if (part === undefined) return undefined;
    if (segment.startsWith('{')) {
      if (part === '') return undefined;
      parameters[segment.slice(1, -1)] = part;
    } else if (segment !== part) return undefined;
  }
  return segments.length === parts.length ? parameters : undefined;
}
