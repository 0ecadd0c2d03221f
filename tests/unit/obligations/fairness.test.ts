import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/*
 * One office posts a hundred times what the others do. A model of what AWS documents of SQS fair queues (a group with a
 * disproportionate part of what is in flight is noisy; the messages of the others are handed out before those of a noisy one; within
 * that, the oldest first) and a plain queue as control: everything else is the same. It shows what the service counts on,
 * not that AWS does it; what is ours is that every message names its office, which is held below and in `queues.test.ts`.
 */

interface Message {
  office: number;
  /** Starts so far, when it was posted. */
  posted: number;
  /** Which it is of its office's waiting ones, from 1. */
  k: number;
}

type Pick = (waiting: readonly Message[], inFlight: readonly number[]) => number;

const plain: Pick = () => 0;

const fair: Pick = (waiting, inFlight) => {
  const active = new Set(waiting.map(({ office }) => office));
  inFlight.forEach((n, office) => {
    if (n > 0) active.add(office);
  });
  const share = inFlight.reduce((a, b) => a + b, 0) / active.size;
  const quiet = waiting.findIndex(({ office }) => (inFlight[office] ?? 0) <= share);
  return quiet >= 0 ? quiet : 0;
};

const offices = 10;
const noisy = 0;
/** When posting ends. */
const last = 200;

/** Numbers that follow from a seed. */
function dice(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

/**
 * Rounds in which the noisy office posts a hundred messages and each other one posts one, at a moment of its own, while as many workers
 * as `workers` take one after the other, each for a while of its own. Answers the worst wait of a quiet office's message: in
 * starts, as a part of what is allowed (its number among the office's waiting messages times the active offices).
 */
function worst(pick: Pick, seed: number, workers: number): number {
  const roll = dice(seed);
  const waiting: Message[] = [];
  const inFlight = Array.from({ length: offices }, () => 0);
  const working: { office: number; until: number }[] = [];
  let starts = 0;
  let wait = 0;
  const post = (office: number, n = 1) => {
    for (let i = 0; i < n; i++) {
      const before = waiting.filter((one) => one.office === office).length;
      waiting.push({ office, posted: starts, k: before + 1 });
    }
  };
  for (let now = 0; now < last || waiting.some(({ office }) => office !== noisy); now++) {
    if (now < last && now % 20 === 0) post(noisy, 100);
    for (let office = 1; office < offices; office++) if (now < last && roll(20) === 0) post(office);
    for (let i = working.length - 1; i >= 0; i--) {
      const job = working[i];
      if (!job || job.until > now) continue;
      inFlight[job.office] = (inFlight[job.office] ?? 0) - 1;
      working.splice(i, 1);
    }
    while (working.length < workers && waiting.length > 0) {
      const [message] = waiting.splice(pick(waiting, inFlight), 1);
      if (!message) break;
      starts += 1;
      inFlight[message.office] = (inFlight[message.office] ?? 0) + 1;
      working.push({ office: message.office, until: now + 1 + roll(6) });
      if (message.office !== noisy) wait = Math.max(wait, (starts - message.posted) / (message.k * offices));
    }
  }
  return wait;
}

describe('one office posts a hundred times its share (a model of the queue)', () => {
  it.each([1, 2, 3, 4, 5])(
    'each quiet office\u2019s k-th message starts within k x offices starts (seed %i)',
    (seed) => {
      for (const workers of [5, 10, 20]) {
        expect(worst(fair, seed, workers)).toBeLessThanOrEqual(1);
        // The control: without groups they wait behind everything.
        expect(worst(plain, seed, workers)).toBeGreaterThan(10);
      }
    },
  );
});

const root = join(import.meta.dirname, '..', '..', '..');
const sources = ['functions', 'shared'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => [`${folder}/${name}`, readFileSync(join(root, folder, name), 'utf8')] as const),
);

it('there is one place from which messages are sent, and it names the office as group', () => {
  const senders = sources.filter(([, text]) => /SendMessage(Batch)?Command/.test(text)).map(([name]) => name);
  expect(senders).toEqual(['shared/queues.ts']);
  expect(new Map(sources).get('shared/queues.ts')).toContain('MessageGroupId: message.tenantId');
});

it('the queues are standard ones, in which a group is a share and no order', () => {
  expect(readFileSync(join(root, 'infra', 'queues.ts'), 'utf8')).not.toMatch(/fifo/i);
});
