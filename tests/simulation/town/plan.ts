import { Dice } from '../world/random.ts';

/** What people do, and how often in comparison. */
export const deeds = {
  contact: 30,
  postedTwice: 2,
  work: 45,
  callback: 30,
  confirmByLink: 8,
  pay: 14,
  reverse: 3,
  refund: 2,
  deposit: 2,
  charge: 3,
  voidBill: 1,
  billRun: 2,
  dunning: 8,
  look: 5,
  inbox: 3,
  suspend: 1,
  policy: 2,
  calendar: 3,
  people: 1,
} as const;
export type Deed = keyof typeof deeds;

/** Something somebody will do: whatever else it depends on is drawn by its number, and from what there is by then. */
export interface Action {
  n: number;
  at: number;
  office: number;
  deed: Deed;
}

const day = 86_400_000;

/** All that people will do in a run, from its seed alone. `startAt` is a midnight of the offices. */
export function planOf(
  seed: number,
  of: { startAt: number; days: number; offices: number; perDay: number },
): Action[] {
  const dice = new Dice(seed, 'plan');
  const actions: Action[] = [];
  for (let n = 0; n < of.days * of.offices * of.perDay; n++) {
    const last = actions.at(-1);
    if (last && dice.chance(0.3)) {
      // Two at one desk: at the same moment, in the same office.
      actions.push({ ...last, n, at: last.at + dice.between(0, 30), deed: dice.weighed(deeds) });
      continue;
    }
    const on = Math.floor(dice.next() * of.days);
    // By day mostly, at night now and then, often the moment the desk opens, when reminders go out as well.
    const hour = dice.chance(0.25)
      ? dice.pick([8, 8.5, 9]) + dice.next() / 2400
      : dice.chance(0.9)
        ? 8 + dice.next() * 12
        : dice.next() * 24;
    actions.push({
      n,
      at: of.startAt + on * day + hour * 3_600_000,
      office: dice.between(0, of.offices - 1),
      deed: dice.weighed(deeds),
    });
  }
  return actions.sort((a, b) => a.at - b.at || a.n - b.n).map((action, n) => ({ ...action, n }));
}
