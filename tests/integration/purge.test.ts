import { expect, it } from 'vitest';
import { purge } from '../../functions/tenants/walk.ts';
import { newId } from '../../shared/ids.ts';
import { keys, lists } from '../../shared/keys.ts';
import { SystemTable } from '../../shared/system.ts';
import type { Item } from '../../shared/table.ts';
import { itemsOf } from './dunning.ts';
import { client, createTable, cursors, officeTable } from './dynamodb.ts';

const tableName = await createTable();
const system = new SystemTable({ client, tableName, cursors });

it('an office is gone altogether wherever its deletion stopped on the way', async () => {
  const t = newId('tenant');
  const [unit, customer, kase] = [newId('unit'), newId('customer'), newId('dunning')];
  const put = (item: Omit<Item, 'v'>) => ({ put: { v: 1, ...item } as Item, expect: 'new' as const });
  const many = (pk: string) =>
    Array.from({ length: 60 }, (_, n) =>
      put({ pk, sk: `evt#${String(n + 1).padStart(6, '0')}`, et: 'event' }),
    );
  const home = keys.customer(t, customer);
  const dunning = keys.dunning(t, kase);
  const office = officeTable(tableName, t);
  await office.commit([
    put({ ...keys.unit(t, unit), et: 'unit', g1pk: lists.units(t), g1sk: unit }),
    put({ ...keys.feeFile(t, unit), et: 'feeFile' }),
    put({ ...dunning, et: 'dunning', g3pk: lists.dunningOfUnit(t, unit), g3sk: kase }),
    put({ ...home, et: 'customer', g1pk: lists.customers(t), g1sk: customer }),
  ]);
  for (const { pk } of [home, dunning]) await office.commit(many(pk));
  // What is found by a list is found as long as there is anything that hangs on it.
  for (let calls = 0; !(await purge(system, t, 1)).finished; calls++) expect(calls).toBeLessThan(20);
  expect(await itemsOf(tableName, t)).toEqual([]);
});
