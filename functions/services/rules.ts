import { compare, decimal, MAX_FEN, yuan } from '../../shared/money/index.ts';
import { Refusal } from '../../shared/problem.ts';
import type { Text } from '../../shared/text.ts';
import { addDays, type Day, daysBetween, type Period } from '../../shared/time/index.ts';
import type { Status } from '../tickets/life.ts';
import type { ServiceStep } from '../tickets/rules.ts';
import { type Phase, phaseOf, type Step, steps, transitions } from './life.ts';
import { type Order, type OrderItem, totalOf } from './model.ts';
import { invalidItem, nothingToPay } from './words.ts';

type Signed = { at: string; by: string };

/** What can be asked of an order. What is dated and signed (`at`, `by`) is so before it gets here. */
export type Command =
  | { step: 'quote'; items: OrderItem[]; quote: NonNullable<Order['quote']> }
  | { step: 'agree'; agreed: NonNullable<Order['agreed']> }
  | {
      step: 'execute';
      executed: NonNullable<Order['executed']>;
      /** what was done of items, by their place in the order, where it is less than agreed */
      done: readonly { item: number; quantity: string }[];
      bill: { id: string; dueDay: Day };
    }
  | { step: 'notice'; notice: NonNullable<Order['notice']> }
  | ({ step: 'claim'; reason: string } & Signed)
  | ({ step: 'cancel'; reason: string } & Signed);

/** What beside the order a decision on it depends on. */
export interface Seen {
  ticket: Status;
  /** Its bill has nothing open; false while there is none. */
  settled: boolean;
  /** In the property's zone. */
  today: Day;
}

/** The order after a step, and what the step does to the ticket. */
export interface Decision {
  order: Order;
  ticket: ServiceStep & { data: Record<string, unknown> };
}

/** The last day on which something not as it should be is done again free of charge; undefined where nothing was done yet. */
export const warrantyUntil = ({ executed, items }: Order): Day | undefined =>
  executed && addDays(executed.day, Math.max(0, ...items.map(({ warrantyDays }) => warrantyDays)));

/** Circumstances beyond the phase. */
function allowed(order: Order, phase: Phase, step: Step, today: Day): boolean {
  switch (step) {
    case 'agree':
      return phase === 'quoted'
        ? today <= (order.quote?.validUntil ?? today)
        : totalOf(order.items) !== undefined;
    case 'claim':
      return today <= (warrantyUntil(order) ?? '');
    default:
      return true;
  }
}

/** The steps open now. */
export function openSteps(order: Order, seen: Seen): Step[] {
  const phase = phaseOf(order.state, seen.ticket, seen.settled);
  return steps.filter((step) => transitions[phase][step] && allowed(order, phase, step, seen.today));
}

/** Whoever names a day further off means another one. */
const furthest = 366;

/** Refuses a day that is over, or too far off. */
function withinAYear(path: string, day: Day, today: Day): void {
  if (day < today) throw invalidItem(path, 'past');
  if (daysBetween(today, day) > furthest) throw invalidItem(path, 'too_far');
}

/** Days from today to a later one as a period; the same day is until business closes. */
const until = (today: Day, day: Day): Period =>
  day > today ? { unit: 'days', n: daysBetween(today, day) } : { unit: 'sameDay' };

/** Decides on a command. Pure. Throws the refusal: `wrong-state`, `invalid-request`. */
export function decide(order: Order, seen: Seen, command: Command): Decision {
  const open = openSteps(order, seen);
  const phase = phaseOf(order.state, seen.ticket, seen.settled);
  const state = transitions[phase][command.step];
  if (state === undefined || !open.includes(command.step)) {
    throw refusal(phase, open, state === undefined ? undefined : ended(order, command.step));
  }
  const after: Order = { ...order, state };
  switch (command.step) {
    case 'quote':
      return quoted(after, command, seen);
    case 'agree':
      return agreed(after, command.agreed, seen);
    case 'execute':
      return executed(after, command);
    case 'notice': {
      const { notice } = command;
      const { outcome, deliveredAt, at, by } = notice;
      const data = { outcome, deliveredAt, bill: order.bill?.id };
      const what = order.items.map(({ name }) => name).join('、');
      return {
        order: { ...after, notice },
        ticket: { move: 'delivered', resolution: { what, at, by }, data },
      };
    }
    case 'claim': {
      const { step: _, ...claim } = command;
      return {
        order: { ...after, claims: [...order.claims, claim] },
        ticket: { move: 'reclaimed', reason: claim.reason, data: { warrantyUntil: warrantyUntil(order) } },
      };
    }
    case 'cancel': {
      const { step: _, ...cancelled } = command;
      return {
        order: { ...after, cancelled },
        ticket: { move: 'cancelled', data: { reason: cancelled.reason } },
      };
    }
  }
}

const told = (items: readonly OrderItem[]) =>
  items.map(({ name, price, quantity, done }) => ({
    name,
    price,
    quantity,
    ...(done !== undefined && { done }),
  }));

function quoted(
  after: Order,
  { items, quote }: Extract<Command, { step: 'quote' }>,
  { today }: Seen,
): Decision {
  withinAYear('/body/validUntil', quote.validUntil, today);
  const total = totalOf(items);
  if (total === undefined) throw invalidItem('/body/items', 'required');
  mustCount(total, '/body/items');
  const { agreed: _, ...order } = after;
  return {
    order: { ...order, items, quote },
    ticket: {
      move: 'goOn',
      type: 'ticket.quoted',
      // Until then the customer has time; then somebody has to ask.
      next: { ruleId: 'FEE-6.offer', period: until(today, quote.validUntil) },
      data: { total: yuan(total), validUntil: quote.validUntil, items: told(items) },
    },
  };
}

function agreed(after: Order, agreed: NonNullable<Order['agreed']>, { today }: Seen): Decision {
  const { how, executeOn } = agreed;
  if (executeOn !== undefined) withinAYear('/body/executeOn', executeOn, today);
  const total = totalOf(after.items) ?? 0;
  mustCount(total, '/body');
  return {
    order: { ...after, agreed },
    ticket: {
      move: 'goOn',
      type: 'ticket.agreed',
      next: { ruleId: 'FEE-6.execute', ...(executeOn && { period: until(today, executeOn) }) },
      // Who agreed is personal data and stays on the order.
      data: { total: yuan(total), how, executeOn },
    },
  };
}

function executed(after: Order, { executed, done, bill }: Extract<Command, { step: 'execute' }>): Decision {
  const items = after.items.map((item) => ({ ...item }));
  done.forEach(({ item: n, quantity }, i) => {
    const item = items[n];
    if (!item) throw invalidItem(`/body/done/${i}/item`, 'unknown');
    if (item.done !== undefined) throw invalidItem(`/body/done/${i}/item`, 'repeated');
    // More than agreed wants a new quote first.
    if (compare(decimal(quantity), decimal(item.quantity)) > 0)
      throw invalidItem(`/body/done/${i}/quantity`, 'too_much');
    item.done = quantity;
  });
  const total = totalOf(items) ?? 0;
  mustCount(total, '/body/done');
  const { staffId, doneAt } = executed;
  return {
    order: { ...after, items, executed, bill: { ...bill, total } },
    ticket: {
      move: 'goOn',
      type: 'ticket.executed',
      next: { ruleId: 'FEE-6.notice' },
      data: { total: yuan(total), staffId, doneAt, bill: bill.id, items: told(items) },
    },
  };
}

/** What costs nothing is no paid service, and what the books cannot hold is a slip of the hand. */
function mustCount(total: number, path: string): void {
  if (total === 0) throw nothingToPay(path);
  if (!Number.isSafeInteger(total) || total > MAX_FEN) throw invalidItem(path, 'too_big');
}

/** What is over, where a step would be open but for that. */
function ended(order: Order, step: Step): Text | undefined {
  const offer = order.quote?.validUntil;
  const warranty = warrantyUntil(order);
  if (step === 'agree' && offer !== undefined)
    return {
      en: ` The quote was good until ${offer}; quote again.`,
      zh: `报价有效期至 ${offer}，请重新报价。`,
    };
  if (step === 'claim' && warranty !== undefined)
    return { en: ` The warranty ended on ${warranty}.`, zh: `保修期已于 ${warranty} 届满。` };
  return undefined;
}

/** `wrong-state`, naming the steps that are open. */
const refusal = (phase: Phase, open: readonly Step[], why: Text = { en: '', zh: '' }) =>
  new Refusal('wrong-state', {
    detail: {
      en: `The order is ${phase}. Open now: ${open.join(', ') || 'nothing'} (FEE-6).${why.en}`,
      zh: `特约服务当前阶段为 ${phase}。可用步骤：${open.join('、') || '无'}（FEE-6）。${why.zh}`,
    },
    extra: { openSteps: open },
  });
