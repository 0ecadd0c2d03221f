import { setTimeout as pause } from 'node:timers/promises';
import { startCloud } from '../../../local/cloud.ts';
import { makeOffices } from '../../../local/demo/offices.ts';
import { caller } from '../../system/caller.ts';

/*
 * The local cloud in a process of its own, so that its memory is its own: tells where it is, answers `memory` with its resident
 * bytes and `gate` with what judging calls took, and ends at `stop`.
 */

const cloud = await startCloud({ live: true });
const { operator, offices } = await makeOffices(cloud);
const [office] = offices;
if (!office) throw new Error('there is no office');
const host = caller(cloud, await cloud.token(operator.email, operator.password));
// The highest tier, or the gateway would be what is measured.
const changed = await host('PATCH', `/operator/v1/tenants/${office.tenantId}`, { tier: 'premium' });
if (changed.status !== 200) throw new Error(`tier: ${changed.status}`);
// The counters of the beginning are out of the way before anything is measured.
await pause(1000);

process.on('message', (asked) => {
  if (asked === 'memory') process.send?.({ memory: process.memoryUsage.rss() });
  if (asked === 'gate') process.send?.({ gate: cloud.gate.spent });
  if (asked === 'stop') void cloud.stop().then(() => process.disconnect());
});
process.send?.({ url: cloud.url, key: office.key, propertyId: office.propertyId });
