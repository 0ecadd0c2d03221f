import { keys } from '../../shared/keys.ts';
import { yuan } from '../../shared/money/index.ts';
import { notFound } from '../../shared/problem.ts';
import type { Item, Key, OfficeTable } from '../../shared/table.ts';
import { localDay } from '../../shared/time/index.ts';
import { inCapitals } from '../payments/capitals.ts';
import type { Deposit } from '../payments/depositItem.ts';
import { amountOf, refundOf, type StoredRefund } from '../payments/refunds.ts';
import type { Method } from '../payments/schema.ts';
import { type House, houseKeys, houseOf } from './house.ts';
import { longDay, type Sheet } from './sheet.ts';

/** What a refund's notice is made from, as read. */
export interface RefundPaper extends House {
  refund: StoredRefund;
  /** What the money came from: the payments and deposits, by id. */
  sources: ReadonlyMap<string, { receipt?: string | undefined; kind?: string | undefined }>;
}

/** Keys of one round trip. */
const atOnce = 90;

/** The ids of what the refunded money came from. */
const sourcesOf = ({ movements }: StoredRefund): string[] => [
  ...new Set(movements.flatMap(({ source, depositId }) => source ?? depositId ?? [])),
];

/** Reads a refund with all that its notice says, in two round trips. Throws `not-found`. */
export async function refundPaper(office: OfficeTable, id: string): Promise<RefundPaper> {
  const t = office.tenantId;
  const { item } = await office.load({ item: keys.refund(t, id) });
  if (item?.et !== 'refund') throw notFound();
  const refund = refundOf(item);
  const ids = sourcesOf(refund).slice(0, atOnce);
  const wanted: Record<string, Key> = Object.fromEntries(
    ids.map((id) => [id, id.startsWith('dep_') ? keys.deposit(t, id) : keys.payment(t, id)]),
  );
  const found: Record<string, Item | undefined> = await office.load({
    ...wanted,
    ...houseKeys(t, refund),
  });
  const house = houseOf(found);
  if (!house) throw notFound();
  return {
    refund,
    ...house,
    sources: new Map(
      ids.map((id) => {
        const { receipt, kind } = (found[id]?.list ?? {}) as { receipt?: string; kind?: string };
        return [id, { receipt, kind }];
      }),
    ),
  };
}

const deposits: Record<Deposit['kind'], string> = {
  renovation: '装修押金',
  card: '卡类押金',
  key: '钥匙押金',
  other: '押金',
};

const methods: Record<Method, string> = {
  cash: '现金',
  bank: '银行转账',
  wechat: '微信',
  alipay: '支付宝',
  card: '银行卡',
  cheque: '支票',
  other: '其他',
};

/** Enough of an account's number to know it by. */
const ending = (account: string) => `（账号尾号 ${account.slice(-4)}）`;

/** A refund's notice (退款通知书, FEE-7) as it is laid out. Of one that did not happen it says so. */
export function refundSheet(paper: RefundPaper): Sheet {
  const { refund, zone, office, property, address, building, unit, payer, sources } = paper;
  const { method, payee, reason, notice, reversed } = refund;
  const amount = amountOf(refund);
  const day = longDay(localDay(Date.parse(refund.at), zone));
  const house = `${property} ${building} ${unit}`;
  const rows = refund.movements.map((movement) => {
    const of = sources.get(movement.source ?? movement.depositId ?? '');
    const name = movement.depositId
      ? (deposits[of?.kind as Deposit['kind']] ?? '押金')
      : '预存款（多缴、转入）';
    return [name, of?.receipt ?? '—', yuan(movement.amount)];
  });
  const to = payee ? `收款人：${payee.name}${payee.account ? ending(payee.account) : ''}。` : '';
  return {
    title: reversed ? '退款通知书（作废）' : '退款通知书',
    head: office || property,
    number: `编号：${notice}`,
    to: `${payer}：`,
    opening: `贵户（${house}）下列款项已于 ${day} 办理退款：`,
    table: {
      columns: ['退款项目', '原收据号', '退款金额（元）'],
      rows,
      widths: [0.45, 0.3, 0.25],
      figures: 2,
    },
    lines: [
      `合计人民币 ${yuan(amount)} 元（大写：${inCapitals(amount)}）。`,
      `退款原因：${reason}。`,
      `退款方式：${methods[method]}。${to}`,
      ...(reversed
        ? [`本通知书已作废（${longDay(localDay(Date.parse(reversed.at), zone))}）：${reversed.reason}。`]
        : ['请核对以上内容；如有疑问，请与我处联系。']),
      ...(address === undefined ? [] : [`地址：${address}`]),
    ],
    stamp: '（盖章处）',
    signature: office || property,
    day,
    slip: {
      title: '退款签收回执',
      lines: [
        `${house}　${payer}　${notice}　${yuan(amount)} 元`,
        '原收据：□ 已收回　□ 遗失，已声明作废',
        '领款人：＿＿＿＿＿＿＿＿　证件号：＿＿＿＿＿＿＿＿　日期：＿＿＿＿年＿＿月＿＿日',
        '经办人：＿＿＿＿＿＿＿＿　复核人：＿＿＿＿＿＿＿＿　时间：＿＿＿＿＿＿＿＿',
      ],
    },
  };
}
