import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create } from 'fontkit';
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
let font: Promise<ReturnType<typeof create>> | undefined;

const margin = 51;
const width = 595.28 - 2 * margin;
const bottom = 841.89 - margin;
/** Room that the receipt at the foot of a page takes. */
const slipHeight = 130;

type Pdf = InstanceType<typeof PDFDocument>;

/**
 * Papers as a PDF, each on sheets of its own. The font is embedded as far as it is used, so that the file looks the same anywhere.
 * `compress: false` for tests that look inside. `now` in milliseconds.
 */
export async function pdfOf(sheets: readonly Sheet[], now: number, compress = true): Promise<Buffer> {
  font ??= readFile(fontPath()).then((file) => create(file));
  const doc = new PDFDocument({
    size: 'A4',
    margin,
    autoFirstPage: false,
    compress,
    lang: 'zh-CN',
    // The types know only of a path.
    font: (await font) as unknown as string,
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
  return done;
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
  if (doc.y + 140 + slipHeight > bottom) doc.addPage();
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
  doc.text(words.day, margin, top + 60, { width: width - 130, align: 'right' });
  slip(doc, words.slip);
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
    if (doc.y + 30 > bottom) {
      doc.addPage();
      row(doc, of, of.columns, true);
    }
    row(doc, of, cells);
  }
  doc.x = margin;
}

function row(doc: Pdf, of: Sheet['table'], cells: readonly string[], head = false): void {
  const y = doc.y;
  const widths = of.widths.map((share) => share * width);
  const height =
    Math.max(...cells.map((cell, i) => doc.heightOfString(cell, { width: (widths[i] ?? 0) - 8 }))) + 6;
  let x = margin;
  cells.forEach((cell, i) => {
    const w = widths[i] ?? 0;
    doc.rect(x, y, w, height).stroke();
    doc.text(cell, x + 4, y + 3, {
      width: w - 8,
      align: head ? 'center' : i >= of.figures ? 'right' : 'left',
    });
    x += w;
  });
  doc.y = y + height;
}

/** The part to be signed and kept, at the foot of the sheet. */
function slip(doc: Pdf, words: Sheet['slip']): void {
  const top = bottom - slipHeight;
  doc
    .moveTo(margin, top)
    .lineTo(margin + width, top)
    .dash(4, { space: 3 })
    .stroke()
    .undash();
  doc.fontSize(13).text(words.title, margin, top + 8, { width, align: 'center' });
  doc.fontSize(10);
  words.lines.forEach((line, i) => {
    doc.text(line, margin, top + 32 + i * 24, { width, lineBreak: false });
  });
}
