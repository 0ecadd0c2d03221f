import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { scopesOf } from '../../shared/access.ts';
import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { output } from '../../shared/log.ts';
import { SystemTable } from '../../shared/system.ts';
import { TIERS, usageKey } from '../../shared/usage.ts';
import { call, functionEnvironment, staffOf, type Who } from './call.ts';
import { client, cursors } from './dynamodb.ts';
import { usageGateway } from './usage.ts';

const { tableName, close } = await functionEnvironment();
const { gateway } = await usageGateway('huifang');
const { handler: authorizer } = await import('../../functions/authorizer/handler.ts');
const { handler: staff } = await import('../../functions/staff/handler.ts');
const { handler: tenants } = await import('../../functions/tenants/handler.ts');
const system = new SystemTable({ client, tableName, cursors });

const pair = await generateKeyPair('RS256', { extractable: true });
const stranger = await generateKeyPair('RS256', { extractable: true });
const operator: Who = { kind: 'operator', id: 'op' };
const minute = 60_000;
const methodArn = 'arn:test:execute-api:eu-west-1:000000000000:abc123/live/GET/v1/tickets';

let issuer = '';
let audience = 'console';
let count = 0;

/** An issuer as any is: a discovery document that names the keys. */
const idp = createServer((request: IncomingMessage, response) => {
  response.setHeader('content-type', 'application/json');
  if (request.url === '/.well-known/openid-configuration') {
    response.end(JSON.stringify({ issuer, jwks_uri: `${issuer}/keys` }));
    return;
  }
  void exportJWK(pair.publicKey).then((jwk) => {
    response.end(JSON.stringify({ keys: [{ ...jwk, kid: 'k1', alg: 'RS256', use: 'sig' }] }));
  });
});

beforeAll(async () => {
  await new Promise<void>((listening) => idp.listen(0, '127.0.0.1', listening));
  issuer = `http://127.0.0.1:${(idp.address() as AddressInfo).port}`;
  audience = 'console';
  Object.assign(process.env, { OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience });
});
afterAll(async () => {
  idp.close();
  close();
  await gateway.stop();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const token = (
  claims: object,
  options: { key?: typeof pair.privateKey; aud?: string; iss?: string; exp?: number } = {},
) =>
  new SignJWT({ sub: 'someone', email_verified: true, ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
    .setIssuer(options.iss ?? issuer)
    .setAudience(options.aud ?? audience)
    .setExpirationTime(options.exp ?? Math.floor(Date.now() / 1000) + 300)
    .sign(options.key ?? pair.privateKey);

const ask = (headers: Record<string, string>) => authorizer({ type: 'REQUEST', methodArn, headers } as never);
const bearer = (text: string) => ask({ Authorization: `Bearer ${text}` });

/** An office with its owner, through the operator API. */
async function office(
  more: object = {},
): Promise<{ id: string; slug: string; email: string; ownerId: string }> {
  const slug = `auth-${++count}`;
  const email = `owner${count}@example.com`;
  const { body } = await call(tenants as never, operator, 'POST /operator/v1/tenants', {
    body: { slug, name: 'x', owner: { name: 'o', email }, ...more },
  });
  return { id: body.id, slug, email, ownerId: body.ownerId };
}
const suspend = (id: string) =>
  call(tenants as never, operator, 'POST /operator/v1/tenants/{id}/suspend', {
    params: { id },
    body: { reason: 'x' },
  });

async function apiKey(tenantId: string): Promise<{ id: string; key: string; who: Who }> {
  const who = staffOf(tenantId, ['manager']);
  const { body } = await call(staff as never, who, 'POST /v1/api-keys', {
    body: { name: 'App', scopes: ['tickets:read'] },
  });
  return { id: body.id, key: body.key, who };
}

describe('a person', () => {
  it('is known by the verified address of their token, with office, roles and scopes', async () => {
    const { id, email, ownerId } = await office({ tier: 'premium' });
    const answer = await bearer(await token({ email: email.toUpperCase() }));
    expect(answer.context).toEqual({
      kind: 'staff',
      id: ownerId,
      tenantId: id,
      roles: 'owner',
      scopes: scopesOf(['owner']).join(' '),
      suspended: 'false',
    });
    expect(answer.usageIdentifierKey).toBe(usageKey('huifang', 'premium', id));
    expect(gateway.planOf(answer.usageIdentifierKey ?? '')).toMatchObject(TIERS.premium);
  });

  it('is allowed the whole stage, for the gateway remembers the answer for every path', async () => {
    const { email } = await office();
    const { policyDocument } = await bearer(await token({ email }));
    expect(policyDocument.Statement).toEqual([
      {
        Action: 'execute-api:Invoke',
        Effect: 'Allow',
        Resource: 'arn:test:execute-api:eu-west-1:000000000000:abc123/live/*',
      },
    ]);
  });

  it('belongs to the office they joined first, and to the next once they left it', async () => {
    const first = await office();
    const second = await office({ owner: { name: 'o', email: first.email } });
    const answer = await bearer(await token({ email: first.email }));
    expect(answer.context?.tenantId).toBe(first.id);
    const owner = staffOf(first.id, ['owner']);
    await call(staff as never, owner, 'POST /v1/staff', {
      body: { name: 'b', email: 'b@example.com', roles: ['owner'] },
    });
    await call(staff as never, owner, 'DELETE /v1/staff/{id}', { params: { id: first.ownerId } });
    const later = await bearer(await token({ email: first.email }));
    expect(later.context?.tenantId).toBe(second.id);
  });

  it('of a suspended office is told so; of an office being deleted is nobody', async () => {
    const { id, slug, email } = await office();
    await suspend(id);
    expect((await bearer(await token({ email }))).context?.suspended).toBe('true');
    await call(tenants as never, operator, 'DELETE /operator/v1/tenants/{id}', {
      params: { id },
      query: { confirm: slug },
    });
    await expect(bearer(await token({ email }))).rejects.toThrow('Unauthorized');
  });

  it('leaves nothing personal in the answer or in the log', async () => {
    const lines: string[] = [];
    vi.spyOn(output, 'write').mockImplementation((line) => void lines.push(String(line)));
    const { email } = await office();
    const answer = await bearer(await token({ email, name: '李总' }));
    await bearer(await token({ email }, { key: stranger.privateKey })).catch(() => undefined);
    expect(lines).toHaveLength(1);
    expect(`${JSON.stringify(answer)}${lines.join()}`).not.toMatch(/example\.com|李总|eyJ/);
  });
});

describe('a token', () => {
  const refused: [string, () => Promise<string>][] = [
    ['of an address the issuer has not verified', async () => token({ email: known, email_verified: false })],
    ['without a word on that', async () => token({ email: known, email_verified: undefined })],
    ['without an address', async () => token({})],
    ['of an address nobody has', async () => token({ email: 'nobody@example.com' })],
    ['signed by another key', async () => token({ email: known }, { key: stranger.privateKey })],
    ['for another audience', async () => token({ email: known }, { aud: 'other' })],
    ['of another issuer', async () => token({ email: known }, { iss: 'https://evil.example' })],
    ['past its time', async () => token({ email: known }, { exp: Math.floor(Date.now() / 1000) - 60 })],
    [
      'that never ends',
      async () =>
        new SignJWT({ email: known, email_verified: true, sub: 's' })
          .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
          .setIssuer(issuer)
          .setAudience(audience)
          .sign(pair.privateKey),
    ],
    [
      'that says it needs no signature',
      async () =>
        new UnsecuredJWT({ email: known, email_verified: true })
          .setIssuer(issuer)
          .setAudience(audience)
          .setExpirationTime('5m')
          .encode(),
    ],
    [
      'signed with the public key as if it were a secret',
      async () =>
        new SignJWT({ email: known, email_verified: true, sub: 's' })
          .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
          .setIssuer(issuer)
          .setAudience(audience)
          .setExpirationTime('5m')
          .sign(new TextEncoder().encode(JSON.stringify(await exportJWK(pair.publicKey)))),
    ],
    ['that is none', async () => 'abc.def.ghi'],
    ['of ten thousand characters', async () => 'a'.repeat(10_000)],
  ];
  let known = '';
  beforeAll(async () => {
    known = (await office()).email;
    // The address itself is good: each case below is refused for its own reason.
    await bearer(await token({ email: known }));
  });
  it.each(refused)('%s is refused', async (_, make) => {
    vi.spyOn(output, 'write').mockImplementation(() => undefined);
    await expect(bearer(await make())).rejects.toThrow(/^Unauthorized$/);
  });

  it('makes no refusal out of an issuer that cannot be reached', async () => {
    const jwt = await token({ email: known });
    process.env.OIDC_ISSUER = 'http://127.0.0.1:9';
    try {
      await expect(bearer(jwt)).rejects.not.toThrow(/^Unauthorized$/);
    } finally {
      process.env.OIDC_ISSUER = issuer;
    }
  });
});

describe('the operator', () => {
  it.each([{ 'cognito:groups': ['operators'] }, { huifang_operator: true }])(
    'is told by %j',
    async (claims) => {
      const answer = await bearer(await token({ sub: 'boss', ...claims }));
      expect(answer.context).toEqual({ kind: 'operator', id: 'boss' });
      expect(answer.usageIdentifierKey).toBeUndefined();
    },
  );

  it('is not told by a group of a similar name', async () => {
    const claims = { 'cognito:groups': ['operators2'], huifang_operator: false };
    await expect(bearer(await token(claims))).rejects.toThrow('Unauthorized');
  });
});

describe('an API key', () => {
  it('is known by its text, with the scopes it was given', async () => {
    const { id } = await office({ tier: 'basic' });
    const { id: keyId, key } = await apiKey(id);
    const answer = await bearer(key);
    expect(answer.context).toEqual({
      kind: 'apiKey',
      id: keyId,
      tenantId: id,
      scopes: 'tickets:read',
      suspended: 'false',
    });
    expect(answer.usageIdentifierKey).toBe(usageKey('huifang', 'basic', id));
  });

  it('is taken from no other header: the gateway would remember it under this one', async () => {
    const { id } = await office();
    const { key } = await apiKey(id);
    await expect(ask({ 'x-api-key': key })).rejects.toThrow('Unauthorized');
    await expect(ask({ authorization: 'Bearer x', 'x-api-key': key })).rejects.toThrow('Unauthorized');
    await expect(ask({ authorization: key })).rejects.toThrow('Unauthorized');
  });

  it('is taken from one header, not from one of two: the gateway might remember it under the other', async () => {
    const { id } = await office();
    const { key } = await apiKey(id);
    const headers = { Authorization: `Bearer ${key}` };
    const sent = (Authorization: string[]) =>
      authorizer({ type: 'REQUEST', methodArn, headers, multiValueHeaders: { Authorization } } as never);
    await expect(sent(['Bearer x', headers.Authorization])).rejects.toThrow('Unauthorized');
    expect((await sent([headers.Authorization])).context?.tenantId).toBe(id);
  });

  it('is refused when a single part of it is not right', async () => {
    const one = await office();
    const two = await office();
    const { key } = await apiKey(one.id);
    const { key: other } = await apiKey(one.id);
    const [, office1 = '', id1 = ''] = key.split('_');
    const [, , id2 = ''] = other.split('_');
    const wrong = [
      key.replace(office1, two.id.slice(4)),
      key.replace(id1, id2),
      `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`,
      `${key}A`,
      key.slice(0, -1),
      key.toLowerCase(),
    ];
    for (const text of wrong) await expect(bearer(text)).rejects.toThrow('Unauthorized');
  });

  it('works on beside the new one for the overlap, and no longer', async () => {
    const start = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now: start });
    const { id } = await office();
    const { id: keyId, key, who } = await apiKey(id);
    const { body } = await call(staff as never, who, 'POST /v1/api-keys/{id}/rotate', {
      params: { id: keyId },
      body: { overlapHours: 2 },
    });
    expect((await bearer(key)).context?.id).toBe(keyId);
    expect((await bearer(body.key)).context?.id).toBe(keyId);
    vi.setSystemTime(start + 121 * minute);
    await expect(bearer(key)).rejects.toThrow('Unauthorized');
    expect((await bearer(body.key)).context?.id).toBe(keyId);
  });

  it('is nobody once revoked', async () => {
    const { id } = await office();
    const { id: keyId, key, who } = await apiKey(id);
    await call(staff as never, who, 'DELETE /v1/api-keys/{id}', { params: { id: keyId } });
    await expect(bearer(key)).rejects.toThrow('Unauthorized');
  });

  it('has its last use noted, once an hour at most', async () => {
    const start = Date.parse('2026-05-01T00:00:00Z');
    vi.useFakeTimers({ toFake: ['Date'], now: start });
    const { id } = await office();
    const { id: keyId, key, who } = await apiKey(id);
    const lastUsed = async () =>
      (await call(staff as never, who, 'GET /v1/api-keys/{id}', { params: { id: keyId } })).body.lastUsedAt;
    expect(await lastUsed()).toBeUndefined();
    await bearer(key);
    expect(await lastUsed()).toBe('2026-05-01T00:00:00.000Z');
    vi.setSystemTime(start + 59 * minute);
    await bearer(key);
    expect(await lastUsed()).toBe('2026-05-01T00:00:00.000Z');
    vi.setSystemTime(start + 60 * minute);
    await bearer(key);
    expect(await lastUsed()).toBe('2026-05-01T01:00:00.000Z');
  });

  it('of a suspended office is told so', async () => {
    const { id } = await office();
    const { key } = await apiKey(id);
    await suspend(id);
    expect((await bearer(key)).context?.suspended).toBe('true');
  });

  it('is nobody without an office', async () => {
    const { id } = await office();
    const { key } = await apiKey(id);
    await system.removeAll([keys.office(id)]);
    await expect(bearer(key)).rejects.toThrow('Unauthorized');
  });
});

describe('nobody', () => {
  it('is everyone else', async () => {
    const headers: Record<string, string>[] = [
      {},
      { authorization: '' },
      { authorization: 'Basic YTpi' },
      { authorization: 'Bearer ' },
      { authorization: `Bearer hf_${newId('tenant')}` },
    ];
    for (const given of headers) await expect(ask(given)).rejects.toThrow(/^Unauthorized$/);
  });
});
