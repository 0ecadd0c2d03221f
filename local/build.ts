import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { region } from './cloud.ts';
import { Trouble } from './problem.ts';

const root = join(import.meta.dirname, '..');
const sources = ['functions', 'infra', 'scripts', 'shared', 'package-lock.json', 'cdk.json'];

/** Builds and synthesizes when there is no template, or one older than the sources; `begins` is called before, for it takes a while. */
export function freshen(begins: () => void = () => undefined): void {
  const made = join(root, 'cdk.out', region, 'manifest.json');
  const newest = Math.max(...sources.map((name) => newestIn(join(root, name))));
  if (existsSync(made) && statSync(made).mtimeMs >= newest) return;
  begins();
  const run = spawnSync('npm', ['run', '--silent', 'synth'], {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (run.status !== 0) {
    process.stderr.write(run.stdout + run.stderr);
    throw new Trouble('the service could not be built: see above; "npm run synth" repeats it');
  }
}

function newestIn(path: string): number {
  if (!existsSync(path)) return 0;
  const own = statSync(path);
  if (!own.isDirectory()) return own.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newestIn(join(path, name))));
}
