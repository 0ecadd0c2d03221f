import { keyScopes } from '../../shared/access.ts';
import { type Caller, caller } from '../system/caller.ts';
import { done, figuresOf, type World } from './world.ts';

interface Made {
  id: string;
  key?: string;
  obligations?: { id: string }[];
}

/** What else is asked of the table: records, settings, lists, the caller's login. */
export async function otherOperations(world: World): Promise<void> {
  const owner = await world.as('owner');
  const get = (name: string, path: string, who: Caller = owner) =>
    world.measure(name, async () => done(await who<Made>('GET', path)));
  const send = (name: string, method: string, path: string, body?: unknown, who: Caller = owner) =>
    world.measure(name, async () => done(await who<Made>(method, path, body)));

  await logins(world, owner);
  const propertyId = (await send('add a property', 'POST', '/v1/properties', { name: '翠湖花园' })).id;
  await get('get a property', `/v1/properties/${propertyId}`);
  await get('list properties', '/v1/properties');
  await send('change a property', 'PATCH', `/v1/properties/${propertyId}`, { name: '翠湖花园二期' });

  const unit = { propertyId, building: '1', number: '1-101', areaM2: 89.5 };
  const unitId = (await send('add a unit', 'POST', '/v1/units', unit)).id;
  await get('get a unit', `/v1/units/${unitId}`);
  await send('change a unit', 'PATCH', `/v1/units/${unitId}`, { occupancy: 'vacant' });
  for (let n = 2; n <= 50; n++) {
    done(await owner('POST', '/v1/units', { ...unit, number: `1-${n}01`, occupancy: 'vacant' }));
  }
  await get('list 50 units of the office', '/v1/units?limit=50');
  await get('list 50 units of a property', `/v1/units?limit=50&propertyId=${propertyId}`);
  await get('list 50 vacant units', `/v1/units?limit=50&propertyId=${propertyId}&occupancy=vacant`);

  const customer = { unitId, name: '刘女士', phones: ['13800000000'] };
  const customerId = (await send('open a customer\u2019s file', 'POST', '/v1/customers', customer)).id;
  const file = `/v1/customers/${customerId}`;
  await get('look at a customer\u2019s file, recorded', `${file}?purpose=counter`);
  await send('change a customer\u2019s file', 'PATCH', file, { note: '请下午致电' });
  await get('list customers of a unit', `/v1/customers?limit=50&unitId=${unitId}`);
  await get('list customers of the office by name', '/v1/customers?limit=50');
  const check = { caller: { name: '刘女士' }, asked: ['房号'], evidence: '答对房号与面积' };
  await send('record an identity check', 'POST', `${file}/disclosures`, { ...check, result: 'confirmed' });
  await get('identity checks of a customer', `${file}/disclosures`);
  await get('history of a customer\u2019s file', `${file}/events`);

  const person = { name: '孙工', email: 'sun@jinxiu.example', roles: ['engineer'] };
  const staffId = (await send('add a person', 'POST', '/v1/staff', person)).id;
  await get('who am I', '/v1/staff/me');
  await get('list staff', '/v1/staff');
  await send('change a person', 'PATCH', `/v1/staff/${staffId}`, { departments: ['工程部'] });
  await get('list API keys', '/v1/api-keys');

  await get('policy in force', '/v1/policy');
  await get('policy versions', '/v1/policy/versions');
  await get('calendar', '/v1/calendar');
  const figures = { effectiveFrom: '2027-01-01', callbacks: { repairSharePercent: 90 } };
  await send('save a policy version', 'PUT', '/v1/policy', figures);
  const preview = { propertyId, ruleId: 'TICKET-3.major', startAt: '2026-09-30T02:00:00Z' };
  await send('preview a deadline', 'POST', '/v1/deadlines/preview', preview);
  await get('goals of a month', '/v1/reports/goals?month=2026-10');

  await obligations(world, propertyId);
  const webhook = { url: 'https://example.com/hook', events: ['ticket.*'] };
  const webhookId = (await send('add a webhook', 'POST', '/v1/webhooks', webhook)).id;
  await get('list webhooks', '/v1/webhooks');
  await get('delivery log of a webhook', `/v1/webhooks/${webhookId}/deliveries`);
}

async function obligations({ measure, as }: World, propertyId: string): Promise<void> {
  const desk = await as('desk');
  const get = (name: string, path: string) => measure(name, async () => done(await desk<Made>('GET', path)));
  const post = { kind: 'enquiry', channel: 'phone', title: '物业费怎么交', propertyId };
  const ticket = done(await desk<Made>('POST', '/v1/tickets', post));
  await get('one obligation', `/v1/obligations/${ticket.id}/${ticket.obligations?.[0]?.id}`);
  await get('list 50 open obligations of the office', '/v1/obligations?limit=50');
  await get(
    'list open obligations of a property',
    `/v1/obligations?limit=50&view=property&propertyId=${propertyId}`,
  );
  const inbox = done(await desk<{ items: Made[] }>('GET', '/v1/inbox'));
  await get('inbox, newest first, with the number of unread', '/v1/inbox');
  const [message] = inbox.items;
  if (!message) throw new Error('nobody was reminded');
  await measure('mark a message as read', async () =>
    done(await desk('POST', `/v1/inbox/${message.id}/read`)),
  );
}

/** What the authorizer asks when it meets somebody for the first time; it remembers them for a minute. */
async function logins(world: World, owner: Caller): Promise<void> {
  const { cloud, meter, rows } = world;
  const made = await world.measure('make an API key', async () =>
    done(await owner<Made>('POST', '/v1/api-keys', { name: '呼叫中心', scopes: keyScopes })),
  );
  const first = async (name: string, who: Caller) => {
    meter.take();
    done(await who('GET', '/v1/properties'));
    rows.push({ name, figures: figuresOf(meter.take().filter((trip) => trip.who === 'authorizer')) });
  };
  await first('authorizer: an API key met for the first time', caller(cloud, made.key));
  await first('authorizer: a login met for the first time', await world.as('manager'));
}
