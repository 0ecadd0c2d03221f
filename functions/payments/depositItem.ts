import { type Movement, postingList } from '../../shared/books/index.ts';
import type { Head } from '../../shared/history.ts';
import { at, keys, lists } from '../../shared/keys.ts';
import { type Fen, yuan } from '../../shared/money/index.ts';
import type { Item } from '../../shared/table.ts';
import type { Place } from './model.ts';
import type { Method } from './schema.ts';

export interface DepositStep {
  at: string;
  by: string;
  kind: 'deducted' | 'applied' | 'refunded' | 'restored';
  amount: Fen;
  reason?: string;
  refundId?: string;
}

/** A deposit (押金) as stored: the posting by which it was taken, and what became of it. Amounts in fen. */
export interface Deposit extends Place {
  id: string;
  at: string;
  movements: Movement[];
  kind: 'renovation' | 'card' | 'key' | 'other';
  method: Method;
  receipt: string;
  /** what is held still, as the account has it */
  held: Fen;
  by: string;
  note?: string;
  accepted?: { at: string; by: string; note?: string };
  steps: DepositStep[];
  reversed?: { at: string; by: string; reason: string };
  head: Head;
  version: number;
}

export function depositItem(t: string, deposit: Deposit): Item {
  const { version, by, note, accepted, steps, reversed, head, ...list } = deposit;
  const { list: posting, ...place } = postingList(t, list);
  const when = at(deposit.at, deposit.id);
  return {
    ...keys.deposit(t, deposit.id),
    et: 'deposit',
    v: version,
    list: { ...posting, state: stateOf(deposit) },
    rest: {
      by,
      steps,
      head,
      ...(note !== undefined && { note }),
      ...(accepted && { accepted }),
      ...(reversed && { reversed }),
    },
    g1pk: lists.depositsOfProperty(t, deposit.propertyId),
    g1sk: when,
    g2pk: lists.depositsOfUnit(t, deposit.unitId),
    g2sk: when,
    ...place,
  };
}

export function depositOf(item: Item): Deposit {
  const { state: _, ...list } = item.list ?? {};
  return { ...list, ...item.rest, version: item.v } as unknown as Deposit;
}

export const stateOf = ({ held, accepted, reversed }: Pick<Deposit, 'held' | 'accepted' | 'reversed'>) =>
  reversed ? 'reversed' : held === 0 ? 'closed' : accepted ? 'accepted' : 'held';

const amounts = ({ movements, held }: Pick<Deposit, 'movements' | 'held'>) => ({
  amount: yuan(movements[0]?.amount ?? 0),
  held: yuan(held),
  currency: 'CNY',
});

export function listedDeposit(item: Item) {
  const { movements, held, ...rest } = item.list as unknown as Deposit;
  return { ...rest, ...amounts({ movements, held }) };
}

export function shownDeposit(deposit: Deposit) {
  const { movements, held, head: _, steps, ...rest } = deposit;
  return {
    ...rest,
    ...amounts({ movements, held }),
    state: stateOf(deposit),
    steps: steps.map((step) => ({ ...step, amount: yuan(step.amount) })),
  };
}
