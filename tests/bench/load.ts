import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { percentile } from './stats.ts';
import { complaint } from './tickets.ts';

export interface Load {
  name: string;
  requests: number;
  perSecond: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
}

export interface LoadResult {
  concurrency: number;
  loads: Load[];
  /** Resident megabytes before and after. */
  memory: { part: string; before: number; after: number }[];
  /** What the gate in front of the parts took to judge a call of a function, milliseconds on average. */
  judgingMs: number;
}

interface Place {
  url: string;
  key: string;
  propertyId: string;
}

/** Requests over HTTP to the local cloud, which runs in another process. */
export async function measureLoad(requests: number, concurrency = 8): Promise<LoadResult> {
  const child = fork(join(import.meta.dirname, 'parts', 'cloud.ts'));
  try {
    const [place] = (await Promise.race([once(child, 'message'), failed(child)])) as [Place];
    const headers = { authorization: `Bearer ${place.key}`, 'content-type': 'application/json' };
    const ids: string[] = [];
    const create = async (n: number) => {
      const body = JSON.stringify({ ...complaint, propertyId: place.propertyId });
      const answer = await fetch(`${place.url}/v1/tickets`, {
        method: 'POST',
        headers: { ...headers, 'idempotency-key': `load-${n}` },
        body,
      });
      const { id } = (await answer.json()) as { id: string };
      if (answer.status === 201) ids.push(id);
      return answer.status;
    };
    const get = async (path: string) => {
      const answer = await fetch(place.url + path, { headers });
      await answer.arrayBuffer();
      return answer.status;
    };
    const read = (n: number) => get(`/v1/tickets/${ids[n % ids.length]}`);
    // Every environment of the function has started before anything is timed.
    await run('', 4 * concurrency, concurrency, (n) => create(-1 - n));
    const before = await memoryOf(child);
    const loads = [
      await run('create a complaint', requests, concurrency, create),
      await run('get a ticket', requests, concurrency, read),
      await run('list 50 tickets, due first', requests, concurrency, () =>
        get('/v1/tickets?view=open&limit=50'),
      ),
    ];
    const after = await memoryOf(child);
    child.send('gate');
    const [{ gate }] = (await once(child, 'message')) as [{ gate: { requests: number; ms: number } }];
    const memory = before.map(({ part, mb }, i) => ({ part, before: mb, after: after[i]?.mb ?? 0 }));
    child.send('stop');
    await once(child, 'exit');
    return { concurrency, loads, memory, judgingMs: gate.ms / gate.requests };
  } finally {
    child.kill();
  }
}

async function failed(child: ChildProcess): Promise<never> {
  const [code] = await once(child, 'exit');
  throw new Error(`the local cloud ended with ${code}`);
}

async function run(
  name: string,
  requests: number,
  concurrency: number,
  ask: (n: number) => Promise<number>,
): Promise<Load> {
  const times: number[] = [];
  let next = 0;
  const worker = async () => {
    while (next < requests) {
      const n = next++;
      for (;;) {
        const from = performance.now();
        const status = await ask(n);
        if (status === 200 || status === 201) {
          times.push(performance.now() - from);
          break;
        }
        if (status !== 429) throw new Error(`${name}: ${status}`);
        await pause(1000);
      }
    }
  };
  const from = performance.now();
  await Promise.all(Array.from({ length: concurrency }, worker));
  const seconds = (performance.now() - from) / 1000;
  return {
    name,
    requests,
    perSecond: requests / seconds,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
  };
}

async function memoryOf(child: ChildProcess): Promise<{ part: string; mb: number }[]> {
  child.send('memory');
  const [{ memory }] = (await once(child, 'message')) as [{ memory: number }];
  const parts = [
    { part: 'gateway, functions (workers), queues, logins, mail: one Node process', mb: memory / 2 ** 20 },
  ];
  const java = descendants(child.pid ?? 0).find(({ command }) => /java/.test(command));
  if (java) parts.push({ part: 'DynamoDB Local (Java)', mb: java.kb / 1024 });
  return parts;
}

/** Processes below one, the largest first. Empty where there is no `ps`. */
function descendants(root: number): { command: string; kb: number }[] {
  let lines: string[];
  try {
    lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss=,comm='], { encoding: 'utf8' }).split('\n');
  } catch {
    return [];
  }
  const all = lines.map((line) => {
    const [pid, ppid, kb, ...command] = line.trim().split(/\s+/);
    return { pid: Number(pid), ppid: Number(ppid), kb: Number(kb), command: command.join(' ') };
  });
  const below = new Set([root]);
  for (let grown = true; grown; ) {
    const more = all.filter(({ pid, ppid }) => below.has(ppid) && !below.has(pid));
    for (const { pid } of more) below.add(pid);
    grown = more.length > 0;
  }
  return all.filter(({ pid }) => below.has(pid)).sort((a, b) => b.kb - a.kb);
}
