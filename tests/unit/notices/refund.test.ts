import { describe, expect, it } from 'vitest';
import { pageOf } from '../../../functions/notices/page.ts';
import { pdfOf } from '../../../functions/notices/pdf.ts';
import { type RefundPaper, refundSheet } from '../../../functions/notices/refund.ts';
import { noHistory } from '../../../shared/history.ts';

const at = '2026-11-24T16:30:00.000Z';

const paper = (more: Partial<RefundPaper['refund']> = {}): RefundPaper => ({
  refund: {
    id: 'rfd_1',
    at,
    propertyId: 'prp_1',
    unitId: 'unt_1',
    payerId: 'cus_1',
    movements: [
      { kind: 'depositRefunded', amount: 170_000, depositId: 'dep_1' },
      { kind: 'refund', amount: 1205, source: 'pay_1' },
    ],
    method: 'bank',
    payee: { name: '张䶮喆', account: '6222000011112345' },
    reason: '装修验收合格',
    notice: '2026-000007',
    by: 'staff:stf_1',
    head: noHistory,
    version: 1,
    ...more,
  },
  zone: 'Asia/Shanghai',
  office: '惠方物业服务有限公司',
  property: '锦绣花园',
  building: '3栋',
  unit: '1201',
  payer: '张䶮喆',
  sources: new Map([
    ['dep_1', { receipt: '2026-000003', kind: 'renovation' }],
    ['pay_1', { receipt: '2026-000009' }],
  ]),
});

describe('the notice of a refund (FEE-7)', () => {
  it('says what is paid back of which receipt, to whom and why, the sum also in capitals', () => {
    const sheet = refundSheet(paper());
    expect([sheet.title, sheet.number]).toEqual(['退款通知书', '编号：2026-000007']);
    // Half past midnight in the property's zone.
    expect(sheet.opening).toBe('贵户（锦绣花园 3栋 1201）下列款项已于 2026年11月25日 办理退款：');
    expect(sheet.table.rows).toEqual([
      ['装修押金', '2026-000003', '1700.00'],
      ['预存款（多缴、转入）', '2026-000009', '12.05'],
    ]);
    expect(sheet.lines[0]).toBe('合计人民币 1712.05 元（大写：壹仟柒佰壹拾贰元零伍分）。');
    expect(sheet.lines[2]).toBe('退款方式：银行转账。收款人：张䶮喆（账号尾号 2345）。');
    expect(JSON.stringify(sheet)).not.toContain('6222');
    expect(sheet.slip.title).toBe('退款签收回执');
  });

  it('that did not happen says so', () => {
    const reversed = { at, by: 'staff:stf_1', reason: '账号有误' };
    const sheet = refundSheet(paper({ state: 'reversed', reversed }));
    expect(sheet.title).toBe('退款通知书（作废）');
    expect(sheet.lines.join()).toContain('本通知书已作废（2026年11月25日）：账号有误。');
  });

  it('is a page in which no word is markup, and a PDF of one sheet with its font in it', async () => {
    const sheet = refundSheet(paper({ reason: '<b>x</b>' }));
    const html = String(pageOf([sheet]).body);
    expect(html).not.toContain('<b>');
    expect(html).toContain('<td class="n">1700.00</td>');
    const pdf = (await pdfOf([sheet], Date.parse(at), false)).file.toString('latin1');
    expect(pdf.match(/\/Type \/Page\n/g)).toHaveLength(1);
    expect(pdf).toMatch(/\/FontFile[23]? /);
    for (const sign of '退款通知书䶮')
      expect(pdf.toLowerCase()).toContain((sign.codePointAt(0) ?? 0).toString(16).padStart(4, '0'));
  });
});
