import { type Delivery, deliveryItem, parseDelivery } from '../../shared/deliveries.ts';
import { type Endpoint, parseEndpoint } from '../../shared/endpoints.ts';
import { append, type Head, noHistory } from '../../shared/history.ts';
import { dueAt, keys } from '../../shared/keys.ts';
import { log } from '../../shared/log.ts';
import { type Item, type Key, type OfficeTable, Stale, type Write } from '../../shared/table.ts';
import { nextAttempt, RETRY_DELAYS_MS } from './retry.ts';
import type { Delivery as Attempt, Outcome } from './types.ts';

/**
 * How long an attempt may take: longer than the function can run. One that began before that and has no end was broken off.
 */
export const attemptMs = 2 * 60_000;

/** While an office is suspended its deliveries come back this often, in milliseconds. */
const suspendedMs = 60 * 60_000;

/** Clocks of two functions may differ by this much, in milliseconds. */
const skewMs = 2000;

export interface DeliverDeps {
  office: OfficeTable;
  /** Makes one attempt; never throws. */
  send(attempt: Attempt): Promise<Outcome>;
  /** Milliseconds. */
  now(): number;
  /** 0 to 1. */
  jitter(): number;
  /** Told of a webhook that was not taken: its age in milliseconds. */
  undelivered?(ageMs: number): void;
}

/**
 * One attempt at a delivery that is due. It is marked as begun before anything is sent, so that a second courier with the same
 * message does nothing. An attempt found begun and never ended (the function died) is repeated where the receiver can tell a
 * repetition by its id (`webhook-id`, `Message-ID`); a robot cannot, so there the matter is recorded as unknown: the inbox has
 * the message anyway.
 */
export async function deliver(deps: DeliverDeps, key: Key): Promise<void> {
  const { office: table } = deps;
  const { tenantId } = table;
  const { item, office } = await table.load({ item: key, office: keys.office(tenantId) });
  if (item?.et !== 'delivery' || !office) return;
  const stored = parseDelivery(item);
  const started = deps.now();
  if (!isDue(stored, started)) return;
  if (office.list?.status !== 'active') return postpone(table, item, started + suspendedMs);
  if (stored.status === 'sending') {
    const detail = 'attempt broken off';
    if (!repeatable(stored)) return finish(deps, stored, undefined, { result: 'unknown', detail });
    // A receiver on which the function dies every time gets no more attempts than one that says no.
    if (stored.attempts >= RETRY_DELAYS_MS.length) {
      return finish(deps, stored, undefined, { result: 'failed', detail });
    }
  }
  const { endpoint, attempt } = await target(table, stored, office, started);
  const begun: Delivery = {
    ...stored,
    status: 'sending',
    attempts: stored.attempts + 1,
    startedAt: new Date(started).toISOString(),
    version: stored.version + 1,
  };
  try {
    await table.commit([
      {
        put: deliveryItem(tenantId, begun, new Date(started + attemptMs).toISOString()),
        expect: { version: stored.version },
      },
    ]);
  } catch (error) {
    if (error instanceof Stale) return;
    throw error;
  }
  const outcome = attempt
    ? await deps.send(attempt)
    : { result: 'failed' as const, detail: 'no such target' };
  await finish(deps, begun, endpoint, outcome);
}

function isDue({ status, nextAt, startedAt }: Delivery, now: number): boolean {
  if (status === 'pending') return nextAt === undefined || Date.parse(nextAt) <= now + skewMs;
  // Somebody is at it; should they not come to an end, the due index brings it back.
  if (status === 'sending')
    return startedAt === undefined || Date.parse(startedAt) + attemptMs <= now + skewMs;
  return false;
}

const repeatable = ({ channel }: Delivery) => channel === 'webhook' || channel === 'email';

/** Where it goes, as things are now: an endpoint switched off and a person who left get nothing. */
async function target(
  table: OfficeTable,
  stored: Delivery,
  office: Item,
  now: number,
): Promise<{ endpoint?: Item; attempt?: Attempt }> {
  const { tenantId } = table;
  const { id, channel, webhookId, staffId, customerId } = stored;
  const { title, text, event } = stored.message;
  const message = { title, text, ...(event && { event }) };
  const lang = office.list?.language === 'en' ? 'en' : 'zh';
  if (channel === 'email') {
    const to =
      staffId !== undefined
        ? await mailbox(table, staffId)
        : customerId !== undefined
          ? await customerMailbox(table, customerId)
          : (office.list?.ownerEmail ?? office.rest?.ownerEmail);
    return typeof to === 'string' ? { attempt: { id, message, channel, target: { to, lang } } } : {};
  }
  if (webhookId === undefined) return {};
  const { endpoint } = await table.load({ endpoint: keys.webhook(tenantId, webhookId) });
  if (endpoint?.et !== 'webhook') return {};
  const { url, kind, active, language, robotSecret, ...rest } = parseEndpoint(endpoint);
  if (!active || kind !== channel) return { endpoint };
  if (channel === 'webhook') {
    const target = { url, secrets: goodSecrets(rest.secrets, now) };
    return { endpoint, attempt: { id, message, channel, target } };
  }
  return {
    endpoint,
    attempt: {
      id,
      message,
      channel,
      target: { url, lang: language, ...(robotSecret && { secret: robotSecret }) },
    },
  };
}

async function mailbox(table: OfficeTable, staffId: string): Promise<unknown> {
  const { person } = await table.load({ person: keys.staff(table.tenantId, staffId) });
  const { active, email } = { ...person?.list, ...person?.rest } as { active?: boolean; email?: string };
  return active === true ? email : undefined;
}

/** A customer's first address, as long as the file is kept. */
async function customerMailbox(table: OfficeTable, customerId: string): Promise<unknown> {
  const { customer } = await table.load({ customer: keys.customer(table.tenantId, customerId) });
  if (customer?.et !== 'customer' || customer.list?.archived === true) return undefined;
  return (customer.rest?.emails as string[] | undefined)?.[0];
}

/** The secrets to sign with: the current one, and a replaced one during its overlap. */
export const goodSecrets = (secrets: Endpoint['secrets'], now: number): string[] =>
  secrets.filter(({ until }) => until === undefined || Date.parse(until) > now).map(({ value }) => value);

/** Records how it went, and when to try again. */
async function finish(
  deps: DeliverDeps,
  begun: Delivery,
  endpoint: Item | undefined,
  outcome: Outcome,
): Promise<void> {
  const now = deps.now();
  const { next, again } = afterAttempt(begun, outcome, now, deps.jitter());
  if (begun.channel === 'webhook' && next.status !== 'delivered') {
    deps.undelivered?.(now - Date.parse(begun.createdAt));
  }
  const { office: table } = deps;
  const record: Write = {
    put: deliveryItem(table.tenantId, next, again),
    expect: { version: begun.version },
  };
  const off =
    outcome.result === 'disabled' && endpoint ? disable(table.tenantId, endpoint, outcome, now) : [];
  try {
    await table.commit([record, ...off]);
  } catch (error) {
    if (!(error instanceof Stale)) throw error;
    // The endpoint was changed while it said that it is gone: then the delivery's end is recorded alone, the next delivery will
    // hear it again. Should the delivery itself have been taken over, that one's end counts.
    log.warn('changed during an attempt', { deliveryId: begun.id });
    if (off.length > 0) await table.commit([record]).catch(notStale);
  }
}

function notStale(error: unknown): void {
  if (!(error instanceof Stale)) throw error;
}

/** The delivery after an attempt, and when the next one is due. Pure. */
export function afterAttempt(
  begun: Delivery,
  outcome: Outcome,
  now: number,
  jitter: number,
): { next: Delivery; again: string | undefined } {
  const { nextAt: _, ...rest } = begun;
  const moment = new Date(now).toISOString();
  const base: Omit<Delivery, 'status'> = {
    ...rest,
    detail: outcome.detail,
    ...(outcome.status !== undefined && { httpStatus: outcome.status }),
    version: begun.version + 1,
  };
  const mayRepeat = outcome.result === 'retry' || (outcome.result === 'unknown' && repeatable(begun));
  const again = mayRepeat ? nextAttempt(begun.attempts, moment, outcome.retryAfterMs, jitter) : null;
  if (again !== null) return { next: { ...base, status: 'pending', nextAt: again }, again };
  const status =
    outcome.result === 'delivered' || outcome.result === 'unknown' ? outcome.result : ('failed' as const);
  return { next: { ...base, status, endedAt: moment }, again: undefined };
}

/** Switches an endpoint off that said it is gone for good. */
function disable(tenantId: string, endpoint: Item, outcome: Outcome, now: number): Write[] {
  const { id } = parseEndpoint(endpoint);
  const head = (endpoint.rest?.head as Head | undefined) ?? noHistory;
  const step = append(
    head,
    { type: 'webhook.disabled', object: id, data: { reason: outcome.detail } },
    { actor: { kind: 'system', id: 'courier' }, tenantId, requestId: id, now },
  );
  return [
    {
      update: { pk: endpoint.pk, sk: endpoint.sk },
      set: {
        'list.active': false,
        'rest.disabledAt': new Date(now).toISOString(),
        'rest.head': step.head,
        v: endpoint.v + 1,
      },
      expect: { version: endpoint.v },
    },
    step.write,
  ];
}

async function postpone(table: OfficeTable, item: Item, until: number): Promise<void> {
  const { pk, sk, v } = item;
  await table
    .commit([
      {
        update: { pk, sk },
        set: { ...dueAt(item, new Date(until).toISOString()) },
        expect: { version: v },
      },
    ])
    .catch(notStale);
}
