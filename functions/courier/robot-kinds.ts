import { createHmac } from 'node:crypto';
import type { Message, RobotKind, RobotTarget } from './types.ts';

export type RobotAnswer = Record<string, unknown>;

/** What an error code calls for. Codes that are not listed are tried again by the retry table. */
type Meaning = 'failed' | 'disabled' | { retryAfterMs: number };

type Robot = {
  hosts: readonly string[];
  path: RegExp;
  /** The query parameter with the robot's key; null when the key is in the path. */
  keyParameter: string | null;
  request(
    message: Message,
    target: RobotTarget,
    now: number,
  ): { query?: Record<string, string>; body: object };
  /** The code in an answer, 0 for success; null when there is none. */
  code(answer: RobotAnswer): number | null;
  codes: Readonly<Record<number, Meaning>>;
};

const MINUTE_MS = 60_000;
const SOON: Meaning = { retryAfterMs: MINUTE_MS };

/**
 * The three kinds of group robots by their makers' documents: WeCom developer.work.weixin.qq.com/document/path/91770,
 * DingTalk open.dingtalk.com (custom robots), Feishu open.feishu.cn (custom bots).
 */
export const ROBOTS: Readonly<Record<RobotKind, Robot>> = {
  /** WeCom (企业微信): 4,096 bytes of markdown; 20 messages a minute. */
  wecom: {
    hosts: ['qyapi.weixin.qq.com'],
    path: /^\/cgi-bin\/webhook\/send$/,
    keyParameter: 'key',
    request(message, target) {
      return { body: { msgtype: 'markdown', markdown: { content: markdown(message, target, 4096).text } } };
    },
    code: (answer) => integer(answer.errcode),
    codes: {
      [-1]: SOON, // busy
      6000: SOON, // a conflict with another request
      45009: SOON, // more than 20 a minute
      45033: SOON, // too many at once
      93000: 'disabled', // key invalid, or the robot was removed from the group
      40008: 'failed', // kind of message
      40033: 'failed', // characters
      40035: 'failed', // parameters
      40058: 'failed', // parameters, and text that is too long
      44004: 'failed', // no text
    },
  },

  /** DingTalk (钉钉): 20,000 bytes a request; 20 messages a minute, beyond that ten minutes of silence. */
  dingtalk: {
    hosts: ['oapi.dingtalk.com'],
    path: /^\/robot\/send$/,
    keyParameter: 'access_token',
    request(message, target, now) {
      const body = shrink((limit) => ({ msgtype: 'markdown', markdown: markdown(message, target, limit) }));
      if (target.secret === undefined) return { body };
      const timestamp = String(now);
      const sign = createHmac('sha256', target.secret)
        .update(`${timestamp}\n${target.secret}`)
        .digest('base64');
      return { query: { timestamp, sign }, body };
    },
    code: (answer) => integer(answer.errcode),
    codes: {
      [-1]: SOON, // busy
      130101: { retryAfterMs: 10 * MINUTE_MS }, // more than 20 a minute
      410100: SOON, // too fast
      300001: 'disabled', // token unknown
      300005: 'disabled', // token unknown
      400101: 'disabled', // token unknown
      400013: 'disabled', // group dissolved
      400102: 'disabled', // robot stopped
      400106: 'disabled', // robot removed
      310000: 'failed', // signature, keyword or list of addresses: the robot's own settings
      400105: 'failed', // kind of message
      430101: 'failed', // unsafe link
      430102: 'failed', // improper text
      430103: 'failed', // improper picture
      430104: 'failed', // improper text
      460101: 'failed', // too long
    },
  },

  /** Feishu (飞书), abroad Lark: 20 kB a request; 100 messages a minute, 5 a second. */
  feishu: {
    hosts: ['open.feishu.cn', 'open.larksuite.com'],
    path: /^\/open-apis\/bot\/v2\/hook\/[\w-]{8,200}$/,
    keyParameter: null,
    request(message, target, now) {
      // Rich text rather than text: its nodes are shown as they are, so that nobody's words can mention people.
      const lang = target.lang ?? 'zh';
      const locale = lang === 'zh' ? 'zh_cn' : 'en_us';
      const title = truncate(message.title[lang], TITLE);
      const link = message.url === undefined ? [] : [[{ tag: 'a', text: LINK[lang], href: message.url }]];
      const body = shrink((limit) => {
        const content = [[{ tag: 'text', text: truncate(message.text[lang], limit) }], ...link];
        return { msg_type: 'post', content: { post: { [locale]: { title, content } } } };
      });
      if (target.secret === undefined) return { body };
      const timestamp = String(Math.floor(now / 1000));
      // Other than DingTalk's: the text to be signed is the key, and what is signed is empty.
      const sign = createHmac('sha256', `${timestamp}\n${target.secret}`).digest('base64');
      return { body: { timestamp, sign, ...body } };
    },
    code: (answer) => integer(answer.code) ?? integer(answer.StatusCode),
    codes: {
      11232: SOON, // too many, or the system is busy at the full hour
      99991400: SOON, // too many
      19001: 'disabled', // address unknown
      19007: 'disabled', // robot switched off
      19002: 'failed', // body
      19021: 'failed', // signature
      19022: 'failed', // list of addresses
      19024: 'failed', // keyword
    },
  },
};

const LINK = { zh: '查看', en: 'Open' } as const;
const TITLE = 200;
/** A little under 20,000 for Feishu's timestamp and signature. */
const MAX_REQUEST = 19_800;
const BYTES = new TextEncoder();

/** The request with as much text as fits: JSON can double a text's length, so it is measured as it will be sent. */
function shrink<T extends object>(build: (limit: number) => T): T {
  let limit = MAX_REQUEST;
  for (;;) {
    const body = build(limit);
    const excess = BYTES.encode(JSON.stringify(body)).length - MAX_REQUEST;
    if (excess <= 0 || limit <= 0) return body;
    limit -= excess;
  }
}

/** Title, text and link as markdown of at most `limit` bytes; the text gives way. */
function markdown(message: Message, target: RobotTarget, limit: number): { title: string; text: string } {
  const lang = target.lang ?? 'zh';
  const title = truncate(plain(message.title[lang]).replace(/\s+/g, ' '), TITLE);
  const link = message.url === undefined ? '' : `\n\n[${LINK[lang]}](${message.url})`;
  const head = `### ${title}\n\n`;
  const room = limit - BYTES.encode(head + link).length;
  return { title, text: head + truncate(plain(message.text[lang]), room) + link };
}

const LOOKALIKES: Record<string, string> = {
  '<': '＜',
  '>': '＞',
  '[': '［',
  ']': '］',
  '*': '＊',
  '`': '｀',
  '#': '＃',
};

/**
 * People's words are not markup: a resident's text must not put a link or a mention into the staff's group. The
 * robots know no escapes, so the signs are replaced by their wide twins.
 */
function plain(text: string): string {
  return text.replace(/[<>[\]*`#]/g, (sign) => LOOKALIKES[sign] ?? sign);
}

/** Cuts to a number of UTF-8 bytes between two characters, with an ellipsis where something was cut. */
export function truncate(text: string, limit: number): string {
  if (BYTES.encode(text).length <= limit) return text;
  const room = Math.max(limit - 3, 0);
  const { read } = BYTES.encodeInto(text, new Uint8Array(room));
  return `${text.slice(0, read)}…`;
}

function integer(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) ? value : null;
}
