import type { Facts, Say } from './facts.ts';

/** Routes that change something and therefore leave an event. */
const changes = /^(POST|PUT|PATCH|DELETE) /;
/** What leaves none of its own, or none where nothing changed. */
const silent = [
  'POST /v1/inbox/{id}/read',
  'PUT /v1/policy',
  'PUT /v1/calendar',
  'PATCH /v1/staff/{id}',
  'POST /operator/v1/tenants/{id}/suspend',
  'POST /operator/v1/tenants/{id}/reactivate',
];

/** A request has its effect once, however often it had to be sent; one that was refused has none. */
export function once({ events, outcomes }: Facts, say: Say): void {
  const written = new Set(events.map(({ requestId }) => requestId));
  for (const { name, route, status, requestIds, body } of outcomes) {
    if (!changes.test(route) || silent.includes(route)) continue;
    const effects = requestIds.filter((id) => written.has(id)).length;
    if (effects > 1) say(`${name} ${route} had its effect ${effects} times`);
    if (status === 0) say(`${name} ${route} got no answer`);
    // Without a key a form whose answer was lost finds its link used up.
    if (route === 'POST /c/{token}') continue;
    const firstOfItsKind = status !== 200 || route.includes('{') || !body?.externalId;
    if (status < 300 && effects === 0 && firstOfItsKind)
      say(`${name} ${route} was answered ${status} and had no effect`);
    if (status >= 400 && effects > 0) say(`${name} ${route} was answered ${status} and had an effect`);
  }
}
