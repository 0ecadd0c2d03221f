import type { Item } from './table.ts';

/** Whether something new may name this customer: there is such a file, and it was not emptied (PIPL). */
export const nameable = (item: Item | undefined): item is Item =>
  item?.et === 'customer' && item.rest?.erasedAt === undefined;
