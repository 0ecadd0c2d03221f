import { satisfied } from '../samples.ts';
import type { Caller } from '../system/caller.ts';
import { done, type World } from './world.ts';

interface Made {
  id: string;
  items: { id: string }[];
}

/** The operations of money: bills, what comes in, what goes back, dunning, paid services. */
export async function feeOperations(world: World): Promise<void> {
  const { cloud, measure, office } = world;
  const { propertyId } = office;
  const owner = await world.as('owner');
  const ask = (name: string, method: string, path: string, body?: unknown, who: Caller = owner) =>
    measure(name, async () => done(await who<Made>(method, path, body)));
  const post = (name: string, path: string, body: unknown) => ask(name, 'POST', path, body);

  const standard = {
    ...{ propertyId, kind: 'management', name: '物业管理费', basis: 'area', cycle: 'month' },
    ...{ from: '2026-01-01', price: '2.35', payer: 'owner', due: { kind: 'dayOfMonth', day: 10 } },
  };
  await post('set a fee standard', '/v1/fee-standards', standard);
  const where = { propertyId, building: '8', number: '8-101', areaM2: 89.5 };
  const unit = done(await owner<Made>('POST', '/v1/units', where));
  const who = { unitId: unit.id, name: '刘女士', emails: ['liu@example.com'] };
  const payer = done(await owner<Made>('POST', '/v1/customers', who));
  const of = { unitId: unit.id, payerId: payer.id };
  const occupancies = [{ payerId: payer.id, role: 'owner', from: '2026-01-01' }];
  await ask('say who pays for a unit', 'PUT', `/v1/units/${unit.id}/fees`, { occupancies });

  let charged = 0;
  const bill = async (name?: string) => {
    const body = {
      ...{ ...of, reference: `门禁卡 ${++charged}`, dueDay: '2026-10-20' },
      lines: [{ name: '门禁卡', price: '235' }],
    };
    const { id } = name
      ? await post(name, '/v1/bills', body)
      : done(await owner<Made>('POST', '/v1/bills', body));
    await cloud.settle();
    return id;
  };
  const first = await bill('charge a unit once: the payer\u2019s first bill');
  await bill('charge a unit once: another bill');
  await ask('get a bill', 'GET', `/v1/bills/${first}`);
  await ask('list bills of a unit', 'GET', `/v1/bills?unitId=${unit.id}`);

  // Met once, so that what a started function reads is not counted.
  const pay = (amount: string, externalId: string) => ({ ...of, amount, method: 'wechat', externalId });
  await world.key('GET', `/v1/payments?propertyId=${propertyId}`);
  const paid = await measure('payment with one allocation (API key, `externalId`)', async () =>
    done(await world.key<Made>('POST', '/v1/payments', pay('235.00', 'p1'), { 'idempotency-key': 'p1' })),
  );
  await measure('the same payment again', async () =>
    done(await world.key('POST', '/v1/payments', pay('235.00', 'p1'), { 'idempotency-key': 'p1' })),
  );
  const desk = { ...of, method: 'wechat' };
  await post('payment with one allocation (desk)', '/v1/payments', { ...desk, amount: '100.00' });
  await bill();
  await bill();
  await post('payment over three bills', '/v1/payments', { ...desk, amount: '605.00' });
  await post('payment of nothing but credit', '/v1/payments', { ...desk, amount: '50.00' });
  const back = { method: 'bank', payee: { name: '刘女士' }, reason: '多缴' };
  await post('refund of credit', '/v1/refunds', { ...of, ...back, amount: '50.00' });
  await post('reverse a payment', `/v1/payments/${paid.id}/reverse`, { reason: '银行退票' });
  await ask('receipt of a payment', 'GET', `/v1/payments/${paid.id}/receipt`);
  await cloud.settle();
  await ask('arrears of a unit', 'GET', `/v1/units/${unit.id}/arrears`);
  await ask('arrears of a property by age', 'GET', `/v1/arrears?propertyId=${propertyId}`);
  const taken = await post('take a deposit', '/v1/deposits', { ...desk, kind: 'card', amount: '100.00' });
  await post('accept what it was held for', `/v1/deposits/${taken.id}/accept`, {});
  await post('pay a deposit back', `/v1/deposits/${taken.id}/refund`, { method: 'bank', reason: '退卡' });

  const cases = done(await owner<Made>('GET', `/v1/dunning?unitId=${unit.id}`));
  const [one] = cases.items;
  await ask('a dunning case', 'GET', `/v1/dunning/${one?.id}`);
  await post('a promise', `/v1/dunning/${one?.id}/promise`, { until: '2026-10-25' });
  await ask('dunning cases of a property', 'GET', `/v1/dunning?propertyId=${propertyId}`);
  await service(world, of, ask);
}

async function service(
  { staff }: World,
  of: object,
  ask: (name: string, method: string, path: string, body?: unknown) => Promise<Made>,
): Promise<void> {
  const offered = await ask('add a paid service', 'POST', '/v1/services', {
    ...{ name: '空调清洗', pricing: { by: 'unit', price: '80', unit: '台' }, warrantyDays: 30 },
  });
  const items = [{ serviceId: offered.id, quantity: '2' }];
  const { id } = await ask('order a paid service', 'POST', '/v1/service-orders', { ...of, items });
  const step = (name: string, path: string, body: object) =>
    ask(name, 'POST', `/v1/service-orders/${id}/${path}`, body);
  await step('the customer agrees to its price', 'agree', { by: '刘女士', how: 'phone' });
  await step('carried out: billed', 'execute', { staffId: staff('engineer') });
  const deliveredAt = '2026-09-30T09:00:00+08:00';
  await step('its payment notice delivered', 'notice', {
    deliveredAt,
    outcome: 'signed',
    receiver: '刘女士',
  });
  const said = { ...satisfied, charged: true };
  await ask('its callback', 'POST', `/v1/tickets/${id}/callbacks`, said);
}
