import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { allRoutes } from '../../functions/routes.ts';
import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { loadWithRules } from '../../shared/policyStore.ts';
import { call, functionEnvironment, keyOf, staffOf } from './call.ts';
import { officeTable } from './dynamodb.ts';

const { tableName } = await functionEnvironment();
const { handler } = await import('../../functions/policy/handler.ts');

const anOffice = () => staffOf(newId('tenant'), ['manager']);
const send = (who: ReturnType<typeof staffOf>, route: string, body?: unknown, headers = {}) =>
  call(handler as never, who, route, { ...(body !== undefined && { body }), headers });
const paths = (answer: { body: { errors: { path: string }[] } }) =>
  answer.body.errors.map((e) => e.path).sort();

const major = (n: number, effectiveFrom = '2999-01-01') => ({
  effectiveFrom,
  rules: { 'TICKET-3.major': { period: { unit: 'hours', n } } },
});
const today = () => new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 10);

describe('the policy of an office', () => {
  it('is the standard pack until something is set', async () => {
    const who = anOffice();
    const { status, body, headers } = await send(who, 'GET /v1/policy');
    expect(status).toBe(200);
    expect([body.latest, body.upcoming, body.override, headers.etag]).toEqual([0, [], undefined, '"0"']);
    const standard = await send(who, 'GET /v1/policy/standard');
    expect(body.policy).toEqual(standard.body);
  });

  it('holds from the day it names, and before that the one before', async () => {
    const who = anOffice();
    expect((await send(who, 'PUT /v1/policy', major(8, today()))).status).toBe(200);
    const { body } = await send(who, 'PUT /v1/policy', major(4));
    expect(body.policy.version).toBe(1);
    expect(body.policy.rules['TICKET-3.major']).toMatchObject({
      period: { unit: 'hours', n: 8 },
      basis: 'office',
    });
    expect(body.upcoming).toEqual([{ version: 2, effectiveFrom: '2999-01-01' }]);
    const { rules } = await loadWithRules(officeTable(tableName, who.tenantId), {});
    expect(rules.policyFor(today()).rules['TICKET-3.major'].period).toEqual({ unit: 'hours', n: 8 });
    expect(rules.policyFor('2999-01-02').rules['TICKET-3.major'].period).toEqual({ unit: 'hours', n: 4 });
  });

  it('is kept version by version, never rewritten', async () => {
    const who = anOffice();
    for (const n of [1, 2, 3]) await send(who, 'PUT /v1/policy', major(n));
    const { body } = await call(handler as never, who, 'GET /v1/policy/versions', { query: { limit: '2' } });
    expect(body.items.map((item: { version: number }) => item.version)).toEqual([3, 2]);
    expect(body.items[1]).toMatchObject({ savedBy: `staff:${who.id}`, override: major(2) });
    const rest = await call(handler as never, who, 'GET /v1/policy/versions', {
      query: { limit: '2', cursor: body.next },
    });
    expect(rest.body.items.map((item: { version: number }) => item.version)).toEqual([1]);
  });

  it('is changed only from the version the caller read', async () => {
    const who = anOffice();
    expect((await send(who, 'PUT /v1/policy', major(1), { 'if-match': '"0"' })).headers.etag).toBe('"1"');
    expect((await send(who, 'PUT /v1/policy', major(2), { 'if-match': '"0"' })).status).toBe(412);
  });

  it('loses no version when several are saved at once', async () => {
    const who = anOffice();
    const answers = await Promise.all([1, 2, 3, 4].map((n) => send(who, 'PUT /v1/policy', major(n))));
    const saved = answers.filter(({ status }) => status === 200).length;
    expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true);
    expect((await send(who, 'GET /v1/policy')).body.latest).toBe(saved);
  });

  it('cannot begin in the past, and every bad figure is named', async () => {
    const who = anOffice();
    const answer = await send(who, 'PUT /v1/policy', {
      effectiveFrom: '2020-01-01',
      rules: { 'TICKET-3.major': { ladder: 'none' } },
      ladders: {
        mine: [{ at: { before: 'half' }, kind: 'due', to: ['owner', 'owner'], channels: ['inbox'] }],
      },
    });
    expect(answer.status).toBe(400);
    expect(paths(answer)).toEqual([
      '/body/effectiveFrom',
      '/body/ladders/mine',
      '/body/ladders/mine/0/kind',
      '/body/ladders/mine/0/to',
      '/body/rules/TICKET-3.major/ladder',
    ]);
    const shape = await send(who, 'PUT /v1/policy', {
      effectiveFrom: '2999-02-30',
      rules: { 'TICKET-99': {}, 'CALLBACK-1': { period: { unit: 'weeks', n: 0 } } },
      callbacks: { attempts: 'three' },
    });
    expect(paths(shape)).toEqual([
      '/body/callbacks/attempts',
      '/body/effectiveFrom',
      '/body/rules/CALLBACK-1/period/n',
      '/body/rules/TICKET-99',
    ]);
    expect((await send(who, 'GET /v1/policy')).body.latest).toBe(0);
  });

  it('refuses a thirteenth version to come, and one day is waited for once', async () => {
    const who = anOffice();
    for (let i = 0; i < 15; i++) await send(who, 'PUT /v1/policy', major(i + 1, '2999-06-01'));
    const same = await send(who, 'GET /v1/policy');
    expect(same.body.upcoming).toEqual([{ version: 15, effectiveFrom: '2999-06-01' }]);
    const statuses: number[] = [];
    for (let i = 1; i <= 12; i++) {
      statuses.push(
        (await send(who, 'PUT /v1/policy', major(1, `2998-01-${String(i).padStart(2, '0')}`))).status,
      );
    }
    expect(statuses).toEqual([...Array.from({ length: 11 }, () => 200), 422]);
  });

  it('is changed by heads only and never by API keys', async () => {
    const office = newId('tenant');
    expect((await send(staffOf(office, ['supervisor']), 'PUT /v1/policy', major(1))).status).toBe(403);
    expect((await send(keyOf(office), 'PUT /v1/policy', major(1))).status).toBe(403);
    expect((await send(keyOf(office), 'GET /v1/policy')).status).toBe(200);
  });

  it('is no other office\u2019s', async () => {
    const who = anOffice();
    await send(who, 'PUT /v1/policy', major(1, today()));
    expect((await send(anOffice(), 'GET /v1/policy')).body.policy.version).toBe(0);
  });

  it('is what a warm function counts with for that office, though another\u2019s has the same version', async () => {
    const offices = [4, 8].map((hours) => ({ hours, who: anOffice() }));
    for (const { hours, who } of offices) await send(who, 'PUT /v1/policy', major(hours, '2150-01-01'));
    for (const { hours, who } of [...offices, ...offices]) {
      const { body } = await send(who, 'POST /v1/deadlines/preview', {
        ruleId: 'TICKET-3.major',
        startAt: '2150-01-02T08:00:00.000Z',
      });
      expect([body.policyVersion, body.period]).toEqual([1, { unit: 'hours', n: hours }]);
    }
  });
});

describe('the calendar of an office', () => {
  const calendar = {
    base: 'cn',
    extraRest: ['2026-03-09'],
    years: { '2030': { holidays: ['2030-10-01'], makeUp: [] } },
  };

  it('is the State Council\u2019s until something is added, and says which years are not published', async () => {
    const { body, headers } = await send(anOffice(), 'GET /v1/calendar');
    expect([body.base, body.extraRest, headers.etag]).toEqual(['cn', undefined, '"0"']);
    expect(body.outlook).toHaveLength(3);
  });

  it('is kept with its version, and every deadline counted with it names that', async () => {
    const who = anOffice();
    const { body, headers } = await send(who, 'PUT /v1/calendar', calendar);
    expect(headers.etag).toBe('"1"');
    expect((await send(who, 'GET /v1/calendar')).body).toEqual(body);
    const { rules } = await loadWithRules(officeTable(tableName, who.tenantId), {});
    expect(rules.calendar.version).toBe(body.calendarVersion);
    expect(rules.calendar.day('2026-03-09').working).toBe(false);
  });

  it('leaves a job behind that the sweep will find', async () => {
    const who = anOffice();
    const office = officeTable(tableName, who.tenantId);
    await send(who, 'PUT /v1/calendar', calendar);
    const { job } = await office.load({ job: keys.job(office.tenantId, 'recalc') });
    expect([job?.et, job?.list?.kind]).toEqual(['job', 'recalc']);
    expect(Date.parse(job?.dueSk?.split('#')[0] ?? '')).toBeLessThan(Date.now() + 60_000);
  });

  it('names every bad day', async () => {
    const answer = await send(anOffice(), 'PUT /v1/calendar', {
      base: 'cn',
      extraWork: ['2026-03-09', '2026-03-09'],
      extraRest: ['2026-03-09'],
      years: { '2030': { holidays: ['2031-10-01'], makeUp: ['2030-10-02'] } },
    });
    expect(answer.status).toBe(400);
    expect(paths(answer)).toEqual([
      '/body/extraWork/0',
      '/body/extraWork/1',
      '/body/extraWork/1',
      '/body/years/2030/holidays/0',
      '/body/years/2030/makeUp/0',
    ]);
  });

  it('cannot leave a year without working days: a deadline counted in them would never end', async () => {
    const days = Array.from({ length: 365 }, (_, i) =>
      new Date(Date.UTC(2030, 0, 1 + i)).toISOString().slice(0, 10),
    );
    const years = { '2030': { holidays: days, makeUp: [] } };
    expect(paths(await send(anOffice(), 'PUT /v1/calendar', { base: 'cn', years }))).toEqual([
      '/body/years/2030',
    ]);
    const rest = await send(anOffice(), 'PUT /v1/calendar', { base: 'weekends', extraRest: days });
    expect(paths(rest)).toEqual(['/body/extraRest']);
  });

  it('is changed only from the version the caller read', async () => {
    const who = anOffice();
    await send(who, 'PUT /v1/calendar', calendar);
    expect((await send(who, 'PUT /v1/calendar', { base: 'cn' }, { 'if-match': '"0"' })).status).toBe(412);
    expect((await send(who, 'PUT /v1/calendar', { base: 'cn' }, { 'if-match': '"1"' })).status).toBe(200);
  });
});

describe('the steps of a desk (TICKET-9)', () => {
  it('are four for a complaint and four for everything else, in both languages', async () => {
    const { status, body } = await send(anOffice(), 'GET /v1/policy/desk-steps');
    expect([status, body.ruleId]).toEqual([200, 'TICKET-9']);
    const names = Object.entries<{ key: string }[]>(body.steps).map(([kind, steps]) => [
      kind,
      steps.map(({ key }) => key).join(' '),
    ]);
    expect(Object.fromEntries(names)).toEqual({
      complaint: 'apologise listen act thank',
      repair: 'greet ask act confirm',
      enquiry: 'greet ask act confirm',
      suggestion: 'greet ask act confirm',
    });
  });

  it('name operations and fields that the document has', async () => {
    const { body } = await send(anOffice(), 'GET /v1/policy/desk-steps');
    const operations = new Map(allRoutes.map(({ id, body: shape }) => [id, shape]));
    for (const step of Object.values<{ operation?: string; fields: string[] }[]>(body.steps).flat()) {
      const shape = JSON.stringify(
        step.operation && z.toJSONSchema(operations.get(step.operation) as never, { io: 'input' }),
      );
      for (const field of step.fields) expect(shape, `${step.operation} ${field}`).toContain(`"${field}":`);
      expect(step.operation === undefined, step.fields.join()).toBe(step.fields.length === 0);
    }
  });
});
