import type { Town } from '../../life/town.ts';
import { Estate } from './estate.ts';

/** What is charged once (FEE-2): by name and price or by a standard, and once only however often it is asked for. */
export async function charges(town: Town): Promise<void> {
  const estate = await Estate.of(town);
  const unitId = await estate.unit();
  const payerId = await estate.payer(unitId);
  const key = { name: '门禁卡', price: '20', quantity: '2' };
  const whole = { unitId, payerId, reference: '甲', dueDay: '2026-08-31', lines: [key] };
  const charge = (body: Record<string, unknown>) =>
    town.ask('createBill', { body: { ...whole, ...body }, or: 200 });
  const no = (body: Record<string, unknown>, is = 400) =>
    town.refused('createBill', { body: { ...whole, ...body }, is });

  // Who is charged, for what, by when.
  await no({ unitId: `unt_${'0'.repeat(26)}` });
  await no({ payerId: `cus_${'0'.repeat(26)}` });
  const gone = await estate.payer(unitId, '钱七');
  await town.ask('eraseCustomer', { id: gone });
  await no({ payerId: gone });
  await no({ unitId: undefined, payerId: undefined, reference: undefined, lines: undefined });
  await no({ reference: ' ', lines: [], dueDay: '2026-13-01', currency: 'USD', total: '1' });
  await no({ reference: '甲'.repeat(61), lines: Array.from({ length: 21 }, () => key) });
  await no({ lines: [{ name: '卡'.repeat(61), price: '-1', quantity: '0', amount: '1' }] });
  await no({ lines: [key, {}] });
  await no({ lines: [{ name: '门禁卡' }] });
  await no({ lines: [key, key, { price: '20' }] });
  await no({ dueDay: undefined });
  await no({ dueDay: '2026-08-02' });
  await no({ lines: [{ ...key, price: '0' }] });
  await no({ lines: [{ ...key, price: '0.004', quantity: '1' }] });
  await no({ lines: [key, { name: '塔吊', price: '100000000', quantity: '1000' }] });
  const most = { name: '塔吊', price: '99999999.99999', quantity: '1000' };
  await no({ lines: [most, { ...key, price: '0.01', quantity: '1' }] });
  await charge({ reference: '乙'.repeat(60), lines: [most] });
  await charge({ reference: '今天', dueDay: '2026-08-03', lines: [key, key] });
  await charge({ reference: '半分', lines: [{ name: '复印', price: '0.005' }], currency: 'CNY' });

  // Again: the same, and what is not the same.
  const first = await charge({});
  await charge({});
  await charge({ dueDay: undefined });
  await charge({ lines: [{ ...key, price: '20.00', quantity: '2.0' }] });
  const other = await estate.payer(unitId, '李雷', 'tenant');
  await no({ payerId: other }, 409);
  await no({ dueDay: '2026-09-01' }, 409);
  await no({ lines: [key, key] }, 409);
  await no({ lines: [{ ...key, name: '钥匙' }] }, 409);
  await no({ lines: [{ ...key, price: '20.000001' }] }, 409);
  await no({ lines: [{ ...key, quantity: '3' }] }, 409);
  await no({ lines: [{ ...key, quantity: undefined }] }, 409);
  await town.ask('voidBill', { id: first.id });
  await charge({});
  const two = { reference: '两行', lines: [key, { name: '钥匙', price: '5', quantity: '1' }] };
  await charge(two);
  await no({ ...two, lines: [key, { name: '钥匙', price: '5', quantity: '2' }] }, 409);
  await charge({ unitId: await estate.unit(), lines: [key] });

  // Credit in hand pays at once: all, then a part.
  await town.ask('createPayment', { but: { unitId, payerId: other, amount: '50.00', externalId: 'wx-c' } });
  await charge({ reference: '丙', payerId: other });
  await charge({ reference: '丁', payerId: other });
}

/** A standard has its name, its price and its due day. */
export async function chargesByStandard(town: Town): Promise<void> {
  const estate = await Estate.of(town);
  const unitId = await estate.unit();
  const whole = { unitId, payerId: await estate.payer(unitId) };
  const once = {
    kind: 'oneOff',
    name: '装修清运',
    basis: 'fixed',
    cycle: 'once',
    price: '35',
    due: { kind: 'dayOfMonth', day: 20 },
  };
  const standard = (but: Record<string, unknown> = {}) => estate.standard({ ...once, ...but });
  const due = (days: number) => ({ kind: 'workingDaysAfterIssue', days });
  const [on20th, later, sooner] = [
    await standard(),
    await standard({ name: '出入证', due: due(20), price: '5.5' }),
    await standard({ name: '钥匙', due: due(1), kind: 'management' }),
  ];
  const lines = (...ids: string[]) => ids.map((standardId) => ({ standardId }));
  const charge = (reference: string, of: Record<string, unknown>) => ({
    body: { ...whole, reference, dueDay: undefined, ...of },
  });
  const yes = (...of: Parameters<typeof charge>) => town.ask('createBill', { ...charge(...of), or: 200 });
  const no = (of: Record<string, unknown>, is = 400) =>
    town.refused('createBill', { ...charge('戊', of), is });
  await no({ lines: lines(`fee_${'0'.repeat(26)}`) });
  await no({ lines: lines(on20th, await standard({ propertyId: town.mine.prp })) });
  await no({ lines: lines(await standard({ to: '2026-08-02' })) });
  await no({ lines: lines(await standard({ from: '2026-08-04' })) });
  await no({ lines: lines(await standard({ cycle: 'month', kind: 'management' })) });
  await no({ lines: lines(await standard({ kind: 'deposit' })) });
  await no({ lines: [{ standardId: on20th, name: '清运' }] });
  await no({ lines: [{ standardId: on20th, price: '35' }] });
  await yes('戊', { lines: lines(on20th) });
  await yes('戊', { lines: lines(on20th) });
  await yes('己', { lines: lines(on20th, later, sooner) });
  await yes('庚', { lines: lines(later, on20th), dueDay: '2026-08-10' });
  await yes('辛', {
    lines: [
      { standardId: sooner, quantity: '1.5' },
      { name: '复印', price: '0.3' },
    ],
  });
  await yes('辛', {
    lines: [
      { standardId: sooner, quantity: '1.50' },
      { name: '复印', price: '0.30' },
    ],
  });
  await no({ lines: lines(later) }, 409);
  await no({ lines: [{ name: '装修清运', price: '35' }] }, 409);
  await town.ask('addFeeStandardVersion', { id: on20th, body: { from: '2026-08-03', price: '40' } });
  await yes('戊', { lines: lines(on20th) });
  await yes('壬', { lines: lines(on20th, await standard({ from: '2026-08-03', to: '2026-08-03' })) });
}
