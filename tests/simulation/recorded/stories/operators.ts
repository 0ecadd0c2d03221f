import { ENV } from '../../../../shared/env.ts';
import { derivedId } from '../../../../shared/ids.ts';
import type { Town } from '../../life/town.ts';
import { histories } from './audit.ts';
import { absent, inParts, overhear, pages } from './parts.ts';

/** What operators do: offices come, change, pause, are handed out and go. */
export const operators = inParts({ onboarding, changing, usageKeys, exporting, leaving, endings });

const office = (slug: string, but: object = {}) => ({
  slug,
  name: `物业 ${slug}`,
  owner: { name: '赵总', email: `Owner@${slug}.example` },
  ...but,
});

async function onboarding(town: Town): Promise<void> {
  const as = town.operator;
  const create = (body: object, is?: number) => town.ask('createTenant', { as, body, ...(is && { is }) });
  overhear(town);
  await create(office('a1', { zone: 'Asia/Urumqi', tier: 'basic', language: 'en' }));
  await create(office('a1', { zone: 'Asia/Urumqi', tier: 'basic', language: 'en' }));
  await create(office('a1'), 409);
  await create(office('b-2', { settings: { servicePhone: '400-800-0000' } }));
  town.stage.rig.neighbour = () => undefined;
  for (const slug of ['a', 'a--b', 'A']) await create(office(slug), 400);
  await create({ slug: 'x1', name: '', zone: 'Mars', tier: 'gold', language: 'de', owner: {} }, 400);
  await create(
    office('x1', { settings: { servicePhone: '1', other: 1 }, owner: { name: '', email: 'x' } }),
    400,
  );
  await pages(town, 'listTenants', { as });
  await town.ask('listTenants', { as, query: { zone: 'Asia/Urumqi' } });
  await town.refused('listTenants', { as, query: { zone: 'Mars' } });
}

async function changing(town: Town): Promise<void> {
  const as = town.operator;
  town.at('2026-08-06 10:00');
  const { id } = await town.ask('createTenant', { as, body: office('c3') });
  overhear(town);
  const change = (body: object) => town.ask('changeTenant', { as, id, body });
  await change({ name: '新名', zone: 'Asia/Urumqi', language: 'en' });
  await change({ tier: 'premium', settings: { servicePhone: '95588' } });
  await change({});
  town.stage.rig.neighbour = () => undefined;
  await town.refused('changeTenant', { as, id, body: { slug: 'd', tier: 'gold' } });
  await town.refused('changeTenant', {
    as,
    id,
    body: { name: 'x' },
    headers: { 'if-match': '"1"' },
    is: 412,
  });
  await town.refused('changeTenant', { as, id: absent('ten'), body: { name: 'x' }, is: 404 });
  await town.refused('changeTenant', { as, id: absent('ten'), body: { tier: 'basic' }, is: 404 });
  for (const route of ['getTenant', 'suspendTenant', 'reactivateTenant', 'exportTenant'])
    await town.refused(route, { as, id: absent('ten'), is: 404 });
  await town.refused('suspendTenant', { as, id, body: { reason: '' } });
  await town.ask('reactivateTenant', { as, id });
  await town.ask('suspendTenant', { as, id });
  town.wait(60_000);
  await town.ask('suspendTenant', { as, id, body: { reason: '四月欠费\n五月欠费' } });
  await town.ask('reactivateTenant', { as, id });
  await town.ask('getTenant', { as, id });
}

/** The gateway's control plane, and how it may fail. */
async function usageKeys(town: Town): Promise<void> {
  const as = town.operator;
  town.at('2026-08-06 11:00');
  const { id } = await town.ask('createTenant', { as, body: office('d4') });
  const change = (tier: string, is?: number) =>
    town.ask('changeTenant', { as, id, body: { tier }, ...(is && { is }) });
  type Say = (method: string, path: string) => Response | undefined;
  const gateway = (say: Say) =>
    overhear(town, ({ method, url }) =>
      url.host.startsWith('apigateway') ? say(method, url.pathname) : undefined,
    );
  const key = (tier: string) => ({ id: 'k1', name: `hf-usage-${tier}-${id}` });
  const longer = { id: 'k0', name: `${key('premium').name}-other` };
  const there: Say = (method, path) => {
    if (path === '/apikeys')
      return method === 'POST'
        ? new Response('{}', { status: 409 })
        : Response.json({ item: [longer, key('premium')] });
    if (path === '/usageplans')
      return Response.json({
        item: ['basic', 'standard', 'premium'].map((one) => ({ id: one, name: `hf-${one}` })),
      });
    return path.endsWith('/keys') ? new Response('no', { status: 409 }) : undefined;
  };
  gateway(there);
  await change('premium');
  gateway((method, path) =>
    path === '/apikeys' && method === 'GET' ? Response.json({}) : there(method, path),
  );
  await change('premium', 503);
  gateway((method) => (method === 'POST' ? new Response('', { status: 429 }) : undefined));
  await change('basic', 503);
  const headers = { 'x-amzn-errortype': 'TooManyRequestsException' };
  gateway(() => new Response('<html>', { status: 500, headers }));
  await change('basic', 503);
  gateway(() => {
    throw new Error('not reached');
  });
  await change('basic', 503);
  gateway((_, path) => (path === '/usageplans' ? Response.json({ item: [] }) : undefined));
  await change('basic', 500);
  // A house without a gateway.
  const prefix = process.env[ENV.usageKeyPrefix];
  delete process.env[ENV.usageKeyPrefix];
  gateway(() => undefined);
  await change('basic');
  process.env[ENV.usageKeyPrefix] = prefix;
  town.stage.rig.neighbour = () => undefined;
}

/** An office is handed out page by page, whatever fits. */
async function exporting(town: Town): Promise<void> {
  const { operator: as } = town;
  const id = goer;
  let cursor: string | undefined;
  for (let n = 0; n < 40; n++) {
    town.about = `page ${n}`;
    const limit = String([7, 1, 40, 3][n % 4]);
    const answer = await town.ask('exportTenant', { as, id, query: { limit, ...(cursor && { cursor }) } });
    if (!answer.next) break;
    cursor = answer.next;
  }
  await town.ask('exportTenant', { as, id, query: { limit: '1000' } });
  await town.refused('exportTenant', { as, id, query: { limit: '1001' } });
  await town.refused('exportTenant', { as, id, query: { limit: '0' } });
  await town.refused('exportTenant', { as, id, query: { cursor: 'nonsense' } });
  await town.refused('exportTenant', { as, id: await other(town), query: { cursor: cursor ?? '' } });
}

const other = async (town: Town): Promise<string> =>
  (await town.ask('createTenant', { as: town.operator, body: office('e5') })).id;

const goer = derivedId('tenant', 'f6');

/** A small office that has something of every kind. */
export async function leavers(town: Town): Promise<void> {
  const { operator: as, who, mine } = town;
  const { ownerId } = await town.ask('createTenant', { as, body: office('f6') });
  town.who = { kind: 'staff', id: ownerId, tenantId: goer, roles: ['owner'] };
  const kept = { ...mine };
  mine.prp = (await town.ask('createProperty')).id;
  mine.unt = (await town.ask('createUnit')).id;
  mine.cus = (await town.ask('createCustomer')).id;
  mine.stf = (await town.ask('createStaff')).id;
  await town.ask('createApiKey');
  const hook = await town.ask('createWebhook');
  await town.ask('createService');
  await histories(town);
  const { id } = await town.ask('createBill', { but: { dueDay: '2026-08-05' } });
  await town.ask('createPayment', { but: { amount: '5.00', externalId: 'wx-1' } });
  const csv = `交易日期,交易流水号,贷方发生额,对方户名,摘要,附言\n2026-08-05,S1,1.00,某人,${id},\n`;
  await town.ask('importStatement', { query: { propertyId: mine.prp, mapping: '工商银行基本户' }, csv });
  await town.ask('testWebhook', { id: hook.id });
  town.at('2026-08-05 18:30');
  await town.schedule({ kind: 'endOfDay', zone: 'Asia/Shanghai' });
  await town.work();
  await town.settle();
  for (let n = 0; n < 151; n++)
    for (const place of ['kept', 'pending'])
      town.stage.rig.bucket.put(`${place}/${goer}/${n}`, 'image/png', Buffer.alloc(1));
  town.stage.rig.bucket.put(`kept/${who.tenantId}/a`, 'image/png', Buffer.alloc(1));
  town.who = who;
  Object.assign(mine, kept);
}

/** It is deleted, as far as each call gets; what is asked of it meanwhile is refused. */
async function leaving(town: Town): Promise<void> {
  const { operator: as, stage } = town;
  const id = goer;
  town.at('2026-08-06 12:00');
  const remove = (is?: number, confirm = 'f6') =>
    town.ask('deleteTenant', { as, id, query: { confirm }, ...(is && { is }) });
  await remove(400, 'F6');
  await town.refused('deleteTenant', { as, id: absent('ten'), query: { confirm: 'f6' }, is: 404 });
  await town.refused('deleteTenant', { as, id });
  overhear(town, ({ method }) => (method === 'GET' ? new Response('', { status: 500 }) : undefined));
  await remove(500);
  overhear(town, ({ method }) => (method === 'DELETE' ? new Response('', { status: 403 }) : undefined));
  await remove(500);
  overhear(town, ({ method }) => (method === 'DELETE' ? new Response('', { status: 404 }) : undefined));
  for (const route of ['changeTenant', 'suspendTenant', 'reactivateTenant'])
    await town.refused(route, { as, id, is: 409 });
  await town.refused('createTenant', { as, body: office('f6'), is: 409 });
  await town.ask('getTenant', { as, id });
  stage.rig.neighbour = () => undefined;
  for (let n = 0; n < 3; n++) {
    town.about = `call ${n}`;
    town.wait(1000);
    await remove();
  }
  town.about = 'at last';
  const since = stage.rig.table.item({ pk: `${id}#office`, sk: 'office' })?.rest?.deletingSince;
  stage.now = Date.parse(String(since)) + 3 * 60_000;
  // Somebody has still put files there.
  for (let n = 0; n < 301; n++) stage.rig.bucket.put(`kept/${id}/late/${n}`, 'image/png', Buffer.alloc(1));
  await remove();
  process.env.AWS_ENDPOINT_URL_S3 = 'http://localhost:9000/';
  overhear(town, ({ method, url }) =>
    method === 'GET' && url.pathname === '/apikeys'
      ? Response.json({ item: [{ id: 'k1', name: `hf-usage-basic-${id}` }] })
      : url.pathname === '/apikeys/k1'
        ? new Response('{}', { status: 404 })
        : undefined,
  );
  await remove();
  delete process.env.AWS_ENDPOINT_URL_S3;
  stage.rig.neighbour = () => undefined;
  await remove(404);
  await town.refused('getTenant', { as, id, is: 404 });
  await town.refused('createTenant', { as, body: office('f6'), is: 409 });
}

/** A house without a bucket and without a gateway. */
async function endings(town: Town): Promise<void> {
  const as = town.operator;
  town.at('2026-08-06 13:00');
  const { id } = await town.ask('createTenant', { as, body: office('g7') });
  const bucket = process.env[ENV.attachmentsBucket];
  delete process.env[ENV.attachmentsBucket];
  const remove = () => town.ask('deleteTenant', { as, id, query: { confirm: 'g7' } });
  overhear(town);
  await remove();
  town.wait(3 * 60_000);
  const prefix = process.env[ENV.usageKeyPrefix];
  delete process.env[ENV.usageKeyPrefix];
  await remove();
  process.env[ENV.usageKeyPrefix] = prefix;
  process.env[ENV.attachmentsBucket] = bucket;
  town.stage.rig.neighbour = () => undefined;
}
