import type { Item } from '../../../shared/table.ts';
import type { Run } from '../simulate.ts';
import { deliveries } from './deliveries.ts';
import { dunning } from './dunning.ts';
import { Facts, type Say } from './facts.ts';
import { money } from './money.ts';
import { once } from './once.ts';
import { reminders } from './reminders.ts';
import { tickets } from './tickets.ts';
import { counters, record, walls } from './whole.ts';

/** What the model finds wrong: under which of its checks, in which office, and what. */
export interface Wrong {
  check: string;
  office: string;
  text: string;
}

const checks: Record<string, (facts: Facts, say: Say) => void | Promise<void>> = {
  once,
  tickets,
  reminders,
  deliveries,
  money,
  dunning,
  counters,
  record,
  walls,
};

/** Holds a run against the model. */
export async function check(run: Run): Promise<Wrong[]> {
  const wrong: Wrong[] = [];
  const { cloud, memories } = run;
  for (const text of cloud.unexplained) wrong.push({ check: 'errors', office: '', text });
  // Where functions die at every third call some messages are given up; what they were about the sweep brings back.
  const dead = run.setting.deaths === undefined ? cloud.queues.dead : [];
  for (const { queue, body } of dead)
    wrong.push({ check: 'errors', office: '', text: `given up: ${queue} ${body}` });
  for (const one of cloud.stream.dead) {
    wrong.push({ check: 'errors', office: '', text: `given up: ${one.dynamodb?.SequenceNumber}` });
  }
  const items = Map.groupBy(cloud.table.items(), ({ pk }: Item) => pk.slice(0, pk.indexOf('#')));
  for (const memory of memories) {
    const facts = new Facts(run, memory, items.get(memory.office.tenantId) ?? []);
    for (const [name, one] of Object.entries(checks)) {
      await one(facts, (text) => wrong.push({ check: name, office: memory.office.name, text }));
    }
  }
  for (const tenant of items.keys()) {
    const known = tenant === 'sys' || memories.some(({ office }) => office.tenantId === tenant);
    if (!known) wrong.push({ check: 'walls', office: '', text: `items of nobody: ${tenant}` });
  }
  return wrong;
}
