import type { Town } from '../../life/town.ts';
import type { Who } from '../../service/client.ts';

const missing = (kind: string) => `${kind}_${'0'.repeat(26)}`;

/** The end of a day (DUTY-5): one list for each property that has opened, signed by two who are not the same. */
export async function evenings(town: Town): Promise<void> {
  const { who, operator } = town;
  const property = async (name: string, more: object = {}) =>
    (await town.aside('createProperty', { but: { name, ...more } })).id as string;
  const other = await property('东苑', { zone: 'Asia/Urumqi' });
  const both = await property('两班');
  // No weekend duty; not looked after any more.
  const office = await property('写字楼', { hours: { working: [{ from: '09:00', to: '17:30' }] } });
  // Nothing is owed here.
  await property('新苑');
  const archived = await property('旧苑');
  await town.aside('changeProperty', { id: archived, body: { archived: true } });
  await town.aside('createStaff', {
    but: { email: 'both@example.com', roles: ['desk', 'supervisor'], properties: [both] },
  });
  await town.aside('createStaff', {
    but: { email: 'east@example.com', roles: ['supervisor'], properties: [other] },
  });
  const enquiry = { kind: 'enquiry', grade: undefined };
  for (const propertyId of [other, both, office])
    await town.aside('createTicket', { but: { ...enquiry, propertyId } });
  for (let n = 0; n < 43; n++) await town.aside('createTicket', { but: { ...enquiry, title: `询问 ${n}` } });

  const told = async () => {
    await town.schedule({ kind: 'endOfDay', zone: 'Asia/Shanghai' });
    await town.work();
    await town.stage.aside(() => town.work());
  };
  // Due on a later day.
  town.at('2026-08-08 10:00');
  await town.aside('createTicket', { but: { grade: 'general' } });
  town.at('2026-08-08 18:30');
  await told();
  // Told once.
  await told();
  await town.schedule({ kind: 'endOfDay', zone: 'Europe/Berlin' });
  const suspend = (how: 'suspendTenant' | 'reactivateTenant') =>
    town.aside(how, { as: operator, id: who.tenantId ?? '' });
  await suspend('suspendTenant');
  town.at('2026-08-09 18:30');
  await told();
  await suspend('reactivateTenant');
  town.at('2026-08-10 18:30');
  await told();
  await listed(town);
  await signed(town, other);
}

async function listed(town: Town): Promise<void> {
  const query = { propertyId: town.mine.prp };
  const list = (more: Record<string, string>) => town.ask('listDayEnds', { query: { ...query, ...more } });
  await list({ from: '2026-08-10' });
  await list({ to: '2026-08-08' });
  const { next: cursor } = await list({ limit: '1' });
  await list({ limit: '1', cursor });
  await list({ from: '2026-08-10', to: '2026-08-10' });
  for (const bad of [{ from: '2026-08-10', to: '2026-08-09' }, { from: 'x' }])
    await town.refused('listDayEnds', { query: { ...query, ...bad } });
  await town.refused('getDayEnd', { id: missing('day'), is: 404 });
}

async function signed(town: Town, other: string): Promise<void> {
  const { mine, who } = town;
  const staff = (id: string, ...roles: NonNullable<Who['roles']>): Who => ({ ...who, id, roles });
  const desk = staff(mine.stf, 'desk', 'engineer');
  const stands = staff(mine.stf, 'desk', 'supervisor');
  const supervisor = staff(mine.supervisor, 'supervisor');
  const { items } = await town.aside('listDayEnds', { query: { propertyId: mine.prp } });
  const [second, first] = items;
  await town.ask('getDayEnd', { id: first.id });
  const sign = (as: Who, body: object, is?: number, id: string = first.id) =>
    town.ask('signDayEnd', { id, as, body, ...(is && { is }) });
  await sign(desk, { as: 'supervisor' }, 403);
  await sign(supervisor, { as: 'supervisor' }, 409);
  await sign(stands, { as: 'desk' });
  await sign(desk, { as: 'desk' }, 409);
  await sign(stands, { as: 'supervisor' }, 403);
  await sign(supervisor, { as: 'supervisor', note: ' 两件待料 ' });
  await sign(supervisor, { as: 'supervisor' }, 409);
  await sign(desk, { as: 'desk', note: 'x' }, 400);
  await sign(desk, { as: 'desk' }, 404, missing('day'));
  // Nobody else may sign for the second post.
  await town.aside('removeStaff', { id: mine.supervisor });
  await sign(who, { as: 'desk' }, undefined, second.id);
  await sign(who, { as: 'supervisor' }, undefined, second.id);
  await town.ask('getDayEnd', { id: second.id });
  const { items: theirs } = await town.ask('listDayEnds', { query: { propertyId: other } });
  await town.ask('getDayEnd', { id: theirs[0].id });
}
