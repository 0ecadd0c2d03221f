import * as z from 'zod/mini';
import { email, id, line, phone, prose, utc } from '../../shared/fields.ts';
import { form } from '../../shared/forms.ts';
import { TIERS, type Tier } from '../../shared/usage.ts';
import { ZONES } from '../../shared/zones.ts';

const slug = z
  .string()
  .check(
    form(
      /^[a-z](?:-?[a-z0-9]){1,39}$/,
      'Lower-case letters and digits, also with single hyphens between, beginning with a letter: jinxiu, jinxiu-2.',
      '须为小写英文字母和数字，以字母开头，中间可用单个连字符，例如 jinxiu、jinxiu-2。',
    ),
  );
const zone = z.enum(ZONES);
const tier = z.enum(Object.keys(TIERS) as [Tier, ...Tier[]]);
const language = z.enum(['zh', 'en']);
const settings = z.strictObject({ servicePhone: z.optional(phone) });
const statuses = ['active', 'suspended', 'deleting'] as const;

export const NewTenant = z.strictObject({
  slug,
  name: line(120),
  zone: z._default(zone, 'Asia/Shanghai'),
  tier: z._default(tier, 'standard'),
  language: z._default(language, 'zh'),
  settings: z._default(settings, {}),
  owner: z.strictObject({
    name: line(80),
    email: z.pipe(
      email,
      z.transform((address) => address.toLowerCase()),
    ),
  }),
});
export type NewTenant = z.output<typeof NewTenant>;

export const TenantChange = z.partial(z.strictObject({ name: line(120), zone, tier, language, settings }));
export const Suspension = z.strictObject({ reason: prose(500) });

const listed = {
  id: id('tenant'),
  slug: z.string(),
  name: z.string(),
  zone,
  tier,
  language,
  status: z.enum(statuses),
  createdAt: utc,
};

const fields = {
  ...listed,
  /** Whom reminders reach when nobody else is there to take them. */
  ownerEmail: z.string(),
  ownerId: id('staff'),
  settings,
  version: z.int(),
  suspendedAt: z.optional(utc),
  suspendedFor: z.optional(z.string()),
  deletingSince: z.optional(utc),
};

/** An office (物业公司, tenant): one customer of the service, whose data no other sees. */
export const Tenant = z.strictObject(fields);
export type Tenant = z.output<typeof Tenant>;

/** An office as stored; `request` is the digest of what it was made from, so that a repetition is known. */
export const StoredTenant = z.strictObject({ ...fields, request: z.string() });
export type StoredTenant = z.output<typeof StoredTenant>;

/** An office as lists show it. */
export const TenantLine = z.strictObject(listed);
export type TenantLine = z.output<typeof TenantLine>;

/** An item of an office's export: its kind, where it is kept, its version and what it says. */
export const Exported = z.strictObject({
  kind: z.string(),
  key: z.string(),
  version: z.int(),
  data: z.record(z.string(), z.unknown()),
});
export type Exported = z.output<typeof Exported>;

/** How far a deletion is; ask again until 204. */
export const Deletion = z.strictObject({ status: z.literal('deleting'), removed: z.int() });
