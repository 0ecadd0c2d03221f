import type { Who } from '../service/client.ts';
import type { Acting } from './act.ts';

/** What happens to an office as a whole, and people who only look. */

const operator: Who = { kind: 'operator', id: 'operator' };

export async function suspend({ dice, office, memory, post, wait, now }: Acting) {
  const params = { id: office.tenantId };
  const never = Number.POSITIVE_INFINITY;
  const span = { from: now(), since: never, until: never, to: never };
  memory.suspensions.push(span);
  const { status } = await post(
    operator,
    'POST /operator/v1/tenants/{id}/suspend',
    { reason: 'unpaid' },
    params,
  );
  if (status === 200) span.since = now();
  await wait(dice.between(3_600_000, 2 * 86_400_000));
  // Whoever was suspended meanwhile is so no longer either.
  const begun = memory.suspensions.filter(({ from }) => from <= now());
  for (const one of begun) one.until = Math.min(one.until, now());
  await post(operator, 'POST /operator/v1/tenants/{id}/reactivate', undefined, params);
  for (const one of begun) one.to = Math.min(one.to, now());
}

/** General complaints have other days from some day on; once in an office, so that the model can tell which. */
export async function policy({ dice, office, memory, put, today, now }: Acting) {
  if (memory.policies.length > 0) return;
  const days = dice.pick([1, 2, 5]);
  const version = { effectiveFrom: today(dice.between(1, 4)), days, at: now() };
  memory.policies.push(version);
  const { status } = await put(office.staff.owner, 'PUT /v1/policy', {
    effectiveFrom: version.effectiveFrom,
    rules: { 'TICKET-3.general': { period: { unit: 'workingDays', n: days } } },
    digest: { roles: office.digestRoles },
  });
  if (status !== 200) memory.policies.pop();
}

/** The State Council's calendar of the next year arrives. */
export const nextYear = {
  holidays: ['2027-01-01', '2027-01-04', '2027-01-05', '2027-01-06', '2027-01-07'],
  makeUp: ['2027-01-03', '2027-01-09'],
};

export async function calendar({ office, memory, put, now }: Acting) {
  if (memory.calendarAt !== undefined) return;
  memory.calendarAt = now();
  await put(office.staff.owner, 'PUT /v1/calendar', { base: 'cn', years: { '2027': nextYear } });
}

/** Somebody leaves: from then on the others are told. */
export async function people({ dice, office, patch }: Acting) {
  const { id } = dice.pick([office.staff.engineer, office.staff.guard, office.staff.supervisor]);
  await patch(office.staff.owner, 'PATCH /v1/staff/{id}', { active: false }, { id });
}

export async function look({ dice, office, memory, get, today }: Acting) {
  const { staff, propertyId } = office;
  const ticket = [...memory.tickets.keys()].at(-1);
  switch (dice.between(0, 5)) {
    case 0:
      return get(staff.desk, 'GET /v1/tickets', { propertyId, limit: '2' });
    case 1:
      return ticket && get(staff.desk, 'GET /v1/tickets/{id}', {}, { id: ticket });
    case 2:
      return get(staff.manager, 'GET /v1/reports/goals', { month: today(0).slice(0, 7) });
    case 3:
      return get(staff.finance, 'GET /v1/arrears', { propertyId });
    case 4:
      return get(staff.desk, 'GET /v1/obligations', {});
    case 5:
      return ticket && get(staff.manager, 'GET /v1/audit/verify', { objectId: ticket });
  }
}

export async function inbox({ dice, office, get, post }: Acting) {
  const who = dice.pick([office.staff.desk, office.staff.supervisor, office.staff.manager]);
  const { body } = await get(who, 'GET /v1/inbox', {});
  const first = body?.items?.[0];
  if (first) await post(who, 'POST /v1/inbox/{id}/read', undefined, { id: first.id });
}
