import { type Asked, ask, type Outcome, type Who } from '../service/client.ts';
import type { Cloud } from '../service/cloud.ts';
import { Dice } from '../world/random.ts';
import * as admin from './admin.ts';
import type { Memory } from './memory.ts';
import * as money from './money.ts';
import type { Office } from './office.ts';
import type { Action, Deed } from './plan.ts';
import * as tickets from './tickets.ts';

type Params = Record<string, string>;
type Sending = (who: Who, route: string, body: unknown, params?: Params) => Promise<Outcome>;

/** What somebody has at hand who does something. */
export interface Acting {
  dice: Dice;
  office: Office;
  memory: Memory;
  now(): number;
  /** The day so many days from today, in the office's zone. */
  today(after: number): string;
  wait(ms: number): Promise<void>;
  post: Sending;
  put: Sending;
  patch: Sending;
  get(who: Who, route: string, query: Params, params?: Params): Promise<Outcome>;
  /** A customer's form: without login, without idempotency key. */
  form(route: string, form: Params, params: Params): Promise<Outcome>;
}

const does: Record<Deed, (acting: Acting) => Promise<unknown>> = { ...tickets, ...money, ...admin };

/** Does one action of the plan, to its end. */
export async function act(cloud: Cloud, memories: readonly Memory[], action: Action): Promise<void> {
  const { world } = cloud;
  const memory = memories[action.office] as Memory;
  const name = `${action.deed} ${action.n}`;
  let asked = 0;
  const send = async (what: Omit<Asked, 'name'>) => {
    const outcome = await ask(cloud, { ...what, name: `${name}.${++asked}` });
    world.note(`${outcome.name} ${outcome.route} -> ${outcome.status}`);
    memory.learn(outcome);
    return outcome;
  };
  const sending: Sending = (who, route, body, params) =>
    send({ who, route, body, ...(params && { params }) });
  await does[action.deed]({
    dice: new Dice(world.seed, name),
    office: memory.office,
    memory,
    now: () => world.now,
    today: (after) => new Date(world.now + 8 * 3_600_000 + after * 86_400_000).toISOString().slice(0, 10),
    wait: (ms) => world.sleep(ms),
    post: sending,
    put: sending,
    patch: sending,
    get: (who, route, query, params) => send({ who, route, query, ...(params && { params }) }),
    form: (route, form, params) => send({ route, form, params }),
  });
}
