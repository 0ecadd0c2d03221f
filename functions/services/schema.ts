import * as z from 'zod/mini';
import { cursor, day, id, instant, limit, line, page, prose, utc } from '../../shared/fields.ts';
import { money, price, quantity, someQuantity } from '../../shared/money/fields.ts';
import { channels, statuses } from '../tickets/life.ts';
import { phases, states, steps } from './life.ts';

const many = { min: z.minLength(1), max: z.maxLength(20) };

export const NewOrder = z.strictObject({
  unitId: id('unit'),
  payerId: id('customer'),
  items: z
    .array(z.strictObject({ serviceId: id('service'), quantity: z._default(someQuantity, '1') }))
    .check(many.min, many.max),
  channel: z._default(z.enum(channels), 'counter'),
  /** the ticket in which it was asked for; that one goes on by itself */
  ticketId: z.optional(id('ticket')),
  note: z.optional(prose(1000)),
});
export type NewOrder = z.output<typeof NewOrder>;

const QuotedItem = z.strictObject({
  /** a service; its price is the catalogue's, unless it is priced by quote */
  serviceId: z.optional(id('service')),
  /** of a line that is no service (materials) */
  name: z.optional(line(60)),
  price: z.optional(price),
  quantity: z._default(someQuantity, '1'),
});
export type QuotedItem = z.output<typeof QuotedItem>;

export const NewQuote = z.strictObject({
  /** all items; they take the place of those before */
  items: z.array(QuotedItem).check(many.min, many.max),
  validUntil: day,
  note: z.optional(prose(1000)),
});

const hows = ['phone', 'inPerson', 'signed', 'message'] as const;

export const Agreement = z.strictObject({
  /** who agreed */
  by: line(80),
  how: z.enum(hows),
  /** the day agreed for it; left out, the rule's deadline counts */
  executeOn: z.optional(day),
});

export const Execution = z.strictObject({
  /** who did it */
  staffId: id('staff'),
  doneAt: z.optional(instant),
  /** what was done of items, by their place in the order from 0 on, where it is less than agreed */
  done: z._default(
    z.array(z.strictObject({ item: z.int().check(z.minimum(0), z.maximum(19)), quantity })).check(many.max),
    [],
  ),
  /** left out, ten days later */
  dueDay: z.optional(day),
  note: z.optional(prose(1000)),
});

export const NoticeGiven = z.strictObject({
  deliveredAt: instant,
  outcome: z.enum(['signed', 'refused', 'left', 'posted', 'message']),
  /** who signed, or who was there */
  receiver: z.optional(line(80)),
  witness: z.optional(line(80)),
  note: z.optional(prose(1000)),
});

export const Reason = z.strictObject({ reason: prose(1000) });

const signed = { at: utc, by: z.string() };

const listed = {
  id: id('ticket'),
  propertyId: id('property'),
  unitId: id('unit'),
  payerId: id('customer'),
  state: z.enum(states),
  title: z.string(),
  /** absent while an item has no price yet */
  total: z.optional(money),
  createdAt: utc,
};

/** An order as lists show it: how far it is by itself; whether it is paid and called back, the order says. */
export const ListedOrder = z.strictObject(listed);
export const OrderPage = page(ListedOrder);

/** An order of a paid service (特约服务单), with what its bill and the ticket that carries it say now. */
export const Order = z.strictObject({
  ...listed,
  phase: z.enum(phases),
  currency: z.literal('CNY'),
  items: z.array(
    z.strictObject({
      serviceId: z.optional(id('service')),
      name: z.string(),
      pricing: z.enum(['fixed', 'unit', 'quote', 'other']),
      unit: z.optional(z.string()),
      price: z.optional(z.string()),
      quantity: z.string(),
      done: z.optional(z.string()),
      warrantyDays: z.int(),
      amount: z.optional(money),
    }),
  ),
  note: z.optional(z.string()),
  fromTicketId: z.optional(id('ticket')),
  quote: z.optional(z.strictObject({ ...signed, validUntil: day, note: z.optional(z.string()) })),
  agreed: z.optional(
    z.strictObject({ ...signed, name: z.string(), how: z.enum(hows), executeOn: z.optional(day) }),
  ),
  executed: z.optional(
    z.strictObject({
      ...signed,
      staffId: id('staff'),
      doneAt: utc,
      day,
      note: z.optional(z.string()),
    }),
  ),
  bill: z.optional(
    z.strictObject({
      id: id('bill'),
      dueDay: day,
      total: money,
      open: money,
      status: z.enum(['open', 'paid', 'void']),
    }),
  ),
  notice: z.optional(
    z.strictObject({
      ...signed,
      deliveredAt: utc,
      outcome: z.string(),
      receiver: z.optional(z.string()),
      witness: z.optional(z.string()),
      note: z.optional(z.string()),
    }),
  ),
  /** until then what is not as it should be is done again free of charge */
  warrantyUntil: z.optional(day),
  claims: z.array(z.strictObject({ ...signed, reason: z.string() })),
  cancelled: z.optional(z.strictObject({ ...signed, reason: z.string() })),
  /** the ticket that carries it, of the same id: deadlines, who has it, callbacks, rework */
  ticket: z.strictObject({
    status: z.enum(statuses),
    ownerId: z.optional(id('staff')),
    dueAt: z.optional(utc),
    rework: z.int(),
  }),
  openSteps: z.array(z.enum(steps)),
  version: z.int(),
});

export const OrderQuery = z.strictObject({
  propertyId: z.optional(id('property')),
  unitId: z.optional(id('unit')),
  state: z.optional(z.enum(states)),
  /** the ticket in which the customer asked for it */
  fromTicketId: z.optional(id('ticket')),
  limit,
  cursor: z.optional(cursor),
});
export type OrderQuery = z.output<typeof OrderQuery>;
