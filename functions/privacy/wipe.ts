import type { Item } from '../../shared/table.ts';

/** What stands where something personal stood: the thing was there, and what it said is gone (已删除). */
export const tombstone = '已删除';

/**
 * Which members of stored things are personal: by kind, the maps and lists to look into (`/` is all of the item), and the names
 * of what goes. Amounts, days, ids and codes are in none of them: the books stay.
 */
const personal: Record<string, { within: readonly string[]; names: readonly string[] }> = {
  disclosure: { within: ['caller', 'asked', 'evidence'], names: ['name', 'relation', 'asked', 'evidence'] },
  ticket: {
    within: ['reporter', 'callback', 'resolution', 'order', 'attachments'],
    names: ['name', 'note', 'reason', 'what'],
  },
  attachment: { within: ['name'], names: ['name'] },
  serviceOrder: {
    within: ['note', 'quote', 'agreed', 'executed', 'notice', 'claims', 'cancelled'],
    names: ['name', 'note', 'receiver', 'witness', 'reason'],
  },
  obligation: {
    within: ['ev'],
    names: ['text', 'note', 'reason', 'receiver', 'witness', 'person', 'result'],
  },
  dunning: {
    within: ['arrangement', 'dispute', 'exception', 'decision'],
    names: ['note', 'reason'],
  },
  payment: { within: ['note'], names: ['note'] },
  deposit: { within: ['note', 'accepted'], names: ['note'] },
  refund: { within: ['payee'], names: ['name', 'account'] },
  statementLine: { within: ['payer', 'reference'], names: ['payer', 'reference'] },
};

/** Names of numbers somebody can be called at: no text can stand for one, so they go altogether. */
const numbers = new Set(['phone']);

function wiped(value: unknown, name: string, names: ReadonlySet<string>): unknown {
  if (typeof value === 'string') return names.has(name) ? tombstone : value;
  if (Array.isArray(value)) {
    const all = value.map((one) => wiped(one, name, names));
    return names.has(name) ? all.slice(0, 1) : all;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([inner]) => !numbers.has(inner))
      .map(([inner, one]) => [inner, wiped(one, inner, names)]),
  );
}

/** An item without what is personal in it, one version on; undefined if there is nothing (any more). */
export function withoutPerson(item: Item): Item | undefined {
  const spec = personal[item.et];
  if (!spec) return undefined;
  const names = new Set(spec.names);
  const part = (map: Record<string, unknown> | undefined) =>
    map &&
    Object.fromEntries(
      Object.entries(map).map(([name, value]) => [
        name,
        spec.within.includes(name) ? wiped(value, name, names) : value,
      ]),
    );
  const list = part(item.list);
  const rest = part(item.rest);
  if (JSON.stringify([list, rest]) === JSON.stringify([item.list, item.rest])) return undefined;
  return { ...item, v: item.v + 1, ...(list && { list }), ...(rest && { rest }) };
}
