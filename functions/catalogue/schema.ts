import * as z from 'zod/mini';
import { day, id, line, prose, utc } from '../../shared/fields.ts';
import { must } from '../../shared/forms.ts';
import { price } from '../../shared/money/fields.ts';

const somePrice = price.check(
  must((text: string) => !/^[0.]*$/.test(text), 'too_small', 'More than 0.', '须大于 0。'),
);

/** How a service is priced. */
const pricing = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('fixed'), price: somePrice }),
  /** `unit`: what is counted: 小时, 平方米 … */
  z.strictObject({ by: z.literal('unit'), price: somePrice, unit: line(12) }),
  z.strictObject({ by: z.literal('quote') }),
]);

const warrantyDays = z.int().check(z.minimum(0), z.maximum(3650));

export const NewService = z.strictObject({
  /** left out, it can be ordered in every property */
  propertyId: z.optional(id('property')),
  name: line(60),
  about: z.optional(prose(1000)),
  pricing,
  /** for so many days after it was done, what is not as it should be is done again free of charge */
  warrantyDays: z._default(warrantyDays, 0),
  /** it can be ordered from this day on, default today; to the other, inclusive */
  from: z.optional(day),
  to: z.optional(day),
});

/** A paid service of the catalogue (特约服务项目). */
export const Service = z.strictObject({
  id: id('service'),
  propertyId: z.optional(id('property')),
  name: z.string(),
  about: z.optional(z.string()),
  pricing,
  warrantyDays,
  from: day,
  to: z.optional(day),
  createdAt: utc,
  version: z.int(),
});
export type Service = z.output<typeof Service>;

export const ServiceChange = z.strictObject({
  name: z.optional(line(60)),
  about: z.optional(prose(1000)),
  pricing: z.optional(pricing),
  warrantyDays: z.optional(warrantyDays),
  from: z.optional(day),
  to: z.optional(day),
});

export const Services = z.strictObject({ items: z.array(Service), next: z.optional(z.string()) });
