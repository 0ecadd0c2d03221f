import { createHash, createHmac } from 'node:crypto';
import { startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../shared/ids.ts';
import { call, functionEnvironment } from './call.ts';
import { makeOffice, satisfied, type TestOffice } from './tickets.ts';

const { tableName } = await functionEnvironment();
const { handler } = await import('../../functions/tickets/handler.ts');

const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(92, 1)]);
const image = { name: '签名.png', contentType: 'image/png', size: png.length };

let office: TestOffice;
let s3: Awaited<ReturnType<typeof startFauxqs>>;
beforeAll(async () => {
  s3 = await startFauxqs({ port: 0, logger: false });
  s3.createBucket('attachments');
  process.env.AWS_ENDPOINT_URL_S3 = `http://127.0.0.1:${s3.port}`;
  process.env.ATTACHMENTS_BUCKET = 'attachments';
  office = await makeOffice(tableName, handler);
});
afterAll(() => s3.stop());

const ticket = async () => (await office.create()).body.id as string;
const announce = (id: string, body: unknown = image) => office.step(id, 'attachments', body);
const complete = (id: string, attachmentId: string) =>
  call(handler as never, office.desk, 'POST /v1/tickets/{id}/attachments/{attachmentId}/complete', {
    params: { id, attachmentId },
  });
const download = (id: string, attachmentId: string) =>
  call(handler as never, office.desk, 'GET /v1/tickets/{id}/attachments/{attachmentId}', {
    params: { id, attachmentId },
  });
const put = async (upload: { url: string; headers: Record<string, string> }, data: Buffer) => {
  const answer = await fetch(upload.url, {
    method: 'PUT',
    headers: upload.headers,
    body: new Uint8Array(data),
  });
  expect(answer.status).toBe(200);
};

/** The signature that S3 will reckon for a presigned request (AWS Signature Version 4), reckoned here by hand. */
function signatureOf(method: string, link: string, headers: Record<string, string>): string {
  const url = new URL(link);
  const query = url.searchParams;
  const encoded = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
  const canonicalQuery = [...query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .sort()
    .join('&');
  const signed = (query.get('X-Amz-SignedHeaders') ?? '').split(';');
  const all: Record<string, string> = { host: url.host, ...headers };
  const canonical = [
    method,
    url.pathname,
    canonicalQuery,
    ...signed.map((name) => `${name}:${all[name]}`),
    '',
    signed.join(';'),
    'UNSIGNED-PAYLOAD',
  ].join('\n');
  const [, ...scope] = (query.get('X-Amz-Credential') ?? '').split('/');
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const key = scope.reduce((before: string | Buffer, part) => hmac(before, part), 'AWS4test');
  const digest = createHash('sha256').update(canonical).digest('hex');
  return hmac(
    key,
    ['AWS4-HMAC-SHA256', query.get('X-Amz-Date'), scope.join('/'), digest].join('\n'),
  ).toString('hex');
}

describe('an attachment', () => {
  it('is announced, uploaded, checked, and then counts', async () => {
    const id = await ticket();
    const { status, body: upload } = await announce(id);
    expect(status).toBe(201);
    expect(upload.headers).toEqual({ 'content-type': 'image/png', 'content-length': '100' });
    expect((await office.get(id)).body.attachments).toEqual([]);
    expect((await download(id, upload.id)).status).toBe(404);
    await put(upload, png);
    const done = await complete(id, upload.id);
    expect(done.status).toBe(200);
    expect(done.body.attachments).toEqual([{ id: upload.id, ...image, at: expect.any(String) }]);
    const { body: link } = await download(id, upload.id);
    expect(Buffer.from(await (await fetch(link.url)).arrayBuffer())).toEqual(png);
    expect((await office.events(id)).at(-1)).toMatchObject({ type: 'ticket.attachmentAdded' });
    expect((await complete(id, upload.id)).status).toBe(409);
  });

  it('is bound by its link to its size, its type and its office\u2019s folder', async () => {
    const id = await ticket();
    const { body } = await announce(id);
    const url = new URL(body.url);
    expect(url.pathname).toBe(`/attachments/pending/${office.tenantId}/${id}/${body.id}`);
    expect(url.searchParams.get('X-Amz-SignedHeaders')).toBe('content-length;content-type;host');
    expect(url.searchParams.get('X-Amz-Expires')).toBe('300');
    expect(url.searchParams.get('X-Amz-Security-Token')).toBe('test');
    const signature = url.searchParams.get('X-Amz-Signature');
    expect(signature).toBe(signatureOf('PUT', body.url, body.headers));
    expect(signature).not.toBe(signatureOf('PUT', body.url, { ...body.headers, 'content-length': '101' }));
  });

  it.each([
    ['too large', { ...image, size: 20 * 1024 * 1024 + 1 }, '/body/size'],
    ['of nothing', { ...image, size: 0 }, '/body/size'],
    ['of another type', { ...image, contentType: 'text/html' }, '/body/contentType'],
    ['without a name', { ...image, name: '' }, '/body/name'],
  ])('%s is refused before anything is uploaded', async (_, body, path) => {
    const answer = await announce(await ticket(), body);
    expect([answer.status, answer.body.errors[0].path]).toEqual([400, path]);
  });

  it('does not count before it is uploaded, nor with another size or content', async () => {
    const id = await ticket();
    const missing = (await announce(id)).body;
    expect((await complete(id, missing.id)).status).toBe(422);
    const short = (await announce(id, { ...image, size: 50 })).body;
    const { 'content-type': type } = short.headers;
    await put({ url: short.url, headers: { 'content-type': type } }, png);
    expect((await complete(id, short.id)).status).toBe(422);
    const page = (await announce(id)).body;
    await put(page, Buffer.from('<script>alert(1)</script>'.padEnd(100)));
    const refused = await complete(id, page.id);
    expect([refused.status, refused.body.detail]).toEqual([422, 'The file is no image/png.']);
    expect((await office.get(id)).body.attachments).toEqual([]);
  });

  it('stays as it was checked when the upload link is used again', async () => {
    const id = await ticket();
    const { body: upload } = await announce(id);
    await put(upload, png);
    await complete(id, upload.id);
    await put(upload, Buffer.alloc(100));
    const { body: link } = await download(id, upload.id);
    expect(Buffer.from(await (await fetch(link.url)).arrayBuffer())).toEqual(png);
  });

  it('is unknown to any other ticket', async () => {
    const { body: upload } = await announce(await ticket());
    expect((await complete(await ticket(), upload.id)).status).toBe(404);
    expect((await complete(await ticket(), newId('attachment'))).status).toBe(404);
  });

  it('signed by the customer closes a complaint; one that is not there does not', async () => {
    const id = await ticket();
    await office.step(id, 'resolve', { what: 'Done' });
    const signed = (attachmentId: string) =>
      office.step(id, 'callbacks', { ...satisfied, method: 'visit', signature: { attachmentId } });
    const { body: upload } = await announce(id);
    expect((await signed(upload.id)).body.errors[0].path).toBe('/body/signature/attachmentId');
    await put(upload, png);
    await complete(id, upload.id);
    const closed = await signed(upload.id);
    expect(closed.body).toMatchObject({ status: 'closed', obligations: [] });
    expect((await announce(id)).status).toBe(409);
  });
});
