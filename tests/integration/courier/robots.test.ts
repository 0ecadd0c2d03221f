import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { send } from '../../../functions/courier/send.ts';
import type { CourierDeps, Delivery, RobotKind, RobotTarget } from '../../../functions/courier/types.ts';
import { closedPort, serve } from './servers.ts';

const NOW = Date.parse('2026-10-08T01:30:00.000Z');
const KEY = '693a91f6-7000-4bc4-97a0-0ec2f1fa5aaa';
const URLS: Record<RobotKind, string> = {
  wecom: `https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=${KEY}`,
  dingtalk: `https://oapi.dingtalk.com/robot/send?access_token=${KEY}`,
  feishu: `https://open.feishu.cn/open-apis/bot/v2/hook/${KEY}`,
};
const KINDS: RobotKind[] = ['wecom', 'dingtalk', 'feishu'];
const OK: Record<RobotKind, object> = {
  wecom: { errcode: 0, errmsg: 'ok' },
  dingtalk: { errcode: 0, errmsg: 'ok' },
  feishu: { StatusCode: 0, StatusMessage: 'success', code: 0, data: {}, msg: 'success' },
};

function delivery(channel: RobotKind, more: Partial<RobotTarget> = {}): Delivery {
  const message = { title: { zh: '投诉到期', en: 'Due' }, text: { zh: '今天 17:30', en: 'Today 17:30' } };
  return { id: 'dlv_01', channel, target: { url: URLS[channel], ...more }, message };
}

/** A stand-in for the maker's server that gives one answer. */
async function robot(
  kind: RobotKind,
  body: object | string,
  status = 200,
  headers: Record<string, string> = {},
) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const server = await serve((_, response) => response.writeHead(status, headers).end(text));
  const deps: CourierDeps = { now: () => NOW, allowLocal: true, robotOrigins: { [kind]: server.origin } };
  return { server, deps };
}

afterEach(() => {
  vi.useRealTimers();
});

describe.each(KINDS)('a message to a %s robot', (kind) => {
  it('arrives at the path of the group as JSON', async () => {
    const { server, deps } = await robot(kind, OK[kind]);
    const outcome = await send(delivery(kind), deps);
    expect(outcome).toEqual({ result: 'delivered', status: 200, detail: `${kind} code 0` });
    const [request] = server.received;
    const { pathname, search } = new URL(URLS[kind]);
    expect(request).toMatchObject({ method: 'POST', path: pathname + search });
    expect(request?.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(JSON.stringify(JSON.parse(request?.body ?? ''))).toContain('今天 17:30');
  });

  it('is tried again when nobody listens: nothing was shown', async () => {
    const origin = `http://127.0.0.1:${await closedPort()}`;
    const deps: CourierDeps = { now: () => NOW, allowLocal: true, robotOrigins: { [kind]: origin } };
    expect(await send(delivery(kind), deps)).toEqual({
      result: 'retry',
      detail: `${kind} network: ECONNREFUSED`,
    });
  });

  it('is unknown when the answer is missing: it may have been shown', async () => {
    const { deps } = await robot(kind, OK[kind]);
    const cut = await serve((_, response) => response.destroy());
    const outcome = await send(delivery(kind), { ...deps, robotOrigins: { [kind]: cut.origin } });
    expect(outcome).toEqual({ result: 'unknown', detail: `${kind} network: ECONNRESET` });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const silent = await serve(() => vi.advanceTimersByTime(15_000));
    const late = await send(delivery(kind), { ...deps, robotOrigins: { [kind]: silent.origin } });
    expect(late).toEqual({ result: 'unknown', detail: `${kind} timeout: answer` });
  });

  it('is not taken for delivered by a 200 alone', async () => {
    for (const body of ['<html>maintenance</html>', '{}', '[]', 'null', '', '{"errcode":"0","code":"0"}']) {
      const { deps } = await robot(kind, body);
      expect(await send(delivery(kind), deps)).toEqual({
        result: 'retry',
        status: 200,
        detail: `${kind} http 200`,
      });
    }
  });

  it.each([
    [429, 'retry'],
    [500, 'retry'],
    [502, 'retry'],
    [302, 'retry'],
    [403, 'failed'],
    [404, 'failed'],
  ])('answered by a gateway with %i is %s', async (status, result) => {
    const { deps, server } = await robot(kind, 'gateway', status, { 'retry-after': '30', location: '/x' });
    expect(await send(delivery(kind), deps)).toEqual({
      result,
      status,
      detail: `${kind} http ${status}`,
      ...(result === 'retry' ? { retryAfterMs: 30_000 } : {}),
    });
    expect(server.received.length).toBe(1);
  });

  it('is tried again after a code that is not known: it was not shown', async () => {
    const { deps } = await robot(kind, { errcode: 987654, code: 987654, errmsg: KEY, msg: KEY });
    expect(await send(delivery(kind), deps)).toEqual({
      result: 'retry',
      status: 200,
      detail: `${kind} code 987654`,
    });
  });

  it('to an address of another host fails and reaches nobody', async () => {
    const { deps, server } = await robot(kind, OK[kind]);
    const url = URLS[kind].replace(/https:\/\/[^/]+/, server.origin);
    expect(await send(delivery(kind, { url }), deps)).toEqual({
      result: 'failed',
      detail: `${kind} bad url`,
    });
    const elsewhere = URLS[kind].replace(/https:\/\/[^/]+/, 'https://evil.example.com');
    const outcome = await send(delivery(kind, { url: elsewhere }), deps);
    expect(outcome).toEqual({ result: 'failed', detail: `${kind} bad host` });
    expect(server.connections()).toBe(0);
  });

  it('says nothing of keys and secrets in its outcome', async () => {
    const secret = 'SEC-very-secret';
    for (const status of [200, 400, 500]) {
      const { deps } = await robot(kind, { errcode: 40058, code: 19021, errmsg: `${KEY} ${secret}` }, status);
      const outcome = JSON.stringify(await send(delivery(kind, { secret }), deps));
      expect(outcome).not.toContain(KEY);
      expect(outcome).not.toContain(secret);
    }
  });
});

describe('the codes of the makers', () => {
  it.each([
    ['wecom', { errcode: 45009, errmsg: 'api freq out of limit' }, 'retry', 60_000],
    ['wecom', { errcode: -1, errmsg: 'system busy' }, 'retry', 60_000],
    ['wecom', { errcode: 93000, errmsg: 'invalid webhook url' }, 'disabled', undefined],
    ['wecom', { errcode: 40058, errmsg: 'content exceed max length' }, 'failed', undefined],
    ['dingtalk', { errcode: 130101, errmsg: 'send too fast' }, 'retry', 600_000],
    ['dingtalk', { status: 1111, wait: 5, source: 'x5', punish: 'deny', uuid: 'x' }, 'retry', 5_000],
    ['dingtalk', { errcode: 310000, errmsg: 'sign not match' }, 'failed', undefined],
    ['dingtalk', { errcode: 300005, errmsg: 'token is not exist' }, 'disabled', undefined],
    ['dingtalk', { errcode: 400102, errmsg: 'bot is stopped' }, 'disabled', undefined],
    ['feishu', { code: 11232, msg: 'frequency limited' }, 'retry', 60_000],
    ['feishu', { code: 9499, msg: 'too many request' }, 'retry', undefined],
    ['feishu', { code: 19001, msg: 'param invalid' }, 'disabled', undefined],
    ['feishu', { code: 19021, msg: 'sign match fail' }, 'failed', undefined],
    ['feishu', { code: 19024, msg: 'Key Words Not Found' }, 'failed', undefined],
    ['feishu', { StatusCode: 0, code: 19024 }, 'failed', undefined],
  ] as const)('%s: %j is %s', async (kind, body, result, retryAfterMs) => {
    const { deps } = await robot(kind, body);
    const outcome = await send(delivery(kind), deps);
    expect(outcome.result).toBe(result);
    expect(outcome.retryAfterMs).toBe(retryAfterMs);
  });

  it('count as well when they come with an error status', async () => {
    const { deps } = await robot('feishu', { code: 99991400, msg: 'request trigger frequency limit' }, 400);
    expect(await send(delivery('feishu'), deps)).toMatchObject({ result: 'retry', retryAfterMs: 60_000 });
  });
});

describe('signed requests', () => {
  it('to DingTalk carry the signature in the query, beside the token', async () => {
    const { deps, server } = await robot('dingtalk', OK.dingtalk);
    await send(delivery('dingtalk', { secret: 'SEC1' }), deps);
    const { searchParams } = new URL(server.received[0]?.path ?? '', server.origin);
    const sign = createHmac('sha256', 'SEC1').update(`${NOW}\nSEC1`).digest('base64');
    expect(Object.fromEntries(searchParams)).toEqual({ access_token: KEY, timestamp: String(NOW), sign });
  });

  it('to Feishu carry it in the body, with seconds', async () => {
    const { deps, server } = await robot('feishu', OK.feishu);
    await send(delivery('feishu', { secret: 'SEC1' }), deps);
    const timestamp = String(NOW / 1000);
    const sign = createHmac('sha256', `${timestamp}\nSEC1`).digest('base64');
    expect(JSON.parse(server.received[0]?.body ?? '')).toMatchObject({ timestamp, sign, msg_type: 'post' });
  });
});
