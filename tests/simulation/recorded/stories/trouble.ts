import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import type { Key } from '../../../../shared/table.ts';
import type { Town } from '../../life/town.ts';
import { AwsError } from '../../world/table.ts';
import { inParts } from './parts.ts';

/** The table has too much to do, or others are at the same things: what is tried again, and how often. */
export const trouble = inParts({ writes, reads, sweeps, deletions });

type Command<Input> = { input: Input };
type Wanted = { RequestItems: Record<string, { Keys: Key[] }> };

const cancelled = (...codes: string[]) =>
  new AwsError(
    'TransactionCanceledException',
    codes.map((Code) => ({ Code })),
  );

/** The first commands of a name end otherwise. */
function first(town: Town, times: number, of: string, answer: (command: object) => unknown): void {
  town.stage.rig.trouble = (name, n, command) => (name === of && n < times ? answer(command) : undefined);
}

async function writes(town: Town): Promise<void> {
  const { rig } = town.stage;
  const { id: webhook } = await town.ask('createWebhook');
  const attempt = async (about: string, times: number, error: Error, is?: number) => {
    first(town, times, 'TransactWrite', () => error);
    town.about = about;
    await town.ask('changeUnit', { id: town.mine.unt, body: { note: about }, ...(is && { is }) });
    rig.trouble = undefined;
  };
  const conflict = cancelled('None', 'TransactionConflict', 'None');
  await attempt('a conflict', 1, conflict);
  await attempt('three conflicts', 3, conflict);
  await attempt('four conflicts', 4, conflict, 409);
  await attempt('a conflict by its other name', 1, new AwsError('TransactionConflictException'));
  await attempt('only conflicts', 1, cancelled('TransactionConflict', 'TransactionConflict'));
  await attempt('too much at once', 1, cancelled('ThrottlingError', 'None'), 503);
  await attempt('cancelled without a reason', 1, new AwsError('TransactionCanceledException'), 500);
  await attempt('no answer', 1, new AwsError('TimeoutError'), 503);
  const stale = cancelled('ConditionalCheckFailed', 'None');
  for (const times of [1, 4, 5]) {
    town.about = `changed by others ${times} times`;
    first(town, times, 'TransactWrite', () => stale);
    const is = times < 5 ? {} : { is: 409 };
    await town.ask('changeUnit', { id: town.mine.unt, body: { note: `又 ${times}` }, ...is });
    await town.ask('changeWebhook', { id: webhook, body: { name: `x ${times}` }, ...is });
  }
  rig.trouble = undefined;
}

async function reads(town: Town): Promise<void> {
  const { rig } = town.stage;
  const read = async (about: string, is?: number) => {
    town.about = about;
    await town.ask('createTicket', { but: { unitId: town.mine.unt, externalId: about }, ...(is && { is }) });
    rig.trouble = undefined;
  };
  const none = (command: object) => {
    const { RequestItems } = (command as Command<Wanted>).input;
    return { Responses: {}, UnprocessedKeys: RequestItems };
  };
  const some = (command: object) => {
    const [[name, { Keys }] = ['', { Keys: [] }]] = Object.entries(
      (command as Command<Wanted>).input.RequestItems,
    );
    const here = new BatchGetCommand({ RequestItems: { [name]: { Keys: Keys.slice(0, 1) } } });
    const rest = Keys.slice(1);
    return {
      ...(rig.table.send(here) as object),
      UnprocessedKeys: rest.length > 0 ? { [name]: { Keys: rest } } : {},
    };
  };
  first(town, 1, 'BatchGet', none);
  await read('nothing at first');
  first(town, 5, 'BatchGet', none);
  await read('nothing five times');
  first(town, 6, 'BatchGet', none);
  await read('nothing six times', 503);
  first(town, 20, 'BatchGet', some);
  await read('one after the other');
  rig.trouble = (name, n, command) =>
    name !== 'BatchGet' ? undefined : n % 4 === 3 ? some(command) : none(command);
  await read('now and then one');
}

async function sweeps(town: Town): Promise<void> {
  const { rig } = town.stage;
  await town.stream();
  town.at('2026-08-04 17:20');
  // Another sweep was quicker; then it is the next one's business.
  first(town, 1, 'Update', () => new AwsError('ConditionalCheckFailedException'));
  await town.schedule({ kind: 'sweep' });
  rig.trouble = undefined;
}

async function deletions(town: Town): Promise<void> {
  const { operator: as, stage } = town;
  const { id } = await town.ask('createTenant', { as, but: { slug: 'short' } });
  const remove = async (about: string, is?: number) => {
    town.about = about;
    await town.ask('deleteTenant', { as, id, query: { confirm: 'short' }, ...(is && { is }) });
    stage.rig.trouble = undefined;
  };
  const none = (command: object) => ({
    UnprocessedItems: (command as Command<object & Wanted>).input.RequestItems,
  });
  first(town, 9, 'BatchWrite', none);
  await remove('nothing nine times', 500);
  first(town, 8, 'BatchWrite', none);
  await remove('nothing eight times');
}
