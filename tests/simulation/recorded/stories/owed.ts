import type { Town } from '../../life/town.ts';
import type { Who } from '../../service/client.ts';

const missing = (kind: string) => `${kind}_${'0'.repeat(26)}`;

/** What is owed and told: lists of promises, and inboxes. */
export async function owed(town: Town): Promise<void> {
  const { mine, who } = town;
  const desk: Who = { ...who, id: mine.stf, roles: ['desk', 'engineer'] };
  const other = (await town.aside('createProperty', { but: { name: '东苑', zone: 'Asia/Urumqi' } }))
    .id as string;
  const take = (but: Record<string, unknown>, as = who) => town.aside('createTicket', { as, but });
  await take({ grade: 'general', handling: 'critical' });
  await take({ propertyId: other, kind: 'enquiry', grade: undefined }, desk);
  const { id } = await take({ kind: 'repair', grade: undefined }, town.program('tickets:write'));
  await town.aside('dispatchTicket', { id, but: { dueAt: '2026-08-03T16:00:00+08:00' } });
  await lists(town, desk, other);
  await inboxes(town, desk);
}

async function lists(town: Town, desk: Who, other: string): Promise<void> {
  const propertyId = town.mine.prp;
  const list = (query: Record<string, string>, as = town.who) => town.ask('listObligations', { as, query });
  const program = town.program('obligations:read');
  await town.refused('listObligations', { as: program, query: { view: 'mine' } });
  await town.refused('listObligations', { query: { view: 'property' } });
  await town.refused('listObligations', { query: { view: 'mine', propertyId } });
  await town.refused('listObligations', { query: { propertyId, state: 'done', limit: '0' } });
  town.stage.now = Date.parse('2026-08-03T16:00:00+08:00');
  const pages = async (query: Record<string, string>) => {
    let { next } = await list({ ...query, limit: '1' });
    while (next) {
      town.wait(60_000);
      ({ next } = await list({ ...query, limit: '1', cursor: next }));
    }
  };
  // Due at this very moment is overdue; later pages keep the moment of the first.
  await pages({ state: 'overdue' });
  await list({ view: 'mine' });
  await list({ view: 'mine' }, desk);
  await list({ view: 'property', propertyId: other });
  await list({ view: 'property', propertyId, state: 'overdue' });
  await list({});
  await pages({});
  await town.refused('listObligations', { query: { cursor: 'nonsense', state: 'overdue' } });
}

async function inboxes(town: Town, as: Who): Promise<void> {
  town.at('2026-08-07 18:00');
  await town.stage.aside(() => town.settle());
  const { items, next } = await town.ask('listInbox', { as, query: { limit: '2' } });
  await town.ask('listInbox', { as, query: { limit: '2', cursor: next } });
  const [one, two] = items;
  await town.ask('readMessage', { as, id: one.id });
  town.wait(60_000);
  await town.ask('readMessage', { as, id: one.id });
  await town.refused('readMessage', { id: two.id, is: 404 });
  await town.refused('readMessage', { as, id: missing('msg'), is: 404 });
  await town.ask('listInbox', { as, query: { unread: 'true', limit: '1' } });
  await town.ask('listInbox', { as, query: { unread: 'false' } });
  await town.refused('listInbox', { as, query: { unread: 'yes' } });
  await town.ask('readAllMessages', { as });
  await town.ask('readAllMessages', { as });
  await town.ask('listInbox', { as, query: { unread: 'true' } });
  await town.ask('listInbox', { as });
}
