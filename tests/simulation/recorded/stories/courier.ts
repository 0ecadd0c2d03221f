import type { Delivery } from '../../../../shared/delivery.ts';
import { ENV } from '../../../../shared/env.ts';
import type { Town } from '../../life/town.ts';
import { AwsError } from '../../world/table.ts';
import { absent, inParts } from './parts.ts';
import { due, plain, receiver, said, urls } from './receiver.ts';

/** What systems of an office may answer, and what becomes of a delivery then. */
export const courier = inParts({ subscriptions, systems, names, patience, interrupted, nobody });

/** Events go to those who asked for them. */
async function subscriptions(town: Town): Promise<void> {
  const hook = (pattern: string, is?: number) =>
    town.ask('createWebhook', {
      but: { url: urls.webhook, events: ['dunning.told', pattern] },
      ...(is && { is }),
    });
  for (const pattern of ['ticket.*', 'ticket.created', 'obligation.*']) await hook(pattern);
  for (const pattern of ['ticket.create', 'tick.*']) await hook(pattern, 400);
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

/** Messages that are no business of the courier. */
async function nobody(town: Town): Promise<void> {
  const tenantId = town.who.tenantId ?? '';
  await due(town, absent('dlv'));
  await due(town, town.mine.unt);
  town.tell('deliveries', { kind: 'digest', tenantId, at: '2026-08-03T00:00:00.000Z' });
  town.tell('deliveries', { kind: 'due', tenantId });
  await town.work();
}
