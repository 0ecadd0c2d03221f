import fc from 'fast-check';
import { altered, type Place, places } from './broken.ts';
import type { Operation, Schema } from './document.ts';
import type { Options } from './door.ts';
import { fitting, idKind, settled } from './values.ts';
import type { World } from './world.ts';

/** A request as somebody of the office would make it: every id in it the office's own. The same in every run. */
export function rightful(operation: Operation, world: World): Options & { params: Record<string, string> } {
  const params: Record<string, string> = {};
  const names = operation.parameters.filter((one) => one.in === 'path');
  for (const { name, schema } of [...names].reverse()) {
    const all = world.ids.get(idKind(schema) ?? '') ?? [];
    const near = all.find((id) => Object.values(params).some((other) => world.beside.get(other)?.has(id)));
    params[name] =
      name === 'name'
        ? world.mapping
        : name === 'objectId'
          ? objectOf(world, Object.values(params)[0] ?? '')
          : (near ?? all[0] ?? '');
  }
  const query = Object.fromEntries(
    operation.parameters
      .filter((one) => one.in === 'query' && one.required)
      .map(({ name, schema }) => [name, name === 'mapping' ? world.mapping : String(sample(schema, world))]),
  );
  const raw = operation.rawTypes[0];
  return {
    params,
    query,
    ...(operation.body && { body: owned(operation.body.example, operation.body.schema, world) }),
    ...(raw !== undefined && { raw: { data: Buffer.from('楼栋,房号\n9栋,901\n'), type: raw } }),
  };
}

/** What an obligation is about: its ticket or dunning case. */
const objectOf = (world: World, obligation: string) =>
  [...(world.beside.get(obligation) ?? [])].find((id) => /^(tkt|dun)_/.test(id)) ?? '';

const sample = (schema: Schema, { ids }: World) => {
  const kind = idKind(schema);
  return kind ? ids.get(kind)?.[0] : settled(fc.sample(fitting(schema), { numRuns: 1, seed: 1 })[0], ids);
};

/** A value in which every id is the office's own. */
function owned(value: unknown, schema: Schema | undefined, world: World): unknown {
  if (typeof value === 'string' && schema && idKind(schema)) return sample(schema, world);
  if (typeof value !== 'object' || value === null) return value;
  const { properties, items } = (schema ?? {}) as { properties?: Record<string, Schema>; items?: Schema };
  if (Array.isArray(value)) return value.map((one) => owned(one, items, world));
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, owned(one, properties?.[name], world)]),
  );
}

const isId = /^[a-z]{3}_[0-9A-HJKMNP-TV-Z]{26}$/;

/**
 * Bodies to an operation, one for each place where the document has an id, as far as forty bodies made from it show; each with the
 * place. The other ids are the office's own.
 */
export function bodiesWithIds(
  operation: Operation,
  world: World,
): { body: unknown; place: Place; kind: string }[] {
  if (!operation.body) return [];
  const { schema } = operation.body;
  const found = new Map<string, { body: unknown; place: Place; kind: string }>();
  const own = new Map([...world.ids].map(([kind, all]) => [kind, all.slice(0, 1)]));
  const bodies = [
    rightful(operation, world).body,
    ...fc
      .sample(fitting(schema), { numRuns: 40, seed: 7 })
      .map((body) => settled(body, own))
      .flatMap((body) => [{ ...(rightful(operation, world).body as object), ...(body as object) }, body]),
  ];
  for (const body of bodies)
    for (const place of places(body)) {
      const value = place.reduce<unknown>(
        (at, step) => (at as Record<string | number, unknown> | undefined)?.[step],
        body,
      );
      if (typeof value !== 'string' || !isId.test(value)) continue;
      const name = place.map((step) => (typeof step === 'number' ? '*' : step)).join('/');
      if (!found.has(name)) found.set(name, { body, place, kind: value.slice(0, 3) });
    }
  return [...found.values()];
}

export const withId = (body: unknown, place: Place, id: string) => altered(body, place, () => id);
