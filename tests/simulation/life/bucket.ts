import { createHash } from 'node:crypto';
import type { Fetched } from '../world/outside.ts';

interface Stored {
  type: string;
  data: Buffer;
}

/** The bucket of attachments: the few requests of S3 that the service makes. */
export class Bucket {
  private readonly objects: Map<string, Stored>;

  constructor(objects: Iterable<[string, Stored]> = []) {
    this.objects = new Map(objects);
  }

  copy(): Bucket {
    return new Bucket(this.objects);
  }

  /** What is stored, a line for each object. */
  lines(): string[] {
    return [...this.objects].map(([key, { type, data }]) => `object ${key} ${type} ${data.length}`);
  }

  put(key: string, type: string, data: Buffer): void {
    this.objects.set(key, { type, data });
  }

  answer({ method, url, headers, body }: Fetched): Response {
    const key = decodeURIComponent(url.pathname).replace(/^\/(?:attachments\/)?/, '');
    const found = this.objects.get(key);
    switch (method) {
      case 'PUT': {
        const source = headers.get('x-amz-copy-source');
        if (!source) {
          this.put(key, headers.get('content-type') ?? '', Buffer.from(body ?? ''));
          return new Response(null, { status: 200 });
        }
        const from = this.objects.get(source.replace('/attachments/', ''));
        if (!from) return new Response(null, { status: 404 });
        if (etagOf(from) !== headers.get('x-amz-copy-source-if-match'))
          return new Response(null, { status: 412 });
        this.objects.set(key, from);
        return new Response('<CopyObjectResult/>', { status: 200 });
      }
      case 'DELETE':
        this.objects.delete(key);
        return new Response(null, { status: 204 });
      case 'HEAD':
        if (!found) return new Response(null, { status: 404 });
        return new Response(null, {
          headers: {
            'content-length': String(found.data.length),
            'content-type': found.type,
            etag: etagOf(found),
          },
        });
      default: {
        const prefix = url.searchParams.get('prefix');
        if (prefix !== null) {
          const keys = [...this.objects.keys()].filter((one) => one.startsWith(prefix));
          return new Response(keys.map((one) => `<Key>${one}</Key>`).join(''));
        }
        if (!found) return new Response(null, { status: 404 });
        const wanted = headers.get('if-match');
        if (wanted && wanted !== etagOf(found)) return new Response(null, { status: 412 });
        return new Response(new Uint8Array(found.data));
      }
    }
  }
}

const etagOf = ({ data }: Stored) => `"${createHash('md5').update(data).digest('hex')}"`;
