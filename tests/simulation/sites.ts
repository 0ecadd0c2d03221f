import { readdirSync, readFileSync } from 'node:fs';

const root = new URL('../../functions/', import.meta.url);

/** Domains whose handlers the simulation runs; the others have no part in it. */
const simulated = [
  'audit',
  'billing',
  'biller',
  'confirm',
  'courier',
  'dunning',
  'fees',
  'notifier',
  'obligations',
  'offices',
  'payments',
  'policy',
  'reports',
  'staff',
  'stream',
  'sweeper',
  'tenants',
  'tickets',
  'webhooks',
];

/** What a line of a domain says that waits for something outside, whoever does it in the end. */
const waits =
  /\b(?:office|table|system|acting\.office|context\.office|view\.office|inside\.office|worker\.office)\??\.(?:load|query|all|commit|due|postpone|lookup|removeAll)\(|\bsendAll\(|\bloadWithRules\(|\bsafeFetch\(|\bsendMail\(/;

/** The lines that wait, and those of them that no run has passed. `passed`: names of sites, which begin with file and line. */
export function unreached(passed: readonly string[]): { all: number; lines: string[] } {
  const known = new Set(passed.map((name) => name.split(' ')[0]));
  const lines: string[] = [];
  let all = 0;
  for (const domain of simulated) {
    for (const file of readdirSync(new URL(`${domain}/`, root)).filter((name) => name.endsWith('.ts'))) {
      const text = readFileSync(new URL(`${domain}/${file}`, root), 'utf8').split('\n');
      text.forEach((line, n) => {
        if (
          !waits.test(line) ||
          /^\s*(\*|\/\/|import|export (async )?function|async function|function)/.test(line)
        )
          return;
        all++;
        // A call over several lines is passed by the line on which it begins or by one of its next.
        const here = [0, 1, 2, 3].some((more) => known.has(`functions/${domain}/${file}:${n + 1 + more}`));
        if (!here) lines.push(`functions/${domain}/${file}:${n + 1} ${line.trim()}`);
      });
    }
  }
  return { all, lines };
}
