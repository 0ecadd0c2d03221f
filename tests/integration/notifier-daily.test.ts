import { afterAll, describe, expect, it, vi } from 'vitest';
import { keys } from '../../shared/keys.ts';
import { output } from '../../shared/log.ts';
import { discharge, type Obligation } from '../../shared/obligations/index.ts';
import {
  deliveriesOf,
  inboxOf,
  keyOf,
  makeObligation,
  makeOffice,
  officeItem,
  setClock,
  sh,
  startWorld,
  stateOf,
  type TestOffice,
} from './reminders.ts';

const world = await startWorld();
const { table } = world;
const { handler: notifier } = await import('../../functions/notifier/handler.ts');
vi.spyOn(output, 'write').mockImplementation(() => undefined);
afterAll(world.stop);

const record = (message: unknown) => ({ messageId: 'm', body: JSON.stringify(message) }) as never;
const send = async (instant: string, ...messages: unknown[]) => {
  setClock(instant);
  const answer = await notifier({ Records: messages.map(record) });
  expect(answer.batchItemFailures).toEqual([]);
};
const due = (obligation: Obligation) => ({
  kind: 'due',
  tenantId: obligation.tenantId,
  ...keyOf(obligation),
});

/** An office where the desk chose the morning digest. */
async function digestOffice() {
  const here = await makeOffice(world, { desk: ['desk'], lead: ['supervisor'] });
  await table.commit([
    {
      put: {
        ...keys.policyCurrent(here.tenantId),
        et: 'policy',
        v: 1,
        rest: {
          versions: [
            {
              version: 1,
              effectiveFrom: '2026-01-01',
              override: { effectiveFrom: '2026-01-01', digest: { roles: ['desk'] } },
            },
          ],
        },
      },
      expect: 'any',
    },
  ]);
  return here;
}
const digest = (office: TestOffice, at: string) => ({ kind: 'digest', tenantId: office.tenantId, at });
const endOfDay = (office: TestOffice, at: string) => ({ kind: 'endOfDay', tenantId: office.tenantId, at });

const kinds = async ({ tenantId, staff }: TestOffice) =>
  (await inboxOf(table, tenantId, String(staff.desk))).map(({ kind }) => kind);

describe('the morning digest', () => {
  const morning = sh('2026-10-09 08:30');

  it('holds what was kept for it, in one message and one mail; others get theirs at once', async () => {
    const here = await digestOffice();
    const one = await makeObligation(here);
    const two = await makeObligation(here);
    await send(sh('2026-10-08 17:30'), due(one), due(two));
    expect(await inboxOf(table, here.tenantId, here.staff.desk)).toEqual([]);
    expect(await inboxOf(table, here.tenantId, here.staff.lead)).toHaveLength(2);
    expect((await stateOf(table, one)).ledger).toHaveLength(4);

    await send(morning, digest(here, morning));
    const messages = await inboxOf(table, here.tenantId, here.staff.desk);
    expect(messages.map(({ kind, title }) => [kind, title.en])).toEqual([['digest', 'Morning digest: 2']]);
    const mails = (await deliveriesOf(table, here.tenantId)).filter(
      ({ staffId }) => staffId === here.staff.desk,
    );
    expect(mails.map(({ type }) => type)).toEqual(['reminder.digest']);
  });

  it('has one line for each thing, as it is by then', async () => {
    const here = await digestOffice();
    const obligation = await makeObligation(here);
    await send(sh('2026-10-08 13:30'), due(obligation));
    await send(sh('2026-10-08 15:30'), due(obligation));
    await send(morning, digest(here, morning));
    const [message] = await inboxOf(table, here.tenantId, here.staff.desk);
    expect(message?.title.en).toBe('Morning digest: 1');
    expect(message?.text.en.split('\n')).toEqual([
      'Due now: Rectify a major complaint',
      'About: 电梯困人',
      'Property: 锦绣花园',
      'Due: 2026-10-08 17:30',
      'Rule: TICKET-3.major',
      `Ticket: ${obligation.objectId}`,
      'Reminders merged: 2',
    ]);
  });

  it('comes on days on which the property opens; what was kept waits for one', async () => {
    const here = await digestOffice();
    const obligation = await makeObligation(here, { startAt: sh('2026-09-29 10:00') });
    await send(sh('2026-09-30 17:30'), due(obligation));
    for (const day of ['2026-10-01', '2026-10-07']) {
      await send(sh(`${day} 08:30`), digest(here, sh(`${day} 08:30`)));
      expect(await inboxOf(table, here.tenantId, here.staff.desk)).toEqual([]);
    }
    await send(sh('2026-10-08 08:30'), digest(here, sh('2026-10-08 08:30')));
    expect(await kinds(here)).toEqual(['digest']);
  });

  it('asked for twice, or by two notifiers at once, is one message', async () => {
    const here = await digestOffice();
    await send(sh('2026-10-08 17:30'), due(await makeObligation(here)));
    setClock(morning);
    await Promise.all(
      Array.from({ length: 4 }, () => notifier({ Records: [record(digest(here, morning))] })),
    );
    await send(morning, digest(here, morning));
    expect(await inboxOf(table, here.tenantId, here.staff.desk)).toHaveLength(1);
  });

  it('leaves out what was done meanwhile, and says nothing where nothing is left', async () => {
    const here = await digestOffice();
    const done = await makeObligation(here);
    await send(sh('2026-10-08 17:30'), due(done));
    const { obligation } = await stateOf(table, done);
    await here.office.commit([discharge(obligation, {}, Date.parse(sh('2026-10-08 18:00')))]);
    await send(morning, digest(here, morning));
    expect(await inboxOf(table, here.tenantId, here.staff.desk)).toEqual([]);
    expect(await table.all({ pk: keys.digestPk(here.tenantId) })).toEqual([]);
  });

  it('does not hold back what is critical', async () => {
    const here = await digestOffice();
    await send(sh('2026-10-08 17:30'), due(await makeObligation(here, { critical: true })));
    const kinds = (await inboxOf(table, here.tenantId, here.staff.desk)).map(({ kind }) => kind);
    expect(kinds).toEqual(['due']);
  });

  it('of more than a message can hold is several, with everything once', async () => {
    const here = await digestOffice();
    const obligation = await makeObligation(here);
    await send(sh('2026-10-08 17:30'), due(obligation));
    const [entry] = await table.all({ pk: keys.digestPk(here.tenantId) });
    if (!entry) throw new Error('nothing was kept');
    for (let i = 0; i < 89; i++) {
      const { id: obligationId, objectId } = await makeObligation(here);
      const list = { ...entry.list, obligationId, objectId };
      await table.commit([{ put: { ...entry, sk: `${entry.sk}${i}`, list }, expect: 'new' }]);
    }
    await send(morning, digest(here, morning));
    const titles = (await inboxOf(table, here.tenantId, here.staff.desk)).map(({ title }) => title.en);
    expect(titles.sort()).toEqual(['Morning digest: 10', 'Morning digest: 80']);
  });
});

describe('the end-of-day list (DUTY-5)', () => {
  const evening = sh('2026-10-08 17:15');

  it('goes to the desk and the supervisor: what is due today or earlier and not done, not what is due later', async () => {
    const here = await makeOffice(world, { desk: ['desk'], lead: ['supervisor'], boss: ['manager'] });
    await makeObligation(here);
    await makeObligation(here, { ruleId: 'CALLBACK-4', startAt: sh('2026-10-08 09:00') });
    await makeObligation(here, { startAt: sh('2026-10-08 16:00'), title: 'later' });
    await send(evening, endOfDay(here, evening));
    for (const staffId of [here.staff.desk, here.staff.lead]) {
      const messages = await inboxOf(table, here.tenantId, staffId);
      expect(messages).toHaveLength(1);
      expect(messages[0]?.title.en).toContain('2 unfinished');
      expect(messages[0]?.text.en).toContain('CALLBACK-4');
      expect(messages[0]?.text.en).not.toContain('later');
    }
    expect(await inboxOf(table, here.tenantId, here.staff.boss)).toEqual([]);
  });

  it('is sent once a day although it is asked for again, and anew the next day', async () => {
    const here = await makeOffice(world, { desk: ['desk'], lead: ['supervisor'] });
    await makeObligation(here);
    await send(evening, endOfDay(here, evening), endOfDay(here, evening));
    await send(sh('2026-10-08 17:20'), endOfDay(here, evening));
    expect(await inboxOf(table, here.tenantId, here.staff.desk)).toHaveLength(1);
    const next = sh('2026-10-09 17:15');
    await send(next, endOfDay(here, next));
    expect(await inboxOf(table, here.tenantId, here.staff.desk)).toHaveLength(2);
  });

  it('is not sent where everything is done, nor while the office is suspended', async () => {
    const here = await makeOffice(world, { desk: ['desk'] });
    await send(evening, endOfDay(here, evening));
    await makeObligation(here);
    await table.commit([{ put: officeItem(here.tenantId, { status: 'suspended' }), expect: 'any' }]);
    await send(evening, endOfDay(here, evening));
    expect(await inboxOf(table, here.tenantId, here.staff.desk)).toEqual([]);
  });
});
