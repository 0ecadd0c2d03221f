import { createHash } from 'node:crypto';
import { packed, unpacked } from './packed.ts';
import { Refusal } from './problem.ts';
import type { Item, Key, Write } from './table.ts';

/** What a route answers. */
export interface Reply {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

/** Thrown when the request was answered before: the first answer, word for word. */
export class Replay extends Error {
  readonly reply: Reply;
  constructor(reply: Reply) {
    super('the request was answered before');
    this.name = 'Replay';
    this.reply = reply;
  }
}

/** How long a request can be repeated safely, in seconds (48 h). */
export const keptSeconds = 48 * 3600;

/** So many bytes of a kB are left for a reply by the rest of its record. */
const room = 800;

/**
 * One request's `Idempotency-Key` (IETF draft-ietf-httpapi-idempotency-key-header). Its record is read along with whatever the
 * request reads first, and written in the request's own transaction: no write more, no moment between.
 */
export class Idempotency {
  /** Where the record is, or will be. */
  readonly recordKey: Key;
  private readonly fingerprint: Buffer;
  private readonly now: number;
  private pending = true;

  /** `caller` is the actor, so that two callers never meet on one key; `now` in milliseconds. */
  constructor(options: { tenantId: string; caller: string; key: string; request: string; now: number }) {
    const digest = createHash('sha256').update(`${options.caller}\n${options.key}`).digest('base64url');
    this.recordKey = { pk: `${options.tenantId}#idem#${digest}`, sk: 'idem' };
    // Half of it: who would look for two requests with one fingerprint has only his own to confuse.
    this.fingerprint = createHash('sha256').update(options.request).digest().subarray(0, 16);
    this.now = options.now;
  }

  /** The record's key while nobody has looked it up yet. */
  pendingKey(): Key | undefined {
    return this.pending ? this.recordKey : undefined;
  }

  /** Takes the record as read. Throws the replay, or the refusal if the key served another request. */
  settle(stored: Item | undefined): void {
    this.pending = false;
    const end = this.answered(stored);
    if (end) throw end;
  }

  /** The write that records the reply. */
  record(reply: Reply): Write {
    const { status, headers = {}, body = null } = reply;
    return {
      put: {
        ...this.recordKey,
        et: 'idem',
        v: 1,
        ttl: Math.floor(this.now / 1000) + keptSeconds,
        rest: { fp: this.fingerprint, reply: packed([status, headers, body], room) },
      },
      expect: { newOrExpiredBy: Math.floor(this.now / 1000) },
      otherwise: (item) => this.answered(item),
    };
  }

  private answered(item: Item | undefined): Replay | Refusal | undefined {
    // Past its time a record counts as gone, though the table may take two days more to drop it.
    if (!item || (item.ttl ?? 0) * 1000 <= this.now) return undefined;
    const { fp, reply } = item.rest as { fp: Uint8Array; reply: Uint8Array };
    if (!this.fingerprint.equals(fp)) return new Refusal('idempotency-key-reused');
    const [status, headers, body] = unpacked(reply) as [number, Record<string, string>, unknown];
    // What had no body has none again; JSON knows no absent member of an array.
    return new Replay({ status, headers, ...(body !== null && { body }) });
  }
}
