import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';

/** The digest SignatureV4 asks for, on node's own. */
class Sha256 {
  private readonly secret: string | Uint8Array | undefined;
  private state: Hash | Hmac;
  constructor(secret?: unknown) {
    this.secret = secret as string | Uint8Array | undefined;
    this.state = this.fresh();
  }
  update(data: unknown): void {
    this.state.update(data as string | Uint8Array);
  }
  async digest(): Promise<Uint8Array> {
    return this.state.digest();
  }
  reset(): void {
    this.state = this.fresh();
  }
  private fresh(): Hash | Hmac {
    return this.secret === undefined ? createHash('sha256') : createHmac('sha256', this.secret);
  }
}

function need(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`environment variable ${name} is not set`);
  return value;
}

/** Where an AWS service is reached: what the SDK's own variable says, else its regional address. */
export function endpointOf(service: { prefix: string; variable: string }): string {
  const given = process.env[`AWS_ENDPOINT_URL_${service.variable}`];
  if (given) return given.replace(/\/$/, '');
  const region = need('AWS_REGION');
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return `https://${service.prefix}.${region}.${suffix}`;
}

/**
 * One request signed with the function's own credentials (SigV4), for services of which a function needs one or two calls: their
 * clients would double its bundle.
 */
export async function signedFetch(request: {
  service: string;
  method: 'GET' | 'POST' | 'DELETE';
  url: string;
  headers?: Record<string, string>;
  body?: string;
  timeoutMs?: number;
}): Promise<Response> {
  const url = new URL(request.url);
  const signer = new SignatureV4({
    service: request.service,
    region: need('AWS_REGION'),
    sha256: Sha256,
    uriEscapePath: request.service !== 's3',
    credentials: {
      accessKeyId: need('AWS_ACCESS_KEY_ID'),
      secretAccessKey: need('AWS_SECRET_ACCESS_KEY'),
      ...(process.env.AWS_SESSION_TOKEN && { sessionToken: process.env.AWS_SESSION_TOKEN }),
    },
  });
  const signed = await signer.sign({
    method: request.method,
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port && { port: Number(url.port) }),
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: { host: url.host, ...request.headers },
    ...(request.body !== undefined && { body: request.body }),
  });
  const { host: _, ...headers } = signed.headers;
  return fetch(url, {
    method: request.method,
    headers,
    ...(request.body !== undefined && { body: request.body }),
    signal: AbortSignal.timeout(request.timeoutMs ?? 5000),
  });
}
