import type { Clock } from './clock.ts';
import type { Functions } from './functions.ts';
import type { Gate, Iam, IamReport } from './iam/index.ts';
import type { Identity } from './identity.ts';
import type { Outbox } from './outbox.ts';
import type { Queues } from './queues.ts';
import type { Sts } from './sts.ts';
import type { LocalTable } from './table.ts';

export interface CloudOptions {
  /** Port of the API; 0 takes any. */
  port?: number;
  /** Where data stay over restarts; without it everything is gone at the end. */
  dataDir?: string | undefined;
  /** Remove what is in `dataDir` first. */
  reset?: boolean;
  /** The address of a DynamoDB Local that runs already; without it one is started. */
  dynamodb?: string | undefined;
  /** Start of virtual time, an instant; for a fresh cloud only. Without it the real time. */
  clock?: string | undefined;
  /** Schedules, queues and the stream run in the background, as in the cloud; without it at `settle` and `advance`. */
  live?: boolean;
  /** Folder with the synthesized template. */
  assembly?: string;
  /** Hears of each part as it comes up. */
  progress?: (part: string, detail: string) => void;
  /** Hears each line the functions write, and of each access that IAM refused them. */
  onLine?: (fn: string, line: string) => void;
}

/** The service running on this machine. */
export interface Cloud {
  /** Address of the API, no slash at the end. */
  url: string;
  clock: Clock;
  /** Nothing had begun in the data folder. */
  fresh: boolean;
  outbox: Outbox;
  identity: Identity;
  queues: Queues;
  functions: Functions;
  sts: Sts;
  /** Who may do what; every call of a function to a part passes the gate, which asks it. */
  iam: Iam;
  gate: Gate;
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
  /** Which statements of which role were used so far, and what of them was not. */
  iamReport(): IamReport;
  /** Ends a function's environments now, calls in flight included; answers how many. */
  kill(fn: string): number;
  /** Calls of a function under way: to kill one in flight, wait until this is more than 0. */
  busy(fn: string): number;
  /** The last lines a function wrote. */
  lines(fn: string): string[];
  stop(): Promise<void>;
}
