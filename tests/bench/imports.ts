import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { domains } from '../../functions/routes.ts';
import { bundle } from '../../scripts/build.ts';
import { median } from './stats.ts';

const root = join(import.meta.dirname, '..', '..');

export interface Bundle {
  name: string;
  bytes: number;
  /** Medians in ms: the import, the processor's time for it, and the whole process that does nothing else. */
  importMs: number;
  cpuMs: number;
  processMs: number;
}

export interface Imports {
  /** A bundle with client-dynamodb alone, as it comes from npm. */
  baseline: Bundle;
  bundles: Bundle[];
  samples: number;
}

/** What a function finds in its environment; nothing here is reached while it loads. */
const env = {
  PATH: process.env.PATH,
  AWS_REGION: 'ap-southeast-1',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  TABLE_NAME: 'bench',
  TENANT_ROLE_ARN: 'arn:aws:iam::000000000000:role/bench',
  CURSOR_SECRET: 'a secret for the bench, long enough',
  ATTACHMENTS_BUCKET: 'bench',
  REMINDERS_QUEUE_URL: 'http://127.0.0.1:9/reminders',
  DELIVERIES_QUEUE_URL: 'http://127.0.0.1:9/deliveries',
  PUBLIC_URL: 'http://127.0.0.1:9',
};

/** The child: imports one file and says how long that took. */
const child = `
  const [from, cpu] = [performance.now(), process.cpuUsage()];
  await import(process.argv[1]);
  const { user, system } = process.cpuUsage(cpu);
  console.log(JSON.stringify([performance.now() - from, (user + system) / 1000]));`;

type Times = [importMs: number, cpuMs: number, processMs: number];

/** Sizes and import times of the bundles of all API domains, interleaved, each import in a process of its own. */
export async function measureImports(samples: number): Promise<Imports> {
  const folder = mkdtempSync(join(tmpdir(), 'huifang-bench-'));
  try {
    const entry = join(folder, 'entry.mjs');
    const client = join(root, 'node_modules/@aws-sdk/client-dynamodb/dist-es/index.js');
    writeFileSync(
      entry,
      `import * as dynamodb from ${JSON.stringify(client)};\nexport const handler = () => dynamodb;\n`,
    );
    await bundle({ baseline: entry }, folder, []);
    const files = new Map([['client-dynamodb alone', join(folder, 'baseline/index.mjs')]]);
    for (const name of Object.keys(domains)) {
      const file = join(root, 'dist', name, 'index.mjs');
      if (existsSync(file)) files.set(name, file);
    }
    const times = await sample(files, samples);
    const measured = [...files].map(([name, file]) => ({
      name,
      bytes: statSync(file).size,
      importMs: median(times.get(name)?.map(([own]) => own) ?? []),
      cpuMs: median(times.get(name)?.map(([, cpu]) => cpu) ?? []),
      processMs: median(times.get(name)?.map(([, , whole]) => whole) ?? []),
    }));
    const [baseline, ...bundles] = measured;
    if (!baseline) throw new Error('there is no baseline');
    return { baseline, bundles, samples };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function sample(files: Map<string, string>, samples: number): Promise<Map<string, Times[]>> {
  const times = new Map([...files.keys()].map((name) => [name, [] as Times[]]));
  // The first round only brings the files into memory.
  for (let round = 0; round <= samples; round++) {
    for (const [name, file] of files) {
      const from = performance.now();
      const { stdout } = await promisify(execFile)(
        process.execPath,
        ['--input-type=module', '--eval', child, pathToFileURL(file).href],
        { env },
      );
      const processMs = performance.now() - from;
      const [importMs, cpuMs] = JSON.parse(stdout) as [number, number];
      if (round > 0) times.get(name)?.push([importMs, cpuMs, processMs]);
    }
  }
  return times;
}
