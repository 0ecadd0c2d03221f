import type { Item } from './table.ts';

/** Whether something new may name this customer: there is such a file, and it was not emptied (PIPL). */
export const nameable = (item: Item | undefined): item is Item =>
  item?.et === 'customer' && item.rest?.erasedAt === undefined;

/** Enough of a number to tell two people of one name apart, too little to call them. */
export function masked(phone: string | undefined): string | undefined {
  if (phone === undefined) return undefined;
  const digits = phone.replace(/\D/g, '');
  const end = digits.length >= 8 ? digits.slice(-4) : digits.slice(-2);
  return digits.length >= 11 ? `${digits.slice(0, 3)}****${end}` : `****${end}`;
}
