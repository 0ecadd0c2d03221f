// Before anything of the service is loaded otherwise: what its functions remember is noted there.
import './service/functions.ts';

import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { output } from '../../shared/log.ts';
import { reportOf, sweepCrashes } from './crashes/run.ts';
import { reaches } from './crashes/sweep.ts';
import { check } from './model/check.ts';
import { shrink, tellStory } from './shrink.ts';
import { type Setting, simulate } from './simulate.ts';

/*
 * The simulated office: `npm run simulate -- --seeds 1000`.
 *
 * One seed drives a whole hosted service in this one process: offices with their people (town/), the deployed functions with queues,
 * stream and schedules (service/), on a table, clocks and servers of other people that are simulated (world/). Time is a number,
 * everything that is random is drawn from the seed, and so the same seed is the same run to the byte. Functions die before and after
 * their calls, the table throttles and forgets to answer, messages come late and twice, receivers misbehave. A model (model/) that
 * states the rules once more, by itself, looks at what is left in the end. A seed that fails is cut down to a short story (shrink.ts).
 *
 *   --seeds N     how many seeds                         (100)
 *   --from N      the first of them                      (1)
 *   --seed N      this one alone, with its story if it fails
 *   --days D      days on which people act               (12)
 *   --offices N   offices of the service                 (2)
 *   --units N     units of an office                     (2)
 *   --per-day N   actions of an office in a day          (4)
 *   --deaths N    functions die so many times as often
 *   --minutes M   stop after so many minutes
 *   --trace       write the trace of --seed to coverage/simulation-trace.txt
 *   --no-shrink   tell what is wrong only
 *   --until-first stop at the first seed that fails
 *   --crashes     no seeds: functions die at every call of everything they do, and it has to come to the same end (crashes/)
 *   --at WHERE    of --crashes: 'kinds' of calls, every one of the 'calls', or 'lines': until each that waits has died  (kinds)
 *   --faults      plant faults in a copy of the program and see who notices (planted/); --only TEXT: those whose name has it (a regular expression)
 */

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    days: { type: 'string', default: '12' },
    offices: { type: 'string', default: '2' },
    units: { type: 'string', default: '2' },
    'per-day': { type: 'string', default: '4' },
    deaths: { type: 'string' },
    minutes: { type: 'string' },
    trace: { type: 'boolean', default: false },
    'no-shrink': { type: 'boolean', default: false },
    'until-first': { type: 'boolean', default: false },
    crashes: { type: 'boolean', default: false },
    at: { type: 'string', default: 'kinds' },
    faults: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
});

const say = (line: string) => console.log(line);

async function seeds(): Promise<boolean> {
  // Functions log what they do; here that is noise.
  output.write = () => undefined;
  const one = values.seed === undefined ? undefined : Number(values.seed);
  const from = one ?? Number(values.from);
  const to = one ?? from + Number(values.seeds) - 1;
  const until = Date.now() + Number(values.minutes ?? 1e9) * 60_000;
  const begun = { at: performance.now(), cpu: process.cpuUsage() };
  const failed: number[] = [];
  const sums = { seeds: 0, days: 0, struck: 0, requests: 0, invocations: 0 };
  for (let seed = from; seed <= to && Date.now() < until; seed++) {
    const setting: Setting = {
      seed,
      days: Number(values.days),
      offices: Number(values.offices),
      units: Number(values.units),
      perDay: Number(values['per-day']),
      keepTrace: values.trace,
      ...(values.deaths !== undefined && { deaths: Number(values.deaths) }),
    };
    const run = await simulate(setting);
    const wrong = await check(run);
    sums.seeds++;
    sums.days += (run.cloud.world.now - run.startedAt) / 86_400_000;
    sums.struck += run.cloud.world.faults.struck.length;
    sums.requests += run.memories.reduce((n, { outcomes }) => n + outcomes.length, 0);
    sums.invocations += Object.values(run.cloud.invocations).reduce((a, b) => a + b, 0);
    if (one !== undefined) say(`seed ${seed}: ${run.digest}`);
    if (values.trace) write('simulation-trace.txt', run.cloud.world.lines ?? []);
    if (wrong.length > 0) {
      failed.push(seed);
      say(`seed ${seed} fails: ${wrong.length} findings`);
      for (const { check, office, text } of wrong.slice(0, 5)) say(`  ${check} ${office}: ${text}`);
      if (values['until-first']) break;
      if (!values['no-shrink'] && failed.length === 1) say(tellStory(await shrink(setting)));
    }
    if (sums.seeds % 25 === 0) say(progress(sums, begun));
  }
  say(progress(sums, begun));
  say(failed.length === 0 ? 'no seed fails' : `${failed.length} seeds fail: ${failed.join(' ')}`);
  return failed.length === 0;
}

function progress(
  sums: { seeds: number; days: number; struck: number; requests: number; invocations: number },
  begun: { at: number; cpu: NodeJS.CpuUsage },
): string {
  const minutes = (performance.now() - begun.at) / 60_000;
  const cpu = process.cpuUsage(begun.cpu);
  const cpuMinutes = (cpu.user + cpu.system) / 60e6;
  const officeDays = sums.days * Number(values.offices);
  return (
    `${sums.seeds} seeds in ${minutes.toFixed(1)} min (${cpuMinutes.toFixed(1)} min of processor): ` +
    `${(sums.seeds / cpuMinutes).toFixed(0)} seeds, ${(officeDays / cpuMinutes).toFixed(0)} office days a processor minute; ` +
    `${sums.requests} requests, ${sums.invocations} invocations, ${sums.struck} faults`
  );
}

/** Functions die at every call of every thing they do (crashes/). */
async function crashes(): Promise<boolean> {
  output.write = () => undefined;
  const reach = reaches.find((one) => one === values.at);
  if (!reach) throw new Error(`--at is one of ${reaches.join(', ')}`);
  const begun = process.cpuUsage();
  const { good, summary, all } = reportOf(await sweepCrashes(reach));
  const { user, system } = process.cpuUsage(begun);
  for (const line of summary) say(line);
  say(
    `${((user + system) / 1e6).toFixed(0)} s of processor; all lines are in coverage/simulation-crashes.txt`,
  );
  write('simulation-crashes.txt', all);
  return good;
}

function write(name: string, lines: readonly string[]): void {
  const folder = new URL('../../coverage/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL(name, folder), `${lines.join('\n')}\n`);
}

const good = values.faults
  ? await (await import('./planted/plant.ts')).plantAll(values.only)
  : values.crashes
    ? await crashes()
    : await seeds();
process.exitCode = good ? 0 : 1;
