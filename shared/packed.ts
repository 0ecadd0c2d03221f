import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';

const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN } = constants;

/** From so many characters on the last fifth takes too long. */
const long = 4096;

const compressed = (text: string, quality: number): Uint8Array =>
  brotliCompressSync(text, { params: { [BROTLI_PARAM_QUALITY]: quality, [BROTLI_PARAM_LGWIN]: 16 } });

/**
 * A value of JSON in few bytes; deflated, what belongs to a contact would not fit into a kB. What fits into `room` bytes
 * is packed in a twentieth of a millisecond; more is worth a whole one, for it gets smaller by a fifth: often that is a
 * kB begun less.
 */
export function packed(value: unknown, room: number): Uint8Array {
  const text = JSON.stringify(value);
  const quick = compressed(text, 5);
  if (quick.length <= room || text.length > long) return quick;
  const close = compressed(text, 10);
  return close.length < quick.length ? close : quick;
}

/** The value that was packed. Throws for bytes that were not. */
export const unpacked = (bytes: Uint8Array): unknown => JSON.parse(brotliDecompressSync(bytes).toString());
