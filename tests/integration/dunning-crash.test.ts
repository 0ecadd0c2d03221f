import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { followAccounts } from '../../functions/dunning/account.ts';
import { dun } from '../../functions/dunning/step.ts';
import { keys } from '../../shared/keys.ts';
import { OfficeTable } from '../../shared/table.ts';
import { caseIdOf, dunningOffice } from './dunning.ts';
import { client, cursors } from './dynamodb.ts';
import { compareBooks, customerIdOf, propertyId, unitIdOf } from './fees.ts';
import { setClock, sh, startWorld } from './reminders.ts';

const world = await startWorld();
const { handler: payments } = await import('../../functions/payments/handler.ts');
vi.spyOn(console, 'log').mockImplementation(() => undefined);
afterAll(world.stop);

class Killed extends Error {}

/** The office's table on a client that dies at its n-th call, before it is sent or after the table has done it. */
function dying(tenantId: string, at: number, when: 'before' | 'after') {
  let calls = 0;
  const send = async (command: never) => {
    const mine = ++calls;
    if (mine === at && when === 'before') throw new Killed();
    const answer = await client.send(command);
    if (mine === at) throw new Killed();
    return answer;
  };
  const office = new OfficeTable({
    tenantId,
    client: { send } as unknown as DynamoDBDocumentClient,
    tableName: world.tableName,
    cursors,
  });
  return { office, died: () => calls >= at };
}

const lateFees = {
  effectiveFrom: '2026-10-01',
  dunning: { lateFee: { on: true, afterDays: 0, ratePerDay: '0.001' } },
};

describe('killed at any await and begun again', () => {
  it('a dunning step is told once, its late fee booked once, and the books agree', async () => {
    let kills = 0;
    for (let at = 1; ; at++) {
      let died = false;
      for (const when of ['before', 'after'] as const) {
        setClock(sh('2026-10-20 09:00'));
        const here = await dunningOffice(world.tableName, payments, async () => undefined);
        const { t, table } = here;
        await table.commit([
          {
            put: {
              ...keys.policyCurrent(t),
              et: 'policyCurrent',
              v: 1,
              rest: { versions: [{ version: 1, effectiveFrom: '2026-10-01', override: lateFees }] },
            },
            expect: 'any',
          },
        ]);
        const bill = await here.bill(1, 100_000, '2026-11-10');
        const place = { propertyId, unitId: unitIdOf(1), payerId: customerIdOf(1) };
        const opening = dying(t, at, when);
        await followAccounts(opening.office, [place], Date.now()).catch((error: Error) =>
          expect(error).toBeInstanceOf(Killed),
        );
        await followAccounts(table, [place], Date.now());
        setClock(sh('2026-11-25 08:30'));
        const key = keys.dunning(t, caseIdOf(1));
        const first = dying(t, at, when);
        await dun(first.office, key, Date.now, 'first').catch((error: Error) =>
          expect(error).toBeInstanceOf(Killed),
        );
        died ||= first.died();
        if (first.died()) kills++;
        await dun(table, key, Date.now, 'again');
        await dun(table, key, Date.now, 'and again');
        const told = await here.told(1);
        expect(told.map(({ step, total }) => [step, total])).toEqual([['notice', 101_500]]);
        expect((await here.billItem(bill)).open).toBe(101_500);
        const owed = await table.all({
          pk: keys.objectPk(t, caseIdOf(1)),
          sk: { begins: keys.obligationsPrefix },
        });
        expect(owed).toHaveLength(1);
        await here.pay('1015.00');
        const { entries, accounts } = await compareBooks(table, here.units);
        expect(accounts).toEqual(entries);
        expect(accounts.bills.size).toBe(0);
        await here.wipe();
      }
      if (!died) break;
    }
    expect(kills).toBeGreaterThanOrEqual(6);
  });
});
