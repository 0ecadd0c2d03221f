import { beforeAll, describe, expect, it } from 'vitest';
import { call, staffOf } from './call.ts';
import { caseIdOf } from './dunning.ts';
import { begin, dunning, get, here, post } from './dunning-stage.ts';
import { customerIdOf, propertyId, unitIdOf } from './fees.ts';
import { sh } from './reminders.ts';

describe('a dunning case that is looked at', () => {
  let bill: string;
  beforeAll(async () => {
    await begin('2026-10-20 09:00');
    bill = await here.bill(1, 10_000, '2026-11-10');
    await here.advance(sh('2026-11-18 18:00'));
  });

  it('says how far it is, what comes next and when', async () => {
    const { next, ...shown } = await get();
    expect(shown).toMatchObject({
      id: caseIdOf(1),
      propertyId,
      unitId: unitIdOf(1),
      payerId: customerIdOf(1),
      state: 'running',
      stage: 'second',
      open: '100.00',
      bills: [{ id: bill, dueDay: '2026-11-10', open: '100.00' }],
      movedOut: false,
    });
    expect(next).toEqual({ step: 'notice', billId: bill, at: sh('2026-11-25 08:30') });
    expect(shown.nextAt).toBe(next.at);
    const list = await call(dunning, staffOf(here.t, ['desk']), 'GET /v1/dunning', { query: { propertyId } });
    expect(list.body.items).toMatchObject([
      { id: caseIdOf(1), stage: 'second', oldestDue: '2026-11-10', nextAt: next.at },
    ]);
  });

  it('says no stage of a bill that nothing was told about', async () => {
    await here.bill(2, 10_000, '2027-06-30');
    await here.advance(sh('2026-11-18 18:30'));
    const shown = await get(2);
    expect(shown).toMatchObject({ state: 'running', next: { step: 'friendly' } });
    expect(shown).not.toHaveProperty('stage');
  });

  it('says nothing of a next step while the payer has time or an objection, but when it is looked at again', async () => {
    const promised = (await post('promise', { until: '2026-11-24' })).body;
    expect([promised.state, promised.bills[0].paused, promised.next]).toEqual([
      'promised',
      'promised',
      undefined,
    ]);
    expect(promised.nextAt).toBe(sh('2026-11-25 08:30'));
    await here.bill(3, 10_000, '2026-11-10');
    await here.stream();
    const disputed = (await post('dispute', { reason: '面积登记有误' }, 3)).body;
    expect([disputed.bills[0].paused, disputed.next]).toEqual(['disputed', undefined]);
  });
});
