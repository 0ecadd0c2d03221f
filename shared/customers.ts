import type { Item } from './table.ts';

/** Whether something new may name this customer: there is such a file, and it was not emptied (PIPL). */
export const nameable = (item: Item | undefined): item is Item =>
  item?.et === 'customer' && item.rest?.erasedAt === undefined;

/**
 * Enough of a number to tell two people of one name apart, too little to call them. However it was typed, it begins as people know it:
 * a mobile number with three digits (`138****1234`), a landline with its area code, a number abroad with its country.
 */
export function masked(phone: string | undefined): string | undefined {
  if (phone === undefined) return undefined;
  const known = asDialled(phone);
  const end = known.length >= 8 ? known.slice(-4) : known.slice(-2);
  if (known.length < 10) return `****${end}`;
  const begin = /^(?:\+\d{3}|0(?:10|2\d|\d{3})|\d{3})/.exec(known)?.[0];
  return `${begin}****${end}`;
}

/** The number as it is dialled in China: without the country's own code, which some write and some do not. */
function asDialled(phone: string): string {
  const typed = phone.replace(/[^\d+]/g, '').replace(/^00/, '+');
  const mobile = /^\+?86(1[3-9]\d{9})$/.exec(typed)?.[1];
  if (mobile) return mobile;
  const national = /^\+86(\d+)$/.exec(typed)?.[1];
  if (national === undefined) return typed;
  return /^(?:0|[48]00)/.test(national) ? national : `0${national}`;
}
