import type { MailEnd } from '../world/machine.ts';
import type { Answer, Arrived } from '../world/outside.ts';
import { Dice } from '../world/random.ts';
import type { World } from '../world/world.ts';

/** How a receiver of webhooks behaves. */
const tempers = ['good', 'flaky', 'slow', 'moody', 'down', 'gone'] as const;
type Temper = (typeof tempers)[number];

export interface Taken {
  at: number;
  /** The id by which a repetition can be told. */
  id: string;
  body: string;
}

/** Servers and mailboxes of other people: what they took, how they answer. */
export class Receivers {
  /** By address: what was taken with 2xx, every time. */
  readonly taken = new Map<string, Taken[]>();
  readonly mails: { to: string; id: string; at: number; end: MailEnd }[] = [];
  private readonly world: World;
  private arrived = 0;

  constructor(world: World) {
    this.world = world;
  }

  /** How the server at a path behaves; the same for the whole run. */
  temperOf(path: string): Temper {
    return new Dice(this.world.seed, `temper ${path}`).pick(tempers);
  }

  http({ host, path, headers, body }: Arrived): Answer {
    const dice = new Dice(this.world.seed, `answer ${++this.arrived} ${path}`);
    const robot = path.startsWith('/cgi-bin/');
    const where = `${host}${path}`;
    const take = () => {
      const all = this.taken.get(where) ?? [];
      this.taken.set(where, all);
      all.push({ at: this.world.now, id: headers['webhook-id'] ?? '', body });
    };
    const yes: Answer = { status: 200, ...(robot && { body: '{"errcode":0}' }) };
    const answer = this.answer(this.temperOf(path), dice, robot, yes);
    // It may have acted though its answer never came.
    if (answer === yes || ((answer === 'silent' || answer === 'reset') && dice.chance(0.5))) take();
    return answer;
  }

  private answer(temper: Temper, dice: Dice, robot: boolean, yes: Answer): Answer {
    const no = { status: dice.pick([500, 502, 503, 404]) };
    switch (temper) {
      case 'good':
        return yes;
      case 'flaky':
        return dice.chance(0.3) ? no : yes;
      case 'slow':
        return dice.chance(0.2) ? 'silent' : yes;
      case 'moody':
        return dice.chance(0.15)
          ? 'reset'
          : dice.chance(0.15)
            ? { status: 429, headers: { 'retry-after': String(dice.between(1, 7200)) } }
            : dice.chance(0.1)
              ? { status: 302, headers: { location: 'https://93.184.215.99/elsewhere' } }
              : yes;
      case 'down': {
        // For two days in ten.
        const day = Math.floor(this.world.now / 86_400_000);
        return day % 10 < 2 ? no : yes;
      }
      case 'gone':
        return !robot && dice.chance(0.01) ? { status: 410 } : yes;
    }
  }

  mail({ to, id }: { to: string; id: string }): MailEnd {
    const dice = new Dice(this.world.seed, `mail ${id} ${this.mails.length}`);
    const end: MailEnd = dice.chance(0.9) ? 'taken' : dice.pick(['busy', 'silent', 'busy', 'refused']);
    this.mails.push({ to, id, at: this.world.now, end });
    return end;
  }
}
