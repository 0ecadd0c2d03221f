import * as z from 'zod/mini';
import { Endpoint } from '../../shared/endpoints.ts';
import { ENV, optionalEnv } from '../../shared/env.ts';
import { cursor, id, limit, page } from '../../shared/fields.ts';
import { created, noContent, ok, type Reply, type Route, route } from '../../shared/http/route.ts';
import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { newWebhookSecret } from '../../shared/outbound/secret.ts';
import { Refusal } from '../../shared/problem.ts';
import { Records } from '../../shared/records.ts';
import { deliveryRoutes } from './deliveries.ts';
import { checkAddress, checkEvents, closed, rotated, shown } from './rules.ts';
import { NewWebhook, Rotation, ShownWebhook, Webhook, WebhookChange } from './schema.ts';

export const endpoints = new Records<Endpoint>({
  et: 'webhook',
  shape: Endpoint,
  key: (t, endpoint) => keys.webhook(t, endpoint.id),
  listed: ['id', 'kind', 'name', 'events', 'language', 'active'],
  concealed: ['url', 'secrets', 'robotSecret'],
});

/** Every event of the office is held against each of them. */
const mostEndpoints = 50;

const params = z.strictObject({ id: id('webhook') });
const allowLocal = () => optionalEnv(ENV.outboundAllowLocal) === '1';

const endpointRoutes: Route[] = [
  route({
    id: 'createWebhook',
    method: 'POST',
    path: '/v1/webhooks',
    summary:
      'Add a webhook (Standard Webhooks 1.0) or a group robot; the signing secret is shown in this answer only',
    needs: 'webhooks:write',
    body: NewWebhook,
    example: { url: 'https://crm.example.com/hooks/huifang', events: ['ticket.*', 'obligation.escalated'] },
    responses: { 201: ShownWebhook },
    refuses: ['unprocessable'],
    async handle(context, { body }) {
      const { office, now } = context;
      checkAddress(body, allowLocal());
      checkEvents(body.events);
      await office.load({});
      const { next } = await office.query({ pk: keys.webhooksPk(office.tenantId), limit: mostEndpoints });
      if (next !== undefined) throw tooMany();
      const secret = body.kind === 'webhook' ? newWebhookSecret() : undefined;
      const endpoint: Endpoint = {
        ...body,
        id: newId('webhook', now),
        secrets: secret === undefined ? [] : [{ value: secret }],
        active: true,
        version: 1,
        createdAt: new Date(now).toISOString(),
      };
      const reply = await endpoints.create(
        context,
        'webhook.created',
        endpoint,
        (record) => created(`/v1/webhooks/${record.id}`, shown(record, now), record.version),
        { loaded: true },
      );
      return withSecret(reply, secret);
    },
  }),
  route({
    id: 'listWebhooks',
    method: 'GET',
    path: '/v1/webhooks',
    summary: 'The webhooks and robots of the office',
    needs: 'webhooks:read',
    query: z.strictObject({ limit, cursor: z.optional(cursor) }),
    responses: { 200: page(Webhook) },
    async handle({ office, now }, { query }) {
      const { items, ...rest } = await endpoints.page(office, {
        pk: keys.webhooksPk(office.tenantId),
        ...query,
      });
      return ok({ items: items.map((endpoint) => shown(endpoint, now)), ...rest });
    },
  }),
  route({
    id: 'getWebhook',
    method: 'GET',
    path: '/v1/webhooks/{id}',
    summary: 'One webhook or robot, without its secrets',
    needs: 'webhooks:read',
    params,
    responses: { 200: Webhook },
    versioned: true,
    async handle({ office, now }, { params }) {
      const endpoint = await endpoints.get(office, keys.webhook(office.tenantId, params.id));
      return ok(shown(endpoint, now), endpoint.version);
    },
  }),
  route({
    id: 'changeWebhook',
    method: 'PATCH',
    path: '/v1/webhooks/{id}',
    summary: 'Change a webhook or robot; `active: true` switches on again one that was disabled',
    needs: 'webhooks:write',
    params,
    body: WebhookChange,
    example: { events: ['*'], active: true },
    responses: { 200: Webhook },
    refuses: ['wrong-state'],
    versioned: true,
    async handle(context, { params, body }) {
      if (body.events) checkEvents(body.events);
      return endpoints.change(
        context,
        'webhook.changed',
        keys.webhook(context.office.tenantId, params.id),
        (endpoint) => {
          if (endpoint.removedAt !== undefined) return closed();
          const after = changed(endpoint, body);
          checkAddress(after, allowLocal());
          return after;
        },
        (endpoint) => ok(shown(endpoint, context.now), endpoint.version),
      );
    },
  }),
  route({
    id: 'removeWebhook',
    method: 'DELETE',
    path: '/v1/webhooks/{id}',
    summary: 'Take a webhook or robot away: nothing is sent to it any more, its delivery log stays',
    needs: 'webhooks:write',
    params,
    responses: { 204: null },
    versioned: true,
    // Closing a door has to be possible at any time.
    whileSuspended: true,
    async handle(context, { params }) {
      return endpoints.change(
        context,
        'webhook.removed',
        keys.webhook(context.office.tenantId, params.id),
        (endpoint) => ({
          ...endpoint,
          active: false,
          secrets: [],
          removedAt: endpoint.removedAt ?? new Date(context.now).toISOString(),
        }),
        noContent,
      );
    },
  }),
  route({
    id: 'rotateWebhookSecret',
    method: 'POST',
    path: '/v1/webhooks/{id}/rotate',
    summary: 'Give a webhook a new signing secret; during the overlap messages carry both signatures',
    needs: 'webhooks:write',
    params,
    body: Rotation,
    example: { overlapHours: 24 },
    responses: { 200: ShownWebhook },
    refuses: ['wrong-state'],
    async handle(context, { params, body }) {
      const secret = newWebhookSecret();
      const reply = await endpoints.change(
        context,
        'webhook.rotated',
        keys.webhook(context.office.tenantId, params.id),
        (endpoint) => rotated(endpoint, secret, body.overlapHours, context.now),
        (endpoint) => ok(shown(endpoint, context.now), endpoint.version),
      );
      return withSecret(reply, secret);
    },
  }),
];

export const routes: Route[] = [...endpointRoutes, ...deliveryRoutes];

function changed(endpoint: Endpoint, body: z.output<typeof WebhookChange>): Endpoint {
  const { name, robotSecret, ...rest } = body;
  const after: Record<string, unknown> = { ...endpoint, ...rest };
  for (const [field, value] of Object.entries({ name, robotSecret })) {
    if (value === null) delete after[field];
    else if (value !== undefined) after[field] = value;
  }
  if (body.active === true) delete after.disabledAt;
  return after as Endpoint;
}

/** Put in after the reply was kept for repetitions: only the endpoint itself keeps the secret. */
const withSecret = (reply: Reply, secret: string | undefined): Reply =>
  secret === undefined ? reply : { ...reply, body: { ...(reply.body as Webhook), secret } };

const tooMany = () =>
  new Refusal('unprocessable', {
    detail: {
      en: `An office has at most ${mostEndpoints} webhooks and robots, removed ones counted.`,
      zh: `每个物业公司最多 ${mostEndpoints} 个推送地址（含已移除）。`,
    },
  });
