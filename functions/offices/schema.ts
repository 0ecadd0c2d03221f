import * as z from 'zod/mini';
import { id, line, utc, zone } from '../../shared/fields.ts';

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
