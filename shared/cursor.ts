import { createHmac, timingSafeEqual } from 'node:crypto';
import { Refusal } from './problem.ts';

/** Makes and reads page cursors: opaque, signed, good only for the office and the query they came from. */
export class Cursors {
  private readonly secret: string;

  constructor(secret: string) {
    if (secret.length < 16) throw new Error('the cursor secret needs 16 characters at least');
    this.secret = secret;
  }

  seal(position: Record<string, unknown>, scope: string): string {
    const payload = Buffer.from(JSON.stringify(position)).toString('base64url');
    return `${payload}.${this.mac(payload, scope)}`;
  }

  /** Throws the refusal `invalid-cursor` for anything but a cursor sealed for this scope. */
  open(cursor: string, scope: string): Record<string, unknown> {
    const [payload = '', mac = ''] = cursor.split('.');
    const given = Buffer.from(mac);
    const expected = Buffer.from(this.mac(payload, scope));
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw new Refusal('invalid-cursor', {
        detail: {
          en: 'A cursor is good only for the query it came from.',
          zh: '游标只能用于产生它的查询。',
        },
      });
    }
    return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
  }

  private mac(payload: string, scope: string): string {
    return createHmac('sha256', this.secret).update(`${scope}\n${payload}`).digest('base64url');
  }
}
