import { createHash } from 'node:crypto';

interface Operation {
  operationId: string;
  security: Record<string, string[]>[];
  description?: string;
  parameters?: { name: string; in: string; required?: boolean }[];
  requestBody?: { content: Record<string, { schema: { $ref?: string } }> };
  responses: Record<string, unknown>;
}

/**
 * The OpenAPI document in lines that a reviewer can read: an operation or a schema each, with what is looked for first and a hash of all
 * there is of it, words too.
 */
export function contractLines(document: Record<string, unknown>): string[] {
  const { paths, components, ...rest } = document as {
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Record<string, { properties?: object; required?: string[] }> };
  };
  const { schemas, ...others } = components;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) => `${method.toUpperCase()} ${path} ${operationLine(one)}`),
  );
  const models = Object.entries(schemas).map(([name, schema]) => {
    const { properties = {}, required = [] } = schema;
    const members = Object.keys(properties).map((member) =>
      required.includes(member) ? member : `${member}?`,
    );
    return `${name} { ${members.join(', ')} } ${hashOf(schema)}`;
  });
  return [...operations, '', ...models, '', `the rest ${hashOf({ ...rest, ...others })}`];
}

function operationLine(operation: Operation): string {
  const { operationId, security, parameters = [], requestBody, responses } = operation;
  const who = security.map((one) => Object.keys(one).join()).join('|') || 'public';
  const given = parameters.map(({ name, required }) => (required ? name : `${name}?`));
  const body = Object.keys(requestBody?.content ?? {});
  return `${operationId} (${who}) [${[...given, ...body].join(', ')}] -> ${Object.keys(responses).join(' ')} ${hashOf(operation)}`;
}

const hashOf = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 12);
