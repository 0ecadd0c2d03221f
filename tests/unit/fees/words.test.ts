import { describe, expect, it } from 'vitest';
import type { Line } from '../../../functions/fees/line.ts';
import { symbolOf, wordsOf } from '../../../functions/fees/words.ts';
import { waterLine } from './waterLine.ts';

const line = (change: Partial<Line>): Line => ({ ...waterLine, ...change });
const meter = { id: 'mtr_A', from: '30', to: '40', multiplier: '1' };
const cost = { en: '= 30 yuan, to the fen 30.00 yuan.', zh: '= 30 元，取整到分为 30.00 元。' };

describe('a line of a bill says how it was computed (FEE-2)', () => {
  it.each<[string, Partial<Line>, string, string]>([
    [
      'a meter',
      { meter },
      `Meter 30 to 40. 10 m3 x 3 yuan ${cost.en}`,
      `表读数 30 至 40。10 立方米 × 3 元 ${cost.zh}`,
    ],
    [
      'a meter with a multiplier, which was changed',
      { kind: 'electricity', meter: { ...meter, multiplier: '20', changed: true } },
      `Meter 30 to 40 x 20 (the meter was changed). 10 kWh x 3 yuan ${cost.en}`,
      `表读数 30 至 40 × 20（期间换表）。10 千瓦时 × 3 元 ${cost.zh}`,
    ],
    [
      'an estimate',
      { meter: { ...meter, estimatedFrom: 3 } },
      `Meter 30 to 40. Estimated: no reading was taken; average of 3 earlier cycles. 10 m3 x 3 yuan ${cost.en}`,
      `表读数 30 至 40。估算：本期无读数，按之前 3 期平均用量计。10 立方米 × 3 元 ${cost.zh}`,
    ],
    [
      'a tier',
      { tier: { above: '100', upTo: '200' } },
      `Tier 100 to 200. 10 m3 x 3 yuan ${cost.en}`,
      `阶梯：100 至 200。10 立方米 × 3 元 ${cost.zh}`,
    ],
    [
      'the last tier',
      { tier: { above: '200' } },
      `Tier above 200. 10 m3 x 3 yuan ${cost.en}`,
      `阶梯：200 以上。10 立方米 × 3 元 ${cost.zh}`,
    ],
    [
      'one month',
      { kind: 'management', basis: 'area', months: 1 },
      `10 m2 x 3 yuan x 1 month ${cost.en}`,
      `10 平方米 × 3 元 × 1 个月 ${cost.zh}`,
    ],
    [
      'some months, of which not every day',
      { kind: 'parking', basis: 'fixed', months: 3, days: [14, 92] },
      `10 x 3 yuan x 3 months x 14/92 days ${cost.en}`,
      `10 份 × 3 元 × 3 个月 × 14/92 天 ${cost.zh}`,
    ],
    ['no price', { price: undefined as never }, `10 m3 ${cost.en}`, `10 立方米 ${cost.zh}`],
    [
      'a unit that stood empty',
      { gross: 3000, amount: 2100, off: { why: 'vacant', percent: '30' } },
      `10 m3 x 3 yuan ${cost.en} The unit stood empty: 30 % off, 21.00 yuan.`,
      `10 立方米 × 3 元 ${cost.zh}房屋空置，减 30%，计 21.00 元。`,
    ],
    [
      'a discount',
      { gross: 3000, amount: 2700, off: { why: 'discount', percent: '10', reason: '漏水' } },
      `10 m3 x 3 yuan ${cost.en} Exception (漏水): 10 % off, 27.00 yuan.`,
      `10 立方米 × 3 元 ${cost.zh}例外（漏水）：减 10%，计 27.00 元。`,
    ],
    [
      'a fixed amount instead',
      { gross: 3000, amount: 500, off: { why: 'fixed', reason: '协议' } },
      `10 m3 x 3 yuan ${cost.en} Exception (协议): 5.00 yuan instead.`,
      `10 立方米 × 3 元 ${cost.zh}例外（协议）：改收 5.00 元。`,
    ],
    [
      'nothing to pay',
      { gross: 3000, amount: 0, off: { why: 'exempt' } },
      `10 m3 x 3 yuan ${cost.en} Exempt ().`,
      `10 立方米 × 3 元 ${cost.zh}免收（）。`,
    ],
  ])('with %s', (_, change, en, zh) => {
    expect(wordsOf(line(change))).toEqual({ en, zh });
  });

  it('to more than the fen before it is rounded', () => {
    const { zh } = wordsOf(line({ exact: '2999.5', amount: 3000 }));
    expect(zh).toContain('= 29.995 元，取整到分为 30.00 元。');
  });

  it('with the symbol of its unit', () => {
    const lines = [
      line({}),
      line({ kind: 'electricity' }),
      line({ basis: 'area' }),
      line({ kind: 'parking' }),
    ];
    expect(lines.map(symbolOf)).toEqual(['m3', 'kWh', 'm2', 'x']);
  });
});
