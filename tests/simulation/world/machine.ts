import crypto from 'node:crypto';
import dns from 'node:dns/promises';
import { syncBuiltinESMExports } from 'node:module';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import {
  BatchGetCommand,
  DynamoDBDocumentClient,
  QueryCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import { createTransport } from 'nodemailer';
import { type Answering, type Fetching, installFetch, installRequests } from './outside.ts';
import type { SimulatedTable } from './table.ts';
import { inside } from './world.ts';

/**
 * What a function finds outside itself. Each is set by the run under way; code of that run comes here through the very clients,
 * timers and clocks that it would use on AWS: the service has no seams of its own for this.
 */
export interface Machine {
  table: Pick<SimulatedTable, 'send'>;
  /** Messages handed to a queue; answers the positions it did not take. */
  send(queueUrl: string, bodies: { body: string; group: string }[], place: string): number[];
  http: Answering;
  mail(message: { to: string; id: string; subject: string; text: string }): MailEnd;
  /** The addresses of a name; `silent`: the name server says nothing. Only where somebody asks for names. */
  names?(name: string): string[] | 'silent';
  /** S3, the user pool, an issuer's keys; only where somebody asks for them. */
  fetch?: Fetching;
}

/** What the mail server does; or the error that nodemailer makes of it. */
export type MailEnd = 'taken' | 'busy' | 'refused' | 'silent' | MailFailure;

export interface MailFailure {
  code?: string;
  responseCode?: number;
  response?: string;
}

let machine: Machine | undefined;

export function use(next: Machine): void {
  machine = next;
}

const present = (): Machine => {
  if (!machine) throw new Error('no simulation is under way');
  return machine;
};

let installed = false;

/**
 * Puts clocks, timers, chance and the AWS clients of this process under the simulation, for code that runs inside an invocation; all
 * other code (the test runner's) goes on as before. To be called before the first function is imported.
 */
export function install(): void {
  if (installed) return;
  installed = true;
  process.env.AWS_REGION ??= 'us-east-1';
  installDate();
  installTimers();
  installChance();
  installNames();
  installClients();
  installCredentials();
  installRequests(() => present().http);
  installFetch(() => present().fetch);
  installMail();
}

function installDate(): void {
  const Real = Date;
  const now = () => inside.getStore()?.world.now ?? Real.now();
  class Simulated extends Real {
    constructor(...args: unknown[]) {
      if (args.length === 0) super(now());
      else super(...(args as [number]));
    }
    static override now(): number {
      return now();
    }
  }
  globalThis.Date = Simulated as DateConstructor;
}

function installTimers(): void {
  const real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
  const simulated = new WeakSet<object>();
  Object.assign(globalThis, {
    setTimeout: (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => {
      const invocation = inside.getStore();
      if (!invocation) return real.setTimeout(run, ms, ...args);
      const timer = invocation.timer(ms, () => run(...args));
      simulated.add(timer);
      return timer;
    },
    clearTimeout: (timer: unknown) => {
      if (typeof timer === 'object' && timer !== null && simulated.has(timer))
        (timer as { clear(): void }).clear();
      else real.clearTimeout(timer as NodeJS.Timeout);
    },
  });
}

function installChance(): void {
  const real = {
    random: Math.random,
    bytes: crypto.randomBytes,
    values: globalThis.crypto.getRandomValues.bind(globalThis.crypto),
  };
  const fill = <T extends Uint8Array>(bytes: T, next: () => number): T => {
    for (let i = 0; i < bytes.length; i++) bytes[i] = Math.floor(next() * 256);
    return bytes;
  };
  Math.random = () => (inside.getStore()?.dice.next ?? real.random)();
  crypto.randomBytes = ((size: number, ...rest: []) => {
    const invocation = inside.getStore();
    return invocation ? fill(Buffer.alloc(size), invocation.dice.next) : real.bytes(size, ...rest);
  }) as typeof crypto.randomBytes;
  globalThis.crypto.getRandomValues = ((into: Uint8Array<ArrayBuffer>) => {
    const invocation = inside.getStore();
    return invocation ? fill(into, invocation.dice.next) : real.values(into);
  }) as typeof globalThis.crypto.getRandomValues;
  syncBuiltinESMExports();
}

function installNames(): void {
  const real = dns.lookup;
  dns.lookup = (async (name: string, ...rest: []) => {
    const invocation = inside.getStore();
    const names = machine?.names;
    if (!invocation || !names) return real(name, ...rest);
    const found = await invocation.call('lookup', () => names(name));
    if (found === 'silent') return new Promise(() => {});
    return found.map((address) => ({ address, family: 4 }));
  }) as typeof dns.lookup;
  syncBuiltinESMExports();
}

function installClients(): void {
  DynamoDBDocumentClient.prototype.send = ((command: object) => {
    const { table } = present();
    return invocation().call(nameOf(command), () => table.send(command), {
      throttle: true,
      conflict: command instanceof TransactWriteCommand,
      command,
      ...parts(command, table),
    });
  }) as never;
  SQSClient.prototype.send = ((command: { input: { QueueUrl: string; Entries: Entry[] } }) => {
    const { QueueUrl, Entries } = command.input;
    const caller = invocation();
    const bodies = Entries.map(({ MessageBody, MessageGroupId }) => ({
      body: MessageBody,
      group: MessageGroupId,
    }));
    return caller.call(
      'SendMessageBatch',
      () => {
        const place = `${caller.name} ${caller.world.now}`;
        const refused = present().send(QueueUrl, bodies, place);
        if (refused.length > 0) caller.excused = true;
        return { Failed: refused.map((n) => ({ Id: Entries[n]?.Id })) };
      },
      { throttle: true },
    );
  }) as never;
}

/** Credentials of one office, good for ever. */
function installCredentials(): void {
  const given = { AccessKeyId: 'office', SecretAccessKey: 'simulated', SessionToken: 'simulated' };
  STSClient.prototype.send = (() =>
    invocation().call('AssumeRole', () => ({
      Credentials: { ...given, Expiration: new Date('2100-01-01T00:00:00Z') },
    }))) as never;
}

interface Entry {
  Id: string;
  MessageBody: string;
  MessageGroupId: string;
}

function invocation() {
  const present = inside.getStore();
  if (!present) throw new Error('a call of a client from outside every invocation');
  return present;
}

const nameOf = (command: object): string => command.constructor.name.replace(/Command$/, '');

/** How a command may be done in parts: a batch read at two moments or answered in part, a page that ends early. */
function parts(command: object, table: Machine['table']) {
  if (command instanceof BatchGetCommand) {
    const [[name, asked] = ['', undefined]] = Object.entries(command.input.RequestItems ?? {});
    const keys = asked?.Keys ?? [];
    const some = (from: number, to: number) =>
      table.send(new BatchGetCommand({ RequestItems: { [name]: { Keys: keys.slice(from, to) } } })) as {
        Responses: Record<string, object[]>;
      };
    return {
      split: keys.length,
      first: (at: number) => some(0, at),
      rest: (at: number) => some(at, keys.length),
      join: (a: ReturnType<typeof some>, b: ReturnType<typeof some> | undefined, at: number) => ({
        Responses: { [name]: [...(a.Responses[name] ?? []), ...(b?.Responses[name] ?? [])] },
        UnprocessedKeys: b ? {} : { [name]: { Keys: keys.slice(at) } },
      }),
    };
  }
  if (command instanceof QueryCommand) {
    return {
      shorter: (limit: number) => table.send(new QueryCommand({ ...command.input, Limit: limit })),
      limit: command.input.Limit ?? 1,
    };
  }
  return {};
}

/** The mail server behind nodemailer: every transporter of this process sends here. */
function installMail(): void {
  const transporter = Object.getPrototypeOf(createTransport({ jsonTransport: true })) as {
    sendMail(mail: Mail): Promise<unknown>;
  };
  transporter.sendMail = async ({ to, subject, text, headers, handedOver }) => {
    const id = headers['X-Huifang-Delivery'] ?? '';
    const end = await invocation().call('mail', () => present().mail({ to: to.address, id, subject, text }));
    if (end === 'taken') return {};
    if (end === 'silent') {
      handedOver.done = true;
      throw Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' });
    }
    if (typeof end === 'object') throw Object.assign(new Error('failed'), end);
    const code = end === 'busy' ? 450 : 550;
    throw Object.assign(new Error('refused'), { responseCode: code, response: `${code} no` });
  };
}

interface Mail {
  to: { address: string };
  subject: string;
  text: string;
  headers: Record<string, string>;
  handedOver: { done: boolean };
}
