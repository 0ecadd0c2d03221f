import { accountWrite, billState, billWrite, lateFee, postingWrite } from '../../shared/books/index.ts';
import { mailFor } from '../../shared/deliveries.ts';
import { type Endpoint, parseEndpoint, subscribers } from '../../shared/endpoints.ts';
import { append, type DomainEvent } from '../../shared/history.ts';
import { newId } from '../../shared/ids.ts';
import { dueAt, keys } from '../../shared/keys.ts';
import { yuan } from '../../shared/money/index.ts';
import { obligationId } from '../../shared/obligations/index.ts';
import type { QueueMessage } from '../../shared/queues.ts';
import { type Item, type Key, type OfficeTable, retryStale, Stale, type Write } from '../../shared/table.ts';
import { daysBetween } from '../../shared/time/index.ts';
import { lateFees, withFees } from './lateFee.ts';
import type { DunningBill, FeeLine } from './model.ts';
import { follow, inTurn, type Telling, tell, whereabouts } from './rules.ts';
import { type Acting, applied, booksUnchanged, type Loaded, loadCase } from './shell.ts';
import { caseWrite, differs, parseCase, type ToldBill, toldWrite } from './store.ts';
import { feeLine, wordsOf } from './words.ts';

/** While an office is suspended its cases come back this often, in milliseconds. */
const suspendedMs = 60 * 60_000;

/** Bills of one message; a transaction has room for their late fees, and nobody reads more. */
const mostBills = 60;

const actor = { kind: 'system', id: 'dunning' } as const;

/**
 * Looks at a case that is due: brings it up to the books, and tells the payer what is to be told now. Everything is read again
 * right before and goes into one transaction that holds only while the account is as it was read: a payment, a promise, a second
 * notifier in between make it stale, and it is decided anew with what they left. Answers the messages for the deliveries' queue;
 * they may be lost, the sweep finds what they point to. `clock` is asked anew for each attempt, so that what is told after a
 * payment also says so.
 */
export function dun(
  office: OfficeTable,
  key: Key,
  clock: () => number,
  requestId: string,
): Promise<QueueMessage[]> {
  return retryStale(() => once({ office, actor, requestId, now: clock() }, key));
}

async function once(acting: Acting, key: Key): Promise<QueueMessage[]> {
  const { office, now } = acting;
  const t = office.tenantId;
  const first = await office.load({ item: key });
  if (first.item?.et !== 'dunning') return [];
  const of = parseCase(first.item);
  const loaded = await loadCase(acting, of, {
    office: keys.office(t),
    unit: keys.unit(t, of.unitId),
    payer: keys.customer(t, of.payerId),
    file: keys.feeFile(t, of.unitId),
  });
  if (!loaded?.item) return [];
  if (loaded.items.office?.list?.status !== 'active') {
    await postpone(office, loaded.item, now + suspendedMs);
    return [];
  }
  const { setting, today, books } = loaded;
  const change = inTurn(follow(loaded.stored, books, today), (one) =>
    whereabouts(one, hasLeft(loaded, today)),
  );
  let telling: Telling | undefined;
  const whole = inTurn(change, (one) => {
    const next = tell(one, setting);
    if ('rung' in next) telling = next;
    return next;
  });
  const { after, writes } = await applied(acting, loaded, whole);
  const message = telling && (await compose(acting, loaded, { ...telling, after }));
  const last = message ? message.after : after;
  const put = caseWrite(t, last, setting);
  if (!differs(loaded.item, put)) return [];
  await office.commit([
    put,
    ...writes,
    ...(message?.writes ?? []),
    ...(message?.movesMoney ? [] : [booksUnchanged(t, loaded)]),
  ]);
  return message?.queue ?? [];
}

/**
 * Whether the payer has left: the customer's file is closed or gone, or every occupancy of theirs in the unit has ended.
 * Who was never an occupant (a one-off charge) has not.
 */
export function hasLeft({ items, stored }: Pick<Loaded, 'items' | 'stored'>, today: string): boolean {
  const { payer, file } = items;
  if (payer?.et !== 'customer' || payer.list?.archived === true) return true;
  const all = (file?.rest?.occupancies ?? []) as { payerId: string; to?: string }[];
  const theirs = all.filter(({ payerId }) => payerId === stored.payerId);
  return theirs.length > 0 && theirs.every(({ to }) => to !== undefined && to < today);
}

interface Composed {
  after: Telling['after'];
  writes: Write[];
  queue: QueueMessage[];
  /** Late fees were charged, so the account is written rather than checked. */
  movesMoney: boolean;
}

/** The message of a step with all that goes with it: late fees in the books, event, mail, log. */
async function compose(acting: Acting, loaded: Loaded, telling: Telling): Promise<Composed> {
  const { office, now, requestId } = acting;
  const t = office.tenantId;
  const { rung, bills } = telling;
  const { propertyId, unitId, payerId, id, told: n } = telling.after;
  const { today, policy, account } = loaded;
  const asked = bills.slice(-mostBills);
  const found: Record<string, Item | undefined> = await office.load(
    Object.fromEntries(asked.map((bill) => [bill.id, keys.bill(t, bill.id)])),
  );
  const totals = new Map(asked.map((bill) => [bill.id, (found[bill.id]?.list?.total as number) ?? 0]));
  const fees = lateFees(telling.after, loaded.books, totals, loaded.setting.policy.lateFee, today);
  const charged = fees.length > 0 ? charge(acting, loaded, fees, found) : undefined;
  const openNow = new Map((charged?.account ?? account).bills.map((bill) => [bill.id, bill.open]));
  const lines = asked.map((bill) => lineOf(bill, found[bill.id], openNow, today));
  const total = bills.reduce((sum, bill) => sum + (openNow.get(bill.id) ?? 0), 0);
  const place = {
    property: String(loaded.items['#property']?.list?.name ?? ''),
    building: String(loaded.items.unit?.list?.building ?? ''),
    number: String(loaded.items.unit?.list?.number ?? ''),
  };
  const words = wordsOf({ rung, ...place, bills: lines, lateFees: fees, total, today });
  const { event, write, head } = append(
    telling.after.head,
    {
      type: 'dunning.told',
      object: id,
      data: {
        propertyId,
        unitId,
        payerId,
        step: rung.name,
        kind: rung.kind,
        bills: lines.map(({ id, dueDay, open }) => ({ id, dueDay, open: yuan(open) })),
        total: yuan(total),
        ...words,
        // Arrears are not for the eyes of a whole group (FEE-8): systems get them, robots do not.
        channels: ['webhook'],
      },
    },
    { actor, tenantId: t, requestId, now },
  );
  // A visit is told by whoever makes it.
  const address = (loaded.items.payer?.rest?.emails as string[] | undefined)?.[0];
  const mail =
    rung.kind !== 'visit' && address !== undefined && !telling.after.movedOut
      ? mailFor(t, { customerId: payerId }, 'dunning.told', [id, String(n)], words, now)
      : undefined;
  const owed = telling.after.owed.find((one) => one.step === rung.name);
  const after = { ...withFees(telling.after, fees), head };
  after.open = (charged?.account ?? account).bills.reduce((sum, { open }) => sum + open, 0);
  return {
    after,
    movesMoney: charged !== undefined,
    queue: mail ? [mail.queueMessage] : [],
    writes: [
      write,
      ...(charged?.writes ?? []),
      ...(mail ? [mail.write] : []),
      toldWrite(t, {
        n,
        caseId: id,
        propertyId,
        unitId,
        payerId,
        at: event.at,
        step: rung.name,
        kind: rung.kind,
        bills: lines,
        total,
        lateFees: fees,
        ...words,
        channels: [
          ...(mail ? (['email'] as const) : []),
          ...((await heardBy(office, event)).length > 0 ? (['webhook'] as const) : []),
        ],
        ...(mail && { deliveryId: mail.delivery.id }),
        eventId: event.id,
        ...(owed && { obligationId: obligationId(id, owed.key) }),
        policyVersion: policy.version,
      }),
    ],
  };
}

function lineOf(
  { id, due }: DunningBill,
  item: Item | undefined,
  openNow: ReadonlyMap<string, number>,
  today: string,
): ToldBill {
  return {
    id,
    cycle: String(item?.list?.cycle ?? ''),
    dueDay: due,
    total: (item?.list?.total as number | undefined) ?? 0,
    open: openNow.get(id) ?? 0,
    daysLate: daysBetween(due, today),
  };
}

/** Books late fees, a line of the posting for each bill (FEE-9). */
function charge(
  { office, now }: Acting,
  { account: before, stored }: Loaded,
  fees: readonly FeeLine[],
  items: Record<string, Item | undefined>,
) {
  const t = office.tenantId;
  const { propertyId, unitId, payerId } = stored;
  const movements = [];
  const writes: Write[] = [];
  let account = before;
  for (const fee of fees) {
    const item = items[fee.billId] as Item;
    const bill = billState(item);
    const moves = lateFee(account, { id: bill.id, dueDay: bill.dueDay }, fee.amount);
    account = moves.account;
    movements.push(...moves.movements);
    writes.push(...moves.bills.map((change) => billWrite(t, propertyId, change, { stored: item })));
  }
  const at = new Date(now).toISOString();
  const reason = `FEE-9: ${fees
    .map(feeLine)
    .map(({ zh }) => zh)
    .join('；')}`.slice(0, 2000);
  writes.push(
    accountWrite(t, account),
    postingWrite(t, { id: newId('entry', now), at, propertyId, unitId, payerId, movements, reason }),
  );
  return { account, writes };
}

const known = new WeakMap<OfficeTable, Promise<Endpoint[]>>();

/** The office's endpoints, read once for a batch of messages. */
export function endpointsOf(office: OfficeTable): Promise<Endpoint[]> {
  let endpoints = known.get(office);
  if (!endpoints) {
    endpoints = office
      .all({ pk: keys.webhooksPk(office.tenantId) })
      .then((items) => items.filter(({ et }) => et === 'webhook').map(parseEndpoint));
    known.set(office, endpoints);
  }
  return endpoints;
}

const heardBy = async (office: OfficeTable, event: DomainEvent) =>
  subscribers(await endpointsOf(office), event);

async function postpone(office: OfficeTable, item: Item, until: number): Promise<void> {
  try {
    await office.commit([
      {
        update: { pk: item.pk, sk: item.sk },
        set: { ...dueAt(item, new Date(until).toISOString()) },
        expect: { version: item.v },
      },
    ]);
  } catch (error) {
    if (!(error instanceof Stale)) throw error;
  }
}
