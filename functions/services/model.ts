import { decimal, decimalText, type Fen, MAX_FEN, priced, round } from '../../shared/money/index.ts';
import type { Place } from '../payments/model.ts';
import type { State } from './life.ts';

/** How a service is priced: for the whole, for each unit (hour, m2 …), or by a quote. `other`: a line that only the quote has. */
export type Pricing = 'fixed' | 'unit' | 'quote' | 'other';

/** One line of an order: the service as it was in the catalogue when it was ordered or quoted. */
export interface OrderItem {
  serviceId?: string;
  name: string;
  pricing: Pricing;
  /** what the quantity counts, of services priced by unit */
  unit?: string;
  /** yuan; absent while it has to be quoted */
  price?: string;
  quantity: string;
  /** what was really done, never more than agreed */
  done?: string;
  warrantyDays: number;
}

type Signed = { at: string; by: string };

/** An order of a paid service (特约服务单) as far as it is no matter of the ticket that carries it, whose id it has. */
export interface Order extends Place {
  id: string;
  state: State;
  items: OrderItem[];
  createdAt: string;
  note?: string;
  /** The ticket in which the customer asked for it. */
  fromTicketId?: string;
  quote?: Signed & { validUntil: string; note?: string };
  agreed?: Signed & { name: string; how: string; executeOn?: string };
  executed?: Signed & { staffId: string; doneAt: string; day: string; note?: string };
  bill?: { id: string; dueDay: string; total: Fen };
  /** 缴费通知单: how it was delivered (CALLBACK-7). */
  notice?: Signed & {
    deliveredAt: string;
    outcome: string;
    receiver?: string;
    witness?: string;
    note?: string;
  };
  claims: (Signed & { reason: string })[];
  cancelled?: Signed & { reason: string };
  /** of the item */
  version: number;
}

/** An item's amount in fen, rounded once; of what was done where that is known. Undefined without a price. */
export function amountOf({ price, quantity, done }: OrderItem): Fen | undefined {
  if (price === undefined) return undefined;
  const exact = round(priced(price, decimal(done ?? quantity)));
  return exact > BigInt(MAX_FEN) ? Number.POSITIVE_INFINITY : Number(exact);
}

/** The sum of all items; undefined while one has no price. */
export function totalOf(items: readonly OrderItem[]): Fen | undefined {
  const amounts = items.map(amountOf);
  return amounts.every((amount) => amount !== undefined) ? amounts.reduce((a, b) => a + b, 0) : undefined;
}

/** An item's amount before rounding, in fen, as bills keep it. */
export const exactOf = ({ price = '0', quantity, done }: OrderItem): string =>
  decimalText(priced(price, decimal(done ?? quantity)), 6);
