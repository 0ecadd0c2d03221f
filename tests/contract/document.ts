import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

/** The contract as integrators read it: operations of the printed OpenAPI document, and a judge of answers that knows nothing else. */

export type Schema = Record<string, unknown>;

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  schema: Schema;
}

interface Content {
  schema: Schema;
  example?: unknown;
}

interface Response {
  description: string;
  headers?: Record<string, unknown>;
  content?: Record<string, Content>;
}

export interface Operation {
  id: string;
  /** `POST /v1/tickets/{id}/resolve` */
  name: string;
  method: string;
  path: string;
  parameters: Parameter[];
  /** A JSON body, if the operation takes one. */
  body?: Content;
  /** Content types of a body that is not JSON. */
  rawTypes: string[];
  security: Record<string, unknown>[];
  responses: Record<string, Response>;
}

interface RawOperation {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: { content: Record<string, Content> };
  security: Record<string, unknown>[];
  responses: Record<string, Response>;
}

const json = 'application/json';

/** What points to a named schema replaced by that schema, one object wherever it is named. */
function whole<T>(from: T, named: Readonly<Record<string, Schema>>): T {
  const done = new Map<string, unknown>();
  const resolved = (node: unknown): unknown => {
    if (typeof node !== 'object' || node === null) return node;
    if (Array.isArray(node)) return node.map(resolved);
    const name = /^#\/components\/schemas\/(\w+)$/.exec(String((node as Schema).$ref))?.[1];
    if (name === undefined)
      return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, resolved(value)]));
    if (!done.has(name)) done.set(name, resolved(named[name]));
    return done.get(name);
  };
  return resolved(from) as T;
}

/** The operations of an OpenAPI document, given as its text: what is judged by is what is printed. */
export function operationsOf(text: string): Operation[] {
  const document = JSON.parse(text) as {
    paths: Record<string, Record<string, RawOperation>>;
    components: { schemas: Record<string, Schema> };
  };
  const paths = whole(document.paths, document.components.schemas);
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, raw]): Operation => {
      const contents = raw.requestBody?.content ?? {};
      const body = contents[json];
      return {
        id: raw.operationId,
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        parameters: raw.parameters ?? [],
        ...(body && { body }),
        rawTypes: Object.keys(contents).filter((type) => type !== json),
        security: raw.security,
        responses: raw.responses,
      };
    }),
  );
}

/** RFC 9457 with our own members, written down here and not read from the document: all have it in common. */
const problemSchema: Schema = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'requestId'],
  properties: {
    type: { type: 'string', pattern: '^https://huifang\\.example/problems/[a-z-]+$' },
    title: { type: 'string', minLength: 1 },
    status: { type: 'integer' },
    detail: { type: 'string', minLength: 1 },
    requestId: { type: 'string', minLength: 1 },
    errors: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['path', 'code', 'detail'],
        additionalProperties: false,
        properties: {
          path: { type: 'string', pattern: '^/(body|path|query|header|line)(/|$)' },
          code: { type: 'string', minLength: 1 },
          detail: { type: 'string', minLength: 1 },
        },
      },
    },
    openSteps: { type: 'array', items: { type: 'string' } },
  },
};

// Optimized, the schemas of this service would take three times as long to compile and save nothing that counts here.
const ajv = new Ajv2020({ strict: false, code: { optimize: false } });
addFormats.default(ajv);
/** By object, and by text: many operations answer the same. */
const compiled = new WeakMap<object, ValidateFunction>();
const byText = new Map<string, ValidateFunction>();

/** Why a value does not fit a schema; undefined if it does. */
export function misfit(schema: Schema, value: unknown): string | undefined {
  let validate = compiled.get(schema);
  if (!validate) {
    const text = JSON.stringify(schema);
    validate = byText.get(text) ?? ajv.compile(schema);
    byText.set(text, validate);
    compiled.set(schema, validate);
  }
  return validate(value) ? undefined : ajv.errorsText(validate.errors, { dataVar: 'it' });
}

export interface Judged {
  status: number;
  header(name: string): string | null | undefined;
  /** Parsed if it is JSON, otherwise its text; undefined or '' if there is none. */
  body: unknown;
}

/** What is wrong with an answer, by the document; empty if nothing is. */
export function violations(operation: Operation, { status, header, body }: Judged): string[] {
  const wrong: string[] = [];
  if (status >= 500) wrong.push(`answered ${status}: ${short(body)}`);
  const response = operation.responses[status];
  if (!response) return [...wrong, `answered ${status}, which is not documented`];
  const type = header('content-type')?.split(';')[0]?.trim() ?? '';
  if (!response.content) {
    if (body !== undefined && body !== '') wrong.push(`${status} has a body, the document has none`);
  } else if (!response.content[type]) {
    wrong.push(
      `${status} came as '${type}', documented are ${Object.keys(response.content).join(', ') || 'none'}`,
    );
  } else if (type === 'application/problem+json') {
    wrong.push(...problemFaults(response, status, body));
  } else if (type === json) {
    const fault = misfit((response.content[type] as Content).schema, body);
    if (fault) wrong.push(`${status}: ${fault}; ${short(body)}`);
  }
  for (const [name, { required }] of Object.entries(headersOf(response))) {
    if (required && !header(name)) wrong.push(`${status} came without ${name}`);
  }
  return wrong;
}

/** Location and Retry-After are promises; a version there is only of what has one. */
const headersOf = (response: Response) =>
  Object.fromEntries(
    Object.keys(response.headers ?? {}).map((name) => [name, { required: name === 'Location' }]),
  );

function problemFaults({ description }: Response, status: number, body: unknown): string[] {
  const fault = misfit(problemSchema, body);
  if (fault) return [`${status} is no problem document: ${fault}; ${short(body)}`];
  const problem = body as { type: string; status: number };
  const code = problem.type.split('/').at(-1) ?? '';
  return [
    ...(problem.status === status ? [] : [`${status} says ${problem.status} of itself`]),
    ...(description.includes(`\`${code}\``) ? [] : [`${status} for ${code}, which is not documented there`]),
    // Nothing of how it is made: no stack, no file, no key of the table.
    ...(/\bat .*:\d+:\d+|node_modules|\.ts\b|ten_\w{26}#|ConditionalCheck|ValidationException/.test(
      JSON.stringify(body),
    )
      ? [`${status} tells how the service is made: ${short(body)}`]
      : []),
  ];
}

const short = (body: unknown) => (JSON.stringify(body) ?? '').slice(0, 300);

/** Finds the operation a request was for. Literal steps win over parameters, as in the gateway. */
export function finder(operations: readonly Operation[]) {
  const known = operations
    .map((operation) => ({
      operation,
      parameters: operation.path.split('{').length,
      pattern: new RegExp(`^${operation.path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
    }))
    .sort((a, b) => a.parameters - b.parameters);
  return (method: string, url: string): Operation | undefined => {
    const path = url.split('?')[0] ?? '';
    return known.find(({ operation, pattern }) => operation.method === method && pattern.test(path))
      ?.operation;
  };
}
