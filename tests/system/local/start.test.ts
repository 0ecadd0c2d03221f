import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { startDynamoDb } from '../../../local/dynamodb.ts';
import { DataDir } from '../../../local/state.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const template = join(import.meta.dirname, 'fixtures', 'cloud');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'huifang-start-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts the command line; `then` hears all it has said so far, each time it says more. */
function start(
  args: string[],
  env: Record<string, string> = {},
  then: (said: string, pid: number) => void = () => {},
) {
  return new Promise<{ code: number | null; said: string; errors: string }>((done) => {
    const child = spawn(
      process.execPath,
      [
        'local/start.ts',
        '--no-demo',
        '--template',
        template,
        '--port',
        '0',
        '--data',
        join(folder, 'data'),
        ...args,
      ],
      { cwd: root, env: { ...process.env, ...env } },
    );
    let said = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk;
      then(said, child.pid ?? 0);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk;
    });
    child.on('close', (code) => done({ code, said, errors }));
  });
}

/** Whether a start would find nothing begun in the data folder. */
function isFresh(): boolean {
  const data = new DataDir(join(folder, 'data'));
  data.release();
  return data.fresh;
}

describe('troubles at the start take one line that says what to do, and exit code 1', () => {
  it('a taken port', async () => {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    const { code, errors } = await start(['--port', String(port)]);
    server.close();
    expect([code, errors]).toEqual([
      1,
      `port ${port} is taken: stop what listens there, or choose another with --port\n`,
    ]);
    // So the next start is still the first, which plays the demo.
    expect(isFresh()).toBe(true);
  });

  it('neither Java nor Docker', async () => {
    const { code, errors } = await start([], { PATH: folder, JAVA_HOME: '' });
    expect(code).toBe(1);
    expect(errors).toMatch(
      /^DynamoDB Local needs Java 17 or newer, or Docker.*HUIFANG_DYNAMODB_ENDPOINT.*\n$/,
    );
  });

  it('a data folder that is a file', async () => {
    writeFileSync(join(folder, 'data'), '');
    const { code, errors } = await start([]);
    expect(code).toBe(1);
    expect(errors).toMatch(/^cannot write to the data folder .*give another with --data\n$/);
  });

  it('a damaged data folder', async () => {
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data', 'huifang-local.json'), '{');
    const { code, errors } = await start([]);
    expect(code).toBe(1);
    expect(errors).toMatch(
      /^the data folder .* is damaged .*start with --reset, or give another with --data\n$/,
    );
  });

  it('a folder of somebody else\u2019s, with --reset', async () => {
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data', 'thesis.txt'), '');
    const { code, errors } = await start(['--reset']);
    expect(code).toBe(1);
    expect(errors).toMatch(/not a data folder of the local cloud: --reset leaves it alone.*\n$/);
  });

  it('a folder of somebody else\u2019s: nothing is put among what is there', async () => {
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data', 'thesis.txt'), '');
    const { code, errors } = await start([]);
    expect(code).toBe(1);
    expect(errors).toMatch(
      /^.* is neither empty nor a data folder of the local cloud: give another --data\n$/,
    );
    expect(readdirSync(join(folder, 'data'))).toEqual(['thesis.txt']);
  });

  it.each([[['--port', 'x']], [['--prot', '1']], [['--data', '']]])('%j', async (args) => {
    const { code, errors } = await start(args);
    expect(code).toBe(1);
    expect(errors.split('\n')).toHaveLength(2);
    expect(errors).toContain('--help');
  });
});

/** Programs of that name before all others, each a text for node; the port they see is the one they are told. */
function programs(all: Record<string, string>): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const [name, text] of Object.entries(all))
    writeFileSync(join(bin, name), `#!${process.execPath}\n${text}`, { mode: 0o755 });
  return `${bin}:${process.env.PATH}`;
}

/** A Docker that writes down what it is asked, and serves what `run` would have served. */
const docker = (log: string, pull: string) => `
const args = process.argv.slice(2);
require('node:fs').appendFileSync(${JSON.stringify(log)}, args.join(' ') + '\\n');
if (args[0] === 'image') process.exit(1);
if (args[0] === 'pull') ${pull};
if (args[0] === 'run') {
  const [host, port] = args[args.indexOf('-p') + 1].split(':');
  require('node:http').createServer((_, answer) => answer.writeHead(400).end()).listen(Number(port), host);
}`;

describe('by Docker, where Java is too old', () => {
  const java = 'console.error(\'openjdk version "11.0.2"\')';

  it('the image is fetched, then run on a port of this machine only, with its data here and no telemetry', async () => {
    const log = join(folder, 'docker.log');
    vi.stubEnv('PATH', programs({ java, docker: docker(log, '{}') }));
    for (const name of ['JAVA_HOME', 'HUIFANG_DYNAMODB_ENDPOINT']) vi.stubEnv(name, '');
    const waited: string[] = [];
    const dynamodb = await startDynamoDb({ dir: folder, waits: (what) => waited.push(what) });
    const { port } = new URL(dynamodb.endpoint);
    expect([dynamodb.how, await listens(Number(port))]).toEqual(['Docker', true]);
    await dynamodb.stop();
    expect(await listens(Number(port))).toBe(false);
    const image = /amazon\/dynamodb-local:[\d.]+/.exec(waited.join())?.[0];
    const [info, inspect, pull, run, ...others] = readFileSync(log, 'utf8').trim().split('\n');
    expect([info?.split(' ')[0], inspect, pull, others]).toEqual([
      'info',
      `image inspect ${image}`,
      `pull --quiet ${image}`,
      [],
    ]);
    expect(run).toBe(
      `run --rm -e DDB_LOCAL_TELEMETRY=0 -p 127.0.0.1:${port}:8000 --user ${process.getuid?.()} ` +
        `-v ${folder}:/data ${image} -jar DynamoDBLocal.jar -sharedDb -disableTelemetry -dbPath /data`,
    );
  });

  it('an image that cannot be fetched is one line that says what to try', async () => {
    const path = programs({ java, docker: docker(join(folder, 'docker.log'), 'process.exit(1)') });
    const { code, errors } = await start([], { PATH: path, JAVA_HOME: '' });
    expect(code).toBe(1);
    expect(errors).toMatch(
      /^Docker cannot fetch (amazon\/dynamodb-local:[\d.]+): "docker pull \1" says why\n$/,
    );
  });
});

describe('a start', () => {
  it('that is broken off by Ctrl-C has no trouble to tell, whatever the signal has ended besides', async () => {
    const interrupted = `process.kill(process.ppid, 'SIGINT'); setTimeout(() => process.exit(130), 200);`;
    const path = programs({ java: interrupted, docker: 'process.exit(1)' });
    const { code, errors } = await start([], { PATH: path, JAVA_HOME: '' });
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
  });

  it('tells each part, ends in a banner, and stops everything at Ctrl-C', async () => {
    let stopped = false;
    // With Java of its own: `tests/system/start.test.ts`.
    const dynamodb = inject('dynamodb');
    const { code, said } = await start([], { HUIFANG_DYNAMODB_ENDPOINT: dynamodb }, (sofar, pid) => {
      if (!stopped && sofar.includes('Ctrl-C')) {
        stopped = true;
        process.kill(pid, 'SIGINT');
      }
    });
    expect(code).toBe(0);
    const parts = ['DynamoDB', 'SQS, S3', 'Cognito', 'gateway', 'runs at http://127.0.0.1:'];
    for (const part of [...parts, 'make yourself the operator']) expect(said).toContain(part);
    const places = new Set(
      [...said.matchAll(/http:\/\/127\.0\.0\.1:(\d+)/g)].map((match) => Number(match[1])),
    );
    places.delete(Number(new URL(dynamodb).port));
    expect(places.size).toBeGreaterThan(4);
    for (const port of places) expect(await listens(port)).toBe(false);
    expect(said).toContain('"npm start -- --reset" empties the folder and plays it');
    expect(isFresh()).toBe(false);
  });

  it('finds what was begun before it was written down that something had', () => {
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data', 'huifang-local.json'), '{"format":1,"clockOffsetMs":7}');
    expect(isFresh()).toBe(false);
  });
});

function listens(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = createConnection(port, '127.0.0.1', () => {
      socket.destroy();
      done(true);
    });
    socket.on('error', () => done(false));
  });
}
