import { ATTACHMENT_PREFIX, ENV, optionalEnv } from '../../shared/env.ts';
import { endpointOf, signedFetch } from '../../shared/signed.ts';

/** Removes up to `limit` attachments of an office; says how many and whether none is left. */
export async function purgeObjects(
  tenantId: string,
  limit: number,
): Promise<{ removed: number; finished: boolean }> {
  const bucket = optionalEnv(ENV.attachmentsBucket);
  if (!bucket) return { removed: 0, finished: true };
  const base = `${endpointOf({ prefix: 's3', variable: 'S3' })}/${bucket}`;
  let removed = 0;
  for (const prefix of Object.values(ATTACHMENT_PREFIX)) {
    for (;;) {
      const room = Math.min(limit - removed, 100);
      if (room <= 0) return { removed, finished: false };
      const found = await listed(base, `${prefix}/${tenantId}/`, room);
      if (found.length === 0) break;
      // Ten at once: one after the other a hundred would take seconds.
      for (let i = 0; i < found.length; i += 10) {
        await Promise.all(found.slice(i, i + 10).map((key) => remove(base, key)));
      }
      removed += found.length;
    }
  }
  return { removed, finished: true };
}

async function listed(base: string, prefix: string, max: number): Promise<string[]> {
  const url = `${base}?list-type=2&max-keys=${max}&prefix=${encodeURIComponent(prefix)}`;
  const answer = await signedFetch({ service: 's3', method: 'GET', url });
  if (!answer.ok) throw new Error(`S3 answered ${answer.status} to a list`);
  // Our keys are ids and slashes: nothing in them is ever escaped.
  return [...(await answer.text()).matchAll(/<Key>([^<]+)<\/Key>/g)].map((match) => match[1] ?? '');
}

async function remove(base: string, key: string): Promise<void> {
  const answer = await signedFetch({ service: 's3', method: 'DELETE', url: `${base}/${key}` });
  if (!answer.ok && answer.status !== 404) throw new Error(`S3 answered ${answer.status} to a deletion`);
}
