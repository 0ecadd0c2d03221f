import { beforeEach, expect, it, vi } from 'vitest';
import { followAccounts } from '../../functions/dunning/account.ts';
import { keys } from '../../shared/keys.ts';
import { output } from '../../shared/log.ts';
import { type BareOffice, bareOffice, dueOf, payerId, place, unitId } from './dunning-bare.ts';
import { createTable } from './dynamodb.ts';
import { customerIdOf, propertyId, unitIdOf } from './fees.ts';
import { sh } from './reminders.ts';

const tableName = await createTable();
let here: BareOffice;
beforeEach(async () => {
  here = await bareOffice(tableName);
});

it('a case is opened with the first bill, where somebody has one', async () => {
  await here.bill(10_000, '2026-11-10');
  const other = { propertyId, unitId: unitIdOf(0), payerId: customerIdOf(0) };
  await followAccounts(here.table, [other, place], Date.parse(sh('2026-10-20 09:00')));
  expect((await here.stored())?.list).toMatchObject({ unitId, payerId, open: 10_000, state: 'running' });
  expect(await here.table.all({ index: 'g3', pk: `${here.t}#${other.unitId}#dun` })).toEqual([]);
});

it('a case that everything is paid of says so, once, on nobody\u2019s behalf', async () => {
  await here.bill(10_000, '2026-11-10');
  await here.follow('2026-10-20 09:00');
  await here.dun('2026-11-11 08:30');
  await here.pay(10_000);
  await here.follow('2026-11-11 09:00');
  const cleared = (await here.items(keys.eventsPrefix)).at(-1);
  expect(cleared?.rest).toMatchObject({
    type: 'dunning.cleared',
    actor: 'system:dunning',
    requestId: 'dunning',
    data: place,
  });
  const after = await here.stored();
  expect(after?.list).toMatchObject({ state: 'clear', open: 0 });
  await here.follow('2026-11-11 09:01');
  expect(await here.stored()).toEqual(after);
});

it('an account of a property that is gone is left alone, and somebody can read of it', async () => {
  await here.bill(10_000, '2026-11-10');
  await here.table.commit([{ remove: keys.property(here.t, propertyId), expect: 'exists' }]);
  const lines = vi.spyOn(output, 'write').mockImplementation(() => undefined);
  await here.follow('2026-10-20 09:00');
  expect(lines.mock.calls.join()).toContain('an account of a property that is gone');
  expect(lines.mock.calls.join()).toContain(here.t);
  expect(await here.stored()).toBeUndefined();
});

it('news of a case that waits to be taken up leave it in its place, and later ones give it another', async () => {
  await here.bill(10_000, '2026-11-10');
  await here.follow('2026-10-20 09:00');
  const friendly = sh('2026-11-09 08:30');
  expect(dueOf(await here.stored())).toBe(friendly);
  await here.pay(1000);
  await here.follow('2026-11-09 10:00');
  const waiting = await here.stored();
  expect([dueOf(waiting), waiting?.list?.open]).toEqual([friendly, 9000]);
  // Nobody came before the office closed: it is for the next morning.
  await here.pay(1000);
  await here.follow('2026-11-09 21:00');
  expect(dueOf(await here.stored())).toBe(sh('2026-11-10 08:30'));
});

it('a bill that is overdue as it comes makes a case due at once that was to wait', async () => {
  await here.bill(10_000, '2026-12-10');
  await here.follow('2026-11-20 09:00');
  expect(dueOf(await here.stored())).toBe(sh('2026-12-07 08:30'));
  await here.bill(5000, '2026-11-10');
  await here.follow('2026-11-20 10:00');
  expect(dueOf(await here.stored())).toBe(sh('2026-11-20 10:00'));
});
