import { readdirSync, readFileSync } from 'node:fs';
import type { Site } from '../world/crashes.ts';

const root = new URL('../../../functions/', import.meta.url);

/** What a line of domain code says that begins to wait for something outside, whoever does it in the end. */
const waits = /\bawait\b|\breturn (?:\w+\.)*(?:office|table|system)\.(?:load|query|all|commit|due|lookup)\(/;

const noCode = /^\s*(\*|\/\/|\/\*|import\b)/;

/** A line that waits, as in `functions/tickets/create.ts:41`, what it says, and the lines that what it waits for is written on. */
export interface Line {
  name: string;
  text: string;
  all: string[];
}

/** Waits for nothing outside, or for what another line has begun. */
const within: Record<string, string> = {
  'new Promise((resolve) => setTimeout(resolve': 'a pause',
  'await import(': 'a module of the bundle',
  'await pdfOf(': 'typesetting, in this process',
  'await font;': 'a file of the bundle',
  'file: await done,': 'typesetting, in this process',
  'await answer.json()': 'the rest of an answer that has begun to come',
  'await answer.text()': 'the rest of an answer that has begun to come',
  'await response.text()': 'the rest of an answer that has begun to come',
  'await response.arrayBuffer()': 'the rest of an answer that has begun to come',
  'await within(timeoutMs, sending)': 'the mail that sendMail has begun',
  'return await Promise.race([work, late])': 'the mail that sendMail has begun',
  'of await Promise.allSettled(workers)': 'the workers begun above, whose own lines are here',
  '(await place) ??': 'the property that load has begun',
  'await billed(office, billing.cycle.name, [unitId])':
    'read where another biller was first, with nothing written',
  'await billWrites(office, moves, bills)': 'bills that were read with the payment',
};

/** Every line of domain code that waits. */
export function waitingLines(): Line[] {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  return files.sort().flatMap((file) => {
    const lines = readFileSync(new URL(file, root), 'utf8').split('\n');
    return lines.flatMap((text, n): Line[] => {
      if (!waits.test(text) || noCode.test(text)) return [];
      if (Object.keys(within).some((one) => text.includes(one))) return [];
      const all = Array.from({ length: lengthOf(lines, n) }, (_, i) => `functions/${file}:${n + 1 + i}`);
      return [{ name: all[0] as string, text: text.trim(), all }];
    });
  });
}

/** Lines until the brackets are closed that are open after a wait. */
function lengthOf(lines: readonly string[], from: number): number {
  let open = 0;
  for (let n = from; n < lines.length; n++) {
    const line = lines[n] ?? '';
    const text = n === from ? line.slice(Math.max(line.search(/\bawait\b|\breturn\b/), 0)) : line;
    for (const letter of text) {
      if ('([{'.includes(letter)) open++;
      if (')]}'.includes(letter)) open--;
    }
    if (open <= 0 && !/^\s*\./.test(lines[n + 1] ?? '')) return n - from + 1;
  }
  return 1;
}

export interface Deaths {
  before: number;
  after: number;
}

/** How often functions have died while a line was under way, before a call and after it. */
export function deathsOn({ all }: Line, deaths: ReadonlyMap<string, Deaths>): Deaths {
  const found = all.flatMap((name) => deaths.get(name) ?? []);
  const most = (when: keyof Deaths) => Math.max(0, ...found.map((one) => one[when]));
  return { before: most('before'), after: most('after') };
}

/** The same for single lines, by name. */
export function deathsAt(sites: Iterable<Site>): Map<string, Deaths> {
  const deaths = new Map<string, Deaths>();
  for (const { lines, died } of sites) {
    for (const line of new Set(lines)) {
      const at = deaths.get(line) ?? { before: 0, after: 0 };
      deaths.set(line, at);
      for (const when of died) at[when]++;
    }
  }
  return deaths;
}
