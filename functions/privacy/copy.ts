import { append, eventOf, type Head, noHistory } from '../../shared/history.ts';
import { type Context, ok, type Reply } from '../../shared/http/route.ts';
import { keys } from '../../shared/keys.ts';
import { notFound, Refusal } from '../../shared/problem.ts';
import { type Item, retryStale } from '../../shared/table.ts';
import { intakeOf, objectOf, ticketOf, wholeOf } from '../tickets/store.ts';
import { heldOf } from './held.ts';

/** The answer has to stay below Lambda's 6 MB. */
const mostBytes = 4_000_000;

/** What only the service needs: ends of histories, hashes of links. */
const inner = new Set(['head', 'link', 'movements']);

/** Reminders and claims: what the office owes, not what it holds about the person. */
const leftOut = new Set(['obligation', 'ledger', 'identityCheck', 'counted']);

function shown(items: readonly Item[]) {
  return items.flatMap((item) => {
    if (leftOut.has(item.et)) return [];
    return [{ kind: item.et, id: idOf(item), data: dataOf(item, items) }];
  });
}

/** Its own id; what has none belongs to something whose partition it stands in, or one beside it (an account, its unit's). */
const idOf = (item: Item) => String(item.rest?.id ?? item.list?.id ?? objectOf(item).split('#', 1)[0]);

function dataOf(item: Item, beside: readonly Item[]): Record<string, unknown> {
  if (item.et === 'event') return { ...eventOf(item) };
  if (item.et === 'ticket')
    return { ...wholeOf(ticketOf(item), intakeOf(beside.find(({ et }) => et === 'event'))) };
  const all = Object.entries({ ...item.list, ...item.rest });
  return Object.fromEntries(all.filter(([name]) => !inner.has(name)));
}

/** Everything held about a person, to be handed to them (PIPL art. 45). That it was taken is recorded, as every look at a file is (CUST-1). */
export function copyOf(context: Context, customerId: string): Promise<Reply> {
  const { office, actor, requestId, now } = context;
  const t = office.tenantId;
  return retryStale(async () => {
    const { customer } = await office.load({ customer: keys.customer(t, customerId) });
    const held = await heldOf(office, customerId);
    if (customer?.et !== 'customer' || !held) throw notFound();
    const parts = [held.file, ...held.tickets, held.accounts, held.books, ...held.cases];
    const answer = ok({
      customerId,
      exportedAt: new Date(now).toISOString(),
      items: parts.flatMap(shown),
    });
    if (JSON.stringify(answer.body).length > mostBytes) throw tooMuch();
    const step = append(
      (customer.rest?.head as Head | undefined) ?? noHistory,
      { type: 'customer.exported', object: customerId, data: {} },
      { actor, tenantId: t, requestId, now },
    );
    await office.commit(
      [{ update: customer, set: { 'rest.head': step.head }, expect: { version: customer.v } }, step.write],
      answer,
    );
    return answer;
  });
}

const tooMuch = () =>
  new Refusal('unprocessable', {
    detail: {
      en: 'More than one answer can hold; ask the operator for an export.',
      zh: '数据量超出单次响应上限，请联系运营方导出。',
    },
  });
