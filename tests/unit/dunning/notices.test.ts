import { describe, expect, it } from 'vitest';
import type { Paper } from '../../../functions/notices/data.ts';
import { pageOf } from '../../../functions/notices/page.ts';
import { pdfOf } from '../../../functions/notices/pdf.ts';
import { longDay } from '../../../functions/notices/sheet.ts';
import { sheetOf, wordsOf } from '../../../functions/notices/words.ts';

const bill = (n: number): Paper['bills'][number] => ({
  id: `bil_${n}`,
  cycle: n === 0 ? 'once:装修垃圾清运' : `2026-${String(n).padStart(2, '0')}`,
  dueDay: '2026-11-10',
  total: 123_456,
  open: 23_456,
  daysLate: 15 - n,
});

const paper = (more: Partial<Paper> = {}): Paper => ({
  kind: 'notice',
  caseId: 'dun_1',
  number: 'ABC-4',
  day: '2026-11-25',
  office: '惠方物业服务有限公司',
  property: '锦绣花园',
  address: '幸福路 1 号',
  building: '3栋',
  unit: '1201',
  payer: '张䶮喆',
  bills: [bill(0), bill(1)],
  lateFees: 0,
  total: 46_912,
  ...more,
});

const now = Date.parse('2026-11-25T02:00:00Z');
const inside = async (papers: readonly Paper[]) =>
  (await pdfOf(papers.map(sheetOf), now, false)).file.toString('latin1');
const pages = (pdf: string) => pdf.match(/\/Type \/Page\n/g)?.length;

describe('a printed notice', () => {
  it('names payer, unit, bills and the sum, also in capitals', () => {
    const words = wordsOf(paper({ lateFees: 1200 }));
    expect(words.opening).toBe('贵户（锦绣花园 3栋 1201）截至 2026年11月25日 有下列费用尚未缴清：');
    expect(words.sum).toBe('合计人民币 469.12 元（大写：肆佰陆拾玖元壹角贰分）。');
    expect(words.fees).toBe('其中滞纳金 12.00 元。');
    expect(words.slip.title).toBe('催费通知书签收回执');
    expect(wordsOf(paper({ kind: 'letter' })).title).toBe('欠费催缴函');
    expect(longDay('2026-01-02')).toBe('2026年1月2日');
  });

  it('as a page has one sheet for each paper, and no word in it is markup', () => {
    const { body, headers } = pageOf([paper(), paper({ payer: '<script>alert(1)</script>' })].map(sheetOf));
    const html = String(body);
    expect(html.match(/<section>/g)).toHaveLength(2);
    expect(html).not.toContain('<script>');
    expect(html).toContain('&#60;script&#62;');
    expect(html).toContain('装修垃圾清运');
    expect(headers?.['content-security-policy']).toContain("default-src 'none'");
  });
});

it('a batch in which nothing is left to print says so', () => {
  expect(String(pageOf([]).body)).toContain('<p>没有需要打印的通知。</p>');
  expect(String(pageOf([sheetOf(paper())]).body)).not.toContain('没有需要打印');
});

describe('notices as PDF', () => {
  it('embed the font they need, and need no other', async () => {
    const pdf = await inside([paper()]);
    expect(pdf.slice(0, 5)).toBe('%PDF-');
    const fonts = pdf.match(/\/BaseFont \/([^\s/]+)/g) ?? [];
    expect(new Set(fonts.map((name) => name.replace(/.*\+/, ''))).size).toBe(1);
    expect(pdf).toMatch(/\/FontFile[23]? /);
    expect(pdf).not.toContain('Helvetica');
  });

  it('keep their text as text: each sign can be searched for, rare ones in names as well', async () => {
    const pdf = await inside([paper()]);
    for (const sign of '催费通知书张䶮喆壹') {
      const code = (sign.codePointAt(0) ?? 0).toString(16).padStart(4, '0');
      expect(pdf.toLowerCase()).toContain(code);
    }
  });

  it('put each paper on a sheet of its own, and go on over sheets where bills are many', async () => {
    expect(pages(await inside([paper(), paper(), paper()]))).toBe(3);
    const many = Array.from({ length: 40 }, (_, i) => bill(i % 12));
    expect(pages(await inside([paper({ bills: many })]))).toBe(2);
  });

  it('are the same to the byte whatever was printed between, though they share a font', async () => {
    const before = await inside([paper()]);
    const other = await inside([paper({ payer: '欧阳修齐', office: '安居物业' })]);
    expect(other).not.toBe(before);
    expect(await inside([paper()])).toBe(before);
  });

  it('say which letters the font has not, and set 〓 for each of them', async () => {
    const payer = '𠮷田👨‍👩‍👧 علي 葛\u{e0100}';
    const { file, missing } = await pdfOf([sheetOf(paper({ payer }))], now, false);
    expect(missing).toBe('𠮷👨‍👩‍👧علي');
    const as = (await pdfOf([sheetOf(paper({ payer: '〓田〓 〓〓〓 葛' }))], now, false)).file;
    expect(file.equals(as)).toBe(true);
    expect((await pdfOf([sheetOf(paper())], now)).missing).toBe('');
  });

  it('keep lines apart where names are long', async () => {
    const long = '阿布都热合曼·买买提依明'.repeat(7).slice(0, 80);
    for (const more of [
      {},
      { payer: long },
      { office: long },
      { payer: long, office: long, property: long },
    ]) {
      const pdf = await inside([paper(more)]);
      const texts = [...pdf.matchAll(/1 0 0 1 ([\d.]+) ([\d.]+) Tm/g)];
      // Beside the place for the stamp, which has a word of its own.
      const lines = texts.flatMap(([, x, y]) => (Number(x) < 430 ? Number(y) : []));
      const heights = [...new Set(lines)].toSorted((a, b) => a - b);
      expect(heights.length).toBeGreaterThan(10);
      const gaps = heights.slice(1).map((y, i) => y - (heights[i] ?? 0));
      expect(Math.min(...gaps), JSON.stringify(more)).toBeGreaterThan(9);
      expect(pages(pdf)).toBe(1);
    }
  });

  it('keep a line of the table on one sheet', async () => {
    const wordy = (n: number) => ({
      ...sheetOf(paper()),
      table: {
        columns: ['项目', '计算'],
        rows: Array.from({ length: n }, () => ['水费', '按阶梯计价'.repeat(40)]),
        widths: [0.2, 0.8],
        figures: 2,
      },
    });
    // Six on the first sheet, seven on each that follows; a line cut in two would take a sheet more.
    const { file } = await pdfOf([wordy(20)], now, false);
    expect(pages(file.toString('latin1'))).toBe(4);
  });

  it('of a building stay small', async () => {
    const { file } = await pdfOf(
      Array.from({ length: 60 }, () => sheetOf(paper())),
      now,
    );
    expect(file.length).toBeLessThan(500_000);
  });
});
