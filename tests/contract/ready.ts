import { satisfied } from '../samples.ts';
import type { Door } from './door.ts';
import { atWork, foundIn, now, png, type Ready, told, type World } from './world.ts';

/** How many things are made ready for each operation: most of them are so once. */
const each = 3;

/**
 * The office with things in it that are ready for steps which nothing would come to by chance: a disputed case, an order that is carried
 * out, a file that is uploaded. Each is named with the request it is ready for.
 */
export async function withReady(door: Door, world: World): Promise<World> {
  const { clock, by } = atWork(door, Date.parse('2026-08-10T01:00:00Z'));
  const { owner, tenantId: t } = world;
  const post = by('POST', owner);
  const put = by('PUT', owner);
  const ready = new Map<string, Ready[]>();
  const uploads: string[] = [];
  const note = (operation: string, request: Ready) =>
    ready.set(operation, [...(ready.get(operation) ?? []), request]);
  const times = async (make: () => Promise<void>) => {
    for (let i = 0; i < each; i++) await make();
  };

  const propertyId = world.ids.get('property')?.[0] ?? '';
  const staffId = world.ids.get('staff')?.find((id) => id !== owner.id) ?? '';
  let number = 1000;
  /** A unit and somebody who lives there. */
  const place = async () => {
    const unitId = (await post('/v1/units', { propertyId, building: '8栋', number: `${++number}` }))
      .id as string;
    const payerId = (await post('/v1/customers', { unitId, name: '租户', kind: 'tenant' })).id as string;
    return { unitId, payerId };
  };
  const owing = async () => {
    const where = await place();
    const lines = [{ name: '门禁卡', price: '300', quantity: '2' }];
    await post('/v1/bills', { ...where, reference: `补${number}`, lines, dueDay: '2026-08-20' });
    return where;
  };

  const inArrears = new Map<string, (id: string) => Promise<void>>();
  await times(async () => {
    const instalments = [
      { day: '2026-10-20', amount: '250.00' },
      { day: '2026-11-20', amount: '350.00' },
    ];
    inArrears.set((await owing()).unitId, async (id) => {
      note('POST /v1/dunning/{id}/plan', { params: { id }, body: { instalments } });
    });
    inArrears.set((await owing()).unitId, async (id) => {
      await post('/v1/dunning/{id}/dispute', { reason: '面积登记有误' }, { id });
      note('POST /v1/dunning/{id}/resolve-dispute', { params: { id } });
    });
    inArrears.set((await owing()).unitId, async (id) => {
      await put('/v1/dunning/{id}/exception', { stop: true, reason: '调解' }, { id });
      note('DELETE /v1/dunning/{id}/exception', { params: { id } });
    });
  });
  clock.at = Date.parse(now) - 86_400_000;
  await told(door, t, clock.at);
  for (const { et, list } of await door.itemsOf(t)) {
    if (et === 'dunning') await inArrears.get(String(list?.unitId))?.(String(list?.id));
  }

  const issued = world.items
    .filter(({ et, rest }) => et === 'bill' && rest?.runId !== undefined)
    .slice(0, each - 1);
  for (const { list } of issued) {
    const id = String(list?.id);
    await post('/v1/bills/{id}/void', { reason: '面积有误' }, { id });
    note('POST /v1/bills/{id}/reissue', { params: { id } });
  }

  const service = await post('/v1/services', {
    name: '清洗',
    pricing: { by: 'fixed', price: '80' },
    warrantyDays: 30,
  });
  const order = async (...steps: [string, unknown][]) => {
    const items = [{ serviceId: service.id, quantity: '2' }];
    const { id } = await post('/v1/service-orders', { ...(await place()), items, channel: 'phone' });
    for (const [step, body] of steps) await post(step, body, { id });
    return { id: id as string };
  };
  const step = (name: string, body: unknown): [string, unknown] => [`/v1/service-orders/{id}/${name}`, body];
  const agree = step('agree', { by: '张伟', how: 'phone' });
  const execute = step('execute', { staffId });
  const delivered = { deliveredAt: '2026-09-29T10:00:00+08:00', outcome: 'signed', receiver: '张伟' };
  await times(async () => {
    note('POST /v1/service-orders/{id}/execute', { params: await order(agree) });
    note('POST /v1/service-orders/{id}/notice', { params: await order(agree, execute), body: delivered });
    const done = await order(agree, execute, step('notice', delivered), [
      '/v1/tickets/{id}/callbacks',
      satisfied,
    ]);
    note('POST /v1/service-orders/{id}/claim', { params: done });
  });

  await times(async () => {
    const ticket = { kind: 'complaint', channel: 'phone', title: '漏水', propertyId };
    const { id } = await post('/v1/tickets', ticket);
    await post(
      '/v1/tickets/{id}/escalate',
      { to: 'manager', reason: '水进了电梯井', emergency: true },
      { id },
    );
    note('POST /v1/tickets/{id}/escalation-reports', { params: { id } });
    const file = { name: 'a.png', contentType: 'image/png', size: png.length };
    const { id: attachmentId } = await post('/v1/tickets/{id}/attachments', file, { id });
    uploads.push(`pending/${t}/${id}/${attachmentId}`);
    note('POST /v1/tickets/{id}/attachments/{attachmentId}/complete', { params: { id, attachmentId } });
  });

  await times(async () => {
    const [from, to] = [await place(), await place()];
    const payment = { ...from, amount: '12.00', method: 'wechat', externalId: `move-${number}` };
    const { id } = await post('/v1/payments', payment);
    note('POST /v1/payments/{id}/move', { params: { id }, body: to });
    const deposit = { ...from, kind: 'renovation', amount: '500.00', method: 'bank' };
    note('POST /v1/deposits/{id}/reverse', { params: { id: (await post('/v1/deposits', deposit)).id } });
    const { id: accepted } = await post('/v1/deposits', deposit);
    await post('/v1/deposits/{id}/accept', {}, { id: accepted });
    note('POST /v1/deposits/{id}/refund', { params: { id: accepted } });
    note('POST /v1/customers/{id}/erase', { params: { id: (await place()).payerId } });
  });

  const query = { propertyId };
  note('POST /v1/customers/import', { query, file: '楼栋,房号,姓名,类型\n1栋,101,王五,业主\n' });
  note('POST /v1/readings/import', { query, file: '楼栋,房号,日期,读数\n1栋,101,2026-09-28,33\n' });
  note('POST /v1/statements/import', {
    query,
    file: '日期,流水号,收入,户名,摘要\n2026-09-01,T1,12.00,某人,转账\n',
  });
  note('POST /c/{token}', {
    file: 'solved=yes&satisfied=yes&attitude=good&quality=good&charged=no&cashTaken=no&score=9&name=%E6%9D%8E',
  });
  return { ...world, ready, uploads, ...(await foundIn(door, t)) };
}
