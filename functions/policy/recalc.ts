import { dueAt, keys, lists } from '../../shared/keys.ts';
import { listedOf, type Obligation, parse, recompute } from '../../shared/obligations/index.ts';
import { mergePolicy, type Policy, standardPack } from '../../shared/policy/index.ts';
import { loadWithRules, type Rules, timeOf } from '../../shared/policyStore.ts';
import type { SystemTable } from '../../shared/system.ts';
import { type Item, type OfficeTable, retryStale, Stale } from '../../shared/table.ts';
import { dueMoved } from '../tickets/store.ts';
import type { SavedVersion } from './schema.ts';

/** How many open obligations one run looks at; what is left waits for the next sweep. */
const perRun = 5000;

/** How many are counted again at a time. */
const together = 8;

export interface Recalculated {
  /** Obligations whose due moment or calendar changed. */
  changed: number;
  /** Whether the whole office is through. */
  done: boolean;
}

/**
 * The job that a new calendar leaves behind (TIME-7): counts every open provisional obligation of the office again, records each
 * change and moves the ticket in the lists. Run by the notifier when the sweep finds the job due. Safe to repeat and to break off: an obligation that has
 * been counted with this calendar is left alone, and the job stays until a run got through.
 */
export async function recalc(
  system: SystemTable,
  tenantId: string,
  now: number,
  limit = perRun,
): Promise<Recalculated> {
  const office = system.office(tenantId);
  const key = keys.job(tenantId, 'recalc');
  const { items, rules } = await loadWithRules(office, { job: key });
  const { job } = items;
  // A message delivered twice, or behind a run that got through.
  if (!job) return { changed: 0, done: true };
  const from = job.rest?.from as string | undefined;
  const page = await office.query({
    index: 'g6',
    pk: lists.obl(tenantId),
    sk: from === undefined ? {} : { from },
    limit,
  });
  const provisional = page.items.filter((item) => listedOf(item).provisional);
  const changed = await countAgain(office, provisional, rules, now);
  const last = page.items.at(-1)?.g6sk;
  const done = page.next === undefined || last === undefined;
  try {
    await office.commit([
      done
        ? { remove: key, expect: { version: job.v } }
        : {
            update: key,
            set: { rest: { from: last }, dueSk: dueAt(key, new Date(now).toISOString()).dueSk },
            expect: { version: job.v },
          },
    ]);
  } catch (error) {
    // A newer calendar has come, and put a job of its own in this one's place.
    if (!(error instanceof Stale)) throw error;
  }
  return { changed, done };
}

async function countAgain(office: OfficeTable, found: Item[], rules: Rules, now: number): Promise<number> {
  const queue = [...found];
  let changed = 0;
  const worker = async () => {
    for (let entry = queue.shift(); entry; entry = queue.shift()) {
      if (await one(office, entry, rules, now)) changed++;
    }
  };
  await Promise.all(Array.from({ length: together }, worker));
  return changed;
}

/** Counts one obligation again from its stored state; says whether anything changed. */
function one(office: OfficeTable, entry: Item, rules: Rules, now: number): Promise<boolean> {
  return retryStale(async () => {
    const { propertyId, objectId } = listedOf(entry);
    const found = await office.load({
      obligation: { pk: entry.pk, sk: entry.sk },
      property: keys.property(office.tenantId, propertyId),
      ticket: keys.ticket(office.tenantId, objectId),
    });
    if (!found.obligation || !found.property) return false;
    const stored = parse(found.obligation);
    if (stored.status !== 'open' || !stored.provisional) return false;
    const policy = await policyOf(office, stored, rules);
    const again = recompute(stored, policy, rules.scheduleOf(timeOf(found.property)), now);
    if (!again) return false;
    const moved = found.ticket && dueMoved(found.ticket, again.obligation);
    await office.commit(moved ? [...again.writes, moved] : again.writes);
    return true;
  });
}

/** The policy under which the obligation was opened: it keeps that version (rulebook, preamble). */
async function policyOf(office: OfficeTable, { policyVersion }: Obligation, rules: Rules): Promise<Policy> {
  const known = rules.policyOfVersion(policyVersion);
  if (known) return known;
  const { saved } = await office.load({ saved: keys.policy(office.tenantId, policyVersion) });
  if (!saved) throw new Error(`no policy version ${policyVersion}`);
  return mergePolicy(standardPack, (saved.rest as unknown as SavedVersion).override, policyVersion);
}
