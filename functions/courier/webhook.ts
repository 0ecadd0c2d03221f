import { createHmac } from 'node:crypto';
import { OutboundError, safeFetch } from '../../shared/outbound/fetch.ts';
import { webhookKey } from '../../shared/outbound/secret.ts';
import { parseRetryAfter } from './retry.ts';
import {
  type CourierDeps,
  DEFAULT_TIMEOUT_MS,
  type Message,
  type Outcome,
  type WebhookTarget,
} from './types.ts';

/** The id is signed between full stops, so it must not hold one. */
const SAFE_ID = /^[A-Za-z0-9_-]{1,128}$/;

/**
 * The three headers of Standard Webhooks 1.0, one signature per secret. Null when the id or a secret cannot be used.
 * @param now milliseconds; the timestamp is that of the attempt, not of the event
 */
export function signatureHeaders(
  id: string,
  now: number,
  body: string,
  secrets: string[],
): Record<string, string> | null {
  if (!SAFE_ID.test(id) || secrets.length === 0) return null;
  const timestamp = Math.floor(now / 1000);
  const signatures: string[] = [];
  for (const secret of secrets) {
    const key = webhookKey(secret);
    if (key === null) return null;
    signatures.push(`v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`);
  }
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.join(' '),
  };
}

/**
 * What a receiver's status means: 2xx delivered, 410 disabled, everything else is tried again, as the standard has
 * it; also the other 4xx, which receivers answer during a bad deployment. Redirects are failures.
 */
export function webhookOutcome(status: number, retryAfter: string | undefined, now: number): Outcome {
  const detail = `http ${status}`;
  if (status >= 200 && status < 300) return { result: 'delivered', status, detail };
  if (status === 410) return { result: 'disabled', status, detail };
  const retryAfterMs = parseRetryAfter(retryAfter, now);
  return { result: 'retry', status, detail, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/**
 * Posts an event to an office's system. No answer means `retry`, not `unknown`: the same `webhook-id` lets the
 * receiver recognise the repetition.
 */
export async function sendWebhook(
  id: string,
  target: WebhookTarget,
  message: Message,
  deps: CourierDeps,
): Promise<Outcome> {
  if (message.event === undefined) return { result: 'failed', detail: 'no event' };
  const body = JSON.stringify(message.event);
  const signed = signatureHeaders(id, deps.now(), body, target.secrets);
  if (signed === null) return { result: 'failed', detail: 'cannot sign' };
  try {
    const response = await safeFetch(target.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'Huifang-Webhooks/1.0', ...signed },
      body,
      timeoutMs: deps.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      maxBytes: 0,
      allowLocal: deps.allowLocal,
      ...(deps.lookup ? { lookup: deps.lookup } : {}),
    });
    return webhookOutcome(response.status, response.headers['retry-after'], deps.now());
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    return { result: error.kind === 'refused' ? 'failed' : 'retry', detail: error.message };
  }
}
