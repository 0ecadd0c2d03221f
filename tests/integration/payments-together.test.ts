import type { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Context } from '../../shared/http/route.ts';
import { newId } from '../../shared/ids.ts';
import { type Item, OfficeTable, type Write } from '../../shared/table.ts';
import { functionEnvironment } from './call.ts';
import { client, cursors } from './dynamodb.ts';
import { unitIdOf } from './fees.ts';
import { audit, makeTill, owner, type Till, tenant } from './payments.ts';

const { tableName } = await functionEnvironment();
const { handler } = await import('../../functions/payments/handler.ts');
const { bookPayment } = await import('../../functions/payments/payments.ts');

describe('at the same instant', () => {
  it('two payments for one bill are both right: one pays it, the other is credit', async () => {
    const till = await makeTill(tableName, handler);
    const bill = await till.bill(1, 1000, '2026-10-10');
    const answers = await Promise.all([till.pay('10.00'), till.pay('10.00')]);
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect(answers.map(({ body }) => body.credit).sort()).toEqual(['0.00', '10.00']);
    expect((await till.billItem(bill)).open).toBe(0);
    await audit(till);
  });

  it('ten payers of a property all get their receipts, without a gap', async () => {
    const till = await makeTill(tableName, handler, 11);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        till.pay('1.00', { unitId: unitIdOf(n + 1), payerId: owner(n + 1) }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(201));
    await audit(till);
  });

  it('a deposit is not paid back twice, nor a payment reversed twice', async () => {
    const till = await makeTill(tableName, handler);
    const deposit = await till.post('/v1/deposits', {
      unitId: unitIdOf(1),
      payerId: owner(1),
      kind: 'card',
      amount: '10.00',
      method: 'bank',
    });
    const params = { id: deposit.body.id };
    await till.post('/v1/deposits/{id}/accept', {}, { params });
    const refund = () =>
      till.post('/v1/deposits/{id}/refund', { method: 'bank', reason: 'x', amount: '6.00' }, { params });
    expect((await Promise.all([refund(), refund()])).map(({ status }) => status).sort()).toEqual([200, 422]);
    const { body } = await till.pay('5.00');
    const reverse = () =>
      till.post('/v1/payments/{id}/reverse', { reason: 'x' }, { params: { id: body.id } });
    expect((await Promise.all([reverse(), reverse()])).map(({ status }) => status).sort()).toEqual([
      200, 409,
    ]);
    await audit(till);
  });
});

/** What several clerks do at once, each a list of steps of his own; amounts in fen. */
const step = fc.record({
  do: fc.constantFrom(
    'bill',
    'pay',
    'pay',
    'pay',
    'stated',
    'reverse',
    'move',
    'refund',
    'settle',
    'deposit',
    'deduct',
    'apply',
    'return',
  ),
  account: fc.constantFrom(0, 1, 2),
  amount: fc.integer({ min: 1, max: 900 }),
  which: fc.nat(9),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const accounts = [
  { unitId: unitIdOf(1), payerId: owner(1), unit: 1 },
  { unitId: unitIdOf(1), payerId: tenant(1), unit: 1 },
  { unitId: unitIdOf(2), payerId: owner(2), unit: 2 },
] as const;
const inYuan = (fen: number) => (fen / 100).toFixed(2);

class Clerks {
  readonly payments: string[] = [];
  readonly deposits: string[] = [];
  readonly statuses: number[] = [];
  readonly till: Till;
  constructor(till: Till) {
    this.till = till;
  }

  async take({ do: what, account, amount, which }: Step): Promise<void> {
    const { till } = this;
    const { unit, ...place } = accounts[account] as (typeof accounts)[number];
    const of = (all: string[]) => ({ params: { id: all[which % all.length] ?? newId('payment') } });
    const body = { ...place, amount: inYuan(amount), method: 'bank' };
    const say = async (answer: ReturnType<Till['post']>, made?: string[]) => {
      const { status, body } = await answer;
      this.statuses.push(status);
      if (status === 201) made?.push(body.id);
    };
    switch (what) {
      case 'bill':
        await till.bill(unit, amount, `2026-10-${String(which + 10)}`, place.payerId);
        return;
      case 'pay':
        return say(till.post('/v1/payments', body), this.payments);
      case 'stated': {
        const { accounts: all } = (await till.get('/v1/units/{id}/arrears', { id: place.unitId })).body;
        const open = all.find((a: { payerId: string }) => a.payerId === place.payerId)?.bills.at(-1);
        if (!open) return;
        const allocations = [{ billId: open.billId, amount: inYuan(1) }];
        return say(till.post('/v1/payments', { ...body, allocations }), this.payments);
      }
      case 'reverse':
        return say(till.post('/v1/payments/{id}/reverse', { reason: 'x' }, of(this.payments)));
      case 'move':
        return say(till.post('/v1/payments/{id}/move', { ...place, reason: 'x' }, of(this.payments)));
      case 'refund':
        return say(till.post('/v1/refunds', { ...body, reason: 'x' }));
      case 'settle':
        return say(
          till.post('/v1/units/{id}/settle', { payerId: place.payerId }, { params: { id: place.unitId } }),
        );
      case 'deposit':
        await say(till.post('/v1/deposits', { ...body, kind: 'other' }), this.deposits);
        return say(till.post('/v1/deposits/{id}/accept', {}, of(this.deposits)));
      case 'deduct':
        return say(
          till.post('/v1/deposits/{id}/deduct', { amount: body.amount, reason: 'x' }, of(this.deposits)),
        );
      case 'apply':
        return say(till.post('/v1/deposits/{id}/apply', { amount: body.amount }, of(this.deposits)));
      default:
        return say(till.post('/v1/deposits/{id}/refund', { method: 'bank', reason: 'x' }, of(this.deposits)));
    }
  }
}

describe('three clerks at once', () => {
  it('leave books that agree to the fen, whatever they do', async () => {
    const statuses: number[] = [];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(step, { minLength: 6, maxLength: 10 }), { minLength: 3, maxLength: 3 }),
        async (plans) => {
          const clerks = new Clerks(await makeTill(tableName, handler, 3));
          await Promise.all(
            plans.map(async (plan) => {
              for (const one of plan) await clerks.take(one);
            }),
          );
          await audit(clerks.till);
          statuses.push(...clerks.statuses);
          expect(clerks.statuses.filter((status) => status >= 500)).toEqual([]);
        },
      ),
      // A failure is told as it was found: shrinking would take longer than reading it.
      { numRuns: 6, endOnFailure: true },
    );
    expect(statuses.filter((status) => status < 300).length).toBeGreaterThan(40);
  });
});

/** The write units of a transaction by AWS's rules: two for each kilobyte begun of each item, the larger of before and after. */
async function unitsOf(
  table: OfficeTable,
  writes: readonly Write[],
): Promise<{ et: string; bytes: number; units: number }[]> {
  return Promise.all(
    writes.map(async (write) => {
      const key = 'put' in write ? write.put : 'update' in write ? write.update : undefined;
      if (!key) throw new Error('neither put nor update');
      const { item } = await table.load({ item: { pk: key.pk, sk: key.sk } });
      const bytes = sizeOf(item as Item);
      return { et: item?.et ?? '', bytes, units: 2 * Math.ceil(bytes / 1024) };
    }),
  );
}

/** The size of an item as DynamoDB counts it: names and values in UTF-8, numbers and overheads as documented. */
function sizeOf(item: object): number {
  const value = (one: Record<string, unknown>): number => {
    const [[type, of] = ['', '']] = Object.entries(one);
    if (type === 'S') return Buffer.byteLength(of as string);
    if (type === 'N') return Math.ceil(String(of).replace(/\D/g, '').length / 2) + 1;
    if (type === 'BOOL' || type === 'NULL') return 1;
    if (type === 'L') return 3 + (of as Record<string, unknown>[]).reduce((sum, x) => sum + 1 + value(x), 0);
    if (type === 'M') return 3 + members(of as Record<string, Record<string, unknown>>, 1);
    return Buffer.from(of as Uint8Array).length;
  };
  const members = (of: Record<string, Record<string, unknown>>, each: number) =>
    Object.entries(of).reduce((sum, [name, x]) => sum + each + Buffer.byteLength(name) + value(x), 0);
  return members(marshall(item, { removeUndefinedValues: true }) as never, 0);
}

describe('what a payment costs', () => {
  it('is five items in one transaction: ten write units with one allocation, beside indexes and an Idempotency-Key (two more)', async () => {
    const till = await makeTill(tableName, handler);
    await till.bill(1, 23_502, '2026-10-10');
    const committed: Write[][] = [];
    const trips: string[] = [];
    const send = async (command: object) => {
      trips.push(command.constructor.name);
      return client.send(command as TransactWriteCommand);
    };
    const office = new OfficeTable({ tenantId: till.t, client: { send } as never, tableName, cursors });
    const commit = office.commit.bind(office);
    office.commit = async (writes, reply) => {
      committed.push(writes);
      return commit(writes, reply);
    };
    const context: Context = {
      actor: { kind: 'staff', tenantId: till.t, id: newId('staff'), roles: ['finance'], scopes: [] },
      office,
      requestId: newId('event'),
      now: Date.now(),
      language: 'en',
    };
    const pay = () =>
      bookPayment(context, { unitId: unitIdOf(1), payerId: owner(1), amount: 23_502, method: 'wechat' });
    await pay();
    const items = await unitsOf(till.table, committed[0] ?? []);
    expect(items.map(({ et }) => et).sort()).toEqual(['account', 'bill', 'event', 'numbers', 'payment']);
    expect(items.reduce((sum, { units }) => sum + units, 0)).toBe(10);
    // Once the function has met the unit, each payment is one read and one write.
    trips.length = 0;
    await pay();
    expect(trips).toEqual(['BatchGetCommand', 'TransactWriteCommand']);
  });
});
