import type { Town } from '../../life/town.ts';

const missing = (kind: string) => `${kind}_${'0'.repeat(26)}`;
const days = (n: number) => ({ unit: 'days', n });
const working = (n: number) => ({ unit: 'workingDays', n });

/** When a promise would be due, and why, in words (TIME-1 to TIME-9). */
export async function deadlines(town: Town): Promise<void> {
  const preview = (startAt: string, period: unknown, propertyId?: string) =>
    town.ask('previewDeadline', { body: { startAt, period, ...(propertyId && { propertyId }) } });
  const refuse = (body: unknown) => town.refused('previewDeadline', { body });
  const startAt = '2026-09-30T10:00:00+08:00';
  const at = (day: string, time = '10:00') => `2026-${day}T${time}:00+08:00`;
  await town.aside('putCalendar', {
    body: {
      base: 'cn',
      extraRest: ['2026-09-04', '2026-09-10', '2026-09-11', '2026-09-14'],
      extraWork: ['2026-09-12', '2026-09-13', '2026-09-19'],
    },
  });
  await refuse({ startAt: '1989-12-31T23:59:59Z', period: days(1) });
  await refuse({ startAt: '2200-01-01T00:00:00Z', period: days(1) });
  await refuse({ startAt, period: days(1), propertyId: missing('prp') });
  await refuse({ startAt, ruleId: 'TICKET-6.order' });
  await refuse({ startAt });
  await refuse({ startAt, ruleId: 'TICKET-8', period: days(1) });
  await refuse({ startAt, ruleId: 'TICKET-99', period: { unit: 'named' } });
  await refuse({ startAt: 'soon', period: days(0) });

  // Days off and days made up for, one after the other and by name.
  await preview(at('08-28'), working(30));
  await preview(at('09-24'), { unit: 'weeks', n: 1 });
  await preview(at('08-07', '17:30'), { unit: 'sameDay' });
  await preview('2028-01-31T20:00:00+08:00', { unit: 'months', n: 13 });
  // A rule with its title, by the policy of its day; a property with hours of its own.
  const mine = town.mine.prp;
  await town.ask('previewDeadline', { body: { startAt, ruleId: 'TICKET-3.general', propertyId: mine } });
  await town.ask('previewDeadline', { body: { startAt: at('08-05'), ruleId: 'TICKET-3.major' } });
  await preview('1990-01-01T00:00:00Z', days(1));
  await preview('2199-12-31T23:59:59Z', { unit: 'hours', n: 1 });
  await preview(at('09-18'), working(1));
  await preview(at('09-18'), days(2));
  await preview(at('08-30'), { unit: 'months', n: 1 });
  await preview(at('09-07'), days(3));
  await preview(at('08-08'), { unit: 'sameDay' });
  await preview(at('08-07', '17:29'), { unit: 'sameDay' });
  const night = { working: [{ from: '00:00', to: '24:00' }] };
  const busy = await town.aside('createProperty', {
    but: { name: '昼夜', zone: 'Asia/Urumqi', hours: night },
  });
  await preview(at('08-07', '23:00'), { unit: 'sameDay' }, busy.id);
  const weekends = { working: [], weekend: [{ from: '09:00', to: '12:00' }] };
  const idle = await town.aside('createProperty', { but: { name: '周末', hours: weekends } });
  await preview(at('08-03'), days(2), idle.id);
  await preview(at('08-03'), { unit: 'sameDay' }, idle.id);

  await owed(town);
  // Plain weekends, and holidays that have no name.
  await town.aside('putCalendar', {
    body: {
      base: 'weekends',
      years: { '2026': { holidays: ['2026-10-01', '2026-10-02'], makeUp: ['2026-10-10'] } },
    },
  });
  await preview(at('09-30'), working(1));
  await preview(at('10-09'), working(1));
  await preview(at('09-25'), days(6));
  await preview('2027-03-01T20:00:00+08:00', working(1));
}

/** The same of what is really owed, as it is kept, and read again. */
async function owed(town: Town): Promise<void> {
  const look = async (id: string) => {
    const { obligations } = await town.aside('getTicket', { id });
    for (const one of obligations) await town.ask('getObligation', { params: { objectId: id, id: one.id } });
  };
  const hours = { working: [{ from: '08:00', to: '24:00' }] };
  const late = await town.aside('createProperty', { but: { name: '夜班', hours } });
  const rules = {
    'TICKET-5': { period: { unit: 'months', n: 1 } },
    'TICKET-12': { period: working(30) },
    'TICKET-6.normal': { period: { unit: 'sameDay' } },
  };
  await town.aside('putPolicy', { body: { effectiveFrom: '2026-08-03', rules } });
  const take = async (but: object) =>
    (await town.aside('createTicket', { but: { grade: undefined, ...but } })).id as string;
  town.at('2026-08-08 17:30');
  const closed = await take({ kind: 'repair' });
  town.at('2026-08-31 10:00');
  const emergency = { to: 'manager', reason: '火', emergency: true };
  const last = await take({ kind: 'suggestion' });
  await town.ask('escalateTicket', { id: last, body: emergency });
  await town.aside('putPolicy', {
    body: { effectiveFrom: '2026-08-31', rules: { ...rules, 'TICKET-5': { period: working(30) } } },
  });
  const first = await take({ propertyId: late.id, kind: 'repair' });
  await town.ask('escalateTicket', { id: first, body: emergency });
  for (const id of [last, closed, first]) await look(id);
  // An order that names its time.
  const { id } = await town.aside('createTicket', { but: { handling: 'serious' } });
  await town.aside('dispatchTicket', { id, but: { dueAt: '2026-10-20T16:00:00+08:00' } });
  await look(id);
  for (const route of ['getObligation', 'listObligationEvents'])
    await town.refused(route, { params: { objectId: id, id: missing('obl') }, is: 404 });
}
