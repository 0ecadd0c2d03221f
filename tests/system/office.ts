import type { Role, Scope } from '../../shared/access.ts';
import { keyScopes } from '../../shared/access.ts';
import { type Answer, type Caller, type Cloud, caller } from './harness.ts';

/** An office made over the public API as an operator and an owner would, with people of every role a story needs. */

const password = 'Huifang-2026!';
/** Tokens last an hour of virtual time. */
const tokenMs = 50 * 60_000;

export interface TestOffice {
  tenantId: string;
  propertyId: string;
  /** The text of the office's API key. */
  apiKey: string;
  /** An integrator's program with that key. */
  app: Caller;
  /** Somebody of the office. */
  as(role: Role): Caller;
  idOf(role: Role): string;
  mailOf(role: Role): string;
}

/** What tests read of a ticket. */
export interface Ticket {
  id: string;
  version: number;
  status: string;
  title: string;
  createdAt: string;
  ownerId?: string;
  dueAt?: string;
  rework: number;
  obligations: { id: string; ruleId: string; dueAt: string }[];
  attachments: { id: string; name: string; size: number }[];
  callback?: { outcome: string; score: number; signature?: Record<string, string> };
}

export interface Message {
  id: string;
  at: string;
  kind: string;
  title: { zh: string; en: string };
  text: { zh: string; en: string };
  ruleId?: string;
  objectId?: string;
}

export type Page<T> = { items: T[]; next?: string };

/** The body of an answer that has to have this status. */
export async function expectStatus<T>(status: number, answer: Promise<Answer<T>>): Promise<T> {
  const { status: got, body } = await answer;
  if (got !== status) throw new Error(`answered ${got} instead of ${status}: ${JSON.stringify(body)}`);
  return body;
}

/** A person who signs in anew when the token has ended. */
export function person(cloud: Cloud, email: string): Caller {
  let signedIn: { call: Caller; until: number } | undefined;
  return async (...request) => {
    if (!signedIn || signedIn.until < cloud.clock.now()) {
      const call = caller(cloud, await cloud.token(email, password));
      signedIn = { call, until: cloud.clock.now() + tokenMs };
    }
    return signedIn.call(...request);
  };
}

export async function operator(cloud: Cloud): Promise<Caller> {
  await cloud.addUser('operator@huifang.example', password, { groups: ['operators'] });
  return person(cloud, 'operator@huifang.example');
}

/** Onboards an office with one property, its people and an API key. */
export async function makeOffice(
  cloud: Cloud,
  slug: string,
  options: {
    roles?: Role[];
    property?: Record<string, unknown>;
    tenant?: Record<string, unknown>;
    scopes?: Scope[];
  } = {},
): Promise<TestOffice> {
  const mailOf = (role: Role) => `${role}@${slug}.example`;
  const host = await operator(cloud);
  const { id: tenantId } = await expectStatus(
    201,
    host<{ id: string }>('POST', '/operator/v1/tenants', {
      slug,
      name: slug,
      owner: { name: '钱总', email: mailOf('owner') },
      ...options.tenant,
    }),
  );
  const people = new Map<Role, { call: Caller; id: string }>();
  const join = async (role: Role, id: string) => {
    await cloud.addUser(mailOf(role), password);
    people.set(role, { call: person(cloud, mailOf(role)), id });
  };
  await join('owner', '');
  const as = (role: Role) => {
    const found = people.get(role);
    if (!found) throw new Error(`the office has no ${role}`);
    return found.call;
  };
  const boss = as('owner');
  for (const role of options.roles ?? ['manager', 'supervisor', 'desk', 'engineer']) {
    const made = await expectStatus(
      201,
      boss<{ id: string }>('POST', '/v1/staff', { name: role, email: mailOf(role), roles: [role] }),
    );
    await join(role, made.id);
  }
  const property = await expectStatus(
    201,
    boss<{ id: string }>('POST', '/v1/properties', { name: '锦绣花园', ...options.property }),
  );
  const key = await expectStatus(
    201,
    boss<{ key: string }>('POST', '/v1/api-keys', { name: 'App', scopes: options.scopes ?? keyScopes }),
  );
  return {
    tenantId,
    propertyId: property.id,
    apiKey: key.key,
    app: caller(cloud, key.key),
    as,
    idOf: (role) => people.get(role)?.id ?? '',
    mailOf,
  };
}

/** All pages of a list. */
export async function everything<T>(call: Caller, path: string): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const query = new URLSearchParams({ limit: '100', ...(cursor !== undefined && { cursor }) });
    const page: Page<T> = await expectStatus(
      200,
      call<Page<T>>('GET', `${path}${path.includes('?') ? '&' : '?'}${query}`),
    );
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined);
  return items;
}

/** Somebody's inbox, the oldest message first; without the lists of the day's end. */
export async function inbox(office: TestOffice, role: Role): Promise<Message[]> {
  const all = await everything<Message>(office.as(role), '/v1/inbox');
  return all.filter(({ kind }) => kind !== 'endOfDay').reverse();
}
