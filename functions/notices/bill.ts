import { keys } from '../../shared/keys.ts';
import { yuan } from '../../shared/money/index.ts';
import { notFound } from '../../shared/problem.ts';
import type { OfficeTable } from '../../shared/table.ts';
import { localDay } from '../../shared/time/index.ts';
import { cycleText } from '../dunning/words.ts';
import { billOf, type StoredBill } from '../fees/billItem.ts';
import { wordsOf } from '../fees/words.ts';
import { inCapitals } from '../payments/capitals.ts';
import { type House, houseKeys, houseOf } from './house.ts';
import { longDay, type Sheet, toBeSigned } from './sheet.ts';

/** What a payment notice is made from, as read. */
export interface BillPaper extends House {
  bill: StoredBill;
}

/** Reads a bill with all that its payment notice says, in two round trips. Throws `not-found`. */
export async function billPaper(office: OfficeTable, id: string): Promise<BillPaper> {
  const t = office.tenantId;
  const { item } = await office.load({ item: keys.bill(t, id) });
  if (item?.et !== 'bill') throw notFound();
  const bill = billOf(item);
  const house = houseOf(await office.load(houseKeys(t, bill)));
  if (!house) throw notFound();
  return { bill, ...house };
}

/** What is left to pay, in words: late fees come on top of the bill's sum (FEE-9); of a bill taken back that nothing is. */
function sumOf({ total, open, status, paid, waived = 0, void: taken }: StoredBill): string {
  if (taken) return `本单已作废：${taken.reason}。无须缴纳。`;
  const came = Object.values(paid).reduce((sum, amount) => sum + amount, 0);
  const late = open + came + waived - total;
  const fee = late > 0 ? [`另计滞纳金 ${yuan(late)} 元`] : [];
  const sum = `合计人民币 ${yuan(total)} 元`;
  if (status === 'paid') {
    const end = waived > 0 ? [`减免 ${yuan(waived)} 元`, '已全部结清'] : ['已全部缴清'];
    return `${[sum, ...fee, ...end].join('，')}。`;
  }
  const all = `${sum}（大写：${inCapitals(total)}）。`;
  const more = came + waived > 0 ? [...fee, `已缴或减免 ${yuan(came + waived)} 元`] : fee;
  return more.length === 0 ? all : `${all}${more.join('，')}，尚应缴 ${yuan(open)} 元。`;
}

/** A bill's payment notice (缴费通知单, FEE-6, CALLBACK-7) as it is laid out: each line with how it was computed. */
export function billSheet(paper: BillPaper): Sheet {
  const { bill, zone, office, property, address, building, unit, payer } = paper;
  const { id, cycle, lines, dueDay, at, open } = bill;
  const house = `${property} ${building} ${unit}`;
  const number = id.slice(-10);
  return {
    title: bill.void ? '缴费通知单（作废）' : '缴费通知单',
    head: office || property,
    number: `编号：${number}`,
    to: `${payer}：`,
    opening: `贵户（${house}）${cycleText(cycle)} 应缴费用如下，请于 ${longDay(dueDay)} 前缴纳：`,
    table: {
      columns: ['项目', '计算', '金额（元）'],
      rows: lines.map((line) => [line.name, wordsOf(line).zh, yuan(line.amount)]),
      widths: [0.24, 0.58, 0.18],
      figures: 2,
    },
    lines: [
      sumOf(bill),
      '如已缴纳，请忽略本通知；对账单有异议，请与我处联系。',
      ...(address === undefined ? [] : [`地址：${address}`]),
    ],
    stamp: '（盖章处）',
    signature: office || property,
    day: longDay(localDay(Date.parse(at), zone)),
    slip: {
      title: '缴费通知单签收回执',
      lines: [`${house}　${payer}　${number}　${yuan(open)} 元`, ...toBeSigned],
    },
  };
}
