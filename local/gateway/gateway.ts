import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../clock.ts';
import type { Functions } from '../functions.ts';
import { close, httpServer, listen, loopback, readBody } from '../net.ts';
import { gatewayReply, type Reply } from './answers.ts';
import { Authorizer } from './authorize.ts';
import { authorizerEvent, methodArn, proxyEvent, proxyReply, type RequestParts } from './event.ts';
import { type Api, type Match, router } from './routes.ts';
import { type Plan, Throttle } from './throttle.ts';

/** API Gateway's quotas: payload, header lines all together, what Lambda may answer. */
const bodyLimit = 10 * 1024 * 1024;
const headerLimit = 10_240;
const eventLimit = 6 * 1024 * 1024;

export interface GatewayParts {
  api: Api;
  /** The plan that a usage key is in. */
  planOf(usageKey: string): Plan | undefined;
  functions: Functions;
  region: string;
}

/** The way in: API Gateway as the template's document describes it, and `/_local/` of the machine itself. */
export class Gateway {
  port = 0;
  private readonly clock: Clock;
  private readonly server: Server;
  private parts: GatewayParts | undefined;
  private find: (method: string, path: string) => Match | undefined = () => undefined;
  private readonly authorizers = new Map<string, Authorizer>();
  private throttle: Throttle | undefined;
  /** Answers what lies below `/_local/`. */
  local: (request: IncomingMessage, response: ServerResponse) => Promise<void> = async (_, response) => {
    response.writeHead(503).end('starting');
  };

  constructor(clock: Clock) {
    this.clock = clock;
    this.server = httpServer((request, response) => this.serve(request, response), {
      maxHeaderSize: headerLimit,
    });
    this.server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      if (!socket.writable) return;
      const status =
        error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
      socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
    });
  }

  /** Takes the port. Requests answer 503 until `open`. */
  async start(port: number): Promise<void> {
    this.port = await listen(this.server, port);
  }

  get url(): string {
    return `http://${loopback}:${this.port}`;
  }

  open(parts: GatewayParts): void {
    this.parts = parts;
    this.find = router(parts.api.operations);
    const now = () => this.clock.now();
    for (const [name, scheme] of Object.entries(parts.api.authorizers)) {
      const fn = parts.functions.get(scheme.functionName);
      this.authorizers.set(name, new Authorizer(scheme, (event) => fn.invoke(event), now));
    }
    this.throttle = new Throttle((key) => parts.planOf(key), now);
  }

  stop(): Promise<void> {
    return close(this.server);
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? '/';
    if (url === '/_local' || url.startsWith('/_local/')) return this.local(request, response);
    const requestId = randomUUID();
    const reply = await this.answer(request, requestId);
    if (reply.status === 413) response.setHeader('connection', 'close');
    response.setHeader('x-amzn-requestid', requestId);
    response.setHeader('date', new Date(this.clock.now()).toUTCString());
    for (const [name, value] of reply.headers) if (!hopByHop.has(name)) response.appendHeader(name, value);
    response.statusCode = reply.status;
    response.end(request.method === 'HEAD' ? undefined : reply.body);
  }

  private async answer(request: IncomingMessage, requestId: string): Promise<Reply> {
    const { parts } = this;
    if (!parts) return { status: 503, headers: [['retry-after', '1']], body: Buffer.from('') };
    const [path = '/', search = ''] = splitUrl(request.url ?? '/');
    const own = (type: string) => gatewayReply(parts.api.answers, type, { requestId, path });
    const body = await readBody(request, bodyLimit);
    if (!body) return own('REQUEST_TOO_LARGE');
    const match = this.find(request.method ?? 'GET', path);
    if (!match) return own('MISSING_AUTHENTICATION_TOKEN');
    const { operation } = match;
    const at: RequestParts = {
      requestId,
      now: this.clock.now(),
      match,
      path,
      query: new URLSearchParams(search),
      request,
      body,
    };
    const authorizer =
      operation.authorizer === undefined ? undefined : this.authorizers.get(operation.authorizer);
    if (authorizer) {
      const verdict = await authorizer.decide(request, methodArn(at, parts.region), () =>
        authorizerEvent(at, parts.region),
      );
      if ('refused' in verdict) return own(verdict.refused);
      at.authorizer = verdict.admitted.context;
      if (verdict.admitted.usageKey !== undefined) at.usageKey = verdict.admitted.usageKey;
    }
    if (operation.keyRequired) {
      const admitted = at.usageKey === undefined ? undefined : this.throttle?.admit(at.usageKey);
      if (admitted === undefined) return own('INVALID_API_KEY');
      if (!admitted) return own('THROTTLED');
    }
    const event = proxyEvent(at, parts.api.binaryTypes);
    if (Buffer.byteLength(JSON.stringify(event)) > eventLimit) return own('REQUEST_TOO_LARGE');
    const late = new AbortController();
    try {
      const answer = await Promise.race([
        parts.functions.get(operation.functionName).invoke(event),
        pause(operation.timeoutMs, tooLate, { signal: late.signal, ref: false }),
      ]);
      if (answer === tooLate) return own('INTEGRATION_TIMEOUT');
      const reply = proxyReply(answer);
      return !reply || reply.body.length > eventLimit ? own('INTEGRATION_FAILURE') : reply;
    } catch {
      return own('INTEGRATION_FAILURE');
    } finally {
      late.abort();
    }
  }
}

const tooLate = Symbol('too late');
const hopByHop = new Set(['connection', 'content-length', 'transfer-encoding', 'keep-alive']);

function splitUrl(url: string): [string, string] {
  const at = url.indexOf('?');
  return at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)];
}
