import type { ContentType } from './schema.ts';

/** How many first bytes `looksLike` needs. */
export const magicBytes = 16;

const starts = (bytes: Buffer, hex: string) => bytes.subarray(0, hex.length / 2).toString('hex') === hex;

/** The brand of an ISO media file (ISO/IEC 14496-12), e.g. `mp42`; '' for anything else. */
const brandOf = (bytes: Buffer): string =>
  bytes.toString('latin1', 4, 8) === 'ftyp' ? bytes.toString('latin1', 8, 12) : '';

/** Whether a file's first bytes are those of its declared type. */
export function looksLike(type: ContentType, bytes: Buffer): boolean {
  switch (type) {
    case 'image/jpeg':
      return starts(bytes, 'ffd8ff');
    case 'image/png':
      return starts(bytes, '89504e470d0a1a0a');
    case 'image/webp':
      return bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP';
    case 'application/pdf':
      return bytes.toString('latin1', 0, 5) === '%PDF-';
    case 'image/heic':
      return ['heic', 'heix', 'heim', 'heis', 'hevc', 'mif1', 'msf1'].includes(brandOf(bytes));
    case 'video/mp4':
      return /^(iso.|mp4.|avc1|M4V |dash|MSNV|3gp.)$/.test(brandOf(bytes));
    case 'audio/mp4':
      return /^(M4A |M4B |mp4.|iso.|dash)$/.test(brandOf(bytes));
  }
}
