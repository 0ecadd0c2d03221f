import type { Town } from '../../life/town.ts';

type Query = Record<string, string>;

/** Lists of tickets: each that can be asked for, in its order and page by page, and what no list serves. */
export async function ticketLists(town: Town): Promise<void> {
  const { mine, who } = town;
  const propertyId = mine.prp;
  const unitId = mine.unt;
  const ownerId = mine.stf;
  const other = (await town.aside('createProperty', { but: { name: '东苑', zone: 'Asia/Urumqi' } })).id;
  const take = (but: Record<string, unknown>, as = who) => town.aside('createTicket', { as, but });
  const list = (query: Query, as = who) => town.ask('listTickets', { as, query });
  const refuse = async (...queries: Query[]) => {
    for (const query of queries) await town.refused('listTickets', { query });
  };
  const desk = { ...who, id: mine.stf, roles: ['desk'] } as const;
  await take({ grade: 'general', unitId });
  await take({ propertyId: other }, desk);
  await take({ kind: 'repair', grade: undefined, urgent: true, category: '水' }, desk);
  await take({ channel: 'api' }, town.program('tickets:write'));
  const { id, dueAt } = await take({ unitId });
  await town.aside('dispatchTicket', { id, but: { dueAt: '2026-08-04T12:00:00+08:00' } });

  // What a program's desk would be, and what no index has.
  const program = town.program('tickets:read');
  await town.refused('listTickets', { as: program, query: { view: 'desk' } });
  await refuse({ ownerId }, { sort: 'due', status: 'received' }, { sort: 'due', unitId });
  await refuse({ view: 'open', sort: 'newest' }, { view: 'open', status: 'received' });
  await refuse({ status: 'received', propertyId }, { view: 'desk', propertyId }, { view: 'open', ownerId });
  await refuse({ view: 'unowned', ownerId }, { view: 'unowned', propertyId }, { view: 'overdue', unitId });
  await refuse({ status: 'received', unitId }, { propertyId, unitId });
  await refuse({ sort: 'due', ownerId }, { sort: 'due', propertyId, ownerId });
  // Due first: whose they are.
  await list({ limit: '1' });
  await list({ view: 'unfinished' });
  await list({ view: 'overdue' });
  await list({ view: 'unowned' });
  await list({ view: 'desk' });
  await list({ sort: 'due', propertyId });
  await list({ view: 'desk', ownerId }, program);
  await list({ view: 'desk' }, desk);
  await list({ view: 'open', propertyId: other, sort: 'due' });
  await list({ view: 'open' });
  await list({ sort: 'due' });
  // Newest first.
  await list({ status: 'dispatched' });
  await list({ sort: 'newest', status: 'received' });
  await list({ propertyId: other });
  await list({ propertyId });
  await list({ unitId });
  await list({});
  await list({ status: 'closed' });
  await inTime(town, list, other, Date.parse(dueAt));
  await events(town, id);
}

/** What is due by now, and by midnight of a property's own zone; pages keep the moment of the first. */
async function inTime(town: Town, list: (query: Query) => Promise<Page>, other: string, due: number) {
  const propertyId = town.mine.prp;
  town.at('2026-08-04 10:00');
  await list({ view: 'unfinished', propertyId: other, zone: 'America/New_York' });
  await list({ view: 'unfinished', zone: 'America/New_York' });
  for (const ms of [0, 1]) {
    town.stage.now = due + ms;
    await list({ view: 'overdue' });
  }
  await list({ view: 'unfinished', propertyId, zone: 'America/New_York' });
  await list({ view: 'unfinished' });
  await list({ view: 'overdue', propertyId });
  await list({ view: 'overdue', propertyId: other });
  for (const query of [{ view: 'overdue' }, { view: 'unfinished' }, { view: 'open' }, {}] as Query[]) {
    let { next } = await list({ ...query, limit: '1' });
    while (next) {
      town.wait(1000);
      ({ next } = await list({ ...query, limit: '1', cursor: next }));
    }
  }
  const { next: cursor = '' } = await list({ limit: '1' });
  for (const query of [
    { limit: '2', cursor },
    { view: 'overdue', cursor: 'nonsense' },
    { view: 'overdue', cursor: '0123456789.nonsense' },
    { view: 'overdue', zone: 'Mars/Olympus' },
  ])
    await town.refused('listTickets', { query });
}

interface Page {
  next?: string;
}

async function events(town: Town, id: string): Promise<void> {
  await town.ask('listTicketEvents', { id });
  let cursor: string | undefined;
  do
    ({ next: cursor } = await town.ask('listTicketEvents', {
      id,
      query: { limit: '1', ...(cursor && { cursor }) },
    }));
  while (cursor);
  await town.refused('listTicketEvents', { id: `tkt_${'0'.repeat(26)}`, is: 404 });
  await town.refused('listTicketEvents', { id, query: { cursor: 'nonsense' } });
}
