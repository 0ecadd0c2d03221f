import type { Acting } from './act.ts';

/** What people do with money. Amounts are drawn so that some pay less and some more than they owe. */

const yuan = (fen: number) => `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')}`;

export async function pay({ dice, office, memory, post }: Acting) {
  const unit = dice.pick(office.units);
  const fen = dice.pick([unit.monthly, unit.monthly, unit.monthly * 2, Math.floor(unit.monthly / 3), 12_345]);
  const byProgram = dice.chance(0.4);
  const body = {
    unitId: unit.id,
    payerId: unit.payerId,
    amount: yuan(fen),
    method: byProgram ? 'wechat' : dice.pick(['bank', 'cash', 'alipay']),
    ...(byProgram && { externalId: `wx-${dice.between(1, 1_000_000_000)}` }),
  };
  const who = byProgram ? office.key : office.staff.finance;
  if (byProgram) memory.externalIds.push({ name: '', who, route: 'POST /v1/payments', body });
  const { status, body: payment } = await post(who, 'POST /v1/payments', body);
  if (status === 201) memory.payments.push(payment.id);
}

export async function reverse({ dice, office, memory, post }: Acting) {
  if (memory.payments.length === 0) return;
  const id = dice.pick(memory.payments);
  await post(office.staff.finance, 'POST /v1/payments/{id}/reverse', { reason: '银行退票' }, { id });
}

export async function refund({ dice, office, post }: Acting) {
  const { id: unitId, payerId } = dice.pick(office.units);
  const body = { unitId, payerId, amount: dice.pick(['1.00', '100.00']), method: 'bank', reason: '多缴退款' };
  await post(office.staff.finance, 'POST /v1/refunds', body);
}

export async function deposit({ dice, office, post, wait }: Acting) {
  const { id: unitId, payerId } = dice.pick(office.units);
  const held = await post(office.staff.finance, 'POST /v1/deposits', {
    unitId,
    payerId,
    kind: 'renovation',
    amount: '2000.00',
    method: 'bank',
  });
  if (held.status !== 201) return;
  const params = { id: held.body.id };
  await wait(dice.between(3_600_000, 5 * 86_400_000));
  if (dice.chance(0.4)) {
    await post(
      office.staff.finance,
      'POST /v1/deposits/{id}/deduct',
      { amount: '150.00', reason: '损坏赔偿' },
      params,
    );
  }
  if (dice.chance(0.3))
    await post(office.staff.finance, 'POST /v1/deposits/{id}/apply', { amount: '300.00' }, params);
  if (dice.chance(0.6)) {
    await post(office.staff.finance, 'POST /v1/deposits/{id}/accept', {}, params);
    const back = { method: 'bank', reason: '验收合格' };
    await post(office.staff.finance, 'POST /v1/deposits/{id}/refund', back, params);
  }
}

export async function charge({ dice, office, memory, post, today }: Acting) {
  const { id: unitId, payerId } = dice.pick(office.units);
  const body = {
    unitId,
    payerId,
    reference: `one-${dice.between(1, 1_000_000_000)}`,
    lines: [{ name: '门禁卡', price: '20', quantity: String(dice.between(1, 3)) }],
    dueDay: today(dice.between(0, 12)),
  };
  const { status, body: bill } = await post(office.staff.finance, 'POST /v1/bills', body);
  if (status === 201) memory.charges.push(bill.id);
}

export async function voidBill({ dice, office, memory, post }: Acting) {
  if (memory.charges.length === 0) return;
  const id = dice.pick(memory.charges);
  await post(office.staff.finance, 'POST /v1/bills/{id}/void', { reason: '误收' }, { id });
}

/** Bills by hand: for a month that has none yet, or that has. */
export async function billRun({ dice, office, post, today, wait }: Acting) {
  const cycle = today(dice.pick([0, 31])).slice(0, 7);
  const run = await post(office.staff.finance, 'POST /v1/bill-runs', {
    propertyId: office.propertyId,
    cycle,
  });
  if (run.status !== 201) return;
  await wait(dice.between(1_000, 3_600_000));
  await post(office.staff.finance, 'POST /v1/bill-runs/{id}/issue', undefined, { id: run.body.id });
}

export async function dunning({ dice, office, post, get, today, now }: Acting) {
  const unit = dice.pick(office.units);
  const { body } = await get(office.staff.finance, 'GET /v1/dunning', { unitId: unit.id });
  const id = body?.items?.[0]?.id;
  if (!id) return;
  const step = (name: string, given: unknown, who = office.staff.finance) =>
    post(who, `POST /v1/dunning/{id}/${name}`, given, { id });
  const at = new Date(now() - 60_000).toISOString();
  switch (dice.weighed({ promise: 4, plan: 1, dispute: 2, resolve: 3, served: 2, visit: 2, decision: 1 })) {
    case 'promise':
      return step('promise', { until: today(dice.between(0, 9)) });
    case 'plan':
      return step('plan', {
        instalments: [
          { day: today(4), amount: '10.00' },
          { day: today(9), amount: '20.00' },
        ],
      });
    case 'dispute':
      return step('dispute', { reason: '面积登记有误' });
    case 'resolve':
      return step('resolve-dispute', { outcome: 'rejected', note: '已核对' });
    case 'served':
      return step('served', { at, outcome: 'signed', receiver: '张伟' });
    case 'visit':
      return step('visit', { at, kind: 'call', reached: true, result: '答应缴清' });
    case 'decision':
      return step('decision', { decision: 'continue', reason: '继续催收' }, office.staff.manager);
  }
}
