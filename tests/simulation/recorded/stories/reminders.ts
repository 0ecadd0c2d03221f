import type { Town } from '../../life/town.ts';

/** Who is told what of a promise, when, and how: what comes late, at night, too early, for many, for a digest, for nobody. */
export async function reminders(town: Town): Promise<void> {
  await strangers(town);
  await backlog(town);
  await quiet(town);
  await early(town);
  await chosen(town);
}

const messageOf = ({ who: { tenantId = '' } }: Town, id: string, sk: string) =>
  JSON.stringify({ kind: 'due', tenantId, pk: `${tenantId}#${id}`, sk });

/** Messages that nobody of the service has sent, or of what is no longer so. */
async function strangers(town: Town): Promise<void> {
  const { operator, who } = town;
  const { id, obligations } = await town.aside('createTicket', { but: { grade: 'general' } });
  const { id: done, obligations: over } = await town.aside('createTicket');
  await town.aside('withdrawTicket', { id: done });
  const post = async (...bodies: string[]) => {
    for (const body of bodies) town.tell('reminders', body);
    await town.work();
  };
  const sk = `obl#${obligations[0].id}`;
  await post('nonsense', JSON.stringify({ kind: 'song', tenantId: who.tenantId }));
  await post(messageOf(town, id, 'ticket'), messageOf(town, done, `obl#${over[0].id}`));
  // While the office is suspended it is looked at every hour.
  const suspend = (how: 'suspendTenant' | 'reactivateTenant') =>
    town.aside(how, { as: operator, id: who.tenantId ?? '' });
  await suspend('suspendTenant');
  await post(messageOf(town, id, sk));
  await suspend('reactivateTenant');
  // What is stored cannot be read.
  const { rig } = town.stage;
  const good = town.item(id, sk);
  rig.write({ ...good, rest: {} });
  await post(messageOf(town, id, sk));
  rig.write(good);
  await town.aside('withdrawTicket', { id });
}

const sweep = async (town: Town) => {
  await town.stream();
  await town.schedule({ kind: 'sweep' });
  await town.work();
};

/** After an outage: merged, and in as many transactions as it takes to tell so many people. */
async function backlog(town: Town): Promise<void> {
  await town.stage.aside(async () => {
    for (let n = 0; n < 25; n++)
      await town.ask('createStaff', { but: { email: `s${n}@example.com`, roles: ['supervisor'] } });
    await town.settle();
  });
  await town.aside('createTicket', { but: { kind: 'repair', grade: undefined } });
  town.at('2026-08-11 10:00');
  await town.stream();
  // The queues take nothing: what is due stays where it is, and the mails are left to the sweep.
  const { rig } = town.stage;
  const none = (bodies: readonly string[]) => bodies.map((_, n) => n);
  rig.notTaken = none;
  await town.schedule({ kind: 'sweep' });
  rig.notTaken = (bodies, queue) => (queue === 'deliveries' ? none(bodies) : []);
  await sweep(town);
  rig.notTaken = () => [];
  const { items } = await town.aside('listStaff', { query: { limit: '100' } });
  await town.stage.aside(async () => {
    for (const { id, email } of items) if (/^s\d/.test(email)) await town.ask('removeStaff', { id });
    await town.settle();
  });
}

/**
 * After closing only what is critical is told; the rest waits for the next opening. Whose role has chosen the morning digest hears of
 * nothing else but what is critical.
 */
async function quiet(town: Town): Promise<void> {
  const { mine, who } = town;
  await town.aside('putPolicy', { body: { effectiveFrom: '2026-08-11', digest: { roles: ['desk'] } } });
  const as = { ...who, id: mine.stf, roles: ['desk'] } as const;
  const take = (but: object) => town.aside('createTicket', { as, but: { grade: undefined, ...but } });
  await take({ kind: 'repair' });
  town.at('2026-08-14 10:00');
  await town.stage.aside(() => town.settle());
  await take({ kind: 'repair', urgent: true, title: '漏水' });
  for (const moment of ['2026-08-14 21:00', '2026-08-14 22:01', '2026-08-15 09:00']) {
    town.at(moment);
    await sweep(town);
    await town.stage.aside(() => town.work());
  }
  await town.stage.aside(() => town.settle());
}

/** To the moment; too early it goes back to its place, unless it has changed meanwhile. */
async function early(town: Town): Promise<void> {
  const { id, obligations } = await town.aside('createTicket', { but: { grade: 'general' } });
  await town.stage.aside(() => town.settle());
  const sk = `obl#${obligations[0].id}`;
  const { steps } = await town.aside('getObligation', { params: { objectId: id, id: obligations[0].id } });
  const at = async (ms: number) => {
    town.stage.now = ms;
    town.tell('reminders', messageOf(town, id, sk));
    await town.work();
    await town.stage.aside(() => town.work());
  };
  const first = Date.parse(steps[0].at);
  await at(first - 10_000);
  const { rig } = town.stage;
  const item = () => town.item(id, sk);
  rig.write({ ...item(), dueSk: `${new Date(first + 1).toISOString()}#${item().pk}|${sk}` });
  rig.meanwhile = { at: /^TransactWrite .*remind/, act: () => rig.write({ ...item(), v: item().v + 1 }) };
  await at(first - 5_000);
  rig.meanwhile = undefined;
  await at(first);
  await town.aside('withdrawTicket', { id });
}

/** The morning digest: what is still open, to those who are still there, once. */
async function chosen(town: Town): Promise<void> {
  const { mine, who } = town;
  const other = (await town.aside('createProperty', { but: { name: '东苑' } })).id as string;
  await town.aside('createStaff', {
    but: { email: 'east@example.com', roles: ['desk'], properties: [other] },
  });
  const leaving = await town.aside('createStaff', { but: { email: 'leaving@example.com', roles: ['desk'] } });
  const as = { ...who, id: mine.stf, roles: ['desk'] } as const;
  const take = (but: object, by = who) =>
    town.aside('createTicket', { as: by, but: { grade: 'general', ...but } });
  await take({ title: '甲' }, as);
  const { id } = await take({ title: '乙' }, as);
  await take({ title: '丙', channel: 'api', propertyId: other }, town.program('tickets:write'));
  await take({ title: '丁' }, { ...as, id: leaving.id });
  town.wait(4 * 86_400_000);
  await sweep(town);
  await town.stage.aside(() => town.settle());
  // Done overnight, and somebody who has left.
  await town.aside('withdrawTicket', { id });
  await town.aside('removeStaff', { id: leaving.id });
  for (let n = 0; n < 2; n++) {
    await town.schedule({ kind: 'digest', zone: 'Asia/Shanghai' });
    await town.work();
  }
}
