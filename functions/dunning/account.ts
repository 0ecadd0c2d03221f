import { log } from '../../shared/log.ts';
import { type Item, type OfficeTable, retryStale } from '../../shared/table.ts';
import { todayOf, wakeOf } from './clock.ts';
import { follow } from './rules.ts';
import { type Acting, applied, loadCase, type Place } from './shell.ts';
import { caseWrite, differs } from './store.ts';

/** Accounts looked at at a time. */
const together = 8;

const actor = { kind: 'system', id: 'dunning' } as const;

/**
 * Brings dunning cases up to their accounts, after these changed: opens a case with the first bill, keeps promises that are paid,
 * ends what people owe about arrears that are gone. What it does follows from the present state, so news may come twice, late or
 * in any order.
 */
export async function followAccounts(
  office: OfficeTable,
  places: Iterable<Place>,
  now: number,
): Promise<void> {
  const queue = [...places];
  const worker = async () => {
    for (let place = queue.shift(); place; place = queue.shift()) {
      const one = place;
      await retryStale(() => followOne({ office, actor, requestId: 'dunning', now }, one));
    }
  };
  await Promise.all(Array.from({ length: together }, worker));
}

async function followOne(acting: Acting, place: Place): Promise<void> {
  const loaded = await loadCase(acting, place);
  if (!loaded) {
    log.warn('an account of a property that is gone', { tenantId: acting.office.tenantId });
    return;
  }
  const { item, stored, books, setting } = loaded;
  if (!item && books.length === 0) return;
  const { after, writes } = await applied(acting, loaded, follow(stored, books, todayOf(setting)));
  const put = caseWrite(
    acting.office.tenantId,
    after,
    setting,
    waiting(item, wakeOf(after, setting), acting.now),
  );
  if (!differs(item, put)) return;
  await acting.office.commit([put, ...writes]);
}

/** When to look at it next; a case that waits to be taken up already keeps its place, whatever news comes meanwhile. */
function waiting(item: Item | undefined, wake: number | undefined, now: number): number | undefined {
  const since = Date.parse(String(item?.list?.nextAt));
  return wake !== undefined && wake <= now && since <= now ? since : wake;
}
