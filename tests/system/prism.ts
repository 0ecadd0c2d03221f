import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort, loopback } from '../../local/net.ts';

/*
 * `npm run prism`: what the system tests ask goes through Prism, a proxy that holds answers against the document: a judge nobody here
 * has written. It is fetched when it is asked for. Requests are not its business, half of them are wrong on purpose: told to
 * judge them it hands them on all the same, but dies of the first that has a Chinese name in the wrong place, for it says so in a header.
 */

const document = join(import.meta.dirname, '..', '..', 'dist', 'meta', 'openapi.json');

/** Where Prism stands in front of a cloud, by the cloud's own address. */
const fronts = new Map<string, string>();
/** How many answers came through it. */
export let throughPrism = 0;

/** Starts Prism in front of a cloud, if it is asked for; answers how it is stopped. */
export async function startPrism(url: string): Promise<() => Promise<void>> {
  if (process.env.HUIFANG_PRISM !== '1') return async () => undefined;
  const port = await freePort();
  const front = `http://${loopback}:${port}`;
  const options = [
    '--port',
    String(port),
    '--host',
    loopback,
    '--cors',
    'false',
    '--validate-request',
    'false',
  ];
  const child = spawn('prism', ['proxy', document, url, ...options, '--verboseLevel', 'fatal'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => {
    child.on('exit', resolve);
    child.on('error', resolve);
  });
  const there = () =>
    fetch(`${front}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await there())) {
    if (child.exitCode !== null || child.pid === undefined) throw new Error('Prism does not start');
    await pause(500);
  }
  fronts.set(url, front);
  return async () => {
    child.kill();
    await ended;
  };
}

/** Where a request goes: to Prism, if it can carry it. It answers bodies that are no JSON itself. */
export function frontOf(url: string, body: unknown): string {
  const front = fronts.get(url);
  return front === undefined || (typeof body === 'string' && !isJson(body)) ? url : front;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Throws if Prism has found an answer wrong. */
export function heardOfPrism(what: string, headers: Headers): void {
  throughPrism++;
  const found = headers.get('sl-violations');
  if (found?.includes('"response"')) throw new Error(`${what}: Prism says ${found}`);
}
