import * as z from 'zod/mini';
import { day, email, id, line, phone, prose, utc } from '../../shared/fields.ts';
import { ZONES } from '../../shared/zones.ts';

/** A zone without schedules of its own would get neither digest nor end-of-day list. */
const zone = z.enum(ZONES);

/** A time of day, `00:00` to `24:00`. */
const timeOfDay = z.string().check(z.regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/));

const spans = z.array(z.strictObject({ from: timeOfDay, to: timeOfDay })).check(z.maxLength(6));

/** Office hours (TIME-9) by the kind of day; a kind left out has none. Make-up days are worked as working days. */
export const Hours = z.strictObject({
  working: spans,
  weekend: z.optional(spans),
  holiday: z.optional(spans),
});

const propertyFields = {
  name: line(120),
  address: z.optional(line(300)),
  zone: z._default(zone, 'Asia/Shanghai'),
  hours: z.optional(Hours),
};

export const NewProperty = z.strictObject(propertyFields);
export const PropertyChange = z.partial(z.strictObject({ ...propertyFields, zone, archived: z.boolean() }));

/** A property (项目): a place the office manages, with its own zone and hours. */
export const Property = z.strictObject({
  id: id('property'),
  name: z.string(),
  address: z.optional(z.string()),
  zone: z.string(),
  hours: Hours,
  archived: z.boolean(),
  version: z.int(),
  createdAt: utc,
});
export type Property = z.output<typeof Property>;

/** Square metres with two decimals at most: kept as whole hundredths. */
const areaM2 = z.number().check(
  z.minimum(0.01),
  z.maximum(1_000_000),
  z.refine((m2) => Math.round(m2 * 100) / 100 === m2, {
    params: { text: { en: 'At most two decimal places.', zh: '最多 2 位小数。' } },
  }),
);

export const occupancies = ['occupied', 'vacant'] as const;

const unitFields = {
  floor: z.optional(line(20)),
  areaM2: z.optional(areaM2),
  occupancy: z._default(z.enum(occupancies), 'occupied'),
  note: z.optional(prose(1000)),
};

export const NewUnit = z.strictObject({
  propertyId: id('property'),
  building: line(40),
  number: line(40),
  ...unitFields,
});
export type NewUnit = z.output<typeof NewUnit>;

/** A line of a file of units: the property is the file's. */
export const UnitRow = z.strictObject({ building: line(40), number: line(40), ...unitFields });

/** Building and number are what a unit is; the id follows from them. */
export const UnitChange = z.partial(
  z.strictObject({
    floor: z.nullable(line(20)),
    areaM2: z.nullable(areaM2),
    occupancy: z.enum(occupancies),
    note: z.nullable(prose(1000)),
  }),
);
export type UnitChange = z.output<typeof UnitChange>;

const unitLine = {
  id: id('unit'),
  propertyId: id('property'),
  building: z.string(),
  floor: z.optional(z.string()),
  number: z.string(),
  occupancy: z.enum(occupancies),
  importId: z.optional(id('import')),
  version: z.int(),
};

/** A unit (房屋) as stored; `area` in hundredths of a square metre. */
export const StoredUnit = z.strictObject({
  ...unitLine,
  area: z.optional(z.int()),
  note: z.optional(z.string()),
  createdAt: utc,
});
export type StoredUnit = z.output<typeof StoredUnit>;

/** A unit as lists show it. */
export const UnitLine = z.strictObject({ ...unitLine, areaM2: z.optional(z.number()) });
export const Unit = z.strictObject({
  ...unitLine,
  areaM2: z.optional(z.number()),
  note: z.optional(z.string()),
  createdAt: utc,
});

export const customerKinds = ['owner', 'tenant', 'family', 'agent'] as const;

const emergencyContact = z.strictObject({ name: line(80), phone, relation: z.optional(line(40)) });

/** Who may sign for the customer, with a specimen of the signature: an attachment of the ticket in which it was handed in. */
const signatory = z.strictObject({
  name: line(80),
  specimenTicketId: z.optional(id('ticket')),
  specimenAttachmentId: z.optional(id('attachment')),
  validUntil: z.optional(day),
});

export type Signatory = z.output<typeof signatory>;

const customerFields = {
  name: line(80),
  kind: z._default(z.enum(customerKinds), 'owner'),
  phones: z._default(z.array(phone).check(z.maxLength(5)), []),
  emails: z._default(z.array(email).check(z.maxLength(5)), []),
  emergencyContact: z.optional(emergencyContact),
  signatories: z._default(z.array(signatory).check(z.maxLength(5)), []),
  note: z.optional(prose(2000)),
};

export const NewCustomer = z.strictObject({ unitId: id('unit'), ...customerFields });

/** A line of a file of customers: the unit is named by building and number. */
export const CustomerRow = z
  .strictObject({
    building: line(40),
    number: line(40),
    name: customerFields.name,
    kind: customerFields.kind,
    phones: customerFields.phones,
    emails: customerFields.emails,
    emergencyName: z.optional(line(80)),
    emergencyPhone: z.optional(phone),
    note: customerFields.note,
  })
  .check(
    z.refine((row) => (row.emergencyName === undefined) === (row.emergencyPhone === undefined), {
      path: ['emergencyPhone'],
      params: {
        text: {
          en: 'An emergency contact needs a name and a number.',
          zh: '紧急联系人须同时填写姓名和电话。',
        },
      },
    }),
  );

export const CustomerChange = z.partial(
  z.strictObject({
    unitId: id('unit'),
    name: line(80),
    kind: z.enum(customerKinds),
    phones: z.array(phone).check(z.maxLength(5)),
    emails: z.array(email).check(z.maxLength(5)),
    emergencyContact: z.nullable(emergencyContact),
    signatories: z.array(signatory).check(z.maxLength(5)),
    note: z.nullable(prose(2000)),
    archived: z.boolean(),
  }),
);
export type CustomerChange = z.output<typeof CustomerChange>;

const customerLine = {
  id: id('customer'),
  unitId: id('unit'),
  propertyId: id('property'),
  name: z.string(),
  kind: z.enum(customerKinds),
  archived: z.boolean(),
  importId: z.optional(id('import')),
  version: z.int(),
};
const customerFile = {
  ...customerLine,
  phones: z.array(z.string()),
  emails: z.array(z.string()),
  emergencyContact: z.optional(emergencyContact),
  signatories: z.array(signatory),
  note: z.optional(z.string()),
  createdAt: utc,
  /** Since when there is nothing personal in it any more (PIPL). */
  erasedAt: z.optional(utc),
};

/** A customer (客户) as lists show them: who, where, and enough of the number to tell two of one name apart. */
export const CustomerLine = z.strictObject({ ...customerLine, maskedPhone: z.optional(z.string()) });

/** A customer's whole file: each look at it is recorded (CUST-1). */
export const Customer = z.strictObject(customerFile);
export const StoredCustomer = z.strictObject({ ...customerFile, maskedPhone: z.optional(z.string()) });
export type StoredCustomer = z.output<typeof StoredCustomer>;

/** Why somebody opens a customer's file. */
export const purposes = ['counter', 'phone', 'service', 'other'] as const;

/** An identity check (身份核实, TICKET-13): who called, what was asked, what they showed. */
export const NewDisclosure = z.strictObject({
  caller: z.strictObject({ name: line(80), phone: z.optional(phone), relation: z.optional(line(40)) }),
  asked: z.array(line(120)).check(z.minLength(1), z.maxLength(10)),
  evidence: prose(500),
  result: z.enum(['confirmed', 'refused']),
});

export const Disclosure = z.strictObject({
  id: id('check'),
  at: utc,
  by: z.string(),
  ...NewDisclosure.shape,
  /** Until when the file may be told on the phone by who made the check. */
  validUntil: z.optional(utc),
});

/** Something that happened, as a history shows it. */
export const HistoryEntry = z.strictObject({
  id: z.string(),
  type: z.string(),
  at: utc,
  actor: z.string(),
  requestId: z.string(),
  object: z.string(),
  data: z.record(z.string(), z.unknown()),
  seq: z.int(),
  prev: z.string(),
  hash: z.string(),
});

/** How an import went. */
export const ImportResult = z.strictObject({
  id: id('import'),
  kind: z.enum(['units', 'customers']),
  propertyId: id('property'),
  lines: z.int(),
  created: z.int(),
  /** Lines that were there already; they stay as they are. */
  existing: z.int(),
  /** Numbers of those lines of them that say something else than what is there. */
  differing: z.array(z.int()),
  doneAt: utc,
  /** Whether this very file had been imported before. */
  repeated: z.boolean(),
});
export type ImportResult = z.output<typeof ImportResult>;
