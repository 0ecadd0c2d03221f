import { createHash } from 'node:crypto';
import { Cloud } from './service/cloud.ts';
import { act } from './town/act.ts';
import { Memory } from './town/memory.ts';
import { openOffice } from './town/office.ts';
import { type Action, planOf } from './town/plan.ts';
import { Faults } from './world/faults.ts';
import { Dice } from './world/random.ts';
import { World } from './world/world.ts';

export interface Setting {
  seed: number;
  /** Days on which people act. */
  days: number;
  /** Days after them, without faults, in which only what is under way goes on: told, sent, tried again. Default 3. */
  quietDays?: number;
  offices: number;
  units: number;
  /** Actions of an office in a day. */
  perDay: number;
  /** Functions die so many times as often. */
  deaths?: number;
  /** No faults at all. */
  calm?: boolean;
  /** Left out of the story: actions by number, faults by name. */
  without?: { actions: ReadonlySet<number>; faults: ReadonlySet<string> };
  keepTrace?: boolean;
}

export interface Run {
  setting: Setting;
  cloud: Cloud;
  memories: Memory[];
  actions: Action[];
  /** The hash of everything that happened and of everything that is stored in the end. */
  digest: string;
  startedAt: number;
}

const day = 86_400_000;

/** Lives through one seed. */
export async function simulate(setting: Setting): Promise<Run> {
  const { seed, without } = setting;
  const dice = new Dice(seed, 'time');
  // In the last third of a year: National Day with its made-up days, month ends, a year not published yet.
  const startAt =
    Date.parse(dice.pick(['2026-09-24', '2026-09-28', '2026-10-25', '2026-11-27', '2026-12-22'])) -
    8 * 3_600_000;
  const faults = new Faults(seed, {
    ...(without && { without: without.faults }),
    ...(setting.calm && { calm: true }),
    ...(setting.deaths !== undefined && { deaths: setting.deaths }),
  });
  const world = new World({ seed, startAt, faults, ...(setting.keepTrace && { keepTrace: true }) });
  const cloud = new Cloud(world);
  const memories: Memory[] = [];
  let failed: unknown;
  // Else the offices are opened in peace, so that short lives have more of what comes after.
  if (setting.deaths !== undefined) faults.start();
  (async () => {
    for (let n = 1; n <= setting.offices; n++)
      memories.push(new Memory(await openOffice(cloud, n, setting.units)));
  })().catch((error) => {
    failed = error;
  });
  await world.run(startAt + 3_600_000);
  if (failed || memories.length < setting.offices) throw failed ?? new Error('the offices were not opened');

  const startedAt = world.now;
  cloud.start();
  faults.start();
  const actions = planOf(seed, { ...setting, startAt: startAt + day }).filter(
    ({ n }) => !without?.actions.has(n),
  );
  for (const action of actions) {
    world.at(action.at, () => {
      act(cloud, memories, action).catch((error) => {
        failed ??= error;
      });
    });
  }
  const last = startAt + (setting.days + 1) * day;
  await world.run(last);
  faults.stop();
  await world.run(last + (setting.quietDays ?? 3) * day);
  if (failed) throw failed;
  const stored = createHash('sha256');
  const items = [...cloud.table.items()].map((item) => JSON.stringify(item)).sort();
  for (const item of items) stored.update(item);
  const digest = createHash('sha256').update(world.digest()).update(stored.digest()).digest('hex');
  return { setting, cloud, memories, actions, digest, startedAt };
}
