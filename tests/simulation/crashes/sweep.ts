import type { Trace } from '../life/rig.ts';
import { Stage, type Step } from '../life/stage.ts';
import type { Site } from '../world/crashes.ts';
import type { Doom, Ending } from '../world/invocation.ts';
import { broken, idsIn, type Picture, picture, plain, shown } from './picture.ts';

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
export class Sweep extends Stage {
  /** Deaths so far. */
  deaths = 0;
  private readonly reach: Reach;
  private readonly known = new Set<string>();
  private readonly died = new Set<string>();

  constructor(options: { from: number; reach: Reach }) {
    super(options.from);
    this.reach = options.reach;
    this.rig.install();
  }

  /** With all deaths that it may meet; the answer is the one without them. */
  async step<T>(step: Step<T>): Promise<{ value: T; trace: Trace }> {
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
    this.keep(trace);
    this.now = at + 1000;
    return { value: ending.value, trace };
  }

  override async lose(...args: Parameters<Stage['lose']>): ReturnType<Stage['lose']> {
    const trace = await super.lose(...args);
    this.keep(trace);
    return trace;
  }

  /** From now on these ids are known. */
  private keep({ changes }: Trace): void {
    for (const { after } of changes) for (const id of idsIn(shown(after))) this.known.add(id);
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
    // What is asked again dies nowhere.
    const unseen = suffix !== '';
    return this.rig.invoke({ fn, name: `${name}${suffix}`, at, work, unseen, ...(doom && { doom }) });
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
