import { EventEmitter } from 'node:events';
import https from 'node:https';
import { inside } from './world.ts';

/** A request that reached somebody's server. */
export interface Arrived {
  host: string;
  path: string;
  headers: Record<string, string>;
  body: string;
}

/**
 * What the server answers; `silent`: nothing, though it may have acted. `closed` and `unreachable`: it was never asked, for nobody
 * listens, or for nothing comes back at all.
 */
export type Answer =
  | { status: number; headers?: Record<string, string>; body?: string }
  | 'silent'
  | 'reset'
  | 'closed'
  | 'unreachable';
export type Answering = (request: Arrived) => Answer;

interface Options {
  host: string;
  path: string;
  headers: Record<string, string>;
}

/** Puts the other side of `https.request` under the simulation, as far as shared/outbound/fetch.ts knows it. */
export function installRequests(answering: () => Answering): void {
  const real = https.request;
  https.request = ((options: Options, ...rest: []) => {
    const invocation = inside.getStore();
    if (!invocation) return real(options as never, ...rest);
    const request = new EventEmitter() as EventEmitter & { end(body?: string): void; destroy(): void };
    let gone = false;
    request.destroy = () => {
      gone = true;
      request.emit('close');
    };
    request.end = (body = '') => {
      const { host, path, headers } = options;
      invocation
        // Called off before it got through, it never arrives.
        .call('https', () => (gone ? 'silent' : answering()({ host, path, headers, body })))
        .then((answer) => {
          if (answer === 'unreachable') return;
          if (answer === 'closed') {
            request.emit('error', Object.assign(new Error('closed'), { code: 'ECONNREFUSED' }));
            return;
          }
          request.emit('finish');
          // A server that says nothing: only the caller's own patience ends it.
          if (answer === 'silent') return;
          if (answer === 'reset') {
            request.emit('error', Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
            return;
          }
          const response = new EventEmitter() as EventEmitter & { statusCode: number; headers: object };
          Object.assign(response, { statusCode: answer.status, headers: answer.headers ?? {} });
          request.emit('response', response);
          response.emit('data', Buffer.from(answer.body ?? ''));
          response.emit('end');
        });
    };
    return request;
  }) as never;
}

/** A request made with `fetch`. */
export interface Fetched {
  method: string;
  url: URL;
  headers: Headers;
  body: Uint8Array | string | undefined;
}
export type Fetching = (request: Fetched) => Response;

/** Puts the other side of `fetch` under the simulation. */
export function installFetch(fetching: () => Fetching | undefined): void {
  const real = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    const invocation = inside.getStore();
    const answer = fetching();
    if (!invocation || !answer) return real(input, init);
    const request = {
      method: init?.method ?? 'GET',
      url: new URL(String(input)),
      headers: new Headers(init?.headers),
      body: init?.body as Fetched['body'],
    };
    return invocation.call(`${request.method} ${request.url.host}`, () => answer(request));
  };
}
