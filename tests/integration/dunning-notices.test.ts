import { startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { dun } from '../../functions/dunning/step.ts';
import { newId } from '../../shared/ids.ts';
import { output } from '../../shared/log.ts';
import { call, staffOf } from './call.ts';
import { caseIdOf, type DunningOffice, dunningOffice } from './dunning.ts';
import { customerIdOf, propertyId, unitIdOf } from './fees.ts';
import { setClock, sh, startWorld } from './reminders.ts';

const world = await startWorld();
const { handler: payments } = await import('../../functions/payments/handler.ts');
const { handler: notices } = await import('../../functions/notices/handler.ts');
vi.spyOn(output, 'write').mockImplementation(() => undefined);
const s3 = await startFauxqs({ port: 0, logger: false });
s3.createBucket('attachments');
Object.assign(process.env, {
  AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${s3.port}`,
  ATTACHMENTS_BUCKET: 'attachments',
});
afterAll(async () => {
  await s3.stop();
  await world.stop();
});

let here: DunningOffice;
beforeAll(async () => {
  setClock(sh('2026-10-20 09:00'));
  here = await dunningOffice(world.tableName, payments, (_, key) => dun(here.table, key, Date.now, 'test'));
  await here.bill(1, 10_000, '2026-11-10');
  await here.bill(2, 20_000, '2026-11-10');
  await here.advance(sh('2026-11-26 12:00'));
});

const ask = (route: string, options: Parameters<typeof call>[3] = {}, t = here.t) =>
  call(notices, staffOf(t, ['desk']), route, options);

describe('notices over HTTP', () => {
  it('a stage of a property is printed as pages, of one building if named', async () => {
    const all = await ask('GET /v1/notices', { query: { propertyId } });
    expect(all.status).toBe(200);
    expect(all.body.match(/<section>/g)).toHaveLength(2);
    expect(all.body).toContain('业主1');
    expect(all.body).toContain('合计人民币 200.00 元（大写：贰佰元整）');
    const other = await ask('GET /v1/notices', { query: { propertyId, building: '2栋' } });
    expect(other.body).not.toContain('<section>');
    const letters = await ask('GET /v1/notices', { query: { propertyId, stage: 'letter' } });
    expect(letters.body).not.toContain('<section>');
  });

  it('one case is printed with the amounts of now', async () => {
    await here.pay('40.00');
    const page = await ask('GET /v1/notices/{id}', {
      params: { id: caseIdOf(1) },
      query: { kind: 'letter' },
    });
    expect(page.body).toContain('欠费催缴函');
    expect(page.body).toContain('合计人民币 60.00 元');
  });

  it('several are one PDF behind a link; who has paid is left out', async () => {
    const both = await ask('POST /v1/notices', { body: { cases: [caseIdOf(1), caseIdOf(2)] } });
    expect(both.status).toBe(201);
    expect(both.body.cases).toEqual([caseIdOf(1), caseIdOf(2)]);
    const file = await fetch(both.body.url);
    const bytes = Buffer.from(await file.arrayBuffer());
    expect([file.status, file.headers.get('content-type'), bytes.length]).toEqual([
      200,
      'application/pdf',
      both.body.bytes,
    ]);
    expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
    await here.pay('60.00');
    const one = await ask('POST /v1/notices', { body: { cases: [caseIdOf(1), caseIdOf(2)] } });
    expect(one.body.cases).toEqual([caseIdOf(2)]);
    const none = await ask('POST /v1/notices', { body: { cases: [caseIdOf(1)] } });
    expect(none.status).toBe(422);
  });

  it('a refund\u2019s notice is a page and a PDF (退款通知书)', async () => {
    const finance = staffOf(here.t, ['finance']);
    const where = { unitId: unitIdOf(1), payerId: customerIdOf(1) };
    const post = (path: string, body: object) => call(payments, finance, `POST ${path}`, { body });
    const { receipt } = (await post('/v1/payments', { ...where, amount: '25.00', method: 'wechat' })).body;
    const back = { ...where, amount: '20.00', method: 'bank', reason: '多缴物业费' };
    const { id, notice } = (await post('/v1/refunds', back)).body;
    const page = await ask('GET /v1/refunds/{id}/notice', { params: { id } });
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    for (const said of ['退款通知书', notice, receipt, '多缴物业费', '贰拾元整', '业主1']) {
      expect(page.body).toContain(said);
    }
    const document = await ask('POST /v1/refunds/{id}/notice', { params: { id } });
    const bytes = Buffer.from(await (await fetch(document.body.url)).arrayBuffer());
    expect([document.status, bytes.length, bytes.subarray(0, 5).toString()]).toEqual([
      201,
      document.body.bytes,
      '%PDF-',
    ]);
    expect((await ask('GET /v1/refunds/{id}/notice', { params: { id } }, newId('tenant'))).status).toBe(404);
  });

  it('a bill\u2019s payment notice is a page and a PDF (缴费通知单), with what is left to pay', async () => {
    const bill = await here.bill(3, 12_345, '2026-12-10');
    const params = { id: bill };
    const page = await ask('GET /v1/bills/{id}/notice', { params });
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    for (const said of [
      '缴费通知单',
      '业主3',
      '2026年12月10日',
      '合计人民币 123.45 元',
      '壹佰贰拾叁元肆角伍分',
    ]) {
      expect(page.body).toContain(said);
    }
    await here.pay('23.45', { unitId: unitIdOf(3), payerId: customerIdOf(3) });
    const rest = (await ask('GET /v1/bills/{id}/notice', { params })).body;
    expect(rest).toContain('已缴或减免 23.45 元，尚应缴 100.00 元');
    const document = await ask('POST /v1/bills/{id}/notice', { params });
    const bytes = Buffer.from(await (await fetch(document.body.url)).arrayBuffer());
    expect([document.status, bytes.subarray(0, 5).toString()]).toEqual([201, '%PDF-']);
    expect((await ask('GET /v1/bills/{id}/notice', { params }, newId('tenant'))).status).toBe(404);
    expect((await ask('POST /v1/bills/{id}/notice', { params: { id: newId('bill') } })).status).toBe(404);
  });

  it('another office\u2019s cases are not there', async () => {
    const stranger = newId('tenant');
    const page = await ask('GET /v1/notices/{id}', { params: { id: caseIdOf(2) } }, stranger);
    expect(page.status).toBe(404);
    expect((await ask('POST /v1/notices', { body: { cases: [caseIdOf(2)] } }, stranger)).status).toBe(422);
  });
});
