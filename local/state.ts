import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { UsageKey } from './gateway/plans.ts';
import { Trouble } from './problem.ts';

/** What is remembered between two starts, besides what the parts keep in their own folders. */
export interface Remembered {
  format: 1;
  /** A cloud came up here. One that failed on the way, for a taken port or want of Java, leaves the folder as good as empty. */
  begun: boolean;
  clockOffsetMs: number;
  secrets: Record<string, string>;
  /** Kept, since tokens and links carry them. */
  ports: Record<string, number>;
  /** Usage keys made at the gateway, by id. */
  usageKeys: Record<string, UsageKey>;
  /** Stream shard -> the last sequence number consumed. */
  stream: Record<string, string>;
}

const mark = 'huifang-local.json';

/** The data folder of one local cloud. Without a folder of its own it lives in a temporary one, gone with `release`. */
export class DataDir {
  readonly path: string;
  readonly persistent: boolean;
  /** Nothing has begun here before. */
  readonly fresh: boolean;
  readonly remembered: Remembered;
  private timer: NodeJS.Timeout | undefined;

  /** Opens (or makes) the folder and takes hold of it. Throws Trouble. */
  constructor(dir: string | undefined, options: { reset?: boolean } = {}) {
    this.persistent = dir !== undefined;
    this.path = dir === undefined ? mkdtempSync(join(tmpdir(), 'huifang-')) : resolve(dir);
    if (options.reset && dir !== undefined) this.reset(dir);
    this.open(dir ?? this.path);
    const ours = existsSync(join(this.path, mark));
    // What is not ours would go with the next --reset.
    if (!ours && readdirSync(this.path).length > 0)
      throw new Trouble(
        `${dir ?? this.path} is neither empty nor a data folder of the local cloud: give another --data`,
      );
    this.remembered = ours ? this.read(dir ?? this.path) : blank();
    this.fresh = !this.remembered.begun;
    this.lock(dir ?? this.path);
    this.write();
  }

  /** A folder for one part, made when missing. */
  folder(name: string): string {
    const path = join(this.path, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  /** A value that stays the same over restarts. */
  secret(name: string, make: () => string = () => randomBytes(32).toString('base64url')): string {
    let value = this.remembered.secrets[name];
    if (value === undefined) {
      value = make();
      this.remembered.secrets[name] = value;
      this.write();
    }
    return value;
  }

  /** Writes what is remembered soon; many changes in a row cost one write. */
  save(): void {
    if (!this.persistent) return;
    this.timer ??= setTimeout(() => this.write(), 200).unref();
  }

  write(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const file = join(this.path, mark);
    writeFileSync(`${file}.new`, JSON.stringify(this.remembered, null, 2));
    renameSync(`${file}.new`, file);
  }

  /** Lets go of the folder; a temporary one is removed. */
  release(): void {
    if (!this.persistent) {
      clearTimeout(this.timer);
      rmSync(this.path, { recursive: true, force: true, maxRetries: 3 });
      return;
    }
    this.write();
    rmSync(join(this.path, 'lock'), { force: true });
  }

  /** Removes an earlier cloud's data, and only such: a folder without our mark is not ours to remove. */
  private reset(dir: string): void {
    if (!existsSync(this.path)) return;
    const ours = existsSync(join(this.path, mark)) || existsSync(join(this.path, 'dynamodb'));
    if (!ours)
      throw new Trouble(
        `${dir} is not a data folder of the local cloud: --reset leaves it alone; give another --data`,
      );
    const owner = this.owner();
    if (owner) throw new Trouble(`${dir} is in use by process ${owner}: stop it before --reset`);
    rmSync(this.path, { recursive: true, force: true });
  }

  private open(dir: string): void {
    try {
      makeFolder(this.path);
      if (!statSync(this.path).isDirectory()) throw new Error('it is a file');
      const probe = join(this.path, '.probe');
      writeFileSync(probe, '');
      unlinkSync(probe);
    } catch (error) {
      const why = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
      throw new Trouble(
        `cannot write to the data folder ${dir} (${why}): mend its rights or give another with --data`,
      );
    }
  }

  private read(dir: string): Remembered {
    try {
      const read = JSON.parse(readFileSync(join(this.path, mark), 'utf8')) as Partial<Remembered>;
      if (read.format !== 1) throw new Error('other format');
      // Older folders do not say whether something has begun in them, and mostly it has.
      return { ...blank(), begun: true, ...read };
    } catch (error) {
      throw new Trouble(
        `the data folder ${dir} is damaged (${mark} cannot be read): start with --reset, or give another with --data`,
        {
          cause: error,
        },
      );
    }
  }

  private owner(): number | undefined {
    const file = join(this.path, 'lock');
    if (!existsSync(file)) return undefined;
    const pid = Number(readFileSync(file, 'utf8'));
    if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return undefined;
    try {
      process.kill(pid, 0);
      return pid;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EPERM' ? pid : undefined;
    }
  }

  private lock(dir: string): void {
    if (!this.persistent) return;
    const owner = this.owner();
    if (owner)
      throw new Trouble(`${dir} is in use by process ${owner}: stop it, or give another folder with --data`);
    writeFileSync(join(this.path, 'lock'), String(process.pid));
  }
}

/** As `mkdir -p`; Node's own `recursive` never returns below a folder that refuses children with ENOENT (/proc). */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}

function blank(): Remembered {
  return { format: 1, begun: false, clockOffsetMs: 0, secrets: {}, ports: {}, usageKeys: {}, stream: {} };
}
