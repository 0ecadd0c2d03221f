/** A paper to print, as words: the page and the PDF are laid out from the same. */
export interface Sheet {
  title: string;
  head: string;
  number: string;
  /** To whom. */
  to: string;
  opening: string;
  table: {
    columns: readonly string[];
    rows: readonly (readonly string[])[];
    /** Shares of the width, which add up to one. */
    widths: readonly number[];
    /** The first column of figures; they are put to the right. */
    figures: number;
  };
  /** What follows the table, a paragraph each. */
  lines: readonly string[];
  stamp: string;
  signature: string;
  day: string;
  /** The part to be signed and kept, at the foot. */
  slip: { title: string; lines: readonly string[] };
}

/** `2026年11月25日` */
export const longDay = (day: string): string =>
  `${Number(day.slice(0, 4))}年${Number(day.slice(5, 7))}月${Number(day.slice(8))}日`;

/** The slip of a paper that is brought: how it was received, by whom, who brought it. */
export const toBeSigned = [
  '□ 本人签收　□ 他人代收　□ 拒收　□ 留置送达',
  '签收人：＿＿＿＿＿＿＿＿　与业主关系：＿＿＿＿＿＿　日期：＿＿＿＿年＿＿月＿＿日',
  '送达人：＿＿＿＿＿＿＿＿　见证人：＿＿＿＿＿＿＿＿　时间：＿＿＿＿＿＿＿＿',
] as const;
