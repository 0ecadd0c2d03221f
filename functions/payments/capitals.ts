import type { Fen } from '../../shared/money/index.ts';

const digits = '零壹贰叁肆伍陆柒捌玖';
const places = ['仟', '佰', '拾', ''];
/** Names of groups of four digits: the books hold no 万亿 (`MAX_FEN`). */
const groups = ['亿', '万', ''];

/**
 * An amount as receipts write it, in characters that cannot be altered (人民币大写): 1234.05 yuan is 壹仟贰佰叁拾肆元零伍分. Whole yuan
 * and whole jiao end in 整.
 */
export function inCapitals(fen: Fen): string {
  const yuan = Math.floor(fen / 100);
  const [jiao, cents] = [Math.floor(fen / 10) % 10, fen % 10];
  const whole = yuan > 0 ? `${wholeYuan(yuan)}元` : '';
  if (jiao === 0 && cents === 0) return `${whole || '零元'}整`;
  const tenths = jiao > 0 ? `${digits[jiao]}角` : whole ? '零' : '';
  return `${whole}${tenths}${cents > 0 ? `${digits[cents]}分` : '整'}`;
}

/** A whole number by groups of four digits; zeros within or between groups are said once. */
function wholeYuan(n: number): string {
  let text = '';
  let zero = false;
  const padded = String(n).padStart(12, '0');
  for (const [group, name] of groups.entries()) {
    const four = padded.slice(group * 4, group * 4 + 4);
    let said = '';
    [...four].forEach((digit, place) => {
      if (digit === '0') zero = true;
      else {
        if (zero && (text || said)) said += '零';
        said += `${digits[Number(digit)]}${places[place]}`;
        zero = false;
      }
    });
    if (said) text += `${said}${name}`;
  }
  return text;
}
