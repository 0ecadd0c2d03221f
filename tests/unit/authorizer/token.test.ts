import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type CryptoKey,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
} from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const now = Date.parse('2026-11-30T09:00:00Z');
const seconds = now / 1000;
const audience = 'console';
const pairs = {
  named: await generateKeyPair('RS256', { extractable: true }),
  usual: await generateKeyPair('RS256', { extractable: true }),
  curve: await generateKeyPair('ES256', { extractable: true }),
  padded: await generateKeyPair('PS256', { extractable: true }),
};
type Name = keyof typeof pairs;

const json = (response: ServerResponse, body: unknown, status = 200) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

let issuer = '';
let asked: string[] = [];
let document: (response: ServerResponse) => unknown;
let verified: typeof import('../../../functions/authorizer/token.ts').verified;

/** Its keys lie at two places, other ones at each: which token holds tells where they were taken from. */
async function keysAt(response: ServerResponse, names: Name[]): Promise<void> {
  const keys = names.map(async (name) => ({ ...(await exportJWK(pairs[name].publicKey)), kid: name }));
  json(response, { keys: await Promise.all(keys) });
}
const idp = createServer((request, response) => {
  const path = request.url ?? '';
  asked.push(path);
  if (path === '/keys') void keysAt(response, ['named', 'curve', 'padded']);
  else if (path === '/.well-known/jwks.json') void keysAt(response, ['usual']);
  else if (path === '/.well-known/openid-configuration') document(response);
  else json(response, { issuer, jwks_uri: `${issuer}/keys` });
});

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now });
  asked = [];
  document = (response) => json(response, { issuer, jwks_uri: `${issuer}/keys` });
  await new Promise<void>((listening) => idp.listen(0, '127.0.0.1', listening));
  issuer = `http://127.0.0.1:${(idp.address() as AddressInfo).port}`;
  // What a warm function remembers.
  vi.resetModules();
  ({ verified } = await import('../../../functions/authorizer/token.ts'));
});
afterEach(async () => {
  vi.useRealTimers();
  idp.closeAllConnections();
  await new Promise((closed) => idp.close(closed));
});

function signed(
  by: Name,
  claims: JWTPayload = {},
  alg = by === 'curve' ? 'ES256' : 'RS256',
): Promise<string> {
  return new SignJWT({ iss: issuer, aud: audience, sub: 'one', exp: seconds + 300, ...claims })
    .setProtectedHeader({ alg, kid: by })
    .sign(pairs[by].privateKey as CryptoKey);
}
const holds = async (token: string | Promise<string>) =>
  (await verified(await token, { issuer, audience })).sub;
const code = (token: string | Promise<string>) =>
  holds(token).then(
    () => 'it holds',
    ({ code }) => code,
  );

describe('a token', () => {
  it.each(['named', 'curve'] as const)('that is signed by the issuer holds (%s)', async (by) => {
    expect(await holds(signed(by))).toBe('one');
  });

  it.each<[string, JWTPayload, string]>([
    ['is for somebody else', { aud: 'another' }, 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['is by somebody else', { iss: 'https://another.example' }, 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['never ends', { exp: undefined } as never, 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['ended five seconds ago', { exp: seconds - 5 }, 'ERR_JWT_EXPIRED'],
    ['begins in six seconds', { nbf: seconds + 6 }, 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
  ])('that %s is refused', async (_, claims, error) => {
    expect(await code(signed('named', claims))).toBe(error);
  });

  it.each<[string, JWTPayload]>([
    ['ended four seconds ago', { exp: seconds - 4 }],
    ['begins in five seconds', { nbf: seconds + 5 }],
  ])('that %s holds: clocks differ', async (_, claims) => {
    expect(await holds(signed('named', claims))).toBe('one');
  });

  it('does not choose how it is verified: no signature, another way of signing, a secret that everybody knows', async () => {
    const claims = { iss: issuer, aud: audience, exp: seconds + 300 };
    expect(await code(new UnsecuredJWT(claims).encode())).toBe('ERR_JOSE_ALG_NOT_ALLOWED');
    expect(await code(signed('padded', {}, 'PS256'))).toBe('ERR_JOSE_ALG_NOT_ALLOWED');
    const known = new TextEncoder().encode(await exportSPKI(pairs.named.publicKey));
    const header = { alg: 'HS256', kid: 'named' };
    const forged = await new SignJWT(claims).setProtectedHeader(header).sign(known);
    expect(await code(forged)).toBe('ERR_JOSE_ALG_NOT_ALLOWED');
  });
});

describe('the keys of an issuer', () => {
  it('are where its document says, and are asked for once', async () => {
    expect(await code(signed('usual'))).toBe('ERR_JWKS_NO_MATCHING_KEY');
    await Promise.all([holds(signed('named')), holds(signed('named'))]);
    await holds(signed('curve'));
    expect(asked).toEqual(['/.well-known/openid-configuration', '/keys']);
  });

  it.each<[string, (response: ServerResponse) => unknown]>([
    ['has none', (response) => json(response, {}, 404)],
    [
      'speaks of another issuer',
      (response) => json(response, { issuer: `${issuer}/b`, jwks_uri: `${issuer}/keys` }),
    ],
    ['names no place', (response) => json(response, { issuer })],
    ['names a place that is no address', (response) => json(response, { issuer, jwks_uri: 'keys' })],
    ['names a place that is none', (response) => json(response, { issuer, jwks_uri: [`${issuer}/keys`] })],
    [
      'leads to another protocol',
      (response) => json(response, { issuer, jwks_uri: 'https://127.0.0.1/keys' }),
    ],
    ['is no JSON', (response) => response.end('<html>')],
    ['is nothing', (response) => json(response, null)],
    ['lies elsewhere', (response) => response.writeHead(302, { location: '/elsewhere' }).end()],
    ['is refused', (response) => json(response, { issuer, jwks_uri: `${issuer}/keys` }, 403)],
  ])('are at the usual place where a document %s', async (_, answer) => {
    document = answer;
    expect(await holds(signed('usual'))).toBe('one');
    expect(await code(signed('named'))).toBe('ERR_JWKS_NO_MATCHING_KEY');
    expect(asked).toEqual(['/.well-known/openid-configuration', '/.well-known/jwks.json']);
  });

  it.each<[string, (response: ServerResponse) => unknown]>([
    ['fails', (response) => json(response, { issuer, jwks_uri: `${issuer}/keys` }, 500)],
    ['is overrun', (response) => json(response, { issuer, jwks_uri: `${issuer}/keys` }, 503)],
    ['hangs up', (response) => response.destroy()],
  ])('are looked for again where the issuer %s: it has not said where they are', async (_, failing) => {
    const whole = document;
    document = failing;
    await expect(holds(signed('named'))).rejects.toThrow('issuer');
    document = whole;
    expect(await holds(signed('named'))).toBe('one');
  });
});
