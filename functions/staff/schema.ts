import * as z from 'zod/mini';
import { keyScopes, roles, scopes } from '../../shared/access.ts';
import { email, id, line, phone, utc } from '../../shared/fields.ts';

const unique = <T extends z.core.$ZodType>(list: z.ZodMiniArray<T>) =>
  list.check(
    z.refine((all) => new Set(all).size === all.length, {
      params: { text: { en: 'Nothing twice.', zh: '不得重复。' } },
    }),
  );

const heldRoles = unique(z.array(z.enum(roles))).check(z.minLength(1), z.maxLength(roles.length));
const departments = unique(z.array(line(60))).check(z.maxLength(20));
/** Each is looked up in one read of 100 items. */
const served = unique(z.array(id('property'))).check(z.maxLength(50));

const login = z.pipe(
  email,
  z.transform((address) => address.toLowerCase()),
);

export const NewStaff = z.strictObject({
  name: line(80),
  email: login,
  roles: heldRoles,
  departments: z._default(departments, []),
  phone: z.optional(phone),
  properties: z._default(served, []),
});
export type NewStaff = z.output<typeof NewStaff>;

export const StaffChange = z.partial(
  z.strictObject({
    name: line(80),
    email: login,
    roles: heldRoles,
    departments,
    phone: z.nullable(phone),
    properties: served,
    active: z.boolean(),
  }),
);
export type StaffChange = z.output<typeof StaffChange>;

/** A person who works in the office (员工); signs in with `email`. No `properties` means all of them. */
export const Staff = z.strictObject({
  id: id('staff'),
  name: z.string(),
  email: z.string(),
  roles: z.array(z.enum(roles)),
  departments: z.array(z.string()),
  phone: z.optional(z.string()),
  properties: z.array(id('property')),
  active: z.boolean(),
  version: z.int(),
  createdAt: utc,
});
export type Staff = z.output<typeof Staff>;

/** Who one is, to oneself. */
export const Me = z.strictObject({
  staff: Staff,
  scopes: z.array(z.enum(scopes)),
  office: z.strictObject({
    id: id('tenant'),
    name: z.string(),
    zone: z.string(),
    language: z.enum(['zh', 'en']),
    status: z.string(),
  }),
});

const scopesOfKey = unique(z.array(z.enum(keyScopes))).check(z.minLength(1));

export const NewApiKey = z.strictObject({ name: line(80), scopes: scopesOfKey });
export const Rotation = z.strictObject({
  overlapHours: z._default(z.int().check(z.minimum(0), z.maximum(168)), 24),
});

/** An API key as stored: of its secrets only their hashes. More than one while a rotation overlaps. */
export const StoredKey = z.strictObject({
  id: id('apiKey'),
  name: z.string(),
  scopes: z.array(z.enum(scopes)),
  secrets: z.array(z.strictObject({ hash: z.string(), until: z.optional(utc) })),
  version: z.int(),
  createdAt: utc,
  createdBy: z.string(),
  rotatedAt: z.optional(utc),
  revokedAt: z.optional(utc),
  lastUsedAt: z.optional(utc),
});
export type StoredKey = z.output<typeof StoredKey>;

const keyFields = {
  id: id('apiKey'),
  name: z.string(),
  scopes: z.array(z.enum(scopes)),
  version: z.int(),
  createdAt: utc,
  createdBy: z.string(),
  /** Until when the secret before the last rotation still works. */
  overlapUntil: z.optional(utc),
  rotatedAt: z.optional(utc),
  revokedAt: z.optional(utc),
  lastUsedAt: z.optional(utc),
};

/** An API key (接口密钥): how an integrator's program signs in. */
export const ApiKey = z.strictObject(keyFields);
export type ApiKey = z.output<typeof ApiKey>;

/** A key with its text, shown this once: a repeated request is answered without it, for it is kept nowhere. */
export const ShownKey = z.strictObject({ ...keyFields, key: z.optional(z.string()) });
