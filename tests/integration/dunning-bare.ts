import { followAccounts } from '../../functions/dunning/account.ts';
import { dun } from '../../functions/dunning/step.ts';
import { toldOf } from '../../functions/dunning/store.ts';
import { accountOf, accountWrite, billWrite, pay } from '../../shared/books/index.ts';
import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import type { Item, OfficeTable } from '../../shared/table.ts';
import { caseIdOf } from './dunning.ts';
import { customerIdOf, propertyId, unitIdOf } from './fees.ts';
import { makeTill } from './payments.ts';
import { officeItem, sh } from './reminders.ts';

export const unitId = unitIdOf(1);
export const payerId = customerIdOf(1);
export const place = { propertyId, unitId, payerId };
export const id = caseIdOf(1);

/**
 * An office with bills and dunning cases and nothing else: no stream, no queue, no clock. What follows a change of an account, and what
 * is done when a case is due, is called with the moment at which it happens (local time).
 */
export async function bareOffice(tableName: string, emails: string[] = ['payer@example.com']) {
  const { t, table, bill } = await makeTill(tableName, undefined, 2);
  const key = keys.dunning(t, id);
  await table.commit([
    { put: officeItem(t), expect: 'any' },
    { update: keys.customer(t, payerId), set: { 'rest.emails': emails }, expect: 'exists' },
  ]);
  return {
    t,
    table,
    bill: (amount: number, dueDay: string) => bill(1, amount, dueDay),
    follow: (at: string, office: OfficeTable = table) => followAccounts(office, [place], Date.parse(sh(at))),
    dun: (at: string, office: OfficeTable = table) => dun(office, key, () => Date.parse(sh(at)), 'test'),
    async stored(): Promise<Item | undefined> {
      return (await table.load({ item: key })).item;
    },
    items: (prefix: string) => table.all({ pk: key.pk, sk: { begins: prefix } }),
    async told() {
      return (await table.all({ pk: key.pk, sk: { begins: keys.dunningToldPrefix } })).map(toldOf);
    },
    async pay(amount: number): Promise<void> {
      const { item } = await table.load({ item: keys.account(t, unitId, payerId) });
      const moves = pay(accountOf(item, place), { id: newId('payment'), amount });
      await table.commit([
        accountWrite(t, moves.account),
        ...moves.bills.map((change) => billWrite(t, propertyId, change)),
      ]);
    },
  };
}

export type BareOffice = Awaited<ReturnType<typeof bareOffice>>;

/** The moment at which a stored case is to be looked at, local time. */
export const dueOf = (item: Item | undefined) => item?.dueSk?.slice(0, 24);
