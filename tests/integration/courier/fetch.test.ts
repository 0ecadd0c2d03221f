import { afterEach, describe, expect, it, vi } from 'vitest';
import { OutboundError, safeFetch } from '../../../shared/outbound/fetch.ts';
import { closedPort, serve, serveSilence, trustSelfSigned } from './servers.ts';

const OPTIONS = { timeoutMs: 10_000, maxBytes: 1_000, allowLocal: true };

async function failureOf(work: Promise<unknown>) {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(OutboundError);
  const { kind, code, sent } = error as OutboundError;
  return { kind, code, sent };
}

/** The deadline is a timer: the test fires it at the moment it is about. Sockets do not notice. */
function holdTimers() {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
}

afterEach(() => {
  vi.useRealTimers();
});

describe('sending', () => {
  it('hands over method, headers and body, and brings back status, headers and body', async () => {
    const server = await serve((_, response) => response.writeHead(201, { 'x-a': 'b' }).end('好'));
    const response = await safeFetch(`${server.origin}/p?q=1#f`, {
      ...OPTIONS,
      method: 'POST',
      headers: { 'x-mine': 'yes' },
      body: '你好',
    });
    expect(response).toMatchObject({ status: 201, body: '好', headers: { 'x-a': 'b' } });
    expect(server.received).toMatchObject([
      { method: 'POST', path: '/p?q=1', body: '你好', headers: { 'x-mine': 'yes', 'content-length': '6' } },
    ]);
  });

  it('refuses headers that would begin a second header', async () => {
    const server = await serve((_, response) => response.end());
    const sending = safeFetch(`${server.origin}/`, { ...OPTIONS, headers: { a: 'b\r\nc: d' } });
    expect(await failureOf(sending)).toEqual({ kind: 'refused', code: 'header', sent: false });
    expect(server.connections()).toBe(0);
  });

  it('works over TLS with a certificate that is trusted', async () => {
    trustSelfSigned();
    const server = await serve((_, response) => response.end('secret'), { secure: true });
    expect((await safeFetch(`${server.origin}/`, OPTIONS)).body).toBe('secret');
  });

  it('sends nothing over TLS to a certificate that nobody signed', async () => {
    const server = await serve((_, response) => response.end('secret'), { secure: true });
    const error = await failureOf(safeFetch(`${server.origin}/`, OPTIONS));
    expect(error).toEqual({ kind: 'network', code: 'DEPTH_ZERO_SELF_SIGNED_CERT', sent: false });
    expect(server.received).toEqual([]);
  });
});

describe('what goes wrong says whether the request had been sent', () => {
  it('not when nobody listens', async () => {
    const port = await closedPort();
    const error = await failureOf(
      safeFetch(`http://127.0.0.1:${port}/`, { ...OPTIONS, method: 'POST', body: 'x' }),
    );
    expect(error).toEqual({ kind: 'network', code: 'ECONNREFUSED', sent: false });
  });

  it('not when the name is unknown', async () => {
    const lookup = () => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' }));
    const error = await failureOf(safeFetch('https://nowhere.example.com/', { ...OPTIONS, lookup }));
    expect(error).toEqual({ kind: 'network', code: 'ENOTFOUND', sent: false });
  });

  it('not when the name has no address', async () => {
    const error = await failureOf(
      safeFetch('https://empty.example.com/', { ...OPTIONS, lookup: async () => [] }),
    );
    expect(error).toEqual({ kind: 'network', code: 'ENOTFOUND', sent: false });
  });

  it('not when DNS takes too long', async () => {
    holdTimers();
    const lookup = () => {
      queueMicrotask(() => vi.runAllTimers());
      return new Promise<string[]>(() => {});
    };
    const error = await failureOf(safeFetch('https://slow.example.com/', { ...OPTIONS, lookup }));
    expect(error).toEqual({ kind: 'timeout', code: 'dns', sent: false });
  });

  it('not when the TLS handshake never ends', async () => {
    holdTimers();
    const server = await serveSilence(() => vi.runAllTimers());
    const sending = safeFetch(`https://localhost:${server.port}/`, { ...OPTIONS, method: 'POST', body: 'x' });
    expect(await failureOf(sending)).toEqual({ kind: 'timeout', code: 'connect', sent: false });
  });

  it('yes when the answer does not come', async () => {
    holdTimers();
    const server = await serve(() => vi.runAllTimers());
    const sending = safeFetch(`${server.origin}/`, { ...OPTIONS, method: 'POST', body: 'x' });
    expect(await failureOf(sending)).toEqual({ kind: 'timeout', code: 'answer', sent: true });
  });

  it('yes when the answer stops half-way', async () => {
    holdTimers();
    const server = await serve((_, response) => {
      response.write('half', () => setImmediate(() => vi.runAllTimers()));
    });
    const sending = safeFetch(`${server.origin}/`, { ...OPTIONS, method: 'POST', body: 'x' });
    expect(await failureOf(sending)).toEqual({ kind: 'timeout', code: 'answer', sent: true });
  });

  it('yes when the connection is cut instead of an answer', async () => {
    const server = await serve((_, response) => response.destroy());
    const sending = safeFetch(`${server.origin}/`, { ...OPTIONS, method: 'POST', body: 'x' });
    expect(await failureOf(sending)).toEqual({ kind: 'network', code: 'ECONNRESET', sent: true });
  });

  it('yes when the connection is cut within the answer', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('half', () => response.destroy());
    });
    expect(await failureOf(safeFetch(`${server.origin}/`, OPTIONS))).toMatchObject({
      kind: 'network',
      sent: true,
    });
  });

  it('yes when the answer is too long, and no more of it is read', async () => {
    const server = await serve((_, response) => response.end('x'.repeat(1_001)));
    expect(await failureOf(safeFetch(`${server.origin}/`, OPTIONS))).toMatchObject({
      kind: 'too-large',
      sent: true,
    });
  });
});

describe('the answer', () => {
  it('may be exactly as long as allowed', async () => {
    const server = await serve((_, response) => response.end('x'.repeat(1_000)));
    expect((await safeFetch(`${server.origin}/`, OPTIONS)).body.length).toBe(1_000);
  });

  it('is not waited for when only its status is wanted', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200);
      response.write('this never ends');
    });
    expect(await safeFetch(`${server.origin}/`, { ...OPTIONS, maxBytes: 0 })).toMatchObject({
      status: 200,
      body: '',
    });
  });
});

describe('redirects', () => {
  it.each([301, 302, 303, 307, 308])('are answers like any other: %i', async (status) => {
    const server = await serve((_, response) => response.writeHead(status, { location: '/b' }).end('there'));
    const response = await safeFetch(`${server.origin}/`, { ...OPTIONS, method: 'POST', body: 'x' });
    expect(response).toMatchObject({ status, body: 'there' });
    expect(server.received.map(({ path }) => path)).toEqual(['/']);
  });
});
