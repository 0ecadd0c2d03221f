import type { Trace } from '../life/rig.ts';
import { Stage, type Step } from '../life/stage.ts';
import { from, townOn } from '../life/stories.ts';
import { inside } from '../world/world.ts';
import type { Life } from './lives.ts';
import { Page } from './page.ts';

/** Writes down what each step is given, what it answers, what it changes, whom it tells, and what it logs. */
export class Recorder extends Stage {
  protected page = new Page();
  /** What is only played goes unrecorded. */
  protected looking = false;

  constructor() {
    super(from);
  }

  /** Lives a life, page after page. */
  async *live({ before = [], pages }: Life): AsyncGenerator<{ page: string; text: string }> {
    this.rig.install();
    const town = townOn(this);
    this.looking = false;
    for (const story of before) await story(town);
    this.looking = true;
    for (const [page, story] of Object.entries(pages)) {
      await story(town);
      yield { page, text: this.page.take() };
    }
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
    const { value, at, logs } = await this.run(step, step.work);
    const { trace, bucket } = rig;
    const go = () => {
      this.now = at + 1000;
      return { value, trace };
    };
    if (!this.looking) return go();
    page.begin(step.kind, step.given);
    page.answer(value);
    page.trace(trace, (key) => rig.table.item(key));
    const objects = bucket.lines();
    page.lines(objects.filter((line) => !had.includes(line)));
    page.logs(logs);
    if (step.inChinese && refused(value)) {
      back();
      page.answer((await this.run(step, step.inChinese)).value);
    }
    page.end();
    back();
    rig.table.redo(trace.changes);
    rig.bucket = bucket;
    return go();
  }

  private async run<T>({ fn, name }: Step<T>, work: () => Promise<T>) {
    const logs: string[] = [];
    const { log } = console;
    // Vitest and the functions share a console.
    console.log = (line: string) => (inside.getStore() ? void logs.push(line) : log(line));
    try {
      const { ending, at } = await this.rig.invoke({ fn, name, at: this.now, work });
      if ('value' in ending) return { value: ending.value, at, logs };
      throw new Error(`${name} ended otherwise`, { cause: 'threw' in ending ? ending.threw : ending });
    } finally {
      console.log = log;
    }
  }
}

const refused = (value: unknown): boolean => Number((value as { statusCode?: number }).statusCode) >= 400;
