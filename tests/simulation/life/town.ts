import type { ScheduleInput } from '../../../shared/env.ts';
import type { Item } from '../../../shared/table.ts';
import { bodyOf, eventOf, type Who } from '../service/client.ts';
import {
  apiOf,
  authorize,
  consumeStream,
  domains,
  type QueueName,
  rebuildCounters,
  sweep,
  workers,
} from '../service/functions.ts';
import { recordOf } from '../service/stream.ts';
import type { Site } from '../world/crashes.ts';
import type { Change } from '../world/table.ts';
import type { Stage } from './stage.ts';

export interface Wish {
  /** The `{id}` of the path. */
  id?: string;
  params?: Record<string, string>;
  query?: Record<string, string>;
  /** Instead of the example in the route's table. */
  body?: unknown;
  /** What is otherwise than in the example. */
  but?: Record<string, unknown>;
  as?: Who | undefined;
  csv?: string | Uint8Array;
  form?: Record<string, string>;
  headers?: Record<string, string | undefined>;
  repeated?: Record<string, string[]>;
  /** How it is answered, where that is not a success. */
  is?: number;
  /** It was asked before, and the function died after that one of its calls (the first is 0); nobody asked again. */
  lostAfter?(calls: readonly Site[]): number;
  /** What is answered instead when the first answer was lost. */
  or?: number;
  /** It takes histories away, and they need not be whole. */
  ends?: boolean;
  /** See `Step`. */
  loose?(line: string): string;
}

/** Ids by kind, and of those who have a part in the story. */
type Mine = Record<
  | 'prp'
  | 'unt'
  | 'cus'
  | 'stf'
  | 'supervisor'
  | 'key'
  | 'whk'
  | 'tkt'
  | 'att'
  | 'fst'
  | 'mtr'
  | 'bil'
  | 'rfd'
  | 'svc'
  | 'dun',
  string
>;

/** Where a town is in its story. */
export interface Place {
  now: number;
  n: number;
  who: Who;
  mine: Partial<Mine>;
}

const known: ProxyHandler<Mine> = {
  get(mine, name) {
    const id: unknown = Reflect.get(mine, name);
    if (id === undefined) throw new Error(`there is no ${String(name)} yet`);
    return id;
  },
};

type Timed = (event: { Records: never[] }, context: unknown) => Promise<{ batchItemFailures: unknown[] }>;

const routes = new Map(
  Object.values(domains)
    .flat()
    .map((route) => [route.id, route]),
);

/** One request after the other to one office, by the routes' own names, and the background work that follows from them. */
export class Town {
  readonly stage: Stage;
  readonly asked = new Set<string>();
  /** Ids to put in the place of those in examples, by kind. */
  readonly mine: Mine = new Proxy({} as Mine, known);
  readonly operator: Who = { kind: 'operator', id: 'operator' };
  who: Who = this.operator;
  /** What steps are about, where those of one kind are not all alike; it stands on the page, too. */
  about = '';
  private n = 0;
  private unheard: Change[] = [];
  private messages: { queue: QueueName; body: string }[] = [];

  constructor(stage: Stage) {
    this.stage = stage;
  }

  private kindOf(kind: string): string {
    return this.about ? `${kind}: ${this.about}` : kind;
  }

  /** The office's program, with these scopes. */
  program(...scopes: NonNullable<Who['scopes']>): Who {
    return { kind: 'apiKey', id: this.mine.key, tenantId: this.who.tenantId ?? '', scopes };
  }

  /** Where this town is, when nothing is under way: for another to begin there. */
  place(): Place {
    if (this.unheard.length + this.messages.length > 0) throw new Error('something is under way');
    return { now: this.stage.now, n: this.n, who: this.who, mine: { ...this.mine } };
  }

  /** Begins where another town was. */
  moveTo({ now, n, who, mine }: Place): void {
    this.stage.now = now;
    this.n = n;
    this.who = who;
    Object.assign(this.mine, mine);
  }

  /** A day passes until three in the afternoon, with what is told in the morning. */
  async pass(day: string): Promise<void> {
    this.at(`${day} 07:30`);
    await this.settle();
    await this.schedule({ kind: 'digest', zone: 'Asia/Shanghai' });
    await this.work();
    this.at(`${day} 15:00`);
    await this.settle();
  }

  /** Goes on at a moment, in local time of the office. */
  at(local: string): void {
    const moment = Date.parse(`${local.replace(' ', 'T')}:00+08:00`);
    if (moment < this.stage.now) throw new Error(`${local} has been`);
    this.stage.now = moment;
  }

  wait(ms: number): void {
    this.stage.now += ms;
  }

  /** Asks as the office's owner, or as somebody else; answers the body. Everything but a success ends the story. */
  // biome-ignore lint/suspicious/noExplicitAny: answers have every shape
  async ask(id: string, wish: Wish = {}): Promise<any> {
    const route = routes.get(id);
    if (!route) throw new Error(`no such route: ${id}`);
    this.asked.add(id);
    const { body = this.example(route.example, wish.but) } = wish;
    const as = 'as' in wish ? wish.as : this.who;
    const asked = {
      name: `${++this.n} ${id}`,
      who: as,
      route: `${route.method} ${route.path}`,
      params: { ...(wish.id !== undefined && { id: wish.id }), ...wish.params },
      ...(wish.query && { query: wish.query }),
      ...(body !== undefined && !wish.csv && !wish.form && { body }),
      ...(wish.csv !== undefined && { csv: wish.csv }),
      ...(wish.form && { form: wish.form }),
      ...(wish.headers && { headers: wish.headers }),
      ...(wish.repeated && { repeated: wish.repeated }),
    };
    const { fn, handler } = apiOf(asked.route);
    // Whoever asks again has the same key.
    const work = () => handler(eventOf(asked, asked.name), {} as never);
    const { name: _, ...given } = asked;
    const inChinese = () =>
      handler(
        eventOf({ ...asked, headers: { ...asked.headers, 'accept-language': 'zh' } }, asked.name),
        {} as never,
      );
    if (wish.lostAfter) this.hear(await this.stage.lose({ fn, name: asked.name, work }, wish.lostAfter));
    const { value, trace } = await this.stage.step({
      fn,
      kind: this.kindOf(id),
      name: asked.name,
      work,
      given,
      inChinese,
      again: 1000,
      done: ({ statusCode, body }) => statusCode < 500 && !body.includes('problems/in-progress'),
      answer: (answer) => ({ status: answer.statusCode, body: unsecret(bodyOf(answer)) }),
      ...(wish.ends && { ends: true }),
      ...(wish.loose && { loose: wish.loose }),
      asGood: ({ statusCode }) => statusCode === wish.or,
      // An operator's requests carry no key either.
      repeatable: route.method !== 'POST' || route.needs === 'operator',
    });
    if (wish.is === undefined ? value.statusCode >= 300 : value.statusCode !== wish.is)
      this.stage.findings.push(`${asked.name} was refused: ${value.statusCode} ${value.body}`);
    this.hear(trace);
    return bodyOf(value);
  }

  /** Asks for what is refused, as a rule because something that was sent is wrong. */
  refused(id: string, wish: Wish = {}): Promise<unknown> {
    return this.ask(id, { is: 400, ...wish });
  }

  /** Asks for what only leads to something that is looked at. */
  // biome-ignore lint/suspicious/noExplicitAny: answers have every shape
  aside(id: string, wish: Wish = {}): Promise<any> {
    return this.stage.aside(() => this.ask(id, wish));
  }

  item(pk: string, sk: string): Item {
    const item = this.stage.rig.table.item({ pk: `${this.who.tenantId}#${pk}`, sk });
    if (!item) throw new Error(`there is no ${sk} of ${pk}`);
    return item;
  }

  private example(example: unknown, but: Record<string, unknown> | undefined): unknown {
    if (example === undefined && !but) return undefined;
    const text = JSON.stringify({ ...(example as object), ...but });
    return JSON.parse(
      text.replace(/"([a-z]{3})_01J[DZ]0{20,23}"/g, (whole, kind: keyof Mine) =>
        kind in this.mine ? `"${this.mine[kind]}"` : whole,
      ),
    );
  }

  private hear({ changes, sent }: { changes: Change[]; sent: { queue: string; body: string }[] }): void {
    this.unheard.push(...changes);
    this.messages.push(...(sent as typeof this.messages));
  }

  /** The stream tells what has changed. */
  async stream({ lostAfter }: Pick<Wish, 'lostAfter'> = {}): Promise<void> {
    const records = this.unheard.splice(0).map((change) => recordOf(change, ++this.n));
    for (let from = 0; from < records.length; from += 50) {
      const batch = records.slice(from, from + 50);
      const of = { fn: 'stream', name: `${++this.n} stream`, work: () => consumeStream({ Records: batch }) };
      if (lostAfter) this.hear(await this.stage.lose(of, lostAfter));
      const { trace } = await this.stage.step({
        ...of,
        kind: this.kindOf('stream'),
        again: 2000,
        done: ({ batchItemFailures }) => batchItemFailures.length === 0,
        answer: () => undefined,
      });
      this.hear(trace);
    }
  }

  /** The sweep of a minute, or a daily one. */
  async schedule(input: ScheduleInput): Promise<void> {
    const { trace } = await this.stage.step({
      fn: 'sweeper',
      kind: this.kindOf(input.kind),
      name: `${++this.n} ${input.kind}`,
      work: () => sweep(input),
      again: 1000,
      done: () => true,
      answer: () => undefined,
    });
    this.hear(trace);
  }

  /** A message is there for a worker, whoever sent it; a text as it is. */
  tell(queue: QueueName, message: object | string): void {
    this.messages.push({ queue, body: typeof message === 'string' ? message : JSON.stringify(message) });
  }

  /** The workers of the queues take what there is, a message at a time. */
  async work(context?: { getRemainingTimeInMillis(): number }): Promise<void> {
    for (const { queue, body } of this.messages.splice(0)) {
      const { fn, handler, timeoutMs } = workers[queue];
      const { trace } = await this.stage.step({
        fn,
        kind: this.kindOf(queue),
        name: `${++this.n} ${queue} ${body}`,
        work: () => (handler as Timed)({ Records: [{ messageId: 'message', body }] as never }, context),
        // As long as an attempt at a delivery may take: nobody else begins one before.
        again: queue === 'deliveries' ? timeoutMs * 6 : 1000,
        done: ({ batchItemFailures }) => batchItemFailures.length === 0,
        answer: () => undefined,
        ...(queue === 'deliveries' && { loose: delivered }),
        ...(body.includes('"sk":"fees"') && { loose: begun }),
        ...(body.includes('"sk":"v#') && { loose: looked }),
      });
      this.hear(trace);
    }
  }

  /** Everything that follows from what was done, until nothing does. */
  async settle(): Promise<void> {
    for (let round = 0; round < 30; round++) {
      await this.stream();
      await this.schedule({ kind: 'sweep' });
      if (this.messages.length === 0 && this.unheard.length === 0) return;
      await this.work();
    }
    throw new Error('it never settles');
  }

  /** Counters counted anew by hand. */
  async rebuild(tenantId: string): Promise<void> {
    const { trace } = await this.stage.step({
      fn: 'stream',
      kind: 'rebuild',
      name: `${++this.n} rebuild`,
      work: () => rebuildCounters(tenantId),
      again: 1000,
      done: () => true,
      // It counts what this run has set right.
      answer: () => undefined,
    });
    this.hear(trace);
  }

  /** Somebody shows what may not let them in. */
  async turnedAway(credential: string): Promise<void> {
    await this.stage.step({
      fn: 'authorizer',
      kind: this.kindOf('authorizer'),
      name: `${++this.n} authorizer`,
      work: () => authorize(credential).catch(({ message }: Error) => message),
      again: 1000,
      done: () => true,
      answer: () => undefined,
    });
  }

  /** Somebody shows a credential. */
  async authorize(credential: string): Promise<void> {
    await this.stage.step({
      fn: 'authorizer',
      kind: 'authorizer',
      name: `${++this.n} authorizer`,
      work: () => authorize(credential),
      again: 1000,
      done: () => true,
      answer: (answer) => answer.context,
    });
  }
}

/** Secrets are shown once, in the first answer only. */
function unsecret(body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return body;
  const { key: _, secret: __, ...rest } = body as Record<string, unknown>;
  return rest;
}

/**
 * An attempt that was broken off is one more; a robot, which cannot tell a repetition, gets none, and what became of it is unknown
 * (functions/courier/deliver.ts).
 */
function delivered(line: string): string {
  if (line.startsWith('93.184.215.20/cgi-bin/')) return '';
  // An endpoint that is gone says so again to the next attempt.
  if (line.includes('#webhooks",') || line.includes('webhook.disabled')) return '';
  if (!line.includes('"sk":"delivery"')) return line;
  const counted = line.replace(/"v":\d+/, '"v":n').replace(/"attempts":\d+/, '"attempts":n');
  return line.includes('"channel":"wecom"')
    ? counted
        .replace(/"status":"(delivered|unknown)"/, '"status":"over"')
        .replace(/"detail":"[^"]*"|,"httpStatus":\d+/g, '')
    : counted;
}

/** A run that a schedule has begun is due by itself; whoever died after that leaves it to the next sweep. */
const begun = (line: string): string => (line.includes('#run_new"') ? '' : line);

/** A case with something to tell is due at the moment it is looked at; looked at twice it is written twice. */
const looked = (line: string): string =>
  line.includes('"et":"dunning"') ? line.replace(/"v":\d+/, '"v":n') : line;
