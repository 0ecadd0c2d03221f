import type { Line } from '../../../functions/fees/line.ts';

/** Ten units at 3 yuan. */
export const waterLine: Line = {
  kind: 'water',
  name: '水费',
  basis: 'metered',
  quantity: '10',
  price: '3',
  exact: '3000',
  amount: 3000,
};
