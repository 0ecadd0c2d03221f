/** One request of a chain of redirects. `url` is not checked yet. */
export type Hop = {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: string | undefined;
};

/** What may go along to another origin. The rest may hold signatures and keys meant for the first one only. */
const HARMLESS_HEADERS = new Set(['accept', 'content-type', 'user-agent']);

/**
 * Where an answer sends us, by the rules of fetch: 303, and 301/302 after a POST, become a GET without a body; 307
 * and 308 repeat the request. Null when it is no redirect, `downgrade` when it leaves https.
 */
export function nextHop(hop: Hop, status: number, location: string | undefined): Hop | 'downgrade' | null {
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return null;
  const from = new URL(hop.url);
  const to = URL.parse(location, hop.url);
  if (to === null) return { ...hop, url: location };
  if (from.protocol === 'https:' && to.protocol === 'http:') return 'downgrade';
  const asGet = status === 303 ? hop.method !== 'HEAD' : status < 307 && hop.method === 'POST';
  const headers = Object.entries(hop.headers).filter(([name]) => {
    const lower = name.toLowerCase();
    if (asGet && lower.startsWith('content-')) return false;
    return to.origin === from.origin || HARMLESS_HEADERS.has(lower);
  });
  return {
    url: to.href,
    method: asGet ? 'GET' : hop.method,
    headers: Object.fromEntries(headers),
    body: asGet ? undefined : hop.body,
  };
}
