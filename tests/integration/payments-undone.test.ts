import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { issued } from '../../functions/fees/issue.ts';
import { billWrites, commitAll } from '../../functions/payments/undo.ts';
import { accountOf, mostBills, newAccount } from '../../shared/books/index.ts';
import { eventOf } from '../../shared/history.ts';
import { newId } from '../../shared/ids.ts';
import { keys, lists } from '../../shared/keys.ts';
import { type Item, Stale, type Write } from '../../shared/table.ts';
import { functionEnvironment } from './call.ts';
import { propertyId, unitIdOf } from './fees.ts';
import { audit, makeTill, owner, type Till, tenant } from './payments.ts';

/* What a reversal and a move leave on record, and what they do where money is on many bills or lists are behind. */

const { tableName } = await functionEnvironment();
const { handler } = await import('../../functions/payments/handler.ts');

const day = 86_400_000;
const noon = Date.parse('2026-10-20T04:00:00.000Z');
let till: Till;
let by: string;
beforeAll(async () => {
  setClock(noon);
  till = await makeTill(tableName, handler, 6);
  by = `staff:${till.desk.id}`;
});
const setClock = (now: number) => vi.useFakeTimers({ toFake: ['Date'], now });
beforeEach(() => void setClock(noon));
afterEach(() => void vi.restoreAllMocks());

const placeOf = (unit: number, payerId = owner(unit)) => ({ propertyId, unitId: unitIdOf(unit), payerId });
async function pay(unit: number, amount: string, payerId = owner(unit)): Promise<string> {
  const { body } = await till.pay(amount, { unitId: unitIdOf(unit), payerId });
  return body.id;
}
const undo = (name: 'reverse' | 'move', id: string, body: object, headers = {}) =>
  till.post(`/v1/payments/{id}/${name}`, { reason: '记错', ...body }, { params: { id }, headers });

const lastEvent = async (id: string) => {
  const events = await till.table.all({ pk: keys.objectPk(till.t, id), sk: { begins: keys.eventsPrefix } });
  const { type, object, at, actor, data } = eventOf(events.at(-1) as Item);
  return { type, object, at, actor, data };
};
/** The postings of a unit that are no documents of their own. */
const postingsOf = async (unit: number) =>
  (await till.table.all({ index: 'g3', pk: lists.postingsOfUnit(till.t, unitIdOf(unit)) }))
    .filter(({ et }) => et === 'posting')
    .map(({ list: { id, ...list } = {} }) => {
      expect(id).toMatch(/^ent_/);
      return list;
    });

/** Issues bills that a unit's owner's credit pays at once, all in one transaction; their items. */
async function billsUsingCredit(unit: number, n: number, at: number): Promise<Item[]> {
  const of = placeOf(unit);
  const { item } = await till.table.load({ item: keys.account(till.t, of.unitId, of.payerId) });
  let account = accountOf(item, of);
  let last: Write | undefined;
  const bills: Write[] = [];
  for (let slot = 0; slot < n; slot++) {
    const line = { kind: 'other', name: 'x', quantity: '1', exact: '100', amount: 100 } as never;
    const bill = { ...of, cycle: '2026', slot, n: unit, at, total: 100, dueDay: '2026-10-10' };
    const made = issued(till.t, { ...bill, lines: [line], runId: newId('billRun') }, account);
    account = made.moves.account;
    for (const write of made.writes) {
      if ('put' in write && write.put.et === 'account') last = write;
      else bills.push(write);
    }
  }
  await till.table.commit([...bills, last as Write]);
  return bills.map((write) => (write as { put: Item }).put);
}

/** Waits of whoever looks again are left out, and told; `meanwhile` happens in the first of them. */
function withoutWaiting(meanwhile: () => Promise<unknown> = async () => undefined): number[] {
  const told: number[] = [];
  const real = globalThis.setTimeout;
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(((work: () => void, ms = 0) => {
    if (ms % 60 !== 0 || ms === 0 || ms > 300) return real(work, ms);
    told.push(ms);
    return real(() => (told.length === 1 ? void meanwhile().then(work) : work()), 0);
  }) as never);
  return told;
}

describe('what was undone stands on record (FEE-3)', () => {
  it('of a reversal: who, when and why, in the payment, its history and the books', async () => {
    const one = await till.bill(1, 3000, '2026-10-10');
    const bad = await pay(1, '50.00');
    const two = await till.bill(1, 1500, '2026-11-10');
    const { body: good } = await till.pay('7.00');
    setClock(noon + day);
    const at = new Date(noon + day).toISOString();
    const { body } = await undo('reverse', bad, { reason: '退票' });
    expect(body).toMatchObject({ state: 'reversed', reversed: { at, by, reason: '退票' }, version: 2 });
    expect((await till.get('/v1/payments/{id}', { id: bad })).body).toEqual(body);
    expect(await lastEvent(bad)).toEqual({
      type: 'payment.reversed',
      object: bad,
      at,
      actor: by,
      data: {
        ...placeOf(1),
        amount: '50.00',
        receipt: body.receipt,
        reason: '退票',
        bills: [
          { billId: one, open: '23.00' },
          { billId: two, open: '15.00' },
        ],
      },
    });
    expect(await postingsOf(1)).toEqual([
      {
        ...placeOf(1),
        at,
        reason: '退票',
        movements: [
          { kind: 'release', amount: 3000, billId: one, source: bad },
          { kind: 'release', amount: 1500, billId: two, source: bad },
          { kind: 'reversal', amount: 5000, source: bad },
          { kind: 'creditUsed', amount: 700, billId: one, source: good.id },
        ],
      },
    ]);
    await audit(till);
  });

  it('of a move: from where to where, on both accounts; other credit steps in where it was', async () => {
    const here = await till.bill(2, 3000, '2026-10-10');
    const bad = await pay(2, '30.00');
    const good = await pay(2, '7.00');
    const there = await till.bill(2, 2000, '2026-10-10', tenant(2));
    setClock(noon + day);
    const at = new Date(noon + day).toISOString();
    const [from, to] = [placeOf(2), placeOf(2, tenant(2))];
    const { body } = await undo('move', bad, { payerId: tenant(2) });
    const moved = { at, by, reason: '记错', ...to };
    expect(body).toMatchObject({ state: 'moved', now: to, moves: [moved], version: 2 });
    expect(await lastEvent(bad)).toEqual({
      type: 'payment.moved',
      object: bad,
      at,
      actor: by,
      data: {
        amount: '30.00',
        receipt: body.receipt,
        reason: '记错',
        from,
        to,
        bills: [
          { billId: here, open: '23.00' },
          { billId: there, open: '0.00' },
        ],
      },
    });
    const [one, two] = (await postingsOf(2)).sort((a) => (a.payerId === owner(2) ? -1 : 1));
    expect([one, two]).toEqual([
      {
        ...from,
        at,
        reason: '记错',
        movements: [
          { kind: 'release', amount: 3000, billId: here, source: bad },
          { kind: 'transferOut', amount: 3000, source: bad },
          { kind: 'creditUsed', amount: 700, billId: here, source: good },
        ],
      },
      {
        ...to,
        at,
        reason: '记错',
        movements: [
          { kind: 'transferIn', amount: 3000, source: bad },
          { kind: 'allocation', amount: 2000, billId: there, source: bad },
        ],
      },
    ]);
    // To the same payer in another unit is no way home, though he paid.
    const on = await undo('move', bad, { payerId: owner(2), unitId: unitIdOf(3) });
    expect(on.body).toMatchObject({ state: 'moved', now: placeOf(3, owner(2)) });
    const home = await undo('move', bad, { payerId: owner(2), unitId: unitIdOf(2) });
    expect(home.body.state).toBe('booked');
    expect(home.body.moves.map(({ unitId, payerId }: Record<string, string>) => [unitId, payerId])).toEqual([
      [unitIdOf(2), tenant(2)],
      [unitIdOf(3), owner(2)],
      [unitIdOf(2), owner(2)],
    ]);
    expect((await till.billItem(here)).paid).toEqual({ [good]: 700, [bad]: 2300 });
    await audit(till);
  });

  it('and is refused with the reason in words, where it may not be', async () => {
    const id = await pay(3, '1.00');
    const why = async (name: 'reverse' | 'move', body = {}) =>
      Promise.all(
        ['en', 'zh'].map(
          async (language) => (await undo(name, id, body, { 'accept-language': language })).body,
        ),
      );
    const [same, sameZh] = await why('move', { payerId: owner(3), unitId: unitIdOf(3) });
    expect([same.errors[0].detail, sameZh.errors[0].detail]).toEqual([
      'It is this payer\u2019s already.',
      '该付款已属于此付款人。',
    ]);
    await undo('move', id, { payerId: tenant(3) });
    expect((await why('reverse')).map(({ detail }) => detail)).toEqual([
      'The payment was moved to another payer; move it back first (FEE-3).',
      '该付款已转至其他付款人，请先转回（FEE-3）。',
    ]);
    await undo('move', id, { payerId: owner(3) });
    await undo('reverse', id, {});
    expect((await why('move', { payerId: tenant(3) })).map(({ detail }) => detail)).toEqual([
      'The payment was reversed before (FEE-3).',
      '该付款已冲销（FEE-3）。',
    ]);
    expect((await undo('move', newId('payment'), { payerId: owner(3) })).status).toBe(404);
  });
});

describe('money that credit has paid bills with', () => {
  it('is found on as many of them as one step may touch, and on more it is refused', async () => {
    const id = await pay(0, `${mostBills + 1}.00`);
    const bills = await billsUsingCredit(0, mostBills + 1, noon);
    const refused = await Promise.all(
      ['en', 'zh'].map((language) => undo('reverse', id, {}, { 'accept-language': language })),
    );
    expect(refused.map(({ status, body }) => [status, body.detail])).toEqual([
      [422, `This money is on more than ${mostBills} bills; take some of them back first.`],
      [422, `该款项涉及超过 ${mostBills} 张账单，请先作废部分账单。`],
    ]);
    // One of them is taken back: the rest is what one step may touch.
    const account = keys.account(till.t, unitIdOf(0), owner(0));
    const [bill] = bills as [Item];
    const posting = newId('entry');
    const of = { ...placeOf(0), at: new Date(noon).toISOString() };
    const { item } = await till.table.load({ item: account });
    await till.table.commit([
      {
        put: {
          ...(item as Item),
          v: (item as Item).v + 1,
          list: { ...item?.list, credit: 100 },
          rest: { ...item?.rest, credits: [{ source: id, amount: 100 }] },
        },
        expect: { version: (item as Item).v },
      },
      {
        put: {
          ...bill,
          v: bill.v + 1,
          list: { ...bill.list, open: 0, status: 'void' },
          rest: { ...bill.rest, paid: {}, void: { at: of.at, reason: 'x' } },
          g2pk: lists.billsOfStatus(till.t, propertyId, 'void'),
        },
        expect: 'any',
      },
      {
        put: {
          ...keys.posting(till.t, posting),
          et: 'posting',
          v: 1,
          list: {
            id: posting,
            ...of,
            movements: [
              { kind: 'release', amount: 100, billId: bill.list?.id, source: id },
              { kind: 'void', amount: 100, billId: bill.list?.id },
            ],
          },
          g3pk: lists.postingsOfUnit(till.t, unitIdOf(0)),
          g3sk: `${of.at}#${posting}`,
        },
        expect: 'new',
      },
    ]);
    expect((await undo('reverse', id, {})).status).toBe(200);
    await audit(till);
  });

  it('is found on bills that say they were issued up to forty days before it came in', async () => {
    const id = await pay(4, '1.00');
    const from = Date.parse('2026-09-10T00:00:00.000Z');
    const [bill] = await billsUsingCredit(4, 1, from);
    expect((await undo('reverse', id, {})).status).toBe(200);
    expect(await till.billItem(String(bill?.list?.id))).toMatchObject({ open: 100, paid: {} });
    await audit(till);
  });

  it('is told from other money of the same payer, whatever became of that', async () => {
    const [first, second] = [await pay(3, '5.00'), await pay(3, '3.00')];
    const refund = { unitId: unitIdOf(3), payerId: owner(3), amount: '5.00', method: 'bank', reason: '多缴' };
    expect((await till.post('/v1/refunds', refund)).status).toBe(201);
    expect((await undo('reverse', second, {})).status).toBe(200);
    expect((await undo('reverse', first, {})).status).toBe(422);
    await audit(till);
  });

  it('is looked for again while lists are behind', async () => {
    const id = await pay(5, '1.00');
    const [bill] = await billsUsingCredit(5, 1, noon);
    const key = keys.bill(till.t, String(bill?.list?.id));
    const place = { g3pk: bill?.g3pk, g3sk: bill?.g3sk };
    const put = (item: object): Promise<void> =>
      till.table.commit([{ put: { ...(bill as Item), ...item }, expect: 'any' }]);
    await put({ g3pk: undefined, g3sk: undefined });
    const never = withoutWaiting();
    const answer = await undo('reverse', id, {});
    expect([answer.status, answer.headers['retry-after'], never]).toEqual([503, '1', [60, 120, 180, 240]]);
    vi.restoreAllMocks();
    const once = withoutWaiting(() => put(place));
    expect((await undo('reverse', id, {})).status).toBe(200);
    expect(once).toEqual([60]);
    expect((await till.table.load({ key })).key?.list).toMatchObject({ open: 100 });
    vi.restoreAllMocks();
    await audit(till);
  });
});

it('a bill is changed as it was read before, else as it stands; one that is not there makes a step begin anew', async () => {
  const stands = await till.bill(1, 1000, '2026-10-10');
  const read = newId('bill');
  const known: Item = {
    ...keys.bill(till.t, read),
    et: 'bill',
    v: 7,
    list: { id: read },
    rest: { paid: {} },
  };
  const of = (...ids: string[]) => ({
    account: newAccount(placeOf(1)),
    movements: [],
    bills: ids.map((id) => ({ id, open: 0, paid: {} })),
  });
  expect(await billWrites(till.table, of(read, stands), [known])).toMatchObject([
    { update: keys.bill(till.t, read), expect: { version: 7 } },
    { update: keys.bill(till.t, stands), expect: { version: 1 } },
  ]);
  await expect(billWrites(till.table, of(read))).rejects.toThrow(Stale);
});

it('one transaction takes ninety-nine writes beside the request\u2019s own record, and no more is begun', async () => {
  const scope = newId('event');
  const writes = (n: number) =>
    Array.from(
      { length: n },
      (_, i): Write => ({ update: keys.counter(till.t, scope, `c${i}`), add: { n: 1 }, expect: 'any' }),
    );
  const answer = { status: 200, body: {} } as never;
  await expect(commitAll(till.table, writes(100), answer)).rejects.toMatchObject({ code: 'unprocessable' });
  expect(await till.table.all({ pk: keys.counterPk(till.t, scope) })).toEqual([]);
  await commitAll(till.table, writes(99), answer);
  expect(await till.table.all({ pk: keys.counterPk(till.t, scope) })).toHaveLength(99);
});
