import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { monthlyFee } from '../samples.ts';
import { type Answer, type Cloud, testCloud, unready } from './harness.ts';
import { expectStatus, inbox, makeOffice, type Page, type TestOffice } from './office.ts';
import { satisfied, sh } from './outside.ts';

/*
 * The money of an office over HTTP: a bill run, a ladder nobody has to press, and what people pay, promise, dispute and get back. The tests
 * follow each other through one November: bills are due on Tuesday the 10th.
 */

let cloud: Cloud;
let office: TestOffice;
let stranger: TestOffice;

interface Home {
  unitId: string;
  payerId: string;
  mail: string;
}
interface Case {
  id: string;
  state: string;
  stage?: string;
  open: string;
  bills: { id: string; lateFees?: string }[];
  obligations: { ruleId: string }[];
}
interface Bill {
  id: string;
  status: string;
  total: string;
  open: string;
}
interface Run {
  id: string;
  state: string;
  preview: Record<string, unknown>;
}
interface Payment {
  id: string;
  receipt: string;
  credit: string;
  allocations: { billId: string; amount: string }[];
}

const numbers = ['101', '102', '103', '104', '105', '106'] as const;
const homes = new Map<string, Home>();
const home = (number: (typeof numbers)[number]): Home => homes.get(number) as Home;
const till = () => office.as('finance');
const desk = () => office.as('desk');

/** What a request answers that has to succeed. */
const made = <T = { id: string }>(answer: Promise<Answer<T>>) => expectStatus(201, answer);
const good = <T = { id: string }>(answer: Promise<Answer<T>>) => expectStatus(200, answer);

beforeAll(async () => {
  if (unready) return;
  cloud = await testCloud({ clock: sh('2026-11-02', '09:00') });
  office = await makeOffice(cloud, 'haoyuan', { roles: ['desk', 'engineer', 'finance'] });
  stranger = await makeOffice(cloud, 'beilin', { roles: [] });
  const { propertyId } = office;
  await good(
    office.as('owner')('PUT', '/v1/policy', {
      effectiveFrom: '2026-11-03',
      dunning: { lateFee: { on: true, afterDays: 7, ratePerDay: '0.0005' } },
    }),
  );
  await made(till()('POST', '/v1/fee-standards', monthlyFee(propertyId)));
  // December's run begins by itself, to be looked at.
  await good(
    till()('PUT', `/v1/properties/${propertyId}/fees`, {
      runs: [{ cycle: 'month', day: 25, monthsAfter: -1 }],
    }),
  );
  for (const number of numbers) {
    const mail = `payer${number}@example.com`;
    const where = { propertyId, building: '3栋', number, areaM2: 100 };
    const { id: unitId } = await made(desk()<{ id: string }>('POST', '/v1/units', where));
    const who = { unitId, name: `业主${number}`, emails: [mail] };
    const { id: payerId } = await made(desk()<{ id: string }>('POST', '/v1/customers', who));
    const occupancies = [{ payerId, role: 'owner', from: '2026-01-01' }];
    await good(till()('PUT', `/v1/units/${unitId}/fees`, { occupancies }));
    homes.set(number, { unitId, payerId, mail });
  }
}, 180_000);
afterAll(() => cloud?.stop());

/** From seven in the morning to noon of some days; what lies between, with nothing due, is left out. */
async function mornings(...days: string[]): Promise<void> {
  for (const day of days) {
    await cloud.advance(sh(day, '07:00'), { outage: true });
    await cloud.advance(sh(day, '12:00'));
  }
}

const billsOf = async ({ unitId }: Home) =>
  (await good(till()<Page<Bill>>('GET', `/v1/bills?unitId=${unitId}`))).items;

async function caseOf({ unitId }: Home): Promise<Case> {
  const { items } = await good(till()<Page<{ id: string }>>('GET', `/v1/dunning?unitId=${unitId}`));
  return good(till()<Case>('GET', `/v1/dunning/${items[0]?.id}`));
}

const mailsTo = ({ mail }: Home) => cloud.outbox.mails.filter(({ to }) => to.includes(mail));
const told = (of: Home) => mailsTo(of).map(({ subject }) => /【(.+?)】/.exec(subject)?.[1]);

const pay = ({ unitId, payerId }: Home, amount: string, body: object = {}) =>
  made(till()<Payment>('POST', '/v1/payments', { unitId, payerId, amount, method: 'wechat', ...body }));

const pdf = async (url: string) =>
  Buffer.from(await (await fetch(url)).arrayBuffer())
    .subarray(0, 5)
    .toString();

describe.skipIf(unready)('the money of an office', { timeout: 120_000 }, () => {
  it('is billed by a run through the queue, everybody once however often it is run', async () => {
    const run = async () => {
      const { id } = await made(
        till()('POST', '/v1/bill-runs', { propertyId: office.propertyId, cycle: '2026-11' }),
      );
      await cloud.settle();
      const previewed = await good(till()<Run>('GET', `/v1/bill-runs/${id}`));
      await good(till()('POST', `/v1/bill-runs/${id}/issue`));
      await cloud.settle();
      return { previewed, issued: await good(till()<Run>('GET', `/v1/bill-runs/${id}`)) };
    };
    const first = await run();
    expect(first.previewed).toMatchObject({
      state: 'previewed',
      preview: { units: 6, bills: 6, total: '1410.00', failed: 0 },
    });
    expect(first.issued).toMatchObject({
      state: 'issued',
      issue: { bills: 6, total: '1410.00', already: 0 },
      progress: { issued: 6, failed: 0, total: 6 },
    });
    expect((await run()).issued).toMatchObject({ state: 'issued', issue: { bills: 0, already: 6 } });
    expect(await billsOf(home('101'))).toMatchObject([{ total: '235.00', open: '235.00', status: 'open' }]);
    await made(
      till()('POST', '/v1/bills', {
        ...{ unitId: home('101').unitId, payerId: home('101').payerId, dueDay: '2026-11-10' },
        ...{ reference: '装修垃圾清运', lines: [{ name: '清运', price: '100' }] },
      }),
    );
    const notes = await good(
      till()<Page<unknown>>('GET', `/v1/bill-runs/${first.issued.id}/notes?phase=issue`),
    );
    expect(notes.items).toEqual([]);
  });

  it('comes in with receipts, is reversed, credited and paid back', async () => {
    const of = home('106');
    const { unitId, payerId } = of;
    const posted = { unitId, payerId, amount: '235.00', method: 'wechat', externalId: 'wx-1' };
    const wrong = await made(office.app<Payment>('POST', '/v1/payments', posted, { 'idempotency-key': '1' }));
    const again = await office.app<Payment>('POST', '/v1/payments', posted, { 'idempotency-key': '2' });
    expect([again.status, again.body.id]).toEqual([200, wrong.id]);
    await good(till()('POST', `/v1/payments/${wrong.id}/reverse`, { reason: '银行退票' }));
    const receipt = await good(
      till()<{ number: string; cancelled: boolean }>('GET', `/v1/payments/${wrong.id}/receipt`),
    );
    expect([receipt.number, receipt.cancelled]).toEqual(['2026-000001', true]);
    expect(await billsOf(of)).toMatchObject([{ open: '235.00', status: 'open' }]);

    const over = await pay(of, '300.00');
    expect([over.receipt, over.credit]).toEqual(['2026-000002', '65.00']);
    const refund = await made(
      till()<{ id: string; notice: string }>('POST', '/v1/refunds', {
        ...{ unitId, payerId, amount: '65.00', method: 'bank', payee: { name: '张伟' }, reason: '多缴' },
      }),
    );
    expect(refund.notice).toBe('2026-000001');
    const page = await good(desk()<string>('GET', `/v1/refunds/${refund.id}/notice`));
    expect(page).toContain('退款通知书');
    const more = { unitId, payerId, amount: '0.01', method: 'bank', payee: { name: '张伟' }, reason: '多缴' };
    expect((await till()('POST', '/v1/refunds', more)).status).toBe(422);
    const cash = { unitId, payerId, amount: '1.00', method: 'cash' };
    expect((await till()<{ code: string }>('POST', '/v1/payments', cash)).status).not.toBe(201);
  });

  it('is held as a deposit, deducted with a reason, and paid back after acceptance', async () => {
    const { unitId, payerId } = home('106');
    const taken = await made(
      till()('POST', '/v1/deposits', {
        ...{ unitId, payerId, kind: 'renovation', amount: '2000.00', method: 'card' },
      }),
    );
    const step = <T = { held: string; state: string }>(name: string, body: object) =>
      till()<T>('POST', `/v1/deposits/${taken.id}/${name}`, body);
    await good(step('accept', { note: '验收合格' }));
    await good(step('deduct', { amount: '300.00', reason: '公共区域墙面损坏' }));
    expect(await good(step('refund', { method: 'bank', reason: '验收合格' }))).toMatchObject({
      ...{ held: '0.00', state: 'closed' },
      steps: [
        { kind: 'deducted', amount: '300.00' },
        { kind: 'refunded', amount: '1700.00' },
      ],
    });
  });

  it('is asked for once per payer and step, with all that is open', async () => {
    await mornings('2026-11-09', '2026-11-11');
    for (const number of ['101', '102', '103', '104', '105'] as const)
      expect(told(home(number)), number).toEqual(['缴费温馨提示', '缴费提醒']);
    expect(told(home('106'))).toEqual([]);
    const [friendly] = mailsTo(home('101'));
    expect(friendly?.text).toContain('235.00 元');
    expect(friendly?.text).toContain('装修垃圾清运');
    expect(friendly?.text).toContain('合计：335.00 元');
  });

  it('comes in by statement: known lines are booked, others wait, the same file changes nothing', async () => {
    await made(
      till()('POST', '/v1/statement-mappings', {
        ...{ name: '工行', method: 'bank' },
        columns: { amount: '收入', day: '日期', serial: '流水号', payer: '户名', reference: ['摘要'] },
      }),
    );
    const file = [
      '日期,流水号,收入,户名,摘要',
      '2026-11-11,S1,235.00,张三,3栋105 物业费',
      '2026-11-11,S2,8.88,李四,转账',
    ].join('\n');
    const query = `propertyId=${office.propertyId}&mapping=${encodeURIComponent('工行')}`;
    const send = () =>
      good(
        till()<{ id: string }>('POST', `/v1/statements/import?${query}`, file, {
          'content-type': 'text/csv',
        }),
      );
    const first = await send();
    expect(first).toMatchObject({ lines: 2, booked: 1, open: 1, total: '243.88', again: false });
    expect(await send()).toMatchObject({ id: first.id, again: true });
    expect(await billsOf(home('105'))).toMatchObject([{ open: '0.00', status: 'paid' }]);
    const { items } = await good(
      till()<Page<{ id: string }>>('GET', `/v1/statements/${first.id}/lines?state=open`),
    );
    const line = `/v1/statements/${first.id}/lines/${items[0]?.id}`;
    expect(await good(till()('POST', `${line}/dismiss`, { reason: '存款利息' }))).toMatchObject({
      state: 'dismissed',
    });
  });

  it('is promised and disputed: dunning stands still, and what is paid is not asked for', async () => {
    for (const number of ['102', '103'] as const) {
      const { id } = await caseOf(home(number));
      const promised = await good(
        desk()<Case>('POST', `/v1/dunning/${id}/promise`, { until: '2026-11-18', note: '电话承诺' }),
      );
      expect(promised.state).toBe('promised');
    }
    const { id } = await caseOf(home('104'));
    const disputed = await good(
      desk()<Case>('POST', `/v1/dunning/${id}/dispute`, { reason: '面积登记有误' }),
    );
    expect([disputed.state, disputed.obligations.map(({ ruleId }) => ruleId)]).toEqual([
      'disputed',
      ['FEE-5'],
    ]);
    const [management] = (await billsOf(home('101'))).filter(({ total }) => total === '235.00');
    await pay(home('101'), '100.00', { allocations: [{ billId: management?.id, amount: '100.00' }] });
    await pay(home('102'), '235.00');

    await mornings('2026-11-17', '2026-11-19');
    const owed = await inbox(office, 'desk');
    expect(owed.find(({ objectId }) => objectId === id)?.ruleId).toBe('FEE-5');
    expect(await caseOf(home('102'))).toMatchObject({ state: 'clear', open: '0.00' });
    expect(mailsTo(home('101')).at(-1)?.text).toContain('账单 235.00 元，部分已付');
    expect(mailsTo(home('101')).at(-1)?.text).toContain('合计：235.00 元');
    for (const [number, mails] of [
      ['101', 3],
      ['102', 2],
      ['103', 2],
      ['104', 2],
      ['105', 2],
    ] as const)
      expect(mailsTo(home(number)), number).toHaveLength(mails);
    await good(
      desk()('POST', `/v1/dunning/${id}/resolve-dispute`, { outcome: 'rejected', note: '已核对图纸' }),
    );
  });

  it('goes on where it stopped; the notice comes with late fees line by line, and falls to a person', async () => {
    await mornings('2026-11-25');
    // The promise of the 11th was broken on the 19th: the step of the 17th came on the 25th. So did the disputed one.
    for (const number of ['103', '104'] as const)
      expect(told(home(number)), number).toEqual(['缴费温馨提示', '缴费提醒', '缴费提醒']);
    expect(await caseOf(home('103'))).toMatchObject({ state: 'running', stage: 'second' });

    expect(told(home('101'))).toEqual(['缴费温馨提示', '缴费提醒', '缴费提醒', '催费通知书']);
    const silent = await caseOf(home('101'));
    expect(silent).toMatchObject({
      state: 'running',
      stage: 'notice',
      obligations: [{ ruleId: 'FEE-4.notice' }],
    });
    // Eight days from the 18th on 135 and on 100 yuan, half a thousandth each.
    const { text = '' } = mailsTo(home('101')).at(-1) ?? {};
    expect(text).toContain('135.00 元 × 0.05% × 8 天 = 0.54 元');
    expect(text).toContain('100.00 元 × 0.05% × 8 天 = 0.40 元');
    expect([silent.open, silent.bills.map(({ lateFees }) => lateFees).sort()]).toEqual([
      '235.94',
      ['0.40', '0.54'],
    ]);

    const { items } = await good(
      till()<Page<{ step: string; total: string; receipts: { status: string }[] }>>(
        'GET',
        `/v1/dunning/${silent.id}/log`,
      ),
    );
    expect(items.map(({ step, total, receipts }) => [step, total, receipts[0]?.status])).toEqual([
      ['notice', '235.94', 'delivered'],
      ['second', '235.00', 'delivered'],
      ['reminder', '335.00', 'delivered'],
      ['friendly', '335.00', 'delivered'],
    ]);
    const { url } = await made(desk()<{ url: string }>('POST', '/v1/notices', { cases: [silent.id] }));
    expect(await pdf(url)).toBe('%PDF-');
    const page = await good(
      desk()<string>('GET', `/v1/notices?propertyId=${office.propertyId}&building=3栋`),
    );
    expect(page).toContain('催费通知书');
    const served = { at: sh('2026-11-25', '11:00'), outcome: 'refused', witness: '保安李四' };
    expect(await good(desk()('POST', `/v1/dunning/${silent.id}/served`, served))).toMatchObject({
      obligations: [],
    });
    await good(
      office.as('owner')('POST', `/v1/dunning/${silent.id}/decision`, {
        ...{ decision: 'suspend', until: '2026-12-31', reason: '家庭困难' },
      }),
    );
  });

  it('is billed by schedule too, as far as the office lets it', async () => {
    const { items } = await good(
      till()<Page<Run & { cycle: string }>>('GET', `/v1/bill-runs?propertyId=${office.propertyId}`),
    );
    const next = items.find(({ cycle }) => cycle === '2026-12');
    expect(await good(till()<Run>('GET', `/v1/bill-runs/${next?.id}`))).toMatchObject({
      state: 'previewed',
      preview: { units: 6, bills: 6, total: '1410.00' },
    });
  });

  it('of a paid service is carried from the order to the callback', async () => {
    const { unitId, payerId } = home('105');
    const owner = office.as('owner');
    const service = await made(
      owner('POST', '/v1/services', {
        ...{ name: '空调清洗', pricing: { by: 'unit', price: '80', unit: '台' }, warrantyDays: 30 },
      }),
    );
    const order = await made(
      desk()('POST', '/v1/service-orders', {
        ...{ unitId, payerId, items: [{ serviceId: service.id, quantity: '3' }], channel: 'phone' },
      }),
    );
    const path = `/v1/service-orders/${order.id}`;
    const step = (name: string, body: object) => good(desk()('POST', `${path}/${name}`, body));
    await step('quote', { items: [{ serviceId: service.id, quantity: '2' }], validUntil: '2026-12-10' });
    await step('agree', { by: '张伟', how: 'phone', executeOn: '2026-11-25' });
    expect(await step('execute', { staffId: office.idOf('engineer') })).toMatchObject({
      phase: 'executed',
      bill: { total: '160.00', open: '160.00' },
    });
    await step('notice', { deliveredAt: sh('2026-11-25', '11:30'), outcome: 'signed', receiver: '张伟' });
    await pay(home('105'), '160.00');
    const said = { ...satisfied, method: 'phone', charged: true };
    await good(desk()('POST', `/v1/tickets/${order.id}/callbacks`, said));
    const after = await good(desk()<{ phase: string; bill: object }>('GET', path));
    expect([after.phase, after.bill]).toEqual([
      'closed',
      expect.objectContaining({ open: '0.00', status: 'paid' }),
    ]);
  });

  it('has its meters read from one file; a bad line records nothing, the same file nothing new', async () => {
    const read = [home('101'), home('102')];
    for (const { unitId } of read) {
      const initial = { day: '2026-10-31', value: '100' };
      await made(till()('POST', `/v1/units/${unitId}/meters`, { kind: 'water', initial }));
    }
    const send = <T>(...lines: string[]) =>
      till()<T>(
        'POST',
        `/v1/readings/import?propertyId=${office.propertyId}`,
        ['楼栋,房号,表,日期,读数', ...lines].join('\n'),
        { 'content-type': 'text/csv' },
      );
    const lines = ['3栋,101,水,2026/11/24,112.5', '3栋,102,水,2026/11/24,107'];
    const bad = await send<{ errors: { path: string; code: string }[] }>(
      ...lines,
      '3栋,101,水,2026/11/25,90',
      '3栋,999,水,2026/11/24,1',
    );
    expect([bad.status, bad.body.errors.map(({ path, code }) => [path, code])]).toEqual([
      400,
      [
        ['/line/4/value', 'backwards'],
        ['/line/5/number', 'unknown'],
      ],
    ]);
    const counts = { propertyId: office.propertyId, lines: 2 };
    const first = await good(send(...lines));
    expect(first).toEqual({ id: expect.stringMatching(/^imp_/), ...counts, recorded: 2, unchanged: 0 });
    expect(await good(send(...lines))).toEqual({ ...counts, recorded: 0, unchanged: 2 });
    for (const [i, values] of [
      ['112.5', '100'],
      ['107', '100'],
    ].entries()) {
      const path = `/v1/units/${read[i]?.unitId}/readings`;
      const { items } = await good(till()<Page<{ value: string }>>('GET', path));
      expect(items.map(({ value }) => value)).toEqual(values);
    }
  });

  it('agrees in arrears, statements and reports', async () => {
    const owed = await good(till()<{ open: string }>('GET', `/v1/units/${home('101').unitId}/arrears`));
    expect(owed.open).toBe('235.94');
    const list = await good(
      till()<Page<{ open: string }>>('GET', `/v1/arrears?propertyId=${office.propertyId}&by=payer`),
    );
    expect(list.items.map(({ open }) => open).sort()).toEqual(['235.94', '235.94', '235.94']);
    const book = await good(
      till()<{ closing: string; entries: { kind: string }[] }>(
        'GET',
        `/v1/units/${home('106').unitId}/statement?from=2026-11-01&to=2026-11-30`,
      ),
    );
    expect(book.closing).toBe('0.00');
    await cloud.settle();
    const report = await good(
      till()<{ current: object; steps: { step: string; told: number }[] }>(
        'GET',
        `/v1/reports/collection?month=2026-11&propertyId=${office.propertyId}`,
      ),
    );
    expect(report.current).toMatchObject({ collected: '805.00', due: '1512.82' });
    const cases = `/v1/dunning?propertyId=${office.propertyId}`;
    const stopped = await good(till()<Page<Case>>('GET', `${cases}&state=stopped`));
    expect(stopped.items.map(({ open }) => open)).toEqual(['235.94']);
    expect(report.steps.find(({ step }) => step === 'reminder')).toMatchObject({ told: 5 });
  });

  it('is nobody else\u2019s business', async () => {
    const other = stranger.as('owner');
    const [bill] = await billsOf(home('101'));
    const { id } = await caseOf(home('101'));
    const paths = [`/v1/bills/${bill?.id}`, `/v1/dunning/${id}`, `/v1/units/${home('101').unitId}/arrears`];
    for (const path of paths) expect([path, (await other('GET', path)).status]).toEqual([path, 404]);
    const { unitId, payerId } = home('101');
    const alien = await other('POST', '/v1/payments', { unitId, payerId, amount: '1.00', method: 'wechat' });
    expect(alien.status).toBeGreaterThanOrEqual(400);
    expect((await good(till()<{ open: string }>('GET', `/v1/dunning/${id}`))).open).toBe('235.94');
    const nothing = await good(other<Page<unknown>>('GET', `/v1/payments?propertyId=${stranger.propertyId}`));
    expect(nothing.items).toEqual([]);
  });
});
