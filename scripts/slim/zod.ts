// The shapes of a domain's requests and answers are made as its modules load, a third of what a start costs beyond the SDK; a request
// needs two or three of them. Here each is made when it is first asked for something. What is not named here is zod's own.
import * as zod from 'zod/mini';

export * from 'zod/mini';

/** Stands for what `make` will have made; checks added to it wait as well. */
function later<T extends object>(make: () => T): T {
  let made: T | undefined;
  const shape = (): T => {
    made ??= make();
    return made;
  };
  return new Proxy({} as T, {
    get: (_, name) =>
      name === 'check'
        ? (...checks: unknown[]) =>
            later(() => (shape() as unknown as { check(...all: unknown[]): T }).check(...checks))
        : Reflect.get(shape(), name),
    has: (_, name) => Reflect.has(shape(), name),
    getPrototypeOf: () => Reflect.getPrototypeOf(shape()),
  });
}

const late =
  <A extends unknown[], R extends object>(make: (...args: A) => R) =>
  (...args: A): R =>
    later(() => make(...args));

export const _default = /* @__PURE__ */ late(zod._default);
export const array = /* @__PURE__ */ late(zod.array);
export const boolean = /* @__PURE__ */ late(zod.boolean);
export const discriminatedUnion = /* @__PURE__ */ late(zod.discriminatedUnion);
export const email = /* @__PURE__ */ late(zod.email);
export const extend = /* @__PURE__ */ late(zod.extend);
export const int = /* @__PURE__ */ late(zod.int);
export const literal = /* @__PURE__ */ late(zod.literal as (value: string) => object);
export const looseObject = /* @__PURE__ */ late(zod.looseObject);
export const maximum = /* @__PURE__ */ late(zod.maximum);
export const maxLength = /* @__PURE__ */ late(zod.maxLength);
export const minimum = /* @__PURE__ */ late(zod.minimum);
export const minLength = /* @__PURE__ */ late(zod.minLength);
export const nullable = /* @__PURE__ */ late(zod.nullable);
export const number = /* @__PURE__ */ late(zod.number);
export const object = /* @__PURE__ */ late(zod.object);
export const omit = /* @__PURE__ */ late(zod.omit);
export const optional = /* @__PURE__ */ late(zod.optional);
export const overwrite = /* @__PURE__ */ late(zod.overwrite as (change: (text: string) => string) => object);
export const partial = /* @__PURE__ */ late(zod.partial);
export const pick = /* @__PURE__ */ late(zod.pick);
export const pipe = /* @__PURE__ */ late(zod.pipe);
export const record = /* @__PURE__ */ late(zod.record);
export const refine = /* @__PURE__ */ late(zod.refine);
export const regex = /* @__PURE__ */ late(zod.regex);
export const strictObject = /* @__PURE__ */ late(zod.strictObject);
export const string = /* @__PURE__ */ late(zod.string);
export const transform = /* @__PURE__ */ late(zod.transform);
export const union = /* @__PURE__ */ late(zod.union);
export const unknown = /* @__PURE__ */ late(zod.unknown);

const choice = /* @__PURE__ */ late(zod.enum as (values: string[]) => object);

export { choice as enum };

export const iso = {
  date: /* @__PURE__ */ late(zod.iso.date),
  datetime: /* @__PURE__ */ late(zod.iso.datetime),
};
