type Json = Record<string, unknown>;

interface Operation {
  operationId: string;
  responses: Record<string, { content?: Record<string, { schema: Json }> }>;
}

const json = 'application/json';

/**
 * Gives the things of a document their names, so that a client made from it has one `Ticket` and not one for each operation. What the
 * operation `getTicket` answers is a `Ticket`; wherever else the document says the same, it points there. Answers paths that point to
 * `schemas`, and those.
 */
export function withModels(paths: Readonly<Record<string, Json>>): {
  paths: Record<string, Json>;
  schemas: Record<string, Json>;
} {
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods) as Operation[]);
  const names = new Map<string, string>();
  const models = operations.flatMap(({ operationId, responses }) => {
    const [, name] = /^get([A-Z]\w*)$/.exec(operationId) ?? [];
    const schema = responses['200']?.content?.[json]?.schema;
    const text = JSON.stringify(schema);
    if (name === undefined || schema?.type !== 'object' || names.has(text)) return [];
    names.set(text, name);
    return [{ name, schema }];
  });
  const pointed = <T>(node: T, isModel = false): T => {
    if (typeof node !== 'object' || node === null) return node;
    const name = isModel ? undefined : names.get(JSON.stringify(node));
    if (name !== undefined) return { $ref: `#/components/schemas/${name}` } as T;
    if (Array.isArray(node)) return node.map((item) => pointed(item)) as T;
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, pointed(value)])) as T;
  };
  return {
    paths: pointed(paths),
    schemas: Object.fromEntries(models.map(({ name, schema }) => [name, pointed(schema, true)])),
  };
}
