import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ROBOTS, truncate } from '../../../functions/courier/robot-kinds.ts';
import { robotUrlProblem } from '../../../functions/courier/robots.ts';
import type { Message, RobotKind } from '../../../functions/courier/types.ts';

const KINDS: RobotKind[] = ['wecom', 'dingtalk', 'feishu'];
const URLS: Record<RobotKind, string> = {
  wecom: 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa',
  dingtalk: 'https://oapi.dingtalk.com/robot/send?access_token=566cc69da782ec33e42542234',
  feishu: 'https://open.feishu.cn/open-apis/bot/v2/hook/2f4c6e1a-0000-4bd0-9b4e-aaaaaaaaaaaa',
};
const MESSAGE: Message = {
  title: { zh: '投诉即将到期', en: 'Complaint due soon' },
  text: { zh: '3 栋 1201 漏水', en: 'Leak in 3-1201' },
  url: 'https://office.example.com/t/1',
};
const NOW = 1790000000123;
const target = (kind: RobotKind, more = {}) => ({ url: URLS[kind], ...more });
const size = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

describe('what a robot is sent', () => {
  it('WeCom: markdown', () => {
    expect(ROBOTS.wecom.request(MESSAGE, target('wecom'), NOW)).toEqual({
      body: {
        msgtype: 'markdown',
        markdown: {
          content: '### 投诉即将到期\n\n3 栋 1201 漏水\n\n[查看](https://office.example.com/t/1)',
        },
      },
    });
  });

  it('DingTalk: markdown with a title, the signature in the query', () => {
    expect(
      ROBOTS.dingtalk.request(MESSAGE, target('dingtalk', { secret: 'SEC-dingtalk', lang: 'en' }), NOW),
    ).toEqual({
      // openssl dgst -sha256 -hmac SEC-dingtalk over "1790000000123\nSEC-dingtalk"
      query: { timestamp: '1790000000123', sign: 'FzP6aVvqnEKf4mX8HJOUhStjQK7/YAocNQmPJ28Yy+0=' },
      body: {
        msgtype: 'markdown',
        markdown: {
          title: 'Complaint due soon',
          text: '### Complaint due soon\n\nLeak in 3-1201\n\n[Open](https://office.example.com/t/1)',
        },
      },
    });
    expect(ROBOTS.dingtalk.request(MESSAGE, target('dingtalk'), NOW).query).toBeUndefined();
  });

  it('Feishu: rich text in the language of the group, the signature in the body', () => {
    expect(ROBOTS.feishu.request(MESSAGE, target('feishu', { secret: 'feishu-secret' }), NOW)).toEqual({
      body: {
        // openssl dgst -sha256 -hmac "1790000000\nfeishu-secret" over nothing
        timestamp: '1790000000',
        sign: 'LVsczbz8cG/dhGS50QfERZbc/VmYnTULBg1OrBVY6fQ=',
        msg_type: 'post',
        content: {
          post: {
            zh_cn: {
              title: '投诉即将到期',
              content: [
                [{ tag: 'text', text: '3 栋 1201 漏水' }],
                [{ tag: 'a', text: '查看', href: 'https://office.example.com/t/1' }],
              ],
            },
          },
        },
      },
    });
    expect(ROBOTS.feishu.request(MESSAGE, target('feishu', { lang: 'en' }), NOW).body).toMatchObject({
      content: { post: { en_us: { title: 'Complaint due soon' } } },
    });
  });

  it.each(KINDS)('%s: keeps within the limits of the kind, and the link is never cut', (kind) => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.constantFrom('漏'.repeat(30_000), '\n'.repeat(30_000), '"'.repeat(30_000), '😀'.repeat(9_000)),
    );
    fc.assert(
      fc.property(anything, anything, (title, text) => {
        const message = { ...MESSAGE, title: { zh: title, en: title }, text: { zh: text, en: text } };
        const { body } = ROBOTS[kind].request(message, target(kind, { secret: 's' }), NOW);
        expect(JSON.stringify(body)).toContain('https://office.example.com/t/1');
        if (kind === 'wecom') {
          const { content } = (body as { markdown: { content: string } }).markdown;
          expect(Buffer.byteLength(content)).toBeLessThanOrEqual(4096);
        } else {
          expect(size(body)).toBeLessThanOrEqual(20_000);
        }
      }),
    );
  });

  it.each(['wecom', 'dingtalk'] as const)(
    "%s: a resident's words become neither links nor mentions",
    (kind) => {
      const evil = '[点此](https://evil.example.com) <@all> **x** `y`\n# z <font color="warning">!</font>';
      const message = { title: { zh: evil, en: evil }, text: { zh: evil, en: evil } };
      const { body } = ROBOTS[kind].request(message, target(kind), NOW);
      const markdown = (body as { markdown: { content?: string; text?: string } }).markdown;
      const text = (markdown.content ?? markdown.text ?? '').replace(/^### /, '');
      expect(text).not.toMatch(/[<>[\]*`#]/);
      expect(text).toContain('点此');
    },
  );
});

describe('cutting', () => {
  it('keeps whole characters and the limit in bytes', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 50 }),
        fc.integer({ min: 3, max: 60 }),
        (text, limit) => {
          const cut = truncate(text, limit);
          expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(limit);
          expect(cut.isWellFormed()).toBe(true);
          if (Buffer.byteLength(text) <= limit) expect(cut).toBe(text);
          else expect(text.startsWith(cut.slice(0, -1)) && cut.endsWith('…')).toBe(true);
        },
      ),
    );
  });
});

describe('the address of a robot', () => {
  it.each(KINDS)('%s: is accepted', (kind) => {
    expect(robotUrlProblem(kind, URLS[kind])).toBeNull();
  });

  it('of Lark is a Feishu robot', () => {
    expect(robotUrlProblem('feishu', URLS.feishu.replace('feishu.cn', 'larksuite.com'))).toBeNull();
  });

  it.each(KINDS)('%s: is not accepted on any other host', (kind) => {
    const url = new URL(URLS[kind]);
    const rest = url.pathname + url.search;
    for (const other of KINDS) {
      if (other !== kind) expect(robotUrlProblem(kind, URLS[other])).toBe('host');
    }
    expect(robotUrlProblem(kind, `https://evil.example.com${rest}`)).toBe('host');
    expect(robotUrlProblem(kind, `https://${url.host}.evil.example.com${rest}`)).toBe('host');
    expect(robotUrlProblem(kind, `https://${url.host}:8443${rest}`)).toBe('host');
    expect(robotUrlProblem(kind, `https://${url.host}@evil.example.com${rest}`)).toBe('url');
    expect(robotUrlProblem(kind, `http://${url.host}${rest}`)).toBe('url');
    expect(robotUrlProblem(kind, `http://localhost:4000${rest}`)).toBe('url');
  });

  it.each([
    ['wecom', 'https://qyapi.weixin.qq.com/cgi-bin/gettoken?key=12345678', 'path'],
    ['wecom', 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send', 'key'],
    ['wecom', 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=', 'key'],
    ['wecom', `${URLS.wecom}&debug=1`, 'key'],
    ['wecom', `${URLS.wecom}&key=12345678`, 'key'],
    ['dingtalk', 'https://oapi.dingtalk.com/robot/send/../../gettoken?access_token=12345678', 'path'],
    ['dingtalk', 'https://oapi.dingtalk.com/robot/send?key=12345678', 'key'],
    ['feishu', 'https://open.feishu.cn/open-apis/bot/v2/hook/', 'path'],
    ['feishu', `${URLS.feishu}/more`, 'path'],
    ['feishu', `${URLS.feishu}?a=b`, 'key'],
  ] as const)('%s: %s is wrong in its %s', (kind, url, problem) => {
    expect(robotUrlProblem(kind, url)).toBe(problem);
  });
});
