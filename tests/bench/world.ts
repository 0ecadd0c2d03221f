import { type Cloud, startCloud } from '../../local/cloud.ts';
import { makeOffices, type Office } from '../../local/demo/offices.ts';
import { demoClock } from '../../local/demo.ts';
import { startDynamoDb } from '../../local/dynamodb.ts';
import { type Caller, caller } from '../system/caller.ts';
import { Meter, type Trip } from './meter.ts';

/** What an operation asked of the table. */
export interface Figures {
  /** Round trips: reads and changes. */
  readTrips: number;
  writeTrips: number;
  reads: number;
  writes: number;
  index: number;
}

export const none: Figures = { readTrips: 0, writeTrips: 0, reads: 0, writes: 0, index: 0 };

export function figuresOf(trips: readonly Trip[]): Figures {
  return trips.reduce((all, trip) => {
    const writing = trip.wrote.length > 0 || trip.writes > 0;
    return {
      readTrips: all.readTrips + (writing ? 0 : 1),
      writeTrips: all.writeTrips + (writing ? 1 : 0),
      reads: all.reads + trip.reads,
      writes: all.writes + trip.writes,
      index: all.index + trip.index,
    };
  }, none);
}

export interface Row {
  name: string;
  figures: Figures;
}

/** The service on this machine with a meter before its table, an office in it, and who calls. */
export interface World {
  cloud: Cloud;
  meter: Meter;
  office: Office;
  /** Ids of the office's staff by login. */
  staff: (login: string) => string;
  /** Requests of a member of staff; signs in anew each time, for the clock leaps. */
  as: (login: string) => Promise<Caller>;
  key: Caller;
  /** Does it, and keeps what the functions of the API asked of the table for it. */
  measure<T>(name: string, act: () => Promise<T>): Promise<T>;
  rows: Row[];
  stop(): Promise<void>;
}

/** Not the function that answers: who is calling is remembered by the gateway, the rest comes afterwards. */
const behind = ['authorizer', 'stream', 'notifier', 'courier', 'sweeper', 'biller'];

export async function startWorld(): Promise<World> {
  const dynamodb = await startDynamoDb();
  let cloud: Cloud | undefined;
  const meter = await Meter.start(dynamodb.endpoint, (authorization) => {
    const signer = cloud?.sts.signer(authorization);
    return (signer?.by ?? signer)?.sessionName.replace(/^huifang-/, '') ?? 'nobody';
  });
  const given = process.env.HUIFANG_DYNAMODB_ENDPOINT;
  process.env.HUIFANG_DYNAMODB_ENDPOINT = meter.endpoint;
  const stop = async () => {
    await cloud?.stop();
    await meter.stop();
    await dynamodb.stop();
  };
  try {
    cloud = await startCloud({ clock: demoClock });
    const running = cloud;
    const { offices, staff } = await makeOffices(running);
    const [office] = offices;
    if (!office) throw new Error('there is no office');
    await running.settle();
    const rows: Row[] = [];
    return {
      cloud: running,
      meter,
      office,
      staff: (login) => staff.get(`${login}@${office.slug}.example`) ?? '',
      as: async (login) => {
        const found = office.logins.find(({ email }) => email.startsWith(`${login}@`));
        return caller(running, await running.token(found?.email ?? '', found?.password ?? ''));
      },
      key: caller(running, office.key),
      async measure(name, act) {
        meter.take();
        const result = await act();
        const trips = meter.take().filter(({ who }) => who !== 'nobody' && !behind.includes(who));
        rows.push({ name, figures: figuresOf(trips) });
        return result;
      },
      rows,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    if (given === undefined) delete process.env.HUIFANG_DYNAMODB_ENDPOINT;
    else process.env.HUIFANG_DYNAMODB_ENDPOINT = given;
  }
}

/** The body of an answer that has to be a success. */
export function done<T>({ status, body }: { status: number; body: T }): T {
  if (status >= 300) throw new Error(`${status}: ${JSON.stringify(body)}`);
  return body;
}
