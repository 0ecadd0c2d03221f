import { type DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { relook } from '../../functions/dunning/relook.ts';
import { dun } from '../../functions/dunning/step.ts';
import type { ToldStep } from '../../functions/dunning/store.ts';
import { countAnew, countersOf } from '../../functions/stream/rebuild.ts';
import { noHistory } from '../../shared/history.ts';
import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { type Obligation, parse } from '../../shared/obligations/index.ts';
import { type Item, type Key, OfficeTable } from '../../shared/table.ts';
import { type Answer, call, staffOf } from './call.ts';
import { caseIdOf, type DunningOffice, dunningOffice, itemsOf } from './dunning.ts';
import { client, cursors } from './dynamodb.ts';
import { customerIdOf, propertyId, unitIdOf } from './fees.ts';
import { audit } from './payments.ts';
import { eventOf, officeItem, setClock, sh, startWorld } from './reminders.ts';

const world = await startWorld();
const { handler: notifier } = await import('../../functions/notifier/handler.ts');
const { handler: payments } = await import('../../functions/payments/handler.ts');
const { handler: dunning } = await import('../../functions/dunning/handler.ts');
vi.spyOn(console, 'log').mockImplementation(() => undefined);
afterAll(world.stop);

const notify = async (tenantId: string, key: Key) => {
  const body = JSON.stringify({ kind: 'due', tenantId, ...key });
  const { batchItemFailures } = await notifier(eventOf([{ MessageId: newId('event'), Body: body }]));
  expect(batchItemFailures).toEqual([]);
};

let here: DunningOffice;
let last: DunningOffice | undefined;
const begin = async (at: string) => {
  await last?.wipe();
  setClock(sh(at));
  here = await dunningOffice(world.tableName, payments, notify);
  last = here;
};
const ask = (route: string, id: string, body?: unknown, roles: Parameters<typeof staffOf>[1] = ['owner']) =>
  call(dunning, staffOf(here.t, roles), route, { params: { id }, ...(body !== undefined && { body }) });
const post = (step: string, body: unknown, unit = 1): Promise<Answer> =>
  ask(`POST /v1/dunning/{id}/${step}`, caseIdOf(unit), body);
const get = async (unit = 1) => (await ask('GET /v1/dunning/{id}', caseIdOf(unit))).body;
const days = (told: ToldStep[]) =>
  told.map(
    ({ at, step, total }) =>
      `${new Date(Date.parse(at) + 8 * 3_600_000).toISOString().slice(0, 10)} ${step} ${total}`,
  );
const obligations = async (unit = 1): Promise<Obligation[]> =>
  (
    await here.table.all({
      pk: keys.objectPk(here.t, caseIdOf(unit)),
      sk: { begins: keys.obligationsPrefix },
    })
  ).map(parse);
const eventsOf = async (unit = 1) =>
  (
    await here.table.all({ pk: keys.objectPk(here.t, caseIdOf(unit)), sk: { begins: keys.eventsPrefix } })
  ).map(
    ({ rest }) =>
      rest as { type: string; data: Record<string, unknown>; seq: number; prev: string; hash: string },
  );
const countersAgree = async () => {
  const { totals, shares } = await countAnew(here.table);
  expect(await countersOf(here.table)).toEqual(totals);
  expect(shares).toEqual([]);
};

describe('a bill nobody pays', () => {
  beforeAll(async () => {
    await begin('2026-10-20 09:00');
    await here.bill(1, 10_000, '2026-11-10');
    await here.bill(1, 5000, '2026-11-10');
    await here.advance(sh('2027-01-31 18:00'));
  });

  it('is asked for step by step, with one message for both bills', async () => {
    const told = await here.told(1);
    expect(days(told)).toEqual([
      '2026-11-09 friendly 15000',
      '2026-11-11 reminder 15000',
      '2026-11-17 second 15000',
      '2026-11-25 notice 15000',
      '2026-12-10 visit 15000',
      '2027-01-11 letter 15000',
    ]);
    for (const { bills } of told) expect(bills).toHaveLength(2);
  });

  it('goes by mail to the payer, except the visit, which somebody makes', async () => {
    const mails = (await itemsOf(world.tableName, here.t)).filter(({ et }) => et === 'delivery');
    expect(mails.map(({ list }) => [list?.channel, list?.customerId])).toEqual(
      Array.from({ length: 5 }, () => ['email', customerIdOf(1)]),
    );
    const told = await here.told(1);
    expect(told.map(({ channels }) => channels)).toEqual([
      ['email'],
      ['email'],
      ['email'],
      ['email'],
      [],
      ['email'],
    ]);
    expect(told[1]?.text.zh).toContain('合计：150.00 元');
    expect(told[1]?.text.zh).toContain('逾期 1 天');
    expect(JSON.stringify(told)).not.toContain('业主1');
  });

  it('puts notice, visit and decision on people, under their rules', async () => {
    const owed = await obligations();
    expect(owed.map(({ ruleId, status }) => `${ruleId} ${status}`).sort()).toEqual([
      'FEE-4.decision open',
      'FEE-4.notice open',
      'FEE-4.visit open',
    ]);
    expect(owed.every(({ objectKind, title }) => objectKind === 'dunning' && title === undefined)).toBe(true);
  });

  it('has a history that no message is missing from', async () => {
    const events = await eventsOf();
    expect(events.map(({ type }) => type)).toEqual(Array.from({ length: 6 }, () => 'dunning.told'));
    events.forEach(({ seq, prev }, i) => {
      expect([seq, prev]).toEqual([i + 1, events[i - 1]?.hash ?? noHistory.hash]);
    });
    expect(events[0]?.data.channels).toEqual(['webhook']);
  });

  it('is in the lists of its property, its stage and its age, and nowhere else', async () => {
    const list = async (query: Record<string, string>) =>
      (await call(dunning, staffOf(here.t, ['desk']), 'GET /v1/dunning', { query })).body.items.map(
        ({ id, stage, state, open }: Record<string, string>) => [id, stage, state, open],
      );
    const one = [caseIdOf(1), 'letter', 'running', '150.00'];
    expect(await list({ propertyId })).toEqual([one]);
    expect(await list({ propertyId, stage: 'letter' })).toEqual([one]);
    expect(await list({ propertyId, stage: 'visit' })).toEqual([]);
    expect(await list({ propertyId, state: 'running' })).toEqual([one]);
    expect(await list({ propertyId, age: '61-90' })).toEqual([one]);
    for (const age of ['0-30', '31-60', '90+']) expect(await list({ propertyId, age })).toEqual([]);
    expect(await list({ unitId: unitIdOf(1) })).toEqual([one]);
  });

  it('shows what was told with its text, receipts and amounts', async () => {
    const { items } = (await ask('GET /v1/dunning/{id}/log', caseIdOf(1))).body;
    expect(items.map(({ step }: { step: string }) => step)).toEqual([
      'letter',
      'visit',
      'notice',
      'second',
      'reminder',
      'friendly',
    ]);
    expect(items[0]).toMatchObject({
      total: '150.00',
      receipts: [{ channel: 'email', status: 'pending' }],
      channels: ['email'],
    });
  });

  it('is none of a guard\u2019s business (FEE-8)', async () => {
    expect((await ask('GET /v1/dunning/{id}', caseIdOf(1), undefined, ['guard'])).status).toBe(403);
  });

  it('is paid at last: what people owe about it is done, and the case leaves the lists', async () => {
    await here.pay('150.00');
    await here.stream();
    expect((await obligations()).map(({ status }) => status)).toEqual([
      'discharged',
      'discharged',
      'discharged',
    ]);
    expect((await get()).state).toBe('clear');
    expect((await eventsOf()).at(-1)?.type).toBe('dunning.cleared');
    const item = (await here.table.load({ item: keys.dunning(here.t, caseIdOf(1)) })).item as Item;
    expect([item.g1pk, item.g2pk, item.g4pk, item.duePk]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    await countersAgree();
  });
});

describe('money between two steps', () => {
  it('in part: the next message says what is left', async () => {
    await begin('2026-10-20 09:00');
    await here.bill(1, 10_000, '2026-11-10');
    await here.advance(sh('2026-11-12 12:00'));
    await here.pay('40.00');
    await here.advance(sh('2026-11-18 12:00'));
    const told = await here.told(1);
    expect(days(told)).toEqual([
      '2026-11-09 friendly 10000',
      '2026-11-11 reminder 10000',
      '2026-11-17 second 6000',
    ]);
    expect(told[2]?.text.zh).toContain('部分已付');
    await countersAgree();
  });

  it('at the very moment of a message: whichever was first, the message says what was open then', async () => {
    for (let i = 0; i < 4; i++) {
      await begin('2026-10-20 09:00');
      await here.bill(1, 10_000, '2026-11-10');
      await here.stream();
      setClock(sh('2026-11-11 08:30'));
      await Promise.all([
        notify(here.t, keys.dunning(here.t, caseIdOf(1))),
        here.pay(i % 2 ? '100.00' : '40.00'),
        notify(here.t, keys.dunning(here.t, caseIdOf(1))),
      ]);
      await here.stream();
      const told = await here.told(1);
      expect(told.length).toBeLessThanOrEqual(1);
      const open = i % 2 ? 0 : 6000;
      for (const { total } of told) expect([10_000, open].filter((n) => n > 0)).toContain(total);
      await audit(here);
      await countersAgree();
    }
  });

  it('between the last look and the transaction: the message is made anew, with what is open by then', async () => {
    for (const [amount, left] of [
      ['40.00', [6000]],
      ['100.00', []],
    ] as const) {
      await begin('2026-10-20 09:00');
      await here.bill(1, 10_000, '2026-11-10');
      await here.stream();
      setClock(sh('2026-11-11 08:30'));
      let looks = 0;
      const send = async (command: never) => {
        if ((command as object) instanceof TransactWriteCommand && ++looks === 1) await here.pay(amount);
        return client.send(command);
      };
      const office = new OfficeTable({
        tenantId: here.t,
        client: { send } as unknown as DynamoDBDocumentClient,
        tableName: world.tableName,
        cursors,
      });
      await dun(office, keys.dunning(here.t, caseIdOf(1)), Date.now, 'meanwhile');
      expect(looks).toBe(2);
      expect((await here.told(1)).map(({ total }) => total)).toEqual(left);
      await audit(here);
    }
  });

  it('that did not hold: it goes on where it was', async () => {
    await begin('2026-10-20 09:00');
    await here.bill(1, 10_000, '2026-11-10');
    await here.advance(sh('2026-11-12 12:00'));
    const { body } = await here.pay('100.00');
    await here.advance(sh('2026-11-14 12:00'));
    await here.post('/v1/payments/{id}/reverse', { reason: '退票' }, { params: { id: body.id } });
    await here.advance(sh('2026-11-18 12:00'));
    expect(days(await here.told(1)).slice(-2)).toEqual([
      '2026-11-11 reminder 10000',
      '2026-11-17 second 10000',
    ]);
    await countersAgree();
  });
});

describe('a promise (FEE-5)', () => {
  it('kept: nothing is asked for any more', async () => {
    await begin('2026-10-20 09:00');
    await here.bill(1, 10_000, '2026-11-10');
    await here.advance(sh('2026-11-12 12:00'));
    const promised = await post('promise', { until: '2026-11-30', note: '电话承诺' });
    expect(promised.body).toMatchObject({
      state: 'promised',
      arrangement: { instalments: [{ day: '2026-11-30', amount: '100.00' }], paid: '0.00' },
    });
    await here.advance(sh('2026-11-29 12:00'));
    await here.pay('100.00');
    await here.advance(sh('2027-02-28 12:00'));
    expect((await here.told(1)).at(-1)?.step).toBe('reminder');
    expect((await eventsOf()).map(({ type }) => type).slice(-2)).toEqual(['dunning.kept', 'dunning.cleared']);
  });

  it('broken: said so, and on where it stopped', async () => {
    await begin('2026-10-20 09:00');
    await here.bill(1, 10_000, '2026-11-10');
    await here.advance(sh('2026-11-12 12:00'));
    await post('promise', { until: '2026-11-30', amount: '60.00' });
    await here.advance(sh('2026-11-20 12:00'));
    await here.pay('59.99');
    await here.advance(sh('2026-12-12 12:00'));
    expect((await eventsOf()).find(({ type }) => type === 'dunning.broken')?.data).toMatchObject({
      due: '60.00',
      paid: '59.99',
    });
    // It stood still from the 12th of November to the 1st of December: 19 days.
    expect(days(await here.told(1)).slice(-1)).toEqual(['2026-12-07 second 4001']);
  });

  it('instalments have to come to what is open, in order, none in the past', async () => {
    await begin('2026-10-20 09:00');
    await here.bill(1, 10_000, '2026-11-10');
    await here.stream();
    const plan = (...instalments: [string, string][]) =>
      post('plan', { instalments: instalments.map(([day, amount]) => ({ day, amount })) });
    const problems = async (answer: Promise<Answer>) =>
      (await answer).body.errors?.map(({ path, code }: { path: string; code: string }) => `${path} ${code}`);
    expect(await problems(plan(['2026-11-20', '60.00'], ['2026-12-20', '40.01']))).toEqual([
      '/body/instalments sum_differs',
    ]);
    expect(await problems(plan(['2026-11-20', '60.00'], ['2026-11-20', '40.00']))).toEqual([
      '/body/instalments/1/day not_in_order',
    ]);
    expect(await problems(plan(['2026-10-19', '100.00']))).toEqual(['/body/instalments/0/day past']);
    expect(await problems(post('promise', { until: '2026-11-20', amount: '100.01' }))).toEqual([
      '/body/amount too_much',
    ]);
    expect(await problems(post('promise', { until: '2026-11-20', bills: [newId('bill')] }))).toEqual([
      '/body/bills/0 not_asked_for',
    ]);
    expect((await plan(['2026-11-20', '60.00'], ['2026-12-20', '40.00'])).body.state).toBe('plan');
    expect((await post('promise', { until: '2026-11-20' })).status).toBe(409);
    await here.advance(sh('2026-11-19 12:00'));
    await here.pay('60.00');
    await here.advance(sh('2026-12-19 12:00'));
    expect((await get()).state).toBe('plan');
    await here.advance(sh('2026-12-31 12:00'));
    expect((await eventsOf()).map(({ type }) => type)).toContain('dunning.broken');
  });
});

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
    await here.pay('1020.00');
    await here.stream();
    expect(await get()).toMatchObject({ state: 'clear', open: '0.00' });
    await countersAgree();
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
