import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type IdKind, newId } from '../../shared/ids.ts';
import { TIERS } from '../../shared/usage.ts';
import { type Operation, operationsOf } from '../contract/document.ts';
import { idKind } from '../contract/values.ts';
import { basicOffices, flooded } from './flood.ts';
import { type Answer, type Caller, type Cloud, caller, testCloud, unready } from './harness.ts';
import { expectStatus, makeOffice, operator, type TestOffice } from './office.ts';

/*
 * Every route of the document behind the real authorizer and the gateway's cache of its answers: credentials that are none, and two offices
 * that use one warm service at once. Each access of a function to the table passes the gate of IAM here, so credentials of the wrong
 * office would be refused. What can be asked without credentials is in `tests/integration/isolation.test.ts`.
 */

/** `npm run isolation` asks 10,000, and tries all credentials on every route; else each route has one of them. */
const interleaved = Number(process.env.HUIFANG_INTERLEAVED ?? 200);
const whole = interleaved > 200;

const file = join(import.meta.dirname, '..', '..', 'dist', 'meta', 'openapi.json');
const operations: Operation[] = existsSync(file) ? operationsOf(readFileSync(file, 'utf8')) : [];
const guarded = operations.filter(({ security }) => security.length > 0);

let cloud: Cloud;
let a: TestOffice;
let b: TestOffice;
/** What is refused, by what is wrong with it. */
const credentials = new Map<string, string | undefined>();
const ids = new Map<TestOffice, Map<IdKind, string>>();

beforeAll(async () => {
  if (unready) return;
  cloud = await testCloud({ clock: '2026-09-28T09:00:00+08:00' });
  const tier = { tenant: { tier: 'premium' } };
  a = await makeOffice(cloud, 'isolation-a', { roles: ['desk'], ...tier });
  b = await makeOffice(cloud, 'isolation-b', { roles: ['desk'], ...tier });
  for (const office of [a, b]) {
    const boss = office.as('owner');
    const ticket = await expectStatus(
      201,
      boss<{ id: string }>('POST', '/v1/tickets', {
        kind: 'repair',
        channel: 'phone',
        propertyId: office.propertyId,
        title: office.tenantId,
      }),
    );
    const keys = await expectStatus(200, boss<{ items: { id: string }[] }>('GET', '/v1/api-keys'));
    ids.set(
      office,
      new Map<IdKind, string>([
        ['property', office.propertyId],
        ['ticket', ticket.id],
        ['staff', office.idOf('desk')],
        ['apiKey', keys.items[0]?.id ?? ''],
      ]),
    );
  }
  await badCredentials();
});
afterAll(() => cloud?.stop());

async function badCredentials(): Promise<void> {
  const boss = a.as('owner');
  const early = await cloud.token(a.mailOf('owner'), 'Huifang-2026!');
  const gone = await cloud.token(a.mailOf('desk'), 'Huifang-2026!');
  const revoked = await expectStatus(
    201,
    boss<{ id: string; key: string }>('POST', '/v1/api-keys', { name: 'R', scopes: ['tickets:read'] }),
  );
  for (const text of [early, gone, revoked.key])
    await expectStatus(200, caller(cloud, text)('GET', '/v1/tickets?limit=1'));
  await expectStatus(204, boss('DELETE', `/v1/api-keys/${revoked.id}`));
  credentials.set('a revoked key', revoked.key);
  // An hour is a token's life; the gateway's memory is shorter.
  await cloud.advance('PT61M', { outage: true });
  credentials.set('an expired token', early);
  const token = await cloud.token(a.mailOf('owner'), 'Huifang-2026!');
  const leaver = await cloud.token(a.mailOf('desk'), 'Huifang-2026!');
  await expectStatus(200, boss('PATCH', `/v1/staff/${a.idOf('desk')}`, { active: false }));
  await cloud.advance('PT61S', { outage: true });
  credentials.set('the token of somebody who has left', leaver);
  const [head = '', claims = '', signature = ''] = token.split('.');
  credentials.set(
    'a token whose signature is another',
    `${head}.${claims}.${signature.split('').reverse().join('')}`,
  );
  const said = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, unknown>;
  const forged = Buffer.from(JSON.stringify({ ...said, 'cognito:groups': ['operators'] })).toString(
    'base64url',
  );
  credentials.set('a token with other claims under its signature', `${head}.${forged}.${signature}`);
  const stranger = await generateKeyPair('RS256', { extractable: true });
  const { kid } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { kid: string };
  const signed = (change: object) =>
    new SignJWT({ ...said, ...change }).setProtectedHeader({ alg: 'RS256', kid }).sign(stranger.privateKey);
  credentials.set('a token of another issuer', await signed({ iss: 'https://evil.example' }));
  credentials.set('a token that another signed in our issuer’s name', await signed({}));
  credentials.set('the other office’s id before this office’s key', swapped());
  credentials.set('nothing', undefined);
}

/** A key with the office's part exchanged: its secret is right, its office is not. */
const swapped = () => a.apiKey.replace(a.tenantId.slice(4), b.tenantId.slice(4));

/** A path in which each parameter is of the form it has. */
const pathOf = ({ path, parameters }: Operation, id: (kind: IdKind) => string = newId) =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const schema = parameters.find((one) => one.in === 'path' && one.name === name)?.schema;
    const kind = schema && idKind(schema);
    return kind ? id(kind) : 'x';
  });

const words = ({ status, body }: Answer) => [status, { ...(body as object), requestId: '' }];

describe.skipIf(unready)('every route', { timeout: 3_600_000 }, () => {
  it('is asked here', () => {
    expect(guarded.length).toBeGreaterThan(100);
  });

  it('lets nobody in with credentials that are none, and says so in the same words', async () => {
    let asked = 0;
    for (const [n, [what, credential]] of [...credentials].entries()) {
      const call = caller(cloud, credential);
      const mine = whole ? guarded : guarded.filter((_, i) => i % credentials.size === n);
      const answers = await inTurn(mine, (operation) =>
        call(operation.method, pathOf(operation), operation.body ? '{}' : undefined),
      );
      for (const [i, answer] of answers.entries()) {
        asked++;
        expect([what, mine[i]?.name, ...words(answer)]).toEqual([
          what,
          mine[i]?.name,
          401,
          expect.objectContaining({ type: 'https://huifang.example/problems/unauthenticated' }),
        ]);
      }
      expect(new Set(answers.map((answer) => JSON.stringify(words(answer)))).size).toBe(1);
    }
    if (process.env.HUIFANG_REPORT === '1')
      console.log(`${guarded.length} routes, ${credentials.size} credentials, ${asked} requests: all 401`);
  });

  it('knows nothing of the other office’s with an office’s own token', async () => {
    const named = guarded.filter(
      ({ path, parameters }) =>
        path.startsWith('/v1/') &&
        parameters.some(
          ({ in: where, schema }) => where === 'path' && ids.get(b)?.has(idKind(schema) as IdKind),
        ),
    );
    expect(named.length).toBeGreaterThan(25);
    const mine = a.as('owner');
    for (const operation of named) {
      const ask = (id: (kind: IdKind) => string) =>
        patient(() => mine(operation.method, pathOf(operation, id), operation.body?.example));
      const never = await ask((kind) => newId(kind));
      const theirs = await ask((kind) => ids.get(b)?.get(kind) ?? newId(kind));
      expect([operation.name, ...words(theirs)]).toEqual([operation.name, ...words(never)]);
      expect([operation.name, theirs.status]).toEqual([operation.name, 404]);
    }
  });

  it(`serves two offices in turn, each its own: ${interleaved} requests`, async () => {
    const offices = [a, b].map((office, i) => ({
      office,
      other: i === 0 ? b : a,
      callers: [office.app, office.as('owner')],
      due: '',
    }));
    const preview = { ruleId: 'TICKET-3.major', startAt: '2026-10-12T10:00:00+08:00' };
    for (const [i, one] of offices.entries()) {
      await expectStatus(
        200,
        one.office.as('owner')('PUT', '/v1/policy', {
          effectiveFrom: '2026-10-01',
          rules: { 'TICKET-3.major': { period: { unit: 'hours', n: 24 + 12 * i } } },
        }),
      );
      one.due = (
        await expectStatus(200, one.office.app<{ dueAt: string }>('POST', '/v1/deadlines/preview', preview))
      ).dueAt;
    }
    expect(offices[0]?.due).not.toBe(offices[1]?.due);
    let state = 42;
    const random = (n: number) => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return (state >> 8) % n;
    };
    const turn = async () => {
      const { office, other, callers, due } = offices[random(2)] as (typeof offices)[number];
      const call = callers[random(2)] as Caller;
      const kind = random(4);
      const answer = await patient(() =>
        kind === 0
          ? call('POST', '/v1/deadlines/preview', preview, { 'idempotency-key': `turn-${random(1e9)}` })
          : kind === 1
            ? call('GET', `/v1/properties/${office.propertyId}`)
            : kind === 2
              ? call('GET', '/v1/tickets?limit=5')
              : call('GET', `/v1/properties/${other.propertyId}`),
      );
      const text = JSON.stringify(answer.body);
      if (kind === 0) expect((answer.body as { dueAt?: string }).dueAt).toBe(due);
      if (kind === 1) expect((answer.body as { id?: string }).id).toBe(office.propertyId);
      if (kind === 2) expect(text).toContain(office.tenantId);
      expect(answer.status).toBe(kind === 3 ? 404 : 200);
      expect(text).not.toContain(other.tenantId);
      expect(text).not.toContain(other.propertyId);
    };
    for (let done = 0; done < interleaved; done += 8)
      await Promise.all(Array.from({ length: 8 }, () => turn()));
  });
});

/** `npm run load` has ten offices and many rounds. */
const rounds = Number(process.env.HUIFANG_FLOOD ?? 1);
const active = rounds > 1 ? 10 : 4;

describe.skipIf(unready)('one office asks a hundred times its share', { timeout: 3_600_000 }, () => {
  it('each other one is refused nothing and has its turn within one for each office', async () => {
    const offices = await basicOffices(cloud, active);
    const kept = await flooded(cloud, offices, { rounds, times: 100, plans: true });
    // What the plan lets through is one in each round.
    expect(kept.flood).toEqual({ 200: rounds, 429: 99 * rounds });
    expect(Object.keys(kept.others)).toEqual(['200']);
    expect(kept.longest).toBeLessThanOrEqual(active);
    expect(kept.polite).toBe(true);
    // The control: without plans they wait behind everything.
    const times = 10 * active;
    const open = await flooded(cloud, offices, { rounds, times, plans: false });
    expect(open.flood).toEqual({ 200: times * rounds });
    expect(open.longest).toBeGreaterThan(5 * active);
    if (process.env.HUIFANG_REPORT === '1') console.log({ active, rounds, kept, open });
  });

  it('an office that is given a higher tier asks as that tier may from the moment the authorizer looks again', async () => {
    const office = await makeOffice(cloud, 'raised', { roles: [], tenant: { tier: 'basic' } });
    let now = cloud.clock.now();
    const clock = vi.spyOn(cloud.clock, 'now').mockImplementation(() => now);
    const admitted = async () => {
      now += 2 * 60_000;
      const asked = Array.from({ length: 100 }, () =>
        office.app('GET', `/v1/properties/${office.propertyId}`),
      );
      return (await Promise.all(asked)).filter(({ status }) => status === 200).length;
    };
    try {
      expect(await admitted()).toBe(TIERS.basic.burst);
      const host = await operator(cloud);
      await expectStatus(200, host('PATCH', `/operator/v1/tenants/${office.tenantId}`, { tier: 'standard' }));
      expect(await admitted()).toBe(TIERS.standard.burst);
    } finally {
      clock.mockRestore();
    }
  });
});

/** Asks again a second later, of the cloud's own time, where an office has asked too much. */
async function patient(ask: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await ask();
    if (answer.status !== 429) return answer;
    await cloud.advance('PT1S', { outage: true });
  }
}

/** Eight at a time. */
async function inTurn<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const done: R[] = [];
  for (let from = 0; from < all.length; from += 8)
    done.push(...(await Promise.all(all.slice(from, from + 8).map(work))));
  return done;
}
