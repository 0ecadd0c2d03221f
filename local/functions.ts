import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { Clock } from './clock.ts';
import { compileCache } from './compiled.ts';
import type { Call, FunctionWorkerData, Outcome } from './parts/function.ts';

export interface FunctionSpec {
  name: string;
  arn: string;
  /** The bundle's file. */
  file: string;
  /** What it exports. */
  handler: string;
  timeoutMs: number;
  memoryMb: number;
  env: Record<string, string>;
}

/** A call that did not end in an answer. `kind`: the handler threw, its environment ended, or time ran out. */
export class FunctionError extends Error {
  readonly kind: 'handler' | 'crash' | 'timeout';
  /** The name of the error the handler threw, for instance. */
  readonly type: string;
  constructor(kind: 'handler' | 'crash' | 'timeout', type: string, message: string) {
    super(message);
    this.name = 'FunctionError';
    this.kind = kind;
    this.type = type;
  }
}

interface Environment {
  worker: Worker;
  /** The bundle is loaded. Loading does not count against the function's time, as on Lambda. */
  warm: boolean;
  loaded: (() => void) | undefined;
  finish: ((outcome: Outcome | FunctionError) => void) | undefined;
}

/** Environments of one function at a time; Lambda would start more. */
const most = 4;
const keptLines = 400;

/** One function: execution environments of its own, each a worker that takes one call at a time. */
export class LocalFunction {
  readonly spec: FunctionSpec;
  /** What it wrote, the last lines. */
  readonly lines: string[] = [];
  private readonly clock: Clock;
  private readonly onLine: ((line: string) => void) | undefined;
  private readonly idle: Environment[] = [];
  private readonly all = new Set<Environment>();
  private readonly waiting: (() => void)[] = [];
  private stopped = false;

  constructor(spec: FunctionSpec, clock: Clock, onLine?: (line: string) => void) {
    this.spec = spec;
    this.clock = clock;
    this.onLine = onLine;
  }

  /** Calls the function and answers what it returned. Throws FunctionError. */
  async invoke(event: unknown): Promise<unknown> {
    const environment = await this.take();
    const call: Call = {
      requestId: randomUUID(),
      event: JSON.stringify(event),
      timeoutMs: this.spec.timeoutMs,
    };
    const { promise, resolve } = Promise.withResolvers<Outcome | FunctionError>();
    environment.finish = resolve;
    let timer: NodeJS.Timeout | undefined;
    const begin = () => {
      timer = setTimeout(() => {
        const seconds = (this.spec.timeoutMs / 1000).toFixed(2);
        resolve(new FunctionError('timeout', 'Sandbox.Timedout', `Task timed out after ${seconds} seconds`));
      }, this.spec.timeoutMs);
    };
    if (environment.warm) begin();
    else environment.loaded = begin;
    environment.worker.postMessage(call);
    const outcome = await promise;
    clearTimeout(timer);
    environment.finish = undefined;
    if (outcome instanceof FunctionError) {
      this.note(`${outcome.type}: ${outcome.message}`);
      this.drop(environment);
      throw outcome;
    }
    this.give(environment);
    if ('error' in outcome) {
      this.note(outcome.error.stack ?? outcome.error.message);
      throw new FunctionError('handler', outcome.error.type, outcome.error.message);
    }
    return JSON.parse(outcome.result);
  }

  /** Calls under way. */
  get busy(): number {
    return [...this.all].filter((environment) => environment.finish !== undefined).length;
  }

  /** Ends every environment now, calls in flight included; the next call starts a new one. Answers how many ended. */
  kill(): number {
    const ended = this.all.size;
    for (const environment of [...this.all]) {
      this.drop(environment);
      environment.finish?.(new FunctionError('crash', 'Runtime.ExitError', 'the environment was killed'));
    }
    return ended;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    const workers = [...this.all].map((environment) => environment.worker);
    this.kill();
    await Promise.all(workers.map((worker) => worker.terminate()));
  }

  /** An idle environment, or a new one, or the next to become idle. */
  private async take(): Promise<Environment> {
    for (;;) {
      if (this.stopped) throw new FunctionError('crash', 'Runtime.ExitError', 'the local cloud is stopping');
      const environment = this.idle.pop() ?? (this.all.size < most ? this.start() : undefined);
      if (environment) return environment;
      await new Promise<void>((resume) => this.waiting.push(resume));
    }
  }

  private give(environment: Environment): void {
    if (this.all.has(environment)) this.idle.push(environment);
    this.waiting.shift()?.();
  }

  private drop(environment: Environment): void {
    this.all.delete(environment);
    const at = this.idle.indexOf(environment);
    if (at >= 0) this.idle.splice(at, 1);
    void environment.worker.terminate();
    this.waiting.shift()?.();
  }

  private start(): Environment {
    const { spec } = this;
    const workerData: FunctionWorkerData = {
      clock: this.clock.shared,
      file: spec.file,
      handler: spec.handler,
      name: spec.name,
      arn: spec.arn,
      memoryMb: spec.memoryMb,
    };
    const worker = new Worker(new URL('./parts/function.ts', import.meta.url), {
      workerData,
      env: { NODE_COMPILE_CACHE: compileCache, ...spec.env },
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: spec.memoryMb },
    });
    const environment: Environment = { worker, warm: false, loaded: undefined, finish: undefined };
    this.all.add(environment);
    worker.on('message', (message: Outcome | 'loaded') => {
      if (message !== 'loaded') environment.finish?.(message);
      else {
        environment.warm = true;
        environment.loaded?.();
      }
    });
    worker.on('error', (error: Error) => {
      environment.finish?.(new FunctionError('crash', error.name, error.message));
    });
    worker.on('exit', (code) => {
      environment.finish?.(new FunctionError('crash', 'Runtime.ExitError', `exit status ${code}`));
      if (this.all.has(environment)) this.drop(environment);
    });
    for (const stream of [worker.stdout, worker.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        for (const line of text.trimEnd().split('\n')) this.note(line);
      });
    return environment;
  }

  private note(line: string): void {
    this.lines.push(line);
    if (this.lines.length > keptLines) this.lines.shift();
    this.onLine?.(line);
  }
}

/** Every function of the template, found by its name, the last part of its name, or its ARN. */
export class Functions {
  private readonly byName = new Map<string, LocalFunction>();

  add(fn: LocalFunction): void {
    this.byName.set(fn.spec.name, fn);
  }

  all(): LocalFunction[] {
    return [...this.byName.values()];
  }

  /** `huifang-tickets`, `tickets` or an ARN that ends so. Throws if there is none. */
  get(name: string): LocalFunction {
    const wanted = /:function:([^:/]+)/.exec(name)?.[1] ?? name;
    const found = this.byName.get(wanted) ?? this.all().find((fn) => fn.spec.name.endsWith(`-${wanted}`));
    if (!found) throw new Error(`no function ${name}; there are ${[...this.byName.keys()].join(', ')}`);
    return found;
  }

  async stop(): Promise<void> {
    await Promise.all(this.all().map((fn) => fn.stop()));
  }
}
