import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  at,
  chunkObject,
  dueAt,
  dueShard,
  dueShards,
  feesObject,
  keys,
  lists,
  mappingObject,
  tick,
} from '../../../shared/keys.ts';
import type { Key } from '../../../shared/table.ts';

type Maker = (office: string, ...parts: string[]) => Key | string;

/** What is not an office's own: read by the system alone, or only the beginning of a sort key. */
const others = ['offices', 'officesOfZone', 'billRunNotesPrefix'];
const makers = [
  ...Object.entries(keys),
  ...Object.entries(lists).filter(([name]) => name !== 'login'),
].filter(([name, make]) => typeof make === 'function' && !others.includes(name)) as unknown as [
  string,
  Maker,
][];

const parts = (make: Maker) => ['x1', 'y2', 'z3', 'w4'].slice(0, make.length - 1);
const made = (make: Maker) => make('ten_A', ...parts(make));
const partition = (key: Key | string) => (typeof key === 'string' ? key : key.pk);
const whole = (key: Key | string) => (typeof key === 'string' ? key : `${key.pk}|${key.sk}`);

describe('a key of an office', () => {
  it.each(makers)('%s: begins with the office, names all it is made of, has no empty end', (_, make) => {
    const text = whole(made(make));
    expect(text).toMatch(/^ten_A#[^#|]+[^|]*(\|[^|]+)?$/);
    expect(text).not.toMatch(/#(\||$)/);
    for (const part of parts(make)) expect(text).toContain(part);
  });

  it('is of one kind: things that are not told apart by their ids never meet', () => {
    // Of a property, a unit or a ticket: their ids tell.
    const kindOf = (name: string) => name.replace(/Of[A-Z].*/, '').replace(/^fee(File|Settings)$/, 'fees');
    const kinds = new Map<string, Set<string>>();
    for (const [name, make] of makers.filter(([name]) => !name.endsWith('Pk'))) {
      const text = whole(made(make));
      kinds.set(text, (kinds.get(text) ?? new Set()).add(kindOf(name)));
    }
    expect([...kinds].filter(([, of]) => of.size > 1)).toEqual([]);
  });

  it.each(makers.filter(([name]) => name.endsWith('Pk')))(
    '%s is the partition of something',
    (name, make) => {
      const rest = makers.filter(([other]) => other !== name);
      expect(rest.map(([, other]) => partition(other('ten_A', ...parts(make), 'z', 'z')))).toContain(
        made(make),
      );
    },
  );

  it.each(Object.entries(keys).filter(([name]) => name.endsWith('Prefix')))(
    '%s is the beginning of a sort key and none of another kind',
    (_, prefix) => {
      const beginning = typeof prefix === 'string' ? prefix : (prefix as (phase: string) => string)('y2');
      const kinds = makers.filter(([, make]) => {
        const key = made(make);
        return typeof key !== 'string' && key.sk.startsWith(beginning);
      });
      expect(kinds).toHaveLength(1);
    },
  );

  it('holds numbers so that they sort', () => {
    const number = fc.integer({ min: 0, max: 999_999 });
    fc.assert(
      fc.property(number, number, (a, b) => {
        const earlier = (of: (n: number) => Key) => of(a).sk < of(b).sk;
        expect(earlier((n) => keys.event('t', 'o', n))).toBe(a < b);
        expect(earlier((n) => keys.policy('t', n))).toBe(a < b);
        expect(earlier((n) => keys.ledger('t', 'o', 'i', n % 1000))).toBe(a % 1000 < b % 1000);
      }),
    );
  });

  it('of a login does not depend on how the address is written', () => {
    expect(keys.login('t', 'A@B.example')).toEqual(keys.login('t', 'a@b.example'));
    expect(lists.login('A@B.example')).toBe('login#a@b.example');
  });

  it('of nobody and of no property is nobody else’s', () => {
    expect(lists.desk('t', undefined)).not.toBe(lists.desk('t', ''));
    expect(lists.services('t', undefined)).toMatch(/^t#\w+#svc$/);
    expect(lists.desk('t', undefined)).toMatch(/^t#\w+#desk$/);
  });
});

describe('keys beyond offices', () => {
  it('cannot be taken for an office’s', () => {
    expect([lists.offices(), lists.officesOfZone('Asia/Shanghai')]).toEqual([
      'sys#offices',
      'sys#offices#Asia/Shanghai',
    ]);
  });
});

describe('the names of histories that are no things', () => {
  it('are no ids', () => {
    expect([mappingObject('a'), feesObject('a'), chunkObject('a', 1)]).toEqual([
      'mappings/a',
      'a/fees',
      'a/1',
    ]);
  });
});

describe('moments in keys', () => {
  it('sort by time', () => {
    const moment = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(moment, moment, (a, b) => {
        const [first, second] = [a.toISOString(), b.toISOString()];
        expect(tick(first) < tick(second)).toBe(a < b);
        expect(tick(first)).toHaveLength(10);
        expect(at(first, 'x') < at(second, 'x')).toBe(a < b);
      }),
    );
    expect(at('2026-10-08T00:00:00.000Z', 'tkt_1')).toBe('2026-10-08T00:00:00.000Z#tkt_1');
  });
});

describe('the due index', () => {
  const key = (n: number) => ({ pk: `ten_A#obj_${n}`, sk: `obl#${n}` });

  it('puts an item into the same part whatever it is due', () => {
    const [early, late] = ['2026-10-08T00:00:00.000Z', '2027-01-01T00:00:00.000Z'].map((on) =>
      dueAt(key(1), on),
    );
    expect(late?.duePk).toBe(early?.duePk);
    expect(early).toEqual({
      duePk: dueShard('ten_A#obj_1|obl#1'),
      dueSk: '2026-10-08T00:00:00.000Z#ten_A#obj_1|obl#1',
    });
  });

  it('spreads items over all its parts', () => {
    const all = new Set(Array.from({ length: 400 }, (_, n) => dueAt(key(n), 'x').duePk));
    const named = Array.from({ length: dueShards }, (_, n) => `due#${n < 10 ? '0' : ''}${n}`);
    expect([...all].sort()).toEqual(named);
  });
});
