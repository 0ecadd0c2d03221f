import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Actor } from '../../shared/actor.ts';
import { ATTACHMENT_PREFIX, env } from '../../shared/env.ts';
import { credentialsFor } from '../../shared/office.ts';
import { unavailable } from '../../shared/problem.ts';

/*
 * The little of S3 that attachments need, with the office's own credentials: IAM lets them reach no other office's objects.
 * S3's client would weigh more than the rest of the function.
 */

/** SHA-256 the way the signer wants it. */
class Sha256 {
  private readonly hash: Hash | Hmac;
  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    this.hash = key === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(key));
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.hash.update(bytesOf(data));
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(this.hash.digest()));
  }
  reset(): void {
    throw new Error('a hash is used once');
  }
}

const bytesOf = (data: string | ArrayBuffer | ArrayBufferView): Buffer =>
  typeof data === 'string'
    ? Buffer.from(data)
    : ArrayBuffer.isView(data)
      ? Buffer.from(data.buffer, data.byteOffset, data.byteLength)
      : Buffer.from(data);

/** Set by the runtime itself. */
const region = () => process.env.AWS_REGION ?? '';

const signer = (actor: Actor) =>
  new SignatureV4({
    service: 's3',
    region: region(),
    credentials: () => credentialsFor(actor),
    sha256: Sha256,
    uriEscapePath: false,
  });

/** Where an attachment's file is. */
export const objectKey = (
  kind: keyof typeof ATTACHMENT_PREFIX,
  t: string,
  ticket: string,
  attachment: string,
) => `${ATTACHMENT_PREFIX[kind]}/${t}/${ticket}/${attachment}`;

/** A request for an object; keys are made of ids and slashes, so nothing in them needs escaping. */
function request(method: string, key: string, headers: Record<string, string> = {}): HttpRequest {
  const bucket = env('ATTACHMENTS_BUCKET');
  const given = process.env.AWS_ENDPOINT_URL_S3;
  const domain = region().startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const url = new URL(
    given ? `${given}/${bucket}/${key}` : `https://${bucket}.s3.${region()}.${domain}/${key}`,
  );
  return new HttpRequest({
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port && { port: Number(url.port) }),
    path: url.pathname,
    // What is not part of a presigned request's signature is its body.
    headers: { host: url.host, 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD', ...headers },
  });
}

const urlOf = ({ protocol, hostname, port, path, query }: HttpRequest): string => {
  const search = new URLSearchParams(query as Record<string, string>).toString();
  return `${protocol}//${hostname}${port ? `:${port}` : ''}${path}${search && `?${search}`}`;
};

/** How long a link to an object is good, in seconds; the credentials that sign it last that long at least. */
export const linkSeconds = 300;

/** A link that does one thing with one object: PUT with exactly these headers, or GET. */
export async function presigned(
  actor: Actor,
  method: 'GET' | 'PUT',
  key: string,
  now: number,
  headers: Record<string, string> = {},
): Promise<string> {
  const bare = request(method, key, headers);
  const signed = await signer(actor).presign(bare, {
    expiresIn: linkSeconds,
    signingDate: new Date(now),
    signableHeaders: new Set(['host', ...Object.keys(headers)]),
    unhoistableHeaders: new Set(Object.keys(headers)),
  });
  return urlOf(signed as HttpRequest);
}

/** Refuses as unavailable what S3 did not answer, or for the moment could not do. */
async function send(actor: Actor, bare: HttpRequest): Promise<Response> {
  const signed = await signer(actor).sign(bare);
  const { host: _, ...headers } = signed.headers;
  const response = await fetch(urlOf(signed as HttpRequest), {
    method: signed.method,
    headers,
    signal: AbortSignal.timeout(10_000),
  }).catch((cause) => {
    throw unavailable(cause);
  });
  if (response.status >= 500) throw unavailable(new Error(`S3 answered ${response.status}`));
  return response;
}

export interface Stored {
  size: number;
  contentType: string;
  etag: string;
}

/** What is stored under the key; undefined if nothing is. */
export async function head(actor: Actor, key: string): Promise<Stored | undefined> {
  const response = await send(actor, request('HEAD', key));
  // 403 is what S3 says of an absent object to those who may not list the bucket.
  if (response.status === 404 || response.status === 403) return undefined;
  if (!response.ok) throw new Error(`S3 answered ${response.status}`);
  return {
    size: Number(response.headers.get('content-length')),
    contentType: response.headers.get('content-type') ?? '',
    etag: response.headers.get('etag') ?? '',
  };
}

/** The object's first bytes, of the version with that entity tag; undefined if it was replaced meanwhile. */
export async function firstBytes(
  actor: Actor,
  key: string,
  etag: string,
  n: number,
): Promise<Buffer | undefined> {
  const response = await send(actor, request('GET', key, { range: `bytes=0-${n - 1}`, 'if-match': etag }));
  if (response.status === 412 || response.status === 404) return undefined;
  if (!response.ok) throw new Error(`S3 answered ${response.status}`);
  return Buffer.from(await response.arrayBuffer()).subarray(0, n);
}

/** Removes the object; one that is not there is as good. */
export async function remove(actor: Actor, key: string): Promise<void> {
  const response = await send(actor, request('DELETE', key));
  if (!response.ok && response.status !== 404)
    throw new Error(`S3 answered ${response.status} to a deletion`);
}

/** Copies the object, of the version with that entity tag; false if it was replaced meanwhile. */
export async function copy(actor: Actor, from: string, to: string, etag: string): Promise<boolean> {
  const source = `/${env('ATTACHMENTS_BUCKET')}/${from}`;
  const response = await send(
    actor,
    request('PUT', to, { 'x-amz-copy-source': source, 'x-amz-copy-source-if-match': etag }),
  );
  if (response.status === 412 || response.status === 404) return false;
  // S3 may find out about a failure after it said 200.
  const text = await response.text();
  if (text.includes('<Error>') && response.ok) throw unavailable(new Error('S3 took back a copy'));
  if (!response.ok) throw new Error(`S3 answered ${response.status} to a copy`);
  return true;
}
