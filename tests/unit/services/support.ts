import { type Phase, phaseOf, type Step } from '../../../functions/services/life.ts';
import type { Order, OrderItem } from '../../../functions/services/model.ts';
import { type Command, decide, type Seen } from '../../../functions/services/rules.ts';
import type { Ticket } from '../../../functions/tickets/model.ts';
import { decide as decideTicket } from '../../../functions/tickets/rules.ts';
import { at, callback, received, settled } from '../tickets/support.ts';

export const by = 'staff:stf_1';
export const today = '2026-09-30';

export const items: OrderItem[] = [
  {
    serviceId: 'svc_1',
    name: '空调清洗',
    pricing: 'unit',
    unit: '台',
    price: '80',
    quantity: '3',
    warrantyDays: 30,
  },
  { serviceId: 'svc_2', name: '管道疏通', pricing: 'quote', quantity: '1', warrantyDays: 7 },
];
export const quoted = items.map((item) => ({ price: '120.5', ...item }));

export const ordered: Order = {
  id: 'tkt_01JD0000000000000000000000',
  propertyId: 'prp_1',
  unitId: 'unt_1',
  payerId: 'cus_1',
  state: 'ordered',
  items,
  createdAt: at,
  claims: [],
  version: 1,
};

export const commands: Record<Step, Command> = {
  quote: { step: 'quote', items: quoted, quote: { at, by, validUntil: '2026-10-07' } },
  agree: { step: 'agree', agreed: { at, by, name: '张伟', how: 'phone' } },
  execute: {
    step: 'execute',
    executed: { at, by, staffId: 'stf_2', doneAt: at, day: today },
    done: [{ item: 0, quantity: '2' }],
    bill: { id: 'bil_1', dueDay: '2026-10-10' },
  },
  notice: { step: 'notice', notice: { at, by, deliveredAt: at, outcome: 'signed', receiver: '张伟' } },
  claim: { step: 'claim', reason: '又堵了', at, by },
  cancel: { step: 'cancel', reason: '不做了', at, by },
};

export interface Whole {
  order: Order;
  ticket: Ticket;
  paid: boolean;
}

export const seen = ({ ticket, paid }: Whole, day = today): Seen => ({
  ticket: ticket.status,
  settled: paid,
  today: day,
});
export const phase = ({ order, ticket, paid }: Whole): Phase => phaseOf(order.state, ticket.status, paid);

/** A step of the order with what it does to its ticket, as the shell takes it. */
export function step(whole: Whole, command: Command, day = today): Whole {
  const { order, ticket } = decide(whole.order, seen(whole, day), command);
  return { ...whole, order, ticket: settled(decideTicket(whole.ticket, { step: 'service', ...ticket })) };
}
export const go = (whole: Whole, ...names: Step[]) =>
  names.reduce((on, name) => step(on, commands[name]), whole);
export const said = (whole: Whole, outcome: 'satisfied' | 'unsatisfied'): Whole => ({
  ...whole,
  ticket: settled(
    decideTicket(whole.ticket, {
      step: 'callback',
      callback: callback({
        outcome,
        signature: undefined,
        ...(outcome === 'unsatisfied' && { reason: '漏水' }),
      }),
    }),
  ),
});
export const pay = (whole: Whole): Whole => ({ ...whole, paid: true });
export const again = (whole: Whole): Whole => ({
  ...whole,
  ticket: settled(
    decideTicket(whole.ticket, { step: 'resolve', resolution: { what: '重做', at, by }, asked: true }),
  ),
});
export function resting(whole: Whole): Whole {
  let { ticket } = whole;
  for (let n = 0; n < 3; n++)
    ticket = settled(decideTicket(ticket, { step: 'unreached', method: 'phone', allowed: 3 }));
  ticket = settled(decideTicket(ticket, { step: 'decide', decision: 'setAside', reason: '联系不上' }));
  return { ...whole, ticket };
}

export const start: Whole = {
  order: ordered,
  ticket: received({ kind: 'service', handling: 'simple' }),
  paid: false,
};
