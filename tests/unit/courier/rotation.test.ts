import fc from 'fast-check';
import { expect, test } from 'vitest';
import { goodSecrets } from '../../../functions/courier/deliver.ts';
import { rotated } from '../../../functions/webhooks/rules.ts';
import type { Endpoint } from '../../../shared/endpoints.ts';
import { Refusal } from '../../../shared/problem.ts';

const hour = 3_600_000;
const start = Date.parse('2026-10-08T00:00:00Z');
const endpoint: Endpoint = {
  id: 'whk_00000000000000000000000000',
  kind: 'webhook',
  url: 'https://hooks.example.com/',
  secrets: [{ value: 'secret 0' }],
  events: ['*'],
  language: 'zh',
  active: true,
  createdAt: new Date(start).toISOString(),
  version: 1,
};

const rotations = fc.array(
  fc.record({ after: fc.integer({ min: 0, max: 30 }), overlap: fc.integer({ min: 0, max: 48 }) }),
  { maxLength: 8 },
);

test('however often it is rotated, a secret is signed with until the end that was promised for it, and no longer', () => {
  fc.assert(
    fc.property(rotations, (steps) => {
      let now = start;
      let current = endpoint;
      // Every secret with its promised end; the newest has none.
      const ends = new Map([['secret 0', Number.POSITIVE_INFINITY]]);
      for (const [n, { after, overlap }] of steps.entries()) {
        now += after * hour;
        const next = rotated(current, `secret ${n + 1}`, overlap, now);
        if (!(next instanceof Refusal)) {
          current = next;
          for (const [secret, end] of ends) ends.set(secret, Math.min(end, now + overlap * hour));
          ends.set(`secret ${n + 1}`, Number.POSITIVE_INFINITY);
        }
        for (const at of [now, now + hour / 2, now + overlap * hour - 1, now + overlap * hour])
          if (at >= now)
            expect(goodSecrets(current.secrets, at).toSorted()).toEqual(
              [...ends].flatMap(([secret, end]) => (end > at ? [secret] : [])).toSorted(),
            );
      }
    }),
  );
});

test('a fourth secret beside three that are good is refused until one has ended; without overlap it never is', () => {
  const twice = [1, 2].reduce<Endpoint>(
    (was, n) => rotated(was, `secret ${n}`, 24, start + n) as Endpoint,
    endpoint,
  );
  const refused = rotated(twice, 'secret 3', 24, start + 3);
  expect(refused).toBeInstanceOf(Refusal);
  expect((refused as Refusal).options.detail?.en).toContain('2026-10-09T00:00:00.001Z');
  // With a shorter overlap they are good as long.
  const shorter = rotated(twice, 'secret 3', 1, start + 3);
  expect((shorter as Refusal).options.detail?.en).toContain('2026-10-09T00:00:00.001Z');
  expect(rotated(twice, 'secret 3', 24, start + 24 * hour + 1)).toMatchObject({ secrets: { length: 3 } });
  expect(rotated(twice, 'secret 3', 0, start + 3)).toMatchObject({ secrets: [{ value: 'secret 3' }] });
});

test('a robot, and what was removed, has no secret to rotate', () => {
  expect(rotated({ ...endpoint, kind: 'wecom' }, 'x', 24, start)).toBeInstanceOf(Refusal);
  const removed = { ...endpoint, removedAt: endpoint.createdAt };
  expect(rotated(removed, 'x', 24, start)).toBeInstanceOf(Refusal);
});
