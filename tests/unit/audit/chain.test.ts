import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chainOf, endFaults, type Fault, sameChain, verify } from '../../../functions/audit/chain.ts';
import { append, chainedOf, type Head, noHistory } from '../../../shared/history.ts';
import { keys } from '../../../shared/keys.ts';
import type { Item } from '../../../shared/table.ts';

const t = 'ten_01JABCDEFGHJKMNPQRSTVWXYZ0';
const objectId = 'tkt_01JABCDEFGHJKMNPQRSTVWXYZ0';
const who = { actor: { kind: 'system', id: 'test' } as const, tenantId: t, requestId: 'r', now: 0 };

interface Happening {
  type: string;
  data: Record<string, unknown>;
  after: number;
}

/** A history as the service writes it: the items of its events, and the end that the object keeps. */
function written(happenings: readonly Happening[]): { items: Item[]; head: Head } {
  let head = noHistory;
  let now = Date.parse('2026-09-30T02:00:00.000Z');
  const items = happenings.map(({ type, data, after }) => {
    now += after;
    const step = append(head, { type, object: objectId, data }, { ...who, now });
    head = step.head;
    return (step.write as { put: Item }).put;
  });
  return { items, head };
}

const chain = chainOf(keys.event(t, objectId, 1)) as NonNullable<ReturnType<typeof chainOf>>;
function faultsOf(items: readonly Item[], head: Head): Fault[] {
  const { faults, end } = verify(chain, items, noHistory);
  return [...faults, ...endFaults(chain, end, head)];
}

const value = fc.oneof(fc.string({ maxLength: 8 }), fc.integer(), fc.boolean(), fc.constant(null));
const happening = fc.record({
  type: fc.constantFrom('ticket.created', 'ticket.noted', 'ticket.resolved'),
  data: fc.dictionary(fc.string({ maxLength: 5 }), fc.oneof(value, fc.array(value, { maxLength: 3 })), {
    maxKeys: 4,
  }),
  after: fc.nat(10_000),
});
/** An item as it was written until November 2026: with all that its key and its id say. */
const whole = (item: Item): Item => {
  const { object, at } = chainedOf(item);
  return { ...item, rest: { ...item.rest, object, at } };
};
/** Histories that began when events were stored whole, at any moment, and those that did not. */
const history = fc
  .tuple(fc.array(happening, { minLength: 1, maxLength: 12 }).map(written), fc.nat(12))
  .map(([{ items, head }, n]) => ({ items: [...items.slice(0, n).map(whole), ...items.slice(n)], head }));
/** A history and the place of one event of it. */
const placed = history.chain(({ items, head }) =>
  fc.record({ items: fc.constant(items), head: fc.constant(head), at: fc.nat(items.length - 1) }),
);
const otherwise = (items: readonly Item[], at: number, change: (item: Item) => Item) =>
  items.map((item, n) => (n === at ? change(structuredClone(item)) : item));
const restOf = (item: Item) => item.rest as Record<string, unknown>;

describe('a history', () => {
  test('as it was written has no fault', () => {
    fc.assert(
      fc.property(history, ({ items, head }) => {
        expect(faultsOf(items, head)).toEqual([]);
      }),
    );
  });

  test('is the same read in stretches', () => {
    fc.assert(
      fc.property(placed, ({ items, head, at }) => {
        const first = verify(chain, items.slice(0, at), noHistory);
        const second = verify(chain, items.slice(at), first.end);
        expect([...first.faults, ...second.faults, ...endFaults(chain, second.end, head)]).toEqual([]);
      }),
    );
  });

  test('comes back from the table with its members in any order', () => {
    const shuffled = (one: unknown): unknown =>
      Array.isArray(one)
        ? one.map(shuffled)
        : typeof one === 'object' && one !== null
          ? Object.fromEntries(
              Object.entries(one)
                .reverse()
                .map(([name, member]) => [name, shuffled(member)]),
            )
          : one;
    fc.assert(
      fc.property(history, ({ items, head }) => {
        expect(faultsOf(shuffled(items) as Item[], head)).toEqual([]);
      }),
    );
  });
});

describe('a single fault is found:', () => {
  const found = (items: readonly Item[], head: Head): void => {
    expect(faultsOf(items, head).length).toBeGreaterThan(0);
  };

  test('an edit of any member of an event', () => {
    const members = ['id', 'type', 'at', 'actor', 'requestId', 'object', 'seq', 'prev', 'hash'];
    fc.assert(
      fc.property(
        placed,
        fc.constantFrom(...members),
        fc.string({ minLength: 1 }),
        ({ items, head, at }, name, to) => {
          const member = (items[at] as Item).rest?.[name];
          fc.pre(member !== to);
          found(
            otherwise(items, at, (item) => ({ ...item, rest: { ...item.rest, [name]: to } })),
            head,
          );
        },
      ),
    );
  });

  test('an edit of anything in its data', () => {
    fc.assert(
      fc.property(placed, fc.string(), value, ({ items, head, at }, name, to) => {
        const data = restOf(items[at] as Item).data as Record<string, unknown>;
        fc.pre(!Object.hasOwn(data, name) || JSON.stringify(data[name]) !== JSON.stringify(to));
        // A prototype is no member.
        fc.pre(name !== '__proto__');
        const changed = otherwise(items, at, (item) => ({
          ...item,
          rest: { ...item.rest, data: { ...data, [name]: to } },
        }));
        found(changed, head);
      }),
    );
  });

  test('an edit whose author reckoned the hash anew', () => {
    fc.assert(
      fc.property(placed, happening, ({ items, head, at }, instead) => {
        const prev = { seq: at, hash: restOf(items[at] as Item).prev as string };
        const step = append(prev, { ...instead, object: objectId }, { ...who, now: 1 });
        found(
          items.map((item, n) => (n === at ? (step.write as { put: Item }).put : item)),
          head,
        );
      }),
    );
  });

  test('an event taken out, the first and the last as well', () => {
    fc.assert(
      fc.property(placed, ({ items, head, at }) =>
        found(
          items.filter((_, n) => n !== at),
          head,
        ),
      ),
    );
  });

  test('two events that changed places', () => {
    fc.assert(
      fc.property(placed, fc.nat(11), ({ items, head, at }, n) => {
        const other = n % items.length;
        fc.pre(other !== at);
        const [a, b] = [items[at], items[other]] as [Item, Item];
        const swapped = items.map((item, i) =>
          i === at ? { ...a, rest: restOf(b) } : i === other ? { ...b, rest: restOf(a) } : item,
        );
        found(swapped, head);
      }),
    );
  });

  test('two events that changed places with their numbers made to fit', () => {
    fc.assert(
      fc.property(placed, fc.nat(11), ({ items, head, at }, n) => {
        const other = n % items.length;
        fc.pre(other !== at);
        const [a, b] = [items[at], items[other]] as [Item, Item];
        const as = (item: Item, seq: unknown) => ({ ...restOf(item), seq });
        const swapped = items.map((item, i) =>
          i === at
            ? { ...a, rest: as(b, restOf(a).seq) }
            : i === other
              ? { ...b, rest: as(a, restOf(b).seq) }
              : item,
        );
        found(swapped, head);
      }),
    );
  });

  test('an event put in at the end', () => {
    fc.assert(
      fc.property(history, happening, ({ items, head }, more) => {
        const step = append(head, { ...more, object: objectId }, who);
        found([...items, (step.write as { put: Item }).put], head);
      }),
    );
  });

  test('an event of another object', () => {
    fc.assert(
      fc.property(placed, ({ items, head, at }) => {
        const before = { seq: at, hash: restOf(items[at] as Item).prev as string };
        const foreign = append(before, { type: 'x', object: 'another', data: {} }, who);
        const put = (foreign.write as { put: Item }).put;
        found(
          items.map((item, n) => (n === at ? { ...item, rest: put.rest ?? {} } : item)),
          head,
        );
      }),
    );
  });

  test('an item that is no longer written as events are', () => {
    fc.assert(
      fc.property(
        placed,
        fc.constantFrom<Partial<Item>>({ et: 'note' }, { v: 2 }, { ttl: 1 }, { list: {} }),
        ({ items, head, at }, change) =>
          found(
            otherwise(items, at, (item) => ({ ...item, ...change })),
            head,
          ),
      ),
    );
  });
});

test('the fault says which event of which object', () => {
  const { items, head } = written([1, 2, 3, 4].map((n) => ({ type: 'ticket.noted', data: { n }, after: 1 })));
  const kinds = (changed: Item[]) => faultsOf(changed, head).map(({ seq, kind }) => `${seq} ${kind}`);
  const [a, b, c, d] = items as [Item, Item, Item, Item];
  expect(kinds([a, b, { ...c, rest: { ...c.rest, actor: 'staff:x' } }, d])).toEqual(['3 edited']);
  expect(kinds([a, c, d])).toEqual(['3 missing']);
  expect(kinds([a, b, c])).toEqual(['4 cut']);
  expect(kinds([a, { ...b, rest: restOf(c) }, { ...c, rest: restOf(b) }, d])).toEqual([
    '2 moved',
    '3 moved',
    '4 unchained',
  ]);
  expect(faultsOf([a, c, d], head)[0]?.objectId).toBe(objectId);
});

describe('the end of a history', () => {
  const head = { seq: 3, hash: 'third' };
  test.each([
    [head, []],
    [{ seq: 4, hash: 'fourth' }, [{ objectId, seq: 4, kind: 'unknown' }]],
    [{ seq: 7, hash: 'seventh' }, [{ objectId, seq: 4, kind: 'unknown' }]],
    [{ seq: 1, hash: 'first' }, [{ objectId, seq: 2, kind: 'cut' }]],
    [{ seq: 3, hash: 'another third' }, [{ objectId, seq: 3, kind: 'cut' }]],
  ])('that is %j where the object knows of a third event', (end, faults) => {
    expect(endFaults(chain, end, head)).toEqual(faults);
  });
});

describe('the history of an item', () => {
  test('is that of its object, or of an obligation kept with it, and none for what is no event', () => {
    const again = chainOf(keys.event(t, objectId, 2)) as typeof chain;
    expect(sameChain(chain, again)).toBe(true);
    expect(sameChain(chain, { ...again, pk: 'another' })).toBe(false);
    expect(sameChain(chain, { ...again, prefix: 'another' })).toBe(false);
    expect(chainOf({ pk: `${t}#${objectId}`, sk: 'ticket' })).toBeUndefined();
  });
});
