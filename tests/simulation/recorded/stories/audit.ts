import { type Chained, chainedOf, type Head, hashOf } from '../../../../shared/history.ts';
import type { Item } from '../../../../shared/table.ts';
import type { Town } from '../../life/town.ts';
import type { Change } from '../../world/table.ts';
import { absent, inParts } from './parts.ts';

/** The record of what happened is held against its hashes; what somebody wrote past the service is found, and named as what it is. */
export const audit = inParts({ objects, office, events, ends, obligations, meanwhile });

/** An office with a history of every kind. */
export async function histories(town: Town): Promise<void> {
  const { mine } = town;
  const propertyId = mine.prp;
  mine.fst = (await town.ask('createFeeStandard', { but: { due: { kind: 'dayOfMonth', day: 20 } } })).id;
  mine.svc = (await town.ask('createService')).id;
  mine.whk = (await town.ask('createWebhook')).id;
  await town.ask('setFeeSettings', { id: propertyId });
  await town.ask('setUnitFees', {
    id: mine.unt,
    body: { occupancies: [{ payerId: mine.cus, role: 'owner', from: '2026-01-01' }] },
  });
  await town.ask('createStatementMapping');
  const run = await town.ask('createBillRun', { but: { cycle: '2026-08' } });
  await town.settle();
  await town.ask('issueBillRun', { id: run.id });
  await town.settle();
  mine.tkt = (await town.ask('createTicket', { but: { description: '三楼漏水' } })).id;
  await town.ask('dispatchTicket', { id: mine.tkt, but: { dueAt: '2026-08-20T16:00:00+08:00' } });
  await town.ask('noteProgress', { id: mine.tkt });
  await town.settle();
  // Reminders are steps of an obligation's own history.
  town.at('2026-08-05 10:00');
  await town.settle();
}

const verify = (town: Town, objectId?: string) =>
  town.ask('verifyAudit', { ...(objectId && { query: { objectId } }) });

async function objects(town: Town): Promise<void> {
  const { mine, who } = town;
  const imported = [...town.stage.rig.table.items()].find(({ et }) => et === 'import');
  const ids = [mine.prp, mine.unt, mine.cus, mine.stf, mine.key, mine.whk, mine.fst, mine.svc, mine.tkt];
  for (const id of [...ids, who.tenantId, imported?.sk, 'policy', 'calendar']) {
    town.about = `${id?.slice(0, 3)} is whole`;
    await verify(town, id);
  }
  town.about = 'objects';
  for (const kind of ['tkt', 'prp'])
    await town.refused('verifyAudit', { query: { objectId: absent(kind) }, is: 404 });
  for (const objectId of ['books', 'tkt_1']) await town.refused('verifyAudit', { query: { objectId } });
  await town.refused('verifyAudit', { as: town.program('customers:read'), is: 403 });
}

/** All of the office, call after call. */
async function office(town: Town): Promise<void> {
  let cursor: string | undefined;
  for (let n = 0; n < 6; n++) {
    const { next } = await town.ask('verifyAudit', { query: { ...(cursor && { cursor }) } });
    cursor = next;
    if (!cursor) break;
  }
  await town.refused('verifyAudit', { query: { cursor: 'nonsense' } });
}

/** Somebody writes past the service; a look at the object finds it, and one at the whole office. */
async function wrong(
  town: Town,
  about: string,
  writes: readonly [Item, Item?][],
  { id = town.mine.tkt, everywhere = false } = {},
) {
  const { table } = town.stage.rig;
  const changes = writes.map(([{ pk, sk }, after]): Change => {
    const key = { pk, sk };
    return { key, before: table.item(key), after };
  });
  table.redo(changes);
  town.about = about;
  await verify(town, id);
  if (everywhere) await verify(town);
  table.undo(changes);
}

const everywhere = { everywhere: true };

const event = (town: Town, seq: number, id = town.mine.tkt): Item =>
  town.item(id, `evt#${String(seq).padStart(6, '0')}`);

/** An event that says something else, with the hash that belongs to it. */
function forged(item: Item, but: Partial<Chained>): Item {
  const { hash: _, ...bare } = { ...chainedOf(item), ...but };
  return { ...item, rest: { ...item.rest, ...but, hash: hashOf(bare) } };
}

async function events(town: Town): Promise<void> {
  const [first, second, third] = [event(town, 1), event(town, 2), event(town, 3)];
  const { said: _, ...silent } = first;
  const other = (item: Item, but: object): [Item, Item] => [
    item,
    { ...item, rest: { ...item.rest, ...but } },
  ];
  await wrong(town, 'another actor', [other(second, { actor: 'staff:nobody' })], everywhere);
  await wrong(town, 'another kind of item', [[second, { ...second, et: 'note' }]]);
  await wrong(town, 'another version', [[second, { ...second, v: 2 }]]);
  await wrong(town, 'a member more', [[second, { ...second, ttl: 1 }]]);
  await wrong(town, 'words taken away', [[first, silent]]);
  await wrong(town, 'other words', [[first, { ...first, said: Buffer.from('else') }]]);
  await wrong(town, 'words put in', [[second, { ...second, ...(first.said && { said: first.said }) }]]);
  await wrong(town, 'forged', [[second, forged(second, { actor: 'staff:nobody' })]]);
  await wrong(town, 'forged at the end', [[third, forged(third, { actor: 'staff:nobody' })]]);
  await wrong(town, 'unchained', [[second, forged(second, { prev: 'x' })]]);
  await wrong(town, 'one missing', [[second]], everywhere);
  await wrong(town, 'the first missing', [[first]]);
  await wrong(town, 'in the place of another', [[second, { ...third, sk: second.sk }]]);
  await wrong(town, 'of another object', [other(second, { object: town.mine.unt })]);
  const erasure = forged(third, { type: 'ticket.erased' });
  await wrong(town, 'words gone before an erasure', [
    [first, silent],
    [third, erasure],
  ]);
}

/** What the object knows of its history. */
async function ends(town: Town): Promise<void> {
  const { mine } = town;
  const ticket = town.item(mine.tkt, 'ticket');
  const head = ticket.rest?.head as Head;
  const knows = (but: Partial<Head>): [Item, Item] => [
    ticket,
    { ...ticket, rest: { ...ticket.rest, head: { ...head, ...but } } },
  ];
  await wrong(town, 'the last one cut off', [[event(town, head.seq)]], everywhere);
  await wrong(town, 'two cut off', [[event(town, head.seq)], [event(town, head.seq - 1)]]);
  await wrong(town, 'another last one', [knows({ hash: 'x' })], everywhere);
  await wrong(town, 'fewer are known', [knows({ seq: head.seq - 1 })]);
  const shorter = { seq: head.seq - 1, hash: String(event(town, head.seq - 1).rest?.hash) };
  await wrong(town, 'as it was before the last one', [knows(shorter)], everywhere);
  await wrong(town, 'more are known', [knows({ seq: head.seq + 1 })]);
  for (const id of [mine.unt, mine.cus])
    await wrong(town, 'the first one cut off', [[event(town, 1, id)]], { id });
  const imported = [...town.stage.rig.table.items()].find(({ et }) => et === 'import')?.sk ?? '';
  await wrong(town, 'an import of which nothing is told', [[event(town, 1, imported)]], {
    id: imported,
    everywhere: true,
  });
  await wrong(
    town,
    'of an import another thing is told',
    [[event(town, 1, imported), forged(event(town, 1, imported), { actor: 'x' })]],
    { id: imported },
  );
}

/** Obligations have histories of their own beside their object's. */
async function obligations(town: Town): Promise<void> {
  const { mine, stage } = town;
  const own = [...stage.rig.table.items()].filter(({ pk }) => pk.endsWith(`#${mine.tkt}`));
  const item = own.find(({ et, rest }) => et === 'obligation' && rest?.head);
  const last = own.findLast(({ sk }) => sk.startsWith('oev#'));
  if (!item || !last) throw new Error('nobody was reminded');
  const head = item.rest?.head as Head;
  const rest = { ...item.rest, head: { ...head, seq: head.seq + 1 } };
  await wrong(town, 'more of an obligation is known', [[item, { ...item, rest }]]);
  await wrong(town, 'an event of an obligation is gone', [[last]], everywhere);
}

/** Somebody goes on with the ticket while it is looked at: then it is whole all the same. */
async function meanwhile(town: Town): Promise<void> {
  const { mine, stage } = town;
  const { rig } = stage;
  const of = () =>
    new Map(
      [...rig.table.items()].filter(({ pk }) => pk.endsWith(`#${mine.tkt}`)).map((item) => [item.sk, item]),
    );
  const before = of();
  await town.ask('noteProgress', { id: mine.tkt });
  const later = [...of()].filter(([sk, item]) => before.get(sk) !== item).map(([, item]) => item);
  const changes = later.map((after) => {
    const { pk, sk } = after;
    return { key: { pk, sk }, before: before.get(sk), after };
  });
  rig.table.undo(changes);
  for (let query = 0; query < 6; query++) {
    town.about = `one more before query ${query}`;
    rig.trouble = (name, n) => {
      if (name === 'Query' && n === query) for (const after of later) rig.write(after);
    };
    await verify(town, mine.tkt);
    rig.table.undo(changes);
  }
  rig.trouble = undefined;
}
