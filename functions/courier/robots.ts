import { checkUrl } from '../../shared/outbound/address.ts';
import { OutboundError, safeFetch } from '../../shared/outbound/fetch.ts';
import { parseRetryAfter } from './retry.ts';
import { ROBOTS, type RobotAnswer } from './robot-kinds.ts';
import {
  type CourierDeps,
  DEFAULT_TIMEOUT_MS,
  type Message,
  type Outcome,
  type RobotKind,
  type RobotTarget,
} from './types.ts';

/**
 * Checks the address of a group robot as an office registers it: https on the host and path of its kind, with its
 * key, and nothing else. Null when it is in order.
 */
export function robotUrlProblem(kind: RobotKind, raw: string): 'url' | 'host' | 'path' | 'key' | null {
  const check = checkUrl(raw, false);
  if (!check.ok) return 'url';
  const { url } = check;
  const robot = ROBOTS[kind];
  if (!robot.hosts.includes(url.host)) return 'host';
  if (!robot.path.test(url.pathname)) return 'path';
  if (robot.keyParameter === null) return url.search === '' ? null : 'key';
  const parameters = [...url.searchParams.keys()];
  const key = url.searchParams.get(robot.keyParameter);
  return parameters.length === 1 && key !== null && /^[\w-]{8,200}$/.test(key) ? null : 'key';
}

/**
 * Posts a message to a group robot. Robots answer errors with 200 and a code in the body, so the code decides. A
 * code that we do not know is tried again: it says that nothing was shown, and a reminder must not get lost. Robots
 * cannot tell repetitions, hence `unknown` when the answer is missing.
 */
export async function sendToRobot(
  kind: RobotKind,
  target: RobotTarget,
  message: Message,
  deps: CourierDeps,
): Promise<Outcome> {
  const problem = robotUrlProblem(kind, target.url);
  if (problem !== null) return { result: 'failed', detail: `${kind} bad ${problem}` };
  const robot = ROBOTS[kind];
  const request = robot.request(message, target, deps.now());
  const url = new URL(target.url);
  for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, value);
  const origin = deps.robotOrigins?.[kind] ?? url.origin;
  try {
    const response = await safeFetch(origin + url.pathname + url.search, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'Huifang/1.0' },
      body: JSON.stringify(request.body),
      timeoutMs: deps.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      maxBytes: 16_384,
      allowLocal: deps.allowLocal,
      ...(deps.lookup ? { lookup: deps.lookup } : {}),
    });
    const answer = parseAnswer(response.body);
    const code = answer === null ? null : robot.code(answer);
    if (code !== null) return codeOutcome(kind, code, response.status);
    const wait = typeof answer?.wait === 'number' ? answer.wait * 1000 : undefined;
    return statusOutcome(
      kind,
      response.status,
      wait ?? parseRetryAfter(response.headers['retry-after'], deps.now()),
    );
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    if (error.kind === 'refused') return { result: 'failed', detail: `${kind} ${error.message}` };
    return { result: error.sent ? 'unknown' : 'retry', detail: `${kind} ${error.message}` };
  }
}

function codeOutcome(kind: RobotKind, code: number, status: number): Outcome {
  const detail = `${kind} code ${code}`;
  if (code === 0) return { result: 'delivered', status, detail };
  const meaning = ROBOTS[kind].codes[code];
  if (meaning === 'failed' || meaning === 'disabled') return { result: meaning, status, detail };
  return {
    result: 'retry',
    status,
    detail,
    ...(meaning === undefined ? {} : { retryAfterMs: meaning.retryAfterMs }),
  };
}

/** An answer without a code: a gateway's, or the flood guard's. 200 alone is no proof that anything was shown. */
function statusOutcome(kind: RobotKind, status: number, retryAfterMs: number | undefined): Outcome {
  const again = status < 400 || status >= 500 || [408, 425, 429].includes(status);
  return {
    result: again ? 'retry' : 'failed',
    status,
    detail: `${kind} http ${status}`,
    ...(again && retryAfterMs !== undefined ? { retryAfterMs } : {}),
  };
}

function parseAnswer(body: string): RobotAnswer | null {
  try {
    const answer: unknown = JSON.parse(body);
    return typeof answer === 'object' && answer !== null ? (answer as RobotAnswer) : null;
  } catch {
    return null;
  }
}
