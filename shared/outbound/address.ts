import ipaddr from 'ipaddr.js';

/**
 * Why an outgoing address is refused. A word, never the address itself: it ends up in delivery logs.
 * `url` not a URL or too long; `scheme` not https; `userinfo` carries a login; `port` a port no web server uses;
 * `name` a name of an inner network; `address` not a public unicast address; `header` a header that cannot be sent.
 */
export type Refusal = 'url' | 'scheme' | 'userinfo' | 'port' | 'name' | 'address' | 'header';

export type UrlCheck =
  | { ok: true; url: URL; local: boolean }
  | { ok: false; reason: Exclude<Refusal, 'header'> };

const MAX_URL_LENGTH = 2048;

/** Names that by their RFC never belong to the public internet (RFC 6761, 6762, 8375; ICANN's `internal`). */
const INNER_SUFFIXES = ['localhost', 'local', 'internal', 'home.arpa'];

/** 2000::/3, all that is handed out for the public internet. */
const GLOBAL_UNICAST = ipaddr.IPv6.parse('2000::');

/**
 * Whether a connection to this very address is allowed: only public unicast. Everything with a special meaning is
 * out (private, loopback, link-local with the clouds' metadata, CGNAT, multicast, documentation, benchmarking), and
 * so is every IPv6 form that carries an IPv4 address in it (mapped, compatible, NAT64, 6to4, Teredo).
 * @param local the host was named as this machine (see `checkUrl`): then loopback and nothing but loopback
 */
export function isAllowedAddress(address: string, local: boolean): boolean {
  if (!ipaddr.isValid(address)) return false;
  const ip = ipaddr.parse(address);
  if (local) return ip.range() === 'loopback';
  if (ip.range() !== 'unicast') return false;
  return ip.kind() === 'ipv4' || (ip as ipaddr.IPv6).match(GLOBAL_UNICAST, 3);
}

/**
 * Checks an outgoing URL as far as that is possible without DNS; `safeFetch` checks the address again when it
 * connects. Also for the form in which an office registers a URL.
 *
 * Only https. Ports: 80, 443 and from 1024 on, because offices run receivers on odd ports while the low ones belong
 * to services that are no web servers (SSH, SMTP). Names need a dot and no trailing dot. Decimal, octal, hex and
 * full-width hosts are what `URL` makes of them: it is the parsed host that is checked.
 * @param allowLocal (local cloud and tests only) `localhost`, 127.0.0.0/8 and ::1 named as such are allowed, over
 *   http too. Another name that resolves to loopback stays refused.
 */
export function checkUrl(raw: string, allowLocal: boolean): UrlCheck {
  if (raw.length > MAX_URL_LENGTH) return { ok: false, reason: 'url' };
  const url = URL.parse(raw);
  if (!url?.hostname) return { ok: false, reason: 'url' };
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return { ok: false, reason: 'scheme' };
  if (url.username !== '' || url.password !== '') return { ok: false, reason: 'userinfo' };

  const host = bareHost(url);
  const literal = ipaddr.isValid(host);
  const local = allowLocal && (host === 'localhost' || (literal && isAllowedAddress(host, true)));
  if (!local) {
    if (literal && !isAllowedAddress(host, false)) return { ok: false, reason: 'address' };
    if (!literal && !isPublicName(host)) return { ok: false, reason: 'name' };
    if (url.protocol !== 'https:') return { ok: false, reason: 'scheme' };
  }
  const port = portOf(url);
  if (port < 1024 && port !== 80 && port !== 443) return { ok: false, reason: 'port' };
  return { ok: true, url, local };
}

/** The host without the brackets of an IPv6 literal. */
export function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

/** The port in the URL or the scheme's own. */
export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

function isPublicName(host: string): boolean {
  if (!host.includes('.') || host.endsWith('.')) return false;
  return !INNER_SUFFIXES.some((suffix) => host.endsWith(`.${suffix}`));
}
