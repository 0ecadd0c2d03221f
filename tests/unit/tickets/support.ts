import { type Change, settle } from '../../../functions/tickets/draft.ts';
import type { Callback, Ticket } from '../../../functions/tickets/model.ts';
import { type Command, receive } from '../../../functions/tickets/rules.ts';
import { noHistory } from '../../../shared/history.ts';
import { satisfied } from '../../samples.ts';

export const at = '2026-09-30T02:00:00.000Z';
export const due = '2026-10-08T09:30:00.000Z';

export const bare = (change: Partial<Ticket> = {}): Ticket => ({
  id: 'tkt_01JD0000000000000000000000',
  version: 1,
  kind: 'complaint',
  grade: 'major',
  handling: 'simple',
  urgent: false,
  status: 'received',
  propertyId: 'prp_01JD0000000000000000000000',
  title: '三号楼停水',
  createdAt: at,
  rework: 0,
  attempts: 0,
  opened: 0,
  obligations: [],
  duplicates: [],
  attachments: [],
  head: noHistory,
  ...change,
});

export const settled = (change: Change): Ticket => settle(change, () => due);

export const received = (change: Partial<Ticket> = {}): Ticket => settled(receive(bare(change), {}));

export const callback = (change: Partial<Callback> = {}): Callback => ({
  ...satisfied,
  signature: { name: 'Li', confirmedAt: at },
  at,
  by: 'staff:stf_1',
  ...change,
});

/** One command for each move, as a caller would give it. */
export const commands = {
  dispatch: {
    step: 'dispatch',
    order: { assigneeId: 'stf_1', what: 'Look', dueAt: due, given: 'printed', at, by: 'staff:stf_1' },
  },
  progress: { step: 'progress', note: 'Waiting' },
  resolve: { step: 'resolve', resolution: { what: 'Done', at, by: 'staff:stf_1' }, asked: true },
  'resolve.unasked': { step: 'resolve', resolution: { what: 'Done', at, by: 'staff:stf_1' }, asked: false },
  'callback.satisfied': { step: 'callback', callback: callback() },
  'callback.unsigned': { step: 'callback', callback: callback({ signature: undefined }) },
  'callback.unsatisfied': {
    step: 'callback',
    callback: callback({ outcome: 'unsatisfied', solved: false, reason: 'Still dry' }),
  },
  'callback.unreached': { step: 'unreached', method: 'phone', allowed: 3 },
  'decide.keepTrying': { step: 'decide', decision: 'keepTrying', reason: 'They are travelling' },
  'decide.setAside': { step: 'decide', decision: 'setAside', reason: 'They moved away' },
  'decide.reopen': { step: 'decide', decision: 'reopen', reason: 'It drips again' },
  handover: { step: 'handover', toStaffId: 'stf_2', reason: 'End of shift' },
  escalate: { step: 'escalate', to: 'lead', reason: 'Angry', emergency: false },
  report: { step: 'report', text: 'It was urgent' },
  withdraw: { step: 'withdraw', reason: 'A mistake' },
  link: { step: 'link', duplicateOf: 'tkt_2' },
  confirmationLink: { step: 'confirmationLink', link: { hash: 'h', expiresAt: due } },
  attach: {
    step: 'attach',
    attachment: { id: 'att_1', name: 'a.png', contentType: 'image/png', size: 1, at },
  },
  'service.goOn': {
    step: 'service',
    move: 'goOn',
    type: 'ticket.agreed',
    next: { ruleId: 'FEE-6.execute' },
    data: {},
  },
  'service.delivered': {
    step: 'service',
    move: 'delivered',
    resolution: { what: 'Done', at, by: 'staff:stf_1' },
    data: {},
  },
  'service.cancelled': { step: 'service', move: 'cancelled', data: { reason: 'Too dear' } },
  'service.reclaimed': { step: 'service', move: 'reclaimed', reason: 'It drips again', data: {} },
} as const satisfies Record<string, Command>;
