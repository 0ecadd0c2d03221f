import { invalidField, type Refusal } from '../../shared/problem.ts';

const faults = {
  past: ['That day is over (FEE-6).', '日期不得早于今天（FEE-6）。'],
  too_far: ['That is more than a year off (FEE-6).', '日期不得晚于一年后（FEE-6）。'],
  required: ['Every item needs a price here (FEE-6).', '每一项均须有价格（FEE-6）。'],
  priced: [
    'A service with a price in the catalogue has that price (FEE-6).',
    '目录已定价的服务按目录价（FEE-6）。',
  ],
  named: ['Name a service, or give name and price (FEE-6).', '请选择服务，或填写名称和价格（FEE-6）。'],
  unknown: ['There is no such thing here (FEE-6).', '没有该对象（FEE-6）。'],
  unavailable: [
    'This service cannot be ordered here today (FEE-6).',
    '该服务目前不可在此项目预订（FEE-6）。',
  ],
  repeated: ['Named twice.', '重复。'],
  too_much: ['More than was agreed; quote again first (FEE-6).', '超过约定数量，请先重新报价（FEE-6）。'],
  too_big: ['The amount is too large (FEE-2).', '金额过大（FEE-2）。'],
  long_before: [
    'That is more than a month before it was ordered (FEE-6).',
    '早于下单之日一个月以上（FEE-6）。',
  ],
  before_done: ['That is before the day on which it was done (FEE-6).', '早于服务完成之日（FEE-6）。'],
  in_the_future: ['That is still to come.', '该时间尚未到来。'],
} as const;

/** A field of an order or a catalogue entry that is wrong beyond its shape. */
export function invalidItem(path: string, code: keyof typeof faults): Refusal {
  const [en, zh] = faults[code];
  return invalidField(path, code, en, zh);
}

export const nothingToPay = (path: string): Refusal =>
  invalidField(
    path,
    'nothing',
    'There is nothing to pay: then it is no paid service (FEE-6).',
    '应付金额为零，不属于特约服务（FEE-6）。',
  );
