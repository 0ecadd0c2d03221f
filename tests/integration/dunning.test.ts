import { type DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { followAccounts } from '../../functions/dunning/account.ts';
import { dun } from '../../functions/dunning/step.ts';
import { noHistory } from '../../shared/history.ts';
import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { type Item, OfficeTable } from '../../shared/table.ts';
import { type Answer, call, staffOf } from './call.ts';
import { caseIdOf, itemsOf } from './dunning.ts';
import {
  ask,
  begin,
  countersAgree,
  days,
  dunning,
  eventsOf,
  get,
  here,
  notify,
  obligations,
  post,
  world,
} from './dunning-stage.ts';
import { client, cursors } from './dynamodb.ts';
import { customerIdOf, propertyId, unitIdOf } from './fees.ts';
import { audit } from './payments.ts';
import { setClock, sh } from './reminders.ts';

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
  it('told once more while the next step waits to be told leaves the case as it is', async () => {
    await begin('2026-10-20 09:00');
    await here.bill(1, 10_000, '2026-11-10');
    await here.stream();
    const stored = async () => (await here.table.load({ file: keys.dunning(here.t, caseIdOf(1)) })).file;
    const before = await stored();
    expect(before?.dueSk?.slice(0, 24)).toBe(sh('2026-11-09 08:30'));
    for (const later of ['2026-11-09 08:31', '2026-11-09 08:50', '2026-11-09 10:00']) {
      setClock(sh(later));
      const place = { propertyId, unitId: unitIdOf(1), payerId: customerIdOf(1) };
      await followAccounts(here.table, [place], Date.now());
      expect(await stored(), later).toEqual(before);
    }
    await here.advance(sh('2026-11-09 12:00'));
    expect(days(await here.told(1))).toEqual(['2026-11-09 friendly 10000']);
  });

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
