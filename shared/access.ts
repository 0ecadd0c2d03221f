/**
 * Who may do what: the one table of roles and scopes. The authorizer, the OpenAPI document and the tests
 * all read it; a route names a scope, a person has roles, an API key has scopes.
 */

export const roles = ['owner', 'manager', 'supervisor', 'desk', 'engineer', 'guard', 'finance'] as const;
export type Role = (typeof roles)[number];

const everyone: readonly Role[] = roles;
const leads: readonly Role[] = ['owner', 'manager', 'supervisor'];
const heads: readonly Role[] = ['owner', 'manager'];
const desk: readonly Role[] = ['owner', 'manager', 'supervisor', 'desk'];

/** Scope -> the roles that have it. `keys`: whether an API key may be given it. */
export const access = {
  'tickets:read': { roles: everyone, keys: true, about: 'read tickets and their history' },
  'tickets:write': { roles: everyone, keys: true, about: 'record tickets, note progress, resolve' },
  'tickets:dispatch': { roles: desk, keys: true, about: 'dispatch, hand over, link, withdraw' },
  'tickets:escalate': { roles: everyone, keys: false, about: 'escalate (TICKET-5)' },
  'callbacks:write': { roles: desk, keys: false, about: 'record callbacks (CALLBACK-3)' },
  'obligations:read': { roles: everyone, keys: true, about: 'read what is owed and until when' },
  'day-ends:sign': { roles: desk, keys: false, about: 'sign off a day\u2019s end-of-day list (DUTY-5)' },
  'inbox:read': { roles: everyone, keys: false, about: 'read and mark one\u2019s own inbox' },
  'properties:read': { roles: everyone, keys: true, about: 'read properties and units' },
  'properties:write': { roles: heads, keys: false, about: 'create and change properties' },
  'units:write': { roles: desk, keys: true, about: 'create, change and import units' },
  'customers:read': {
    roles: /* @__PURE__ */ desk.concat('finance'),
    keys: true,
    about: 'read customer files (CUST-1)',
  },
  'customers:write': { roles: desk, keys: true, about: 'create, change and import customer files' },
  'customers:audit': {
    roles: heads,
    keys: false,
    about: 'see who looked at a customer\u2019s file (CUST-1)',
  },
  'customers:erase': {
    roles: heads,
    keys: false,
    about: 'take away what is personal about a customer (PIPL)',
  },
  'staff:read': { roles: everyone, keys: false, about: 'read the list of staff' },
  'staff:write': { roles: heads, keys: false, about: 'create and change staff' },
  'api-keys:write': { roles: heads, keys: false, about: 'create, rotate and revoke API keys' },
  'webhooks:read': { roles: heads, keys: true, about: 'read webhooks and their delivery log' },
  'webhooks:write': { roles: heads, keys: false, about: 'create and change webhooks' },
  'policy:read': { roles: everyone, keys: true, about: 'read policy, calendar, preview deadlines' },
  'policy:write': { roles: heads, keys: false, about: 'change policy and calendar' },
  'audit:read': { roles: heads, keys: false, about: 'verify that the record of what happened is whole' },
  'reports:read': { roles: /* @__PURE__ */ leads.concat('finance'), keys: true, about: 'read reports' },
  'fees:read': {
    roles: ['owner', 'manager', 'supervisor', 'desk', 'finance'],
    keys: true,
    about: 'read fee standards, bills, payments and arrears (FEE-8)',
  },
  'fees:write': {
    roles: ['owner', 'manager', 'finance'],
    keys: false,
    about: 'set fee standards, record readings, run, void and reissue bills',
  },
  'dunning:write': {
    roles: ['owner', 'manager', 'supervisor', 'desk', 'finance'],
    keys: true,
    about: 'record promises, plans, disputes, served notices, visits (FEE-4, FEE-5)',
  },
  'dunning:decide': {
    roles: heads,
    keys: false,
    about: 'decide after the formal letter, make exceptions from dunning',
  },
  'bills:waive': {
    roles: ['owner', 'manager', 'finance'],
    keys: false,
    about: 'let off part of a bill, with the reason',
  },
  'services:read': { roles: everyone, keys: true, about: 'read paid services and their orders' },
  'services:write': {
    roles: /* @__PURE__ */ desk.concat('engineer', 'finance'),
    keys: true,
    about: 'order, quote, agree, carry out paid services, record payment notices (FEE-6)',
  },
  'services:catalogue': {
    roles: ['owner', 'manager', 'finance'],
    keys: false,
    about: 'set which paid services there are and what they cost (FEE-6)',
  },
  'payments:write': {
    roles: ['owner', 'manager', 'desk', 'finance'],
    keys: true,
    about: 'book payments, reversals, refunds, deposits (FEE-3, FEE-7)',
  },
} as const satisfies Record<string, { roles: readonly Role[]; keys: boolean; about: string }>;

export type Scope = keyof typeof access;
// Marked pure, so that a bundle that needs the roles only does not carry the table.
export const scopes = /* @__PURE__ */ Object.keys(access) as Scope[];

/** The scopes an API key may be given. */
export const keyScopes = /* @__PURE__ */ scopes.filter((scope) => access[scope].keys);

/** The scopes that follow from a person's roles. */
export function scopesOf(held: readonly Role[]): Scope[] {
  return scopes.filter((scope) =>
    held.some((role) => (access[scope].roles as readonly Role[]).includes(role)),
  );
}
