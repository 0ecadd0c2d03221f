// What is sent here are texts and bytes. The rest of it measures files, and brings `node:fs` with all that loads.
export function calculateBodyLength(body?: string | { byteLength: number } | null): number {
  if (!body) return 0;
  return typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
}
