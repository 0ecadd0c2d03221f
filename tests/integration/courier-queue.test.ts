import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { type DeliverDeps, deliver } from '../../functions/courier/deliver.ts';
import type { Delivery as Attempt, Outcome } from '../../functions/courier/types.ts';
import { deliveryFor, mailFor, type Planned, parseDelivery } from '../../shared/deliveries.ts';
import { type EndpointKind, parseEndpoint } from '../../shared/endpoints.ts';
import { append, noHistory } from '../../shared/history.ts';
import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { output } from '../../shared/log.ts';
import { newWebhookSecret } from '../../shared/outbound/secret.ts';
import { makeOffice, officeItem, setClock, sh, startWorld, type TestOffice } from './reminders.ts';

const world = await startWorld();
const { table } = world;
const { handler: courier } = await import('../../functions/courier/handler.ts');
const { handler: sweeper } = await import('../../functions/sweeper/handler.ts');
vi.spyOn(output, 'write').mockImplementation(() => undefined);
afterAll(world.stop);

const start = Date.parse(sh('2026-10-08 10:00'));
const minute = 60_000;

const office = () => makeOffice(world, { desk: ['desk'] });

async function endpoint(
  here: TestOffice,
  kind: EndpointKind = 'webhook',
  more: Record<string, unknown> = {},
) {
  const id = newId('webhook');
  await here.office.commit([
    {
      put: {
        ...keys.webhook(here.tenantId, id),
        et: 'webhook',
        v: 1,
        list: { id, kind, events: ['*'], language: 'zh', active: true },
        rest: {
          url: 'https://office.example/hook',
          secrets: [{ value: newWebhookSecret() }],
          createdAt: sh('2026-01-01 00:00'),
          ...more,
        },
      },
      expect: 'new',
    },
  ]);
  return id;
}

/** A delivery of an event to an endpoint, recorded and due. */
async function planned(here: TestOffice, id: string, kind: EndpointKind = 'webhook'): Promise<Planned> {
  const { event } = append(
    noHistory,
    { type: 'ticket.created', object: newId('ticket'), data: { title: '电梯困人' } },
    { actor: { kind: 'system', id: 'test' }, tenantId: here.tenantId, requestId: 'r', now: start },
  );
  const plan = deliveryFor(here.tenantId, { id, kind }, event, start);
  await here.office.commit([plan.write]);
  return plan;
}

/** A courier whose attempts a test answers, and what it sent. */
function courierOf(
  here: TestOffice,
  at: number,
  answer: Outcome | Error = { result: 'delivered', detail: 'http 200' },
) {
  const sent: Attempt[] = [];
  const deps: DeliverDeps = {
    office: here.office,
    now: () => at,
    jitter: () => 0,
    send: async (attempt) => {
      sent.push(attempt);
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  return { deps, sent };
}

async function run(
  here: TestOffice,
  plan: Planned,
  at: number,
  answer?: Outcome | Error,
): Promise<Attempt[]> {
  const { deps, sent } = courierOf(here, at, answer);
  const { pk, sk } = plan.queueMessage;
  const work = deliver(deps, { pk, sk });
  if (answer instanceof Error) await expect(work).rejects.toThrow(answer.message);
  else await work;
  return sent;
}

const stored = async (here: TestOffice, plan: Planned) => {
  const { item } = await table.load({ item: keys.delivery(here.tenantId, plan.delivery.id) });
  if (!item) throw new Error('the delivery is gone');
  return { item, delivery: parseDelivery(item) };
};

describe('a delivery', () => {
  it('is made once, recorded, and leaves the due index', async () => {
    const here = await office();
    const plan = await planned(here, await endpoint(here));
    expect(await run(here, plan, start)).toHaveLength(1);
    const { item, delivery } = await stored(here, plan);
    expect(delivery).toMatchObject({ status: 'delivered', attempts: 1, detail: 'http 200' });
    expect(item.dueSk).toBeUndefined();
    expect(await run(here, plan, start + minute)).toHaveLength(0);
  });

  it('found by five couriers at once is made once', async () => {
    const here = await office();
    const plan = await planned(here, await endpoint(here));
    const sent = await Promise.all(Array.from({ length: 5 }, () => run(here, plan, start)));
    expect(sent.flat()).toHaveLength(1);
  });

  it('that failed is tried again by the retry table with the same id, and given up at its end', async () => {
    const here = await office();
    const plan = await planned(here, await endpoint(here));
    const no: Outcome = { result: 'retry', status: 500, detail: 'http 500' };
    let at = start;
    const ids = new Set<string>();
    let attempts = 0;
    for (; attempts < 20; attempts++) {
      const sent = await run(here, plan, at, no);
      if (sent.length === 0) break;
      for (const { id } of sent) ids.add(id);
      const { delivery, item } = await stored(here, plan);
      if (delivery.nextAt === undefined) continue;
      expect(item.dueSk?.slice(0, 24)).toBe(delivery.nextAt);
      expect(await run(here, plan, Date.parse(delivery.nextAt) - 3000, no)).toHaveLength(0);
      at = Date.parse(delivery.nextAt);
    }
    expect(attempts).toBe(10);
    expect([...ids]).toEqual([plan.delivery.id]);
    const { item, delivery } = await stored(here, plan);
    expect(delivery).toMatchObject({ status: 'failed', attempts: 10, httpStatus: 500 });
    expect(item.dueSk).toBeUndefined();
    expect(at - start).toBeGreaterThan(2 * 86_400_000);
  });

  it('waits as long as the receiver asks', async () => {
    const here = await office();
    const plan = await planned(here, await endpoint(here));
    const later: Outcome = { result: 'retry', status: 429, detail: 'http 429', retryAfterMs: 30 * minute };
    await run(here, plan, start, later);
    const { delivery } = await stored(here, plan);
    expect(delivery.nextAt).toBe(new Date(start + 30 * minute).toISOString());
  });

  it('to an endpoint that is gone (410) switches it off, once, and the next one is not sent', async () => {
    const here = await office();
    const id = await endpoint(here);
    const plans = await Promise.all([planned(here, id), planned(here, id)]);
    const gone: Outcome = { result: 'disabled', status: 410, detail: 'http 410' };
    await Promise.all(plans.map((plan) => run(here, plan, start, gone)));
    for (const plan of plans) expect((await stored(here, plan)).delivery.status).toBe('failed');
    const { item } = await table.load({ item: keys.webhook(here.tenantId, id) });
    expect(item && parseEndpoint(item)).toMatchObject({
      active: false,
      disabledAt: new Date(start).toISOString(),
      version: 2,
    });
    const next = await planned(here, id);
    expect(await run(here, next, start + minute)).toHaveLength(0);
    expect((await stored(here, next)).delivery).toMatchObject({ status: 'failed', detail: 'no such target' });
  });

  it('of a suspended office waits', async () => {
    const here = await office();
    const plan = await planned(here, await endpoint(here));
    await table.commit([{ put: officeItem(here.tenantId, { status: 'suspended' }), expect: 'any' }]);
    expect(await run(here, plan, start)).toHaveLength(0);
    const { item } = await stored(here, plan);
    expect(item.dueSk?.slice(0, 24)).toBe(new Date(start + 60 * minute).toISOString());
    await table.commit([{ put: officeItem(here.tenantId), expect: 'any' }]);
    expect(await run(here, plan, start + 60 * minute)).toHaveLength(1);
  });

  it('to somebody who has left is not sent', async () => {
    const here = await office();
    const words = { title: { en: 'a', zh: 'b' }, text: { en: 'a', zh: 'b' } };
    const stays = mailFor(here.tenantId, { staffId: here.staff.desk }, 'test', ['1'], words, start);
    const left = mailFor(here.tenantId, { staffId: newId('staff') }, 'test', ['1'], words, start);
    const own = mailFor(here.tenantId, {}, 'test', ['1'], words, start);
    await here.office.commit([stays.write, left.write, own.write]);
    const to = async (plan: Planned) => (await run(here, plan, start)).map(({ target }) => target);
    expect(await to(stays)).toEqual([{ to: 'desk@example.com', lang: 'zh' }]);
    expect(await to(left)).toEqual([]);
    expect(await to(own)).toEqual([{ to: 'owner@example.com', lang: 'zh' }]);
  });
});

describe('a courier that dies after sending', () => {
  const killed = new Error('killed');

  it('leaves a webhook that is sent again with the same id once the attempt is surely over', async () => {
    const here = await office();
    const plan = await planned(here, await endpoint(here));
    const [first] = await run(here, plan, start, killed);
    // Another copy of the message comes while the attempt may still be running.
    expect(await run(here, plan, start + minute)).toHaveLength(0);
    const { item } = await stored(here, plan);
    expect(item.dueSk?.slice(0, 24)).toBe(new Date(start + 2 * minute).toISOString());
    const [second] = await run(here, plan, start + 2 * minute);
    expect(second?.id).toBe(first?.id);
    expect((await stored(here, plan)).delivery).toMatchObject({ status: 'delivered', attempts: 2 });
  });

  it('leaves a mail that is sent again with the same id', async () => {
    const here = await office();
    const words = { title: { en: 'a', zh: 'b' }, text: { en: 'a', zh: 'b' } };
    const plan = mailFor(here.tenantId, { staffId: here.staff.desk }, 'test', ['1'], words, start);
    await here.office.commit([plan.write]);
    await run(here, plan, start, killed);
    expect((await run(here, plan, start + 2 * minute)).map(({ id }) => id)).toEqual([plan.delivery.id]);
  });

  it('leaves a robot alone: it could not tell the repetition, so the log says unknown', async () => {
    const here = await office();
    const plan = await planned(here, await endpoint(here, 'wecom'), 'wecom');
    expect(await run(here, plan, start, killed)).toHaveLength(1);
    expect(await run(here, plan, start + 2 * minute)).toHaveLength(0);
    const { item, delivery } = await stored(here, plan);
    expect(delivery).toMatchObject({ status: 'unknown', attempts: 1 });
    expect(item.dueSk).toBeUndefined();
  });

  it('every time comes to an end after ten attempts', async () => {
    const here = await office();
    const plan = await planned(here, await endpoint(here));
    let attempts = 0;
    for (let at = start; attempts < 20; at += 2 * minute) {
      const sent = await run(here, plan, at, killed).catch(() => []);
      if (sent.length === 0) break;
      attempts++;
    }
    expect(attempts).toBe(10);
    expect((await stored(here, plan)).delivery.status).toBe('failed');
  });
});

describe('from the due index to an office\u2019s own system', () => {
  it('comes signed with the current and the replaced secret, and is recorded', async () => {
    const received: { headers: Record<string, string>; body: string }[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        received.push({ headers: request.headers as Record<string, string>, body });
        response.statusCode = 204;
        response.end();
      });
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    try {
      const here = await office();
      const [current, replaced] = [newWebhookSecret(), newWebhookSecret()];
      // The receiver's library looks at the real time.
      vi.useRealTimers();
      const now = Date.now();
      const until = new Date(now + minute).toISOString();
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
      const id = await endpoint(here, 'webhook', {
        url,
        secrets: [{ value: current }, { value: replaced, until }],
      });
      const plan = await planned(here, id);
      await sweeper({ kind: 'sweep' });
      expect(await world.work('deliveries', courier)).toBeGreaterThan(0);
      expect(received).toHaveLength(1);
      const { headers = {}, body = '' } = received[0] ?? {};
      expect(headers['webhook-id']).toBe(plan.delivery.id);
      for (const secret of [current, replaced]) {
        expect(new Webhook(secret).verify(body, headers)).toMatchObject({
          type: 'ticket.created',
          data: { title: '电梯困人' },
        });
      }
      expect((await stored(here, plan)).delivery).toMatchObject({ status: 'delivered', httpStatus: 204 });
    } finally {
      server.close();
    }
  });

  it('a message that is no business of the courier is given back', async () => {
    setClock(new Date(start).toISOString());
    const body = JSON.stringify({
      kind: 'digest',
      tenantId: newId('tenant'),
      at: new Date(start).toISOString(),
    });
    const answer = await courier({ Records: [{ messageId: 'm', body }] as never });
    expect(answer.batchItemFailures).toEqual([{ itemIdentifier: 'm' }]);
  });
});
