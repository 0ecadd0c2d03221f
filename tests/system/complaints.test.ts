import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Complaint, complaints, instantOf, noComplaints, ticketOf, zone } from '../complaints.ts';
import { type Answer, type Cloud, testCloud, unready } from './harness.ts';
import { everything, expectStatus, makeOffice, type TestOffice, type Ticket } from './office.ts';

/**
 * Real complaints posted through the public API. Their deadlines are counted here once more, by other means.
 */

const missing = noComplaints ?? unready;
if (missing) console.warn(`real complaints are not posted: ${missing}`);

const closing = '18:45';

const weekday = new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', weekday: 'short' });

/** The close of the n-th day after that is neither a Saturday nor a Sunday. */
function afterWorkingDays(local: string, n: number): string {
  let day = new Date(`${local.slice(0, 10)}T12:00:00Z`);
  for (let left = n; left > 0; ) {
    day = new Date(day.getTime() + 86_400_000);
    if (!['Sat', 'Sun'].includes(weekday.format(day))) left--;
  }
  return instantOf(`${day.toISOString().slice(0, 10)}T${closing}:00`);
}

const afterHours = (local: string, n: number) =>
  new Date(Date.parse(instantOf(local)) + n * 3_600_000).toISOString();

/** The rules by which its ticket is owed, with the moments they are due. */
function owedFor(complaint: Complaint): Record<string, string> {
  const { createdAt } = complaint;
  const { kind, grade, urgent, handling } = ticketOf(complaint);
  const owed: Record<string, string> =
    handling === 'critical' ? { 'TICKET-4.critical': afterHours(createdAt, 1) } : {};
  if (kind === 'enquiry') return { ...owed, 'TICKET-8': afterHours(createdAt, 24) };
  if (urgent) return { ...owed, 'TICKET-6.urgent': afterHours(createdAt, 24) };
  if (kind === 'repair') return { ...owed, 'TICKET-6.normal': afterWorkingDays(createdAt, 3) };
  return { ...owed, [`TICKET-3.${grade}`]: afterWorkingDays(createdAt, grade === 'major' ? 1 : 3) };
}

/** Calls `work` for each, so many at a time, and keeps the order of the answers. */
async function inParallel<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const waiting = [...items.entries()];
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) results[next[0]] = await work(next[1]);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

describe.skipIf(missing)('254 real complaints', { timeout: 180_000 }, () => {
  let cloud: Cloud;
  let office: TestOffice;
  beforeAll(async () => {
    cloud = await testCloud({ clock: '2019-09-09T10:00:00-04:00' });
    const spans = [
      { from: '09:00', to: '12:30' },
      { from: '13:15', to: closing },
    ];
    office = await makeOffice(cloud, 'new-york', {
      roles: ['desk'],
      tenant: { zone, tier: 'premium', language: 'en' },
      property: { name: 'The city', zone, hours: { working: spans } },
    });
    await expectStatus(200, office.as('owner')('PUT', '/v1/calendar', { base: 'weekends' }));
  });
  afterAll(() => cloud?.stop());

  /** Posts everything, sixteen at a time, as one run of the integrator's program. */
  const run = (name: string): Promise<Answer<Ticket>[]> =>
    inParallel(complaints, 16, (complaint) =>
      office.app<Ticket>(
        'POST',
        '/v1/tickets',
        { ...ticketOf(complaint), propertyId: office.propertyId },
        { 'idempotency-key': `${name}-${complaint.key}` },
      ),
    );

  it('go in once, however often they are posted, each with the deadlines counted here', async () => {
    expect(complaints).toHaveLength(254);
    const first = await run('first');
    expect(new Set(first.map(({ status }) => status))).toEqual(new Set([201]));
    const second = await run('second');
    expect(new Set(second.map(({ status }) => status))).toEqual(new Set([200]));
    expect(second.map(({ body }) => body.id)).toEqual(first.map(({ body }) => body.id));
    const replayed = await office.app<Ticket>(
      'POST',
      '/v1/tickets',
      { ...ticketOf(complaints[0] as Complaint), propertyId: office.propertyId },
      { 'idempotency-key': `first-${complaints[0]?.key}` },
    );
    expect([replayed.status, replayed.headers.get('idempotency-replayed'), replayed.body]).toEqual([
      201,
      'true',
      first[0]?.body,
    ]);

    const owed = (ticket: Ticket) =>
      Object.fromEntries(ticket.obligations.map(({ ruleId, dueAt }) => [ruleId, dueAt]));
    const wrong = complaints.flatMap((complaint, i) => {
      const [expected, got] = [owedFor(complaint), owed(first[i]?.body as Ticket)];
      return JSON.stringify(sorted(expected)) === JSON.stringify(sorted(got))
        ? []
        : [{ received: complaint.createdAt, expected, got }];
    });
    expect(wrong).toEqual([]);

    // The lists, due first and all pages, hold every one of them once.
    const listed = await everything<Ticket>(
      office.app,
      `/v1/tickets?propertyId=${office.propertyId}&sort=due`,
    );
    expect(listed.map(({ id }) => id).sort()).toEqual(first.map(({ body }) => body.id).sort());
    const due = listed.map(({ dueAt }) => dueAt ?? '');
    expect(due).toEqual([...due].sort());
    // So does what is owed: more, for danger is also to be reported upwards.
    const open = await everything<{ objectId: string; ruleId: string }>(office.app, '/v1/obligations');
    expect(open).toHaveLength(complaints.flatMap((complaint) => Object.keys(owedFor(complaint))).length);

    // Counted by the stream (TICKET-14), each once.
    await cloud.settle();
    const { analysis } = await expectStatus(
      200,
      office.app<{ analysis: { category: { value: string; total: number }[] } }>(
        'GET',
        `/v1/reports/goals?month=2019-09&propertyId=${office.propertyId}`,
      ),
    );
    const byCategory = Object.groupBy(complaints, ({ category }) => category);
    expect(Object.fromEntries(analysis.category.map(({ value, total }) => [value, total]))).toEqual(
      Object.fromEntries(Object.entries(byCategory).map(([category, all]) => [category, all?.length])),
    );
  });
});

const sorted = (record: Record<string, string>) =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
