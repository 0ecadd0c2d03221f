import fc from 'fast-check';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { signatureHeaders, webhookOutcome } from '../../../functions/courier/webhook.ts';
import { newWebhookSecret, webhookKey } from '../../../shared/outbound/secret.ts';

const NOW = Date.parse('2026-10-08T01:30:00.999Z');
const OLD = newWebhookSecret();
const CURRENT = newWebhookSecret();

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('signatures', () => {
  it("are Standard Webhooks' own: its example gives its signature", () => {
    const body = '{"test": 2432232314}';
    expect(
      signatureHeaders('msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330_000, body, [
        'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      ]),
    ).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('are accepted by the standard verifier whatever the body says', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.uint8Array({ minLength: 24, maxLength: 64 }), (event, key) => {
        const secret = `whsec_${Buffer.from(key).toString('base64')}`;
        const body = JSON.stringify({ event });
        const headers = signatureHeaders('dlv_1', NOW, body, [secret]);
        expect(new Webhook(secret).verify(body, headers ?? {})).toEqual(JSON.parse(body));
      }),
    );
  });

  it('are accepted with the old and with the new secret during a rotation', () => {
    const headers = signatureHeaders('dlv_1', NOW, '{}', [CURRENT, OLD]) ?? {};
    expect(new Webhook(CURRENT).verify('{}', headers)).toEqual({});
    expect(new Webhook(OLD).verify('{}', headers)).toEqual({});
    expect(headers['webhook-signature']?.split(' ').length).toBe(2);
  });

  it.each([
    ['another body', (h: Record<string, string>) => new Webhook(CURRENT).verify('{"a":1}', h)],
    [
      'another id',
      (h: Record<string, string>) => new Webhook(CURRENT).verify('{}', { ...h, 'webhook-id': 'dlv_2' }),
    ],
    ['another secret', (h: Record<string, string>) => new Webhook(OLD).verify('{}', h)],
  ])('do not fit %s', (_what, verify) => {
    const headers = signatureHeaders('dlv_1', NOW, '{}', [CURRENT]) ?? {};
    expect(() => verify(headers)).toThrow(WebhookVerificationError);
  });

  it.each([['a.b'], [''], ['a b'], ['a\n'], ['x'.repeat(129)]])('are not made for an id such as %j', (id) => {
    expect(signatureHeaders(id, NOW, '{}', [CURRENT])).toBeNull();
  });

  it('are not made without a secret, nor with a broken one among good ones', () => {
    expect(signatureHeaders('dlv_1', NOW, '{}', [])).toBeNull();
    expect(signatureHeaders('dlv_1', NOW, '{}', [CURRENT, 'whsec_short'])).toBeNull();
  });
});

describe('secrets', () => {
  it('are 32 random bytes and never the same', () => {
    expect(webhookKey(CURRENT)?.length).toBe(32);
    expect(CURRENT).not.toBe(OLD);
  });

  it.each([
    ['no prefix', Buffer.alloc(32).toString('base64')],
    ['another prefix', `whsk_${Buffer.alloc(32).toString('base64')}`],
    ['too short', `whsec_${Buffer.alloc(23).toString('base64')}`],
    ['too long', `whsec_${Buffer.alloc(65).toString('base64')}`],
    ['no base64', `whsec_${'*'.repeat(44)}`],
    ['base64 for URLs', `whsec_${'-_'.repeat(22)}`],
    ['empty', 'whsec_'],
  ])('are refused: %s', (_why, secret) => {
    expect(webhookKey(secret)).toBeNull();
  });
});

describe("a receiver's status", () => {
  it('means delivered, disabled or another attempt, for every status there is', () => {
    for (let status = 100; status < 600; status++) {
      const expected = status >= 200 && status < 300 ? 'delivered' : status === 410 ? 'disabled' : 'retry';
      expect(webhookOutcome(status, undefined, NOW)).toEqual({
        result: expected,
        status,
        detail: `http ${status}`,
      });
    }
  });

  it('comes with the wait that the receiver asks for', () => {
    expect(webhookOutcome(429, '90', NOW)).toMatchObject({ result: 'retry', retryAfterMs: 90_000 });
    expect(webhookOutcome(503, 'Thu, 08 Oct 2026 01:31:00 GMT', NOW)).toMatchObject({ retryAfterMs: 59_001 });
  });
});
