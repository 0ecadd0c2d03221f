import type { ServerResponse } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { send } from '../../../functions/courier/send.ts';
import type { CourierDeps, Delivery } from '../../../functions/courier/types.ts';
import { newWebhookSecret } from '../../../shared/outbound/secret.ts';
import { closedPort, serve, serveSilence } from './servers.ts';

const NOW = Date.parse('2026-10-08T01:30:00.000Z');
const SECRET = newWebhookSecret();
const OLD_SECRET = newWebhookSecret();
const EVENT = {
  type: 'ticket.created',
  timestamp: '2026-10-08T01:29:59.000Z',
  data: { id: 'tkt_1', place: '3 栋' },
};
const DEPS: CourierDeps = { now: () => NOW, allowLocal: true };

function delivery(url: string, secrets = [SECRET], event: object | undefined = EVENT): Delivery {
  const words = { zh: '标题', en: 'Title' };
  const message = { title: words, text: words, ...(event ? { event } : {}) };
  return { id: 'dlv_01', channel: 'webhook', target: { url, secrets }, message };
}

const answer = (status: number, headers: Record<string, string> = {}) => {
  return (_: unknown, response: ServerResponse) =>
    response.writeHead(status, headers).end('what a receiver says');
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a webhook', () => {
  it('arrives signed, and the standard verifier accepts exactly what arrived', async () => {
    const server = await serve(answer(204));
    const outcome = await send(delivery(`${server.origin}/hook`, [SECRET, OLD_SECRET]), DEPS);
    expect(outcome).toEqual({ result: 'delivered', status: 204, detail: 'http 204' });
    const [request] = server.received;
    expect(request).toMatchObject({
      method: 'POST',
      path: '/hook',
      headers: { 'content-type': 'application/json' },
    });
    const headers = request?.headers as Record<string, string>;
    expect(headers['webhook-id']).toBe('dlv_01');
    expect(new Webhook(SECRET).verify(request?.body ?? '', headers)).toEqual(EVENT);
    expect(new Webhook(OLD_SECRET).verify(request?.body ?? '', headers)).toEqual(EVENT);
  });

  it('keeps its id and gets a new timestamp when it is sent again', async () => {
    const server = await serve(answer(500));
    await send(delivery(server.origin), DEPS);
    vi.setSystemTime(NOW + 3_600_000);
    await send(delivery(server.origin), { ...DEPS, now: () => NOW + 3_600_000 });
    const [first, second] = server.received.map((request) => request.headers);
    expect(second?.['webhook-id']).toBe(first?.['webhook-id']);
    expect(Number(second?.['webhook-timestamp']) - Number(first?.['webhook-timestamp'])).toBe(3600);
    const body = server.received[1]?.body ?? '';
    expect(new Webhook(SECRET).verify(body, second as Record<string, string>)).toEqual(EVENT);
  });

  it.each([
    [200, 'delivered'],
    [299, 'delivered'],
    [410, 'disabled'],
    [304, 'retry'],
    [400, 'retry'],
    [404, 'retry'],
    [408, 'retry'],
    [425, 'retry'],
    [429, 'retry'],
    [500, 'retry'],
    [503, 'retry'],
  ])('answered with %i is %s', async (status, result) => {
    const server = await serve(answer(status));
    expect(await send(delivery(server.origin), DEPS)).toEqual({ result, status, detail: `http ${status}` });
  });

  it('waits as long as retry-after says', async () => {
    const seconds = await serve(answer(429, { 'retry-after': '120' }));
    expect(await send(delivery(seconds.origin), DEPS)).toMatchObject({
      result: 'retry',
      retryAfterMs: 120_000,
    });
    const date = await serve(answer(503, { 'retry-after': 'Thu, 08 Oct 2026 01:40:00 GMT' }));
    expect(await send(delivery(date.origin), DEPS)).toMatchObject({ result: 'retry', retryAfterMs: 600_000 });
  });

  it('does not follow redirects', async () => {
    const server = await serve(answer(307, { location: '/elsewhere' }));
    expect(await send(delivery(server.origin), DEPS)).toMatchObject({ result: 'retry', status: 307 });
    expect(server.received.length).toBe(1);
  });

  it('is delivered by the status alone, even if the answer never ends', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200);
      response.write('…');
    });
    expect(await send(delivery(server.origin), DEPS)).toMatchObject({ result: 'delivered' });
  });

  it('is tried again when nobody listens, the connection is cut or no answer comes', async () => {
    const port = await closedPort();
    const refused = await send(delivery(`http://127.0.0.1:${port}/`), DEPS);
    expect(refused).toEqual({ result: 'retry', detail: 'network: ECONNREFUSED' });
    const cut = await serve((_, response) => response.destroy());
    expect(await send(delivery(cut.origin), DEPS)).toEqual({
      result: 'retry',
      detail: 'network: ECONNRESET',
    });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const silent = await serve(() => vi.advanceTimersByTime(15_000));
    expect(await send(delivery(silent.origin), DEPS)).toEqual({ result: 'retry', detail: 'timeout: answer' });
    const mute = await serveSilence(() => vi.advanceTimersByTime(15_000));
    const handshake = await send(delivery(`https://localhost:${mute.port}/`), DEPS);
    expect(handshake).toEqual({ result: 'retry', detail: 'timeout: connect' });
  });

  it('to an inner address fails for good and reaches nobody', async () => {
    const server = await serve(answer(200));
    const outcome = await send(delivery(server.origin), { ...DEPS, allowLocal: false });
    expect(outcome).toEqual({ result: 'failed', detail: 'refused: name' });
    const lookup = async () => ['10.0.0.7'];
    const named = await send(delivery('https://hooks.example.com/'), { ...DEPS, lookup });
    expect(named).toEqual({ result: 'failed', detail: 'refused: address' });
    expect(server.connections()).toBe(0);
  });

  it('without an event or a usable secret fails for good and reaches nobody', async () => {
    const server = await serve(answer(200));
    const { message, ...rest } = delivery(server.origin);
    const silent = { ...rest, message: { title: message.title, text: message.text } } as Delivery;
    expect(await send(silent, DEPS)).toEqual({ result: 'failed', detail: 'no event' });
    expect(await send(delivery(server.origin, []), DEPS)).toEqual({
      result: 'failed',
      detail: 'cannot sign',
    });
    expect(await send(delivery(server.origin, ['x']), DEPS)).toEqual({
      result: 'failed',
      detail: 'cannot sign',
    });
    expect(server.connections()).toBe(0);
  });

  it('that fails in a way nobody foresaw is tried again and does not throw', async () => {
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    const outcome = await send(delivery('https://hooks.example.com/', [SECRET], loop), DEPS);
    expect(outcome).toEqual({ result: 'retry', detail: 'error TypeError' });
  });
});
