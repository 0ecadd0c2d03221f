import { type Delivery, parseDelivery } from '../../../shared/deliveries.ts';
import { derivedId } from '../../../shared/ids.ts';
import type { Facts, Say } from './facts.ts';

/** Nothing that happened is lost on its way to those who asked to hear of it, and nobody hears anything twice. */

const mostAttempts = 10;

export function deliveries(facts: Facts, say: Say): void {
  const { run, office, events } = facts;
  const all = new Map(facts.all('delivery').map((item) => [parseDelivery(item).id, parseDelivery(item)]));
  for (const hook of office.webhooks) {
    const endpoint = facts.all('webhook').find(({ sk }) => sk === hook.id);
    const on = endpoint?.list?.active === true;
    const mine = [...all.values()].filter(({ webhookId }) => webhookId === hook.id);
    for (const { id, type, at, data } of events) {
      const wanted = hook.events.some(
        (one) => one === '*' || one === type || (one.endsWith('.*') && type.startsWith(one.slice(0, -1))),
      );
      const channels = data.channels as string[] | undefined;
      const meant = !channels || channels.includes(hook.kind === 'webhook' ? 'webhook' : 'robot');
      const late = Date.parse(at) > facts.end - 3_600_000;
      if (!on || !wanted || !meant || late || Date.parse(at) <= hook.since + 60_000) continue;
      if (!all.has(derivedId('delivery', hook.id, id)))
        say(`${type} ${id} was never delivered to ${hook.id}`);
    }
    const taken = run.cloud.receivers.taken.get(`${hook.host}${hook.path}`) ?? [];
    if (hook.kind === 'webhook') {
      const ids = new Set(taken.map(({ id }) => id));
      for (const { id, status } of mine) {
        if (status === 'delivered' && !ids.has(id)) say(`${id} counts as delivered, and nobody took it`);
      }
      for (const id of ids)
        if (!mine.some((one) => one.id === id)) say(`${id} was taken, and is no delivery`);
    } else if (taken.length > mine.filter(({ attempts }) => attempts > 0).length) {
      say(`a group got ${taken.length} messages of ${mine.length}`);
    }
  }
  const mails = Map.groupBy(run.cloud.receivers.mails, ({ id }) => id);
  for (const delivery of all.values()) {
    ended(facts, delivery, say);
    if (delivery.channel !== 'email') continue;
    const sent = mails.get(delivery.id) ?? [];
    if (delivery.status === 'delivered' && !sent.some(({ end }) => end === 'taken'))
      say(`mail ${delivery.id} was not taken`);
    const to = new Set(sent.map((one) => one.to));
    if (to.size > 1) say(`mail ${delivery.id} went to ${to.size} people`);
    for (const address of to) {
      if (!address.endsWith(`@${office.name}.example`)) say(`mail ${delivery.id} went to ${address}`);
    }
  }
}

function ended(
  { end, memory }: Facts,
  { id, status, attempts, nextAt, startedAt, createdAt }: Delivery,
  say: Say,
): void {
  if (attempts > mostAttempts) say(`${id} was tried ${attempts} times`);
  const waiting = status === 'pending' && nextAt !== undefined && Date.parse(nextAt) > end - 3_600_000;
  const begun = status === 'sending' && Date.parse(startedAt ?? '') > end - 3_600_000;
  const held = memory.suspensions.some(({ to }) => to > Date.parse(createdAt));
  if ((status === 'pending' || status === 'sending') && !waiting && !begun && !held) {
    say(`${id} is ${status} since ${nextAt ?? startedAt}`);
  }
}
