import { beforeAll, expect, it } from 'vitest';
import { run as step } from '../../functions/services/case.ts';
import type { Context } from '../../shared/http/route.ts';
import { Idempotency } from '../../shared/idempotency.ts';
import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import type { OfficeTable } from '../../shared/table.ts';
import { functionEnvironment, staffOf } from './call.ts';
import { feesApi, unitIdOf } from './fees.ts';
import { audit, dying, Killed, makeTill, owner, type Till } from './payments.ts';

const { tableName } = await functionEnvironment();
const { handler } = await import('../../functions/services/handler.ts');
const catalogue = await import('../../functions/catalogue/handler.ts');
const payments = await import('../../functions/payments/handler.ts');
const { orderBillId } = await import('../../functions/services/case.ts');
const { waiveBill } = await import('../../functions/payments/waive.ts');
const { reverseRefund } = await import('../../functions/payments/reverseRefund.ts');

let till: Till;
let serviceId: string;
let serial = 0;
const where = { unitId: unitIdOf(1), payerId: owner(1) };
beforeAll(async () => {
  till = await makeTill(tableName, payments.handler);
  const manager = feesApi(catalogue.handler, staffOf(till.t, ['manager']));
  const service = { name: '空调清洗', pricing: { by: 'fixed', price: '80' }, from: '2026-01-01' };
  serviceId = (await manager.post('/v1/services', service)).body.id;
});

/** Makes something anew for each request, kills the request at each of its calls in turn and sends it again. */
async function killEverywhere<T>(
  prepare: () => Promise<T>,
  request: (context: Context, on: T) => Promise<unknown>,
  check: (on: T) => Promise<void>,
): Promise<number> {
  let kills = 0;
  for (const when of ['before', 'after'] as const) {
    for (let at = 1, died = true; died; at++) {
      const on = await prepare();
      const key = `crash-${serial++}`;
      const id = newId('staff');
      const attempt = (dies: number) => {
        const idempotency = new Idempotency({
          tenantId: till.t,
          caller: 'staff:x',
          key,
          request: 'same',
          now: Date.now(),
        });
        const line = dying(tableName, till.t, dies, when, idempotency);
        const context = (office: OfficeTable): Context => ({
          actor: { kind: 'staff', tenantId: till.t, id, roles: ['manager'], scopes: [] },
          office,
          requestId: newId('event'),
          now: Date.now(),
          language: 'en',
        });
        return request(context(line.office), on).then(
          () => line.died(),
          (error: Error) => {
            if (error instanceof Killed) return true;
            // Its answer was recorded with it: the repetition gets that.
            expect(error.name).toBe('Replay');
            return false;
          },
        );
      };
      died = await attempt(at);
      if (died) {
        kills += 1;
        expect(await attempt(Number.POSITIVE_INFINITY)).toBe(false);
      }
      await check(on);
    }
  }
  await audit(till);
  return kills;
}

it('an order that is carried out has its bill once, whatever is killed when', async () => {
  const api = feesApi(handler, staffOf(till.t, ['desk']));
  const kills = await killEverywhere(
    async () => {
      const { id } = (await api.post('/v1/service-orders', { ...where, items: [{ serviceId }] })).body;
      await api.post('/v1/service-orders/{id}/agree', { by: '张伟', how: 'phone' }, { id });
      return id as string;
    },
    (context, id) =>
      step(context, id, ({ order, today }) => ({
        step: 'execute',
        executed: {
          at: new Date(context.now).toISOString(),
          by: 'staff:x',
          staffId: newId('staff'),
          doneAt: new Date(context.now).toISOString(),
          day: today,
        },
        done: [],
        bill: { id: orderBillId(order), dueDay: today },
      })),
    async (id) => {
      const { body } = await api.get('/v1/service-orders/{id}', { id });
      expect([body.phase, body.bill.total, body.bill.id]).toEqual([
        'executed',
        '80.00',
        orderBillId({ id, unitId: where.unitId }),
      ]);
    },
  );
  expect(kills).toBeGreaterThan(3);
});

it('part of a bill is let off once', async () => {
  const bill = await till.bill(2, 100_000, '2026-10-10', owner(2));
  let waived = 0;
  const kills = await killEverywhere(
    async () => {
      waived += 1;
    },
    (context) => waiveBill(context, bill, { amount: 1, reason: '减免' }),
    async () => expect((await till.billItem(bill)).open).toBe(100_000 - waived),
  );
  expect(kills).toBeGreaterThan(3);
});

it('a refund is taken back once', async () => {
  const here = { unitId: unitIdOf(3), payerId: owner(3) };
  await till.pay('100.00', here);
  const kills = await killEverywhere(
    async () => {
      const refund = { ...here, amount: '40.00', method: 'bank', reason: '多缴' };
      return (await till.post('/v1/refunds', refund)).body.id as string;
    },
    (context, id) => reverseRefund(context, id, '银行退回'),
    async (id) => {
      const { account, item } = await till.table.load({
        account: keys.account(till.t, here.unitId, here.payerId),
        item: keys.refund(till.t, id),
      });
      expect([account?.list?.credit, item?.list?.state]).toEqual([10_000, 'reversed']);
    },
  );
  expect(kills).toBeGreaterThan(3);
});
