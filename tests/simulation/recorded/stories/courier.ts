import { ROBOTS } from '../../../../functions/courier/robot-kinds.ts';
import { deliveryFor, deliveryItem, mailFor } from '../../../../shared/deliveries.ts';
import type { Delivery } from '../../../../shared/delivery.ts';
import type { EndpointKind } from '../../../../shared/endpoints.ts';
import { ENV } from '../../../../shared/env.ts';
import type { DomainEvent } from '../../../../shared/history.ts';
import type { Town } from '../../life/town.ts';
import type { MailFailure } from '../../world/machine.ts';
import type { Answer } from '../../world/outside.ts';
import { AwsError } from '../../world/table.ts';
import { absent, inParts } from './parts.ts';

/** What receivers of every kind may answer, and what becomes of a delivery then. */
export const courier = inParts({
  subscriptions,
  systems,
  names,
  patience,
  interrupted,
  robots,
  words,
  mails,
  nobody,
});

const key = '0123456789abcdef';
const urls: Record<EndpointKind, string> = {
  webhook: 'https://93.184.215.14/hook',
  wecom: `https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=${key}`,
  dingtalk: `https://oapi.dingtalk.com/robot/send?access_token=${key}`,
  feishu: `https://open.feishu.cn/open-apis/bot/v2/hook/${key}`,
};

const said = (text: string) => ({ en: `${text} E`, zh: text });

interface Case {
  answer?: number | Answer;
  /** What is otherwise with the delivery. */
  but?: Partial<Delivery>;
  title?: string;
  text?: string;
}

/** An endpoint, and a way to make one attempt at a delivery to it that was never tried before. */
async function receiver(town: Town, kind: EndpointKind, but: object = {}) {
  const { rig } = town.stage;
  const tenantId = town.who.tenantId ?? '';
  const { id } = await town.ask('createWebhook', { but: { kind, url: urls[kind], events: ['*'], ...but } });
  let n = 0;
  return {
    id,
    async attempt(about: string, { answer = 200, but, title = '测试', text = '文本' }: Case = {}) {
      const event = { id: `evt_${++n}`, type: 'webhook.test', object: id, data: {} } as DomainEvent;
      const { delivery } = deliveryFor(tenantId, { id, kind }, event, town.stage.now);
      const message = { ...delivery.message, title: said(title), text: said(text) };
      const whole = { ...delivery, message, ...but };
      // That it said it is gone does not count.
      const now = town.item('webhooks', id);
      rig.write({ ...now, v: now.v + 1, list: { ...now.list, active: true } });
      rig.write(deliveryItem(tenantId, whole, whole.nextAt));
      rig.status = () => answer;
      town.about = about;
      await due(town, whole.id);
      rig.status = () => 200;
      return whole.id;
    },
  };
}

/** The worker is told that a delivery is due. */
async function due(town: Town, id: string): Promise<void> {
  const tenantId = town.who.tenantId ?? '';
  town.tell('deliveries', { kind: 'due', tenantId, pk: `${tenantId}#${id}`, sk: 'delivery' });
  await town.work();
}

/** Events go to those who asked for them. */
async function subscriptions(town: Town): Promise<void> {
  const patterns = ['ticket.*', 'ticket.created', 'ticket.create', 'tick.*', 'obligation.*'];
  for (const pattern of patterns)
    await town.ask('createWebhook', { but: { url: urls.webhook, events: ['dunning.told', pattern] } });
  const { id: robot } = await town.ask('createWebhook', {
    but: { kind: 'wecom', url: urls.wecom, events: ['ticket.created'] },
  });
  const { id: off } = await town.ask('createWebhook', { but: { url: urls.webhook, events: ['ticket.*'] } });
  await town.ask('changeWebhook', { id: off, body: { active: false } });
  await town.ask('createTicket', { but: { title: '<停水>' } });
  await town.stream();
  await town.ask('listDeliveries', { id: robot });
  await town.work();
}

async function systems(town: Town): Promise<void> {
  const { attempt } = await receiver(town, 'webhook');
  for (const status of [200, 299, 300, 199, 404, 410, 500])
    await attempt(`it answers ${status}`, { answer: status });
  const soon = new Date(town.stage.now + 3_600_000).toUTCString();
  for (const wait of ['120', ' 7200 ', '86401', '1', '', '-5', '1.5', soon, '2026-08-04', 'Mon, 1 Jan 2024'])
    await attempt(`it answers 429, retry-after ${wait}`, {
      answer: { status: 429, headers: { 'retry-after': wait } },
    });
  await attempt('it says nothing', { answer: 'silent' });
  await attempt('it hangs up', { answer: 'reset' });
  await attempt('nobody listens', { answer: 'closed' });
  await attempt('it is not reached', { answer: 'unreachable' });
  const moved = { answer: { status: 302, headers: { location: '/other' } } };
  await attempt('it sends us elsewhere', moved);
  process.env[ENV.outboundAllowLocal] = '1';
  const { attempt: local } = await receiver(town, 'webhook', { url: 'https://127.0.0.1:8443/' });
  await local('this very machine');
  delete process.env[ENV.outboundAllowLocal];
  await local('this very machine, elsewhere');
  await attempt('nothing happened', { but: { message: { title: said('a'), text: said('b') } } });
  const inner = await receiver(town, 'webhook');
  const item = town.item('webhooks', inner.id);
  const rest = { ...item.rest, url: 'https://10.0.0.1/hook' };
  town.stage.rig.write({ ...item, rest });
  const id = await plain(town, inner.id);
  town.about = 'an inner address';
  await due(town, id);
  town.about = 'no secrets';
  town.stage.rig.write({ ...item, v: item.v + 1, rest: { ...item.rest, secrets: [] } });
  await due(town, await plain(town, inner.id));
  for (const bytes of [23, 24, 64, 65]) {
    town.about = `a secret of ${bytes} bytes`;
    const value = `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`;
    const now = town.item('webhooks', inner.id);
    town.stage.rig.write({ ...now, v: now.v + 1, rest: { ...item.rest, secrets: [{ value }] } });
    await due(town, await plain(town, inner.id));
  }
  for (const value of ['whsec_', 'secret', `whsec_${'A'.repeat(33)}`, `${'A'.repeat(40)}`]) {
    town.about = `a secret that is none: ${value.slice(0, 7)}`;
    const now = town.item('webhooks', inner.id);
    town.stage.rig.write({ ...now, v: now.v + 1, rest: { ...item.rest, secrets: [{ value }] } });
    await due(town, await plain(town, inner.id));
  }
  town.about = 'two secrets, and one that is over';
  await town.ask('rotateWebhookSecret', { id: inner.id, body: { overlapHours: 0 } });
  await town.ask('rotateWebhookSecret', { id: inner.id });
  await due(town, await plain(town, inner.id));
  town.wait(25 * 3_600_000);
  await due(town, await plain(town, inner.id));
}

/** A delivery that nobody has tried, to an endpoint as it is. */
async function plain(town: Town, id: string): Promise<string> {
  return (await town.ask('testWebhook', { id })).id;
}

/** A name is looked up for each attempt, and leads to public addresses or nowhere. */
async function names(town: Town): Promise<void> {
  const { rig } = town.stage;
  const url = 'https://hooks.example.com:8443/in?a=b';
  const { attempt } = await receiver(town, 'webhook', { url });
  const known: Record<string, string[] | 'silent'> = {
    'public addresses': ['93.184.215.14', '93.184.215.15'],
    'one inner address among them': ['93.184.215.14', '10.0.0.1'],
    'this very machine': ['127.0.0.1'],
    'no address': [],
    'no answer': 'silent',
  };
  for (const [about, found] of Object.entries(known)) {
    rig.names = () => found;
    await attempt(about);
  }
  rig.names = () => {
    throw Object.assign(new Error('hooks.example.com'), { code: 'EAI_AGAIN' });
  };
  await attempt('the name server fails');
  rig.names = () => {
    throw new Error('hooks.example.com');
  };
  await attempt('it fails otherwise');
  rig.names = () => [];
}

/** Ten attempts over three days, then it is over. */
async function patience(town: Town): Promise<void> {
  const { id } = await receiver(town, 'webhook');
  const { rig } = town.stage;
  const delivery = await plain(town, id);
  rig.status = () => 503;
  for (let n = 1; n <= 10; n++) {
    town.about = `attempt ${n}`;
    const { list } = town.item(delivery, 'delivery');
    town.stage.now = Math.max(Date.parse(String(list?.nextAt)), town.stage.now);
    await due(town, delivery);
  }
  rig.status = () => 200;
  town.about = 'all over';
  await due(town, delivery);
  await town.ask('redeliver', { params: { id, deliveryId: delivery } });
  await due(town, delivery);
}

async function interrupted(town: Town): Promise<void> {
  const { operator, stage } = town;
  const id = town.who.tenantId ?? '';
  const ago = (ms: number) => new Date(stage.now - ms).toISOString();
  const begun = (ms: number, attempts = 1) =>
    ({ status: 'sending', startedAt: ago(ms), attempts }) satisfies Partial<Delivery>;
  for (const kind of ['webhook', 'wecom'] as const) {
    const { attempt } = await receiver(town, kind);
    await attempt(`${kind}: begun a minute ago`, { but: begun(60_000) });
    await attempt(`${kind}: begun two minutes ago`, { but: begun(120_000) });
    await attempt(`${kind}: begun for the tenth time`, { but: begun(120_000, 10) });
    await attempt(`${kind}: begun for the ninth time`, { but: begun(120_000, 9), answer: 500 });
    await attempt(`${kind}: due in a second`, { but: { nextAt: ago(-1500) } });
    await attempt(`${kind}: due in some seconds`, { but: { nextAt: ago(-5000) } });
    await attempt(`${kind}: already delivered`, { but: { status: 'delivered' } });
    const other = kind === 'wecom' ? 'webhook' : 'wecom';
    await attempt(`${kind}: it was another kind`, { but: { channel: other } });
  }
  const { id: endpoint, attempt } = await receiver(town, 'webhook');
  await attempt('no endpoint', { but: { webhookId: absent('whk') } });
  await attempt('nobody named', { but: { webhookId: undefined } });
  // What became of it cannot be written down, or somebody took it over.
  const stale = new AwsError('TransactionCanceledException', [{ Code: 'ConditionalCheckFailed' }]);
  const late = async (about: string, answer: number, ...errors: (Error | undefined)[]) => {
    stage.rig.trouble = (name, n) => (name === 'TransactWrite' ? errors[n] : undefined);
    await attempt(`${answer}, ${about}`, { answer });
    stage.rig.trouble = undefined;
  };
  await late('taken over', 200, undefined, stale);
  await late('changed meanwhile', 410, undefined, stale);
  await late('taken over', 410, undefined, stale, stale);
  const broken = new AwsError('ValidationException');
  await late('not written', 200, undefined, broken);
  await late('not written', 410, undefined, stale, broken);
  await late('not begun', 200, broken);
  await town.ask('changeWebhook', { id: endpoint, body: { active: false } });
  const item = town.item('webhooks', endpoint);
  await attempt('switched off in between', {});
  const delivery = await plain(town, endpoint);
  stage.rig.write({ ...item, v: item.v + 9 });
  town.about = 'switched off';
  await due(town, delivery);
  await town.ask('suspendTenant', { as: operator, id });
  await attempt('a suspended office');
  await town.ask('reactivateTenant', { as: operator, id });
  const last = town.item(await plain(town, endpoint), 'delivery');
  stage.rig.meanwhile = {
    at: /^TransactWrite \(courier\)/,
    act: () => stage.rig.write({ ...last, v: last.v + 1 }),
  };
  town.about = 'somebody else was first';
  await due(town, String(last.list?.id));
  stage.rig.meanwhile = undefined;
}

async function robots(town: Town): Promise<void> {
  for (const kind of ['wecom', 'dingtalk', 'feishu'] as const) {
    const secret = kind === 'wecom' ? {} : { robotSecret: 'SEC12345678' };
    const { attempt } = await receiver(town, kind, { ...secret, language: 'en' });
    const name = kind === 'feishu' ? 'code' : 'errcode';
    const says = (body: string, status = 200, headers = {}) => ({ answer: { status, headers, body } });
    await attempt(`${kind}: code 0`, says(`{"${name}":0}`));
    for (const code of [...Object.keys(ROBOTS[kind].codes), '7'])
      await attempt(`${kind}: code ${code}`, says(`{"${name}":${code}}`));
    await attempt(`${kind}: a code in letters`, says(`{"${name}":"0"}`));
    await attempt(`${kind}: half a code`, says(`{"${name}":0.5}`));
  }
  const { attempt, id } = await receiver(town, 'feishu');
  const base = process.env[ENV.outboundRobotBase];
  process.env[ENV.outboundRobotBase] = 'https://10.0.0.1';
  await attempt('an inner address');
  delete process.env[ENV.outboundRobotBase];
  town.stage.rig.names = () => ['93.184.215.21'];
  await attempt('at its own address', { answer: { status: 200, body: '{"code":0}' } });
  process.env[ENV.outboundRobotBase] = base;
  town.stage.rig.names = () => [];
  const item = town.item('webhooks', id);
  town.stage.rig.write({ ...item, rest: { ...item.rest, url: 'https://open.feishu.cn/' } });
  await attempt('an address that is none');
  town.stage.rig.write({ ...item, v: item.v + 9 });
  await attempt('its older code', { answer: { status: 200, body: '{"StatusCode":0}' } });
  for (const body of ['ok', 'null', '7', '[]', '{"wait":30}', '{"wait":"30"}'])
    await attempt(`it says ${body}`, { answer: { status: 200, body, headers: { 'retry-after': '90' } } });
  for (const status of [399, 400, 404, 408, 425, 429, 499, 500, 503]) {
    await attempt(`it answers ${status}`, { answer: { status, headers: { 'retry-after': '90' } } });
  }
  await attempt('it answers with a flood', { answer: { status: 200, body: 'x'.repeat(16_385) } });
  await attempt('it answers much', { answer: { status: 200, body: '{"code":0}'.padEnd(16_384) } });
  await attempt('it says nothing', { answer: 'silent' });
  await attempt('it hangs up', { answer: 'reset' });
  await attempt('nobody listens', { answer: 'closed' });
  await attempt('it is not reached', { answer: 'unreachable' });
}

/** People's words are no markup in a group, and long ones are cut between two characters. */
async function words(town: Town): Promise<void> {
  for (const kind of ['wecom', 'dingtalk', 'feishu'] as const)
    for (const language of ['zh', 'en']) {
      const { attempt } = await receiver(town, kind, { language });
      await attempt(`${kind}, ${language}: signs`, {
        title: '<@all> [a](b)\n *`#',
        text: '[点我](x) <b>\n`#*',
      });
      if (language === 'en') continue;
      const long = (n: number) => '水'.repeat(n);
      await attempt(`${kind}: a long title`, { title: `${long(66)}ab`, text: '短' });
      await attempt(`${kind}: a longer title`, { title: `${long(66)}abc`, text: '短' });
      await attempt(`${kind}: a long text`, { text: long(1350) });
      await attempt(`${kind}: a longer text`, { text: `a${long(6600)}` });
      await attempt(`${kind}: quotes`, { text: '"'.repeat(12_000) });
    }
}

async function mails(town: Town): Promise<void> {
  const { operator, mine, stage } = town;
  const tenantId = town.who.tenantId ?? '';
  let n = 0;
  const send = async (about: string, to: object = {}, title = '标题', text = '文本') => {
    const words = { title: { en: `${title} EN`, zh: title }, text: { en: `${text} EN`, zh: text } };
    const { write } = mailFor(tenantId, to, 'duty.digest', [String(++n)], words, stage.now);
    if (!('put' in write)) throw new Error('a mail is put');
    stage.rig.write(write.put);
    town.about = about;
    await due(town, write.put.pk.split('#')[1] ?? '');
  };
  const staffId = mine.stf;
  const customerId = mine.cus;
  await send('to the office');
  await send('to staff', { staffId });
  await send('to a customer', { customerId });
  await send('to staff that is not there', { staffId: absent('stf') });
  await send('to a customer that is not there', { customerId: absent('cus') });
  await send('a title of many lines', { staffId }, ' a\r\n\u0085b\u2028c\t ', 'd\ne');
  await send('a long title', { staffId }, '长'.repeat(201));
  await send('a long text', { staffId }, '题', '长'.repeat(100_001));
  const failures: MailFailure[] = [
    { responseCode: 535, code: 'EAUTH', response: '535 5.7.8 no' },
    { responseCode: 550, response: '550-5.1.1 nobody@example.com is unknown' },
    { responseCode: 499, response: '499 no' },
    { responseCode: 500, response: '5.1.1 500 5.0.0' },
    { code: 'EENVELOPE' },
    { code: 'ECONNECTION' },
    {},
  ];
  for (const end of ['busy', 'refused', 'silent', ...failures] as const) {
    stage.rig.mail = () => end;
    await send(`the server: ${JSON.stringify(end)}`, { staffId });
  }
  stage.rig.mail = () => 'taken';
  await town.ask('changeTenant', { as: operator, id: tenantId, body: { language: 'en' } });
  await send('in English', { staffId });
  await town.ask('changeStaff', { id: staffId, body: { email: `${'a'.repeat(65)}@example.com` } });
  await send('to an address no server takes', { staffId });
  await town.ask('removeStaff', { id: staffId });
  await send('to who has left', { staffId });
  await town.ask('changeCustomer', { id: customerId, body: { emails: ['b@example.com', 'c@example.com'] } });
  await send('to the first address', { customerId });
  await town.ask('changeCustomer', { id: customerId, body: { emails: [] } });
  await send('to no address', { customerId });
  await town.ask('changeCustomer', { id: customerId, body: { emails: ['b@example.com'], archived: true } });
  await send('to a file that is closed', { customerId });
}

/** Messages that are no business of the courier. */
async function nobody(town: Town): Promise<void> {
  const tenantId = town.who.tenantId ?? '';
  await due(town, absent('dlv'));
  await due(town, town.mine.unt);
  town.tell('deliveries', { kind: 'digest', tenantId, at: '2026-08-03T00:00:00.000Z' });
  town.tell('deliveries', { kind: 'due', tenantId });
  await town.work();
}
