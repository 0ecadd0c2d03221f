import { describe, expect, it } from 'vitest';
import { relook } from '../../functions/dunning/relook.ts';
import { keys } from '../../shared/keys.ts';
import { call, staffOf } from './call.ts';
import { caseIdOf } from './dunning.ts';
import { ask, begin, countersAgree, days, get, here, notify, obligations, post } from './dunning-stage.ts';
import { unitIdOf } from './fees.ts';
import { audit } from './payments.ts';
import { officeItem, setClock, sh } from './reminders.ts';

describe('disputes, visits, decisions', () => {
  it('a disputed bill is left out, somebody owes an answer, and afterwards it goes on', async () => {
    await begin('2026-10-20 09:00');
    const bill = await here.bill(1, 10_000, '2026-11-10');
    await here.bill(1, 5000, '2026-11-10');
    await here.stream();
    const disputed = await post('dispute', { reason: '面积登记有误', bills: [bill] });
    expect(disputed.body.bills.map(({ paused }: { paused?: string }) => paused).sort()).toEqual([
      'disputed',
      undefined,
    ]);
    await here.advance(sh('2026-11-12 12:00'));
    expect(days(await here.told(1))).toEqual(['2026-11-09 friendly 5000', '2026-11-11 reminder 5000']);
    expect((await obligations()).map(({ ruleId, status }) => [ruleId, status])).toEqual([['FEE-5', 'open']]);
    const settled = await post('resolve-dispute', { outcome: 'rejected', note: '已核对' });
    expect(settled.body.dispute).toBeUndefined();
    expect((await obligations()).map(({ status }) => status)).toEqual(['discharged']);
    expect((await post('resolve-dispute', { outcome: 'rejected', note: '已核对' })).status).toBe(409);
  });

  it('a notice served and a visit made are done; nobody met is no visit', async () => {
    await begin('2026-10-20 09:00');
    await here.bill(1, 10_000, '2026-11-10');
    await here.advance(sh('2026-12-11 12:00'));
    const at = sh('2026-12-11 10:00');
    await post('served', { at, outcome: 'refused', receiver: '张伟' });
    await post('visit', { at, kind: 'visit', reached: false, result: '无人应答' });
    const state = async () =>
      Object.fromEntries((await obligations()).map(({ ruleId, status }) => [ruleId, status]));
    expect(await state()).toEqual({ 'FEE-4.notice': 'discharged', 'FEE-4.visit': 'open' });
    await post('visit', { at, kind: 'call', reached: true, person: '张伟', result: '下周缴清' });
    expect(await state()).toEqual({ 'FEE-4.notice': 'discharged', 'FEE-4.visit': 'discharged' });
    const future = await post('visit', {
      at: sh('2026-12-12 10:00'),
      kind: 'call',
      reached: true,
      result: 'x',
    });
    expect(future.body.errors[0].path).toBe('/body/at');
  });

  it('the manager decides on legal steps: nothing more is sent', async () => {
    await begin('2026-10-20 09:00');
    await here.bill(1, 10_000, '2026-11-10');
    await here.advance(sh('2027-01-12 12:00'));
    expect(
      (await ask('POST /v1/dunning/{id}/decision', caseIdOf(1), { decision: 'legal', reason: 'x' }, ['desk']))
        .status,
    ).toBe(403);
    expect((await post('decision', { decision: 'legal', reason: '多次催缴无果' })).body).toMatchObject({
      state: 'legal',
    });
    await here.bill(1, 10_000, '2027-02-10');
    await here.advance(sh('2027-03-31 12:00'));
    expect((await here.told(1)).at(-1)?.step).toBe('letter');
  });

  it('a case is shown as the books are, also before it has heard of them', async () => {
    await begin('2026-10-20 09:00');
    await here.bill(1, 10_000, '2026-11-10');
    await here.stream();
    expect(await get()).toMatchObject({ open: '100.00', openSteps: expect.arrayContaining(['decision']) });
    await here.pay('100.00');
    expect(await get()).toMatchObject({ open: '0.00', bills: [], openSteps: ['exception'] });
    expect((await post('decision', { decision: 'legal', reason: 'x' })).body.openSteps).toEqual([
      'exception',
    ]);
  });

  it('an exception stops, and lifted it goes on', async () => {
    await begin('2026-10-20 09:00');
    await here.bill(1, 10_000, '2026-11-10');
    await here.stream();
    const put = await ask('PUT /v1/dunning/{id}/exception', caseIdOf(1), { stop: true, reason: '困难家庭' });
    expect(put.body.state).toBe('stopped');
    await here.advance(sh('2026-11-12 12:00'));
    expect(await here.told(1)).toEqual([]);
    expect((await ask('DELETE /v1/dunning/{id}/exception', caseIdOf(1))).body.state).toBe('running');
    await here.advance(sh('2026-11-13 12:00'));
    expect(days(await here.told(1))).toEqual(['2026-11-12 reminder 10000']);
  });

  it('suspended by the manager a case stands still until that day, and keeps the exception it has', async () => {
    await begin('2026-10-20 09:00');
    await here.bill(1, 10_000, '2026-11-10');
    await here.stream();
    const steps = { friendly: null, reminder: 5, second: null };
    const exception = { steps, noLateFee: true, reason: '分期困难' };
    expect((await ask('PUT /v1/dunning/{id}/exception', caseIdOf(1), exception)).status).toBe(200);
    const suspend = (until: string) => post('decision', { decision: 'suspend', until, reason: '家庭困难' });
    const suspended = await suspend('2026-11-18');
    const decision = { decision: 'suspend', until: '2026-11-18', reason: '家庭困难' };
    expect(suspended.body).toMatchObject({ state: 'stopped', exception, decision });
    await here.advance(sh('2026-11-18 12:00'));
    expect(await here.told(1)).toEqual([]);
    await here.advance(sh('2026-11-19 12:00'));
    expect(days(await here.told(1))).toEqual(['2026-11-19 reminder 10000']);
    expect(await get()).toMatchObject({ state: 'running', exception });
    // Again, and called back before its day; the exception may change or be lifted meanwhile.
    expect((await suspend('2027-03-01')).body.state).toBe('stopped');
    expect((await ask('DELETE /v1/dunning/{id}/exception', caseIdOf(1))).body.state).toBe('stopped');
    expect((await ask('PUT /v1/dunning/{id}/exception', caseIdOf(1), exception)).body.state).toBe('stopped');
    const resumed = await post('decision', { decision: 'continue', reason: '已沟通' });
    expect(resumed.body).toMatchObject({ state: 'running', exception });
  });

  it('suspended with a notice still to be served, nobody has to serve it, and it comes again afterwards (FEE-4)', async () => {
    await begin('2026-10-20 09:00');
    await here.bill(1, 10_000, '2026-11-10');
    await here.advance(sh('2026-11-25 12:00'));
    const owed = async () => (await obligations()).map(({ ruleId, status }) => `${ruleId} ${status}`).sort();
    expect(await owed()).toEqual(['FEE-4.notice open']);
    await post('decision', { decision: 'suspend', until: '2026-12-08', reason: '家庭困难' });
    expect(await owed()).toEqual(['FEE-4.notice cancelled']);
    await here.advance(sh('2026-12-09 12:00'));
    expect(days(await here.told(1)).slice(-2)).toEqual([
      '2026-11-25 notice 10000',
      '2026-12-09 notice 10000',
    ]);
    expect(await owed()).toEqual(['FEE-4.notice cancelled', 'FEE-4.notice open']);
  });

  it('suspended until a day a payer who has paid meanwhile is not asked for what is due before that day', async () => {
    await begin('2026-10-20 09:00');
    await here.bill(1, 10_000, '2026-11-10');
    await here.stream();
    await post('decision', { decision: 'suspend', until: '2026-12-15', reason: '家庭困难' });
    await here.pay('100.00');
    await here.stream();
    expect((await get()).state).toBe('clear');
    await here.bill(1, 20_000, '2026-12-10');
    await here.advance(sh('2026-12-15 12:00'));
    expect(await here.told(1)).toEqual([]);
    await here.advance(sh('2026-12-16 12:00'));
    expect(await here.told(1)).toHaveLength(1);
  });

  it('whoever has moved out is not written to; the manager is asked, once', async () => {
    await begin('2026-10-20 09:00');
    await here.bill(1, 10_000, '2026-11-10');
    await here.advance(sh('2026-11-12 12:00'));
    const { file } = await here.table.load({ file: keys.feeFile(here.t, unitIdOf(1)) });
    await here.table.commit([
      {
        update: keys.feeFile(here.t, unitIdOf(1)),
        set: {
          'rest.occupancies': ((file?.rest?.occupancies ?? []) as object[]).map((one) => ({
            ...one,
            to: '2026-11-13',
          })),
        },
        expect: 'exists',
      },
    ]);
    await here.advance(sh('2027-03-01 12:00'));
    expect((await here.told(1)).map(({ step }) => step)).toEqual(['friendly', 'reminder']);
    expect((await obligations()).map(({ ruleId }) => ruleId)).toEqual(['FEE-4.decision']);
    expect(await get()).toMatchObject({ state: 'movedOut', movedOut: true });
  });

  it('a suspended office sends nothing, and goes on when it is active again', async () => {
    await begin('2026-10-20 09:00');
    await here.bill(1, 10_000, '2026-11-10');
    await here.stream();
    await here.system.commit([{ put: officeItem(here.t, { status: 'suspended' }), expect: 'any' }]);
    setClock(sh('2026-11-09 08:30'));
    await notify(here.t, keys.dunning(here.t, caseIdOf(1)));
    const { item } = await here.table.load({ item: keys.dunning(here.t, caseIdOf(1)) });
    expect(item?.dueSk?.slice(0, 24)).toBe(sh('2026-11-09 09:30'));
    await here.system.commit([{ put: officeItem(here.t), expect: 'any' }]);
    await here.advance(sh('2026-11-10 12:00'));
    expect((await here.told(1)).map(({ step }) => step)).toEqual(['friendly']);
  });
});

describe('a new policy', () => {
  it('on its day moves what waits, page by page', async () => {
    await begin('2026-10-20 09:00');
    for (const unit of [0, 1, 2]) await here.bill(unit, 10_000, '2026-12-10');
    await here.stream();
    const { handler: policy } = await import('../../functions/policy/handler.ts');
    const saved = await call(policy, staffOf(here.t, ['owner']), 'PUT /v1/policy', {
      body: {
        effectiveFrom: '2026-11-16',
        dunning: { steps: { friendly: { day: -20, kind: 'message' } } },
      },
    });
    expect(saved.status).toBe(200);
    const version = keys.policy(here.t, 1);
    const due = async () => (await here.table.load({ item: version })).item?.dueSk?.slice(0, 24);
    expect(await due()).toBe(sh('2026-11-16 00:00'));
    setClock(sh('2026-11-16 00:00'));
    for (let run = 0; run < 2; run++) await relook(here.table, version, Date.now(), 1);
    await notify(here.t, version);
    expect(await due()).toBeUndefined();
    await here.advance(sh('2026-11-21 12:00'));
    for (const unit of [0, 1, 2]) {
      expect(days(await here.told(unit))).toEqual(['2026-11-20 friendly 10000']);
    }
  });
});

/** The office sets its late fee before anything happens. */
async function lateFee(set: Record<string, unknown>): Promise<void> {
  const effectiveFrom = '2026-10-01';
  const override = { effectiveFrom, dunning: { lateFee: { on: true, ...set } } };
  await here.table.commit([
    {
      put: {
        ...keys.policyCurrent(here.t),
        et: 'policyCurrent',
        v: 1,
        rest: { versions: [{ version: 1, effectiveFrom, override }] },
      },
      expect: 'any',
    },
  ]);
}

describe('late fees (FEE-9)', () => {
  it('are booked with the message that tells them, line by line, on principal only', async () => {
    await begin('2026-10-20 09:00');
    await lateFee({ afterDays: 10, ratePerDay: '0.001' });
    const bill = await here.bill(1, 100_000, '2026-11-10');
    await here.advance(sh('2026-12-11 12:00'));
    const told = await here.told(1);
    // 5 days to the 25th, 15 more to the 10th: a tenth of a percent of 1000 yuan each.
    expect(
      told.flatMap(({ lateFees }) => lateFees.map(({ days, base, amount }) => [days, base, amount])),
    ).toEqual([
      [5, 100_000, 500],
      [15, 100_000, 1500],
    ]);
    expect(days(told).slice(-2)).toEqual(['2026-11-25 notice 100500', '2026-12-10 visit 102000']);
    expect(told[3]?.text.zh).toContain('滞纳金 2026-11-21 至 2026-11-25：1000.00 元 × 0.1% × 5 天 = 5.00 元');
    expect(await here.billItem(bill)).toMatchObject({ open: 102_000 });
    expect((await get()).bills).toMatchObject([{ id: bill, open: '1020.00', lateFees: '20.00' }]);
    await here.pay('1020.00');
    await here.stream();
    expect(await get()).toMatchObject({ state: 'clear', open: '0.00' });
    await countersAgree();
    const entries = await audit(here);
    expect(entries.filter(({ kind }) => kind === 'lateFee').map(({ amount }) => amount)).toEqual([500, 1500]);
  });

  it('leave out the days of a dispute where the office says so, and those of a promise where not', async () => {
    await begin('2026-10-20 09:00');
    await lateFee({ afterDays: 10, ratePerDay: '0.001', pausesFor: ['dispute'] });
    await here.bill(1, 100_000, '2026-11-10');
    await here.advance(sh('2026-11-21 09:00'));
    await post('promise', { until: '2026-11-24' });
    await here.advance(sh('2026-11-26 09:00'));
    await post('dispute', { reason: '面积登记有误' });
    await here.advance(sh('2026-12-04 09:00'));
    await post('resolve-dispute', { outcome: 'rejected', note: '已核对图纸' });
    await here.advance(sh('2026-12-11 12:00'));
    // The notice of the 25th, later by the four days of the promise and the eight of the dispute; only the eight are forgiven.
    const { step, lateFees, at } = (await here.told(1)).at(-1) ?? {};
    expect([step, at?.slice(0, 10)]).toEqual(['notice', '2026-12-07']);
    expect(lateFees).toMatchObject([
      { from: '2026-11-29', to: '2026-12-07', days: 9, base: 100_000, amount: 900 },
    ]);
  });
});
