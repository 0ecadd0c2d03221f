import { sendMail } from './mail.ts';
import { sendToRobot } from './robots.ts';
import type { CourierDeps, Delivery, Outcome } from './types.ts';
import { sendWebhook } from './webhook.ts';

/**
 * Makes one attempt to deliver. Never throws: what nobody foresaw is a `retry` that names the kind of error only.
 * When to try again is `nextAttempt`'s business, recording it the caller's.
 */
export async function send(delivery: Delivery, deps: CourierDeps): Promise<Outcome> {
  const { id, message } = delivery;
  try {
    switch (delivery.channel) {
      case 'webhook':
        return await sendWebhook(id, delivery.target, message, deps);
      case 'email':
        return await sendMail(id, delivery.target, message, deps);
      default:
        return await sendToRobot(delivery.channel, delivery.target, message, deps);
    }
  } catch (error) {
    return { result: 'retry', detail: `error ${error instanceof Error ? error.name : 'unknown'}` };
  }
}
