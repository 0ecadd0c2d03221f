import { afterAll, expect, vi } from 'vitest';
import type { ToldStep } from '../../functions/dunning/store.ts';
import { countAnew, countersOf } from '../../functions/stream/rebuild.ts';
import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { output } from '../../shared/log.ts';
import { type Obligation, parse } from '../../shared/obligations/index.ts';
import type { Key } from '../../shared/table.ts';
import { type Answer, call, staffOf } from './call.ts';
import { caseIdOf, type DunningOffice, dunningOffice } from './dunning.ts';
import { eventOf, setClock, sh, startWorld } from './reminders.ts';

/*
 * One dunning office after the other on a table of the file that imports this, with short names for what happens to it.
 */

export const world = await startWorld();
const { handler: notifier } = await import('../../functions/notifier/handler.ts');
const { handler: payments } = await import('../../functions/payments/handler.ts');
export const { handler: dunning } = await import('../../functions/dunning/handler.ts');
vi.spyOn(output, 'write').mockImplementation(() => undefined);
afterAll(world.stop);

export const notify = async (tenantId: string, key: Key) => {
  const body = JSON.stringify({ kind: 'due', tenantId, ...key });
  const { batchItemFailures } = await notifier(eventOf([{ MessageId: newId('event'), Body: body }]));
  expect(batchItemFailures).toEqual([]);
};

/** The office of the test that runs; `begin` makes it. */
export let here: DunningOffice;
let last: DunningOffice | undefined;
export const begin = async (at: string) => {
  await last?.wipe();
  setClock(sh(at));
  here = await dunningOffice(world.tableName, payments, notify);
  last = here;
};
export const ask = (
  route: string,
  id: string,
  body?: unknown,
  roles: Parameters<typeof staffOf>[1] = ['owner'],
) => call(dunning, staffOf(here.t, roles), route, { params: { id }, ...(body !== undefined && { body }) });
export const post = (step: string, body: unknown, unit = 1): Promise<Answer> =>
  ask(`POST /v1/dunning/{id}/${step}`, caseIdOf(unit), body);
export const get = async (unit = 1) => (await ask('GET /v1/dunning/{id}', caseIdOf(unit))).body;
export const days = (told: ToldStep[]) =>
  told.map(
    ({ at, step, total }) =>
      `${new Date(Date.parse(at) + 8 * 3_600_000).toISOString().slice(0, 10)} ${step} ${total}`,
  );
export const obligations = async (unit = 1): Promise<Obligation[]> =>
  (
    await here.table.all({
      pk: keys.objectPk(here.t, caseIdOf(unit)),
      sk: { begins: keys.obligationsPrefix },
    })
  ).map(parse);
export const eventsOf = async (unit = 1) =>
  (
    await here.table.all({ pk: keys.objectPk(here.t, caseIdOf(unit)), sk: { begins: keys.eventsPrefix } })
  ).map(
    ({ rest }) =>
      rest as { type: string; data: Record<string, unknown>; seq: number; prev: string; hash: string },
  );
export const countersAgree = async () => {
  const { totals, shares } = await countAnew(here.table);
  expect(await countersOf(here.table)).toEqual(totals);
  expect(shares).toEqual([]);
};
