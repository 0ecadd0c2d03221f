import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { confirmed } from '../samples.ts';
import { passUnderFire, remindersQueue } from './fire.ts';
import { type Cloud, testCloud, unready } from './harness.ts';
import {
  everything,
  expectStatus,
  inbox,
  makeOffice,
  operator,
  type TestOffice,
  type Ticket,
} from './office.ts';
import { complaint, jpg, listenAs, local, received, satisfied, sh, upload } from './outside.ts';

/** What an office lives through, over HTTP, with the clock moved on. Each test has its own office and its own days. */

let cloud: Cloud;
beforeAll(async () => {
  if (!unready) cloud = await testCloud({ clock: '2026-09-28T08:00:00+08:00' });
});
afterAll(() => cloud?.stop());
afterEach(async () => {
  // What is left open would be listed at the end of every day to come.
  for (const { office, id } of open.splice(0))
    await office.as('desk')('POST', `/v1/tickets/${id}/withdraw`, { reason: '-' });
});

/** Leaves out what lies between: nothing is open any more that could fall due. */
const begin = (day: string, time: string) => cloud.advance(sh(day, time), { outage: true });

const open: { office: TestOffice; id: string }[] = [];
let calls = 0;
async function post(office: TestOffice, body: Record<string, unknown>): Promise<Ticket> {
  const externalId = `call-${++calls}`;
  const ticket = await expectStatus(
    201,
    office.app<Ticket>(
      'POST',
      '/v1/tickets',
      { channel: 'api', propertyId: office.propertyId, externalId, ...body },
      { 'idempotency-key': externalId },
    ),
  );
  open.push({ office, id: ticket.id });
  return ticket;
}

describe.skipIf(unready)('a complaint, from the post to the signature', { timeout: 180_000 }, () => {
  it('goes through dispatch, photo, resolution and link; the office\u2019s system hears each step, signed', async () => {
    await begin('2026-09-28', '10:00');
    const office = await makeOffice(cloud, 'life-whole');
    const heard = await listenAs(cloud, office, '/crm', ['ticket.*']);
    const ticket = await post(office, complaint);
    // Due at the close of the next working day (TICKET-3, TIME-6).
    expect([ticket.status, local(ticket.dueAt ?? '')]).toEqual(['received', '09-29 17:30']);

    const dispatched = await expectStatus(
      200,
      office.as('desk')<Ticket>('POST', `/v1/tickets/${ticket.id}/dispatch`, {
        assigneeId: office.idOf('engineer'),
        what: '检查水泵',
        dueAt: sh('2026-09-28', '16:00'),
        given: 'spoken',
      }),
    );
    expect(dispatched.status).toBe('dispatched');

    const photo = await upload(office, ticket.id, 'pump.jpg');
    const link = await expectStatus(
      200,
      office.as('desk')<{ url: string }>('GET', `/v1/tickets/${ticket.id}/attachments/${photo}`),
    );
    const kept = Buffer.from(await (await fetch(link.url)).arrayBuffer());
    expect(createHash('sha256').update(kept).digest('hex')).toBe(
      createHash('sha256').update(jpg).digest('hex'),
    );

    await cloud.advance(sh('2026-09-28', '15:00'));
    const resolved = await expectStatus(
      200,
      office.as('engineer')<Ticket>('POST', `/v1/tickets/${ticket.id}/resolve`, {
        what: '更换电容',
        cause: 'wear',
      }),
    );
    // A week from then is in the long holiday (CALLBACK-1, TIME-3).
    expect(resolved.obligations.map(({ ruleId, dueAt }) => [ruleId, local(dueAt)])).toEqual([
      ['CALLBACK-1', '10-08 17:30'],
    ]);

    const { url } = await expectStatus(
      200,
      office.as('desk')<{ url: string }>('POST', `/v1/tickets/${ticket.id}/confirmation-links`),
    );
    const page = await fetch(url);
    expect([page.status, (await page.text()).includes(complaint.title)]).toEqual([200, true]);
    const form = { ...confirmed, score: '8', name: '刘女士' };
    const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(form) });
    expect(answer.status).toBe(200);
    const again = await fetch(url, { method: 'POST', body: new URLSearchParams({ ...form, score: '1' }) });
    expect(again.status).toBe(410);

    const closed = await expectStatus(200, office.app<Ticket>('GET', `/v1/tickets/${ticket.id}`));
    expect([closed.status, closed.obligations, closed.callback]).toEqual([
      'closed',
      [],
      expect.objectContaining({
        outcome: 'satisfied',
        score: 8,
        signature: expect.objectContaining({ name: '刘女士' }),
      }),
    ]);

    await cloud.settle();
    const steps = [
      'created',
      'dispatched',
      'attachmentAdded',
      'resolved',
      'linkIssued',
      'calledBack',
      'closed',
    ];
    const events = await everything<{ type: string; seq: number; prev: string; hash: string; id: string }>(
      office.app,
      `/v1/tickets/${ticket.id}/events`,
    );
    const history = events.sort((a, b) => a.seq - b.seq);
    expect(history.map(({ type }) => type)).toEqual(steps.map((step) => `ticket.${step}`));
    // Each event names the one before it.
    expect(history.map(({ prev }) => prev)).toEqual(['', ...history.slice(0, -1).map(({ hash }) => hash)]);
    const told = heard();
    expect(told.map(({ type }) => type).sort()).toEqual(steps.map((step) => `ticket.${step}`).sort());
    expect(told.map(({ id }) => id).sort()).toEqual(history.map(({ id }) => id).sort());

    // Nothing is owed any more, so nobody hears of it when the days pass.
    await cloud.advance(sh('2026-09-29', '18:00'));
    expect((await inbox(office, 'desk')).filter(({ objectId }) => objectId === ticket.id)).toEqual([]);
  });

  it('is closed by a signature on paper, and opened again by a customer who is not satisfied', async () => {
    await begin('2026-09-29', '18:30');
    const office = await makeOffice(cloud, 'life-rework');
    const { id } = await post(office, complaint);
    const step = <T = Ticket>(name: string, body: unknown, status = 200) =>
      expectStatus(status, office.as('desk')<T>('POST', `/v1/tickets/${id}/${name}`, body));
    const refused = await step<{ openSteps: string[] }>('callbacks', satisfied, 409);
    expect(refused.openSteps).toContain('resolve');
    await step('resolve', { what: '换阀门' });
    const reopened = await step('callbacks', {
      ...satisfied,
      outcome: 'unsatisfied',
      solved: false,
      score: 2,
      reason: '还在漏',
    });
    // CALLBACK-5: a new deadline, counted as rework; the holiday does not count.
    expect([reopened.status, reopened.rework, local(reopened.dueAt ?? '')]).toEqual([
      'reopened',
      1,
      '09-30 17:30',
    ]);
    await step('resolve', { what: '换管' });
    const unsigned = await step('callbacks', satisfied);
    expect(unsigned.status).toBe('resolved');
    const slip = await upload(office, id, 'signature.jpg');
    const signed = await step('callbacks', { ...satisfied, signature: { attachmentId: slip } });
    expect([signed.status, signed.callback?.signature]).toEqual(['closed', { attachmentId: slip }]);
  });
});

describe.skipIf(unready)('a complaint that everybody forgets', { timeout: 180_000 }, () => {
  it('climbs the ladder by the clock, through every channel, and no other office hears of it', async () => {
    await begin('2026-09-30', '10:00');
    const [office, other] = [await makeOffice(cloud, 'life-ladder'), await makeOffice(cloud, 'life-other')];
    const heard = await listenAs(cloud, office, '/ladder', ['reminder.*', 'obligation.*']);
    const foreign = await listenAs(cloud, other, '/foreign', ['ticket.*', 'reminder.*', 'obligation.*']);
    await expectStatus(
      201,
      office.as('manager')('POST', '/v1/webhooks', {
        kind: 'wecom',
        url: 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa',
        events: ['obligation.*'],
      }),
    );
    const ticket = await post(office, complaint);
    expect(local(ticket.dueAt ?? '')).toBe('10-08 17:30');
    await cloud.advance(sh('2026-10-13', '09:00'));

    const told = async (role: 'desk' | 'supervisor' | 'manager') =>
      (await inbox(office, role))
        .filter(({ objectId }) => objectId === ticket.id)
        .map(({ at, kind, ruleId }) => [local(at), kind, ruleId].join(' '));
    const ladder = {
      // Half of the time falls into the holiday: it waits for the first opening.
      desk: ['10-08 08:30 remind', '10-08 15:30 remind', '10-08 17:30 due'],
      // As the lead at due (TICKET-5), as the supervisor a working day later.
      supervisor: ['10-08 17:30 escalate', '10-09 08:30 escalate'],
      // 10-10 is a Saturday that is worked, 10-11 a Sunday.
      manager: ['10-10', '10-12', '10-13'].map((day) => `${day} 08:30 escalate`),
    };
    for (const role of ['desk', 'supervisor', 'manager'] as const)
      expect(await told(role), role).toEqual(ladder[role].map((line) => `${line} TICKET-3.major`));

    const rungs = [
      '10-08 08:30 reminder.sent',
      '10-08 15:30 reminder.sent',
      '10-08 17:30 obligation.breached',
      '10-08 17:30 obligation.escalated',
      '10-09 08:30 obligation.escalated',
      ...ladder.manager.map((line) => `${line.slice(0, 11)} obligation.escalated`),
    ];
    expect(
      heard()
        .map(({ type, timestamp }) => `${local(timestamp)} ${type}`)
        .sort(),
    ).toEqual([...rungs].sort());

    // Everybody but the desk's half-time reminder also by mail.
    const mails = cloud.outbox.mails.filter(
      ({ text, subject }) => text.includes(ticket.id) && !subject.includes('日终'),
    );
    const mailed = (role: 'desk' | 'supervisor' | 'manager') =>
      mails.filter(({ to }) => to.includes(office.mailOf(role))).map(({ at }) => local(at));
    expect([mailed('desk'), mailed('supervisor'), mailed('manager')]).toEqual([
      ['10-08 15:30', '10-08 17:30'],
      ['10-08 17:30', '10-09 08:30'],
      ladder.manager.map((line) => line.slice(0, 11)),
    ]);
    expect(mails[0]?.text).toContain('TICKET-3.major');

    // The group robot, in WeCom's own words.
    const robot = received(cloud, '/cgi-bin/webhook/send');
    expect(robot.map(({ at }) => local(at))).toEqual(rungs.slice(2).map((line) => line.slice(0, 11)));
    expect(JSON.parse(robot[0]?.body ?? '')).toEqual({
      msgtype: 'markdown',
      markdown: {
        content: expect.stringMatching(/^### .*重大投诉整改\n\n[\s\S]*三号楼停水[\s\S]*TICKET-3\.major/),
      },
    });

    // The daily list of what is unfinished, from the day it is due (DUTY-5); 10-11 has weekend duty.
    const lists = (await everything<{ at: string; kind: string }>(office.as('desk'), '/v1/inbox')).filter(
      ({ kind }) => kind === 'endOfDay',
    );
    const days = ['10-08', '10-09', '10-10', '10-11', '10-12'];
    expect(lists.map(({ at }) => local(at)).reverse()).toEqual(days.map((day) => `${day} 17:15`));
    const [last] = await everything<{ id: string; day: string }>(
      office.as('desk'),
      `/v1/day-ends?propertyId=${office.propertyId}`,
    );
    expect(last?.day).toBe('2026-10-12');
    for (const as of ['desk', 'supervisor'] as const)
      expect((await office.as(as)('POST', `/v1/day-ends/${last?.id}/sign`, { as })).status).toBe(200);

    // The other office: no ticket, no message, no delivery; not even that there is something.
    const strangers = [other.app, other.as('manager')];
    for (const stranger of strangers) {
      expect((await stranger('GET', `/v1/tickets/${ticket.id}`)).status).toBe(404);
      expect((await stranger('GET', `/v1/tickets/${ticket.id}/events`)).status).toBe(404);
      expect(await everything(stranger, '/v1/tickets')).toEqual([]);
      expect(await everything(stranger, '/v1/obligations')).toEqual([]);
    }
    for (const role of ['owner', 'manager', 'supervisor', 'desk'] as const)
      expect(await everything(other.as(role), '/v1/inbox')).toEqual([]);
    expect(foreign()).toEqual([]);
    expect(
      cloud.outbox.mails.filter(({ to }) => to.some((one) => one.endsWith('@life-other.example'))),
    ).toEqual([]);
  });
});

describe.skipIf(unready)('what goes wrong', { timeout: 180_000 }, () => {
  it.each(['sweeper', 'notifier', 'courier'] as const)(
    'a %s killed at its work loses no reminder and repeats none',
    async (fn) => {
      const day = { sweeper: '2026-10-19', notifier: '2026-10-21', courier: '2026-10-26' }[fn];
      await begin(day, '09:00');
      const office = await makeOffice(cloud, `life-killed-${fn}`);
      const heard = await listenAs(cloud, office, `/killed-${fn}`, ['obligation.*']);
      const tickets: Ticket[] = [];
      for (let i = 0; i < 2; i++) tickets.push(await post(office, { ...complaint, title: `第 ${i} 件` }));
      // What the function has brought about so far: messages handed over, messages in an inbox, messages outside.
      const progress = {
        sweeper: async () => (await cloud.queues.bodies(remindersQueue(cloud))).length,
        notifier: async () => (await inbox(office, 'desk')).length,
        courier: async () => cloud.outbox.mails.length + cloud.outbox.deliveries.length,
      };
      const due = Date.parse(tickets[0]?.dueAt ?? '');
      const minute = 60_000;
      // It is killed at what is told two hours before due and at due; what was killed comes back by itself.
      const told = [due - 120 * minute, due];
      const killed: string[] = [];
      for (const at of told) {
        await cloud.advance(new Date(at - minute / 2).toISOString());
        killed.push(...(await passUnderFire(cloud, fn, at + 20 * minute, progress[fn])));
      }
      expect(killed.filter((stage) => stage === 'early')).toHaveLength(told.length);
      expect(killed).toContain('late');

      for (const [role, kinds] of [
        ['desk', ['remind', 'remind', 'due']],
        ['supervisor', ['escalate']],
      ] as const) {
        const messages = await inbox(office, role);
        for (const { id } of tickets)
          expect(
            messages.filter(({ objectId }) => objectId === id).map(({ kind }) => kind),
            `${role} about ${id}`,
          ).toEqual(kinds);
      }
      // Receivers tell a repetition by its id: one mail for each but the half-time reminder, one event for each step from due on.
      const ids = cloud.outbox.mails
        .filter(({ text }) => tickets.some(({ id }) => text.includes(id)))
        .filter(({ subject }) => !subject.includes('日终'))
        .map(({ messageId }) => messageId);
      expect(new Set(ids).size).toBe(3 * tickets.length);
      const events = new Map(heard().map((event) => [event.id, `${event.object} ${event.type}`]));
      expect(events.size).toBe(2 * tickets.length);
      expect(new Set(events.values()).size).toBe(2 * tickets.length);
    },
  );

  it('after an outage of two days the backlog goes out in order, merged where the ladder says so', async () => {
    await begin('2026-10-28', '09:00');
    const office = await makeOffice(cloud, 'life-outage');
    const ticket = await post(office, { kind: 'enquiry', title: '停车月卡怎么办？' });
    expect(local(ticket.dueAt ?? '')).toBe('10-29 09:00');
    await cloud.advance('P2D', { outage: true });
    await cloud.sweep();
    const told = async (role: 'desk' | 'supervisor' | 'manager') =>
      (await inbox(office, role)).map(({ at, kind, text }) => [
        local(at).slice(0, 8),
        kind,
        /合并提醒数：(\d)/.exec(text.zh)?.[1] ?? '1',
      ]);
    // Two reminders and "due" in one; then the lead, the supervisor, the manager.
    expect(await told('desk')).toEqual([['10-30 09', 'due', '3']]);
    expect(await told('supervisor')).toEqual([
      ['10-30 09', 'escalate', '1'],
      ['10-30 09', 'escalate', '1'],
    ]);
    expect(await told('manager')).toEqual([['10-30 09', 'escalate', '1']]);
    await cloud.advance(sh('2026-11-02', '09:00'));
    expect(await told('manager')).toHaveLength(2);
    expect(await told('desk')).toHaveLength(1);
  });

  it('a suspended office can read; it can write nothing and hears nothing until it is back', async () => {
    await begin('2026-11-03', '09:00');
    const office = await makeOffice(cloud, 'life-suspended');
    const host = await operator(cloud);
    const heard = await listenAs(cloud, office, '/suspended', ['*']);
    const ticket = await post(office, complaint);
    await cloud.advance(sh('2026-11-04', '17:00'));
    const before = heard().length;
    const inboxBefore = await inbox(office, 'desk');
    const tenant = `/operator/v1/tenants/${office.tenantId}`;
    await expectStatus(200, host('POST', `${tenant}/suspend`, { reason: '欠费' }));
    // The authorizer keeps its answers for a minute.
    await cloud.advance('PT61S');

    for (const call of [office.app, office.as('manager')]) {
      expect((await call('GET', `/v1/tickets/${ticket.id}`)).status).toBe(200);
      const refused = await call<{ type: string; detail: string }>(
        'POST',
        `/v1/tickets/${ticket.id}/progress`,
        { note: 'x' },
        { 'accept-language': 'en' },
      );
      expect([refused.status, refused.body.type, refused.body.detail]).toEqual([
        403,
        expect.stringMatching(/tenant-suspended$/),
        expect.stringContaining('suspended'),
      ]);
    }
    // Past the deadline, and past the hour at which the day's unfinished would be listed.
    await cloud.advance(sh('2026-11-04', '19:00'));
    expect(await everything(office.as('supervisor'), '/v1/inbox')).toEqual([]);
    expect(await inbox(office, 'desk')).toEqual(inboxBefore);
    expect(heard()).toHaveLength(before);

    await expectStatus(200, host('POST', `${tenant}/reactivate`));
    await cloud.advance(sh('2026-11-05', '08:40'));
    expect((await inbox(office, 'supervisor')).map(({ kind }) => kind)).toEqual(['escalate', 'escalate']);
    expect((await inbox(office, 'desk')).slice(inboxBefore.length).map(({ kind }) => kind)).toEqual(['due']);
    expect(heard().length).toBeGreaterThan(before);
  });
});
