import { describe, expect, it } from 'vitest';
import { OutboundError, safeFetch } from '../../../shared/outbound/fetch.ts';
import { serve, watchSockets } from './servers.ts';

/** Ways to write an inner address; P is the port of a server that listens on all addresses of this machine. */
const INNER_URLS: [why: string, url: string, reason: string][] = [
  ['loopback', 'https://127.0.0.1:P/', 'address'],
  ['loopback, not the usual one', 'https://127.8.9.10:P/', 'address'],
  ['loopback, short', 'https://127.1:P/', 'address'],
  ['loopback, decimal', 'https://2130706433:P/', 'address'],
  ['loopback, hex', 'https://0x7f000001:P/', 'address'],
  ['loopback, hex with dots', 'https://0x7f.0x0.0x0.0x1:P/', 'address'],
  ['loopback, octal', 'https://0177.0.0.01:P/', 'address'],
  ['loopback, one octal number', 'https://017700000001:P/', 'address'],
  ['loopback, bases mixed', 'https://0x7f.1:P/', 'address'],
  ['loopback, full-width digits', 'https://１２７.０.０.１:P/', 'address'],
  ['loopback, circled digits', 'https://①②⑦.⓪.⓪.①:P/', 'address'],
  ['loopback, ideographic full stops', 'https://127。0。0。1:P/', 'address'],
  ['loopback, percent-encoded', 'https://%31%32%37.0.0.1:P/', 'address'],
  ['loopback, trailing dot', 'https://127.0.0.1.:P/', 'address'],
  ['loopback, a tab inside', 'https://127.0\t.0.1:P/', 'address'],
  ['loopback, backslashes', 'https:\\\\127.0.0.1:P\\', 'address'],
  ['loopback, no slashes', 'https:127.0.0.1:P', 'address'],
  ['loopback, IPv6', 'https://[::1]:P/', 'address'],
  ['loopback, IPv6 in full', 'https://[0:0:0:0:0:0:0:1]:P/', 'address'],
  ['IPv4-mapped', 'https://[::ffff:127.0.0.1]:P/', 'address'],
  ['IPv4-mapped in hex', 'https://[::ffff:7f00:1]:P/', 'address'],
  ['IPv4-mapped private', 'https://[::ffff:10.0.0.1]:P/', 'address'],
  ['IPv4-mapped metadata', 'https://[::ffff:169.254.169.254]:P/', 'address'],
  ['IPv4-mapped though public', 'https://[::ffff:8.8.8.8]:P/', 'address'],
  ['IPv4-compatible', 'https://[::127.0.0.1]:P/', 'address'],
  ['IPv4-translated', 'https://[::ffff:0:127.0.0.1]:P/', 'address'],
  ['NAT64', 'https://[64:ff9b::127.0.0.1]:P/', 'address'],
  ['NAT64, local prefix', 'https://[64:ff9b:1::169.254.169.254]:P/', 'address'],
  ['6to4', 'https://[2002:7f00:1::1]:P/', 'address'],
  ['6to4 of the metadata', 'https://[2002:a9fe:a9fe::]:P/', 'address'],
  ['Teredo', 'https://[2001:0:7f00:1::]:P/', 'address'],
  ['unspecified', 'https://0.0.0.0:P/', 'address'],
  ['unspecified, one digit', 'https://0:P/', 'address'],
  ['this network', 'https://0.1.2.3:P/', 'address'],
  ['unspecified, IPv6', 'https://[::]:P/', 'address'],
  ['private 10/8', 'https://10.0.0.1:P/', 'address'],
  ['private 172.16/12', 'https://172.31.255.254:P/', 'address'],
  ['private 192.168/16', 'https://192.168.1.1:P/', 'address'],
  ['metadata', 'https://169.254.169.254/latest/meta-data/', 'address'],
  ['metadata, decimal', 'https://2852039166/', 'address'],
  ['container credentials', 'https://169.254.170.2/v2/credentials/', 'address'],
  ['metadata, IPv6', 'https://[fd00:ec2::254]/latest/', 'address'],
  ['metadata of another cloud', 'https://100.100.100.200/', 'address'],
  ['CGNAT', 'https://100.64.0.1:P/', 'address'],
  ['multicast', 'https://224.0.0.1:P/', 'address'],
  ['multicast, IPv6', 'https://[ff02::1]:P/', 'address'],
  ['broadcast', 'https://255.255.255.255:P/', 'address'],
  ['reserved', 'https://240.0.0.1:P/', 'address'],
  ['benchmarking', 'https://198.18.0.1:P/', 'address'],
  ['IETF assignments', 'https://192.0.0.192:P/', 'address'],
  ['documentation', 'https://203.0.113.7:P/', 'address'],
  ['link-local, IPv6', 'https://[fe80::1]:P/', 'address'],
  ['site-local, IPv6', 'https://[fec0::1]:P/', 'address'],
  ['unique local, IPv6', 'https://[fc00::1]:P/', 'address'],
  ['documentation, IPv6', 'https://[2001:db8::1]:P/', 'address'],
  ['outside global unicast, IPv6', 'https://[4000::1]:P/', 'address'],
  ['localhost', 'https://localhost:P/', 'name'],
  ['localhost in capitals', 'https://LocalHost:P/', 'name'],
  ['localhost with a dot', 'https://localhost.:P/', 'name'],
  ['below localhost', 'https://x.localhost:P/', 'name'],
  ['a name of the network here', 'https://intranet:P/', 'name'],
  ['a name with a trailing dot', 'https://example.com.:P/', 'name'],
  ['a cloud-internal name', 'https://metadata.google.internal:P/', 'name'],
  ['mDNS', 'https://printer.local:P/', 'name'],
  ['home network', 'https://router.home.arpa:P/', 'name'],
  ['a login in the URL', 'https://public.example.com@127.0.0.1:P/', 'userinfo'],
  ['a password in the URL', 'https://:x@public.example.com:P/', 'userinfo'],
  ['http', 'http://public.example.com/', 'scheme'],
  ['http to loopback', 'http://public.example.com:P/', 'scheme'],
  ['file', 'file:///etc/passwd', 'url'],
  ['file with a host', 'file://public.example.com/etc/passwd', 'scheme'],
  ['gopher', 'gopher://public.example.com:P/', 'scheme'],
  ['ftp', 'ftp://public.example.com/', 'scheme'],
  ['data', 'data:text/plain,x', 'url'],
  ['websocket', 'wss://public.example.com:P/', 'scheme'],
  ['SSH', 'https://public.example.com:22/', 'port'],
  ['SMTP', 'https://public.example.com:25/', 'port'],
  ['no host', 'https://', 'url'],
  ['no URL', '127.0.0.1:P', 'url'],
  ['a zone', 'https://[fe80::1%25eth0]:P/', 'url'],
  ['a host that is no IPv4', 'https://1.2.3.256:P/', 'url'],
];

/** What a name in somebody else's DNS may point to. */
const INNER_ANSWERS: [why: string, answers: string[]][] = [
  ['loopback', ['127.0.0.1']],
  ['loopback, IPv6', ['::1']],
  ['metadata', ['169.254.169.254']],
  ['metadata, IPv6', ['fd00:ec2::254']],
  ['private', ['10.1.2.3']],
  ['IPv4-mapped loopback', ['::ffff:127.0.0.1']],
  ['a link-local address with its zone', ['fe80::1%lo']],
  ['inner after public', ['93.184.215.14', '127.0.0.1']],
  ['public after inner', ['127.0.0.1', '93.184.215.14']],
  ['no address at all', ['localhost']],
];

const OPTIONS = { timeoutMs: 5_000, maxBytes: 1_000, allowLocal: false };

async function refusal(url: string, options: Partial<Parameters<typeof safeFetch>[1]> = {}) {
  const error = await safeFetch(url, { ...OPTIONS, ...options }).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(OutboundError);
  const { kind, code, sent } = error as OutboundError;
  return { kind, code, sent };
}

describe('a URL of an inner address', () => {
  it.each(INNER_URLS)('is refused before any connection: %s', async (_why, url, reason) => {
    const server = await serve((_, response) => response.end('inner'));
    const sockets = watchSockets();
    const lookup = async () => ['127.0.0.1'];
    expect(await refusal(url.replace(':P', `:${server.port}`), { lookup })).toEqual({
      kind: 'refused',
      code: reason,
      sent: false,
    });
    expect(server.connections()).toBe(0);
    expect(sockets.count()).toBe(0);
  });

  it('is counted by these tests when it is reached', async () => {
    const server = await serve((_, response) => response.end('inner'));
    const sockets = watchSockets();
    await safeFetch(`http://127.0.0.1:${server.port}/`, { ...OPTIONS, allowLocal: true });
    expect(server.connections()).toBe(1);
    expect(sockets.count()).toBe(1);
  });
});

describe('a name that points inside', () => {
  it.each(INNER_ANSWERS)('is refused before any connection: %s', async (_why, answers) => {
    const server = await serve((_, response) => response.end('inner'));
    const sockets = watchSockets();
    const lookup = async () => answers;
    expect(await refusal(`https://public.example.com:${server.port}/`, { lookup })).toEqual({
      kind: 'refused',
      code: 'address',
      sent: false,
    });
    expect(server.connections()).toBe(0);
    expect(sockets.count()).toBe(0);
  });

  it('is refused in the local cloud too, where only this machine under its own name is allowed', async () => {
    const server = await serve((_, response) => response.end('inner'));
    const lookup = async () => ['127.0.0.1'];
    const url = `https://public.example.com:${server.port}/`;
    expect(await refusal(url, { lookup, allowLocal: true })).toMatchObject({ code: 'address' });
    expect(server.connections()).toBe(0);
  });
});

describe('a name that changes its mind (rebinding)', () => {
  it('is asked once, and the connection goes to the address that was checked', async () => {
    const server = await serve((_, response) => response.end('ok'));
    const sockets = watchSockets();
    let asked = 0;
    const lookup = async () => (++asked === 1 ? ['127.0.0.1'] : ['10.0.0.1']);
    const response = await safeFetch(`${server.origin}/`, { ...OPTIONS, allowLocal: true, lookup });
    expect(response.body).toBe('ok');
    expect(asked).toBe(1);
    expect(sockets.addresses).toEqual(['127.0.0.1']);
  });

  it('does not get from a public answer to an inner connection', async () => {
    const server = await serve((_, response) => response.end('inner'));
    let asked = 0;
    const sockets = watchSockets();
    // 3ffe::/16 is unicast, and routed nowhere since 2006.
    const lookup = async () => (++asked === 1 ? ['3ffe::1'] : ['127.0.0.1']);
    const url = `https://public.example.com:${server.port}/`;
    const { kind, sent } = await refusal(url, { lookup, timeoutMs: 200 });
    expect(['network', 'timeout']).toContain(kind);
    expect(sent).toBe(false);
    expect(asked).toBe(1);
    expect(sockets.addresses).toEqual(['3ffe::1']);
    expect(server.connections()).toBe(0);
  });
});

describe('the local cloud', () => {
  it.each([
    ['private', 'http://10.0.0.1:P/'],
    ['metadata', 'http://169.254.169.254/'],
    ['unspecified', 'http://0.0.0.0:P/'],
    ['unspecified, IPv6', 'http://[::]:P/'],
    ['IPv4-mapped loopback', 'http://[::ffff:127.0.0.1]:P/'],
    ['unique local', 'http://[fd00:ec2::254]/'],
    ['CGNAT', 'http://100.64.0.1:P/'],
  ])('reaches loopback and nothing else inside: not %s', async (_why, url) => {
    const server = await serve((_, response) => response.end('inner'));
    const sockets = watchSockets();
    const error = await refusal(url.replace(':P', `:${server.port}`), { allowLocal: true });
    expect(error).toEqual({ kind: 'refused', code: 'address', sent: false });
    expect(sockets.count()).toBe(0);
  });

  it('does not take localhost for anything but loopback', async () => {
    const lookup = async () => ['10.0.0.1'];
    expect(await refusal('http://localhost:4000/', { lookup, allowLocal: true })).toMatchObject({
      code: 'address',
    });
  });
});

describe('a redirect', () => {
  it.each([
    ['loopback, which the local cloud may reach', 'http://127.0.0.1:P/'],
    ['private', 'http://10.0.0.1/'],
    ['metadata', 'http://169.254.169.254/latest/meta-data/iam/'],
    ['metadata without a scheme', '//169.254.169.254/'],
    ['IPv6', 'http://[fd00:ec2::254]/'],
    ['a name inside', 'http://metadata.google.internal/'],
    ['nonsense', 'http://['],
  ])('to an inner address leads nowhere: %s', async (_why, to) => {
    const inner = await serve((_, response) => response.end('inner'));
    const location = to.replace(':P', `:${inner.port}`);
    const server = await serve((_, response) => response.writeHead(307, { location }).end());
    const sockets = watchSockets();
    const request = { ...OPTIONS, allowLocal: true, method: 'POST', body: 'x' };
    expect(await safeFetch(`${server.origin}/`, request)).toMatchObject({ status: 307, body: '' });
    expect(inner.connections()).toBe(0);
    expect(sockets.addresses).toEqual(['127.0.0.1']);
  });
});
