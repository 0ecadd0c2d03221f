import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { newId } from '../../shared/ids.ts';
import { call, functionEnvironment, type Who } from './call.ts';

await functionEnvironment();
const { handler } = await import('../../functions/tenants/handler.ts');
const operator: Who = { kind: 'operator', id: 'op' };
const Bucket = 'attachments';

let server: Awaited<ReturnType<typeof startFauxqs>>;
let s3: S3Client;
beforeAll(async () => {
  server = await startFauxqs({ port: 0, logger: false });
  const endpoint = `http://127.0.0.1:${server.port}`;
  Object.assign(process.env, { AWS_ENDPOINT_URL_S3: endpoint, ATTACHMENTS_BUCKET: Bucket });
  s3 = new S3Client({ endpoint, region: 'local', forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket }));
});
afterAll(async () => {
  vi.useRealTimers();
  s3.destroy();
  await server.stop();
});

const office = async (slug: string) =>
  (
    await call(handler as never, operator, 'POST /operator/v1/tenants', {
      body: { slug, name: 'x', owner: { name: 'o', email: `${slug}@example.com` } },
    })
  ).body.id as string;
const keysThere = async () =>
  ((await s3.send(new ListObjectsV2Command({ Bucket }))).Contents ?? []).map(({ Key }) => Key);
const keep = (Key: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));

it('an office that is deleted leaves no attachment behind, checked or not, and touches no other\u2019s', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-03-01T00:00:00Z') });
  const id = await office('leaving');
  const other = `kept/${await office('staying')}/${newId('attachment')}`;
  await keep(other);
  for (let i = 0; i < 120; i++) await keep(`kept/${id}/${newId('ticket')}/${newId('attachment')}`);
  await keep(`pending/${id}/${newId('attachment')}`);
  const remove = () =>
    call(handler as never, operator, 'DELETE /operator/v1/tenants/{id}', {
      params: { id },
      query: { confirm: 'leaving' },
    });
  expect((await remove()).status).toBe(202);
  vi.setSystemTime('2026-03-01T00:04:00Z');
  expect((await remove()).status).toBe(204);
  expect(await keysThere()).toEqual([other]);
});
