import { type Endpoint, type EndpointKind, matches } from '../../shared/endpoints.ts';
import { events } from '../../shared/events.ts';
import { checkUrl, type Refusal as Reason } from '../../shared/outbound/address.ts';
import { invalidField, Refusal } from '../../shared/problem.ts';
import { overlapOf, rotatedSecrets } from '../../shared/rotation.ts';
import type { Text } from '../../shared/text.ts';
import { robotUrlProblem } from '../courier/robots.ts';
import type { Webhook } from './schema.ts';

/** Throws the refusal of an address that nothing may or can be sent to. */
export function checkAddress(
  { kind, url, robotSecret }: Pick<Endpoint, 'kind' | 'url' | 'robotSecret'>,
  allowLocal: boolean,
): void {
  if (kind === 'webhook') {
    const checked = checkUrl(url, allowLocal);
    if (!checked.ok) throw badUrl(checked.reason);
  } else {
    const problem = robotUrlProblem(kind, url);
    if (problem !== null) throw badUrl(problem);
  }
  if (robotSecret !== undefined && !['dingtalk', 'feishu'].includes(kind)) {
    throw invalidField(
      '/body/robotSecret',
      'not_for_this_kind',
      'Only DingTalk and Feishu robots have one.',
      '仅钉钉和飞书机器人有加签密钥。',
    );
  }
}

type BadUrl = Exclude<Reason, 'header'> | NonNullable<ReturnType<typeof robotUrlProblem>>;

const robots = {
  en: 'A robot needs the address its group shows, whole and unchanged',
  zh: '机器人须使用群内显示的完整地址',
};
const urlFaults: Record<BadUrl, Text> = {
  url: {
    en: 'Not a complete https address such as https://crm.example.com/hooks.',
    zh: '须为完整的 https 网址，例如 https://crm.example.com/hooks。',
  },
  scheme: { en: 'Messages go to https addresses only.', zh: '仅支持 https 地址。' },
  userinfo: {
    en: 'No user name and password in an address; what is sent is signed.',
    zh: '地址中不得含用户名和密码；推送内容均有签名。',
  },
  port: { en: 'The port has to be 443, 80 or one from 1024 on.', zh: '端口须为 443、80 或 1024 及以上。' },
  name: { en: 'Messages go to public names only.', zh: '仅支持公网域名。' },
  address: { en: 'Messages go to public addresses only.', zh: '仅支持公网地址。' },
  host: { en: `${robots.en}: this host is another.`, zh: `${robots.zh}：域名不符。` },
  path: { en: `${robots.en}: this path is another.`, zh: `${robots.zh}：路径不符。` },
  key: { en: `${robots.en}: its key is missing or not alone.`, zh: `${robots.zh}：缺少密钥或含多余参数。` },
};

const badUrl = (reason: BadUrl) =>
  invalidField('/body/url', `url_${reason}`, urlFaults[reason].en, urlFaults[reason].zh);

/** Throws for patterns that mean nothing that can happen: nothing would ever come. */
export function checkEvents(patterns: readonly string[]): void {
  const errors = patterns.flatMap((pattern, i) =>
    Object.keys(events).some((type) => matches(pattern, type))
      ? []
      : [
          {
            path: `/body/events/${i}`,
            code: 'no_such_event',
            detail: { en: `No event is called ${pattern}.`, zh: `没有名为 ${pattern} 的事件。` },
          },
        ],
  );
  if (errors.length > 0) throw new Refusal('invalid-request', { errors });
}

/** The endpoint with a new secret beside those that are still good. */
export function rotated(
  endpoint: Endpoint,
  value: string,
  overlapHours: number,
  now: number,
): Endpoint | Refusal {
  if (endpoint.kind !== 'webhook' || endpoint.removedAt !== undefined) return closed();
  const secrets = rotatedSecrets(endpoint.secrets, { value }, overlapHours, now);
  return secrets instanceof Refusal ? secrets : { ...endpoint, secrets };
}

export const closed = () =>
  new Refusal('wrong-state', {
    detail: {
      en: 'Not possible for this endpoint: a robot has no secret of ours, a removed one does nothing.',
      zh: '该推送地址不支持此操作：机器人没有本服务的密钥，已移除的地址不再工作。',
    },
    extra: { openSteps: [] },
  });

/** An endpoint as it is answered: no secrets, and of a robot's address not the key. */
export function shown(endpoint: Endpoint, now: number): Webhook {
  const { secrets, robotSecret: _, url, ...rest } = endpoint;
  const overlapUntil = overlapOf(secrets, now);
  return {
    ...(rest as Omit<Webhook, 'url' | 'overlapUntil'>),
    url: masked(endpoint.kind, url),
    ...(overlapUntil !== undefined && { overlapUntil }),
  };
}

function masked(kind: EndpointKind, url: string): string {
  if (kind === 'webhook') return url;
  const { origin } = new URL(url);
  return `${origin}/…${url.slice(-4)}`;
}
