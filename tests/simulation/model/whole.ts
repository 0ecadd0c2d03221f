import { checkOffice, type Place } from '../../../functions/audit/check.ts';
import { countAnew, countersOf } from '../../../functions/stream/rebuild.ts';
import { figureOf } from '../../../shared/counters.ts';
import type { Facts, Say } from './facts.ts';

/** The office as a whole: figures, record, walls. */

/** Counters are what counting everything anew gives, and what a child would count on the events. */
export async function counters(facts: Facts, say: Say): Promise<void> {
  const { table, events } = facts;
  const standing = (await countersOf(table)).office ?? {};
  const anew = (await countAnew(table)).totals.office ?? {};
  for (const name of new Set([...Object.keys(standing), ...Object.keys(anew)])) {
    if (standing[name] !== anew[name])
      say(`counter ${name} stands at ${standing[name]}, counted anew it is ${anew[name]}`);
  }
  const sum = (attribute: string) =>
    Object.entries(standing)
      .filter(([name]) => figureOf(name).attribute === attribute)
      .reduce((total, [, n]) => total + n, 0);
  for (const kind of ['complaint', 'repair', 'enquiry', 'suggestion']) {
    const of = (type: string) => events.filter((event) => event.type === type && event.data.kind === kind);
    const reached = of('ticket.calledBack').filter(({ data }) => data.outcome !== 'unreached').length;
    const expected = { resolved: of('ticket.resolved').length, redone: of('ticket.reopened').length };
    for (const [what, n] of Object.entries(expected)) {
      const counted = sum(`${kind}:${what}`);
      if (counted !== n) say(`${counted} times ${kind} ${what} are counted, ${n} happened`);
    }
    if (sum(`${kind}:satisfied`) > reached) say(`more ${kind} satisfied than were reached`);
  }
  const charged = facts.all('bill').reduce((total, { list }) => total + Number(list?.total), 0);
  if (sum('charged') !== charged) say(`${sum('charged')} fen are counted as charged, ${charged} were`);
}

/** Nothing that happened can be edited, dropped or moved unseen, and nothing was. */
export async function record({ table }: Facts, say: Say): Promise<void> {
  let place: Place | undefined = { at: [] } as Place;
  while (place) {
    const { faults, next }: Awaited<ReturnType<typeof checkOffice>> = await checkOffice(table, place);
    for (const { objectId, seq, kind } of faults) say(`event ${seq} of ${objectId} is ${kind}`);
    place = next;
  }
}

/** No item of an office speaks of another office. */
export function walls({ items, office, run }: Facts, say: Say): void {
  const others = run.memories.map((memory) => memory.office.tenantId).filter((id) => id !== office.tenantId);
  for (const item of items) {
    const text = JSON.stringify(item);
    for (const other of others)
      if (text.includes(other)) say(`${item.pk} ${item.sk} speaks of another office`);
  }
}
