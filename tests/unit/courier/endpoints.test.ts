import { describe, expect, it } from 'vitest';
import { checkAddress, checkEvents, rotated, shown } from '../../../functions/webhooks/rules.ts';
import type { Endpoint, EndpointKind } from '../../../shared/endpoints.ts';
import type { Refusal } from '../../../shared/problem.ts';
import { codesOf, expectBoth, refusalOf } from '../refusals.ts';

const robots = {
  wecom: 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0123456789-abcd',
  dingtalk: 'https://oapi.dingtalk.com/robot/send?access_token=0123456789abcd',
  feishu: 'https://open.feishu.cn/open-apis/bot/v2/hook/0123456789-abcd',
};
const hook = 'https://hooks.example.com/a?b=c';
const now = Date.parse('2026-10-08T00:00:00Z');
const later = (hours: number) => new Date(now + hours * 3_600_000).toISOString();

const endpoint = (more: Partial<Endpoint> = {}): Endpoint => ({
  id: 'whk_00000000000000000000000000',
  kind: 'webhook',
  url: hook,
  secrets: [{ value: 'secret' }],
  events: ['*'],
  language: 'zh',
  active: true,
  createdAt: later(-24),
  version: 1,
  ...more,
});

/** What an address is refused for, as `path code`; nothing where it is taken. */
const wrong = (kind: EndpointKind, url: string, robotSecret?: string, allowLocal = false): string[] => {
  const check = () => checkAddress({ kind, url, robotSecret }, allowLocal);
  try {
    check();
    return [];
  } catch {
    const { code, options } = refusalOf(check);
    expect(code).toBe('invalid-request');
    return codesOf(options.errors ?? []);
  }
};

describe('the address of an endpoint', () => {
  it('is a public one of https for a webhook', () => {
    expect(wrong('webhook', hook)).toEqual([]);
    expect(wrong('webhook', 'http://hooks.example.com/')).toEqual(['/body/url url_scheme']);
    expect(wrong('webhook', 'https://10.0.0.1/')).toEqual(['/body/url url_address']);
  });

  it.each([
    ['http://hooks.example.com/', 'https'],
    ['https://a:b@hooks.example.com/', 'user name'],
    ['https://hooks.example.com:22/', '1024'],
    ['https://10.0.0.1/', 'public addresses'],
    ['https://db.internal/', 'public names'],
    ['hooks', 'complete'],
  ])('is refused with what is wrong about it: %s', (url, said) => {
    const { options } = refusalOf(() => checkAddress({ kind: 'webhook', url }, false));
    expect(options.errors?.[0]?.detail.en).toContain(said);
  });

  it.each([
    [hook, 'this host is another', '域名不符'],
    ['https://oapi.dingtalk.com/robot', 'this path is another', '路径不符'],
    ['https://oapi.dingtalk.com/robot/send', 'its key is missing or not alone', '缺少密钥或含多余参数'],
  ])('of a robot is refused with what is not as its group shows it: %s', (url, en, zh) => {
    const { options } = refusalOf(() => checkAddress({ kind: 'dingtalk', url }, false));
    expect(options.errors?.[0]?.detail).toEqual({
      en: `A robot needs the address its group shows, whole and unchanged: ${en}.`,
      zh: `机器人须使用群内显示的完整地址：${zh}。`,
    });
  });

  it('is one of this machine only where the service runs on one', () => {
    const url = 'http://localhost:4000/';
    expect(wrong('webhook', url)).toEqual(['/body/url url_name']);
    expect(wrong('webhook', url, undefined, true)).toEqual([]);
  });

  it.each(Object.entries(robots))('is for a robot of %s what its group shows', (name, url) => {
    const kind = name as EndpointKind;
    expect(wrong(kind, url)).toEqual([]);
    expect(wrong(kind, hook, undefined, true)).toEqual(['/body/url url_host']);
    const more = url.includes('?') ? '&x=y' : '?x=y';
    expect(wrong(kind, url + more)).toEqual(['/body/url url_key']);
  });

  it.each([
    ['webhook', hook, false],
    ['wecom', robots.wecom, false],
    ['dingtalk', robots.dingtalk, true],
    ['feishu', robots.feishu, true],
  ] as const)('of a %s comes with a secret of a robot only where such robots have one', (kind, url, may) => {
    expect(wrong(kind, url, '12345678')).toEqual(may ? [] : ['/body/robotSecret not_for_this_kind']);
  });
});

describe('what an endpoint is to hear of', () => {
  it('is something that can happen', () => {
    checkEvents(['*', 'ticket.*', 'ticket.created', 'webhook.test']);
    const { code, options } = refusalOf(() =>
      checkEvents(['ticket.*', 'tickets.*', 'ticket.create', 'Ticket.*']),
    );
    expect(code).toBe('invalid-request');
    expect(codesOf(options.errors ?? [])).toEqual([
      '/body/events/1 no_such_event',
      '/body/events/2 no_such_event',
      '/body/events/3 no_such_event',
    ]);
    expect(options.errors?.[0]?.detail).toEqual({
      en: 'No event is called tickets.*.',
      zh: '没有名为 tickets.* 的事件。',
    });
  });
});

describe('a secret', () => {
  it('that is replaced is good for the overlap, or as long as was promised for it before if that is sooner', () => {
    const secrets = [{ value: 'c' }, { value: 'b', until: later(30) }];
    const next = rotated(endpoint({ secrets }), 'd', 24, now) as Endpoint;
    expect(next).toEqual(
      endpoint({
        secrets: [{ value: 'd' }, { value: 'c', until: later(24) }, { value: 'b', until: later(24) }],
      }),
    );
    const soon = [{ value: 'c' }, { value: 'b', until: later(2) }, { value: 'a', until: later(0) }];
    expect((rotated(endpoint({ secrets: soon }), 'd', 24, now) as Endpoint).secrets).toEqual([
      { value: 'd' },
      { value: 'c', until: later(24) },
      { value: 'b', until: later(2) },
    ]);
  });

  it('beside three that are good is refused with the moment from which it can be had', () => {
    const secrets = [{ value: 'c' }, { value: 'b', until: later(5) }, { value: 'a', until: later(2) }];
    const { code, options } = rotated(endpoint({ secrets }), 'd', 24, now) as Refusal;
    expect([code, options.extra]).toEqual(['wrong-state', { openSteps: [] }]);
    expectBoth(options.detail ?? { en: '', zh: '' });
    for (const words of Object.values(options.detail ?? {})) expect(words).toContain(later(2));
    expect(options.detail?.en).toMatch(/^3 secrets/);
    expect(options.detail?.zh).toMatch(/3 个有效密钥/);
  });

  it.each([
    ['a robot', endpoint({ kind: 'wecom', url: robots.wecom })],
    ['what was removed', endpoint({ removedAt: later(-1) })],
  ])('cannot be had for %s', (_, which) => {
    const { code, options } = rotated(which, 'd', 24, now) as Refusal;
    expect([code, options.extra]).toEqual(['wrong-state', { openSteps: [] }]);
    expectBoth(options.detail ?? { en: '', zh: '' });
  });
});

describe('an endpoint as it is answered', () => {
  it('has no secret of either kind', () => {
    const { secrets: _, ...plain } = endpoint();
    expect(shown(endpoint(), now)).toEqual(plain);
    const robot = endpoint({ kind: 'feishu', url: robots.feishu, robotSecret: '12345678', secrets: [] });
    expect(shown(robot, now)).toEqual({ ...plain, kind: 'feishu', url: 'https://open.feishu.cn/…abcd' });
  });

  it('shows of the address of a robot where it is and the end of its key', () => {
    const urls = (['wecom', 'dingtalk'] as const).map(
      (kind) => shown(endpoint({ kind, url: robots[kind] }), now).url,
    );
    expect(urls).toEqual(['https://qyapi.weixin.qq.com/…abcd', 'https://oapi.dingtalk.com/…abcd']);
  });

  it('says until when the longest of its replaced secrets is good, while one is', () => {
    const until = (...hours: number[]) => {
      const replaced = hours.map((n) => ({ value: `${n}`, until: later(n) }));
      return shown(endpoint({ secrets: [{ value: 'new' }, ...replaced] }), now);
    };
    expect(until(5, 9, 2).overlapUntil).toBe(later(9));
    expect(until(-1, 3).overlapUntil).toBe(later(3));
    expect(until(0, -1)).not.toHaveProperty('overlapUntil');
  });
});
