import { chainOf, endFaults, verify } from '../../../functions/audit/chain.ts';
import { headedOf } from '../../../functions/audit/heads.ts';
import { noHistory } from '../../../shared/history.ts';
import { parse } from '../../../shared/obligations/index.ts';
import type { Item } from '../../../shared/table.ts';
import type { Rig } from '../life/rig.ts';

/** What a run has left behind, in lines that are the same for two runs which differ only in chance and in the moment. */
export interface Picture {
  state: string[];
  /** What others were told: messages of queues, requests, mails. */
  told: Set<string>;
}

const ids = /\b[a-z]{3}_[0-9A-HJKMNP-TV-Z]{26}/g;

export const idsIn = (text: string): string[] => text.match(ids) ?? [];

/** A text without what is drawn anew or reckoned from it: ids that were not there before, moments, hashes, secrets. */
export const plain = (text: string, known: ReadonlySet<string>): string =>
  text
    .replace(ids, (id) => (known.has(id) ? id : `${id.slice(0, 4)}new`))
    .replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z/g, '<moment>')
    .replace(/\b\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?/g, '<moment>')
    .replace(/\b\d{8}T\d{6}Z/g, '<moment>')
    .replace(/\b1[5-9]\d{8}(\d{3})?\b/g, '<moment>')
    .replace(/\b01[0-9A-HJKMNP-TV-Z]{8,24}\b/g, '<moment>')
    .replace(/"salt":"[^"]*"/g, '"salt":"<secret>"')
    .replace(/"due#\d\d"/g, '"due"')
    .replace(/(?<![A-Za-z0-9_+/=-])[A-Za-z0-9_+/=-]{40,}/g, '<secret>');

/** Bytes as such, and members by name: an update puts them where it likes. */
const orderly = (_: string, value: unknown) => {
  if (value instanceof Uint8Array) return `${value.length > 0 ? 'some' : 'no'} bytes`;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
};

export const shown = (value: unknown): string => JSON.stringify(value, orderly) ?? 'nothing';

/** An item; the steps of an obligation are packed together with their moments. */
export const lineOf = (item: Item): string =>
  shown(item.et === 'obligation' ? { ...item, rest: parse(item) } : item);

export function picture({ trace, table, bucket }: Rig, known: ReadonlySet<string>): Picture {
  const first = new Map<string, Item | undefined>();
  for (const { key, before } of trace.changes) {
    const name = `${key.pk}\n${key.sk}`;
    if (!first.has(name)) first.set(name, before);
  }
  const state: string[] = [];
  for (const [name, before] of first) {
    const [pk = '', sk = ''] = name.split('\n');
    const after = table.item({ pk, sk });
    if (!before && !after) continue;
    const line = after ? lineOf(after) : `gone ${shown({ pk, sk })}`;
    if (before && after && plain(line, known) === plain(lineOf(before), known)) continue;
    state.push(plain(line, known));
  }
  const sent = trace.sent.map(({ queue, body }) => `${queue}: ${body}`);
  return {
    state: [...state, ...bucket.lines().map((line) => plain(line, known))].sort(),
    told: new Set([...sent, ...trace.told.map(({ name }) => name)].map((line) => plain(line, known))),
  };
}

/** What is wrong with the histories that a run has touched. */
export function broken({ trace, table }: Rig): string[] {
  const faults: string[] = [];
  for (const { key, after } of trace.changes) {
    if (!after) continue;
    const of = headedOf(key.pk.slice(0, key.pk.indexOf('#')), after);
    const chain = of?.chain ?? chainOf(key);
    if (!chain || table.item(key) !== after) continue;
    const events = table.partition(chain.pk).filter(({ sk }) => sk.startsWith(chain.prefix));
    const { faults: found, end } = verify(chain, events, noHistory);
    if (of) found.push(...endFaults(chain, end, of.head));
    faults.push(...found.map(({ objectId, seq, kind }) => `event ${seq} of ${objectId} is ${kind}`));
  }
  return faults;
}
