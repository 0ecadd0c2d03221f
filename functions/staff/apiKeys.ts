import * as z from 'zod/mini';
import { actorRef } from '../../shared/actor.ts';
import { hashSecret, keyText, newSecret } from '../../shared/apiKey.ts';
import { cursor, id, limit, page } from '../../shared/fields.ts';
import { created, noContent, ok, type Reply, type Route, route } from '../../shared/http/route.ts';
import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { Refusal } from '../../shared/problem.ts';
import { overlapOf, rotatedSecrets } from '../../shared/rotation.ts';
import { ApiKey, NewApiKey, Rotation, ShownKey, type StoredKey } from './schema.ts';
import { apiKeyRecords } from './store.ts';

const params = z.strictObject({ id: id('apiKey') });

export const apiKeyRoutes: Route[] = [
  route({
    id: 'createApiKey',
    method: 'POST',
    path: '/v1/api-keys',
    summary: 'Make an API key; its text is shown in this answer and never again',
    needs: 'api-keys:write',
    body: NewApiKey,
    example: { name: 'Call centre', scopes: ['tickets:read', 'tickets:write'] },
    responses: { 201: ShownKey },
    async handle(context, { body }) {
      const secret = newSecret();
      const key: StoredKey = {
        ...body,
        id: newId('apiKey', context.now),
        secrets: [{ hash: hashSecret(secret) }],
        version: 1,
        createdAt: new Date(context.now).toISOString(),
        createdBy: actorRef(context.actor),
      };
      const reply = await apiKeyRecords.create(context, 'apiKey.created', key, (record) =>
        created(`/v1/api-keys/${record.id}`, shown(record, context.now), record.version),
      );
      return withText(reply, keyText({ tenantId: context.office.tenantId, keyId: key.id, secret }));
    },
  }),
  route({
    id: 'listApiKeys',
    method: 'GET',
    path: '/v1/api-keys',
    summary: 'The API keys of the office, with when each was last used (to the hour)',
    needs: 'api-keys:write',
    query: z.strictObject({ limit, cursor: z.optional(cursor) }),
    responses: { 200: page(ApiKey) },
    async handle({ office, now }, { query }) {
      const { items, ...rest } = await apiKeyRecords.page(office, {
        pk: keys.apiKeysPk(office.tenantId),
        ...query,
      });
      return ok({ items: items.map((key) => shown(key, now)), ...rest });
    },
  }),
  route({
    id: 'getApiKey',
    method: 'GET',
    path: '/v1/api-keys/{id}',
    summary: 'One API key, without its text',
    needs: 'api-keys:write',
    params,
    responses: { 200: ApiKey },
    versioned: true,
    async handle({ office, now }, { params }) {
      const key = await apiKeyRecords.get(office, keys.apiKey(office.tenantId, params.id));
      return ok(shown(key, now), key.version);
    },
  }),
  route({
    id: 'rotateApiKey',
    method: 'POST',
    path: '/v1/api-keys/{id}/rotate',
    summary: 'Give the key a new text; the old one works on for the overlap',
    needs: 'api-keys:write',
    params,
    body: Rotation,
    example: { overlapHours: 24 },
    responses: { 200: ShownKey },
    refuses: ['wrong-state'],
    async handle(context, { params, body }) {
      const secret = newSecret();
      const reply = await apiKeyRecords.change(
        context,
        'apiKey.rotated',
        keys.apiKey(context.office.tenantId, params.id),
        (key) => rotated(key, hashSecret(secret), body.overlapHours, context.now),
        (key) => ok(shown(key, context.now), key.version),
      );
      return withText(reply, keyText({ tenantId: context.office.tenantId, keyId: params.id, secret }));
    },
  }),
  route({
    id: 'revokeApiKey',
    method: 'DELETE',
    path: '/v1/api-keys/{id}',
    summary: 'Revoke a key; it stops working within the minute that a key is remembered',
    needs: 'api-keys:write',
    params,
    responses: { 204: null },
    versioned: true,
    // Closing a door has to be possible at any time.
    whileSuspended: true,
    async handle(context, { params }) {
      return apiKeyRecords.change(
        context,
        'apiKey.revoked',
        keys.apiKey(context.office.tenantId, params.id),
        (key) => ({ ...key, secrets: [], revokedAt: key.revokedAt ?? new Date(context.now).toISOString() }),
        noContent,
      );
    },
  }),
];

/** The key with a new secret beside those that are still good. */
function rotated(key: StoredKey, hash: string, overlapHours: number, now: number): StoredKey | Refusal {
  if (key.revokedAt) {
    return new Refusal('wrong-state', {
      detail: { en: 'The key has been revoked.', zh: '该密钥已被吊销。' },
      extra: { openSteps: [] },
    });
  }
  const secrets = rotatedSecrets(key.secrets, { hash }, overlapHours, now);
  if (secrets instanceof Refusal) return secrets;
  return { ...key, secrets, rotatedAt: new Date(now).toISOString() };
}

function shown({ secrets, ...key }: StoredKey, now: number): ApiKey {
  const overlapUntil = overlapOf(secrets, now);
  return overlapUntil ? { ...key, overlapUntil } : key;
}

/** Put in after the reply was kept for repetitions: the text itself is stored nowhere. */
const withText = (reply: Reply, key: string): Reply => ({
  ...reply,
  body: { ...(reply.body as ApiKey), key },
});
