import { expect } from 'vitest';
import { cycleOf } from '../../functions/fees/cycle.ts';
import { issueUnit } from '../../functions/fees/issue.ts';
import { standardsOf } from '../../functions/fees/standards.ts';
import { accountOf, accountWrite, billWrite, pay, postingList } from '../../shared/books/index.ts';
import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { makeRules } from '../../shared/policyStore.ts';
import type { Item } from '../../shared/table.ts';
import { standardCalendar, standardHours } from '../../shared/time/index.ts';
import { staffOf } from './call.ts';
import { officeTable } from './dynamodb.ts';
import { compareBooks, customerIdOf, estate, feesApi, management, propertyId, unitIdOf } from './fees.ts';

/** An office with three units of 100 m2 and a monthly fee, whose bills are issued without a run. */
export async function billDesk(tableName: string, handler: unknown) {
  const t = newId('tenant');
  const api = feesApi(handler, staffOf(t, ['finance']));
  const office = officeTable(tableName, t);
  await estate(tableName, t, 3);
  expect((await api.post('/v1/fee-standards', management)).status).toBe(201);
  return {
    t,
    api,
    office,

    /** Issues a unit's bills of a cycle as a bill run does. */
    async issue(unit = unitIdOf(0), cycle = '2026-10'): Promise<string[]> {
      const schedule = makeRules([], standardCalendar).scheduleOf({
        zone: 'Asia/Shanghai',
        hours: standardHours,
      });
      const standards = await standardsOf(office, propertyId);
      const of = { propertyId, cycle: cycleOf(cycle), standards, settings: {}, schedule };
      const { bills } = await issueUnit(office, { ...of, issuedAt: Date.now() }, unit);
      return bills.map(({ id }) => id);
    },

    /** Books a payment in the plainest way the books allow. */
    async paid(amount: number, unit = unitIdOf(0), payer = customerIdOf(0)): Promise<string> {
      const id = newId('payment');
      const of = { propertyId, unitId: unit, payerId: payer };
      const { item } = await office.load({ item: keys.account(t, unit, payer) });
      const moves = pay(accountOf(item, of), { id, amount });
      const at = new Date(Date.now()).toISOString();
      await office.commit([
        accountWrite(t, moves.account),
        ...moves.bills.map((change) => billWrite(t, propertyId, change)),
        {
          put: {
            pk: `${t}#${id}`,
            sk: 'payment',
            et: 'payment',
            v: 1,
            ...postingList(t, { id, at, ...of, movements: moves.movements }),
          } as Item,
          expect: 'new',
        },
      ]);
      return id;
    },

    bill: async (id: string) => (await api.get('/v1/bills/{id}', { id })).body,
    file: (unit: string, body: unknown) => api.ask('PUT /v1/units/{id}/fees', { params: { id: unit }, body }),

    async booksAgree(): Promise<void> {
      const { entries, accounts } = await compareBooks(office, [0, 1, 2].map(unitIdOf));
      expect(entries).toEqual(accounts);
    },
  };
}

export type BillDesk = Awaited<ReturnType<typeof billDesk>>;
