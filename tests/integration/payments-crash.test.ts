import { beforeAll, describe, expect, it } from 'vitest';
import type { Context } from '../../shared/http/route.ts';
import { Idempotency } from '../../shared/idempotency.ts';
import { newId } from '../../shared/ids.ts';
import type { OfficeTable } from '../../shared/table.ts';
import { functionEnvironment } from './call.ts';
import { unitIdOf } from './fees.ts';
import { audit, dying, Killed, makeTill, owner, type Till, tenant } from './payments.ts';

const { tableName } = await functionEnvironment();
const { handler } = await import('../../functions/payments/handler.ts');
const { bookPayment } = await import('../../functions/payments/payments.ts');
const { movePayment, reversePayment } = await import('../../functions/payments/undo.ts');

let till: Till;
let serial = 0;
beforeAll(async () => {
  till = await makeTill(tableName, handler);
});

/** A request killed at each of its calls in turn, and sent again by whoever had no answer. Answers how often it was killed. */
async function killEverywhere(
  run: (context: Context) => Promise<unknown>,
  check: () => Promise<void>,
): Promise<number> {
  let kills = 0;
  for (const when of ['before', 'after'] as const) {
    for (let at = 1; ; at++) {
      const key = `crash-${serial++}`;
      const idempotency = () =>
        new Idempotency({ tenantId: till.t, caller: 'staff:x', key, request: 'same', now: Date.now() });
      const context = (office: OfficeTable): Context => ({
        actor: { kind: 'staff', tenantId: till.t, id: newId('staff'), roles: ['finance'], scopes: [] },
        office,
        requestId: newId('event'),
        now: Date.now(),
        language: 'en',
      });
      const first = dying(tableName, till.t, at, when, idempotency());
      const outcome = await run(context(first.office)).catch((error: Error) => error);
      const died = first.died();
      if (died) {
        expect(outcome).toBeInstanceOf(Killed);
        kills += 1;
        await audit(till);
        const again = dying(tableName, till.t, Number.POSITIVE_INFINITY, when, idempotency());
        await run(context(again.office)).catch((error: Error) => {
          // Its answer was recorded with it: the repetition gets that.
          expect(error.name).toBe('Replay');
        });
      } else {
        expect(outcome).not.toBeInstanceOf(Error);
      }
      // The books as they are now are held against their entries in the next round.
      await check();
      if (!died) break;
    }
  }
  return kills;
}

describe('killed at any await and sent again', () => {
  it('a payment is there once, whole', async () => {
    let expected = 0;
    const kills = await killEverywhere(
      (context) =>
        bookPayment(context, {
          unitId: unitIdOf(1),
          payerId: owner(1),
          amount: 1000,
          method: 'wechat',
        }),
      async () => {
        expected += 1;
        const { items } = (await till.get('/v1/payments', {}, { unitId: unitIdOf(1) })).body;
        expect(items).toHaveLength(expected);
      },
    );
    expect(kills).toBeGreaterThanOrEqual(3);
    await audit(till);
  });

  it('a reversal and a move are done once, whole', async () => {
    await till.bill(2, 5000, '2026-10-10', owner(2));
    await till.bill(2, 5000, '2026-10-10', tenant(2));
    let id = '';
    const book = async () => {
      const place = { unitId: unitIdOf(2), payerId: owner(2) };
      id = (await till.pay('60.00', place)).body.id;
    };
    const state = async () => (await till.get('/v1/payments/{id}', { id })).body.state;
    await book();
    const reversals = await killEverywhere(
      (context) => reversePayment(context, id, 'x'),
      async () => {
        expect(await state()).toBe('reversed');
        await book();
      },
    );
    await book();
    const moves = await killEverywhere(
      (context) => movePayment(context, id, { payerId: tenant(2), reason: 'x' }),
      async () => {
        expect(await state()).toBe('moved');
        await reversePaymentOf(id);
        await book();
      },
    );
    expect(reversals).toBeGreaterThanOrEqual(6);
    expect(moves).toBeGreaterThanOrEqual(8);
    await audit(till);
  });
});

/** Puts things back as they were: the next round begins with the same books. */
async function reversePaymentOf(id: string): Promise<void> {
  const options = { params: { id } };
  await till.post('/v1/payments/{id}/move', { payerId: owner(2), reason: 'x' }, options);
  expect((await till.post('/v1/payments/{id}/reverse', { reason: 'x' }, options)).status).toBe(200);
}
