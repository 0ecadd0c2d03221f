import { describe, expect, it } from 'vitest';
import { inboxWrite, messageId } from '../../functions/notifier/inbox.ts';
import { newId } from '../../shared/ids.ts';
import { call, functionEnvironment, keyOf, staffOf, type Who } from './call.ts';
import { officeTable } from './dynamodb.ts';

const { tableName } = await functionEnvironment();
const { handler } = await import('../../functions/obligations/handler.ts');

const words = { title: { en: 'Due now', zh: '已到期' }, text: { en: 'a', zh: 'b' } };

/** Puts messages into somebody's inbox, the first the oldest; answers their ids. */
async function fill(who: Who, count: number): Promise<string[]> {
  const table = officeTable(tableName, who.tenantId);
  const all: string[] = [];
  for (let from = 0; from < count; from += 90) {
    const writes = Array.from({ length: Math.min(90, count - from) }, (_, i) => {
      const at = new Date(Date.parse('2026-10-08T09:30:00Z') + (from + i) * 1000).toISOString();
      const id = messageId(at, who.id, String(from + i));
      all.push(id);
      return inboxWrite(who.tenantId ?? '', who.id, { id, at, kind: 'due', ...words, critical: false });
    });
    await table.commit(writes);
  }
  return all;
}
const person = () => staffOf(newId('tenant'), ['desk']);
const inbox = (who: Who, query: Record<string, string> = {}) =>
  call(handler as never, who, 'GET /v1/inbox', { query });
const read = (who: Who, id: string, headers = {}) =>
  call(handler as never, who, 'POST /v1/inbox/{id}/read', { params: { id }, headers });
const readAll = (who: Who) => call(handler as never, who, 'POST /v1/inbox/read-all', {});
const ids = ({ body }: { body: { items: { id: string }[] } }) => body.items.map(({ id }) => id);

describe('the inbox', () => {
  it('shows the newest first, page by page, and how many are unread', async () => {
    const who = person();
    const all = await fill(who, 5);
    const first = await inbox(who, { limit: '3' });
    const second = await inbox(who, { limit: '3', cursor: first.body.next });
    expect([...ids(first), ...ids(second)]).toEqual([...all].reverse());
    expect([first.body.unread, first.body.unreadMore]).toEqual([5, false]);
  });

  it('marks one as read: it stays, with the moment, and is unread no more', async () => {
    const who = person();
    const [one = '', two = ''] = await fill(who, 2);
    expect((await read(who, one)).status).toBe(204);
    expect(ids(await inbox(who, { unread: 'true' }))).toEqual([two]);
    const { body } = await inbox(who);
    expect(body.unread).toBe(1);
    const marked = body.items.find(({ id }: { id: string }) => id === one);
    expect(marked.readAt).toBeDefined();
    expect((await read(who, one)).status).toBe(204);
    expect((await inbox(who)).body.items).toContainEqual(marked);
  });

  it('marks all as read, more than one transaction takes', async () => {
    const who = person();
    await fill(who, 205);
    const before = await inbox(who, { limit: '1' });
    expect([before.body.unread, before.body.unreadMore]).toEqual([100, true]);
    expect((await readAll(who)).body).toEqual({ read: 205, more: false });
    expect((await inbox(who, { unread: 'true' })).body).toMatchObject({
      items: [],
      unread: 0,
      unreadMore: false,
    });
    expect((await readAll(who)).body).toEqual({ read: 0, more: false });
  });

  it('is one\u2019s own: a colleague, another office and a message that is not there look alike', async () => {
    const who = person();
    const [id = ''] = await fill(who, 1);
    const colleague = staffOf(who.tenantId ?? '', ['manager']);
    const stranger = staffOf(newId('tenant'), ['manager'], who.id);
    const answers = await Promise.all([read(colleague, id), read(stranger, id), read(who, newId('message'))]);
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
    expect(new Set(answers.map(({ body }) => JSON.stringify({ ...body, requestId: '' }))).size).toBe(1);
    expect((await inbox(colleague)).body.items).toEqual([]);
    expect((await inbox(stranger)).body.items).toEqual([]);
  });

  it('is for people, not for API keys; a suspended office can still read and mark', async () => {
    const who = person();
    const [id = ''] = await fill(who, 1);
    expect((await inbox(keyOf(who.tenantId ?? ''))).status).toBe(403);
    expect((await inbox({ ...who, suspended: true })).status).toBe(200);
    expect((await read({ ...who, suspended: true }, id)).status).toBe(204);
  });
});
