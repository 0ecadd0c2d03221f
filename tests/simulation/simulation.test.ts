// First of all: what functions remember is noted as they are loaded.
import './service/functions.ts';

import { beforeAll, describe, expect, it, vi } from 'vitest';
import { output } from '../../shared/log.ts';
import { check } from './model/check.ts';
import { shrink } from './shrink.ts';
import { type Setting, simulate } from './simulate.ts';

beforeAll(() => {
  // Functions log what they do.
  vi.spyOn(output, 'write').mockImplementation(() => undefined);
});

/** Short lives: a few days in two small offices. Long ones are lived by `npm run simulate`. */
const short = (seed: number): Setting => ({ seed, days: 1, quietDays: 1, offices: 2, units: 1, perDay: 4 });

describe('a whole service lived through by a seed', () => {
  // A fifth of them in each test: when one fails it is told which.
  for (const from of [1, 11, 21, 31, 41]) {
    it(`keeps every promise whatever goes wrong, seeds ${from} to ${from + 9}`, async () => {
      for (let seed = from; seed < from + 10; seed++) {
        expect(await check(await simulate(short(seed))), `npm run simulate -- --seed ${seed}`).toEqual([]);
      }
    });
  }

  it('is the same life to the byte when it is lived again', async () => {
    const [first, again, other] = [
      await simulate(short(7)),
      await simulate(short(7)),
      await simulate(short(8)),
    ].map(({ digest }) => digest);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  it('has something to tell: people act, and things go wrong', async () => {
    const { cloud, memories } = await simulate({ ...short(3), days: 6 });
    expect(memories.flatMap(({ outcomes }) => outcomes).length).toBeGreaterThan(20);
    expect(cloud.world.faults.struck.length).toBeGreaterThan(20);
  });

  it('is cut down to a short story when something is wrong with it', async () => {
    // Suppose that nobody may ever complain.
    const judge: typeof check = async (run) =>
      run.memories.flatMap(({ office, outcomes }) =>
        outcomes
          .filter(({ route, status }) => route === 'POST /v1/tickets' && status === 201)
          .map(({ name }) => ({ check: 'silence', office: office.name, text: name })),
      );
    const story = await shrink({ ...short(5), days: 2 }, { judge, mostRuns: 30 });
    expect(story.actions).toHaveLength(1);
    expect(story.actions[0]).toContain('contact');
    expect(story.faults).toEqual([]);
  });
});
