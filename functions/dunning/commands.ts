import type * as z from 'zod/mini';
import { actorRef } from '../../shared/actor.ts';
import { type Context, ok, type Reply } from '../../shared/http/route.ts';
import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { yuan } from '../../shared/money/index.ts';
import { invalidField, notFound, Refusal } from '../../shared/problem.ts';
import { matched } from '../../shared/records.ts';
import { retryStale } from '../../shared/table.ts';
import { addDays, type Day } from '../../shared/time/index.ts';
import {
  type Arrangement,
  activeBills,
  type DunningCase,
  type OpenBill,
  openBills,
  openStepsOf,
  withoutException,
} from './model.ts';
import { type Change, calledOff, follow, inTurn, owing, resumed, settleOwed, unchanged } from './rules.ts';
import type {
  DecisionGiven,
  DisputeGiven,
  DisputeSettled,
  ExceptionGiven,
  PlanGiven,
  PromiseGiven,
  ServedGiven,
  VisitGiven,
} from './schema.ts';
import { applied, booksUnchanged, type Loaded, loadCase } from './shell.ts';
import { caseWrite, parseCase } from './store.ts';
import { shownCase } from './view.ts';

type Decide = (of: DunningCase, loaded: Loaded) => Change;

/** Runs a command on a case: brings it up to the books, decides, writes in one transaction, answers the case. */
export function run(context: Context, id: string, decide: Decide): Promise<Reply> {
  const { office } = context;
  const t = office.tenantId;
  return retryStale(async () => {
    const { item } = await office.load({ item: keys.dunning(t, id) });
    if (item?.et !== 'dunning') throw notFound();
    const loaded = await loadCase(context, parseCase(item));
    if (!loaded?.item) throw notFound();
    matched(context, loaded.stored.version);
    const change = inTurn(follow(loaded.stored, loaded.books, loaded.today), (of) => decide(of, loaded));
    const { after, writes } = await applied(context, loaded, change);
    const answer = ok(shownCase({ ...after, version: after.version + 1 }, loaded), after.version + 1);
    await office.commit([caseWrite(t, after, loaded.setting), ...writes, booksUnchanged(t, loaded)], answer);
    return answer;
  });
}

const wrongState = (en: string, zh: string, openSteps: string[]) =>
  new Refusal('wrong-state', { detail: { en, zh }, extra: { openSteps } });

function refuseUnless(of: DunningCase, step: string): void {
  const open = openStepsOf(of);
  if (open.includes(step)) return;
  throw openBills(of).length === 0
    ? wrongState('Nothing is open any more.', '已无未结账单。', open)
    : wrongState('This step is not open in this case now.', '该催费单当前不允许此步骤。', open);
}

/** The bills a step is about: those named, else all that are asked for. Named ones have to be among these. */
function billsOf(of: DunningCase, named: readonly string[] | undefined): string[] {
  const active = activeBills(of).map(({ id }) => id);
  (named ?? []).forEach((id, i) => {
    if (!active.includes(id)) {
      throw invalidField(
        `/body/bills/${i}`,
        'not_asked_for',
        'This bill is not open here, or is promised or disputed already (FEE-5).',
        '该账单在此无未结金额，或已约定、已有异议（FEE-5）。',
      );
    }
  });
  return named ? [...new Set(named)] : active;
}

const openOf = (books: readonly OpenBill[], ids: readonly string[]) =>
  books.filter(({ id }) => ids.includes(id)).reduce((sum, { open }) => sum + open, 0);

/** A promise may not be put off for longer than this. */
const longestDays = 750;

function checkDay(path: string, day: Day, today: Day): void {
  if (day < today) throw invalidField(path, 'past', 'This day is over (FEE-5).', '该日期已过（FEE-5）。');
  if (day > addDays(today, longestDays)) {
    throw invalidField(path, 'too_far', 'Too far away (FEE-5).', '日期过远（FEE-5）。');
  }
}

function arranged(of: DunningCase, arrangement: Arrangement, type: string): Change {
  const { id, kind, bills, instalments, note } = arrangement;
  const data = {
    arrangementId: id,
    kind,
    bills,
    instalments: instalments.map(({ day, amount }) => ({ day, amount: yuan(amount) })),
    ...(note !== undefined && { note }),
  };
  return inTurn({ ...unchanged({ ...of, arrangement }), events: [{ type, data }] }, (one) =>
    activeBills(one).length > 0 ? unchanged(one) : calledOff(one, 'promised'),
  );
}

/** FEE-5: the payer promises to pay by a day; dunning of these bills stands still until then. */
export const promise = (context: Context, id: string, body: z.output<typeof PromiseGiven>) =>
  run(context, id, (of, { books, today }) => {
    refuseUnless(of, 'promise');
    const bills = billsOf(of, body.bills);
    checkDay('/body/until', body.until, today);
    const open = openOf(books, bills);
    const amount = body.amount ?? open;
    if (amount > open) throw tooMuch('/body/amount', open);
    return arranged(
      of,
      {
        id: newId('promise', context.now),
        kind: 'promise',
        bills,
        instalments: [{ day: body.until, amount }],
        from: today,
        open,
        ...(body.note !== undefined && { note: body.note }),
      },
      'dunning.promised',
    );
  });

const tooMuch = (path: string, open: number) =>
  invalidField(
    path,
    'too_much',
    `Only ${yuan(open)} yuan are open on these bills (FEE-5).`,
    `这些账单未结金额仅 ${yuan(open)} 元（FEE-5）。`,
  );

/** FEE-5: instalments. Together they come to what is open; each is checked on the day after it. */
export const plan = (context: Context, id: string, body: z.output<typeof PlanGiven>) =>
  run(context, id, (of, { books, today }) => {
    refuseUnless(of, 'plan');
    const bills = billsOf(of, body.bills);
    const open = openOf(books, bills);
    body.instalments.forEach(({ day }, i) => {
      checkDay(`/body/instalments/${i}/day`, day, today);
      if (i > 0 && day <= (body.instalments[i - 1]?.day ?? '')) {
        throw invalidField(
          `/body/instalments/${i}/day`,
          'not_in_order',
          'Each instalment is later than the one before (FEE-5).',
          '各期日期须依次递增（FEE-5）。',
        );
      }
    });
    const sum = body.instalments.reduce((all, { amount }) => all + amount, 0);
    if (sum !== open) {
      throw invalidField(
        '/body/instalments',
        'sum_differs',
        `Together they have to be ${yuan(open)} yuan, what is open; they are ${yuan(sum)} (FEE-5).`,
        `各期合计须等于未结金额 ${yuan(open)} 元，现为 ${yuan(sum)} 元（FEE-5）。`,
      );
    }
    return arranged(
      of,
      {
        id: newId('promise', context.now),
        kind: 'plan',
        bills,
        instalments: body.instalments,
        from: today,
        open,
        ...(body.note !== undefined && { note: body.note }),
      },
      'dunning.planned',
    );
  });

/** FEE-5: the payer says that bills are wrong; somebody has to settle it. */
export const dispute = (context: Context, id: string, body: z.output<typeof DisputeGiven>) =>
  run(context, id, (of, { today }) => {
    refuseUnless(of, 'dispute');
    const bills = billsOf(of, body.bills);
    const { reason } = body;
    const disputed = { ...of, dispute: { bills, reason, from: today } };
    return inTurn(
      { ...unchanged(disputed), events: [{ type: 'dunning.disputed', data: { bills, reason } }] },
      (one) => owing(one, 'FEE-5'),
      (one) => (activeBills(one).length > 0 ? unchanged(one) : calledOff(one, 'disputed')),
    );
  });

/** A dispute is settled, one way or the other: bills that are still open are asked for again, from where it stopped. */
export const resolveDispute = (context: Context, id: string, body: z.output<typeof DisputeSettled>) =>
  run(context, id, (of, { today }) => {
    refuseUnless(of, 'resolve-dispute');
    const { dispute: settled, ...rest } = of;
    if (!settled) throw new Error('no dispute to settle');
    const after = resumed(rest, settled.bills, settled.from, today, 'dispute');
    const data = { bills: settled.bills, ...body };
    return inTurn({ ...unchanged(after), events: [{ type: 'dunning.disputeSettled', data }] }, (one) =>
      settleOwed(one, 'FEE-5', { ...body }),
    );
  });

function refuseFuture(path: string, at: string, now: number): void {
  if (Date.parse(at) > now + 60_000) {
    throw invalidField(path, 'future', 'This has not happened yet.', '时间不得晚于现在。');
  }
}

/** FEE-4: a notice was brought, with how it was taken (文件签收表). */
export const served = (context: Context, id: string, body: z.output<typeof ServedGiven>) =>
  run(context, id, (of) => {
    refuseUnless(of, 'served');
    refuseFuture('/body/at', body.at, context.now);
    const data = { ...body, by: actorRef(context.actor) };
    return inTurn({ ...unchanged(of), events: [{ type: 'dunning.served', data }] }, (one) =>
      settleOwed(one, 'FEE-4.notice', data),
    );
  });

/** FEE-4: somebody went there or called (催费记录表). */
export const visit = (context: Context, id: string, body: z.output<typeof VisitGiven>) =>
  run(context, id, (of) => {
    refuseUnless(of, 'visit');
    refuseFuture('/body/at', body.at, context.now);
    const data = { ...body, by: actorRef(context.actor) };
    const noted: Change = { ...unchanged(of), events: [{ type: 'dunning.visited', data }] };
    // Nobody met is no visit: it is still to be made.
    return body.reached ? inTurn(noted, (one) => settleOwed(one, 'FEE-4.visit', data)) : noted;
  });

/**
 * FEE-4: what the manager decides after the formal letter, or about somebody who has moved out. A decision takes the place of the one
 * before; so `continue` ends a suspension.
 */
export const decision = (context: Context, id: string, body: z.output<typeof DecisionGiven>) =>
  run(context, id, (of, { today }) => {
    refuseUnless(of, 'decision');
    const { until, reason } = body;
    if (body.decision === 'suspend') {
      if (until === undefined) {
        throw invalidField('/body/until', 'required', 'Say until when (FEE-4).', '请填写截止日期（FEE-4）。');
      }
      checkDay('/body/until', until, today);
    }
    const decided: DunningCase = {
      ...of,
      decision: {
        decision: body.decision,
        ...(body.decision === 'suspend' && until !== undefined && { until }),
        reason,
        at: new Date(context.now).toISOString(),
        by: actorRef(context.actor),
      },
    };
    const data = { ...body, by: actorRef(context.actor) };
    return inTurn(
      { ...unchanged(decided), events: [{ type: 'dunning.decided', data }] },
      (one) => settleOwed(one, 'FEE-4.decision', data),
      (one) => (body.decision === 'suspend' ? calledOff(one, 'suspended') : unchanged(one)),
    );
  });

/** What is different for this payer; a new exception takes the place of the one before. */
export const exception = (context: Context, id: string, body: z.output<typeof ExceptionGiven>) =>
  run(context, id, (of, { setting, today }) => {
    if (body.until !== undefined) checkDay('/body/until', body.until, today);
    for (const name of Object.keys(body.steps ?? {})) {
      if (!Object.hasOwn(setting.policy.steps, name)) {
        throw invalidField(
          `/body/steps/${name}`,
          'unknown',
          'The policy has no such step (FEE-4).',
          '制度中没有该催费步骤（FEE-4）。',
        );
      }
    }
    const excepted: Change = {
      ...unchanged({ ...withoutException(of, today), exception: body }),
      events: [{ type: 'dunning.excepted', data: { ...body } }],
    };
    return body.stop ? inTurn(excepted, (one) => calledOff(one, 'stopped')) : excepted;
  });

export const liftException = (context: Context, id: string) =>
  run(context, id, (of, { today }) => {
    if (!of.exception) throw notFound();
    return {
      ...unchanged(withoutException(of, today)),
      events: [{ type: 'dunning.exceptionLifted', data: {} }],
    };
  });
