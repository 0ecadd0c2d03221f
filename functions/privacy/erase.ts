import { append, eventOf, type Head, noHistory } from '../../shared/history.ts';
import { type Context, ok, type Reply } from '../../shared/http/route.ts';
import { keys } from '../../shared/keys.ts';
import { yuan } from '../../shared/money/index.ts';
import { notFound, Refusal } from '../../shared/problem.ts';
import { type Item, type OfficeTable, retryStale, type Write } from '../../shared/table.ts';
import { localDay } from '../../shared/time/index.ts';
import { customerRecords } from '../offices/customers.ts';
import { isOpen } from '../tickets/life.ts';
import { objectKey, remove } from '../tickets/s3.ts';
import { objectOf, ticketOf } from '../tickets/store.ts';
import { type Held, heldOf, occupied } from './held.ts';
import type { grounds } from './schema.ts';
import { tombstone, withoutPerson } from './wipe.ts';

/** Writes of one transaction, with room for the object and its event. */
const atOnce = 60;

const sum = (items: readonly Item[], name: string) =>
  items.reduce((all, { list }) => all + Number(list?.[name] ?? 0), 0);

/** Throws `conflict` with everything that has to be settled first: open tickets, bills, money in hand, a unit still paid for. */
async function refuseWhileOpen({ office, now }: Context, held: Held, customerId: string): Promise<void> {
  const customer = held.file.find(({ et }) => et === 'customer');
  const { property } = await office.load({
    property: keys.property(office.tenantId, String(customer?.list?.propertyId)),
  });
  const today = localDay(now, String(property?.list?.zone ?? 'Asia/Shanghai'));
  const tickets = held.tickets.flatMap((items) => {
    const item = items.find(({ et }) => et === 'ticket');
    const ticket = item && ticketOf(item);
    return ticket && isOpen(ticket.status) ? [ticket.id] : [];
  });
  const open = held.books.filter(({ et, list }) => et === 'bill' && list?.status === 'open');
  const [credit, deposits] = [sum(held.accounts, 'credit'), sum(held.accounts, 'deposit')];
  const inTheWay = {
    tickets,
    bills: open.map(objectOf),
    credit: yuan(credit),
    deposits: yuan(deposits),
    occupiedUnits: await occupied(office, customerId, today),
  };
  const units = inTheWay.occupiedUnits;
  if (tickets.length + open.length + units.length + credit + deposits === 0) return;
  const count = { tickets: tickets.length, bills: open.length, units: units.length };
  throw new Refusal('conflict', {
    detail: {
      en: `To be settled first: ${count.tickets} open tickets, ${count.bills} open bills, ${inTheWay.credit} yuan of credit, ${inTheWay.deposits} of deposits, ${count.units} units the person pays for.`,
      zh: `须先办结：未结工单 ${count.tickets} 件、未结账单 ${count.bills} 张、预存款 ${inTheWay.credit} 元、押金 ${inTheWay.deposits} 元、仍为缴费人的房屋 ${count.units} 套。`,
    },
    extra: { inTheWay },
  });
}

/**
 * Takes away what is personal about a customer, everywhere it is stored as present state, and people's words from the histories; amounts,
 * days, ids and codes stay, so the books and the counters do. First the file, so that nothing new can name the person; then the
 * rest, in transactions of their own: one that is interrupted is finished by asking again, which is always allowed.
 */
export function erase(
  context: Context,
  customerId: string,
  reason: (typeof grounds)[number],
): Promise<Reply> {
  const { office, now } = context;
  const t = office.tenantId;
  return retryStale(async () => {
    const { customer } = await office.load({ customer: keys.customer(t, customerId) });
    const held = await heldOf(office, customerId);
    if (customer?.et !== 'customer' || !held) throw notFound();
    const before = customerRecords.parse(customer);
    const erasedAt = before.erasedAt ?? new Date(now).toISOString();
    if (before.erasedAt === undefined) {
      await refuseWhileOpen(context, held, customerId);
      const { maskedPhone: _, emergencyContact: __, note: ___, ...file } = before;
      const after = {
        ...file,
        name: tombstone,
        phones: [],
        emails: [],
        signatories: [],
        archived: true,
        erasedAt,
        version: before.version + 1,
      };
      const head = (customer.rest?.head as Head | undefined) ?? noHistory;
      await office.commit([
        ...customerRecords.write(context, 'customer.erased', after, { reason }, head, {
          version: before.version,
        }),
        // Nothing has been billed or paid since it was looked at.
        ...held.accounts.slice(0, 90).map(
          ({ pk, sk, v }): Write => ({
            check: { pk, sk },
            expect: { version: v },
          }),
        ),
      ]);
    }
    const erased: Record<string, number> = {};
    const count = (items: readonly Item[]) => {
      for (const { et } of items) erased[et] = (erased[et] ?? 0) + 1;
    };
    count(
      await replace(
        context,
        [...held.file, ...held.books].flatMap((one) => withoutPerson(one) ?? []),
      ),
    );
    for (const items of held.tickets) count(await eraseCase(context, items, 'ticket'));
    for (const items of held.cases) count(await eraseCase(context, items, 'dunning'));
    const answer = ok({ customerId, erasedAt, reason, erased });
    await office.commit([], answer);
    return answer;
  });
}

async function replace({ office }: Context, items: readonly Item[]): Promise<readonly Item[]> {
  for (let from = 0; from < items.length; from += atOnce) {
    await office.commit(
      items.slice(from, from + atOnce).map((put) => ({ put, expect: { version: put.v - 1 } })),
    );
  }
  return items;
}

/** A partition with a history: what is personal in its items, then the words of its events. Its history tells that they were taken. */
async function eraseCase(
  context: Context,
  items: readonly Item[],
  et: 'ticket' | 'dunning',
): Promise<Item[]> {
  const { office, actor, requestId, now } = context;
  const t = office.tenantId;
  const home = items.find((item) => item.et === et);
  if (!home) return [];
  const id = objectOf(home);
  const spoken = items.filter((item) => item.et === 'event' && item.said !== undefined);
  const changed = items.flatMap((item) => (item === home ? [] : (withoutPerson(item) ?? [])));
  const without = withoutPerson(home);
  if (spoken.length + changed.length === 0 && !without) return [];
  // An erasure that was interrupted after it was told: the words are left to take.
  const erasure = items.findLast((item) => item.et === 'event' && item.rest?.type === `${et}.erased`);
  if (changed.length === 0 && !without && spoken.every(({ sk }) => sk < (erasure?.sk ?? ''))) {
    await takeWords(office, spoken);
    return spoken;
  }
  for (const { list } of items.filter((item) => item.et === 'attachment'))
    await remove(actor, objectKey('kept', t, id, String(list?.id)));
  await replace(
    context,
    changed.map((item) =>
      item.et === 'attachment' ? { ...item, list: { ...item.list, erased: true } } : item,
    ),
  );
  const step = append(
    home.rest?.head as Head,
    { type: `${et}.erased`, object: id, data: told(items) },
    { actor, tenantId: t, requestId, now },
  );
  const after = without ?? { ...home, v: home.v + 1 };
  await office.commit([
    { put: { ...after, rest: { ...after.rest, head: step.head } }, expect: { version: home.v } },
    step.write,
  ]);
  await takeWords(office, spoken);
  return [...changed, ...spoken, after];
}

async function takeWords(office: OfficeTable, spoken: readonly Item[]): Promise<void> {
  for (let from = 0; from < spoken.length; from += atOnce) {
    await office.commit(
      spoken.slice(from, from + atOnce).map(({ pk, sk }) => ({
        update: { pk, sk },
        unset: ['said'],
        expect: 'exists',
      })),
    );
  }
}

/** Where it belongs, as every event of its object tells. */
function told(items: readonly Item[]): Record<string, unknown> {
  const first = items.find(({ et }) => et === 'event');
  const { kind, grade, urgent, propertyId, unitId, payerId } = first ? eventOf(first).data : {};
  return { kind, grade, urgent, propertyId, unitId, payerId };
}
