import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unready } from './harness.ts';

/** `npm start` as a newcomer meets it: the demo, the banner, its requests, Ctrl-C, and the start after that. */

const root = join(import.meta.dirname, '..', '..');
const template = join(root, 'cdk.out', 'ap-southeast-1');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'huifang-demo-'));
});

let running: ChildProcess | undefined;
afterEach(() => {
  if (running?.exitCode === null) signal(running, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** A process group of its own, as a terminal makes one: Ctrl-C reaches everything in it at once. */
function signal({ pid }: ChildProcess, name: NodeJS.Signals): boolean {
  try {
    return process.kill(-(pid ?? 0), name);
  } catch {
    return false;
  }
}

/** Starts, and waits for the banner. */
function npmStart(): Promise<{ child: ChildProcess; said: () => string; ended: Promise<unknown> }> {
  const child = spawn(
    'npm',
    ['start', '--silent', '--', '--port', '0', '--data', join(folder, 'data'), '--template', template],
    { cwd: root, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  running = child;
  const ended = new Promise((done) => child.on('close', done));
  let said = '';
  return new Promise((done, fail) => {
    const hear = (chunk: Buffer) => {
      said += chunk;
      if (said.includes('/_local/token')) done({ child, said: () => said, ended });
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    void ended.then((code: unknown) => fail(new Error(`ended with ${code}:\n${said}`)));
  });
}

const places = (said: string) => [
  ...new Set([...said.matchAll(/127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port))),
];

function listens(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = createConnection(port, '127.0.0.1', () => {
      socket.destroy();
      done(true);
    });
    socket.on('error', () => done(false));
  });
}

/** Processes that still work on the data folder; asked where the system tells. */
function leftOver(): string[] {
  if (!existsSync('/proc/self/cmdline')) return [];
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return command.includes(folder) ? [command] : [];
    } catch {
      // Ended in between.
      return [];
    }
  });
}

/** What a shell would do with a line of the banner, without needing curl. */
async function answerTo(line: string) {
  const [url = ''] = /http:\/\/\S+/.exec(line) ?? [];
  const headers = [...line.matchAll(/-H '([^:]+): ([^']+)'/g)].map(
    ([, name = '', value = '']) => [name, value] as const,
  );
  const data = /-d '([^']+)'/.exec(line)?.[1];
  const answer = await fetch(url, {
    headers: Object.fromEntries(headers),
    ...(data !== undefined && { method: 'POST', body: data }),
  });
  const body = (await answer.json()) as { id: string; token: string; items: { status: string }[] };
  return { status: answer.status, body };
}

describe.skipIf(unready)('npm start', { timeout: 240_000 }, () => {
  it('tells the demo with its rules, serves what the banner says, ends whole, and finds its data again', async () => {
    const first = await npmStart();
    const story = first
      .said()
      .split('\n')
      .filter((line) => /^ {2}2026-/.test(line));
    const told = (...parts: RegExp[]) => {
      const at = parts.map((part) => story.findIndex((line) => part.test(line)));
      expect(at, parts.join('\n')).not.toContain(-1);
      expect(at).toEqual([...at].sort((a, b) => a - b));
    };
    told(
      /09-30 10:00 .*\[TICKET-1\]/,
      /it is due 2026-10-08 17:30.*\[TICKET-3 TIME-3 TIME-6\]/,
      /09-30 10:20 .*\[TICKET-6\]/,
      /09-30 10:20 .*-> engineer: .*\[TICKET-6\]/,
      /09-30 11:40 .*the callback is due 2026-10-08 17:30.*\[CALLBACK-1\]/,
      /10-08 13:30 .*-> desk: .*\[CALLBACK-1\]/,
      /10-08 14:00 .*closed.*\[CALLBACK-3 TICKET-10\]/,
      /10-08 17:15 .*-> supervisor, desk: .*\[DUTY-5\]/,
      /10-08 17:30 .*-> supervisor: .*\[TICKET-3\.major\]/,
      /10-09 08:30 .*-> supervisor: .*\[TICKET-3\.major\]/,
      /10-10 08:30 .*-> manager: .*\[TICKET-3\.major\]/,
      /still received.*the first is closed.*\[TICKET-7\]/,
      /sees 0 tickets and 0 messages/,
      /10-13 09:00 .*3 bills, 705.00 yuan.*\[FEE-1 FEE-2\]/,
      /10-17 09:00 .*=> \S+, \S+, \S+: 缴费温馨提示 .*\[FEE-4\]/,
      /10-21 08:30 .*=> \S+, \S+, \S+: 缴费提醒 \(first.*\[FEE-4\]/,
      /林女士 promises.*\[FEE-5\]/,
      /周先生 promises.*\[FEE-5\]/,
      /10-27 08:30 .*=> 陈先生: 缴费提醒 \(second.*\[FEE-4\]/,
      /林女士 keeps the promise.* 0.00 yuan.*\[FEE-3 FEE-5\]/,
      /10-29 .*周先生 broke the promise: dunning is running/,
      /11-04 08:30 .*=> 陈先生: 催费通知书 .*\[FEE-4\]/,
      /11-04 09:00 .*陈先生 still owes 235.00 yuan.*\[FEE-4.notice\]/,
      /sees 0 bills/,
    );
    told(/10-29 .*broke the promise/, /11-04 08:30 .*=> 周先生: 缴费提醒 \(second.*\[FEE-4\]/);
    for (const part of ['DynamoDB', 'SQS, S3', 'Cognito', 'table', 'functions', 'gateway'])
      expect(first.said()).toMatch(new RegExp(`^ +\\d+\\.\\d s {2}${part}`, 'm'));

    // The three requests of the banner.
    const lines = first
      .said()
      .replaceAll('\\\n', '')
      .split('\n')
      .filter((line) => line.includes('curl -s'));
    expect(lines).toHaveLength(3);
    const [list, create, token] = await Promise.all(lines.map(answerTo));
    // What the functions said of their errors stands at the end of the output.
    expect([list?.status, create?.status, token?.status], first.said().slice(-2000)).toEqual([200, 201, 200]);
    const statuses = list?.body.items.map(({ status }) => status);
    expect(statuses).toEqual(expect.arrayContaining(['closed', 'received']));
    const desk = { authorization: `Bearer ${token?.body.token}` };
    const url = /runs at (\S+)/.exec(first.said())?.[1];
    expect((await fetch(`${url}/v1/inbox`, { headers: desk })).status).toBe(200);
    expect((await fetch(`${url}/_local/`)).status).toBe(200);

    signal(first.child, 'SIGINT');
    // npm ends by the signal itself; the output is closed when everything that wrote to it is gone.
    await first.ended;
    expect(first.said()).toContain('stopping');
    expect(leftOver()).toEqual([]);
    expect(places(first.said()).length).toBeGreaterThan(4);
    for (const port of places(first.said())) expect(await listens(port), `port ${port}`).toBe(false);

    const second = await npmStart();
    expect(second.said()).not.toContain('The story of');
    const keys = (said: string) => [...said.matchAll(/API key (\S+)/g)].map(([, key]) => key);
    expect(keys(second.said())).toEqual(keys(first.said()));
    const found = await fetch(`${/runs at (\S+)/.exec(second.said())?.[1]}/v1/tickets/${create?.body.id}`, {
      headers: { authorization: `Bearer ${keys(second.said())[0]}` },
    });
    expect(found.status).toBe(200);
    signal(second.child, 'SIGTERM');
    await second.ended;
    expect(leftOver()).toEqual([]);
    for (const port of places(second.said())) expect(await listens(port), `port ${port}`).toBe(false);
  });
});
