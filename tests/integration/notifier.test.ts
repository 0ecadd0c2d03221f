import { afterAll, describe, expect, it, vi } from 'vitest';
import { remind } from '../../functions/notifier/remind.ts';
import { OfficeView } from '../../functions/notifier/view.ts';
import { keys } from '../../shared/keys.ts';
import { output } from '../../shared/log.ts';
import { discharge, type Obligation, parse, pending, reassign } from '../../shared/obligations/index.ts';
import type { QueueMessage } from '../../shared/queues.ts';
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
} from './reminders.ts';

const world = await startWorld();
const { table } = world;
const { handler: notifier } = await import('../../functions/notifier/handler.ts');
const { handler: sweeper } = await import('../../functions/sweeper/handler.ts');
vi.spyOn(output, 'write').mockImplementation(() => undefined);
afterAll(world.stop);

const office = () => makeOffice(world, { desk: ['desk'], lead: ['supervisor'], boss: ['manager'] });

const messageOf = (obligation: Obligation): QueueMessage => ({
  kind: 'due',
  tenantId: obligation.tenantId,
  ...keyOf(obligation),
});
const record = (message: unknown, messageId = 'm') => ({ messageId, body: JSON.stringify(message) }) as never;

/** One message to the notifier at a moment. */
async function notify(obligation: Obligation, instant: string, copies = 1) {
  setClock(instant);
  const answer = await notifier({
    Records: Array.from({ length: copies }, () => record(messageOf(obligation))),
  });
  expect(answer.batchItemFailures).toEqual([]);
  return stateOf(table, obligation);
}
const kindsOf = async (tenantId: string, staffId: string) =>
  (await inboxOf(table, tenantId, staffId)).map(({ kind }) => kind);

describe('a step that is due', () => {
  it('is told once: ledger, event, inbox, and the obligation waits for its next step', async () => {
    const here = await office();
    const obligation = await makeObligation(here);
    const [first, second] = pending(obligation);
    const state = await notify(obligation, first?.at ?? '');
    expect(state.ledger).toEqual([first?.n]);
    expect(state.events).toMatchObject([
      { type: 'reminder.sent', data: { steps: [first?.n], ruleId: 'TICKET-3.major', to: [here.staff.desk] } },
    ]);
    expect(state.item.dueSk?.slice(0, 24)).toBe(second?.at);
    expect(await kindsOf(here.tenantId, here.staff.desk)).toEqual(['remind']);
    expect(await inboxOf(table, here.tenantId, here.staff.lead)).toEqual([]);
  });

  it('goes by mail too where its channels say so, and the queue is told', async () => {
    const here = await office();
    const obligation = await makeObligation(here);
    await world.take('deliveries');
    await notify(obligation, sh('2026-10-08 17:30'));
    const deliveries = await deliveriesOf(table, here.tenantId);
    expect(deliveries.map(({ staffId, channel }) => [staffId, channel]).sort()).toEqual(
      [
        [here.staff.desk, 'email'],
        [here.staff.lead, 'email'],
      ].sort(),
    );
    const told = (await world.take('deliveries')).map(({ Body }) => JSON.parse(Body ?? '').pk);
    expect(told.sort()).toEqual(deliveries.map(({ id }) => `${here.tenantId}#${id}`).sort());
  });

  it('before its moment is nothing', async () => {
    const here = await office();
    const obligation = await makeObligation(here);
    const state = await notify(obligation, sh('2026-09-30 10:01'));
    expect(state.ledger).toEqual([]);
    expect(state.item.v).toBe(1);
  });

  it('that a lost message left leased is set back to its real moment', async () => {
    const here = await office();
    const obligation = await makeObligation(here);
    const { item } = await stateOf(table, obligation);
    const { duePk = '', dueSk = '', pk, sk } = item;
    await table.postpone({ duePk, dueSk, pk, sk }, `${sh('2026-09-30 10:10')}#${pk}|${sk}`);
    const state = await notify(obligation, sh('2026-09-30 10:11'));
    expect(state.item.dueSk).toBe(dueSk);
  });
});

describe('a queue that delivers twice', () => {
  it('in one batch has one effect', async () => {
    const here = await office();
    const obligation = await makeObligation(here);
    const state = await notify(obligation, obligation.steps[0]?.at ?? '', 3);
    expect([state.ledger.length, state.events.length]).toEqual([1, 1]);
    expect(await kindsOf(here.tenantId, here.staff.desk)).toEqual(['remind']);
  });

  it('to five notifiers at once has one effect', async () => {
    const here = await office();
    const obligation = await makeObligation(here);
    const instant = sh('2026-10-09 10:00');
    setClock(instant);
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => notifier({ Records: [record(messageOf(obligation))] })),
    );
    // One that found no end to the others' changes is given back to the queue, which is no harm.
    for (const { batchItemFailures } of answers) expect(batchItemFailures.length).toBeLessThanOrEqual(1);
    const state = await stateOf(table, obligation);
    const due = obligation.steps.filter(({ at }) => at <= instant).map(({ n }) => n);
    expect(state.ledger).toEqual([...due].sort((a, b) => a - b));
    expect(state.events.map(({ type }) => type)).toEqual([
      'obligation.breached',
      'obligation.escalated',
      'obligation.escalated',
    ]);
    expect(await kindsOf(here.tenantId, here.staff.desk)).toEqual(['due']);
    expect(await kindsOf(here.tenantId, here.staff.lead)).toEqual(['escalate', 'escalate']);
  });
});

describe('a notifier that dies after its transaction', () => {
  it('has told everything once; the mails it could not announce are found by the sweep', async () => {
    const here = await office();
    const obligation = await makeObligation(here);
    const now = sh('2026-10-08 17:30');
    // Its function ends here: the message is not acknowledged, the deliveries queue hears nothing.
    await remind(new OfficeView(table, here.tenantId), keyOf(obligation), Date.parse(now), 'm');
    const before = await stateOf(table, obligation);
    await world.take('deliveries');

    const again = await notify(obligation, sh('2026-10-08 17:36'));
    expect(again.item).toEqual(before.item);
    expect(again.events).toEqual(before.events);
    expect(await kindsOf(here.tenantId, here.staff.desk)).toEqual(['due']);
    expect(await world.take('deliveries')).toEqual([]);

    await sweeper({ kind: 'sweep' });
    const found = (await world.take('deliveries')).map(
      ({ Body }) => JSON.parse(Body ?? '') as { tenantId: string },
    );
    expect(found.filter(({ tenantId }) => tenantId === here.tenantId)).toHaveLength(2);
    await world.take('reminders');
  });

  it('whose queue cannot be reached has done its work: the message is not given back', async () => {
    const here = await office();
    const obligation = await makeObligation(here);
    const url = process.env.DELIVERIES_QUEUE_URL;
    process.env.DELIVERIES_QUEUE_URL = `${url}-gone`;
    try {
      const state = await notify(obligation, sh('2026-10-08 17:30'));
      expect(state.ledger.length).toBeGreaterThan(0);
    } finally {
      process.env.DELIVERIES_QUEUE_URL = url;
    }
  });
});

describe('an outage of two days', () => {
  it('is caught up in order, merged where the ladder says so, each step once', async () => {
    const here = await office();
    const obligation = await makeObligation(here);
    const state = await notify(obligation, sh('2026-10-10 10:00'));
    expect(state.events.map(({ type, data }) => [type, data.steps])).toEqual([
      ['obligation.breached', [1, 2, 3]],
      ['obligation.escalated', [4]],
      ['obligation.escalated', [5]],
      ['obligation.escalated', [6]],
    ]);
    expect(state.events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(state.ledger).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await kindsOf(here.tenantId, here.staff.desk)).toEqual(['due']);
    expect(await kindsOf(here.tenantId, here.staff.boss)).toEqual(['escalate']);
    const [merged] = await inboxOf(table, here.tenantId, here.staff.desk);
    expect(merged?.text.en).toContain('Reminders merged: 3');
  });

  it('tells nobody that something will be due which is due already', async () => {
    const here = await office();
    const obligation = await makeObligation(here, { ruleId: 'TICKET-6.urgent', critical: true });
    const { events } = await notify(obligation, sh('2026-10-02 10:00'));
    expect(events[0]).toMatchObject({ type: 'obligation.breached', data: { levels: ['owner', 'lead'] } });
    // Of the first message only the reminders were for the lead.
    expect(await kindsOf(here.tenantId, here.staff.lead)).toEqual(expect.not.arrayContaining(['remind']));
    const messages = await inboxOf(table, here.tenantId, here.staff.lead);
    expect(messages.map(({ title }) => title.en)).toContain('[Critical] Due now: Finish an urgent repair');
  });

  it('that ends at night waits for the morning, but not with what is critical', async () => {
    const here = await office();
    const calm = await makeObligation(here);
    const urgent = await makeObligation(here, { critical: true });
    const night = sh('2026-10-10 03:00');
    const waiting = await notify(calm, night);
    expect(waiting.ledger).toEqual([]);
    expect(waiting.item.dueSk?.slice(0, 24)).toBe(sh('2026-10-10 08:30'));
    expect((await notify(urgent, night)).ledger.length).toBeGreaterThan(0);
    const morning = await notify(calm, sh('2026-10-10 08:30'));
    expect(morning.ledger.length).toBeGreaterThan(0);
  });
});

describe('the present state decides', () => {
  it('discharged between sweep and notifier: nothing is sent', async () => {
    const here = await office();
    const obligation = await makeObligation(here);
    setClock(sh('2026-10-08 17:31'));
    await here.office.commit([discharge(obligation, { event: 'evt' }, Date.parse(sh('2026-10-08 17:29')))]);
    const state = await notify(obligation, sh('2026-10-08 17:31'));
    expect([state.ledger, state.events]).toEqual([[], []]);
    expect(await deliveriesOf(table, here.tenantId)).toEqual([]);
    expect(await inboxOf(table, here.tenantId, here.staff.desk)).toEqual([]);
  });

  it('discharged while the notifier decides: either it was told before, or not at all', async () => {
    for (let i = 0; i < 5; i++) {
      const here = await office();
      const obligation = await makeObligation(here);
      setClock(sh('2026-10-08 17:30'));
      const ending = async () => {
        for (;;) {
          const { obligation: now } = await stateOf(table, obligation);
          try {
            await here.office.commit([discharge(now, {}, Date.now())]);
            return;
          } catch (error) {
            if ((error as Error).name !== 'Stale') throw error;
          }
        }
      };
      await Promise.all([notifier({ Records: [record(messageOf(obligation))] }), ending()]);
      const state = await stateOf(table, obligation);
      expect(state.obligation.status).toBe('discharged');
      expect(state.item.dueSk).toBeUndefined();
      const told = await inboxOf(table, here.tenantId, here.staff.desk);
      expect(told.length).toBe(state.ledger.length > 0 ? 1 : 0);
    }
  });

  it('handed over: the new owner is told', async () => {
    const here = await office();
    const obligation = await makeObligation(here, { ownerId: here.staff.desk });
    await here.office.commit([reassign(obligation, here.staff.boss, 0)]);
    await notify(obligation, obligation.steps[0]?.at ?? '');
    expect(await kindsOf(here.tenantId, here.staff.boss)).toEqual(['remind']);
    expect(await inboxOf(table, here.tenantId, here.staff.desk)).toEqual([]);
  });

  it('of a suspended office pauses, and goes on when it is active again', async () => {
    const here = await office();
    const obligation = await makeObligation(here);
    const due = sh('2026-10-08 17:30');
    await table.commit([{ put: officeItem(here.tenantId, { status: 'suspended' }), expect: 'any' }]);
    const paused = await notify(obligation, due);
    expect(paused.ledger).toEqual([]);
    expect(paused.item.dueSk?.slice(0, 24)).toBe(sh('2026-10-08 18:30'));
    await table.commit([{ put: officeItem(here.tenantId), expect: 'any' }]);
    const resumed = await notify(obligation, sh('2026-10-09 08:30'));
    expect(resumed.ledger.length).toBeGreaterThan(0);
  });

  it('with nobody left in the office: its owner\u2019s address gets a mail', async () => {
    const here = await makeOffice(world, {});
    const obligation = await makeObligation(here);
    const state = await notify(obligation, sh('2026-10-08 17:30'));
    expect(state.events.map(({ data }) => data.to)).toEqual([[], []]);
    const mails = await deliveriesOf(table, here.tenantId);
    expect(mails.map(({ channel, staffId }) => [channel, staffId])).toEqual([
      ['email', undefined],
      ['email', undefined],
    ]);
  });
});

describe('a whole life with nobody acting', () => {
  it('goes through every step of its ladder once and in order, then leaves the due index', async () => {
    const here = await office();
    const obligation = await makeObligation(here, { startAt: sh('2026-03-02 10:00') });
    for (let i = 0; i < 40; i++) {
      const { item } = await stateOf(table, obligation);
      if (item.dueSk === undefined) break;
      await notify(obligation, item.dueSk.slice(0, 24));
    }
    const { item, ledger, events } = await stateOf(table, obligation);
    expect(item.dueSk).toBeUndefined();
    expect(ledger).toEqual(obligation.steps.map(({ n }) => n).sort((a, b) => a - b));
    expect(events.flatMap(({ data }) => data.steps)).toEqual(obligation.steps.map(({ n }) => n));
    expect(parse(item).status).toBe('open');
    expect(Buffer.byteLength(JSON.stringify({ list: item.list, rest: item.rest }))).toBeLessThan(1500);
  });
});

describe('a message that is none', () => {
  it('is given back, the others of its batch are worked off', async () => {
    const here = await office();
    const obligation = await makeObligation(here);
    setClock(sh('2026-10-08 17:30'));
    const answer = await notifier({
      Records: [record({ kind: 'nonsense' }, 'bad'), record(messageOf(obligation), 'good')],
    });
    expect(answer.batchItemFailures).toEqual([{ itemIdentifier: 'bad' }]);
    expect((await stateOf(table, obligation)).ledger.length).toBeGreaterThan(0);
  });

  it('about something that is not there is nothing', async () => {
    const here = await office();
    const key = keys.obligation(here.tenantId, 'tkt_none', 'obl_none');
    const answer = await notifier({
      Records: [record({ kind: 'due', tenantId: here.tenantId, ...key })],
    });
    expect(answer.batchItemFailures).toEqual([]);
  });
});
