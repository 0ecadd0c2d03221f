import { setTimeout as turn } from 'node:timers/promises';
import type { Cloud } from './harness.ts';

/**
 * Lets time pass until `to` (ms) and kills a function on the way: as soon as it is at work (`early`), and when `progress`, what it
 * has brought about, has grown while it still works (`late`). Answers which of the two came about.
 */
export async function passUnderFire(
  cloud: Cloud,
  fn: string,
  to: number,
  progress: () => Promise<number>,
): Promise<string[]> {
  const before = await progress();
  let over = false;
  const passing = cloud.advance(new Date(to).toISOString()).finally(() => {
    over = true;
  });
  const killed: string[] = [];
  for (const stage of ['early', 'late']) {
    while (!over) {
      await turn(1);
      const ready = cloud.busy(fn) > 0 && (stage === 'early' || (await progress()) > before);
      // It may have come to its end while we looked.
      if (!ready || cloud.busy(fn) === 0) continue;
      cloud.kill(fn);
      killed.push(stage);
      break;
    }
  }
  await passing;
  return killed;
}

/** The queue into which the sweeper puts what is due. */
export const remindersQueue = (cloud: Cloud): string =>
  cloud.functions.get('sweeper').spec.env.REMINDERS_QUEUE_URL?.split('/').at(-1) ?? '';
