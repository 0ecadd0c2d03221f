import fc, { type Arbitrary } from 'fast-check';

/** Ways to spoil a JSON value that fits: at any place of it another value, a member less, a member more. */

/** What has no business anywhere, or only in few places. */
export const junk: unknown[] = [
  null,
  true,
  false,
  0,
  -0,
  -1,
  1.5,
  1e308,
  -1e308,
  5e-324,
  2 ** 53,
  2 ** 31,
  '',
  ' ',
  '0',
  '-1',
  'NaN',
  'null',
  'undefined',
  '1e5',
  '0x10',
  '٣',
  '１２',
  '9'.repeat(400),
  '0.0000000000000001',
  '2026-02-30',
  '2026-02-30T00:00:00Z',
  '0000-00-00',
  '+275760-09-13T00:00:00Z',
  '9999-12-31',
  '9999-12-31T23:59:59.999-12:00',
  '0001-01-01',
  '0001-01-01T00:00:00+14:00',
  'x'.repeat(5000),
  '长'.repeat(2001),
  '\u0000',
  'a\u0007b',
  '\u2028',
  '\ud800',
  '\u202egnirts',
  'e\u0301'.repeat(50),
  '👨‍👩‍👧‍👦'.repeat(20),
  '\ufeff',
  "' OR 1=1 --",
  '"; DROP TABLE x; --',
  '<script>alert(1)</script>',
  '$' + '{jndi:ldap://127.0.0.1/x}',
  '{{7*7}}',
  '../../etc/passwd',
  '%00',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'ten_01JZ0000000000000000000000#office',
  'a#b|c',
  'http://169.254.169.254/latest/meta-data/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  [],
  [[]],
  {},
  [null],
  { $gt: '' },
  { toString: 1 },
  { length: -1 },
];

/** A place in a value: the steps to it. */
export type Place = (string | number)[];

/** Every place of a value, its own first. */
export function places(value: unknown, here: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [here];
  const below = Object.entries(value).flatMap(([name, one]) =>
    places(one, [...here, Array.isArray(value) ? Number(name) : name]),
  );
  return [here, ...below];
}

/** A copy in which something else is at a place; `change` answers undefined to take it away. */
export function altered(value: unknown, [step, ...rest]: Place, change: (old: unknown) => unknown): unknown {
  if (step === undefined) return change(value);
  const copy = Array.isArray(value) ? [...value] : { ...(value as Record<string, unknown>) };
  const old = (copy as Record<string | number, unknown>)[step];
  const next = altered(old, rest, change);
  if (next !== undefined) (copy as Record<string | number, unknown>)[step] = next;
  else if (Array.isArray(copy)) copy.splice(Number(step), 1);
  else delete (copy as Record<string, unknown>)[step];
  return copy;
}

const asText = (value: unknown) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

const changes: Arbitrary<(old: unknown) => unknown> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...junk).map((other) => () => other) },
  { weight: 2, arbitrary: fc.constant(() => undefined) },
  { weight: 1, arbitrary: fc.constant((old: unknown) => [old]) },
  { weight: 1, arbitrary: fc.constant((old: unknown) => ({ value: old })) },
  { weight: 1, arbitrary: fc.constant((old: unknown) => asText(old)) },
  { weight: 1, arbitrary: fc.constant((old: unknown) => (typeof old === 'string' ? Number(old) || 0 : old)) },
  { weight: 1, arbitrary: fc.constant((old: unknown) => `${asText(old)}\n`) },
  {
    weight: 1,
    arbitrary: fc.constant((old: unknown) => (Array.isArray(old) ? Array(600).fill(old[0]) : old)),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('tenantId', 'zz', '', '__proto__', 'constructor', 'id', 'version', '长'.repeat(300))
      .map(
        (name) => (old: unknown) =>
          typeof old === 'object' && old !== null && !Array.isArray(old)
            ? Object.defineProperty({ ...old }, name, { value: 1, enumerable: true })
            : undefined,
      ),
  },
);

/** The value with one to three things wrong. May happen to fit after all: who asks has to look. */
export const spoiled = (value: unknown): Arbitrary<unknown> =>
  fc.array(fc.tuple(fc.nat(), changes), { minLength: 1, maxLength: 3 }).map((all) =>
    all.reduce<unknown>((before, [n, change]) => {
      const at = places(before);
      return altered(before, at[n % at.length] ?? [], change);
    }, value),
  );

/** Bodies that are no JSON, or none that anybody sends. */
export const badTexts: string[] = [
  '',
  ' ',
  '{',
  '{"a":1,}',
  "{'a':1}",
  '[]',
  'null',
  '"x"',
  '1e999',
  '\ufeff{}',
  '{"a":1}{"b":2}',
  '{"__proto__":{"x":1}}',
  `${'['.repeat(3000)}${']'.repeat(3000)}`,
  `{"a":${'9'.repeat(5000)}}`,
  '{"a":"\\ud800"}',
  '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
];
