import type { Endpoint, EndpointKind } from '../../shared/endpoints.ts';
import { checkUrl } from '../../shared/outbound/address.ts';
import { invalidField, Refusal } from '../../shared/problem.ts';
import { overlapOf, rotatedSecrets } from '../../shared/rotation.ts';
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

const badUrl = (reason: string) =>
  invalidField(
    '/body/url',
    `url_${reason}`,
    'Messages go to public https addresses only; a robot needs the address its group shows.',
    '仅支持公网 https 地址；机器人须使用群内显示的完整地址。',
  );

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
