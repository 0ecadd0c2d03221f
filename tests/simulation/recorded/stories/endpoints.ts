import { ENV } from '../../../../shared/env.ts';
import type { Town } from '../../life/town.ts';
import { absent, inParts, pages } from './parts.ts';

/** Webhooks and robots: where messages may go, how secrets change, and the log of what was sent. */
export const endpoints = inParts({ addresses, robots, changes, secrets, log, most });

const add = (town: Town, but: Record<string, unknown> = {}, is?: number) =>
  town.ask('createWebhook', { but: { url: 'https://93.184.215.14/hook', ...but }, ...(is && { is }) });

async function addresses(town: Town): Promise<void> {
  const { id } = await add(town, { name: '客户关系', language: 'en', events: ['*'] });
  const bad = [
    `https://example.com/${'a'.repeat(2029)}`,
    'example.com',
    'ftp://example.com/',
    'https://user@example.com/',
    'https://:pass@example.com/',
    'https://10.0.0.1/',
    'https://example/',
    'http://93.184.215.14/',
    'https://93.184.215.14:1023/',
    'https://[fe80::1]/',
    'https://crm.internal/',
    'https://example.com./',
    'https://localhost/',
    'https://127.0.0.1/',
    'https://[64:ff9b::1]/',
    'https://printer.local/',
    'https://my.home.arpa/',
    'https://a.localhost/',
    'http://example.com/',
    'https:///',
  ];
  for (const url of bad.slice(0, 10)) await add(town, { url }, 400);
  for (const url of bad.slice(10)) await town.refused('changeWebhook', { id, body: { url } });
  const good = [
    `https://example.com/${'a'.repeat(2028)}`,
    'https://example.com:1024/',
    'https://example.com:80/',
    'https://[2606:4700::1]:443/a?b',
    'https://local.example.com/',
  ];
  for (const url of good) await town.ask('changeWebhook', { id, body: { url } });
  // On a developer's own machine.
  process.env[ENV.outboundAllowLocal] = '1';
  for (const url of [
    'http://localhost:3000/',
    'http://127.0.0.1/',
    'https://[::1]/',
    'http://a.example.com/',
  ])
    await town.ask('changeWebhook', { id, body: { url }, ...(url.includes('example') && { is: 400 }) });
  delete process.env[ENV.outboundAllowLocal];
  await add(town, { url: '', events: [], language: 'de', name: '', robotSecret: 'short' }, 400);
  await add(town, { events: ['ticket', 'ticket.*', 'ticket.*', 'Ticket.created', '*.created'] }, 400);
  await add(town, { events: ['ticket.*', 'ticket.*'] }, 400);
  await add(town, { robotSecret: 'SEC12345678' }, 400);
}

const wecom = (key: string) => `https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=${key}`;
const key = '0123456789abcdef';

async function robots(town: Town): Promise<void> {
  const robot = (kind: string, url: string, but: object = {}, is?: number) =>
    add(town, { kind, url, events: ['ticket.created'], ...but }, is);
  for (const [kind, url] of [
    ['wecom', 'http://qyapi.weixin.qq.com/'],
    ['wecom', `https://oapi.dingtalk.com/cgi-bin/webhook/send?key=${key}`],
    ['wecom', `https://qyapi.weixin.qq.com/cgi-bin/send?key=${key}`],
    ['wecom', wecom('1234567')],
    ['wecom', `${wecom(key)}&to=all`],
    ['wecom', 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send'],
    ['wecom', `https://qyapi.weixin.qq.com/cgi-bin/webhook/send?access_token=${key}`],
    ['dingtalk', `https://oapi.dingtalk.com/robot/send?key=${key}`],
    ['feishu', 'https://open.feishu.cn/open-apis/bot/v2/hook/1234567'],
    ['feishu', `https://open.feishu.cn/open-apis/bot/v2/hook/${key}?a=b`],
  ] as const)
    await robot(kind, url, {}, 400);
  await robot('wecom', wecom(key), { robotSecret: 'SEC12345678' }, 400);
  await robot('wecom', wecom('12345678'), { name: '值班群' });
  const { id } = await robot('dingtalk', `https://oapi.dingtalk.com/robot/send?access_token=${key}`, {
    robotSecret: 'SEC12345678',
    language: 'en',
  });
  await robot('feishu', `https://open.feishu.cn/open-apis/bot/v2/hook/${key}`, { robotSecret: '12345678' });
  await robot('feishu', `https://open.larksuite.com/open-apis/bot/v2/hook/${key}`);
  await town.ask('changeWebhook', { id, body: { robotSecret: null, name: '群' } });
  await town.ask('changeWebhook', { id, body: { name: null, robotSecret: 'SEC87654321' } });
  await town.refused('changeWebhook', { id, body: { url: 'https://93.184.215.14/hook' } });
  await town.refused('rotateWebhookSecret', { id, is: 409 });
  await town.ask('listWebhooks');
}

async function changes(town: Town): Promise<void> {
  const { id } = await add(town, { events: ['ticket.*', 'dunning.told'] });
  const change = (body: unknown) => town.ask('changeWebhook', { id, body });
  await change({ active: false });
  await town.refused('testWebhook', { id, is: 409 });
  const item = town.item('webhooks', id);
  const rest = { ...item.rest, disabledAt: '2026-08-03T01:00:00.000Z' };
  town.stage.rig.write({ ...item, v: item.v + 1, rest });
  await change({ language: 'en' });
  await town.ask('getWebhook', { id });
  await change({ active: true });
  await change({});
  await town.refused('changeWebhook', { id, body: { name: 'x' }, headers: { 'if-match': '"1"' }, is: 412 });
  await town.refused('changeWebhook', { id, body: { kind: 'wecom', active: 1, secrets: [] } });
  await town.refused('removeWebhook', { id, headers: { 'if-match': '"1"' }, is: 412 });
  await town.ask('removeWebhook', { id, as: { ...town.who, suspended: true } });
  town.wait(60_000);
  await town.ask('removeWebhook', { id });
  await town.refused('changeWebhook', { id, body: { active: true }, is: 409 });
  await town.refused('testWebhook', { id, is: 409 });
  await town.refused('rotateWebhookSecret', { id, is: 409 });
  for (const route of ['getWebhook', 'removeWebhook', 'rotateWebhookSecret', 'testWebhook', 'listDeliveries'])
    await town.refused(route, { id: absent('whk'), is: 404 });
  await town.refused('changeWebhook', { id: absent('whk'), body: {}, is: 404 });
  await pages(town, 'listWebhooks');
}

async function secrets(town: Town): Promise<void> {
  const { id } = await add(town);
  const rotate = (overlapHours?: number, is?: number) =>
    town.ask('rotateWebhookSecret', { id, body: { overlapHours }, ...(is && { is }) });
  await rotate(2);
  await rotate(168);
  await town.ask('getWebhook', { id });
  // Two are good beside the newest; the first of them frees its place.
  await rotate(1, 409);
  const { rest } = town.item('webhooks', id);
  const [, , first] = (rest?.secrets ?? []) as { until: string }[];
  town.stage.now = Date.parse(first?.until ?? '');
  await rotate(1);
  await rotate(undefined, 409);
  const [, last] = (town.item('webhooks', id).rest?.secrets ?? []) as { until: string }[];
  town.stage.now = Date.parse(last?.until ?? '') - 1;
  await town.ask('getWebhook', { id });
  town.stage.now = Date.parse(last?.until ?? '');
  town.about = 'secrets that are over';
  await town.ask('getWebhook', { id });
  town.wait(1000);
  await town.ask('getWebhook', { id });
  await rotate(1);
  await rotate(0);
  await rotate(-1, 400);
  await rotate(169, 400);
}

async function log(town: Town): Promise<void> {
  const { id } = await add(town);
  const other = await add(town);
  const test = async () => (await town.ask('testWebhook', { id })).id as string;
  const deliveryId = await test();
  town.wait(1000);
  for (let n = 0; n < 2; n++) await test();
  await town.schedule({ kind: 'sweep' });
  await town.work();
  await pages(town, 'listDeliveries', { id });
  const params = { id, deliveryId };
  await town.ask('getDelivery', { params });
  await town.ask('redeliver', { params });
  await town.ask('getDelivery', { params });
  for (const wrong of [
    { ...params, id: other.id },
    { id, deliveryId: absent('dlv') },
  ]) {
    await town.refused('getDelivery', { params: wrong, is: 404 });
    await town.refused('redeliver', { params: wrong, is: 404 });
  }
  await town.ask('listDeliveries', { id: other.id });
  const item = town.item(deliveryId, 'delivery');
  town.stage.rig.write({ ...item, v: item.v + 1, list: { ...item.list, status: 'sending' } });
  await town.refused('redeliver', { params, is: 409 });
}

/** Fifty of them, removed ones counted. */
async function most(town: Town): Promise<void> {
  const { items } = await town.ask('listWebhooks', { query: { limit: '100' } });
  const item = town.item('webhooks', items[0].id);
  for (let n = items.length; n < 49; n++) {
    const id = `whk_${String(n).padStart(26, '0')}`;
    town.stage.rig.write({ ...item, sk: id, list: { ...item.list, id } });
  }
  await add(town);
  await add(town, {}, 422);
}
