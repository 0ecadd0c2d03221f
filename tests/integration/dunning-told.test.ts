import { beforeEach, describe, expect, it } from 'vitest';
import { dun } from '../../functions/dunning/step.ts';
import { issued } from '../../functions/fees/issue.ts';
import { accountOf, accountWrite } from '../../shared/books/index.ts';
import { newId } from '../../shared/ids.ts';
import { keys, lists } from '../../shared/keys.ts';
import { Stale } from '../../shared/table.ts';
import { type BareOffice, bareOffice, dueOf, id, payerId, place, unitId } from './dunning-bare.ts';
import { committing, createTable } from './dynamodb.ts';
import { propertyId } from './fees.ts';
import { officeItem, sh } from './reminders.ts';

const tableName = await createTable();
let here: BareOffice;
/** Days: friendly 2026-11-09 (a Monday), reminder 11-11, visit 12-10; the office opens at 8:30. */
const begin = async (emails?: string[]) => {
  here = await bareOffice(tableName, emails);
  await here.bill(10_000, '2026-11-10');
  await here.follow('2026-10-20 09:00');
};
beforeEach(() => begin());

const set = (key: { pk: string; sk: string }, values: Record<string, unknown>) =>
  here.table.commit([{ update: key, set: values, expect: 'exists' }]);

describe('a case that is looked at', () => {
  it('is left as it is before its time, and where there is nothing of it', async () => {
    const before = await here.stored();
    expect(await here.dun('2026-11-09 08:29')).toEqual([]);
    expect(await here.stored()).toEqual(before);
    const now = () => Date.parse(sh('2026-11-11 08:30'));
    for (const key of [keys.dunning(here.t, 'dun_none'), keys.account(here.t, unitId, payerId)]) {
      expect(await dun(here.table, key, now, 'test')).toEqual([]);
    }
    await here.table.commit([{ remove: keys.property(here.t, propertyId), expect: 'exists' }]);
    expect(await here.dun('2026-11-11 08:30')).toEqual([]);
    expect(await here.stored()).toEqual(before);
  });

  it('comes again after an hour while the office is suspended, unless something else has moved it', async () => {
    await here.table.commit([{ put: officeItem(here.t, { status: 'suspended' }), expect: 'any' }]);
    expect(await here.dun('2026-11-09 08:30')).toEqual([]);
    expect([dueOf(await here.stored()), await here.told()]).toEqual([sh('2026-11-09 09:30'), []]);
    const moved = committing(here.table, async () => {
      throw new Stale();
    });
    expect(await here.dun('2026-11-09 09:30', moved)).toEqual([]);
    const broken = committing(here.table, async () => {
      throw new Error('no table');
    });
    await expect(here.dun('2026-11-09 09:30', broken)).rejects.toThrow('no table');
    expect(dueOf(await here.stored())).toBe(sh('2026-11-09 09:30'));
  });

  it('of an account that is not there has nothing open, and does not come again', async () => {
    await here.table.commit([{ remove: keys.account(here.t, unitId, payerId), expect: 'exists' }]);
    expect(await here.dun('2026-11-11 08:30')).toEqual([]);
    const after = await here.stored();
    expect([after?.list?.state, dueOf(after), await here.told()]).toEqual(['clear', undefined, []]);
  });

  it('waits where there is no office any more', async () => {
    await here.table.commit([{ remove: keys.office(here.t), expect: 'exists' }]);
    expect(await here.dun('2026-11-09 08:30')).toEqual([]);
    expect(await here.told()).toEqual([]);
  });

  it('is decided anew where somebody pays meanwhile, at the moment it is then', async () => {
    let commits = 0;
    const busy = committing(here.table, async (...given) => {
      if (++commits === 1) await here.pay(4000);
      await here.table.commit(...given);
    });
    const moments = ['2026-11-11 08:30', '2026-11-11 08:31'].map((at) => Date.parse(sh(at)));
    await dun(busy, keys.dunning(here.t, id), () => moments.shift() ?? Number.NaN, 'test');
    expect((await here.told()).map(({ total, at }) => [total, at])).toEqual([[6000, sh('2026-11-11 08:31')]]);
    expect((await here.stored())?.list).toMatchObject({ open: 6000, stage: 'reminder' });
  });
});

describe('what a payer is told', () => {
  const words = {
    title: {
      en: 'Reminder: fees are overdue: 锦绣花园 1栋 1',
      zh: '【缴费提醒】锦绣花园 1栋 1',
    },
    text: { en: expect.any(String), zh: expect.stringContaining('部分已付') },
  };

  it('is in the log, in the history and in the mail, word for word the same', async () => {
    await here.pay(4000);
    const bill = (await here.table.load({ item: keys.account(here.t, unitId, payerId) })).item;
    const [{ id: billId } = { id: '' }] = accountOf(bill, place).bills;
    const { item } = await here.table.load({ item: keys.bill(here.t, billId) });
    const queued = await here.dun('2026-11-11 08:30');
    const [event] = await here.items(keys.eventsPrefix);
    const [mail] = await here.table.all({ index: 'g1', pk: lists.deliveries(here.t) });
    const at = sh('2026-11-11 08:30');
    expect(await here.told()).toEqual([
      {
        ...{ n: 1, caseId: id, ...place, at, step: 'reminder', kind: 'message', lateFees: [], total: 6000 },
        bills: [
          {
            ...{ id: billId, cycle: item?.list?.cycle, dueDay: '2026-11-10' },
            ...{ total: 10_000, open: 6000, daysLate: 1 },
          },
        ],
        ...words,
        channels: ['email'],
        deliveryId: mail?.list?.id,
        eventId: event?.rest?.id,
        policyVersion: 0,
      },
    ]);
    const [told] = await here.told();
    expect(event?.rest).toMatchObject({ type: 'dunning.told', actor: 'system:dunning', requestId: 'test' });
    expect(event?.rest?.data).toEqual({
      ...place,
      step: 'reminder',
      kind: 'message',
      bills: [{ id: billId, dueDay: '2026-11-10', open: '60.00' }],
      total: '60.00',
      title: told?.title,
      text: told?.text,
      channels: ['webhook'],
    });
    expect(mail?.list).toMatchObject({ channel: 'email', customerId: payerId, type: 'dunning.told' });
    const { pk, sk } = mail ?? {};
    expect(queued).toEqual([{ kind: 'due', tenantId: here.t, pk, sk }]);
    const { rest } = (await here.table.load({ mail: { pk: pk ?? '', sk: sk ?? '' } })).mail ?? {};
    expect(rest?.message).toEqual({ title: told?.title, text: told?.text });
    expect((await here.stored())?.rest).toMatchObject({ head: { seq: 1, hash: event?.rest?.hash } });
    expect(await here.table.all({ index: 'g3', pk: lists.postingsOfUnit(here.t, unitId) })).toEqual([]);
    // The next one has a mail of its own.
    await here.dun('2026-11-17 08:30');
    expect(await here.table.all({ index: 'g1', pk: lists.deliveries(here.t) })).toHaveLength(2);
  });

  it('is no mail where there is no address, nor of a visit, which somebody has to make', async () => {
    await begin([]);
    expect(await here.dun('2026-11-11 08:30')).toEqual([]);
    expect((await here.told())[0]).toMatchObject({ channels: [] });
    expect((await here.told())[0]).not.toHaveProperty('deliveryId');
    const customer = keys.customer(here.t, payerId);
    await here.table.commit([{ update: customer, unset: ['rest.emails'], expect: 'exists' }]);
    expect(await here.dun('2026-11-17 08:30')).toEqual([]);
    expect((await here.told())[1]).toMatchObject({ channels: [] });
    await begin();
    expect(await here.dun('2026-12-10 08:30')).toEqual([]);
    const [visit] = await here.told();
    const [owed] = await here.items(keys.obligationsPrefix);
    expect([visit?.kind, visit?.channels, visit?.obligationId]).toEqual(['visit', [], owed?.sk.slice(4)]);
    expect(owed).toBeDefined();
  });

  it('names the obligation that its own step has put on somebody, no other', async () => {
    await here.dun('2026-11-25 08:30');
    await here.dun('2026-12-10 08:30');
    const owed = await here.items(keys.obligationsPrefix);
    const ids = (await here.told()).map(({ obligationId }) => obligationId);
    expect(new Set(ids)).toEqual(new Set(owed.map(({ sk }) => sk.slice(4))));
    expect(ids).toHaveLength(2);
  });

  it('is no mail to whoever has moved out, though the manager goes on with the case', async () => {
    await set(keys.customer(here.t, payerId), { 'list.archived': true });
    expect(await here.dun('2026-11-11 08:30')).toEqual([]);
    expect([(await here.stored())?.list?.state, await here.told()]).toEqual(['movedOut', []]);
    const decision = { decision: 'continue', reason: '仍有联系', at: sh('2026-11-11 09:00'), by: 'stf_1' };
    await set(keys.dunning(here.t, id), { 'rest.decision': decision });
    expect(await here.dun('2026-11-11 09:00')).toEqual([]);
    expect((await here.told()).map(({ channels }) => channels)).toEqual([[]]);
  });

  it('names the property alone where the unit is gone', async () => {
    await here.table.commit([{ remove: keys.unit(here.t, unitId), expect: 'exists' }]);
    await here.dun('2026-11-11 08:30');
    expect((await here.told())[0]?.title.zh).toBe('【缴费提醒】锦绣花园');
  });

  it('goes to the systems that want to know of it, which are looked for once for all that is told', async () => {
    const endpoint = {
      ...keys.webhook(here.t, newId('webhook')),
      et: 'webhook',
      v: 1,
      list: {
        kind: 'webhook',
        url: 'https://example.com',
        events: ['dunning.*'],
        language: 'zh',
        active: true,
      },
      rest: { secrets: [], createdAt: sh('2026-01-01 00:00') },
    };
    const { pk } = endpoint;
    await here.table.commit([
      { put: { ...endpoint, list: { ...endpoint.list, id: endpoint.sk } }, expect: 'new' },
      { put: { pk, sk: 'other', et: 'other', v: 1 }, expect: 'new' },
    ]);
    const asked: string[] = [];
    const counted = new Proxy(here.table, {
      get(target, name) {
        if (name !== 'all') return Reflect.get(target, name, target);
        return (spec: Parameters<typeof target.all>[0]) => {
          asked.push(spec.pk);
          return target.all(spec);
        };
      },
    });
    await here.dun('2026-11-11 08:30', counted);
    await here.dun('2026-11-17 08:30', counted);
    expect((await here.told()).map(({ channels }) => channels)).toEqual([
      ['email', 'webhook'],
      ['email', 'webhook'],
    ]);
    expect(asked.filter((one) => one === pk)).toHaveLength(1);
  });
});

describe('late fees of many bills (FEE-9)', () => {
  it('are charged for as many as one message speaks of, in one posting with its reason', async () => {
    const { t, table } = here;
    const rule = { on: true, afterDays: 10, ratePerDay: '0.001' };
    const override = { effectiveFrom: '2026-10-01', dunning: { lateFee: rule } };
    const versions = [{ version: 1, effectiveFrom: '2026-10-01', override }];
    let account = accountOf((await table.load({ item: keys.account(t, unitId, payerId) })).item, place);
    const bills = Array.from({ length: 60 }, (_, slot) => {
      const more = { cycle: '2026-11', slot, n: 1, at: 1, lines: [], total: 20_000, dueDay: '2026-11-11' };
      const { moves, writes } = issued(t, { ...place, ...more }, account);
      account = moves.account;
      return writes[0];
    }).filter((write) => write !== undefined);
    await table.commit([
      ...bills,
      accountWrite(t, { ...account, version: 1 }),
      { put: { ...keys.policyCurrent(t), et: 'policyCurrent', v: 1, rest: { versions } }, expect: 'any' },
    ]);
    await here.dun('2026-11-26 08:30');
    const [told] = await here.told();
    // Fifteen days from the due day, of which ten are free: a tenth of a percent of 200 yuan on each of five.
    expect([told?.bills.length, told?.lateFees.length]).toEqual([60, 60]);
    expect(told?.lateFees[59]).toMatchObject({ days: 5, base: 20_000, amount: 100 });
    expect(told?.bills[59]).toMatchObject({ total: 20_000, open: 20_100 });
    expect([told?.total, told?.policyVersion]).toEqual([10_000 + 60 * 20_100, 1]);
    expect((await here.stored())?.list).toMatchObject({ open: 10_000 + 60 * 20_100 });
    const after = (await table.load({ item: keys.account(t, unitId, payerId) })).item;
    expect(after?.list).toMatchObject({ open: 10_000 + 60 * 20_100 });
    const [posting, ...none] = await table.all({ index: 'g3', pk: lists.postingsOfUnit(t, unitId) });
    expect([posting?.list, none]).toMatchObject([{ ...place, at: sh('2026-11-26 08:30') }, []]);
    expect(posting?.list?.id).toMatch(/^ent_/);
    expect(posting?.list?.movements).toHaveLength(60);
    const { rest, list } =
      (await table.load({ it: { pk: posting?.pk ?? '', sk: posting?.sk ?? '' } })).it ?? {};
    const reason = String(rest?.reason ?? list?.reason);
    expect(reason).toMatch(
      /^FEE-9: 滞纳金 2026-11-22 至 2026-11-26：200.00 元 × 0.1% × 5 天 = 1.00 元；滞纳金/,
    );
    expect(reason).toHaveLength(2000);
    const last = told?.bills[59]?.id ?? '';
    const { item } = await table.load({ item: keys.bill(t, last) });
    expect(item?.list).toMatchObject({ open: 20_100 });
  });
});
