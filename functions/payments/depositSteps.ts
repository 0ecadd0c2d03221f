import { actorRef } from '../../shared/actor.ts';
import {
  accountOf,
  accountWrite,
  type Moves,
  postingWrite,
  reverseDeposit as reversed,
  takeDeposit,
} from '../../shared/books/index.ts';
import { append } from '../../shared/history.ts';
import { type Context, ok, type Reply } from '../../shared/http/route.ts';
import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { type Fen, yuan } from '../../shared/money/index.ts';
import { notFound } from '../../shared/problem.ts';
import { matched } from '../../shared/records.ts';
import type { Item, Key, Write } from '../../shared/table.ts';
import { whoOf } from './book.ts';
import { patiently, refuseCash, wrongState } from './case.ts';
import {
  type Deposit,
  type DepositStep,
  depositItem,
  depositOf,
  shownDeposit,
  stateOf,
} from './depositItem.ts';
import { Numbers, numberKeys } from './numbers.ts';
import { refunded } from './refunds.ts';
import type { Method } from './schema.ts';
import { billWrites } from './undo.ts';

/** The steps open in a state (FEE-7): nothing is paid back or used before what it was held for is accepted. */
export const openSteps = {
  held: ['accept', 'deduct', 'reverse'],
  accepted: ['deduct', 'apply', 'refund', 'reverse'],
  closed: [],
  reversed: [],
} as const;
type Step = 'accept' | 'deduct' | 'apply' | 'refund' | 'reverse';

async function loadDeposit(context: Context, depositId: string, step: Step): Promise<Deposit> {
  const { office } = context;
  const { item } = await office.load({ item: keys.deposit(office.tenantId, depositId) });
  if (item?.et !== 'deposit') throw notFound();
  const deposit = depositOf(item);
  matched(context, deposit.version);
  const open: readonly string[] = openSteps[stateOf(deposit)];
  if (!open.includes(step)) {
    const early = stateOf(deposit) === 'held';
    throw early
      ? wrongState('Accept first what the deposit was held for (FEE-7).', '请先验收，再处理押金（FEE-7）。', [
          ...open,
        ])
      : wrongState('This step is not open for the deposit (FEE-7).', '该押金当前不允许此步骤（FEE-7）。', [
          ...open,
        ]);
  }
  return deposit;
}

/** A deposit with one more step on record, its event and the answer. */
export function recorded(
  context: Context,
  deposit: Deposit,
  event: string,
  told: object,
  change: Partial<Deposit>,
) {
  const who = whoOf(context);
  const { propertyId, unitId, payerId } = deposit;
  const data = { propertyId, unitId, payerId, ...told };
  const { head, write } = append(deposit.head, { type: event, object: deposit.id, data }, who);
  const after: Deposit = { ...deposit, ...change, head, version: deposit.version + 1 };
  const put: Write = {
    put: depositItem(who.tenantId, after),
    expect: { version: deposit.version },
  };
  return { after, writes: [put, write], answer: ok(shownDeposit(after), after.version) };
}

export function acceptDeposit(context: Context, id: string, note: string | undefined): Promise<Reply> {
  return patiently(async () => {
    const deposit = await loadDeposit(context, id, 'accept');
    const at = new Date(context.now).toISOString();
    const accepted = { at, by: actorRef(context.actor), ...(note !== undefined && { note }) };
    const { writes, answer } = recorded(context, deposit, 'deposit.accepted', {}, { accepted });
    await context.office.commit(writes, answer);
    return answer;
  });
}

const kinds = {
  deducted: 'depositDeducted',
  applied: 'depositApplied',
  refunded: 'depositRefunded',
} as const;

/** Takes from a deposit what a step takes: the account, the step on record. Refused past what is held. */
async function take(
  context: Context,
  deposit: Deposit,
  kind: Exclude<DepositStep['kind'], 'restored'>,
  amount: Fen,
  of: { reason?: string | undefined; refundId?: string; also?: Record<string, Key> } = {},
) {
  const { office, now } = context;
  const { unitId, payerId } = deposit;
  const found: Record<string, Item | undefined> = await office.load({
    ...of.also,
    account: keys.account(office.tenantId, unitId, payerId),
  });
  const moves = takeDeposit(accountOf(found.account, deposit), kinds[kind], deposit.id, amount);
  const step = (refundId?: string): DepositStep => ({
    at: new Date(now).toISOString(),
    by: actorRef(context.actor),
    kind,
    amount,
    ...(of.reason !== undefined && { reason: of.reason }),
    ...(refundId !== undefined && { refundId }),
  });
  const finish = (refundId?: string) =>
    recorded(
      context,
      deposit,
      `deposit.${kind}`,
      { amount: yuan(amount), reason: of.reason, refundId },
      { held: deposit.held - amount, steps: [...deposit.steps, step(refundId)] },
    );
  return { found, moves, finish };
}

function posted(context: Context, deposit: Deposit, moves: Moves, reason: string | undefined): Write {
  const { propertyId, unitId, payerId } = deposit;
  return postingWrite(context.office.tenantId, {
    id: newId('entry', context.now),
    at: new Date(context.now).toISOString(),
    propertyId,
    unitId,
    payerId,
    movements: moves.movements,
    ...(reason !== undefined && { reason }),
  });
}

export function deductDeposit(
  context: Context,
  id: string,
  { amount, reason }: { amount: Fen; reason: string },
): Promise<Reply> {
  const { office } = context;
  return patiently(async () => {
    const deposit = await loadDeposit(context, id, 'deduct');
    const { moves, finish } = await take(context, deposit, 'deducted', amount, { reason });
    const { writes, answer } = finish();
    await office.commit(
      [...writes, accountWrite(office.tenantId, moves.account), posted(context, deposit, moves, reason)],
      answer,
    );
    return answer;
  });
}

/** FEE-7: a deposit did not hold (never came in, booked in error). Its receipt keeps its number and is worth nothing. */
export function reverseDeposit(context: Context, id: string, reason: string): Promise<Reply> {
  const { office } = context;
  const t = office.tenantId;
  return patiently(async () => {
    const deposit = await loadDeposit(context, id, 'reverse');
    const { account } = await office.load({ account: keys.account(t, deposit.unitId, deposit.payerId) });
    const amount = deposit.movements[0]?.amount ?? 0;
    const moves = reversed(accountOf(account, deposit), { id, amount });
    const at = new Date(context.now).toISOString();
    const { writes, answer } = recorded(
      context,
      deposit,
      'deposit.reversed',
      { amount: yuan(amount), receipt: deposit.receipt, reason },
      { held: 0, reversed: { at, by: actorRef(context.actor), reason } },
    );
    await office.commit(
      [...writes, accountWrite(t, moves.account), posted(context, deposit, moves, reason)],
      answer,
    );
    return answer;
  });
}

export function applyDeposit(
  context: Context,
  id: string,
  { amount, reason }: { amount?: Fen | undefined; reason?: string | undefined },
): Promise<Reply> {
  const { office } = context;
  return patiently(async () => {
    const deposit = await loadDeposit(context, id, 'apply');
    const { moves, finish } = await take(context, deposit, 'applied', amount ?? deposit.held, { reason });
    const { writes, answer } = finish();
    await office.commit(
      [
        ...writes,
        accountWrite(office.tenantId, moves.account),
        posted(context, deposit, moves, reason),
        ...(await billWrites(office, moves)),
      ],
      answer,
    );
    return answer;
  });
}

export function refundDeposit(
  context: Context,
  id: string,
  body: {
    amount?: Fen | undefined;
    method: Method;
    payee?: { name: string; account?: string | undefined } | undefined;
    reason: string;
  },
): Promise<Reply> {
  const { office, now } = context;
  const t = office.tenantId;
  return patiently(async () => {
    const deposit = await loadDeposit(context, id, 'refund');
    const { propertyId } = deposit;
    const { found, moves, finish } = await take(context, deposit, 'refunded', body.amount ?? deposit.held, {
      reason: body.reason,
      also: {
        ...numberKeys(t, propertyId, 'refund', now),
        property: keys.property(t, propertyId),
        settings: keys.feeSettings(t, propertyId),
      },
    });
    refuseCash({ cash: found.settings?.rest?.cash === true }, body.method);
    const zone = found.property?.list?.zone as string;
    const numbers = new Numbers(t, propertyId, 'refund', { now, zone, items: found });
    const { refund, writes: paid } = refunded(whoOf(context), deposit, {
      movements: moves.movements,
      method: body.method,
      reason: body.reason,
      notice: numbers.next(),
      payee: body.payee,
      depositId: id,
    });
    const { writes, answer } = finish(refund.id);
    await office.commit([...writes, ...paid, accountWrite(t, moves.account), numbers.write], answer);
    return answer;
  });
}
