import type { Town } from '../../life/town.ts';

/** Policies and calendars: what may be set, what holds on which day, and what is refused. */
export async function settings(town: Town): Promise<void> {
  await fresh(town);
  await policies(town);
  await calendars(town);
}

/** An office that has set nothing. */
async function fresh(town: Town): Promise<void> {
  const { operator, who } = town;
  const small = await town.aside('createTenant', {
    as: operator,
    but: { slug: 'small', zone: 'Asia/Urumqi' },
  });
  const as = { kind: 'staff', id: small.ownerId, tenantId: small.id, roles: ['owner'] } as const;
  town.who = as;
  // Its day has not ended yet.
  town.at('2026-08-04 01:00');
  for (const route of ['getPolicy', 'getCalendar', 'listPolicyVersions', 'getDeskSteps'])
    await town.ask(route);
  await town.refused('putPolicy', { body: { effectiveFrom: '2026-08-02' } });
  const body = { effectiveFrom: '2026-08-03' };
  await town.refused('putPolicy', { body, headers: { 'if-match': '"1"' }, is: 412 });
  await town.ask('putPolicy', { body, headers: { 'if-match': '"0"' } });
  await town.ask('putCalendar', { body: { base: 'weekends', extraRest: [], extraWork: [], years: {} } });
  await town.refused('putCalendar', { body: { base: 'cn' }, headers: { 'if-match': '"0"' }, is: 412 });
  town.who = who;
}

async function policies(town: Town): Promise<void> {
  const put = (body: Record<string, unknown>) => town.ask('putPolicy', { body });
  const refuse = (body: unknown) => town.refused('putPolicy', { body });
  const from = (effectiveFrom: string, more: object = {}) => ({ effectiveFrom, ...more });
  await refuse(from('2026-08-03'));
  await refuse(from('2026-08-04', { rules: { 'TICKET-6.order': { period: { unit: 'hours', n: 1 } } } }));
  await refuse(from('2026-08-04', { rules: { 'TICKET-8': { ladder: 'none' } }, callbacks: { attempts: 0 } }));
  await refuse(from('2026-08-04', { rules: { 'TICKET-8': { ladder: 'none' } } }));
  const step = {
    at: { before: { unit: 'hours', n: 1 } },
    to: ['owner', 'owner'],
    channels: ['inbox'],
    kind: 'remind',
  };
  await refuse(from('2026-08-04', { ladders: { early: [step] } }));
  await refuse(from('2026-02-30', { rules: { 'TICKET-99': {} }, callbacks: { repairSharePercent: 101 } }));
  // Saved for today, twice; twice for a day to come, of which the later holds; more than may wait.
  await town.aside('putPolicy', { body: from('2026-08-04') });
  await put(from('2026-08-04', { rules: { 'TICKET-8': { period: { unit: 'hours', n: 12 } } } }));
  await town.aside('putPolicy', { body: from('2026-08-20', { callbacks: { attempts: 4 } }) });
  await put(from('2026-08-20', { callbacks: { attempts: 5 } }));
  await town.aside('putPolicy', { body: from('2026-08-15', { callbacks: { repairSharePercent: 0 } }) });
  for (let n = 0; n < 8; n++) await town.aside('putPolicy', { body: from(`2026-09-1${n}`) });
  await put(from('2026-09-18'));
  await town.refused('putPolicy', { body: from('2026-09-20'), is: 422 });
  await put(from('2026-09-18', { callbacks: { attempts: 9 } }));
  await town.ask('getPolicy');
  const { next } = await town.ask('listPolicyVersions', { query: { limit: '2' } });
  await town.ask('listPolicyVersions', { query: { limit: '2', cursor: next } });
  await town.refused('listPolicyVersions', { query: { cursor: 'nonsense' } });
  town.at('2026-08-19 23:59');
  await town.ask('getPolicy');
  town.at('2026-08-20 00:00');
  await town.ask('getPolicy');
}

async function calendars(town: Town): Promise<void> {
  const put = (body: Record<string, unknown>) => town.ask('putCalendar', { body });
  const refuse = (body: unknown) => town.refused('putCalendar', { body });
  // Fifty working days of a year have to be left: by its own holidays, and by days that the office adds.
  const weekdays = Array.from({ length: 365 }, (_, n) => new Date(Date.UTC(2027, 0, 1 + n)))
    .filter((day) => day.getUTCDay() % 6 !== 0)
    .map((day) => day.toISOString().slice(0, 10));
  await put({ base: 'weekends', extraRest: weekdays.slice(50) });
  await refuse({ base: 'weekends', extraRest: weekdays.slice(49) });
  await refuse({ base: 'cn', years: { '2027': { holidays: weekdays.slice(49), makeUp: [] } } });
  await refuse({
    base: 'cn',
    extraWork: ['2027-05-01', '2027-05-01', '2027-05-02'],
    extraRest: ['2027-05-02'],
    years: { '2027': { holidays: ['2028-01-01', '2027-01-04'], makeUp: ['2027-01-04', '2027-01-05'] } },
  });
  await refuse({ base: 'us' });
  await refuse({ base: 'cn', years: { '1899': { holidays: [], makeUp: [] } } });
  await put({ base: 'cn', extraWork: ['2027-05-01'], extraRest: ['2027-05-04'] });
  await put({ base: 'cn', years: { '2027': { holidays: ['2027-01-01'], makeUp: ['2027-01-03'] } } });
  await town.ask('getCalendar');
}
