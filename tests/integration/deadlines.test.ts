import { beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../shared/ids.ts';
import { call, functionEnvironment, keyOf, staffOf } from './call.ts';

await functionEnvironment();
const policy = (await import('../../functions/policy/handler.ts')).handler;
const offices = (await import('../../functions/offices/handler.ts')).handler;

const office = newId('tenant');
const manager = staffOf(office, ['manager']);
const preview = (body: unknown, who = manager) =>
  call(policy as never, who, 'POST /v1/deadlines/preview', { body });

describe('a deadline looked at beforehand', () => {
  it.each([
    ['TICKET-3.major', '2026-09-30T10:00:00+08:00', '2026-10-08T09:30:00.000Z'],
    ['TICKET-3.general', '2026-09-30T10:00:00+08:00', '2026-10-10T09:30:00.000Z'],
    ['CALLBACK-1', '2026-09-25T10:00:00+08:00', '2026-10-08T09:30:00.000Z'],
    ['TICKET-8', '2026-09-30T08:10:00Z', '2026-10-01T08:10:00.000Z'],
  ])('by %s from %s is due %s', async (ruleId, startAt, dueAt) => {
    const { status, body } = await preview({ ruleId, startAt });
    expect(status).toBe(200);
    expect([body.dueAt, body.rule.id, body.policyVersion]).toEqual([dueAt, ruleId, 0]);
  });

  it('says which days it skipped and why, in Chinese and English', async () => {
    const { body } = await preview({ ruleId: 'TICKET-3.major', startAt: '2026-09-30T10:00:00+08:00' });
    expect(body.deadline.steps.filter((s: { kind: string }) => s.kind === 'skipped')).toHaveLength(7);
    expect(body.deadline.calendarVersion).toMatch(/^cn-/);
    expect(body.explanation.en).toContain('National Day');
    expect(body.explanation.zh).toContain('国庆节');
    expect(body.explanation.zh).toContain('TIME-5');
  });

  it('says so when the year\u2019s calendar is not published', async () => {
    const { body } = await preview({
      period: { unit: 'workingDays', n: 3 },
      startAt: '2190-09-30T10:00:00Z',
    });
    expect(body.deadline.provisional).toBe(true);
    expect(body.explanation.en).toContain('TIME-7');
    expect(body.rule).toBeUndefined();
  });

  describe('of an office with its own policy, calendar and property', () => {
    let propertyId: string;
    beforeAll(async () => {
      const property = await call(offices as never, manager, 'POST /v1/properties', {
        body: {
          name: 'Elm Street 1',
          zone: 'America/New_York',
          hours: { working: [{ from: '09:00', to: '18:00' }] },
        },
      });
      propertyId = property.body.id;
      await call(policy as never, manager, 'PUT /v1/policy', {
        body: {
          effectiveFrom: '2998-01-01',
          rules: { 'TICKET-3.general': { period: { unit: 'workingDays', n: 1 } } },
        },
      });
      await call(policy as never, manager, 'PUT /v1/calendar', {
        body: { base: 'weekends', extraRest: ['2026-03-10'] },
      });
    });

    it('is counted in the property\u2019s zone and hours, around the office\u2019s own days', async () => {
      // Monday evening in New York is Tuesday in Shanghai; Tuesday the office rests.
      const { body } = await preview({
        propertyId,
        period: { unit: 'workingDays', n: 1 },
        startAt: '2026-03-09T19:00:00-04:00',
      });
      expect(body.dueAt).toBe('2026-03-11T22:00:00.000Z');
      expect(body.deadline.zone).toBe('America/New_York');
    });

    it('follows the policy that holds on the day it starts', async () => {
      const { body } = await preview({ ruleId: 'TICKET-3.general', startAt: '2026-06-01T02:00:00Z' });
      expect([body.policyVersion, body.period.n]).toEqual([0, 3]);
    });

    it('knows no property of another office', async () => {
      const other = staffOf(newId('tenant'), ['desk']);
      const answer = await preview(
        { propertyId, ruleId: 'TICKET-8', startAt: '2026-06-01T02:00:00Z' },
        other,
      );
      expect([answer.status, answer.body.errors[0].path]).toEqual([400, '/body/propertyId']);
    });
  });

  it('may be asked for by API keys and by suspended offices: nothing is stored', async () => {
    const question = { ruleId: 'TICKET-8', startAt: '2026-06-01T02:00:00Z' };
    expect((await preview(question, keyOf(office) as never)).status).toBe(200);
    expect((await preview(question, { ...manager, suspended: true } as never)).status).toBe(200);
  });

  it.each([
    [
      'what each order names itself',
      { ruleId: 'TICKET-6.order', startAt: '2026-06-01T02:00:00Z' },
      '/body/ruleId',
    ],
    ['neither rule nor period', { startAt: '2026-06-01T02:00:00Z' }, '/body/ruleId'],
    [
      'both rule and period',
      { ruleId: 'TICKET-8', period: { unit: 'hours', n: 1 }, startAt: '2026-06-01T02:00:00Z' },
      '/body/ruleId',
    ],
    ['a rule nobody has', { ruleId: 'TICKET-0', startAt: '2026-06-01T02:00:00Z' }, '/body/ruleId'],
    ['a start without a zone', { ruleId: 'TICKET-8', startAt: '2026-06-01T02:00:00' }, '/body/startAt'],
    ['a day that does not exist', { ruleId: 'TICKET-8', startAt: '2026-02-30T02:00:00Z' }, '/body/startAt'],
    ['a start in the year 9999', { ruleId: 'TICKET-8', startAt: '9999-12-31T23:00:00Z' }, '/body/startAt'],
    [
      'a period without end',
      { period: { unit: 'workingDays', n: 1e9 }, startAt: '2026-06-01T02:00:00Z' },
      '/body/period/n',
    ],
  ])('is refused with %s', async (_, body, path) => {
    const answer = await preview(body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map((e: { path: string }) => e.path)).toEqual([path]);
  });
});
