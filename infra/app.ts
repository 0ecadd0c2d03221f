import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { domains } from '../functions/routes.ts';
import { configOf } from './config.ts';
import { addService } from './service.ts';

/*
 * `node infra/app.ts [-c key=value …]` writes cdk.out/<region>/ for one region of each partition. Started by the CDK
 * command line (cdk.json) it writes the region of the environment to where it is told.
 */

const root = join(import.meta.dirname, '..');
const REGIONS = ['ap-southeast-1', 'cn-northwest-1'];

function contextOf(args: readonly string[]): Record<string, unknown> {
  const file = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8')) as {
    context?: Record<string, unknown>;
  };
  const context: Record<string, unknown> = { ...file.context };
  for (let i = 0; i < args.length; i++) {
    const pair = args[i] === '-c' ? args[++i] : undefined;
    const split = pair?.indexOf('=') ?? -1;
    if (pair === undefined || split < 1) throw new Error(`${args[i] ?? '-c'}: expected -c key=value`);
    context[pair.slice(0, split)] = pair.slice(split + 1);
  }
  return context;
}

function synth(region: string, outdir: string | undefined, context: Record<string, unknown>): void {
  const started = performance.now();
  // Templates of stacks that are no more would stay lying there.
  if (outdir !== undefined) rmSync(outdir, { recursive: true, force: true });
  const app = new App({ analyticsReporting: false, context, ...(outdir !== undefined && { outdir }) });
  addService(app, configOf(app, region), domains);
  const { directory } = app.synth();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.error(`${region}: ${directory} (${seconds} s)`);
}

const context = contextOf(process.argv.slice(2));
if (process.env.CDK_OUTDIR) {
  const region = process.env.CDK_DEFAULT_REGION;
  if (!region) throw new Error('no region: set AWS_REGION or choose a profile that has one');
  synth(region, undefined, context);
} else {
  for (const region of REGIONS) synth(region, join(root, 'cdk.out', region), context);
}
