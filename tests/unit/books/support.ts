import { type Account, charge, type Moves, newAccount } from '../../../shared/books/index.ts';

/** An account without anything in it. */
export const account = newAccount({ propertyId: 'prp', unitId: 'unt', payerId: 'cus' });
export const bill = (id: string, dueDay: string, amount: number) => ({ id, dueDay, amount });
/** The account after these steps. */
export const chain = (start: Account, ...steps: ((account: Account) => Moves)[]) =>
  steps.reduce((at, step) => step(at).account, start);
/** What is due first was charged last. */
export const twoBills = chain(
  account,
  (a) => charge(a, bill('b2', '2026-11-10', 5000)),
  (a) => charge(a, bill('b1', '2026-10-10', 3000)),
);
