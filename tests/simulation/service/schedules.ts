import type { ScheduleInput } from '../../../shared/env.ts';
import { DIGEST_AT, END_OF_DAY_AT } from '../../../shared/zones.ts';
import type { Clockwork } from '../world/world.ts';
import type { Cloud } from './cloud.ts';
import { sweep } from './functions.ts';

const minute = 60_000;
const day = 86_400_000;
/** All simulated offices are here: eight hours ahead, without summer time. */
export const zone = 'Asia/Shanghai';
const offset = 8 * 3_600_000;

/**
 * The sweep of every minute. Minutes in which nothing is due are left out: a sweep that finds nothing does nothing.
 */
export class Sweeps implements Clockwork {
  private readonly cloud: Cloud;
  /** Moments at which something has been due, the first first; some of them are no longer true. */
  private due: { at: number; pk: string; sk: string; dueSk: string }[] = [];
  private last = 0;

  constructor(cloud: Cloud) {
    this.cloud = cloud;
  }

  /** To be told of every entry of the due index. */
  noticed(entry: { pk: string; sk: string; dueSk: string }): void {
    const at = Date.parse(entry.dueSk.slice(0, entry.dueSk.indexOf('#')));
    let [low, high] = [0, this.due.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.due[middle]?.at ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    this.due.splice(low, 0, { at, ...entry });
  }

  next(): number | undefined {
    for (let first = this.due[0]; first; first = this.due[0]) {
      if (this.cloud.table.item(first)?.dueSk === first.dueSk) {
        return Math.max(Math.ceil(first.at / minute) * minute, this.last + minute);
      }
      this.due.shift();
    }
    return undefined;
  }

  run(): void {
    const { world } = this.cloud;
    this.last = Math.floor(world.now / minute) * minute;
    void this.cloud.invoke({ fn: 'sweeper', name: `sweep ${this.last / minute}`, timeoutMs: 300_000 }, () =>
      sweep({ kind: 'sweep' }),
    );
  }
}

/** The morning digest and the list at the end of the day: fired, now and then twice, tried again when they fail. */
export function startDaily(cloud: Cloud): void {
  const { world } = cloud;
  for (const [kind, time] of [
    ['digest', DIGEST_AT],
    ['endOfDay', END_OF_DAY_AT],
  ] as const) {
    const [hours = 0, minutes = 0] = time.split(':').map(Number);
    const ofDay = (hours * 60 + minutes) * minute;
    const input: ScheduleInput = { kind, zone };
    const fire = async (name: string, tries = 1): Promise<void> => {
      const ending = await cloud.invoke({ fn: 'sweeper', name: `${name}~${tries}`, timeoutMs: 300_000 }, () =>
        sweep(input),
      );
      if (!('value' in ending) && tries < 10) world.in(minute * tries, () => void fire(name, tries + 1));
    };
    const plan = (at: number) =>
      world.at(at, () => {
        const name = `${kind} ${new Date(at).toISOString().slice(0, 10)}`;
        void fire(name);
        if (world.faults.strikes('twice', name)) world.in(30_000, () => void fire(`${name} again`));
        plan(at + day);
      });
    const today = Math.floor((world.now + offset) / day) * day - offset + ofDay;
    plan(today > world.now ? today : today + day);
  }
}
