import { join } from 'node:path';
import { Clock, durationMs, instantMs } from './clock.ts';
import { serveControl } from './control.ts';
import { startDynamoDb } from './dynamodb.ts';
import { FunctionError, Functions } from './functions.ts';
import { Gateway } from './gateway/gateway.ts';
import { readApi } from './gateway/routes.ts';
import { Identity } from './identity.ts';
import { loopback } from './net.ts';
import { Outbox } from './outbox.ts';
import { Trouble } from './problem.ts';
import { Queues } from './queues.ts';
import { checkTypes, type Places, physicals, pools } from './resources.ts';
import { answerSecrets } from './secrets.ts';
import { DataDir } from './state.ts';
import { Sts } from './sts.ts';
import { type LocalTable, openTable } from './table.ts';
import { Assembly } from './template.ts';
import { Timeline } from './timeline.ts';
import * as wiring from './wiring.ts';

export const region = 'ap-southeast-1';

export interface CloudOptions {
  /** Port of the API; 0 takes any. */
  port?: number;
  /** Where data stay over restarts; without it everything is gone at the end. */
  dataDir?: string | undefined;
  /** Remove what is in `dataDir` first. */
  reset?: boolean;
  /** Start of virtual time, an instant; for a fresh cloud only. Without it the real time. */
  clock?: string | undefined;
  /** Schedules, queues and the stream run in the background, as in the cloud; without it at `settle` and `advance`. */
  live?: boolean;
  /** Folder with the synthesized template. */
  assembly?: string;
  /** Hears of each part as it comes up. */
  progress?: (part: string, detail: string) => void;
  /** Hears each line the functions write. */
  onLine?: (fn: string, line: string) => void;
}

/** The service running on this machine. */
export interface Cloud {
  /** Address of the API, no slash at the end. */
  url: string;
  clock: Clock;
  /** The data folder was empty. */
  fresh: boolean;
  outbox: Outbox;
  identity: Identity;
  queues: Queues;
  functions: Functions;
  sts: Sts;
  /** The table with a client that may do anything (`name` for its commands). */
  table: LocalTable;
  /** Moves the clock by a duration (`P1D`, `PT90M`) or to an instant, running all that falls due on the way; `outage` jumps. */
  advance(by: string, options?: { outage?: boolean }): Promise<void>;
  /** Until the stream and the queues are worked off. */
  settle(): Promise<void>;
  /** One sweep now, and what follows from it. */
  sweep(): Promise<void>;
  /** Signs in; answers the id token for `Authorization: Bearer …`. */
  token(username: string, password: string): Promise<string>;
  /** Makes a login (or sets its password); answers its `sub`. Names are e-mail addresses. */
  addUser(username: string, password: string, options?: { groups?: string[] }): Promise<string>;
  /** Calls a function (`tickets`, `sweeper` …) with an event. Throws FunctionError. */
  invoke(fn: string, event: unknown): Promise<unknown>;
  /** Ends a function's environments now, calls in flight included; answers how many. */
  kill(fn: string): number;
  /** Calls of a function under way: to kill one in flight, wait until this is more than 0. */
  busy(fn: string): number;
  /** The last lines a function wrote. */
  lines(fn: string): string[];
  stop(): Promise<void>;
}

export { FunctionError, Trouble };

/** Brings the synthesized service up on this machine. Throws Trouble, with nothing left running. */
export async function startCloud(options: CloudOptions = {}): Promise<Cloud> {
  const running: { stop(): unknown }[] = [];
  const stopAll = async () => {
    for (const part of running.splice(0).reverse()) await part.stop();
  };
  try {
    return await start(options, running, stopAll);
  } catch (error) {
    await stopAll();
    throw error;
  }
}

async function start(
  options: CloudOptions,
  running: { stop(): unknown }[],
  stopAll: () => Promise<void>,
): Promise<Cloud> {
  const tell = options.progress ?? (() => undefined);
  const assembly = Assembly.load(
    options.assembly ?? join(import.meta.dirname, '..', 'cdk.out', region),
    region,
  );
  checkTypes(assembly);
  const data = new DataDir(options.dataDir, { reset: options.reset ?? false });
  running.push({ stop: () => data.release() });
  const clock = new Clock(startOffset(data, options.clock));
  data.remembered.clockOffsetMs = clock.offsetMs;
  const keep = data.persistent;

  const gateway = new Gateway(clock);
  await gateway.start(options.port ?? 0);
  running.push({ stop: () => gateway.stop() });

  const up = async <T extends { stop(): unknown }>(
    name: string,
    part: Promise<T>,
    detail: (part: T) => string,
  ) => {
    const started = await part;
    running.push(started);
    tell(name, detail(started));
    return started;
  };
  const ports = data.remembered.ports;
  const places: Places = { queueUrl: (name) => queues.url(name), issuer: (pool) => identity.issuer(pool) };
  const suffix = keep ? '' : `-${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`;
  assembly.physical = physicals(assembly, places, suffix);
  answerSecrets(assembly, data);

  const sts = new Sts(clock);
  const outbox = new Outbox(clock, keep ? join(data.path, 'outbox.jsonl') : undefined);
  const parts = await Promise.allSettled([
    up('DynamoDB', startDynamoDb(keep ? { dir: data.folder('dynamodb') } : {}), (part) => part.how),
    up(
      'SQS, S3',
      Queues.start(
        clock,
        assembly.region,
        keep ? { dir: data.folder('queues'), ...port(ports, 'queues') } : {},
      ),
      (part) => part.endpoint,
    ),
    up(
      'Cognito',
      Identity.start(clock, assembly.region, {
        dir: data.folder('identity'),
        pools: pools(assembly),
        ...port(ports, 'identity'),
      }),
      (part) => part.endpoint,
    ),
    up(
      'STS',
      sts.start().then(() => sts),
      (part) => part.endpoint,
    ),
    up(
      'mail, receivers',
      outbox.start({ ...outboxPorts(ports) }).then(() => outbox),
      (part) => part.url(),
    ),
  ]);
  const failed = parts.find((part) => part.status === 'rejected');
  if (failed) throw failed.reason;
  const [dynamodb, queues, identity] = parts.map((part) =>
    part.status === 'fulfilled' ? part.value : undefined,
  ) as [Awaited<ReturnType<typeof startDynamoDb>>, Queues, Identity];
  Object.assign(ports, {
    queues: queues.port,
    identity: identity.port,
    http: outbox.httpPort,
    smtp: outbox.smtpPort,
  });

  const roles = new Set(
    assembly.resources('AWS::IAM::Role').map((role) => assembly.physicalOf(role).att('Arn')),
  );
  sts.knowsRole = (arn) => roles.has(arn);
  await wiring.makeQueuesAndBuckets(assembly, queues);
  const [tableResource, second] = [
    ...assembly.resources('AWS::DynamoDB::Table'),
    ...assembly.resources('AWS::DynamoDB::GlobalTable'),
  ];
  if (!tableResource || second) throw new Trouble('the template must have exactly one table');
  const table = await openTable(assembly, tableResource, dynamodb.endpoint);
  running.push({ stop: () => table.client.destroy() });
  tell('table', table.name);

  const surroundings = surroundingsOf({
    gateway,
    dynamodb: dynamodb.endpoint,
    queues,
    identity,
    sts,
    outbox,
  });
  const functions = new Functions();
  running.push(functions);
  for (const resource of assembly.resources('AWS::Lambda::Function'))
    functions.add(
      wiring.makeFunction(assembly, resource, { clock, sts, surroundings, onLine: options.onLine }),
    );
  tell('functions', String(functions.all().length));

  const sources = wiring.eventSources(assembly, {
    functions,
    queues,
    clock,
    data,
    table,
    dynamodb: dynamodb.endpoint,
  });
  const timeline = new Timeline({
    clock,
    schedules: wiring.schedules(assembly, functions, queues),
    ...sources,
    earliestDue: () => table.earliestDue(),
    moved: () => {
      data.remembered.clockOffsetMs = clock.offsetMs;
      data.save();
    },
  });
  running.push(timeline);
  // Nobody is let in any more before anything is taken down.
  running.push({ stop: () => gateway.stop() });
  tell('schedules, event sources', `${sources.queues.length} queues, ${sources.streams.length} stream`);

  const [restApi, another] = assembly.resources('AWS::ApiGateway::RestApi');
  if (!restApi || another) throw new Trouble('the template must have exactly one REST API');
  const api = readApi(assembly.properties(restApi).Body as Record<string, unknown>);
  gateway.open({ api, plans: wiring.usagePlans(assembly), functions, region: assembly.region });
  tell('gateway', `${api.operations.length} routes at ${gateway.url}`);

  const cloud: Cloud = {
    url: gateway.url,
    clock,
    fresh: data.fresh,
    outbox,
    identity,
    queues,
    functions,
    sts,
    table,
    advance: (by, how) => timeline.advance(target(clock, by), how),
    settle: () => timeline.settle(),
    sweep: () => timeline.sweep(),
    token: (username, password) => identity.token(username, password),
    addUser: (username, password, how) => identity.addUser(username, password, how),
    invoke: (fn, event) => functions.get(fn).invoke(event),
    kill: (fn) => functions.get(fn).kill(),
    busy: (fn) => functions.get(fn).busy,
    lines: (fn) => [...functions.get(fn).lines],
    stop: stopAll,
  };
  gateway.local = serveControl(cloud);
  if (options.live) timeline.live((error) => console.error(error));
  data.write();
  return cloud;
}

/** Virtual time ahead of real time at the start. */
function startOffset(data: DataDir, instant: string | undefined): number {
  if (!data.fresh || instant === undefined) return data.remembered.clockOffsetMs;
  const ms = instantMs(instant);
  if (ms === undefined) throw new Trouble(`${instant} is not an instant such as 2026-09-30T10:00:00+08:00`);
  return ms - Date.now();
}

/** The instant (ms) that `by` leads to: a duration from now, or an instant. Throws RangeError. */
export function target(clock: Clock, by: string): number {
  const duration = durationMs(by);
  const ms = duration === undefined ? instantMs(by) : clock.now() + duration;
  if (ms === undefined)
    throw new RangeError(`${by} is neither a duration such as P1D nor an instant with its offset`);
  return ms;
}

function port(ports: Record<string, number>, name: string): { port?: number } {
  return ports[name] === undefined ? {} : { port: ports[name] };
}

function outboxPorts(ports: Record<string, number>): { smtp?: number; http?: number } {
  return {
    ...(ports.smtp === undefined ? {} : { smtp: ports.smtp }),
    ...(ports.http === undefined ? {} : { http: ports.http }),
  };
}

function surroundingsOf(parts: {
  gateway: Gateway;
  dynamodb: string;
  queues: Queues;
  identity: Identity;
  sts: Sts;
  outbox: Outbox;
}): wiring.Surroundings {
  return {
    common: {
      AWS_ENDPOINT_URL_DYNAMODB: parts.dynamodb,
      AWS_ENDPOINT_URL_SQS: parts.queues.endpoint,
      AWS_ENDPOINT_URL_S3: parts.queues.endpoint,
      AWS_ENDPOINT_URL_STS: parts.sts.endpoint,
      AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: parts.identity.endpoint,
      // Any other service is not here: better no connection than one to the real thing.
      AWS_ENDPOINT_URL: `http://${loopback}:9`,
      OUTBOUND_ALLOW_LOCAL: '1',
      OUTBOUND_ROBOT_BASE: parts.outbox.url('').replace(/\/$/, ''),
      CHECK_RESPONSES: '1',
    },
    instead: {
      PUBLIC_URL: parts.gateway.url,
      MAIL_TRANSPORT: `smtp://${loopback}:${parts.outbox.smtpPort}`,
    },
  };
}
