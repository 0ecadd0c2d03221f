import { deliveryFor, deliveryItem } from '../../../../shared/deliveries.ts';
import type { Delivery } from '../../../../shared/delivery.ts';
import type { EndpointKind } from '../../../../shared/endpoints.ts';
import type { DomainEvent } from '../../../../shared/history.ts';
import type { Town } from '../../life/town.ts';
import type { Answer } from '../../world/outside.ts';

const key = '0123456789abcdef';
export const urls: Record<EndpointKind, string> = {
  webhook: 'https://93.184.215.14/hook',
  wecom: `https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=${key}`,
  dingtalk: `https://oapi.dingtalk.com/robot/send?access_token=${key}`,
  feishu: `https://open.feishu.cn/open-apis/bot/v2/hook/${key}`,
};

export const said = (text: string) => ({ en: `${text} E`, zh: text });

export interface Case {
  answer?: number | Answer;
  /** What is otherwise with the delivery. */
  but?: Partial<Delivery>;
  title?: string;
  text?: string;
}

/** An endpoint, and a way to make one attempt at a delivery to it that was never tried before. */
export async function receiver(town: Town, kind: EndpointKind, but: object = {}) {
  const { rig } = town.stage;
  const tenantId = town.who.tenantId ?? '';
  const { id } = await town.ask('createWebhook', { but: { kind, url: urls[kind], events: ['*'], ...but } });
  let n = 0;
  return {
    id,
    async attempt(about: string, { answer = 200, but, title = '测试', text = '文本' }: Case = {}) {
      const event = { id: `evt_${++n}`, type: 'webhook.test', object: id, data: {} } as DomainEvent;
      const { delivery } = deliveryFor(tenantId, { id, kind }, event, town.stage.now);
      const message = { ...delivery.message, title: said(title), text: said(text) };
      const whole = { ...delivery, message, ...but };
      // That it said it is gone does not count.
      const now = town.item('webhooks', id);
      rig.write({ ...now, v: now.v + 1, list: { ...now.list, active: true } });
      rig.write(deliveryItem(tenantId, whole, whole.nextAt));
      rig.status = () => answer;
      town.about = about;
      await due(town, whole.id);
      rig.status = () => 200;
      return whole.id;
    },
  };
}

/** The worker is told that a delivery is due. */
export async function due(town: Town, id: string): Promise<void> {
  const tenantId = town.who.tenantId ?? '';
  town.tell('deliveries', { kind: 'due', tenantId, pk: `${tenantId}#${id}`, sk: 'delivery' });
  await town.work();
}

/** A delivery that nobody has tried, to an endpoint as it is. */
export async function plain(town: Town, id: string): Promise<string> {
  return (await town.ask('testWebhook', { id })).id;
}
