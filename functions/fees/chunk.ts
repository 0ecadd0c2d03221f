import { append, noHistory } from '../../shared/history.ts';
import { chunkObject, keys } from '../../shared/keys.ts';
import { yuan } from '../../shared/money/index.ts';
import { loadWithRules, timeOf } from '../../shared/policyStore.ts';
import { type Item, type OfficeTable, Stale, type Write } from '../../shared/table.ts';
import type { Text } from '../../shared/text.ts';
import { billId, billOf, type StoredBill } from './billItem.ts';
import { cycleOf } from './cycle.ts';
import { AlreadyBilled, type Billing, casesOf, gone, issueUnit, reckon } from './issue.ts';
import { type Note, Unbillable } from './line.ts';
import { type BillRun, noTally, type Phase, phaseOf, runOf, type Tally, tallyAdds } from './run.ts';
import type { BillMessage, Worker } from './runStore.ts';
import type { Settings, Standard } from './schema.ts';

/** Units of a chunk that are worked on at the same time. */
export const together = 8;

/** One thing a person should see of a unit. */
export interface UnitNote {
  unitId: string;
  kind: 'failed' | 'already' | 'exception' | 'estimated' | 'nobody';
  code?: Unbillable['code'];
  standardId?: string;
  words: Text;
}

/** Does one chunk of a run's phase, once: its result is written on it, and the run counts it in the same transaction. */
export async function doChunk(
  worker: Worker,
  { runId, phase, n }: Pick<Extract<BillMessage, { kind: 'billChunk' }>, 'runId' | 'phase' | 'n'>,
): Promise<void> {
  const { office } = worker;
  const t = office.tenantId;
  const { items, rules } = await loadWithRules(office, {
    run: keys.billRun(t, runId),
    chunk: keys.billRunChunk(t, runId, n),
    standards: keys.billRunStandards(t, runId),
  });
  if (items.run?.et !== 'billRun' || !items.chunk || !items.standards) return;
  const run = runOf(items.run);
  if (items.chunk.rest?.[phase] === undefined && phase === phaseOf(run)) {
    const { property, settings } = await office.load({
      property: keys.property(t, run.propertyId),
      settings: keys.feeSettings(t, run.propertyId),
    });
    if (!property) return;
    const billing: Billing = {
      propertyId: run.propertyId,
      cycle: cycleOf(run.cycle),
      standards: items.standards.rest?.standards as Standard[],
      settings: (settings?.rest ?? {}) as Pick<Settings, 'vacantDiscount'>,
      schedule: rules.scheduleOf(timeOf(property)),
      issuedAt: Date.parse(run.issueAt ?? run.createdAt),
      runId,
    };
    const units = items.chunk.rest?.units as string[];
    const done =
      phase === 'preview' ? await previewed(office, billing, units) : await issuedAll(office, billing, units);
    await recordChunk(worker, run, items.chunk, phase, done);
  }
}

interface Done {
  tally: Tally;
  notes: UnitNote[];
  bills: StoredBill[];
}

/** The first bills of units for the cycle, by unit, where there are any, with those that came with them. */
async function billed(
  office: OfficeTable,
  cycle: string,
  units: readonly string[],
): Promise<Map<string, StoredBill[]>> {
  const t = office.tenantId;
  const read = async (wanted: readonly (readonly [string, number])[]) => {
    const found: Record<string, Item | undefined> = await office.load(
      Object.fromEntries(
        wanted.map(([unit, slot]) => [`${unit}|${slot}`, keys.bill(t, billId(unit, cycle, slot, 1))]),
      ),
    );
    return Object.entries(found).flatMap(([name, item]) =>
      item ? [[name.slice(0, name.indexOf('|')), billOf(item)] as const] : [],
    );
  };
  const firsts = await read(units.map((unit) => [unit, 0]));
  const more = firsts.flatMap(([unit, bill]) =>
    Array.from({ length: (bill.slots ?? 1) - 1 }, (_, i) => [unit, i + 1] as const),
  );
  const all = [...firsts, ...(more.length > 0 ? await read(more) : [])];
  const byUnit = new Map<string, StoredBill[]>();
  for (const [unit, bill] of all) byUnit.set(unit, [...(byUnit.get(unit) ?? []), bill]);
  return byUnit;
}

async function previewed(office: OfficeTable, billing: Billing, units: readonly string[]): Promise<Done> {
  const [cases, before] = await Promise.all([
    casesOf(office, units),
    billed(office, billing.cycle.name, units),
  ]);
  const done: Done = { tally: noTally(), notes: [], bills: [] };
  done.tally.units = units.length;
  for (const unitId of units) {
    const unit = cases.get(unitId);
    if (before.has(unitId)) noteAlready(done, unitId);
    else if (!unit) noteFailed(done, unitId, gone());
    else {
      try {
        noteReckoned(done, unitId, reckon(billing, unit));
      } catch (error) {
        if (!(error instanceof Unbillable)) throw error;
        noteFailed(done, unitId, error);
      }
    }
  }
  return done;
}

async function issuedAll(office: OfficeTable, billing: Billing, units: readonly string[]): Promise<Done> {
  const done: Done = { tally: noTally(), notes: [], bills: [] };
  done.tally.units = units.length;
  const before = await billed(office, billing.cycle.name, units);
  const results = new Map<string, Result>();
  const queue = [...units];
  const work = async () => {
    for (let unit = queue.shift(); unit !== undefined; unit = queue.shift()) {
      const there = before.get(unit);
      results.set(unit, there ? mine(there, billing) : await issueOne(office, billing, unit));
    }
  };
  await Promise.all(Array.from({ length: together }, work));
  for (const unitId of units) {
    const result = results.get(unitId);
    if (result === 'already') noteAlready(done, unitId);
    else if (result instanceof Unbillable) noteFailed(done, unitId, result);
    else if (result) {
      done.bills.push(...result.bills);
      tallyUnit(done, result.bills, result.seen);
    }
  }
  return done;
}

/** What issuing a unit's bills came to. */
type Result = { bills: StoredBill[]; seen: ReadonlySet<Note['kind']> } | Unbillable | 'already';

/** Bills of this very run, made before it was broken off, count as issued by it; others were there before. */
const mine = (bills: StoredBill[], billing: Billing): Result =>
  bills[0]?.runId === billing.runId ? { bills, seen: seenIn(bills) } : 'already';

/** Notes are not kept with bills; of bills found their lines tell. */
function seenIn(bills: readonly StoredBill[]): ReadonlySet<Note['kind']> {
  const lines = bills.flatMap(({ lines }) => lines);
  const seen = new Set<Note['kind']>();
  if (lines.some(({ off }) => off && off.why !== 'vacant')) seen.add('exception');
  if (lines.some(({ meter }) => meter?.estimatedFrom !== undefined)) seen.add('estimated');
  return seen;
}

const kindsOf = (notes: readonly Note[]) => new Set(notes.map(({ kind }) => kind));

async function issueOne(office: OfficeTable, billing: Billing, unitId: string): Promise<Result> {
  try {
    const { bills, notes } = await issueUnit(office, billing, unitId);
    return { bills, seen: kindsOf(notes) };
  } catch (error) {
    if (error instanceof Unbillable) return error;
    if (!(error instanceof AlreadyBilled)) throw error;
    const there = (await billed(office, billing.cycle.name, [unitId])).get(unitId) ?? [];
    return mine(there, billing);
  }
}

function noteFailed(done: Done, unitId: string, { code, words, standardId }: Unbillable): void {
  done.tally.failed += 1;
  done.notes.push({ unitId, kind: 'failed', code, words, ...(standardId !== undefined && { standardId }) });
}

function noteAlready(done: Done, unitId: string): void {
  done.tally.already += 1;
  done.notes.push({
    unitId,
    kind: 'already',
    words: { en: 'The unit has its bills for this cycle.', zh: '该房屋本期已出账。' },
  });
}

function noteReckoned(done: Done, unitId: string, { bills, notes }: ReturnType<typeof reckon>): void {
  tallyUnit(done, bills, kindsOf(notes));
  // A unit with more than ten things to say of it is looked at anyway.
  done.notes.push(...notes.slice(0, 10).map((note) => ({ unitId, ...note })));
}

/** What both phases count of a unit that can be billed, whether there is anything to pay or not. */
function tallyUnit(
  { tally }: Done,
  bills: readonly { total: number }[],
  seen: ReadonlySet<Note['kind']>,
): void {
  if (bills.length === 0) tally.none += 1;
  tally.bills += bills.length;
  tally.total += bills.reduce((sum, { total }) => sum + total, 0);
  if (seen.has('exception')) tally.exceptions += 1;
  if (seen.has('estimated')) tally.estimated += 1;
}

async function recordChunk(
  worker: Worker,
  run: BillRun,
  chunk: Item,
  phase: Phase,
  done: Done,
): Promise<void> {
  const { office, actor, requestId, now } = worker;
  const t = office.tenantId;
  const n = chunk.rest?.n as number;
  const writes: Write[] = [
    {
      update: keys.billRunChunk(t, run.id, n),
      set: { [`rest.${phase}`]: { ...done.tally, chunks: 1 } },
      add: { v: 1 },
      expect: { version: chunk.v },
    },
    {
      update: keys.billRun(t, run.id),
      add: tallyAdds(phase, { ...done.tally, chunks: 1 }),
      expect: 'exists',
    },
  ];
  if (done.notes.length > 0) {
    writes.push({
      put: {
        ...keys.billRunNotes(t, run.id, phase, n),
        et: 'billRunNotes',
        v: 1,
        rest: { notes: done.notes },
      },
      expect: 'any',
    });
  }
  if (done.bills.length > 0) {
    // One event for the chunk: an office's systems are told of ten thousand bills in two hundred calls.
    const data = {
      runId: run.id,
      propertyId: run.propertyId,
      cycle: run.cycle,
      bills: done.bills.map(({ id, unitId, payerId, total, dueDay }) => ({
        id,
        unitId,
        payerId,
        total: yuan(total),
        dueDay,
      })),
    };
    const what = { type: 'bills.issued', object: chunkObject(run.id, n), data };
    writes.push(append(noHistory, what, { actor, tenantId: t, requestId, now }).write);
  }
  try {
    await office.commit(writes);
  } catch (error) {
    // Another copy of the message was faster; what it counted is what this one found.
    if (!(error instanceof Stale)) throw error;
  }
}
