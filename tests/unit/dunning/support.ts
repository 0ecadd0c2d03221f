import type { Setting } from '../../../functions/dunning/clock.ts';
import type { DunningCase, OpenBill } from '../../../functions/dunning/model.ts';
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
