import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { type Cloud, type CloudOptions, region, startCloud } from '../../local/cloud.ts';

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
 * `advance` lets time pass. Stop it in `afterAll`.
 *
 *     let cloud: Cloud;
 *     beforeAll(async () => { cloud = await testCloud({ clock: '2026-09-30T10:00:00+08:00' }); });
 *     afterAll(() => cloud?.stop());
 */
export function testCloud(options: CloudOptions = {}): Promise<Cloud> {
  return startCloud({
    dynamodb: inject('dynamodb'),
    ...(process.env.HUIFANG_LOG === '1' ? { onLine: (fn, line) => console.log(`${fn}: ${line}`) } : {}),
    ...options,
  });
}
