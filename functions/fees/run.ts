import type { Head } from '../../shared/history.ts';
import { dueAt, keys, lists } from '../../shared/keys.ts';
import { yuan } from '../../shared/money/index.ts';
import type { Item } from '../../shared/table.ts';

/** Units in one message: some fifty transactions, a few seconds of a function's time, 0.02 messages a unit and phase. */
export const chunkUnits = 50;

/** How many chunks are planned in one transaction. */
export const chunksAtOnce = 20;

/** A run that is not through after this long is looked at again by the sweep: what was lost on the way is sent again. */
export const watchMs = 5 * 60_000;

export type Phase = 'preview' | 'issue';

export const runStates = ['planning', 'previewing', 'previewed', 'issuing', 'issued'] as const;
export type RunState = (typeof runStates)[number];

/** What a phase has come to so far, over the chunks that are done. Amounts in fen. */
export interface Tally {
  chunks: number;
  units: number;
  bills: number;
  total: number;
  /** units with nothing to pay */
  none: number;
  /** units that had their bills for the cycle before */
  already: number;
  failed: number;
  exceptions: number;
  estimated: number;
}

export const tallyNames = [
  'chunks',
  'units',
  'bills',
  'total',
  'none',
  'already',
  'failed',
  'exceptions',
  'estimated',
] as const satisfies (keyof Tally)[];

export const noTally = (): Tally => Object.fromEntries(tallyNames.map((name) => [name, 0])) as never;

/** A bill run (批量出账) of a property and cycle: first computed for everybody to see, then issued. */
export interface BillRun {
  id: string;
  propertyId: string;
  cycle: string;
  dryRun: boolean;
  /** issue without waiting for a person, when the preview is through */
  auto: boolean;
  createdAt: string;
  /** how far units have been put into chunks: the last one's place in the property's list */
  after?: string;
  planned: boolean;
  chunks: number;
  issueAt?: string;
  /** phases that are through, and when */
  ended: Partial<Record<Phase, string>>;
  head: Head;
  tallies: Record<Phase, Tally>;
  version: number;
}

/** Where a run stands follows from its counters; there is no state to forget to write. */
export function stateOf(run: BillRun): RunState {
  if (!run.planned) return 'planning';
  if (run.issueAt === undefined) return through(run, 'preview') ? 'previewed' : 'previewing';
  return through(run, 'issue') ? 'issued' : 'issuing';
}

export const phaseOf = (run: BillRun): Phase => (run.issueAt === undefined ? 'preview' : 'issue');

export const through = (run: BillRun, phase: Phase): boolean =>
  run.planned && run.tallies[phase].chunks >= run.chunks;

/** The counters stand at the top of the item, where they can be added to without reading. */
const counter = (phase: Phase, name: keyof Tally) => `${phase}_${name}`;

export const tallyAdds = (phase: Phase, tally: Tally): Record<string, number> =>
  Object.fromEntries(
    tallyNames.filter((name) => tally[name] !== 0).map((name) => [counter(phase, name), tally[name]]),
  );

/** A run as it begins, with nothing counted yet. `watchAt`: when the sweep looks at it, an instant. */
export function runItem(t: string, run: BillRun, watchAt: string): Item {
  const { tallies: _, version, id, propertyId, cycle, dryRun, auto, createdAt, ...rest } = run;
  const key = keys.billRun(t, id);
  return {
    ...key,
    et: 'billRun',
    v: version,
    list: { id, propertyId, cycle, dryRun, auto, createdAt },
    rest,
    g1pk: lists.billRuns(t, propertyId),
    g1sk: `${createdAt}#${id}`,
    ...dueAt(key, watchAt),
  };
}

export function runOf(item: Item): BillRun {
  const counters = item as unknown as Record<string, number | undefined>;
  const tally = (phase: Phase): Tally =>
    Object.fromEntries(tallyNames.map((name) => [name, counters[counter(phase, name)] ?? 0])) as never;
  return {
    ...item.list,
    ...item.rest,
    tallies: { preview: tally('preview'), issue: tally('issue') },
    version: item.v,
  } as unknown as BillRun;
}

const shownTally = ({ chunks: _, total, ...tally }: Tally) => ({ ...tally, total: yuan(total) });

/** A run in the API's terms. */
export function shownRun(run: BillRun) {
  const { preview, issue } = run.tallies;
  return {
    id: run.id,
    propertyId: run.propertyId,
    cycle: run.cycle,
    state: stateOf(run),
    dryRun: run.dryRun,
    createdAt: run.createdAt,
    preview: shownTally(preview),
    ...(run.issueAt !== undefined && {
      issuedAt: run.issueAt,
      issue: shownTally(issue),
      progress: {
        issued: issue.units - issue.failed - issue.none - issue.already,
        failed: issue.failed,
        total: preview.units,
      },
    }),
    version: run.version,
  };
}
