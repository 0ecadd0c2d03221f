import { toJSONSchema } from 'zod/v4/core';
import { access } from '../access.ts';
import { type ProblemCode, problems } from '../problem.ts';
import { read } from './input.ts';
import { withModels } from './models.ts';
import { type Needs, type Route, takesIfMatch, takesKey } from './route.ts';

type Json = Record<string, unknown>;

const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'requestId'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    requestId: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['path', 'code', 'detail'],
        properties: { path: { type: 'string' }, code: { type: 'string' }, detail: { type: 'string' } },
      },
    },
    openSteps: { type: 'array', items: { type: 'string' } },
  },
};

/** The problems a route can answer with, its own and those of its kind. */
export function problemsOf(route: Route): ProblemCode[] {
  const codes = new Set<ProblemCode>(route.refuses ?? []);
  // Any route refuses a parameter it does not know, and says so.
  for (const code of ['invalid-request', 'rate-limited', 'internal', 'unavailable'] as const) codes.add(code);
  if (route.params) codes.add('not-found');
  if (route.needs !== 'public') {
    codes.add('unauthenticated');
    codes.add('forbidden');
    if (route.method !== 'GET' && !route.whileSuspended) codes.add('tenant-suspended');
  }
  if (route.body || route.rawBody)
    for (const code of ['too-large', 'unsupported-media-type'] as const) codes.add(code);
  if (route.body) codes.add('malformed-json');
  if (takesKey(route)) for (const code of ['idempotency-key-reused', 'in-progress'] as const) codes.add(code);
  if (route.idempotency) codes.add('idempotency-key-required');
  if (takesIfMatch(route)) codes.add('stale');
  if (route.method === 'GET' && route.query) codes.add('invalid-cursor');
  return [...codes];
}

/** The OpenAPI 3.1 document of the routes. What API Gateway imports is another, see `infra/gateway.ts`. */
export function openapi(routes: readonly Route[]): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = paths[route.path] ?? {};
    paths[route.path] = path;
    path[route.method.toLowerCase()] = operation(route);
  }
  const { paths: pointing, schemas } = withModels(paths);
  return {
    openapi: '3.1.1',
    info: {
      title: 'Huifang',
      version: '1.0.0',
      description:
        'Promises of property offices with deadlines from their own regulations, kept in view until the customer is satisfied.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: 'https://api.huifang.example' }],
    tags: [...new Set(routes.map(tagOf))].map((name) => ({ name, description: tags[name] })),
    paths: pointing,
    components: {
      securitySchemes: {
        staff: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'An ID token of the identity provider.',
        },
        apiKey: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'hf_…',
          description: 'An API key of an office, sent as a bearer like a token.',
        },
      },
      schemas: { ...schemas, Problem: problemSchema },
      headers: {
        ETag: { description: 'The version of what was answered, for If-Match.', schema: { type: 'string' } },
        Location: { description: 'Where the created thing is.', schema: { type: 'string' } },
        RetryAfter: { description: 'Seconds to wait.', schema: { type: 'integer' } },
      },
    },
  };
}

/** The groups of routes; one that is missing here has no description, which the linter refuses. */
const tags: Record<string, string> = {
  meta: 'The service about itself.',
  tenants: 'Offices, for the operator of the service.',
  properties: 'The places an office manages, with their zones and hours (TIME-9).',
  units: 'Flats, shops and offices of a property.',
  customers: 'Files of owners and tenants (CUST-1).',
  imports: 'Units and customers from CSV files.',
  staff: 'The people of an office and their roles.',
  'api-keys': 'Keys of integrators, with their scopes.',
  tickets: 'Complaints, repairs, enquiries and suggestions, from the first contact to the signed callback.',
  confirmations: 'The one-time link with which a customer confirms.',
  obligations: 'What is owed, by whom, until when and why.',
  inbox: 'Reminders and escalations addressed to the caller.',
  'day-ends': 'What was unfinished at the end of a day, and who signed it off (DUTY-5).',
  webhooks: 'Messages to the systems and group robots of an office.',
  policy: 'The figures of the rules: the standard pack and what an office sets differently.',
  calendar: 'Working days (TIME-5).',
  deadlines: 'When a promise would be due, and why (TIME-1..9).',
  'fee-standards': 'What is charged in a property, how it is computed and when it is due (FEE-1).',
  readings: 'What many meters show, from CSV files; of one unit under units (FEE-2).',
  bills: 'Bills with their lines, each with its computation in words (FEE-2).',
  'bill-runs': 'Everybody\u2019s bills of a cycle: first a preview, then, on a word, issued.',
  payments: 'Money that came in, with its receipts (FEE-3).',
  refunds: 'Money paid back, each with its notice (退款通知书).',
  deposits: 'Deposits held, deducted from with a reason, refunded after acceptance (FEE-7).',
  arrears: 'Who owes what and since when (FEE-8).',
  statements: 'Statements of banks and payment services, and what of them waits for a person.',
  'statement-mappings': 'How the statements of an account are read.',
  dunning: 'What is not paid: who is asked when, what they promised, what was done (FEE-4, FEE-5).',
  notices: 'Payment notices to print and to have signed for (催费通知书).',
  audit: 'Whether the record of what happened is as it was written.',
  services: 'Paid services: the catalogue with its prices (特约服务, FEE-6).',
  'service-orders':
    'Orders of paid services, from the quote to the payment notice; a ticket of the same id carries each (FEE-6, CALLBACK-7).',
  reports: 'Goals and analysis (GOAL-1..6, TICKET-14).',
};

/** First steps of paths that are not the name of their group. */
const tagOfStep: Record<string, string> = { health: 'meta', 'openapi.json': 'meta', c: 'confirmations' };

function tagOf(route: Route): string {
  const step = route.path.split('/').find((part) => !/^(v1|operator|)$/.test(part)) ?? 'meta';
  return tagOfStep[step] ?? step;
}

const page = { 'text/html': { schema: { type: 'string' } } };

function operation(route: Route): Json {
  const responses: Json = {};
  for (const [status, shape] of Object.entries(route.responses)) {
    const schema = shape && schemaOf(shape, 'output');
    const hasVersion = (schema?.properties as Json | undefined)?.version !== undefined;
    const headers = [
      ...(schema && (route.versioned || hasVersion) ? ['ETag'] : []),
      ...(status === '201' ? ['Location'] : []),
    ];
    responses[status] = {
      description: status === '201' ? 'Created.' : status === '204' ? 'Done.' : 'The answer.',
      ...(headers.length > 0 && {
        headers: Object.fromEntries(headers.map((name) => [name, { $ref: `#/components/headers/${name}` }])),
      }),
      ...(route.html && { content: page }),
      ...(schema && { content: { 'application/json': { schema } } }),
    };
  }
  const byStatus = Map.groupBy(problemsOf(route), (code) => problems[code].status);
  for (const [status, codes] of [...byStatus].sort(([a], [b]) => a - b)) {
    responses[status] = {
      description: codes.map((code) => `\`${code}\`: ${problems[code].title.en}`).join('; '),
      ...((status === 429 || status === 503 || codes.includes('in-progress')) && {
        headers: { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } },
      }),
      content: {
        ...(route.html && route.responses[status] !== undefined && page),
        'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
      },
    };
  }
  const about = [route.about, needsText(route.needs)].filter((text) => text !== undefined);
  return {
    operationId: route.id,
    summary: route.summary,
    ...(about.length > 0 && { description: about.join('\n\n') }),
    tags: [tagOf(route)],
    security:
      route.needs === 'public' ? [] : route.needs === 'operator' ? [{ staff: [] }] : securityOf(route.needs),
    parameters: parametersOf(route),
    ...(route.body && {
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: schemaOf(route.body, 'input'),
            ...(route.example !== undefined && { example: route.example }),
          },
        },
      },
    }),
    ...(route.rawBody && {
      requestBody: {
        required: true,
        content: Object.fromEntries(
          route.rawBody.types.map((type) => [type, { schema: { type: 'string' } }]),
        ),
      },
    }),
    responses,
  };
}

function needsText(needs: Needs): string | undefined {
  if (needs === 'public') return undefined;
  if (needs === 'operator') return 'For the operator of the service.';
  return `Needs the scope \`${needs}\` (${access[needs].about}); roles: ${access[needs].roles.join(', ')}.`;
}

const securityOf = (needs: Exclude<Needs, 'public' | 'operator'>) =>
  access[needs].keys ? [{ staff: [] }, { apiKey: [] }] : [{ staff: [] }];

function parametersOf(route: Route): Json[] {
  const of = (shape: unknown, where: 'path' | 'query'): Json[] => {
    if (!shape) return [];
    const { properties = {}, required = [] } = schemaOf(shape, 'input') as {
      properties?: Record<string, Json>;
      required?: string[];
    };
    return Object.entries(properties).map(([name, schema]) => ({
      name,
      in: where,
      required: where === 'path' || required.includes(name),
      ...(name === 'limit' && { description: lengthText(shape) }),
      ...(name === 'cursor' && { description: '`next` of the page before, with the same other parameters.' }),
      schema,
    }));
  };
  const header = (name: string, required: boolean, description: string): Json => ({
    name,
    in: 'header',
    required,
    description,
    schema: { type: 'string', maxLength: 128 },
  });
  return [
    ...of(route.params, 'path'),
    ...of(route.query, 'query'),
    ...(takesKey(route)
      ? [
          header(
            'Idempotency-Key',
            false,
            `Makes the request safe to repeat for 48 h.${route.idempotency ? ' API keys have to send one.' : ''}`,
          ),
        ]
      : []),
    ...(takesIfMatch(route)
      ? [header('If-Match', false, 'The ETag last read; 412 if it changed since.')]
      : []),
  ];
}

/** How long the pages of a list may be, as its own `limit` has it. */
function lengthText(query: unknown): string {
  const { limit } = (query as { shape: Record<string, Parameters<typeof read>[0]> }).shape;
  if (!limit) throw new Error('a list without a limit');
  const most = [1000, 100].find((n) => read(limit, String(n)).success);
  return `How many at most, from 1 to ${most}; ${read(limit, undefined).data} unless said otherwise.`;
}

function schemaOf(shape: unknown, io: 'input' | 'output'): Json {
  const { $schema: _, ...schema } = toJSONSchema(shape as Parameters<typeof toJSONSchema>[0], {
    io,
    target: 'draft-2020-12',
    unrepresentable: 'any',
    reused: 'inline',
  }) as Json;
  return schema;
}
