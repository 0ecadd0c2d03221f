import type { Actor } from '../../shared/actor.ts';
import { append, noHistory } from '../../shared/history.ts';
import { visible } from '../../shared/imports.ts';
import { dueAt, keys, lists } from '../../shared/keys.ts';
import { yuan } from '../../shared/money/index.ts';
import { type OfficeTable, retryStale, Stale, type Write } from '../../shared/table.ts';
import {
  type BillRun,
  chunksAtOnce,
  chunkUnits,
  noTally,
  type Phase,
  phaseOf,
  runItem,
  runOf,
  through,
  watchMs,
} from './run.ts';
import type { Standard } from './schema.ts';

export interface Worker {
  office: OfficeTable;
  actor: Actor;
  requestId: string;
  now: number;
}

/** What the queue carries: which run to spread out, or which of its chunks to do. */
export type BillMessage =
  | { kind: 'billRun'; tenantId: string; runId: string }
  | { kind: 'billChunk'; tenantId: string; runId: string; phase: Phase; n: number };

export async function loadRun(office: OfficeTable, runId: string): Promise<BillRun | undefined> {
  const { run } = await office.load({ run: keys.billRun(office.tenantId, runId) });
  return run?.et === 'billRun' ? runOf(run) : undefined;
}

/** The writes that begin a run: the run, the standards it reckons with, its event. */
export function runWrites(
  { office, actor, requestId, now }: Worker,
  of: Pick<BillRun, 'id' | 'propertyId' | 'cycle' | 'dryRun' | 'auto'>,
  standards: readonly Standard[],
): { run: BillRun; writes: Write[] } {
  const t = office.tenantId;
  const { propertyId, cycle, dryRun } = of;
  const { write, head } = append(
    noHistory,
    { type: 'billRun.begun', object: of.id, data: { propertyId, cycle, dryRun } },
    { actor, tenantId: t, requestId, now },
  );
  const run: BillRun = {
    ...of,
    createdAt: new Date(now).toISOString(),
    planned: false,
    chunks: 0,
    ended: {},
    head,
    tallies: { preview: noTally(), issue: noTally() },
    version: 1,
  };
  return {
    run,
    writes: [
      { put: runItem(t, run, watchAt(now)), expect: 'new' },
      {
        put: { ...keys.billRunStandards(t, of.id), et: 'billRunStandards', v: 1, rest: { standards } },
        expect: 'new',
      },
      write,
    ],
  };
}

export const watchAt = (now: number) => new Date(now + watchMs).toISOString();

/**
 * Spreads a run out: puts its units into chunks and sends a message for each chunk that its phase has not done. Broken off
 * anywhere it goes on where it stopped: the run says how far units have been put into chunks, in the transaction that did it, and
 * chunks that were planned but perhaps not sent are sent again. Answers true if it ran out of time.
 */
export async function spread(
  office: OfficeTable,
  runId: string,
  send: (messages: BillMessage[]) => Promise<void>,
  outOfTime: () => boolean = () => false,
): Promise<boolean> {
  const begun = await loadRun(office, runId);
  if (!begun) return false;
  const phase = phaseOf(begun);
  await sendUndone(office, begun, phase, send);
  for (let run = begun; !run.planned; ) {
    if (outOfTime()) return true;
    const step = await plan(office, run);
    if (!step) {
      run = (await loadRun(office, runId)) ?? begun;
      continue;
    }
    run = step.run;
    await send(step.chunks.map((n) => chunkMessage(office, runId, 'preview', n)));
  }
  return false;
}

const chunkMessage = (office: OfficeTable, runId: string, phase: Phase, n: number): BillMessage => ({
  kind: 'billChunk',
  tenantId: office.tenantId,
  runId,
  phase,
  n,
});

async function sendUndone(
  office: OfficeTable,
  run: BillRun,
  phase: Phase,
  send: (messages: BillMessage[]) => Promise<void>,
): Promise<void> {
  if (run.chunks === 0 || through(run, phase)) return;
  const pk = keys.objectPk(office.tenantId, run.id);
  let cursor: string | undefined;
  do {
    const page = await office.query({
      pk,
      sk: { begins: keys.billRunChunksPrefix },
      limit: 200,
      cursor,
    });
    const undone = page.items.filter((chunk) => chunk.rest?.[phase] === undefined);
    await send(undone.map((chunk) => chunkMessage(office, run.id, phase, chunk.rest?.n as number)));
    cursor = page.next;
  } while (cursor);
}

/** Puts the next units into chunks. Undefined if somebody else is at it. */
async function plan(
  office: OfficeTable,
  run: BillRun,
): Promise<{ run: BillRun; chunks: number[] } | undefined> {
  const t = office.tenantId;
  const page = await office.query({
    index: 'g2',
    pk: lists.unitsOfProperty(t, run.propertyId),
    // The least text after that of the last unit.
    ...(run.after !== undefined && { sk: { from: `${run.after}\u0000` } }),
    limit: chunkUnits * chunksAtOnce,
  });
  const units = (await visible(office, page.items)).map((item) => item.list?.id as string);
  const last = page.items.at(-1)?.g2sk;
  const chunks: number[] = [];
  const writes: Write[] = [];
  for (let from = 0; from < units.length; from += chunkUnits) {
    const n = run.chunks + chunks.length;
    chunks.push(n);
    writes.push({
      put: {
        ...keys.billRunChunk(t, run.id, n),
        et: 'billRunChunk',
        v: 1,
        rest: { n, units: units.slice(from, from + chunkUnits) },
      },
      expect: 'new',
    });
  }
  const planned = page.next === undefined;
  const next: BillRun = {
    ...run,
    ...(last !== undefined && { after: last }),
    planned,
    chunks: run.chunks + chunks.length,
    version: run.version + 1,
  };
  writes.push({
    update: keys.billRun(t, run.id),
    set: {
      'rest.planned': planned,
      'rest.chunks': next.chunks,
      v: next.version,
      ...(last !== undefined && { 'rest.after': last }),
    },
    expect: { version: run.version },
  });
  try {
    await office.commit(writes);
  } catch (error) {
    if (error instanceof Stale) return undefined;
    throw error;
  }
  return { run: next, chunks };
}

/**
 * Ends a phase whose last chunk is done: records it and takes the run off the sweep's list; of a run by schedule, begins to issue.
 * Whoever does a chunk asks; if all of them die here, the sweep does. True if issuing has just begun and is to be spread out.
 */
export async function finish(worker: Worker, runId: string): Promise<boolean> {
  const { office, actor, requestId, now } = worker;
  return retryStale(async () => {
    const run = await loadRun(office, runId);
    if (!run) return false;
    const phase = phaseOf(run);
    if (!through(run, phase) || run.ended[phase] !== undefined) return false;
    const { units, bills, total, failed } = run.tallies[phase];
    const { write, head } = append(
      run.head,
      {
        type: phase === 'preview' ? 'billRun.previewed' : 'billRun.issued',
        object: run.id,
        data: { propertyId: run.propertyId, cycle: run.cycle, units, bills, failed, total: yuan(total) },
      },
      { actor, tenantId: office.tenantId, requestId, now },
    );
    const at = new Date(now).toISOString();
    const goesOn = phase === 'preview' && run.auto && !run.dryRun;
    await office.commit([
      {
        update: keys.billRun(office.tenantId, runId),
        set: {
          [`rest.ended.${phase}`]: at,
          'rest.head': head,
          v: run.version + 1,
          ...(goesOn && { 'rest.issueAt': at, ...runDue(office.tenantId, runId, watchAt(now)) }),
        },
        ...(!goesOn && { unset: ['duePk', 'dueSk'] }),
        expect: { version: run.version },
      },
      write,
    ]);
    return goesOn;
  });
}

/** A run's place in the due index. */
export const runDue = (t: string, runId: string, at: string) => dueAt(keys.billRun(t, runId), at);
