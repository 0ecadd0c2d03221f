import { satisfied } from '../samples.ts';
import type { Trip } from './meter.ts';
import { complaint } from './tickets.ts';
import { done, type Figures, figuresOf, type World } from './world.ts';

export interface Life {
  /** By who asked; `total` is all of them. */
  parts: { name: string; figures: Figures }[];
  reminders: number;
  messages: number;
}

interface Obligation {
  steps: { at: string; sentAt?: string }[];
}

interface Ticket {
  id: string;
  status: string;
  obligations: { id: string }[];
}

const parts: [name: string, functions: string[]][] = [
  ['requests (tickets, confirm)', ['tickets', 'confirm']],
  ['reminders (notifier)', ['notifier']],
  ['mails (courier)', ['courier']],
  ['handed over (sweeper, its leases)', ['sweeper']],
  ['counters, fan-out (stream)', ['stream']],
];

/**
 * A complaint from its first word to the customer's signature: created, two reminders while nobody acts, dispatched, resolved, two
 * reminders that the callback is due, called back, signed for by link. What a sweep reads to find nothing is the house's and in
 * the sweep's own table; its leases are counted here.
 */
export async function lifeOfAComplaint(world: World): Promise<Life> {
  const { cloud, meter, office } = world;
  await cloud.settle();
  meter.take();
  const trips: Trip[] = [];
  const rest = async () => {
    await cloud.settle();
    trips.push(...meter.take());
  };
  const ask = async <T>(path: string, body?: unknown): Promise<T> => {
    const desk = await world.as('desk');
    const answer = done(await desk<T>('POST', path, body, { 'idempotency-key': path }));
    await rest();
    return answer;
  };
  const ledger = () => new Set(trips.flatMap(({ wrote }) => wrote.filter((key) => key.includes('|led#'))));
  /** Lets time pass until two more reminders were sent. */
  const twoReminders = async ({ id, obligations }: Ticket) => {
    const before = ledger().size;
    const [owed] = obligations;
    const desk = await world.as('desk');
    const { steps } = done(await desk<Obligation>('GET', `/v1/obligations/${id}/${owed?.id}`));
    meter.take();
    for (const { at } of steps) {
      if (ledger().size >= before + 2) return;
      // What comes on the way (digests, lists at the end of the day) is the office's, not this complaint's.
      await cloud.advance(new Date(Date.parse(at) - 60_000).toISOString());
      meter.take();
      await cloud.advance(new Date(Date.parse(at) + 60_000).toISOString());
      const told = meter.take();
      trips.push(...told.slice(told.findIndex(({ who, wrote }) => who === 'sweeper' && wrote.length > 0)));
    }
    throw new Error('there are no two reminders');
  };

  const body = { ...complaint, propertyId: office.propertyId };
  const ticket = await ask<Ticket>('/v1/tickets', body);
  await twoReminders(ticket);
  const step = (name: string, what?: object) => ask<Ticket>(`/v1/tickets/${ticket.id}/${name}`, what);
  const dueAt = new Date(cloud.clock.now() + 3_600_000).toISOString();
  await step('dispatch', {
    assigneeId: world.staff('engineer'),
    what: '检查三号楼电梯',
    dueAt,
    given: 'printed',
  });
  await twoReminders(await step('resolve', { what: '更换门机控制板，试运行两小时正常', cause: 'wear' }));
  await step('callbacks', satisfied);
  const { url } = (await step('confirmation-links')) as unknown as { url: string };
  const form = new URLSearchParams({
    ...{ solved: 'yes', satisfied: 'yes', attitude: 'good', quality: 'good' },
    ...{ charged: 'no', cashTaken: 'no', score: '9', name: '刘女士' },
  });
  const page = await fetch(url, { method: 'POST', body: form });
  await rest();
  const end = await (await world.as('desk'))<Ticket>('GET', `/v1/tickets/${ticket.id}`);
  if (!page.ok || done(end).status !== 'closed') throw new Error('the life did not end closed');

  const named = parts.flatMap(([, functions]) => functions);
  // What a sweep reads it reads for everybody.
  const own = trips.filter(
    ({ who, wrote }) => named.includes(who) && (who !== 'sweeper' || wrote.length > 0),
  );
  return {
    parts: [
      ...parts.map(([name, functions]) => ({
        name,
        figures: figuresOf(own.filter(({ who }) => functions.includes(who))),
      })),
      { name: 'total', figures: figuresOf(own) },
    ],
    reminders: ledger().size,
    messages: own.flatMap(({ wrote }) => wrote.filter((key) => key.includes('#inbox|'))).length,
  };
}
