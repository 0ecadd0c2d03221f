import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { Refusal } from './problem.ts';

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Makes and reads page cursors: sealed (they hold keys of the table, which are nobody's business) and good only for the office
 * and the query they came from.
 */
export class Cursors {
  private readonly key: Buffer;

  constructor(secret: string) {
    if (secret.length < 16) throw new Error('the cursor secret needs 16 characters at least');
    // The secret has other uses: the label keeps their keys apart.
    this.key = createHash('sha256').update(`cursor\n${secret}`).digest();
  }

  seal(position: Record<string, unknown>, scope: string): string {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv(algorithm, this.key, nonce).setAAD(Buffer.from(scope));
    const sealed = Buffer.concat([cipher.update(JSON.stringify(position)), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
  }

  /** Throws the refusal `invalid-cursor` for anything but a cursor sealed for this scope. */
  open(cursor: string, scope: string): Record<string, unknown> {
    const bytes = Buffer.from(cursor, 'base64url');
    try {
      if (bytes.toString('base64url') !== cursor) throw new Error('not as it was written');
      const decipher = createDecipheriv(algorithm, this.key, bytes.subarray(0, nonceBytes), {
        authTagLength: tagBytes,
      });
      decipher.setAAD(Buffer.from(scope)).setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
      const opened = Buffer.concat([
        decipher.update(bytes.subarray(nonceBytes + tagBytes)),
        decipher.final(),
      ]);
      return JSON.parse(opened.toString()) as Record<string, unknown>;
    } catch (cause) {
      throw new Refusal('invalid-cursor', {
        detail: {
          en: 'A cursor is good only for the query it came from.',
          zh: '游标只能用于产生它的查询。',
        },
        cause,
      });
    }
  }
}
