import type { Site } from '../world/crashes.ts';
import type { Doom, Ending } from '../world/invocation.ts';
import { broken, idsIn, type Picture, picture, plain, shown } from './picture.ts';
import { Rig } from './rig.ts';

/** Something a function is called for. */
export interface Step<T> {
  fn: string;
  /** Steps of one kind are the same code: a route, the work of a queue. */
  kind: string;
  name: string;
  work(): Promise<T>;
  /** When whoever called asks again, in milliseconds after no answer came. */
  again: number;
  /** Whether this is an answer; if not it is asked for again. */
  done(value: T): boolean;
  /** What of the answer has to be the same in the end. */
  answer(value: T): unknown;
  /** An answer that is as good when the function died. */
  asGood?(value: T): boolean;
  /** It carries no key by which a repetition can be told (PUT, PATCH, DELETE): it may be done twice. */
  repeatable?: boolean;
  /** It takes histories away. */
  ends?: boolean;
  /** Takes from a line of what is left or told what may be otherwise when the function died, as the service says. */
  loose?(line: string): string;
}

/**
 * Where functions die: at every call; at one of each kind, that is in the same step at the same lines; or until each line that waits has
 * died on both sides.
 */
export const reaches = ['calls', 'kinds', 'lines'] as const;
export type Reach = (typeof reaches)[number];

/** What is left in the end, and what was answered. */
interface End extends Picture {
  answer: string;
}

const mostAttempts = 8;

const asGood = 'as good';

/**
 * Does one thing after the other, each of them first without a death; then from the same state again for each call and each side of it,
 * letting the function die there and asking again, until all is answered. What is left in the end has to be what is left without a
 * death: the same answer and the same state, but for ids and moments, whole histories, nothing twice, nothing half done.
 */
export class Sweep {
  readonly rig = new Rig();
  /** The moment of the next step, in milliseconds. */
  now: number;
  /** Deaths so far. */
  deaths = 0;
  readonly findings: string[] = [];
  private readonly reach: Reach;
  private readonly known = new Set<string>();
  private readonly died = new Set<string>();

  constructor(options: { from: number; reach: Reach }) {
    this.now = options.from;
    this.reach = options.reach;
    this.rig.install();
  }

  /** Does one thing, with all deaths that it may meet. Answers what it answered without one, and what it left behind. */
  async step<T>(step: Step<T>): Promise<{ value: T; trace: Rig['trace'] }> {
    const { rig } = this;
    const back = rig.mark();
    const { ending, calls, at } = await this.run(step, '', this.now);
    if (!('value' in ending)) throw new Error(`${step.name} ended without a death: ${told(ending)}`);
    const clean = this.end(step, ending);
    const { trace, bucket } = rig;
    if (!step.ends) for (const fault of broken(rig)) this.findings.push(`${step.name}: ${fault}`);
    for (const [n, site] of calls.entries()) {
      for (const when of ['before', 'after'] as const) {
        if (this.met(step.kind, site, when)) continue;
        back();
        await this.die(step, { call: n + 1, when }, clean, back);
      }
    }
    back();
    rig.table.redo(trace.changes);
    rig.bucket = bucket;
    for (const { after } of trace.changes) for (const id of idsIn(shown(after))) this.known.add(id);
    this.now = at + 1000;
    return { value: ending.value, trace };
  }

  /**
   * Something that a function was called for and died over, after one of its calls; nobody asked again. Answers what it left behind.
   */
  async lose<T>(
    step: Pick<Step<T>, 'fn' | 'name' | 'work'>,
    after: (calls: readonly Site[]) => number,
  ): Promise<Rig['trace']> {
    const { rig } = this;
    const back = rig.mark();
    const run = { ...step, name: `${step.name} lost`, at: this.now };
    const { calls } = await rig.invoke(run);
    back();
    const doom = { call: after(calls) + 1, when: 'after' } as const;
    const { ending, at } = await rig.invoke({ ...run, doom });
    if (!('died' in ending)) throw new Error(`${step.name}: it did not die`);
    const { trace } = rig;
    for (const { after } of trace.changes) for (const id of idsIn(shown(after))) this.known.add(id);
    this.now = at + 1000;
    return trace;
  }

  /** Whether functions have died at such a place before; from now on they have. */
  private met(kind: string, { name, lines }: Site, when: Doom['when']): boolean {
    if (this.reach === 'calls') return false;
    const places = this.reach === 'lines' && lines.length > 0 ? lines : [`${kind} ${name}`];
    const fresh = places.map((place) => `${place} ${when}`).filter((place) => !this.died.has(place));
    for (const place of fresh) this.died.add(place);
    return fresh.length === 0;
  }

  private async die<T>(step: Step<T>, doom: Doom, clean: End, back: () => void): Promise<void> {
    const place = `${step.name}, dead ${doom.when} call ${doom.call}`;
    const { ending, calls } = await this.run(step, '', this.now, doom);
    if (!('died' in ending)) throw new Error(`${place}: it did not die`);
    this.deaths++;
    const end = await this.askAgain(step);
    const site = calls[doom.call - 1]?.name;
    const say = (what: string) => this.findings.push(`${place} (${site}): ${what}`);
    if (!step.ends) for (const fault of broken(this.rig)) say(fault);
    if (typeof end === 'string') return void say(end);
    let wrong = this.differences(clean, end);
    if (wrong.length > 0 && step.repeatable) {
      back();
      await this.run(step, '', this.now);
      const twice = await this.askAgain(step);
      wrong = typeof twice === 'string' ? [twice] : this.differences(twice, end);
    }
    for (const line of wrong) say(line);
  }

  /** Asks until there is an answer. */
  private async askAgain<T>(step: Step<T>): Promise<End | string> {
    let last = '';
    for (let n = 1; n <= mostAttempts; n++) {
      const { ending } = await this.run(step, ` again ${n}`, this.now + n * step.again);
      if ('value' in ending && step.done(ending.value)) {
        const end = this.end(step, ending);
        return step.asGood?.(ending.value) ? { ...end, answer: asGood } : end;
      }
      last = told(ending);
    }
    return `never answered: ${last}`;
  }

  private run<T>({ fn, name, work }: Step<T>, suffix: string, at: number, doom?: Doom) {
    return this.rig.invoke({ fn, name: `${name}${suffix}`, at, work, ...(doom && { doom }) });
  }

  private end<T>(step: Step<T>, { value }: { value: T }): End {
    const { state, told } = picture(this.rig, this.known);
    const { loose = (line) => line } = step;
    return {
      state: state.map(loose).filter((line) => line !== ''),
      told: new Set([...told].map(loose).filter((line) => line !== '')),
      answer: plain(shown(step.answer(value)), this.known),
    };
  }

  private differences(clean: End, end: End): string[] {
    const answers = [clean.answer, asGood].includes(end.answer)
      ? []
      : [`answered ${end.answer}, not ${clean.answer}`];
    return [
      ...answers,
      ...apart(clean.state, end.state),
      ...[...end.told]
        .filter((line) => !clean.told.has(line) && !this.dueSince(line))
        .map((line) => `told ${line}`),
      ...[...clean.told]
        .filter((line) => !end.told.has(line) && !this.comesBack(line))
        .map((line) => `did not tell ${line}`),
    ];
  }

  /** Whether a message tells of something that has become due between the first try and a later one. */
  private dueSince(line: string): boolean {
    const { pk = '', sk = '' } = pointer(line);
    const change = this.rig.trace.changes.find(({ key }) => key.pk === pk && key.sk === sk);
    const dueSk = (change ? change.before : this.rig.table.item({ pk, sk }))?.dueSk;
    return dueSk !== undefined && Date.parse(dueSk.slice(0, 24)) > this.now;
  }

  /** Whether a message that nobody sent is one that the sweeper will send: what it points to is due. */
  private comesBack(line: string): boolean {
    const { pk, sk, runId, tenantId } = pointer(line);
    const due = this.rig.trace.changes.some(({ key }) => {
      const item = this.rig.table.item(key);
      if (item?.dueSk === undefined) return false;
      const here = (text: string) => plain(text, this.known);
      return (
        (here(key.pk) === pk && here(key.sk) === sk) ||
        (sk === undefined && here(key.pk) === `${tenantId}#${runId}`)
      );
    });
    return due;
  }
}

const keyIn = (line: string): string =>
  ['pk', 'sk'].map((name) => line.split(`"${name}":"`)[1]?.split('"')[0]).join(' ');

/** What a message of a queue points to. */
const pointer = (line: string): Record<string, string> =>
  JSON.parse(/^\w+: (\{.*\})$/.exec(line)?.[1] ?? '{}');

/** How two states differ: for what is in both in two versions, from where on it does. */
function apart(clean: readonly string[], end: readonly string[]): string[] {
  const missing = without(clean, end);
  const told = without(end, clean).map((line) => {
    const key = keyIn(line);
    const at = missing.findIndex((other) => keyIn(other) === key);
    if (at < 0) return `left ${line}`;
    const [other = ''] = missing.splice(at, 1);
    const from = Math.max(0, [...line].findIndex((letter, n) => letter !== other[n]) - 40);
    return `left ${key} with …${line.slice(from, from + 120)}… and not …${other.slice(from, from + 120)}…`;
  });
  return [...told, ...missing.map((line) => `did not leave ${line}`)];
}

/** Lines of one list that the other does not have, each as often as it is too many. */
function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return lines.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

function told(ending: Ending<unknown>): string {
  if ('threw' in ending) return `threw ${(ending.threw as Error)?.stack ?? ending.threw}`;
  if ('died' in ending) return `died ${ending.died}`;
  return shown(ending.value).slice(0, 500);
}
