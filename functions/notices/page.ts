import type { Reply } from '../../shared/http/route.ts';
import type { Sheet } from './sheet.ts';

/** Printable pages: one for each paper, each on a sheet of its own. They load nothing, and everything people wrote is escaped. */

const escaped = (text: string) => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

const style =
  '@page{size:A4;margin:18mm}body{font:12pt/1.7 "Noto Sans SC","Source Han Sans SC","Microsoft YaHei",sans-serif;color:#000;margin:0}' +
  'section{break-after:page;max-width:174mm;margin:0 auto}section:last-child{break-after:auto}' +
  'h1{text-align:center;font-size:20pt;letter-spacing:.3em;margin:.4em 0}h2{text-align:center;font-size:13pt;margin:.3em 0}' +
  '.head{text-align:center;font-size:13pt;border-bottom:2px solid #000;padding-bottom:2mm}.right{text-align:right}' +
  'table{width:100%;border-collapse:collapse;margin:3mm 0;font-size:10.5pt}th,td{border:1px solid #000;padding:1mm 2mm}' +
  'td.n{text-align:right}.stamp{display:inline-block;width:40mm;height:40mm;line-height:40mm;text-align:center;' +
  'border:1px dashed #999;border-radius:50%;color:#999}.slip{border-top:1px dashed #000;margin-top:8mm;padding-top:2mm;' +
  'break-inside:avoid}p{margin:2mm 0}';

/** Whoever asked for a batch is not left with a white page. */
const nothing = '<p>没有需要打印的通知。</p><p>There is no notice to print.</p>';

export function pageOf(sheets: readonly Sheet[]): Reply {
  const title = sheets[0]?.title ?? '催费通知书';
  return {
    status: 200,
    body: `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex"><title>${title}</title><style>${style}</style></head><body>${sheets.map(section).join('') || nothing}</body></html>`,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
      'referrer-policy': 'no-referrer',
    },
  };
}

function section(sheet: Sheet): string {
  const { title, head, number, to, opening, table, lines, stamp, signature, day, slip } = sheet;
  const p = (text: string, style = '') => `<p${style && ` class="${style}"`}>${escaped(text)}</p>`;
  const cell = (text: string, i: number) =>
    `<td${i >= table.figures ? ' class="n"' : ''}>${escaped(text)}</td>`;
  const rows = table.rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('');
  const columns = table.columns.map((name) => `<th>${name}</th>`).join('');
  return (
    `<section><div class="head">${escaped(head)}</div><h1>${title}</h1>${p(number, 'right')}${p(to)}${p(opening)}` +
    `<table><thead><tr>${columns}</tr></thead><tbody>${rows}</tbody></table>${lines.map((line) => p(line)).join('')}` +
    `<div class="right"><span class="stamp">${stamp}</span><p>${escaped(signature)}</p><p>${day}</p></div>` +
    `<div class="slip"><h2>${slip.title}</h2>${slip.lines.map((line) => p(line)).join('')}</div></section>`
  );
}
