import { decimal, decimalText, ratio, times, yuan } from '../../shared/money/index.ts';
import type { Text } from '../../shared/text.ts';
import type { Line } from './line.ts';

const unitOf = (line: Line): Text => {
  if (line.unit !== undefined) return { en: line.unit, zh: line.unit };
  if (line.basis === 'area') return { en: 'm2', zh: '平方米' };
  if (line.kind === 'water') return { en: 'm3', zh: '立方米' };
  if (line.kind === 'electricity') return { en: 'kWh', zh: '千瓦时' };
  return { en: 'x', zh: '份' };
};

/** The unit of a line's quantity, as symbol. */
export const symbolOf = (line: Line): string => unitOf(line).en;

/** What a line would come to before rounding, in yuan. */
export const exactYuan = (line: Line): string => decimalText(times(decimal(line.exact), ratio(1, 100)), 8);

/** How a line was computed, step by step: quantity, price, time, rounding, what was taken off and why (FEE-2). */
export function wordsOf(line: Line): Text {
  const en: string[] = [];
  const zh: string[] = [];
  const { meter, tier, days, off, price } = line;
  if (meter) {
    const count = meter.changed ? { en: ' (the meter was changed)', zh: '（期间换表）' } : { en: '', zh: '' };
    const multiplied = meter.multiplier === '1' ? '' : ` x ${meter.multiplier}`;
    en.push(`Meter ${meter.from} to ${meter.to}${multiplied}${count.en}.`);
    zh.push(`表读数 ${meter.from} 至 ${meter.to}${multiplied.replace('x', '×')}${count.zh}。`);
    if (meter.estimatedFrom !== undefined) {
      en.push(`Estimated: no reading was taken; average of ${meter.estimatedFrom} earlier cycles.`);
      zh.push(`估算：本期无读数，按之前 ${meter.estimatedFrom} 期平均用量计。`);
    }
  }
  if (tier) {
    en.push(tier.upTo === undefined ? `Tier above ${tier.above}.` : `Tier ${tier.above} to ${tier.upTo}.`);
    zh.push(tier.upTo === undefined ? `阶梯：${tier.above} 以上。` : `阶梯：${tier.above} 至 ${tier.upTo}。`);
  }
  const unit = unitOf(line);
  // So many times something is said by the sign that follows.
  const counted = unit.en === 'x' ? line.quantity : `${line.quantity} ${unit.en}`;
  const factors = { en: [counted], zh: [`${line.quantity} ${unit.zh}`] };
  if (price !== undefined) {
    factors.en.push(`${price} yuan`);
    factors.zh.push(`${price} 元`);
  }
  if (line.months !== undefined) {
    factors.en.push(`${line.months} ${line.months === 1 ? 'month' : 'months'}`);
    factors.zh.push(`${line.months} 个月`);
  }
  if (days) {
    factors.en.push(`${days[0]}/${days[1]} days`);
    factors.zh.push(`${days[0]}/${days[1]} 天`);
  }
  const result = yuan(line.gross ?? line.amount);
  const exact = exactYuan(line);
  en.push(`${factors.en.join(' x ')} = ${exact} yuan, to the fen ${result} yuan.`);
  zh.push(`${factors.zh.join(' × ')} = ${exact} 元，取整到分为 ${result} 元。`);
  if (off) {
    const reason = off.reason ?? '';
    const amount = yuan(line.amount);
    const why = {
      vacant: {
        en: `The unit stood empty: ${off.percent} % off, ${amount} yuan.`,
        zh: `房屋空置，减 ${off.percent}%，计 ${amount} 元。`,
      },
      discount: {
        en: `Exception (${reason}): ${off.percent} % off, ${amount} yuan.`,
        zh: `例外（${reason}）：减 ${off.percent}%，计 ${amount} 元。`,
      },
      exempt: { en: `Exempt (${reason}).`, zh: `免收（${reason}）。` },
      fixed: {
        en: `Exception (${reason}): ${amount} yuan instead.`,
        zh: `例外（${reason}）：改收 ${amount} 元。`,
      },
    }[off.why];
    en.push(why.en);
    zh.push(why.zh);
  }
  return { en: en.join(' '), zh: zh.join('') };
}
