import type { Item, Key } from '../../../shared/table.ts';
import { coldStart } from '../world/caches.ts';
import { Crashes, type Site } from '../world/crashes.ts';
import { Faults } from '../world/faults.ts';
import { type Doom, type Ending, Invocation, type Meddle } from '../world/invocation.ts';
import { type MailEnd, use } from '../world/machine.ts';
import type { Answer, Fetched } from '../world/outside.ts';
import { type Change, SimulatedTable } from '../world/table.ts';
import { World } from '../world/world.ts';
import { Bucket } from './bucket.ts';

/** A call of a function, and how it is made. */
export interface Run<T> {
  fn: string;
  /** Runs of the same name at the same moment draw the same ids. */
  name: string;
  /** When it begins, in milliseconds. */
  at: number;
  doom?: Doom;
  /** Nobody asks which calls it makes: to find out takes a quarter of its time. */
  unseen?: boolean;
  meddle?: Meddle;
  work(): Promise<T>;
}

/** What came of it. */
export interface Came<T> {
  ending: Ending<T>;
  /** Calls to something outside, in the order in which they were begun. */
  calls: Site[];
  /** When it ended. */
  at: number;
}

/** What a run has left behind. */
export interface Trace {
  changes: Change[];
  /** Messages handed to queues. */
  sent: { queue: string; body: string; group: string }[];
  /** Mails, and requests to other people's servers: what tells them apart, and all that was said. */
  told: { name: string; said: unknown }[];
}

/** What the gateway's control plane says of plans and keys: all are there. */
const gateway = ({ pathname, searchParams }: URL) => {
  const names =
    pathname === '/usageplans' ? ['hf-basic', 'hf-standard', 'hf-premium'] : [searchParams.get('name')];
  return { id: 'id', item: names.map((name) => ({ id: 'id', name })) };
};

const nothing = (): Trace => ({ changes: [], sent: [], told: [] });

/** A table, a bucket, queues and servers that do what they are asked, on which one invocation at a time is run, and can be undone. */
export class Rig {
  readonly crashes = new Crashes();
  readonly table: SimulatedTable;
  bucket = new Bucket();
  /** What an issuer of tokens answers, by path. */
  readonly issuer = new Map<string, object>();
  /** How the receivers of webhooks answer. */
  status: (path: string) => number | Answer = () => 200;
  /** What a name server knows. */
  names: (name: string) => string[] | 'silent' = () => [];
  /** How the mail server does. */
  mail: (to: string) => MailEnd = () => 'taken';
  /** What a neighbour (issuer, user pool, gateway, bucket) answers instead of what it usually does. */
  neighbour: (request: Fetched) => Response | undefined = () => undefined;
  /** Which of some messages their queue does not take, by position; a queue that is not there throws. */
  notTaken: (bodies: readonly string[], queue: string) => number[] = () => [];
  /** Somebody else does something right before a call of that name: the first, or the `nth`. */
  meanwhile: { at: RegExp; nth?: number; act(): void } | undefined;
  /** What the table answers or throws instead, when a run sends a command of this name for the n-th time (the first is 0). */
  trouble: ((name: string, n: number, command: object) => unknown) | undefined;
  /** Objects of which something was written past every function. */
  readonly past = new Set<string>();
  private readonly commands = new Map<string, number>();
  private passed = 0;
  trace = nothing();
  private now = 0;

  constructor() {
    this.table = new SimulatedTable({
      now: () => this.now,
      changed: (change) => void this.trace.changes.push(change),
    });
  }

  /** Takes the place of everything outside. */
  install(): void {
    use({
      table: { send: (command) => this.sent(command) },
      send: (queue, messages) => {
        const not = this.notTaken(
          messages.map(({ body }) => body),
          queue,
        );
        const taken = messages.filter((_, i) => !not.includes(i));
        this.trace.sent.push(...taken.map((message) => ({ queue, ...message })));
        return not;
      },
      http: ({ host, path, headers, body }) => {
        const name = `${host}${path} ${headers['webhook-id'] ?? ''}`;
        this.trace.told.push({ name, said: { https: `${host}${path}`, headers, body } });
        const answer = this.status(path);
        if (typeof answer !== 'number') return answer;
        return { status: answer, ...(path.startsWith('/cgi-bin/') && { body: '{"errcode":0}' }) };
      },
      mail: ({ to, id, subject, text }) => {
        this.trace.told.push({ name: `${to} ${id}`, said: { mail: to, subject, text } });
        return this.mail(to);
      },
      names: (name) => this.names(name),
      fetch: (request) => {
        const instead = this.neighbour(request);
        if (instead) return instead;
        const { host, pathname } = request.url;
        const known = this.issuer.get(pathname);
        if (known) return Response.json(known);
        if (host.startsWith('cognito')) return Response.json({});
        if (host.startsWith('apigateway')) return Response.json(gateway(request.url));
        return this.bucket.answer(request);
      },
    });
  }

  private sent(command: object): unknown {
    const name = command.constructor.name.replace(/Command$/, '');
    const n = this.commands.get(name) ?? 0;
    this.commands.set(name, n + 1);
    const instead = this.trouble?.(name, n, command);
    if (instead instanceof Error) throw instead;
    return instead ?? this.table.send(command);
  }

  /** Begins a new trace; `back` undoes what is in it. */
  mark(): () => void {
    const bucket = this.bucket.copy();
    const begin = () => {
      this.trace = nothing();
      this.bucket = bucket.copy();
      this.commands.clear();
      this.passed = 0;
      coldStart();
    };
    begin();
    return () => {
      this.table.undo(this.trace.changes);
      begin();
    };
  }

  /** Something is written past the function that runs: by another one, or by nobody who may. */
  write(after: Item): void {
    const { pk, sk } = after;
    this.past.add(pk.slice(pk.indexOf('#') + 1)).add(sk);
    const change = { key: { pk, sk }, before: this.table.item(after), after };
    this.table.redo([change]);
    this.trace.changes.push(change);
  }

  /** Something is gone, in the same way. */
  remove(key: Key): void {
    const change = { key, before: this.table.item(key), after: undefined };
    this.table.redo([change]);
    this.trace.changes.push(change);
  }

  async invoke<T>({ fn, name, at, doom, unseen, meddle, work }: Run<T>): Promise<Came<T>> {
    this.now = at;
    const world = new World({ seed: 1, startAt: at, faults: new Faults(1, { calm: true }) });
    const calls: Site[] = [];
    const noting = {
      passed: (of: string, what: string) => {
        const site = this.crashes.passed(of, what);
        calls.push(site);
        const { meanwhile } = this;
        if (meanwhile?.at.test(site.name) && ++this.passed === (meanwhile.nth ?? 1)) meanwhile.act();
        return site;
      },
    };
    const invocation = new Invocation(world, {
      fn,
      name,
      timeoutMs: Number.POSITIVE_INFINITY,
      calm: true,
      crashes: unseen && !this.meanwhile ? undefined : noting,
      doom,
      meddle,
    });
    let ending: Ending<T> | undefined;
    void invocation.run(work).then((end) => {
      ending = end;
    });
    await world.until(() => ending !== undefined);
    const ended = world.now;
    // What was on its way when its sender died may still arrive.
    await world.run(ended + 60_000);
    if (ending && 'died' in ending) coldStart();
    return { ending: ending as Ending<T>, calls, at: ended };
  }
}
