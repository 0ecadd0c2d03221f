import { describe, expect, it } from 'vitest';
import { type BillPaper, billSheet } from '../../../functions/notices/bill.ts';
import type { Paper } from '../../../functions/notices/data.ts';
import { toBeSigned } from '../../../functions/notices/sheet.ts';
import { sheetOf } from '../../../functions/notices/words.ts';
import { waterLine } from '../fees/waterLine.ts';

const house = {
  office: '惠方物业服务有限公司',
  property: '锦绣花园',
  address: '中山路 1 号',
  building: '3栋',
  unit: '1201',
  payer: '张䶮喆',
};

const billPaper = (bill: object, more: object = {}) =>
  ({
    ...house,
    zone: 'Asia/Shanghai',
    bill: {
      id: 'bil_01JZ0000000000ABCDEFGHJK',
      cycle: '2026-10',
      lines: [waterLine],
      dueDay: '2026-11-10',
      // Half past midnight of the next day there.
      at: '2026-10-31T16:30:00.000Z',
      status: 'open',
      total: 3000,
      open: 3000,
      paid: {},
      ...bill,
    },
    ...more,
  }) as unknown as BillPaper;

describe('a bill on paper (FEE-6)', () => {
  it('says who is to pay what by when, and how it was computed', () => {
    expect(billSheet(billPaper({}))).toEqual({
      title: '缴费通知单',
      head: '惠方物业服务有限公司',
      number: '编号：ABCDEFGHJK',
      to: '张䶮喆：',
      opening: '贵户（锦绣花园 3栋 1201）2026-10 应缴费用如下，请于 2026年11月10日 前缴纳：',
      table: {
        columns: ['项目', '计算', '金额（元）'],
        rows: [['水费', '10 立方米 × 3 元 = 30 元，取整到分为 30.00 元。', '30.00']],
        widths: [0.24, 0.58, 0.18],
        figures: 2,
      },
      lines: [
        '合计人民币 30.00 元（大写：叁拾元整）。',
        '如已缴纳，请忽略本通知；对账单有异议，请与我处联系。',
        '地址：中山路 1 号',
      ],
      stamp: '（盖章处）',
      signature: '惠方物业服务有限公司',
      day: '2026年11月1日',
      slip: {
        title: '缴费通知单签收回执',
        lines: ['锦绣花园 3栋 1201　张䶮喆　ABCDEFGHJK　30.00 元', ...toBeSigned],
      },
    });
  });

  it('says what is left to pay, or that nothing is', () => {
    const sum = (bill: object) => billSheet(billPaper(bill)).lines[0];
    const all = '合计人民币 30.00 元（大写：叁拾元整）。';
    expect(sum({ open: 1000, paid: { pay: 1500, dep: 300 }, waived: 200 })).toBe(
      `${all}已缴或减免 20.00 元，尚应缴 10.00 元。`,
    );
    expect(sum({ open: 3200 })).toBe(`${all}另计滞纳金 2.00 元，尚应缴 32.00 元。`);
    expect(sum({ open: 2600, paid: { pay: 500 }, waived: 100 })).toBe(
      `${all}另计滞纳金 2.00 元，已缴或减免 6.00 元，尚应缴 26.00 元。`,
    );
    expect(sum({ open: 3000, paid: { pay: 200 } })).toBe(
      `${all}另计滞纳金 2.00 元，已缴或减免 2.00 元，尚应缴 30.00 元。`,
    );
    const paid = { open: 0, status: 'paid', paid: { pay: 3000 } };
    expect(sum(paid)).toBe('合计人民币 30.00 元，已全部缴清。');
    expect(sum({ ...paid, paid: { pay: 2500 }, waived: 500 })).toBe(
      '合计人民币 30.00 元，减免 5.00 元，已全部结清。',
    );
    expect(sum({ ...paid, paid: { pay: 3200 } })).toBe(
      '合计人民币 30.00 元，另计滞纳金 2.00 元，已全部缴清。',
    );
    const taken = billSheet(billPaper({ status: 'void', open: 0, void: { reason: '面积有误' } }));
    expect([taken.title, taken.lines[0]]).toEqual(['缴费通知单（作废）', '本单已作废：面积有误。无须缴纳。']);
  });

  it('bears the name of the property where the office has none, and no address where there is none', () => {
    const { head, signature, lines } = billSheet(billPaper({}, { office: '', address: undefined }));
    expect([head, signature, lines.length]).toEqual(['锦绣花园', '锦绣花园', 2]);
  });
});

const paper = (more: Partial<Paper> = {}): Paper => ({
  ...house,
  kind: 'notice',
  caseId: 'dun_1',
  number: 'ABCDEFGHJK-3',
  day: '2026-11-24',
  bills: [
    { id: 'bil_1', cycle: '2026-10', dueDay: '2026-11-10', total: 3000, open: 2000, daysLate: 14 },
    { id: 'bil_2', cycle: '2026-Q4', dueDay: '2026-11-24', total: 9000, open: 9000, daysLate: 0 },
  ],
  lateFees: 120,
  total: 11_000,
  ...more,
});

describe('a reminder on paper (FEE-4)', () => {
  it('says who owes what since when', () => {
    expect(sheetOf(paper())).toEqual({
      title: '催费通知书',
      head: '惠方物业服务有限公司',
      number: '编号：ABCDEFGHJK-3',
      to: '张䶮喆：',
      opening: '贵户（锦绣花园 3栋 1201）截至 2026年11月24日 有下列费用尚未缴清：',
      table: {
        columns: ['账单', '到期日', '应收（元）', '未付（元）', '逾期（天）'],
        rows: [
          ['2026-10', '2026-11-10', '30.00', '20.00', '14'],
          ['2026-Q4', '2026-11-24', '90.00', '90.00', '—'],
        ],
        widths: [0.3, 0.19, 0.18, 0.18, 0.15],
        figures: 2,
      },
      lines: [
        '合计人民币 110.00 元（大写：壹佰壹拾元整）。',
        '其中滞纳金 1.20 元。',
        '请于收到本通知后尽快缴纳。如已缴纳，请忽略本通知；对账单有异议，或需约定付款日期，请与我处联系。',
        '地址：中山路 1 号',
      ],
      stamp: '（盖章处）',
      signature: '惠方物业服务有限公司',
      day: '2026年11月24日',
      slip: {
        title: '催费通知书签收回执',
        lines: ['锦绣花园 3栋 1201　张䶮喆　ABCDEFGHJK-3　110.00 元', ...toBeSigned],
      },
    });
  });

  it('is a letter in the end, which sets a term', () => {
    const { office: _, address: __, ...rest } = paper({ kind: 'letter', lateFees: 0 });
    const { title, head, signature, lines, slip } = sheetOf({ ...rest, office: '' });
    expect([title, slip.title, head, signature]).toEqual([
      '欠费催缴函',
      '欠费催缴函签收回执',
      '锦绣花园',
      '锦绣花园',
    ]);
    expect(lines).toEqual([
      '合计人民币 110.00 元（大写：壹佰壹拾元整）。',
      '我处已多次提醒，上述费用至今未缴清。请于收到本函之日起七日内缴清；逾期未缴且未作说明的，我处将依法采取进一步措施。',
    ]);
  });
});
