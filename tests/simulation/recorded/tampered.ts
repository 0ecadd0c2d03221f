import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Chain, chainOf } from '../../../functions/audit/chain.ts';
import { checkObject, checkOffice, type Findings, type Place } from '../../../functions/audit/check.ts';
import { homeOf } from '../../../functions/audit/heads.ts';
import { Cursors } from '../../../shared/cursor.ts';
import type { Head } from '../../../shared/history.ts';
import { keys } from '../../../shared/keys.ts';
import { type Item, OfficeTable } from '../../../shared/table.ts';
import type { Rig } from '../life/rig.ts';
import type { Change, SimulatedTable } from '../world/table.ts';

/*
 * Whatever is done to a record past the service is found: each single thing that can be done to a history of each kind that lives have
 * left behind.
 */

interface History {
  chain: Chain;
  events: Item[];
  home: Item | undefined;
}

type Tampering = readonly [Item, Item | undefined][];

const gone = 'the object is gone';
/** Histories that a look at the whole office comes upon by themselves; to all others their object leads. */
const reached = ['cal', 'obl', 'pol', 'prp/', 'ten', 'unt/'];

/** Every single thing that can be done to a history: to events, and to what its object says of them. */
function* tamperings({ chain, events, home }: History): Generator<[string, Tampering]> {
  for (const [n, event] of events.entries()) {
    const which = `event ${n + 1} of ${events.length}`;
    yield [`${which} is gone`, [[event, undefined]]];
    yield [`${which} is another's doing`, [[event, { ...event, rest: { ...event.rest, actor: 'x' } }]]];
    if (event.said) yield [`${which} is in other words`, [[event, { ...event, said: Buffer.from('x') }]]];
    const next = events[n + 1];
    const swapped = (a: Item, b: Item): [Item, Item] => [a, { ...b, pk: a.pk, sk: a.sk }];
    if (next) yield [`${which} and the next change places`, [swapped(event, next), swapped(next, event)]];
  }
  const last = events.at(-1);
  if (last) {
    const sk = `${chain.prefix}${String(events.length + 1).padStart(6, '0')}`;
    const more = { ...last, sk };
    yield ['there is one more', [[more, more]]];
  }
  if (!home) return;
  yield [gone, [[home, undefined]]];
  const head = home.rest?.head as Head | undefined;
  if (!head) return;
  const knows = (head: Head | undefined): Tampering => [[home, { ...home, rest: { ...home.rest, head } }]];
  yield ['nothing is known of it', knows(undefined)];
  yield ['none is known', knows({ seq: 0, hash: '' })];
  yield ['another last one is known', knows({ ...head, hash: 'x' })];
  yield ['more are known', knows({ ...head, seq: head.seq + 1 })];
  const before = events.at(-2)?.rest?.hash;
  if (before) yield ['the last one is not known', knows({ seq: head.seq - 1, hash: String(before) })];
}

/** Holds what lives leave behind against their chains, and then with each tampering. */
export class Tampered {
  /** Kinds of history that were tampered with. */
  readonly kinds = new Set<string>();
  /** What was not found. */
  readonly unseen: string[] = [];
  /** What was found where nothing is wrong. */
  readonly wrong: string[] = [];

  async look({ table, past }: Rig): Promise<void> {
    const offices = Map.groupBy(table.items(), ({ pk }) => pk.slice(0, pk.indexOf('#')));
    for (const [t, items] of offices) {
      // An office that is being deleted loses its record piece by piece.
      const { et, list } = table.item(keys.office(t)) ?? {};
      if (et !== 'office' || list?.status === 'deleting') continue;
      const office = officeOf(table, t);
      const { faults } = await all(office);
      const own = faults.filter(({ objectId }) => !past.has(objectId));
      this.wrong.push(...own.map(({ objectId, seq, kind }) => `event ${seq} of ${objectId} is ${kind}`));
      if (faults.length > 0) continue;
      for (const [kind, history] of newKinds(t, items, this.kinds)) {
        this.kinds.add(kind);
        for (const [what, tampering] of tamperings(history)) {
          const changes = tampering.map(([{ pk, sk }, after]): Change => {
            const key = { pk, sk };
            return { key, before: table.item(key), after };
          });
          table.redo(changes);
          const id = history.chain.pk.slice(t.length + 1).replace(/\/fees$/, '');
          if ((await checkObject(office, id)).faults.length === 0) this.unseen.push(`${kind}: ${what}`);
          const expected = what !== gone || reached.includes(kind);
          if ((await all(office)).faults.length > 0 !== expected)
            this.unseen.push(`${kind}: ${what}, in the whole office`);
          table.undo(changes);
        }
      }
    }
  }
}

/** A first event, some between, a last one: longer histories have only more of the same. */
const most = 4;

/** The longest history of each kind that was not seen before. */
function newKinds(t: string, items: readonly Item[], seen: ReadonlySet<string>): Map<string, History> {
  const histories = new Map<string, History>();
  for (const item of items) {
    const chain = chainOf(item);
    if (!chain) continue;
    const name = `${chain.pk}|${chain.prefix}`;
    const home = homeOf(t, chain);
    const known = histories.get(name) ?? {
      chain,
      events: [],
      home: items.find(({ pk, sk }) => pk === home?.pk && sk === home.sk),
    };
    known.events.push(item);
    histories.set(name, known);
  }
  const longest = new Map<string, History>();
  for (const history of histories.values()) {
    const [id = '', part] = history.chain.objectId.split('/');
    const kind = part === undefined ? id.slice(0, 3) : id === 'mappings' ? id : `${id.slice(0, 3)}/`;
    const other = longest.get(kind)?.events.length ?? 0;
    if (!seen.has(kind) && history.events.length > other && history.events.length <= most)
      longest.set(kind, history);
  }
  return longest;
}

const cursors = new Cursors('a secret for simulations, long enough');

const officeOf = (table: SimulatedTable, tenantId: string) =>
  new OfficeTable({
    tenantId,
    client: { send: async (command: object) => table.send(command) } as unknown as DynamoDBDocumentClient,
    tableName: 'simulated',
    cursors,
  });

/** All of an office, stretch after stretch. */
async function all(office: OfficeTable): Promise<Findings> {
  const sum: Findings = { histories: 0, events: 0, faults: [] };
  let place: Place | undefined = { at: [] };
  while (place) {
    const { next, ...found }: Awaited<ReturnType<typeof checkOffice>> = await checkOffice(office, place);
    sum.faults.push(...found.faults);
    place = next;
  }
  return sum;
}
