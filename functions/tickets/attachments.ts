import * as z from 'zod/mini';
import { id } from '../../shared/fields.ts';
import { created, ok, type Route, route } from '../../shared/http/route.ts';
import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { notFound, Refusal } from '../../shared/problem.ts';
import type { Item } from '../../shared/table.ts';
import { run } from './case.ts';
import { params } from './commands.ts';
import { mustBeOpen } from './draft.ts';
import { looksLike, magicBytes } from './magic.ts';
import { copy, firstBytes, head, linkSeconds, objectKey, presigned } from './s3.ts';
import { type ContentType, Download, NewAttachment, Ticket, Upload } from './schema.ts';
import { ticketOf } from './store.ts';

/*
 * Files of a ticket (附件). The client asks for a place, puts the file there itself, and says when it is done; only then it is
 * looked at and counts. What is never completed is dropped after two days, object and item.
 */

/** Until when an unfinished upload is remembered, in seconds; the bucket drops its object then, too. */
const pendingSeconds = 2 * 86_400;

interface Announced {
  id: string;
  name: string;
  contentType: ContentType;
  size: number;
  kept?: boolean;
  /** The file is gone, and its name (PIPL). */
  erased?: boolean;
}

const both = z.strictObject({ id: id('ticket'), attachmentId: id('attachment') });

function announcedOf(item: Item | undefined): Announced {
  if (item?.et !== 'attachment' || item.list?.erased) throw notFound();
  return item.list as unknown as Announced;
}

const unfit = (en: string, zh: string) => new Refusal('unprocessable', { detail: { en, zh } });

export const attachmentRoutes: Route[] = [
  route({
    id: 'addAttachment',
    method: 'POST',
    path: '/v1/tickets/{id}/attachments',
    summary: 'A place to upload a photo, scan, film or recording to; 20 MB at most',
    needs: 'tickets:write',
    params,
    body: NewAttachment,
    example: { name: 'lift.jpg', contentType: 'image/jpeg', size: 483_112 },
    responses: { 201: Upload },
    refuses: ['wrong-state'],
    async handle({ office, actor, now }, { params, body }) {
      const t = office.tenantId;
      const { item } = await office.load({ item: keys.ticket(t, params.id) });
      mustBeOpen(ticketOf(item), 'attach');
      const attachmentId = newId('attachment', now);
      const headers = { 'content-type': body.contentType, 'content-length': String(body.size) };
      const key = objectKey('pending', t, params.id, attachmentId);
      const answer = created(`/v1/tickets/${params.id}/attachments/${attachmentId}`, {
        id: attachmentId,
        url: await presigned(actor, 'PUT', key, now, headers),
        method: 'PUT',
        headers,
        expiresAt: new Date(now + linkSeconds * 1000).toISOString(),
      });
      // No event: nothing has happened to the ticket before the file is there.
      await office.commit(
        [
          {
            put: {
              ...keys.attachment(t, params.id, attachmentId),
              et: 'attachment',
              v: 1,
              list: { id: attachmentId, ...body },
              ttl: Math.floor(now / 1000) + pendingSeconds,
            },
            expect: 'new',
          },
        ],
        answer,
      );
      return answer;
    },
  }),
  route({
    id: 'completeAttachment',
    method: 'POST',
    path: '/v1/tickets/{id}/attachments/{attachmentId}/complete',
    summary: 'Say that the file is uploaded; its size, type and first bytes are checked, then it counts',
    needs: 'tickets:write',
    params: both,
    responses: { 200: Ticket },
    refuses: ['wrong-state', 'unprocessable', 'conflict'],
    async handle(context, { params }) {
      const { office, actor, now } = context;
      const t = office.tenantId;
      const key = keys.attachment(t, params.id, params.attachmentId);
      const { item } = await office.load({ item: key });
      const { kept, ...announced } = announcedOf(item);
      if (kept) throw unfitTwice();
      await keep(actor, t, params.id, announced);
      return run(
        context,
        params.id,
        () => ({ step: 'attach', attachment: { ...announced, at: new Date(now).toISOString() } }),
        {
          also: async () => [
            {
              update: key,
              set: { 'list.kept': true },
              unset: ['ttl'],
              add: { v: 1 },
              expect: { version: 1 },
              otherwise: unfitTwice,
            },
          ],
        },
      );
    },
  }),
  route({
    id: 'getAttachment',
    method: 'GET',
    path: '/v1/tickets/{id}/attachments/{attachmentId}',
    summary: 'A link to download an attachment, good for five minutes',
    needs: 'tickets:read',
    params: both,
    responses: { 200: Download },
    async handle({ office, actor, now }, { params }) {
      const t = office.tenantId;
      const { item } = await office.load({ item: keys.attachment(t, params.id, params.attachmentId) });
      const { kept, ...announced } = announcedOf(item);
      if (!kept) throw notFound();
      return ok({
        ...announced,
        url: await presigned(actor, 'GET', objectKey('kept', t, params.id, announced.id), now),
        expiresAt: new Date(now + linkSeconds * 1000).toISOString(),
      });
    },
  }),
];

const unfitTwice = () =>
  new Refusal('conflict', {
    detail: { en: 'The attachment is complete already.', zh: '该附件已完成上传。' },
  });

/**
 * Checks what was uploaded and copies it to where nobody can replace it any more. Safe to repeat: the copy has the attachment's
 * own key.
 */
async function keep(
  actor: Parameters<typeof head>[0],
  t: string,
  ticketId: string,
  { id, contentType, size }: Announced,
): Promise<void> {
  const from = objectKey('pending', t, ticketId, id);
  const stored = await head(actor, from);
  if (!stored) throw unfit('Nothing has been uploaded yet.', '尚未上传文件。');
  if (stored.size !== size || stored.contentType !== contentType) {
    throw unfit(
      `Announced were ${size} bytes of ${contentType}; there are ${stored.size} of ${stored.contentType}.`,
      `声明为 ${size} 字节 ${contentType}，实际为 ${stored.size} 字节 ${stored.contentType}。`,
    );
  }
  const bytes = await firstBytes(actor, from, stored.etag, magicBytes);
  if (bytes && !looksLike(contentType, bytes)) {
    throw unfit(`The file is no ${contentType}.`, `文件内容不是 ${contentType}。`);
  }
  if (!bytes || !(await copy(actor, from, objectKey('kept', t, ticketId, id), stored.etag))) {
    throw unfit('The file was replaced while it was checked.', '文件在检查期间被替换。');
  }
}
