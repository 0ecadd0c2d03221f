import type { IncomingMessage, ServerResponse } from 'node:http';
import { AwsError } from './aws.ts';
import { instantMs } from './clock.ts';
import { type Cloud, target } from './cloud.ts';
import { FunctionError } from './functions.ts';
import { readBody } from './net.ts';
import { page } from './page.ts';

type Answer = { status: number; body: unknown } | { html: string };

/**
 * What lies below `/_local/`: the clock, what was sent, tokens for curl, functions' logs and their being called by hand (docs/runbook.md).
 * Nothing of it exists in the cloud.
 */
export function serveControl(
  cloud: Cloud,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const answer = await control(cloud, request).catch((error: unknown): Answer => {
      if (error instanceof RangeError || error instanceof SyntaxError) return refuse(400, error.message);
      if (error instanceof AwsError) return refuse(401, error.message);
      if (error instanceof FunctionError) return refuse(502, `${error.type}: ${error.message}`);
      throw error;
    });
    const html = 'html' in answer;
    response.writeHead(html ? 200 : answer.status, {
      'content-type': html ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8',
    });
    response.end(html ? answer.html : `${JSON.stringify(answer.body, null, 2)}\n`);
  };
}

async function control(cloud: Cloud, request: IncomingMessage): Promise<Answer> {
  const path = (request.url ?? '').split('?')[0]?.replace(/\/$/, '');
  const ok = (body: unknown): Answer => ({ status: 200, body });
  switch (`${request.method} ${path}`) {
    case 'GET /_local':
      return { html: page(cloud) };
    case 'GET /_local/clock':
      return ok({ now: cloud.clock.iso() });
    case 'POST /_local/clock': {
      const { advance, to, outage } = (await json(request)) as {
        advance?: unknown;
        to?: unknown;
        outage?: unknown;
      };
      if ((typeof advance === 'string') === (typeof to === 'string'))
        throw new RangeError('give either {"advance":"P1D"} or {"to":"2026-10-08T09:00:00+08:00"}');
      if (typeof to === 'string' && instantMs(to) === undefined)
        throw new RangeError(`${to} is not an instant with its offset`);
      if (typeof advance === 'string' && instantMs(advance) !== undefined)
        throw new RangeError(`${advance} is not a duration such as P1D`);
      const by = String(advance ?? to);
      if (target(cloud.clock, by) < cloud.clock.now()) throw new RangeError('the clock only moves forward');
      await cloud.advance(by, { outage: outage === true });
      return ok({ now: cloud.clock.iso() });
    }
    case 'POST /_local/settle':
      await cloud.settle();
      return ok({ now: cloud.clock.iso() });
    case 'GET /_local/outbox':
      return ok({
        mails: cloud.outbox.mails,
        deliveries: cloud.outbox.deliveries,
        receiver: cloud.outbox.url(),
      });
    case 'POST /_local/token': {
      const { username, password } = await login(request);
      return ok({ token: await cloud.token(username, password) });
    }
    case 'POST /_local/users': {
      const { username, password, operator } = await login(request);
      const how = operator ? { groups: ['operators'] } : {};
      return ok({ sub: await cloud.addUser(username, password, how) });
    }
    case 'GET /_local/logs': {
      const fn = new URLSearchParams(request.url?.split('?')[1]).get('function');
      if (!fn) throw new RangeError('name a function: /_local/logs?function=tickets');
      return ok({ lines: known(() => cloud.lines(fn)) });
    }
    case 'POST /_local/invoke': {
      const { function: fn, event } = (await json(request)) as { function?: unknown; event?: unknown };
      if (typeof fn !== 'string') throw new RangeError('give {"function":"stream","event":{…}}');
      known(() => cloud.lines(fn));
      return ok({ result: (await cloud.invoke(fn, event ?? {})) ?? null });
    }
    default:
      return refuse(404, 'below /_local/ there are clock, settle, outbox, token, users, logs and invoke');
  }
}

/** A function that is not there is the caller's slip. */
function known<T>(of: () => T): T {
  try {
    return of();
  } catch (error) {
    throw new RangeError((error as Error).message);
  }
}

function refuse(status: number, detail: string): Answer {
  return { status, body: { status, detail } };
}

async function json(request: IncomingMessage): Promise<object> {
  const read = JSON.parse((await readBody(request, 100_000))?.toString() ?? '') as unknown;
  if (typeof read !== 'object' || read === null) throw new RangeError('the body must be a JSON object');
  return read;
}

interface Login {
  username: string;
  password: string;
  operator: boolean;
}

async function login(request: IncomingMessage): Promise<Login> {
  const { username, password, operator = false } = (await json(request)) as Partial<Record<string, unknown>>;
  if (typeof username !== 'string' || typeof password !== 'string' || typeof operator !== 'boolean')
    throw new RangeError('give {"username":"…","password":"…"}, for a new operator {…,"operator":true}');
  return { username, password, operator };
}
