import { derivedId } from '../../../../shared/ids.ts';
import type { Town } from '../../life/town.ts';

/** Contacts as they are taken (TICKET-1): what may be said of them, what has to fit together, and the rule each is owed by. */
export async function intake(town: Town): Promise<void> {
  const { mine } = town;
  const take = (but: Record<string, unknown> = {}) => town.ask('createTicket', { but });
  const refuse = (but: Record<string, unknown>) => town.refused('createTicket', { but });
  const from = (ms: number) => new Date(town.stage.now + ms).toISOString();
  const minutes = 60_000;

  // Everything that can be said; late, so that nobody is reminded of what is over.
  await take({
    handling: 'critical',
    channel: 'wechat',
    unitId: mine.unt,
    category: '供水',
    place: '3栋大堂',
    reporter: { name: '李女士', phone: '13800138000', customerId: mine.cus },
    occurredAt: '2026-08-01T22:00:00+08:00',
    receivedAt: '2026-08-02T08:30:00+08:00',
  });
  await bare(town);
  await take({ kind: 'repair', grade: undefined, urgent: true });
  await programs(town);
  // What is owed by when (TICKET-3, TICKET-4, TICKET-6, TICKET-8, TICKET-12).
  await take({ kind: 'repair', grade: undefined });
  await take({ kind: 'enquiry', grade: undefined, channel: 'counter' });
  await take({ kind: 'suggestion', grade: undefined, channel: 'letter' });
  await take({ grade: undefined });
  await take({ grade: 'general', handling: 'serious' });

  const missing = (id: string) => `${id.slice(0, 4)}${'0'.repeat(26)}`;
  const other = await town.ask('createProperty', { but: { name: '东苑' } });
  await take({ propertyId: other.id });
  await town.ask('changeProperty', { id: other.id, body: { archived: true } });
  await refuse({ propertyId: other.id });
  // What does not go together, and a caller's clock that is more than five minutes ahead.
  await refuse({ kind: 'repair' });
  await refuse({ urgent: true });
  await refuse({ receivedAt: from(-minutes), occurredAt: from(5 * minutes + 1) });
  await refuse({ receivedAt: from(5 * minutes + 1) });
  await refuse({ kind: 'enquiry', grade: 'general' });
  await refuse({ kind: 'suggestion', grade: undefined, urgent: true });
  await refuse({ reporter: { customerId: missing(mine.cus) } });
  await refuse({ propertyId: missing(mine.prp) });
  await refuse({ propertyId: missing(mine.prp), unitId: mine.unt });
  await refuse({ unitId: missing(mine.unt), reporter: { customerId: missing(mine.cus) } });
  await refuse({
    propertyId: (await town.ask('createProperty', { but: { name: '西苑' } })).id,
    unitId: mine.unt,
  });
  await take({ occurredAt: from(5 * minutes) });
  await take({ receivedAt: from(5 * minutes) });
  await fields(town);
}

/** Nothing but what has to be said. */
const bare = (town: Town) =>
  town.ask('createTicket', {
    body: { kind: 'complaint', channel: 'phone', propertyId: town.mine.prp, title: '停水' },
  });

/** A program's own number leads to the one ticket that it was first posted with. */
async function programs(town: Town): Promise<void> {
  const as = town.program('tickets:write');
  const ask = (but: Record<string, unknown>) => town.ask('createTicket', { as, but });
  await ask({ channel: 'api', externalId: undefined });
  await ask({ channel: 'api', externalId: 'a-1' });
  await ask({ channel: 'api', externalId: 'a-1', title: 'Said again in other words' });
  await ask({ channel: 'api', externalId: 'a-2' });
  await contended(town);
  // Another program has numbers of its own, and people have none.
  await town.ask('createTicket', { as: { ...as, id: `key_${'0'.repeat(26)}` }, but: { externalId: 'a-1' } });
  await town.ask('createTicket', { but: { externalId: 'a-1' } });
  await town.ask('createTicket', { but: { externalId: 'a-1' } });
}

/** Somebody else is at the same thing, and is done with it while it is tried again; or is not. */
async function contended(town: Town): Promise<void> {
  const { rig } = town.stage;
  const as = town.program('tickets:write');
  const { id, tenantId = '' } = as;
  const post = (externalId: string, is?: number) => {
    const pk = `${tenantId}#${derivedId('ticket', tenantId, id, externalId)}`;
    const first = { pk, sk: 'evt#000001', et: 'event', v: 1 };
    rig.write(first);
    rig.meanwhile = { at: /^TransactWrite /, nth: is ? 99 : 6, act: () => rig.remove(first) };
    return town.ask('createTicket', { as, but: { channel: 'api', externalId }, ...(is && { is }) });
  };
  await post('a-3');
  await post('a-4', 409);
  rig.meanwhile = undefined;
}

/** The shape of each member. */
async function fields(town: Town): Promise<void> {
  const bad: Record<string, unknown>[] = [
    { kind: 'service' },
    { grade: 'minor', handling: 'easy', channel: 'fax', urgent: 'yes' },
    { title: ' ', description: '', category: 'a'.repeat(61), place: 'b'.repeat(201) },
    { title: 'a'.repeat(121), description: 'a'.repeat(4001), externalId: 'e'.repeat(129) },
    { title: 'two\nlines', reporter: { name: 'n'.repeat(81), phone: '12', customerId: 'x' } },
    { reporter: { mail: 'a@example.com' } },
  ];
  for (const but of bad) await town.refused('createTicket', { but });
  await town.ask('createTicket', {
    but: {
      title: ` ${'题'.repeat(120)} `,
      description: `${'a'.repeat(1999)}\n${'b'.repeat(2000)}`,
      category: 'c'.repeat(60),
      place: 'p'.repeat(200),
      externalId: 'e'.repeat(128),
      reporter: { name: 'n'.repeat(80), phone: '+8613800138000' },
    },
  });
}
