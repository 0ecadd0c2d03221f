import { type OpenInput, open } from '../../../shared/obligations/index.ts';
import { standardPack } from '../../../shared/policy/index.ts';
import {
  createCalendar,
  iso,
  type Schedule,
  standardCalendar,
  standardHours,
} from '../../../shared/time/index.ts';

export const tenantId = 'ten_00000000000000000000000001';
export const ticketId = 'tkt_00000000000000000000000002';
export const propertyId = 'prp_00000000000000000000000003';
export const ownerId = 'stf_00000000000000000000000004';

export const schedule: Schedule = {
  calendar: createCalendar(standardCalendar),
  hours: standardHours,
  zone: 'Asia/Shanghai',
};

/** Local time in Shanghai as an ISO instant. */
export const sh = (text: string) => new Date(`${text.replace(' ', 'T')}:00+08:00`).toISOString();
export const ms = (text: string) => Date.parse(sh(text));

/** By when a service order that was given then is to be done: a day and a half later. */
const named = (start: string) => iso(Date.parse(start) + 36 * 3_600_000);

/** A major complaint of the eve of the long holiday: due on 2026-10-08 at 17:30 (TICKET-3). */
export const input = (more: Partial<OpenInput> = {}): OpenInput => ({
  tenantId,
  objectId: ticketId,
  objectKind: 'ticket',
  key: 'resolve#1',
  ruleId: 'TICKET-3.major',
  policy: standardPack,
  schedule,
  startAt: sh('2026-09-30 10:00'),
  propertyId,
  ownerId,
  title: '电梯困人',
  ...(more.ruleId === 'TICKET-6.order' && { dueAt: named(more.startAt ?? sh('2026-09-30 10:00')) }),
  ...more,
});

export const opened = (more: Partial<OpenInput> = {}) =>
  open(input(more), Date.parse(more.startAt ?? sh('2026-09-30 10:00')));
