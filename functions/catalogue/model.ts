import { invalidField } from '../../shared/problem.ts';
import type { Item } from '../../shared/table.ts';
import type { Day } from '../../shared/time/index.ts';
import type { Service } from './schema.ts';

/** The service of an item; lists have all of it. Undefined where there is none. */
export const serviceOf = (item: Item | undefined): Service | undefined =>
  item?.et === 'service' ? ({ ...item.list, version: item.v } as unknown as Service) : undefined;

/** Whether a service can be ordered in a property on a day. */
export const available = (service: Service, propertyId: string, day: Day): boolean =>
  (service.propertyId ?? propertyId) === propertyId && service.from <= day && day <= (service.to ?? day);

export const beforeStart = () =>
  invalidField('/body/to', 'before_start', 'It ends before it begins.', '结束日期早于开始日期。');
