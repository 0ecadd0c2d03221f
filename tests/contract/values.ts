import fc, { type Arbitrary } from 'fast-check';
import { type IdKind, prefixes } from '../../shared/ids.ts';
import type { Schema } from './document.ts';

/**
 * Values that fit a JSON Schema, for the keywords the document uses. Ids are mostly those of a populated office, days and moments
 * mostly near the present: values out of the blue fit too, but nothing comes of them.
 *
 * How values are made is worked out once for each schema: where an id belongs they have an `AnyId`, and `settled` puts one in.
 */

export type Ids = ReadonlyMap<string, readonly string[]>;

/** Stands for an id until it is known whose. */
class AnyId {
  readonly kind: IdKind;
  private readonly n: number;
  constructor(kind: IdKind, n: number) {
    this.kind = kind;
    this.n = n;
  }
  /** One of these, or one time in twenty one that nobody has. */
  among(some: readonly string[]): string {
    const at = Math.floor(this.n / 20) % some.length;
    return (this.n % 20 > 0 && some[at]) || `${prefixes[this.kind]}_${'0'.repeat(26)}`;
  }
}

/** A value with ids of these in the places of ids. */
export function settled(value: unknown, ids: Ids): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof AnyId) return value.among(ids.get(value.kind) ?? []);
  if (Array.isArray(value)) return value.map((one) => settled(one, ids));
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, settled(one, ids)]));
}

const idPattern = /^\^([a-z]{3})_\[0-9A-HJKMNP-TV-Z\]\{26\}\$$/;
const kinds = new Map(Object.entries(prefixes).map(([kind, prefix]) => [prefix as string, kind as IdKind]));

/** The kind of id a schema asks for. */
export function idKind(schema: Schema): IdKind | undefined {
  const prefix = typeof schema.pattern === 'string' ? idPattern.exec(schema.pattern)?.[1] : undefined;
  return prefix === undefined ? undefined : kinds.get(prefix);
}

/** Days as a slip of the keyboard makes them, to the ends of what can be written. */
const slips = ['0000-01-01', '0206-09-30', '1582-10-10', '1969-12-31', '2206-09-30', '9999-12-31'];

const day = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -60, max: 120 }).map(fromToday) },
  { weight: 1, arbitrary: fc.integer({ min: -9000, max: 9000 }).map(fromToday) },
  { weight: 1, arbitrary: fc.constantFrom(...slips) },
);

function fromToday(days: number): string {
  return new Date(Date.UTC(2026, 8, 30) + days * 86_400_000).toISOString().slice(0, 10);
}

const instant = fc
  .tuple(
    day,
    fc.integer({ min: 0, max: 86_399 }),
    fc.constantFrom('Z', '+08:00', '-03:30', '+14:00', '+23:59', '-23:59'),
  )
  .map(([date, s, zone]) => {
    const two = (n: number) => String(n).padStart(2, '0');
    return `${date}T${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}${zone}`;
  });

const text = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('停水', 'No water', '张伟', 'a', '三号楼 2 单元', 'Ünïcödé 🏢') },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 40 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }) },
);

function string(schema: Schema): Arbitrary<unknown> {
  const {
    pattern,
    format,
    minLength = 0,
    maxLength = 4000,
  } = schema as {
    pattern?: string;
    format?: string;
    minLength?: number;
    maxLength?: number;
  };
  const kind = idKind(schema);
  if (kind) return fc.nat().map((n) => new AnyId(kind, n));
  if (format === 'date') return day;
  if (format === 'date-time') return instant;
  if (format === 'email')
    return fc.stringMatching(/^[a-z][a-z0-9]{0,9}$/).map((name) => `${name}@example.com`);
  if (pattern && pattern !== '^[^\\r\\n]*$') {
    // fast-check knows no classes of Unicode.
    const plain = pattern.replaceAll('\\p{L}', 'A-Za-z').replaceAll('\\p{N}', '0-9');
    return fc.stringMatching(new RegExp(plain)).filter((one) => one.length <= maxLength);
  }
  const line = pattern ? text.map((one) => one.replace(/[\r\n]/g, ' ')) : text;
  const short = line.map((one) => one.slice(0, maxLength));
  const longest = fc.constant('长'.repeat(Math.min(maxLength, 4000)));
  return fc
    .oneof({ weight: 9, arbitrary: short }, { weight: 1, arbitrary: longest })
    .filter((one) => one.trim().length >= minLength);
}

const made = new WeakMap<Schema, Arbitrary<unknown>>();

/** Values that fit a schema, with `AnyId` where it wants ids. */
export function fitting(schema: Schema): Arbitrary<unknown> {
  const known = made.get(schema);
  if (known) return known;
  const fresh = make(schema);
  made.set(schema, fresh);
  return fresh;
}

function make(schema: Schema): Arbitrary<unknown> {
  const all = schema as {
    const?: unknown;
    enum?: unknown[];
    anyOf?: Schema[];
    oneOf?: Schema[];
    type?: string;
    items?: Schema;
    minItems?: number;
    maxItems?: number;
    minimum?: number;
    maximum?: number;
  };
  if ('const' in all) return fc.constant(all.const);
  if (all.enum) return fc.constantFrom(...all.enum);
  const either = all.anyOf ?? all.oneOf;
  if (either) return fc.oneof(...either.map((one) => fitting(one)));
  const { minimum = -1e6, maximum = 1e6 } = all;
  switch (all.type) {
    case 'string':
      return string(schema);
    case 'integer':
      return fc.integer({ min: Math.max(minimum, -1e9), max: Math.min(maximum, 1e9) });
    case 'number':
      return fc.oneof(
        fc.integer({ min: Math.ceil(Math.max(minimum, -1e9)), max: Math.floor(Math.min(maximum, 1e9)) }),
        fc.double({ min: minimum, max: maximum, noNaN: true }),
      );
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(all.items ? fitting(all.items) : fc.constant('x'), {
        minLength: all.minItems ?? 0,
        maxLength: Math.min(all.maxItems ?? 4, Math.max(4, all.minItems ?? 0)),
      });
    case 'object':
      return object(schema);
    default:
      return fc.constantFrom(null, 1, 'x', [], {});
  }
}

function object(schema: Schema): Arbitrary<unknown> {
  const {
    properties = {},
    required = [],
    additionalProperties,
    propertyNames,
  } = schema as {
    properties?: Record<string, Schema>;
    required?: string[];
    additionalProperties?: Schema | boolean;
    propertyNames?: Schema;
  };
  const fields = Object.entries(properties);
  if (fields.length === 0 && typeof additionalProperties === 'object')
    return fc.dictionary(
      (propertyNames
        ? fitting({ type: 'string', ...propertyNames })
        : fc.constantFrom('a', 'b')) as Arbitrary<string>,
      fitting(additionalProperties),
      { maxKeys: 3, noNullPrototype: true },
    );
  // Of many optional members few at a time, or each would find some reason to refuse.
  const optional = fields.filter(([name]) => !required.includes(name));
  const must = fields.filter(([name]) => required.includes(name));
  const record = (some: [string, Schema][]) =>
    fc.record(Object.fromEntries(some.map(([name, one]) => [name, lazily(one)])), {
      noNullPrototype: true,
    });
  return fc
    .oneof(
      { weight: 3, arbitrary: fc.subarray(optional, { maxLength: Math.min(2, optional.length) }) },
      { weight: 1, arbitrary: fc.subarray(optional, { maxLength: Math.min(8, optional.length) }) },
    )
    .chain((some) => record([...must, ...some]));
}

/** A schema's values, made ready when they are first asked for: of the policy's hundreds few ever are. */
const lazily = (schema: Schema): Arbitrary<unknown> => fc.constant(0).chain(() => fitting(schema));
