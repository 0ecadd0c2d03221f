import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { Trouble } from './problem.ts';

/** Everything of the local cloud listens here only. */
export const loopback = '127.0.0.1';

/** Listens on loopback; port 0 takes any. Throws Trouble when the port is taken. */
export async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE')
        reject(new Trouble(`port ${port} is taken: stop what listens there, or choose another with --port`));
      else if (error.code === 'EACCES')
        reject(new Trouble(`port ${port} may not be used by this user: choose one above 1023 with --port`));
      else reject(error);
    });
    server.listen(port, loopback, resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** A port nobody listens on now; `wanted` if that is one. */
export async function freePort(wanted = 0): Promise<number> {
  const server = createServer();
  try {
    return await listen(server, wanted);
  } catch (error) {
    if (wanted === 0) throw error;
    return freePort();
  } finally {
    await close(server);
  }
}

/**
 * An HTTP server on loopback whose handler's failures answer 500 instead of ending the process. It leaves idle connections to its
 * clients: one that it ended just as a request came in would be a failed request.
 */
export function httpServer(
  listener: (...args: Parameters<RequestListener>) => Promise<void>,
  options = {},
): Server {
  return createServer({ ...options, keepAliveTimeout: 0 }, (request, response) => {
    listener(request, response).catch((error: unknown) => {
      // Who hangs up while sending waits for no answer, and nothing of ours has failed.
      if (request.destroyed && !request.complete) return;
      console.error(error);
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
      response.end('the local cloud failed');
    });
  });
}

/** Stops listening and ends open connections. */
export async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** A whole body; undefined when it is longer than `limit` bytes (the rest is read and thrown away). */
export async function readBody(
  stream: Readable,
  limit = Number.POSITIVE_INFINITY,
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) {
      stream.resume();
      return undefined;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
