import type { Answer } from '../integration/call.ts';
import { misfit, type Operation, type Schema, violations } from './document.ts';
import { type Door, operator } from './door.ts';
import type { Request } from './requests.ts';
import type { World } from './world.ts';

/** Sends a request to an office and says what is wrong with the answers, by the document. */
export async function ask(
  door: Door,
  operation: Operation,
  world: World,
  request: Request,
  met: Map<number, number> = new Map(),
): Promise<string[]> {
  const one = placed(request, world);
  const send = async (options = one.options) => {
    const answer = await door.ask(whoOf(one, world), operation.name, options);
    met.set(answer.status, (met.get(answer.status) ?? 0) + 1);
    return answer;
  };
  const first = await send();
  const wrong = faults(operation, first);
  const unfit = unfitting(operation, one);
  if (first.status < 300 && unfit) wrong.push(`accepted what the document does not allow: ${unfit}`);
  if (!one.again) return wrong;
  const other = one.again === 'other';
  const second = await send(other ? changed(operation, one.options) : one.options);
  wrong.push(...faults(operation, second));
  if (first.status < 300 && recorded(first, second)) {
    if (other && second.status !== 422)
      wrong.push(`another request under the same key was answered ${second.status}`);
    if (!other && !repeated(first, second))
      wrong.push(`a repetition was answered ${second.status} ${JSON.stringify(second.body)}`.slice(0, 500));
  }
  return wrong;
}

/** A repetition says the same as the first answer, but for secrets: those are shown once. */
function repeated(first: Answer, second: Answer): boolean {
  if (second.status !== first.status || typeof first.body !== 'object') return second.status === first.status;
  const { key: _, secret: __, ...once } = first.body;
  const { key: ___, secret: ____, ...twice } = second.body;
  return JSON.stringify(once) === JSON.stringify(twice);
}

/** Routes that change nothing keep no record of what they answered. */
const recorded = (first: Answer, second: Answer) =>
  second.headers['idempotency-replayed'] === 'true' || second.status === 422 || first.status === 201;

const faults = (operation: Operation, { status, headers, body }: Answer) =>
  violations(operation, { status, header: (name) => headers[name.toLowerCase()], body });

const whoOf = ({ who }: Request, world: World) =>
  ({ owner: world.owner, key: world.key, operator, nobody: undefined })[who];

/** Office ids are the only ones that differ between an office and its copies; a link's token names its office. */
function placed(request: Request, world: World): Request {
  const params = Object.fromEntries(
    Object.entries(request.options.params ?? {}).map(([name, value]) => [
      name,
      /^ten_0/.test(value) && request.spoiled !== 'path' ? world.tenantId : value,
    ]),
  );
  return { ...request, options: { ...request.options, params } };
}

/** The same request in other bytes: of a body that is none of the route's business too. */
function changed(operation: Operation, options: Request['options']): Request['options'] {
  if (operation.body) return { ...options, body: `${JSON.stringify(options.body)} ` };
  if (options.raw)
    return {
      ...options,
      raw: { ...options.raw, data: Buffer.concat([options.raw.data, Buffer.from('\n')]) },
    };
  return { ...options, headers: { ...options.headers, 'content-type': 'application/json' }, body: '{}' };
}

/** Why a request does not fit the document; undefined if it does. Texts count without the blanks around them. */
function unfitting(operation: Operation, { options, spoiled }: Request): string | undefined {
  if (spoiled === 'headers') return undefined;
  const byName = (where: string) =>
    new Map(operation.parameters.filter((one) => one.in === where).map(({ name, schema }) => [name, schema]));
  const strings = (given: Record<string, string> | undefined, schemas: Map<string, Schema>) =>
    Object.entries(given ?? {})
      .map(([name, value]) => {
        const schema = schemas.get(name);
        const fault = schema ? misfit(schema, value) && misfit(schema, value.trim()) : 'unknown';
        return fault && `${name}: ${fault}`;
      })
      .find((fault) => fault);
  const query = strings(options.query, byName('query')) ?? strings(options.params, byName('path'));
  if (query) return query;
  if (!operation.body) return undefined;
  try {
    const body =
      typeof options.body === 'string' ? JSON.parse(options.body.replace(/^\ufeff/, '')) : options.body;
    return misfit(operation.body.schema, trimmed(JSON.parse(JSON.stringify(body))));
  } catch {
    return 'no JSON';
  }
}

function trimmed(value: unknown): unknown {
  if (typeof value === 'string') return value.trim();
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(trimmed);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, trimmed(one)]));
}
