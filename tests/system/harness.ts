import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { type Cloud, type CloudOptions, region, startCloud } from '../../local/cloud.ts';
import { judge } from './caller.ts';
import { startPrism, throughPrism } from './prism.ts';

export { type Answer, type Caller, caller } from './caller.ts';
export type { Cloud };

const assembly = join(import.meta.dirname, '..', '..', 'cdk.out', region);

/** Why the service cannot be started here; undefined if it can. Tests are skipped with it. */
export const unready =
  existsSync(assembly) && readdirSync(assembly).some((name) => name.endsWith('.template.json'))
    ? undefined
    : 'there is no cdk.out: run "npm run synth" first';

/**
 * The service of the synthesized template, empty and in memory, one for each test file that asks, all on one
 * DynamoDB Local: a warm one works twice as fast. Nothing runs in the background: `settle` works off what is there,
 * `advance` lets time pass. Stop it in `afterAll`: it fails there if a function has logged what a test told it (`logs.ts`).
 *
 *     let cloud: Cloud;
 *     beforeAll(async () => { cloud = await testCloud({ clock: '2026-09-30T10:00:00+08:00' }); });
 *     afterAll(() => cloud?.stop());
 */
export async function testCloud(options: CloudOptions = {}): Promise<Cloud> {
  const cloud = await startCloud({
    dynamodb: inject('dynamodb'),
    ...options,
    onLine: (fn, line) => {
      judge.hear(fn, line);
      if (process.env.HUIFANG_LOG === '1') console.log(`${fn}: ${line}`);
      options.onLine?.(fn, line);
    },
  });
  const stopPrism = await startPrism(cloud.url);
  return {
    ...cloud,
    async stop() {
      await stopPrism();
      await cloud.stop();
      if (throughPrism > 0) console.log(`Prism: ${throughPrism} answers, no violation`);
      const wrong = judge.verdict();
      if (process.env.HUIFANG_REPORT === '1')
        console.log(`logs: ${judge.heard} lines held against what was told, ${wrong.length} faults`);
      if (wrong.length > 0) throw new Error(`logs are not for that:\n${wrong.slice(0, 20).join('\n')}`);
    },
  };
}
