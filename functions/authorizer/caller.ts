import type { JWTPayload } from 'jose';
import { type Role, type Scope, scopesOf } from '../../shared/access.ts';
import { parseKey, secretMatches } from '../../shared/apiKey.ts';
import type { AuthorizerContext } from '../../shared/http/actor.ts';
import { keys, lists } from '../../shared/keys.ts';
import { log } from '../../shared/log.ts';
import type { SystemTable } from '../../shared/system.ts';
import type { Item } from '../../shared/table.ts';
import type { Tier } from '../../shared/usage.ts';
import type { StoredKey } from '../staff/schema.ts';

/** Who calls, and in which tier their office drives; none for the operator. */
export interface Known {
  context: AuthorizerContext;
  tier?: Tier;
}

/** Memberships of one address that are looked at; the oldest that holds wins. */
const membershipsRead = 10;

/** A key's last use is written at most this often, in milliseconds. */
const lastUsedEvery = 3_600_000;

/** The person a token's claims speak of; undefined if they belong nowhere. */
export async function personOf(system: SystemTable, claims: JWTPayload): Promise<Known | undefined> {
  if (isOperator(claims)) return { context: { kind: 'operator', id: claims.sub ?? '' } };
  const address = verifiedEmail(claims);
  if (!address) return undefined;
  const found = await system.lookup(lists.login(address), membershipsRead);
  if (found.length === 0) return undefined;
  // The index may lag behind: person and office are read as they are now, in one round trip.
  const wanted: Record<string, { pk: string; sk: string }> = {};
  found.forEach((item, i) => {
    wanted[`staff${i}`] = item;
    wanted[`office${i}`] = keys.office(tenantOf(item));
  });
  const loaded: Record<string, Item | undefined> = await system.load(wanted);
  for (let i = 0; i < found.length; i++) {
    const staff = loaded[`staff${i}`];
    const office = loaded[`office${i}`];
    if (staff?.et !== 'staff' || !open(office)) continue;
    if (staff.list?.active !== true || staff.rest?.email !== address) continue;
    const roles = staff.list.roles as Role[];
    return member(office, { kind: 'staff', id: staff.sk, roles: roles.join(' ') }, scopesOf(roles));
  }
  return undefined;
}

/** The program that a key stands for; undefined if the key is unknown, ended or revoked. */
export async function programOf(system: SystemTable, text: string, now: number): Promise<Known | undefined> {
  const parts = parseKey(text);
  if (!parts) return undefined;
  const { key, office } = await system.load({
    key: keys.apiKey(parts.tenantId, parts.keyId),
    office: keys.office(parts.tenantId),
  });
  if (key?.et !== 'apiKey' || !open(office)) return undefined;
  const { secrets = [], revokedAt, lastUsedAt } = (key.rest ?? {}) as Partial<StoredKey>;
  const moment = new Date(now).toISOString();
  const valid = secrets.some(
    ({ hash, until }) => secretMatches(parts.secret, hash) && (until === undefined || until > moment),
  );
  if (!valid || revokedAt) return undefined;
  if (!lastUsedAt || Date.parse(lastUsedAt) + lastUsedEvery <= now) await noteUse(system, key, moment);
  return member(office, { kind: 'apiKey', id: parts.keyId }, key.list?.scopes as Scope[]);
}

function member(
  office: Item,
  who: Pick<AuthorizerContext, 'kind' | 'id' | 'roles'>,
  scopes: readonly Scope[],
): Known {
  return {
    context: {
      ...who,
      tenantId: tenantOf(office),
      scopes: scopes.join(' '),
      suspended: office.list?.status === 'suspended' ? 'true' : 'false',
    },
    tier: office.list?.tier as Tier,
  };
}

/** Operators are a group of the user pool; an issuer without groups says it by a claim of its own. */
function isOperator(claims: JWTPayload): boolean {
  if (!claims.sub) return false;
  const groups = claims['cognito:groups'];
  return (
    (Array.isArray(groups) && groups.includes('operators')) ||
    claims.huifang_operator === true ||
    claims.huifang_operator === 'true'
  );
}

/** The address, if the issuer has verified it: unverified it is only what somebody typed. */
function verifiedEmail(claims: JWTPayload): string | undefined {
  const { email, email_verified: is } = claims;
  if (typeof email !== 'string' || email.length > 254) return undefined;
  return is === true || is === 'true' ? email.toLowerCase() : undefined;
}

const tenantOf = (item: Item) => item.pk.slice(0, item.pk.indexOf('#'));

const open = (office: Item | undefined): office is Item =>
  office?.et === 'office' && (office.list?.status === 'active' || office.list?.status === 'suspended');

/** Best effort: a request does not fail because its trace could not be left. */
async function noteUse(system: SystemTable, key: Item, moment: string): Promise<void> {
  try {
    await system.commit([{ update: key, set: { 'rest.lastUsedAt': moment }, expect: { version: key.v } }]);
  } catch (error) {
    log.warn('the last use of a key was not noted', { error: error instanceof Error ? error.name : '' });
  }
}
