import type { Reply } from '../../shared/http/route.ts';

/**
 * The customer's page: plain HTML that works without scripts on any phone, in Chinese and English at once. Everything that
 * people wrote is escaped; the page may load nothing and be framed by nobody.
 */

const escaped = (text: string) =>
  text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`).replaceAll('\n', '<br>');

const style =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:2rem auto;padding:0 1rem;color:#222}' +
  'h1{font-size:1.3rem}fieldset{border:1px solid #ccc;border-radius:6px;margin:1rem 0}label{margin-right:1rem}' +
  'input[type=text],textarea,select{font:inherit;width:100%;box-sizing:border-box;padding:.4rem}' +
  'button{font:inherit;padding:.6rem 1.6rem;border:0;border-radius:6px;background:#14532d;color:#fff}' +
  '.said{background:#f4f4f4;border-radius:6px;padding:.8rem}.bad{color:#a40000}';

function page(status: number, title: string, body: string): Reply {
  return {
    status,
    body: `<!doctype html><html lang="zh"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex"><title>${title}</title><style>${style}</style></head><body><h1>${title}</h1>${body}</body></html>`,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
      // The address is the key: it goes nowhere else.
      'referrer-policy': 'no-referrer',
    },
  };
}

const choice = (name: string, legend: string, options: [value: string, label: string][]) =>
  `<fieldset><legend>${legend}</legend>${options
    .map(
      ([value, label]) =>
        `<label><input type="radio" name="${name}" value="${value}" required> ${label}</label>`,
    )
    .join('')}</fieldset>`;

const yesNo = (name: string, legend: string) =>
  choice(name, legend, [
    ['yes', '是 Yes'],
    ['no', '否 No'],
  ]);

const grade = (name: string, legend: string) =>
  choice(name, legend, [
    ['good', '好 Good'],
    ['fair', '一般 Fair'],
    ['poor', '差 Poor'],
  ]);

/** The form, with what it is about; `bad` says that the last try was incomplete. */
export function formPage(about: { title: string; what: string; when: string }, bad = false): Reply {
  // The first one is empty: a score that nobody has chosen is none.
  const scores = [
    '<option value=""></option>',
    ...Array.from({ length: 10 }, (_, i) => `<option>${10 - i}</option>`),
  ];
  return page(
    bad ? 400 : 200,
    '服务回访 Service callback',
    `<div class="said"><b>${escaped(about.title)}</b><br>${escaped(about.what)}<br><small>${escaped(about.when)}</small></div>` +
      (bad ? '<p class="bad">请完整填写。 Please answer every question.</p>' : '') +
      '<form method="post">' +
      yesNo('solved', '问题解决了吗？ Is it solved?') +
      yesNo('satisfied', '您满意吗？ Are you satisfied?') +
      grade('attitude', '服务态度 Attitude of the staff') +
      grade('quality', '服务质量 Quality of the work') +
      yesNo('charged', '是否收取费用？ Were you charged anything?') +
      yesNo('cashTaken', '是否收取现金？ Did anybody take cash?') +
      `<fieldset><legend>评分 Score (10 = 最好 best)</legend><select name="score" required>${scores.join('')}</select></fieldset>` +
      '<fieldset><legend>意见 Remarks</legend><textarea name="note" rows="3" maxlength="1000"></textarea></fieldset>' +
      '<fieldset><legend>签名（请输入姓名） Signature (your name)</legend><input type="text" name="name" maxlength="80" required autocomplete="name"></fieldset>' +
      '<button>提交 Send</button></form>',
  );
}

export const thanksPage = (satisfied: boolean): Reply =>
  page(
    200,
    '谢谢 Thank you',
    satisfied
      ? '<p>您的确认已记录，工单已关闭。</p><p>Your confirmation is on record and the case is closed.</p>'
      : '<p>很抱歉未能让您满意。我们将重新处理。</p><p>We are sorry. The case is open again and will be done over.</p>',
  );

export const gonePage = (): Reply =>
  page(
    410,
    '链接已失效 Link no longer valid',
    '<p>该链接已使用或已过期。如有需要，请联系物业前台。</p><p>This link was used or has expired. Please call the front desk.</p>',
  );

export const unknownPage = (): Reply =>
  page(
    404,
    '链接无效 Unknown link',
    '<p>请检查链接是否完整。</p><p>Please check that the link is complete.</p>',
  );

export const pausedPage = (): Reply =>
  page(
    403,
    '服务暂停 Service paused',
    '<p>该物业公司的服务目前暂停，请稍后再试。</p><p>The office’s service is paused. Please try again later.</p>',
  );
