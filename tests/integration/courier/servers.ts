import diagnostics from 'node:diagnostics_channel';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';
import { onTestFinished } from 'vitest';

export type Received = { method: string; path: string; headers: http.IncomingHttpHeaders; body: string };
type Answer = (request: Received, response: http.ServerResponse) => void;

/** A certificate for localhost that no authority has signed, made for these tests only. */
export const SELF_SIGNED = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgujFlM+YHWPAYc36g
yvi86LcHkbXBE6OG4MECYMnqqf2hRANCAARXbUoQBoAPkh2pVVe982utZt42o0ge
l/9MFuMAZbkXGyAAyRGukjvNF7zUo/TNhqRJ6sdHTYqg8oQZKvoHYq6z
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBmjCCAUGgAwIBAgIUOZOWu94R5PEuE7nJ8UtlqqRo9UgwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTIwNDMyOFoYDzIxMjYxMDI4
MjA0MzI4WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARXbUoQBoAPkh2pVVe982utZt42o0gel/9MFuMAZbkXGyAAyRGukjvN
F7zUo/TNhqRJ6sdHTYqg8oQZKvoHYq6zo28wbTAdBgNVHQ4EFgQUpTxohuepN28G
h0sC6UGjDohMIPUwHwYDVR0jBBgwFoAUpTxohuepN28Gh0sC6UGjDohMIPUwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDRwAwRAIgRdZDOMrKlQGK0ib6BqVWMcPI4cFQwcZocKnFyaJRr7ACICJK
JjZXt8E6TDwt/0N9EGZRpkac0DDEreknWfqDAlfr
-----END CERTIFICATE-----`,
};

/** A web server on this machine for one test: what it got, and how often somebody connected to it. */
export async function serve(answer: Answer, options: { secure?: boolean; host?: string } = {}) {
  const received: Received[] = [];
  const listener: http.RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const got = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      };
      received.push(got);
      answer(got, response);
    });
  };
  const server = options.secure ? https.createServer(SELF_SIGNED, listener) : http.createServer(listener);
  const { port, connections } = await listen(server, options.host);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port, connections, received, origin: `${options.secure ? 'https' : 'http'}://localhost:${port}` };
}

/** A server that takes connections and never says a word. */
export async function serveSilence(onConnection: () => void = () => {}) {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.resume();
    onConnection();
  });
  const { port, connections } = await listen(server);
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port, connections };
}

/** A port on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = net.createServer();
  const { port } = await listen(server);
  await new Promise((done) => server.close(done));
  return port;
}

/** On all addresses of this machine, so that whoever gets here by any of them is counted. */
async function listen(server: net.Server, host?: string) {
  let count = 0;
  server.on('connection', () => {
    count++;
  });
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(0, host, done);
  });
  return { port: (server.address() as AddressInfo).port, connections: () => count };
}

/** Watches the client sockets that this process opens, whether or not somebody answers: how many, and whereto. */
export function watchSockets() {
  let count = 0;
  const addresses: string[] = [];
  const seen = (message: unknown) => {
    count++;
    const { socket } = message as { socket: net.Socket };
    socket.on('lookup', (_error, address) => addresses.push(address));
  };
  diagnostics.subscribe('net.client.socket', seen);
  onTestFinished(() => {
    diagnostics.unsubscribe('net.client.socket', seen);
  });
  return { count: () => count, addresses };
}

/** Makes this test trust the certificate above. */
export function trustSelfSigned(): void {
  const before = tls.getCACertificates('default');
  tls.setDefaultCACertificates([...before, SELF_SIGNED.cert]);
  onTestFinished(() => tls.setDefaultCACertificates(before));
}
