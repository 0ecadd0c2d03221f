import { listedOf, type Obligation } from '../../../shared/obligations/index.ts';
import type { Item } from '../../../shared/table.ts';
import type { Facts, Say } from './facts.ts';
import { rules, stepsOf } from './promises.ts';
import { dayOf, type Period } from './time.ts';

/** Deadlines and their ladders: due when the rule says, every step told once, in time, and none after the end. */

const minute = 60_000;
/** From a step's moment to its message, with everything going wrong that does: leases, visibility timeouts, late messages. */
const patience = 4 * 3_600_000;
/** Clocks are looked at when a function begins; what it writes lands later. */
const skew = 2 * minute;

export function reminders(facts: Facts, say: Say): void {
  const ledgers = Map.groupBy(facts.all('ledger'), ({ sk }) => sk.split('#')[1] ?? '');
  const told = Map.groupBy(
    facts.events.filter(({ data }) => Array.isArray(data.steps) && data.obligationId !== undefined),
    ({ data }) => data.obligationId as string,
  );
  const inboxes = Map.groupBy(
    facts.all('message').filter(({ list }) => list?.obligationId !== undefined),
    ({ list }) => list?.obligationId as string,
  );
  for (const owed of facts.obligations) {
    const name = `${owed.ruleId} of ${owed.objectId} (${owed.id})`;
    dueRight(facts, owed, (text) => say(`${name}: ${text}`));
    const ledger = new Map(
      (ledgers.get(owed.id) ?? []).map(({ sk, rest }) => [
        Number(sk.slice(-3)),
        Date.parse(String(rest?.sentAt)),
      ]),
    );
    eachOnce(facts, owed, ledger, (text) => say(`${name}: ${text}`));
    const events = told.get(owed.id) ?? [];
    const steps = events.flatMap(({ data }) => data.steps as number[]).sort((a, b) => a - b);
    const claimed = [...ledger.keys()].sort((a, b) => a - b);
    if (steps.join() !== claimed.join())
      say(`${name}: told steps ${steps.join()}, claimed ${claimed.join()}`);
    if (facts.office.digestRoles.length > 0) continue;
    // Each message reaches everybody it is for once.
    const expected = events
      .filter(({ data }) => (data.channels as string[]).includes('inbox'))
      .reduce((sum, { data }) => sum + (data.to as string[]).length, 0);
    const got = inboxes.get(owed.id)?.length ?? 0;
    if (got !== expected) say(`${name}: ${expected} inbox messages expected, ${got} are there`);
  }
  digests(facts, say);
  nothingLeft(facts, say);
}

function dueRight({ times, memory, end, events }: Facts, owed: Obligation, say: Say): void {
  const rule = rules[owed.ruleId];
  if (!rule) {
    say('a rule the model does not know');
    return;
  }
  const start = Date.parse(owed.startAt);
  const [changed] = memory.policies;
  const own = changed && owed.ruleId === 'TICKET-3.general' && dayOf(start) >= changed.effectiveFrom;
  const period: Period | 'named' = own ? { unit: 'workingDays', n: changed.days } : rule[0];
  const set = memory.calendarAt;
  const late =
    set !== undefined && (start > set + 5 * minute || (owed.status === 'open' && set < end - 3_600_000));
  const known = [...(late ? [] : [times.before]), ...(set === undefined ? [] : [times.after])];
  const possible = period === 'named' ? ordered(events, owed) : known.map((one) => one.due(start, period));
  const due = Date.parse(owed.dueAt);
  if (!possible.includes(due)) {
    say(`due ${owed.dueAt}, not ${possible.map((at) => new Date(at).toISOString())}`);
    return;
  }
  if (owed.provisional || set !== undefined) return;
  const steps = owed.steps.map(({ n, at }) => `${n} ${at}`).join();
  const plan = stepsOf(rule[1], start, due, owed.critical, times.before);
  const right = plan.map(({ n, at }) => `${n} ${new Date(at).toISOString()}`).join();
  if (steps !== right) say(`steps ${steps}, not ${right}`);
}

/** By when a service order is to be done, as its dispatch said (TICKET-6). */
const ordered = (events: Facts['events'], owed: Obligation): number[] =>
  events
    .filter(
      ({ type, object, data }) =>
        type === 'ticket.dispatched' &&
        object === owed.objectId &&
        (data.owed as { key: string }[] | undefined)?.some(({ key }) => key === owed.key),
    )
    .map(({ data }) => Date.parse((data.order as { dueAt: string }).dueAt));

/** Against the plan that is stored, which was held against the model's own before. */
function eachOnce(facts: Facts, owed: Obligation, ledger: Map<number, number>, say: Say): void {
  const { end, times } = facts;
  const ended = owed.endedAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(owed.endedAt);
  for (const step of owed.steps) {
    const planned = Date.parse(step.at);
    const sent = ledger.get(step.n);
    if (sent !== undefined) {
      // Told in time, and then a new calendar moved its moment (TIME-7).
      const movedLater =
        facts.memory.calendarAt !== undefined && sent < facts.memory.calendarAt + 30 * minute;
      if (sent < planned - 1_000 && !movedLater)
        say(`step ${step.n} was told at ${iso(sent)}, before its time ${step.at}`);
      if (sent > ended + skew) say(`step ${step.n} was told at ${iso(sent)}, after it was ${owed.status}`);
      const held = facts.memory.suspensions.some(
        ({ since, until }) => sent > since + skew && sent < until - skew,
      );
      if (held) say(`step ${step.n} was told at ${iso(sent)}, while the office was suspended`);
    }
    const by = latest(planned, step.critical, times.before, times.after);
    const stopped = facts.suspendedIn(planned - minute, by + 3 * 3_600_000);
    if ((sent ?? Math.min(ended, end)) > by && !stopped) {
      say(`step ${step.n} of ${step.at} was ${sent === undefined ? 'never told' : `told at ${iso(sent)}`}`);
    }
    if ((sent !== undefined) !== (step.sentAt !== undefined))
      say(`step ${step.n} is noted otherwise than claimed`);
  }
}

/** By when a step has to be told: within hours, unless it is critical; on either calendar. */
const latest = (planned: number, critical: boolean, ...times: { waiting(ms: number): number }[]): number =>
  critical
    ? planned + patience
    : Math.max(...times.map((one) => one.waiting(one.waiting(planned + 15 * minute) + patience) + patience));

/** The morning digest: what was kept for it is told once, and nothing is kept back on a day with business. */
function digests(facts: Facts, say: Say): void {
  const mornings = facts.all('message').filter(({ list }) => list?.kind === 'digest');
  const staff = Object.values(facts.office.staff).filter(({ roles }) =>
    roles?.some((role) => facts.office.digestRoles.includes(role)),
  );
  for (const { id } of staff) {
    const lines = mornings
      .filter(({ pk }) => pk.includes(id))
      .reduce((sum, { list }) => sum + linesOf(list), 0);
    const kept = facts.events.filter(
      ({ data }) => Array.isArray(data.steps) && (data.to as string[]).includes(id),
    );
    if (lines > kept.length) say(`${lines} lines of digests for ${id}, of ${kept.length} messages`);
  }
  for (const { sk, list } of facts.all('digestEntry')) {
    const at = Date.parse(sk.split('#')[1] ?? '');
    const by = Math.max(facts.times.before.digest(at), facts.times.after.digest(at)) + patience;
    if (by < facts.end && !facts.suspendedIn(at, facts.end)) {
      say(`kept for a digest and never told: ${list?.obligationId}`);
    }
  }
  const lists = facts.all('message').filter(({ list }) => list?.kind === 'endOfDay');
  for (const [key, same] of Map.groupBy(
    lists,
    ({ pk, list }) => `${pk} ${dayOf(Date.parse(String(list?.at)))}`,
  )) {
    if (same.length > 1) say(`${same.length} lists of one day's end: ${key}`);
  }
}

/** How many lines a digest has, as its title says. */
const linesOf = (list: Item['list']) => Number(/(\d+)"/.exec(JSON.stringify(list?.title))?.[1]);

/** Whatever is due has been taken up. */
function nothingLeft(facts: Facts, say: Say): void {
  for (const item of facts.items) {
    const at = item.dueSk?.slice(0, item.dueSk.indexOf('#'));
    if (at !== undefined && Date.parse(at) < facts.end - 20 * minute) {
      say(
        `still due since ${at}: ${item.et} ${item.et === 'obligation' ? listedOf(item).ruleId : ''} ${item.pk} ${item.sk}`,
      );
    }
  }
}

const iso = (ms: number) => new Date(ms).toISOString();
