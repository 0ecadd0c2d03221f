import type { Setting } from '../../../functions/dunning/clock.ts';
import type {
  Arrangement,
  Decision,
  Dispute,
  DunningBill,
  DunningCase,
  OpenBill,
} from '../../../functions/dunning/model.ts';
import type { Change } from '../../../functions/dunning/rules.ts';
import { caseOf } from '../../../functions/dunning/store.ts';
import { type DunningPolicy, standardPack } from '../../../shared/policy/index.ts';
import { createCalendar, localDay, standardHours } from '../../../shared/time/index.ts';

export const zone = 'Asia/Shanghai';
export const schedule = { calendar: createCalendar(), hours: standardHours, zone };

/** Local time in Shanghai, in milliseconds. */
export const sh = (text: string) => Date.parse(`${text.replace(' ', 'T')}:00+08:00`);

export const setting = (at: string | number, policy: DunningPolicy = standardPack.dunning): Setting => ({
  policy,
  schedule,
  now: typeof at === 'number' ? at : sh(at),
});

export const dayOf = (ms: number) => localDay(ms, zone);

export const newCase = (): DunningCase =>
  caseOf(undefined, { propertyId: 'prp_1', unitId: 'unt_1', payerId: 'cus_1' });

export const bill = (dueDay: string, open = 10_000, id = `bill ${dueDay}`): OpenBill => ({
  id,
  dueDay,
  open,
});

/** A case with what is said, else as it is before anything happens. */
export const caseWith = (more: Partial<DunningCase> = {}): DunningCase => ({ ...newCase(), ...more });

/** A bill of a case, of which nothing has been told. */
export const asked = (id: string, due = '2026-11-10', more: Partial<DunningBill> = {}): DunningBill => ({
  id,
  due,
  shift: 0,
  told: [],
  ...more,
});

export const paid = (id: string, due?: string, more: Partial<DunningBill> = {}): DunningBill =>
  asked(id, due, { gone: true, ...more });

/** A promise of all of 100 yuan by a day. */
export const promiseOf = (bills: string[], more: Partial<Arrangement> = {}): Arrangement => ({
  id: 'prm_1',
  kind: 'promise',
  bills,
  instalments: [{ day: '2026-12-02', amount: 10_000 }],
  from: '2026-11-18',
  open: 10_000,
  ...more,
});

export const disputeOf = (bills: string[]): Dispute => ({ bills, from: '2026-11-18', reason: '面积有误' });

export const decided = (decision: Decision['decision'], until?: string): Decision => ({
  decision,
  ...(until !== undefined && { until }),
  reason: '经理决定',
  at: '2026-11-18T02:00:00.000Z',
  by: 'usr_1',
});

/** What a change comes to: the case after it, and what is said of the rest. */
export const change = (after: DunningCase, more: Partial<Change> = {}): Change => ({
  after,
  events: [],
  opens: [],
  ends: [],
  ...more,
});
