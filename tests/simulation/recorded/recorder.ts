import { output } from '../../../shared/log.ts';
import type { Trace } from '../life/rig.ts';
import { Stage, type Step } from '../life/stage.ts';
import { from, type Story, townOn } from '../life/stories.ts';
import type { Place, Town } from '../life/town.ts';
import type { Doing, Ending, Meddle } from '../world/invocation.ts';
import type { Change } from '../world/table.ts';
import { inside } from '../world/world.ts';
import type { Life } from './lives.ts';
import { Page } from './page.ts';
import { type Run, Troubles } from './troubled.ts';

/** By story: what it has left behind, which has to be all in the table. */
const beginnings = new Map<Story, { changes: readonly Change[]; place: Place }>();

/** Writes down what each step is given, what it answers, what it changes, whom it tells, and what it logs. */
export class Recorder extends Stage {
  protected page = new Page();
  /** What is only played goes unrecorded. */
  protected looking = false;
  /** What is lived now. */
  protected name = '';
  protected troubles: Troubles | undefined;
  private played: Change[] = [];

  constructor() {
    super(from);
  }

  /** Lives a life, page after page. */
  async *live({ before = [], pages, troubled }: Life): AsyncGenerator<{ page: string; text: string }> {
    this.rig.install();
    const town = townOn(this);
    this.looking = false;
    this.troubles = troubled ? new Troubles(this.rig) : undefined;
    const [first, ...others] = before;
    if (first) await this.begin(town, first);
    for (const story of others) await story(town);
    this.looking = true;
    for (const [page, story] of Object.entries(pages)) {
      this.name = page;
      await story(town);
      yield { page, text: this.page.take() };
    }
  }

  /** Plays what many lives begin with, or begins where it has led to. */
  private async begin(town: Town, story: Story): Promise<void> {
    const known = beginnings.get(story);
    if (known) {
      this.rig.table.redo(known.changes);
      town.moveTo(known.place);
      return;
    }
    await story(town);
    beginnings.set(story, { changes: this.played, place: town.place() });
    this.played = [];
  }

  override async aside<T>(work: () => Promise<T>): Promise<T> {
    const { looking } = this;
    this.looking = false;
    const done = await work();
    this.looking = looking;
    return done;
  }

  override async step<T>(step: Step<T>): Promise<{ value: T; trace: Trace }> {
    const { rig, page } = this;
    const had = rig.bucket.lines();
    const back = rig.mark();
    const calls: Doing[] = [];
    const { ending, at, logs } = await this.run(step, step.work, (doing) => void calls.push(doing));
    const value = valueIn(step, ending);
    const { trace, bucket } = rig;
    const go = () => {
      this.now = at + 1000;
      return { value, trace };
    };
    if (!this.looking) {
      this.played.push(...trace.changes);
      return go();
    }
    if (this.troubles) {
      const meddled: Run = (meddle) => this.run(step, step.work, meddle);
      page.section(step.kind, await this.troubles.linesOf(step, calls, meddled, back));
    } else {
      page.begin(step.kind, step.given);
      page.answer(value);
      page.trace(trace, (key) => rig.table.item(key));
      page.lines(bucket.lines().filter((line) => !had.includes(line)));
      page.logs(logs);
      if (step.inChinese && refused(value)) {
        back();
        page.answer(valueIn(step, (await this.run(step, step.inChinese)).ending));
      }
      page.end();
    }
    back();
    rig.table.redo(trace.changes);
    rig.bucket = bucket;
    return go();
  }

  /** Runs a function, and keeps what it logs. */
  protected async run<T>({ fn, name }: Step<T>, work: () => Promise<T>, meddle?: Meddle) {
    const logs: string[] = [];
    const { write } = output;
    output.write = (line) => (inside.getStore() ? void logs.push(line) : write(line));
    try {
      const run = { fn, name, at: this.now, unseen: true, work, ...(meddle && { meddle }) };
      const { ending, at } = await this.rig.invoke(run);
      return { ending, at, logs };
    } finally {
      output.write = write;
    }
  }
}

export function valueIn<T>({ name }: Step<T>, ending: Ending<T>): T {
  if ('value' in ending) return ending.value;
  throw new Error(`${name} ended otherwise`, { cause: 'threw' in ending ? ending.threw : ending });
}

const refused = (value: unknown): boolean => Number((value as { statusCode?: number }).statusCode) >= 400;
