import { yuan } from '../../shared/money/index.ts';
import { cycleText } from '../dunning/words.ts';
import { inCapitals } from '../payments/capitals.ts';
import type { Paper } from './data.ts';
import { longDay, type Sheet, toBeSigned } from './sheet.ts';

/*
 * What stands on a printed notice, in Chinese: it is a paper of the office for residents, signed and filed. The page and the PDF
 * are laid out from the same words.
 */

export const titles = { notice: '催费通知书', letter: '欠费催缴函' } as const;

export const columns = ['账单', '到期日', '应收（元）', '未付（元）', '逾期（天）'] as const;

export const rowOf = ({ cycle, dueDay, total, open, daysLate }: Paper['bills'][number]): string[] => [
  cycleText(cycle),
  dueDay,
  yuan(total),
  yuan(open),
  daysLate > 0 ? String(daysLate) : '—',
];

export function wordsOf(paper: Paper) {
  const { kind, payer, building, unit, day, total, lateFees, office, property, address, number } = paper;
  return {
    title: titles[kind],
    head: office || property,
    number: `编号：${number}`,
    to: `${payer}：`,
    opening: `贵户（${property} ${building} ${unit}）截至 ${longDay(day)} 有下列费用尚未缴清：`,
    sum: `合计人民币 ${yuan(total)} 元（大写：${inCapitals(total)}）。`,
    fees: lateFees > 0 ? `其中滞纳金 ${yuan(lateFees)} 元。` : undefined,
    closing:
      kind === 'letter'
        ? '我处已多次提醒，上述费用至今未缴清。请于收到本函之日起七日内缴清；逾期未缴且未作说明的，我处将依法采取进一步措施。'
        : '请于收到本通知后尽快缴纳。如已缴纳，请忽略本通知；对账单有异议，或需约定付款日期，请与我处联系。',
    place: address === undefined ? undefined : `地址：${address}`,
    signature: office || property,
    stamp: '（盖章处）',
    day: longDay(day),
    slip: {
      title: `${titles[kind]}签收回执`,
      about: `${property} ${building} ${unit}　${payer}　${number}　${yuan(total)} 元`,
    },
  };
}

/** A notice as it is laid out. */
export function sheetOf(paper: Paper): Sheet {
  const { sum, fees, closing, place, slip, ...words } = wordsOf(paper);
  const { title, about } = slip;
  return {
    ...words,
    table: { columns, rows: paper.bills.map(rowOf), widths: [0.3, 0.19, 0.18, 0.18, 0.15], figures: 2 },
    lines: [sum, fees, closing, place].filter((line) => line !== undefined),
    slip: { title, lines: [about, ...toBeSigned] },
  };
}
