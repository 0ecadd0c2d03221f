import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Key } from '../../../shared/table.ts';
import type { Rig } from '../life/rig.ts';
import type { Doing, Ending, Meddle } from '../world/invocation.ts';
import { AwsError } from '../world/table.ts';
import { hashOf, Page } from './page.ts';

/** What goes on and on does so in the same way. */
const mostCalls = 6;

/** Runs a step as it is, with somebody in the way of its calls. */
export type Run = (meddle: Meddle) => Promise<{ ending: Ending<unknown>; logs: readonly string[] }>;

/**
 * What becomes of steps when one of their calls goes wrong: the table or a queue is busy, or somebody else changes an item right before it
 * is written. Each kind of call of each kind of step once, from the state in which it was met first.
 */
export class Troubles {
  private readonly rig: Rig;
  /** Where each kind of trouble was met first. */
  private readonly met = new Map<string, string>();

  constructor(rig: Rig) {
    this.rig = rig;
  }

  /** A line for each of a step's calls; `back` undoes what was done since the step began. */
  async linesOf(
    { kind, name }: { kind: string; name: string },
    calls: readonly Doing[],
    run: Run,
    back: () => void,
  ): Promise<string[]> {
    const lines: string[] = [];
    for (const call of calls.slice(0, mostCalls)) {
      for (const trouble of this.troublesOf(call)) {
        const what = `${call.what.split(' ')[0]} ${call.n}, ${trouble.name}`;
        const first = this.met.get(`${kind} ${what}`) ?? name;
        if (first !== name) continue;
        this.met.set(`${kind} ${what}`, first);
        back();
        const came = await run(({ n }) => (n === call.n ? trouble.meddle() : undefined));
        lines.push(`${what}: ${this.brief(came)}`);
      }
    }
    return lines;
  }

  private troublesOf({ what, command }: Doing) {
    // How other people's servers may answer is told in stories.
    if (/^(https|mail)$/.test(what)) return [];
    const busy = { name: 'busy', meddle: () => new AwsError('ThrottlingException') };
    if (!(command instanceof TransactWriteCommand)) return [busy];
    const keys = (command.input.TransactItems ?? []).map(
      ({ Put, Update, Delete, ConditionCheck }) =>
        (Update?.Key ?? Delete?.Key ?? ConditionCheck?.Key ?? Put?.Item) as Key,
    );
    const { table } = this.rig;
    const there = keys.flatMap(({ pk, sk }, n) => (table.item({ pk, sk }) ? [{ pk, sk, n }] : []));
    const changed = there.map(({ pk, sk, n }) => ({
      name: `item ${n + 1} changed before`,
      meddle: () => {
        const item = table.item({ pk, sk });
        if (item) this.rig.write({ ...item, v: item.v + 1 });
        return undefined;
      },
    }));
    return [busy, ...changed];
  }

  /** How it ended, what it left behind, and a hash of all that. */
  private brief({ ending, logs }: Awaited<ReturnType<Run>>): string {
    const { trace, table } = this.rig;
    const page = new Page();
    page.begin('', undefined);
    page.answer('value' in ending ? ending.value : endOf(ending));
    page.trace(trace, (key) => table.item(key));
    page.logs(logs);
    page.end();
    const text = page.take().replace(/\b([a-z]{2,3}_)\d+/g, '$1');
    const left = trace.changes.map(({ key }) => table.item(key)?.et ?? 'nothing');
    const told = trace.sent.length + trace.told.length;
    return [
      endOf(ending),
      left.length > 0 ? `left ${[...new Set(left)].join(', ')}` : 'left nothing',
      ...(told > 0 ? [`told ${told}`] : []),
      hashOf(text),
    ].join('; ');
  }
}

function endOf(ending: Ending<unknown>): string {
  if (!('value' in ending)) return 'threw' in ending ? `threw ${(ending.threw as Error).name}` : 'died';
  const { statusCode, body, headers, ...rest } = (ending.value ?? {}) as Record<string, unknown>;
  const { batchItemFailures } = rest as { batchItemFailures?: unknown[] };
  if (batchItemFailures) return batchItemFailures.length > 0 ? 'comes again' : 'done';
  if (statusCode === undefined) return JSON.stringify(rest);
  const { type } = Number(statusCode) >= 400 ? (JSON.parse(String(body)) as { type?: string }) : {};
  const wait = (headers as Record<string, string>)['retry-after'];
  return [statusCode, type?.split('/').at(-1), wait && `again after ${wait} s`].filter(Boolean).join(' ');
}
