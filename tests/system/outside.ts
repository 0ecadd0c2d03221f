import { Webhook } from 'standardwebhooks';
import { expect, vi } from 'vitest';
import type { Delivery } from '../../local/outbox.ts';
import { satisfied as onThePhone } from '../samples.ts';
import type { Cloud } from './harness.ts';
import { expectStatus, type TestOffice } from './office.ts';

/** What is outside the service: an office's own systems, a phone with photos, the clock on the wall in Shanghai. */

/** An instant by local time there. */
export const sh = (day: string, time: string) => `${day}T${time}:00+08:00`;

/** `MM-DD HH:MM` there. */
export const local = (instant: string) =>
  new Date(Date.parse(instant) + 8 * 3_600_000).toISOString().slice(5, 16).replace('T', ' ');

export const complaint = { kind: 'complaint', grade: 'major', title: '三号楼停水' };

/** What a customer says on a visit (CALLBACK-3); the signature comes with a paper. */
export const satisfied = { ...onThePhone, method: 'visit' };

export type HookEvent = {
  type: string;
  timestamp: string;
  id: string;
  object: string;
  data: Record<string, unknown>;
};

/** Where an office's system listens, and what it was sent so far, each verified as a receiver would. */
export async function listenAs(cloud: Cloud, office: TestOffice, path: string, events: string[]) {
  const { secret } = await expectStatus(
    201,
    office.as('manager')<{ secret: string }>('POST', '/v1/webhooks', { url: cloud.outbox.url(path), events }),
  );
  return () => received(cloud, path).map((delivery) => verified(secret, delivery));
}

export const received = (cloud: Cloud, path: string) =>
  cloud.outbox.deliveries.filter((one) => one.path.split('?')[0] === path);

/** Throws unless the signature is right and was made at the moment of the delivery. */
function verified(secret: string, { body, headers, at }: Delivery): HookEvent {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(at) });
  const event = new Webhook(secret).verify(body, headers as Record<string, string>) as HookEvent;
  vi.useRealTimers();
  return event;
}

/** A picture by its first bytes. */
export const jpg = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(5000, 7)]);

/** The engineer puts a picture onto a ticket; answers the attachment's id. */
export async function upload(office: TestOffice, id: string, name: string): Promise<string> {
  const engineer = office.as('engineer');
  const place = await expectStatus(
    201,
    engineer<{ id: string; url: string; method: string; headers: Record<string, string> }>(
      'POST',
      `/v1/tickets/${id}/attachments`,
      { name, contentType: 'image/jpeg', size: jpg.length },
    ),
  );
  const { 'content-length': _, ...headers } = place.headers;
  const put = await fetch(place.url, { method: place.method, headers, body: jpg });
  expect(put.status).toBe(200);
  await expectStatus(200, engineer('POST', `/v1/tickets/${id}/attachments/${place.id}/complete`));
  return place.id;
}
