import { lookup as dnsLookup } from 'node:dns/promises';
import http from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { bareHost, checkUrl, isAllowedAddress, portOf, type Refusal } from './address.ts';

/** All addresses of a name. Throws what DNS throws. */
export type Lookup = (hostname: string) => Promise<string[]>;

export type SafeFetchOptions = {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  /** For everything together: DNS, connecting, the answer's last byte. */
  timeoutMs: number;
  /** The longest answer that is read; 0 reads status and headers only. */
  maxBytes: number;
  /** Loopback, and only loopback, may be reached, over http too. Local cloud and tests only. */
  allowLocal: boolean;
  lookup?: Lookup;
};

export type SafeResponse = { status: number; headers: http.IncomingHttpHeaders; body: string };

/**
 * What went wrong outside. `sent` says that the whole request had been handed over before: the other side may have
 * acted on it. `code` is a `Refusal` or an errno such as ECONNREFUSED; neither holds an address or a secret.
 */
export class OutboundError extends Error {
  override readonly name = 'OutboundError';
  readonly kind: 'refused' | 'network' | 'timeout' | 'too-large';
  readonly code: string;
  readonly sent: boolean;
  constructor(kind: OutboundError['kind'], code: string, sent = false) {
    super(`${kind}: ${code}`);
    this.kind = kind;
    this.code = code;
    this.sent = sent;
  }
}

/**
 * Sends one HTTP request to an address that somebody else has chosen, and never to an inner one. The name is looked
 * up once, every answer is checked, and the connection goes to exactly the checked addresses, so that a name
 * cannot point elsewhere a moment later (DNS rebinding). A redirect is an answer like any other: what was meant for one
 * address, signed and with its keys, is handed to no other. No connection is kept or shared, no proxy is taken from the
 * environment, nothing is decompressed.
 * @throws OutboundError and nothing else
 */
export async function safeFetch(url: string, options: SafeFetchOptions): Promise<SafeResponse> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), options.timeoutMs);
  try {
    return await exchange(await resolve(url, options, deadline.signal), options, deadline.signal);
  } finally {
    clearTimeout(timer);
  }
}

type Target = { url: URL; addresses: string[] };

async function resolve(raw: string, options: SafeFetchOptions, signal: AbortSignal): Promise<Target> {
  const check = checkUrl(raw, options.allowLocal);
  if (!check.ok) throw refused(check.reason);
  const host = bareHost(check.url);
  if (isIP(host)) return { url: check.url, addresses: [host] };
  const addresses = await beforeAbort((options.lookup ?? systemLookup)(host), signal);
  // One inner address among public ones is no accident either: all or nothing.
  if (!addresses.every((address) => isAllowedAddress(address, check.local))) throw refused('address');
  if (addresses.length === 0) throw new OutboundError('network', 'ENOTFOUND');
  return { url: check.url, addresses };
}

async function systemLookup(hostname: string): Promise<string[]> {
  const answers = await dnsLookup(hostname, { all: true, order: 'verbatim' });
  return answers.map((answer) => answer.address);
}

/** DNS cannot be called off, but it need not be waited for. */
function beforeAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((done, reject) => {
    const timedOut = () => reject(new OutboundError('timeout', 'dns'));
    if (signal.aborted) timedOut();
    signal.addEventListener('abort', timedOut, { once: true });
    work.then(done, (error) => reject(new OutboundError('network', codeOf(error))));
  });
}

/** The lookup that node asks when it connects: it knows the checked addresses and no others. */
function pinned(addresses: string[]): LookupFunction {
  const answers = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_hostname, options, callback) => {
    const first = answers[0];
    if (options.all || first === undefined) callback(null, answers);
    else callback(null, first.address, first.family);
  };
}

function exchange(
  target: Target,
  { method = 'GET', headers, body, maxBytes }: SafeFetchOptions,
  signal: AbortSignal,
): Promise<SafeResponse> {
  return new Promise((done, reject) => {
    const secure = target.url.protocol === 'https:';
    let request: http.ClientRequest;
    try {
      request = (secure ? https : http).request({
        host: bareHost(target.url),
        port: portOf(target.url),
        path: target.url.pathname + target.url.search,
        method,
        headers: { 'accept-encoding': 'identity', ...headers },
        // An agent of its own: the global one may keep connections or go through a proxy.
        agent: secure ? new https.Agent() : new http.Agent(),
        lookup: pinned(target.addresses),
      });
    } catch {
      reject(refused('header'));
      return;
    }
    let sent = false;
    const fail = (kind: OutboundError['kind'], code: string) => {
      reject(new OutboundError(kind, code, sent));
      request.destroy();
    };
    const timedOut = () => fail('timeout', sent ? 'answer' : 'connect');
    if (signal.aborted) timedOut();
    signal.addEventListener('abort', timedOut, { once: true });
    request.on('close', () => signal.removeEventListener('abort', timedOut));
    request.on('finish', () => {
      sent = true;
    });
    request.on('error', (error) => fail('network', codeOf(error)));
    request.on('response', (response) => {
      const status = response.statusCode ?? 0;
      const chunks: Buffer[] = [];
      let size = 0;
      const finish = () => {
        done({ status, headers: response.headers, body: Buffer.concat(chunks).toString('utf8') });
        request.destroy();
      };
      response.on('error', (error) => fail('network', codeOf(error)));
      if (maxBytes === 0) return finish();
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > maxBytes) fail('too-large', 'answer');
        else chunks.push(chunk);
      });
      response.on('end', finish);
    });
    request.end(body);
  });
}

function refused(reason: Refusal): OutboundError {
  return new OutboundError('refused', reason);
}

/** An errno or TLS code. Messages are not passed on: they hold addresses. */
function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : 'error';
}
