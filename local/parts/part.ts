import { parentPort, Worker, workerData } from 'node:worker_threads';
import { installDate } from '../clock.ts';
import { compileCache } from '../compiled.ts';
import { Trouble } from '../problem.ts';

/**
 * A part in a worker of its own, on the shared clock: queues and identity keep virtual time this way
 * without knowing of it.
 */
export class Part<Ready> {
  readonly ready: Ready;
  private readonly worker: Worker;
  private readonly pending = new Map<number, (answer: { value?: unknown; error?: string }) => void>();
  private next = 1;

  private constructor(worker: Worker, ready: Ready) {
    this.worker = worker;
    this.ready = ready;
    worker.on('message', (message: { id: number; value?: unknown; error?: string }) => {
      this.pending.get(message.id)?.(message);
      this.pending.delete(message.id);
    });
    worker.on('exit', () => {
      for (const answer of this.pending.values()) answer({ error: 'the part has ended' });
      this.pending.clear();
    });
  }

  /** Starts `file` (a module that calls `servePart`) and waits until it is ready. */
  static async start<Ready>(file: URL, clock: SharedArrayBuffer, options: object): Promise<Part<Ready>> {
    const worker = new Worker(file, {
      workerData: { clock, options },
      env: { NODE_COMPILE_CACHE: compileCache, ...process.env },
      stdout: true,
      stderr: true,
    });
    worker.stdout.resume();
    let said = '';
    worker.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-2000);
    });
    const first = await new Promise<{ ready?: Ready; error?: string }>((done, fail) => {
      worker.once('message', done);
      worker.once('error', fail);
      worker.once('exit', (code) => fail(new Error(`${file.pathname} ended with ${code}: ${said}`)));
    });
    if (first.error !== undefined) {
      await worker.terminate();
      const [line] = first.error.split('\n');
      const part = file.pathname.split('/').at(-1)?.replace('.ts', '');
      throw new Trouble(
        `the ${part} part did not start (${line}); if its data are damaged, start with --reset`,
      );
    }
    worker.removeAllListeners('exit');
    worker.removeAllListeners('error');
    worker.on('error', (error) => console.error(error));
    return new Part(worker, first.ready as Ready);
  }

  /** Asks the part; rejects with what it throws. */
  ask(method: string, ...args: unknown[]): Promise<unknown> {
    const id = this.next++;
    return new Promise((done, fail) => {
      this.pending.set(id, ({ value, error }) =>
        error === undefined ? done(value) : fail(new Error(error)),
      );
      this.worker.postMessage({ id, method, args });
    });
  }

  async stop(): Promise<void> {
    await this.ask('stop').catch(() => undefined);
    await this.worker.terminate();
  }
}

type Methods = Record<string, (...args: never[]) => unknown>;

/** The other end, in the worker: starts the part with `options` and answers what it is asked. */
export async function servePart<Options>(
  start: (options: Options) => Promise<{ ready: unknown; methods: Methods & { stop(): unknown } }>,
): Promise<void> {
  const port = parentPort;
  if (!port) throw new Error('a part runs in a worker');
  const { clock, options } = workerData as { clock: SharedArrayBuffer; options: Options };
  installDate(clock);
  try {
    const { ready, methods } = await start(options);
    port.on('message', async ({ id, method, args }: { id: number; method: string; args: never[] }) => {
      try {
        const answer = methods[method];
        if (!answer) throw new Error(`the part has no ${method}`);
        port.postMessage({ id, value: await answer(...args) });
      } catch (error) {
        port.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
      }
    });
    port.postMessage({ ready });
  } catch (error) {
    port.postMessage({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}
