import type { Lookup } from '../../shared/outbound/fetch.ts';
import type { Mailer } from './mail.ts';

export type Lang = 'zh' | 'en';
export type Bilingual = Record<Lang, string>;

/** What is to be told. `event` is the webhook's JSON body ({type, timestamp, data}); people get title and text. */
export type Message = { title: Bilingual; text: Bilingual; url?: string; event?: object };

/** `secrets`: `whsec_…`, the current one first; during a rotation's overlap the old one as well. */
export type WebhookTarget = { url: string; secrets: string[] };
/** A group robot (群机器人). `secret` where the group's robot is set to signed requests (加签). */
export type RobotTarget = { url: string; secret?: string; lang?: Lang };
export type MailTarget = { to: string; lang?: Lang };

export type RobotKind = 'wecom' | 'dingtalk' | 'feishu';
export type Channel = 'webhook' | RobotKind | 'email';

/** One message to one target. `id` stays the same over all attempts: receivers know a repetition by it. */
export type Delivery = { id: string; message: Message } & (
  | { channel: 'webhook'; target: WebhookTarget }
  | { channel: RobotKind; target: RobotTarget }
  | { channel: 'email'; target: MailTarget }
);

/**
 * What became of one attempt.
 * - `delivered` the other side has said so
 * - `retry` it has not arrived, or may be repeated without harm; `retryAfterMs` if the other side named a time
 * - `failed` repeating is useless: the message or the target is wrong
 * - `disabled` the target is gone for good (410, robot removed): nothing more is to be sent there
 * - `unknown` it was sent and no answer came; a repetition may be seen twice
 *
 * `detail` is for the delivery log: codes and fixed words only, never an address, a secret or what the other side
 * wrote.
 */
export type Outcome = {
  result: 'delivered' | 'retry' | 'failed' | 'disabled' | 'unknown';
  status?: number;
  detail: string;
  retryAfterMs?: number;
};

export type CourierDeps = {
  /** Milliseconds since the epoch. */
  now: () => number;
  /** See `checkUrl`. */
  allowLocal: boolean;
  /** For one attempt as a whole; default 15 s, the lower end of what Standard Webhooks recommends. */
  timeoutMs?: number;
  lookup?: Lookup;
  /** Stand-ins for the robots' own hosts, for tests and the local cloud: an origin such as `http://localhost:4000`. */
  robotOrigins?: Partial<Record<RobotKind, string>>;
  /** Missing: e-mail fails. */
  mailer?: Mailer;
};

export const DEFAULT_TIMEOUT_MS = 15_000;
