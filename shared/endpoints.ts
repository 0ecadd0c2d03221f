import * as z from 'zod/mini';
import { id, utc } from './fields.ts';
import type { DomainEvent } from './history.ts';
import type { Item } from './table.ts';

/** Where messages of an office can go besides inbox and mail: its own systems, or a group robot (群机器人). */
export const endpointKinds = ['webhook', 'wecom', 'dingtalk', 'feishu'] as const;
export type EndpointKind = (typeof endpointKinds)[number];

/** An endpoint as kept: an office's system that takes webhooks, or a group robot. */
export const Endpoint = z.object({
  id: id('webhook'),
  kind: z.enum(endpointKinds),
  name: z.optional(z.string()),
  url: z.string(),
  /** Standard Webhooks secrets, the current one first; a replaced one is good until `until`. */
  secrets: z.array(z.object({ value: z.string(), until: z.optional(utc) })),
  /** Of a robot that wants signed requests (加签). */
  robotSecret: z.optional(z.string()),
  events: z.array(z.string()),
  language: z.enum(['zh', 'en']),
  active: z.boolean(),
  /** When it answered that it is gone (410, robot removed). */
  disabledAt: z.optional(utc),
  /** When the office took it away; its delivery log stays. */
  removedAt: z.optional(utc),
  createdAt: utc,
  version: z.int(),
});
export type Endpoint = z.infer<typeof Endpoint>;

/** The endpoint of a stored item (of the table itself). */
export const parseEndpoint = (item: Item): Endpoint =>
  Endpoint.parse({ ...item.list, ...item.rest, version: item.v });

/** Patterns of event types: `*`, `ticket.*`, `ticket.created`. */
export const eventPattern = z.string().check(z.regex(/^(\*|[a-z][A-Za-z]{0,31}\.(\*|[a-z][A-Za-z]{0,31}))$/));

/** Whether an event's type is one that the pattern means. */
export const matches = (pattern: string, type: string) =>
  pattern === '*' || pattern === type || (pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1)));

/**
 * The endpoints an event is for: active, subscribed to its type. An event that names channels (a step of a ladder) is only for
 * the kinds named: `webhook` for systems, `robot` for robots.
 */
export function subscribers(endpoints: readonly Endpoint[], event: DomainEvent): Endpoint[] {
  const { channels } = event.data;
  return endpoints.filter(
    ({ active, kind, events }) =>
      active &&
      events.some((pattern) => matches(pattern, event.type)) &&
      (!Array.isArray(channels) || channels.includes(kind === 'webhook' ? 'webhook' : 'robot')),
  );
}
