import * as z from 'zod/mini';
import { decimalProblem, fenOf } from './fen.ts';

/*
 * The shapes of amounts, prices and quantities. All are decimal texts: a JSON number is a float to most who read it, and
 * 0.1 + 0.2 is not 0.3 there. A wrong one is a field problem that says which rule it breaks.
 */

const text = (bounds: { places: number; digits: number; zero: boolean }, description: string) =>
  z
    .string()
    .check((payload) => {
      const problem = decimalProblem(payload.value, bounds);
      if (problem) {
        payload.issues.push({ code: 'custom', input: payload.value, params: { text: problem } });
      }
    })
    .register(z.globalRegistry, {
      description,
      pattern: `^(0|[1-9]\\d*)(\\.\\d{1,${bounds.places}})?$`,
      examples: ['128.50'],
    });

const inFen = (zero: boolean) =>
  z.pipe(text({ places: 2, digits: 11, zero }, 'Yuan, at most two decimal places'), z.transform(fenOf));

/** Request: an amount above zero in yuan; becomes fen. */
export const amount = inFen(false);

/** Request: an amount in yuan that may be zero; becomes fen. */
export const amountOrZero = inFen(true);

/** Request and record: a unit price in yuan, at most six places (a ten-thousandth of a fen); stays text. */
export const price = text({ places: 6, digits: 9, zero: true }, 'Yuan, at most six decimal places');

/** Request and record: a quantity or meter reading, at most three places; stays text. */
export const quantity = text({ places: 3, digits: 12, zero: true }, 'At most three decimal places');

/** Request and record: a quantity above zero. */
export const someQuantity = text({ places: 3, digits: 12, zero: false }, 'At most three decimal places');

/** Request: the only currency there is; left out it is that. */
export const currencyField = z.optional(z.literal('CNY'));

/** Response: yuan with two places, `-3.00`. */
export const money = z
  .string()
  .check(z.regex(/^-?\d+\.\d{2}$/))
  .register(z.globalRegistry, { description: 'Yuan', examples: ['128.50'] });
