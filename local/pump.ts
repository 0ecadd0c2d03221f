/** Brings what waits at an event source to its function, as Lambda's pollers do. One run after the other. */
export abstract class Pump {
  private last: Promise<unknown> = Promise.resolve();
  protected stopping = false;

  /** Works until nothing waits; answers how much was taken. */
  pump(): Promise<number> {
    const mine = this.last.catch(() => undefined).then(() => this.run());
    this.last = mine;
    return mine;
  }

  /** No further batch; done when the one at work is. What it leaves undone is there at the next start. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.last.catch(() => undefined);
  }

  /** One run; it ends early when `stopping`. */
  protected abstract run(): Promise<number>;
}
