import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create, type Font } from 'fontkit';
import PDFDocument from 'pdfkit';
import type { Sheet } from './sheet.ts';

/** Beside the bundle; from the sources, where the package has it. */
const fontPath = (): string => {
  const bundled = join(import.meta.dirname, 'font.otf');
  const packaged = join(
    import.meta.dirname,
    '../../node_modules/@embedpdf/fonts-sc/fonts/NotoSansHans-Regular.otf',
  );
  return existsSync(bundled) ? bundled : packaged;
};

/** Read and understood once for all documents: that is two thirds of the work of a page. */
let font: Promise<Font> | undefined;

const margin = 51;
const width = 595.28 - 2 * margin;
const bottom = 841.89 - margin;
/** What a letter is printed as that the font has not: what printers set in its place, since an empty box looks like a fault. */
const lacking = '〓';

/** They choose among forms of the letter before them and are no letters themselves. */
const variants = /[\u{fe00}-\u{fe0f}\u{e0100}-\u{e01ef}]/gu;

const letters = new Intl.Segmenter();

type Pdf = InstanceType<typeof PDFDocument>;

/**
 * Papers as a PDF, each on sheets of its own. The font is embedded as far as it is used, so that the file looks the same anywhere;
 * `missing` are the letters it has not (rare ones in names, other scripts). `compress: false` for tests that look inside. `now` in
 * milliseconds.
 */
export async function pdfOf(
  papers: readonly Sheet[],
  now: number,
  compress = true,
): Promise<{ file: Buffer; missing: string }> {
  font ??= readFile(fontPath()).then((file) => create(file) as Font);
  const known = await font;
  const missing = new Set<string>();
  const sheets = papers.map((sheet) =>
    legible(sheet, (letter) => {
      const has = [...letter].every((sign) => known.hasGlyphForCodePoint(sign.codePointAt(0) ?? 0));
      if (!has) missing.add(letter);
      return has;
    }),
  );
  const doc = new PDFDocument({
    size: 'A4',
    margin,
    autoFirstPage: false,
    compress,
    lang: 'zh-CN',
    // The types know only of a path.
    font: known as unknown as string,
    info: { Title: sheets[0]?.title ?? '', CreationDate: new Date(now) },
  });
  const chunks: Buffer[] = [];
  const done = new Promise<Buffer>((resolve, reject) => {
    doc.on('data', (chunk: Buffer) => chunks.push(chunk));
    doc.on('end', () => resolve(Buffer.concat(chunks)));
    doc.on('error', reject);
  });
  for (const sheet of sheets) draw(doc, sheet);
  if (sheets.length === 0) doc.addPage();
  doc.end();
  return { file: await done, missing: [...missing].join('') };
}

/** All words of a paper with letters the font has. Without those of scripts that run from right to left no line turns around. */
function legible<T>(words: T, has: (letter: string) => boolean): T {
  if (typeof words === 'string') {
    const plain = [...letters.segment(words.replace(variants, ''))];
    return plain.map(({ segment }) => (has(segment) ? segment : lacking)).join('') as T;
  }
  if (Array.isArray(words)) return words.map((one) => legible(one, has)) as T;
  if (typeof words !== 'object' || words === null) return words;
  return Object.fromEntries(Object.entries(words).map(([name, one]) => [name, legible(one, has)])) as T;
}

function draw(doc: Pdf, words: Sheet): void {
  doc.addPage();
  doc.fontSize(13).text(words.head, { align: 'center' });
  rule(doc, doc.y + 3);
  doc.moveDown(0.8).fontSize(20).text(words.title, { align: 'center', characterSpacing: 6 });
  doc.moveDown(0.3).fontSize(10).text(words.number, { align: 'right' });
  doc.fontSize(12).text(words.to).moveDown(0.3).text(words.opening).moveDown(0.4);
  table(doc, words.table);
  doc.moveDown(0.5).fontSize(12);
  for (const line of words.lines) doc.text(line, margin, doc.y, { width }).moveDown(0.3);
  const foot = bottom - slipHeight(doc, words.slip);
  doc.fontSize(12);
  if (doc.y + 140 > foot) doc.addPage();
  const top = doc.y + 6;
  doc
    .circle(margin + width - 60, top + 55, 52)
    .dash(3, { space: 3 })
    .stroke('#999999')
    .undash();
  doc
    .fillColor('#999999')
    .fontSize(10)
    .text(words.stamp, margin + width - 110, top + 48, { width: 100, align: 'center' });
  doc.fillColor('#000000').fontSize(12);
  doc.text(words.signature, margin, top + 35, { width: width - 130, align: 'right' });
  doc.text(words.day, margin, Math.max(top + 60, doc.y + 4), { width: width - 130, align: 'right' });
  slip(doc, words.slip, foot);
}

function rule(doc: Pdf, y: number): void {
  doc
    .moveTo(margin, y)
    .lineTo(margin + width, y)
    .lineWidth(1.5)
    .stroke()
    .lineWidth(0.7);
  doc.y = y + 4;
}

function table(doc: Pdf, of: Sheet['table']): void {
  doc.fontSize(10).lineWidth(0.7);
  row(doc, of, of.columns, true);
  for (const cells of of.rows) {
    if (doc.y + rowHeight(doc, of, cells) > bottom) {
      doc.addPage();
      row(doc, of, of.columns, true);
    }
    row(doc, of, cells);
  }
  doc.x = margin;
}

const widthOf = (of: Sheet['table'], i: number) => (of.widths[i] ?? 0) * width;

const rowHeight = (doc: Pdf, of: Sheet['table'], cells: readonly string[]) =>
  6 + Math.max(...cells.map((cell, i) => doc.heightOfString(cell, { width: widthOf(of, i) - 8 })));

function row(doc: Pdf, of: Sheet['table'], cells: readonly string[], head = false): void {
  const y = doc.y;
  const height = rowHeight(doc, of, cells);
  let x = margin;
  cells.forEach((cell, i) => {
    const w = widthOf(of, i);
    doc.rect(x, y, w, height).stroke();
    doc.text(cell, x + 4, y + 3, {
      width: w - 8,
      align: head ? 'center' : i >= of.figures ? 'right' : 'left',
    });
    x += w;
  });
  doc.y = y + height;
}

/** Room for a line of the receipt: to write on, and more where a long name takes several. */
const slipLine = (doc: Pdf, line: string) => Math.max(24, doc.heightOfString(line, { width }) + 8);

const slipHeight = (doc: Pdf, { lines }: Sheet['slip']) =>
  34 + lines.reduce((sum, line) => sum + slipLine(doc.fontSize(10), line), 0);

/** The part to be signed and kept, at the foot of the sheet. */
function slip(doc: Pdf, words: Sheet['slip'], top: number): void {
  doc
    .moveTo(margin, top)
    .lineTo(margin + width, top)
    .dash(4, { space: 3 })
    .stroke()
    .undash();
  doc.fontSize(13).text(words.title, margin, top + 8, { width, align: 'center' });
  doc.fontSize(10);
  let y = top + 32;
  for (const line of words.lines) {
    doc.text(line, margin, y, { width });
    y += slipLine(doc, line);
  }
}
