import { join } from 'node:path';
import { Clock, durationMs, instantMs } from './clock.ts';
import { serveControl } from './control.ts';
import { startDynamoDb } from './dynamodb.ts';
import { FunctionError, Functions } from './functions.ts';
import { Gateway } from './gateway/gateway.ts';
import { readApi } from './gateway/routes.ts';
import { checkPlatform, Gate, Iam, readPolicies, writeReport } from './iam/index.ts';
import { Identity } from './identity.ts';
import { freePort, loopback } from './net.ts';
import { Outbox } from './outbox.ts';
import { Trouble } from './problem.ts';
import { Queues, queueUrl } from './queues.ts';
import { checkTypes, type Places, physicals, pools } from './resources.ts';
import { answerSecrets } from './secrets.ts';
import { DataDir } from './state.ts';
import { Sts } from './sts.ts';
import { openTable } from './table.ts';
import { Assembly } from './template.ts';
import { Timeline } from './timeline.ts';
import type { Cloud, CloudOptions } from './types.ts';
import * as wiring from './wiring.ts';

export const region = 'ap-southeast-1';

export type { Cloud, CloudOptions };
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
  for (const name of ['queues', 'identity', 'http', 'smtp', 'gate'])
    ports[name] = await freePort(ports[name]);
  const sts = new Sts(clock);
  const gate = new Gate(sts, assembly.region);
  await gate.start(ports.gate);
  running.push(gate);
  const places: Places = {
    queueUrl: (name) => queueUrl(gate.endpoint, name),
    issuer: (pool) => identity.issuer(pool),
  };
  const suffix = keep ? '' : `-${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`;
  assembly.physical = physicals(assembly, places, suffix);
  answerSecrets(assembly, data);

  const outbox = new Outbox(clock, keep ? join(data.path, 'outbox.jsonl') : undefined);
  const parts = await Promise.allSettled([
    up(
      'DynamoDB',
      startDynamoDb({
        endpoint: options.dynamodb,
        ...(keep ? { dir: data.folder('dynamodb') } : {}),
        waits: (forWhat) => tell('DynamoDB', forWhat),
      }),
      (part) => part.how,
    ),
    up(
      'SQS, S3',
      Queues.start(clock, assembly.region, {
        port: ports.queues ?? 0,
        ...(keep ? { dir: data.folder('queues') } : {}),
      }),
      (part) => part.endpoint,
    ),
    up(
      'Cognito',
      Identity.start(clock, assembly.region, {
        dir: data.folder('identity'),
        pools: pools(assembly),
        port: ports.identity ?? 0,
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
      outbox.start(ports).then(() => outbox),
      (part) => part.url(),
    ),
  ]);
  const failed = parts.find((part) => part.status === 'rejected');
  if (failed) throw failed.reason;
  const [dynamodb, queues, identity] = parts.map((part) =>
    part.status === 'fulfilled' ? part.value : undefined,
  ) as [Awaited<ReturnType<typeof startDynamoDb>>, Queues, Identity];
  const iam = new Iam(readPolicies(assembly), (line, { fn }) => {
    options.onLine?.(fn, line);
    if (options.live) console.error(line);
  });
  await checkPlatform(assembly, iam);
  sts.refuses = async (by, role, session) => (await iam.assume(by, role, session)).message || undefined;
  const plans = wiring.usagePlans(assembly, data.remembered.usageKeys, () => data.save());
  await plans.start();
  running.push(plans);
  gate.open(iam, {
    dynamodb: dynamodb.endpoint,
    sqs: queues.endpoint,
    s3: queues.endpoint,
    'cognito-idp': identity.endpoint,
    apigateway: plans.endpoint,
  });
  await wiring.makeQueuesAndBuckets(assembly, queues);
  const [tableResource, second] = [
    ...assembly.resources('AWS::DynamoDB::Table'),
    ...assembly.resources('AWS::DynamoDB::GlobalTable'),
  ];
  if (!tableResource || second) throw new Trouble('the template must have exactly one table');
  const table = await openTable(assembly, tableResource, dynamodb.endpoint);
  gate.knows(table.name, table.keys);
  running.push({ stop: () => table.client.destroy() });
  tell('table', table.name);

  const surroundings = surroundingsOf({ gateway, gate, sts, outbox });
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
    changes: () => gate.changes,
    moved: () => {
      data.remembered.clockOffsetMs = clock.offsetMs;
      data.save();
    },
  });
  running.push(timeline);
  // Nobody is let in any more before anything is taken down.
  running.push({ stop: () => gateway.stop() });
  running.push({ stop: () => writeReport(iam.report()) });
  tell('schedules, event sources', `${sources.queues.length} queues, ${sources.streams.length} stream`);

  const [restApi, another] = assembly.resources('AWS::ApiGateway::RestApi');
  if (!restApi || another) throw new Trouble('the template must have exactly one REST API');
  const api = readApi(assembly.properties(restApi).Body as Record<string, unknown>);
  gateway.open({ api, planOf: (key) => plans.planOf(key), functions, region: assembly.region });
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
    iam,
    gate,
    table,
    advance: (by, how) => timeline.advance(target(clock, by), how),
    settle: () => timeline.settle(),
    sweep: () => timeline.sweep(),
    token: (username, password) => identity.token(username, password),
    addUser: (username, password, how) => identity.addUser(username, password, how),
    invoke: (fn, event) => functions.get(fn).invoke(event),
    iamReport: () => iam.report(),
    kill: (fn) => functions.get(fn).kill(),
    busy: (fn) => functions.get(fn).busy,
    lines: (fn) => [...functions.get(fn).lines],
    stop: stopAll,
  };
  gateway.local = serveControl(cloud);
  if (options.live) timeline.live((error) => console.error(error));
  data.remembered.begun = true;
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

function surroundingsOf(parts: {
  gateway: Gateway;
  gate: Gate;
  sts: Sts;
  outbox: Outbox;
}): wiring.Surroundings {
  return {
    common: {
      AWS_ENDPOINT_URL_DYNAMODB: parts.gate.endpoint,
      AWS_ENDPOINT_URL_SQS: parts.gate.endpoint,
      AWS_ENDPOINT_URL_S3: parts.gate.endpoint,
      AWS_ENDPOINT_URL_STS: parts.sts.endpoint,
      AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: parts.gate.endpoint,
      AWS_ENDPOINT_URL_API_GATEWAY: parts.gate.endpoint,
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
