import type { Town } from '../../life/town.ts';
import { missing, tillOf } from './till.ts';

/** Money that is held or paid back: deposits (FEE-7), refunds (FEE-3) and what their notices say. */
export async function holding(town: Town): Promise<void> {
  await town.ask('changeProperty', { id: town.mine.prp, body: { address: '花园路1号' } });
  await deposits(town);
  await refunds(town);
  await restored(town);
}

const steps = ['acceptDeposit', 'deductDeposit', 'applyDeposit', 'refundDeposit', 'reverseDeposit'];

async function deposits(town: Town): Promise<void> {
  const { mine } = town;
  const till = tillOf(town);
  const propertyId = mine.prp;
  const other = await till.home('1301', '李雷');
  const deposit = async (but: Record<string, unknown> = {}) =>
    (await town.ask('createDeposit', { but })).id as string;
  const refused = (but: Record<string, unknown>) => town.refused('createDeposit', { but });
  await refused({ unitId: missing('unt') });
  await refused({ payerId: missing('cus') });
  await refused({ payerId: other.payerId });
  await refused({ method: 'cash' });
  await refused({ kind: 'gold', amount: '-1', note: '' });
  const renovation = await deposit({ note: '三室两厅', amount: '1000' });
  const key = await deposit({ kind: 'key', amount: '0.01', method: 'wechat' });
  const card = await deposit({ kind: 'card', amount: '60', ...other });
  const away = await deposit({ kind: 'other', amount: '60' });
  await till.pages('listDeposits', { propertyId, limit: '3' });
  await till.pages('listDeposits', { unitId: mine.unt, limit: '2' });
  await town.refused('listDeposits');
  await town.refused('listDeposits', { query: { propertyId, unitId: mine.unt } });
  for (const id of ['getDeposit', ...steps]) await town.refused(id, { id: missing('dep'), is: 404 });
  await town.refused('acceptDeposit', { id: renovation, headers: { 'if-match': '"2"' }, is: 412 });

  // Nothing is used or paid back before what it was held for is accepted.
  for (const id of ['applyDeposit', 'refundDeposit']) await town.refused(id, { id: renovation, is: 409 });
  await town.refused('deductDeposit', { id: renovation, but: { amount: '1000.01' }, is: 422 });
  await town.ask('deductDeposit', { id: renovation, but: { amount: '100' } });
  await town.refused('reverseDeposit', { id: renovation, is: 422 });
  await town.ask('acceptDeposit', { id: renovation, body: {} });
  await town.refused('acceptDeposit', { id: renovation, is: 409 });
  await town.ask('acceptDeposit', { id: card });
  await town.ask('getDeposit', { id: card });

  // On what is open, the rest becomes credit; kept; paid back.
  await till.bill('甲', '30');
  await till.bill('乙', '40', { dueDay: '2026-08-20' });
  const apply = (body: object, is?: number) =>
    is
      ? town.refused('applyDeposit', { id: renovation, body, is })
      : town.ask('applyDeposit', { id: renovation, body });
  await apply({ amount: '900.01' }, 422);
  await apply({ amount: '45', reason: '抵物业费' });
  await apply({ amount: '55' });
  const back = (but: Record<string, unknown>, is?: number) =>
    is
      ? town.refused('refundDeposit', { id: renovation, but, is })
      : town.ask('refundDeposit', { id: renovation, but });
  await back({ method: 'cash' }, 400);
  await back({ amount: '800.01' }, 422);
  await back({ amount: '1.00', payee: undefined, method: 'alipay' });
  await back({ amount: '9.00', payee: { name: '张伟', account: '62220001' } });
  await back({});
  await town.ask('applyDeposit', { id: card, body: {} });
  await town.ask('deductDeposit', { id: key, but: { amount: '0.01' } });
  await town.ask('reverseDeposit', { id: away });
  await town.ask('getDeposit', { id: away });
  for (const id of [renovation, away]) for (const step of steps) await town.refused(step, { id, is: 409 });
  await town.ask('listDeposits', { query: { propertyId } });
  await town.ask('getUnitArrears', { id: mine.unt });
}

async function refunds(town: Town): Promise<void> {
  const { mine } = town;
  const till = tillOf(town);
  const propertyId = mine.prp;
  const refused = (but: Record<string, unknown>, is = 400) => town.refused('createRefund', { but, is });
  const { unitId, payerId } = await till.home('1302', '韩梅梅');
  const refund = async (but: Record<string, unknown>) =>
    (await town.ask('createRefund', { but: { unitId, payerId, ...but } })).id as string;
  await refused({ unitId: missing('unt') });
  await refused({ payerId: missing('cus') });
  await refused({ unitId });
  await refused({ method: 'cash' });
  await refused({ amount: 1, payee: { name: '', account: 'x\ny' }, reason: '' });
  await refused({ unitId, payerId }, 422);
  const first = await till.paid('wx-1', '5.00', { unitId, payerId });
  const second = await till.paid('wx-2', '7.00', { unitId, payerId });
  await refused({ unitId, payerId, amount: '12.01' }, 422);
  await refused({ unitId, payerId, amount: '7.01', paymentId: second }, 422);
  await refused({ unitId, payerId, amount: '1', paymentId: missing('pay') }, 422);
  await town.ask('setFeeSettings', { id: propertyId, but: { cash: true } });
  const made = [
    await refund({ amount: '2', paymentId: second, method: 'cash', payee: undefined }),
    await refund({ amount: '6.50', method: 'cheque', payee: { name: '韩梅梅' } }),
    await refund({ amount: '0.50', method: 'other', payee: { name: '韩<梅&梅>', account: '1\'2"3' } }),
  ];
  await town.refused('reversePayment', { id: first, is: 422 });
  await till.pages('listRefunds', { propertyId, limit: '2' });
  for (const id of made) await town.ask('printRefundNotice', { id });
  const nobody = { id: missing('rfd'), is: 404 };
  for (const id of ['getRefund', 'reverseRefund', 'printRefundNotice', 'createRefundNoticeDocument'])
    await town.refused(id, nobody);

  // It did not happen: credit again, which pays what has come meanwhile.
  await till.bill('丙', '6.00', { unitId, payerId });
  const [, several = ''] = made;
  await town.refused('reverseRefund', { id: several, headers: { 'if-match': '"2"' }, is: 412 });
  await town.ask('reverseRefund', { id: several });
  await town.refused('reverseRefund', { id: several, is: 409 });
  await town.ask('getRefund', { id: several });
  await town.ask('printRefundNotice', { id: several });
  await town.ask('createRefundNoticeDocument', { id: several });
  await town.ask('listRefunds', { query: { propertyId } });
  await town.ask('getUnitStatement', { id: unitId, query: { from: '2026-08-01' } });
}

/** A refund of a deposit did not happen: the deposit is held again. */
async function restored(town: Town): Promise<void> {
  for (const [kind, but] of Object.entries({
    card: { amount: '20', method: 'card' },
    key: { method: 'wechat' },
    other: { method: 'cash' },
    renovation: { payee: undefined, method: 'alipay' },
  })) {
    const { id } = await town.ask('createDeposit', { but: { kind, amount: '50' } });
    await town.ask('acceptDeposit', { id });
    const { steps } = await town.ask('refundDeposit', { id, but });
    const refund = { id: steps[0].refundId };
    await town.ask('printRefundNotice', refund);
    if (kind === 'renovation') continue;
    if (kind === 'key') await town.ask('createDeposit', { but: { amount: '3' } });
    await town.ask('reverseRefund', refund);
    if (kind === 'key') await town.ask('reverseDeposit', { id });
  }
}
