import { decimal, decimalText, ratio, times, yuan } from '../../shared/money/index.ts';
import type { Text } from '../../shared/text.ts';
import type { Rung } from './clock.ts';
import type { FeeLine } from './model.ts';
import type { ToldBill } from './store.ts';

/** Whom a message is about and what it asks for. */
export interface Told {
  rung: Pick<Rung, 'kind' | 'day'>;
  property: string;
  building: string;
  number: string;
  bills: readonly ToldBill[];
  lateFees: readonly FeeLine[];
  total: number;
  /** the property's day */
  today: string;
}

/** Bills named one by one in a message; the sum is over all. */
const mostNamed = 40;

/** A bill's cycle as people read it; one-off charges go by their reference. */
export const cycleText = (cycle: string): string => cycle.replace(/^once:/, '');

const heads = {
  friendly: { en: 'Friendly notice: fees will be due', zh: '缴费温馨提示' },
  message: { en: 'Reminder: fees are overdue', zh: '缴费提醒' },
  notice: { en: 'Payment notice', zh: '催费通知书' },
  visit: { en: 'To be visited or called about arrears', zh: '待上门或电话催费' },
  letter: { en: 'Formal letter on arrears', zh: '欠费催缴函' },
} as const satisfies Record<string, Text>;

/** What kind of writing a step is. */
export function headOf({ kind, day }: Pick<Rung, 'kind' | 'day'>): Text {
  return kind === 'message' ? (day < 0 ? heads.friendly : heads.message) : heads[kind];
}

const opening = ({ rung: { kind, day } }: Told): Text => {
  if (kind === 'letter') {
    return {
      en: 'In spite of our reminders the following is still not paid. Please pay within seven days; the office otherwise decides on further steps.',
      zh: '经多次提醒，下列费用至今未缴清。请于七日内缴清，逾期我处将决定采取进一步措施。',
    };
  }
  if (kind === 'notice') {
    return {
      en: 'The following is overdue. Please pay soon, or tell us when you will, or what is wrong with it.',
      zh: '下列费用已逾期，请尽快缴纳；如有异议或需约定付款时间，请与我处联系。',
    };
  }
  if (kind === 'visit') {
    return { en: 'The following is still not paid.', zh: '下列费用至今未缴清。' };
  }
  return day < 0
    ? { en: 'The following will be due soon.', zh: '下列费用即将到期，敬请留意。' }
    : {
        en: 'The following is overdue. If you have paid already, please ignore this.',
        zh: '下列费用已逾期，请及时缴纳；如已缴纳，请忽略本提醒。',
      };
};

/** A bill in one line. */
export function billLine({ cycle, dueDay, open, total, daysLate }: ToldBill): Text {
  const name = cycleText(cycle);
  const part = open < total;
  const en = [`${name}, due ${dueDay}: ${yuan(open)} yuan`];
  const zh = [`${name}，到期日 ${dueDay}：${yuan(open)} 元`];
  if (part) {
    en.push(`of ${yuan(total)} yuan`);
    zh.push(`（账单 ${yuan(total)} 元，部分已付）`);
  }
  if (daysLate > 0) {
    en.push(`${daysLate} ${daysLate === 1 ? 'day' : 'days'} overdue`);
    zh.push(`，逾期 ${daysLate} 天`);
  }
  return { en: en.join(', '), zh: zh.join('') };
}

/** A late fee in one line, step by step (FEE-9). */
export function feeLine({ from, to, days, base, rate, amount }: FeeLine): Text {
  const percent = decimalText(times(decimal(rate), ratio(100)), 8);
  return {
    en: `Late fee ${from} to ${to}: ${yuan(base)} yuan x ${percent} % x ${days} ${days === 1 ? 'day' : 'days'} = ${yuan(amount)} yuan`,
    zh: `滞纳金 ${from} 至 ${to}：${yuan(base)} 元 × ${percent}% × ${days} 天 = ${yuan(amount)} 元`,
  };
}

/** Title and text of a message to the payer. No name: it travels over other people's systems. */
export function wordsOf(told: Told): { title: Text; text: Text } {
  const { property, building, number, bills, lateFees, total, today, rung } = told;
  const head = headOf(rung);
  const place = `${property} ${building} ${number}`.trim();
  const more = bills.length - mostNamed;
  const lines = [...bills.slice(0, mostNamed).map(billLine), ...lateFees.map(feeLine)];
  const start = opening(told);
  return {
    title: { en: `${head.en}: ${place}`, zh: `【${head.zh}】${place}` },
    text: {
      en: [
        start.en,
        ...lines.map(({ en }) => en),
        ...(more > 0 ? [`and ${more} more`] : []),
        `Together: ${yuan(total)} yuan (${today})`,
      ].join('\n'),
      zh: [
        start.zh,
        ...lines.map(({ zh }) => zh),
        ...(more > 0 ? [`另有 ${more} 笔`] : []),
        `合计：${yuan(total)} 元（截至 ${today}）`,
      ].join('\n'),
    },
  };
}
