import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkUrl, isAllowedAddress } from '../../../shared/outbound/address.ts';

describe('addresses', () => {
  it.each([
    ['1.1.1.1'],
    ['93.184.215.14'],
    ['172.15.0.1'],
    ['172.32.0.1'],
    ['100.128.0.1'],
    ['2606:4700::1111'],
  ])('of the public internet are allowed: %s', (address) => {
    expect(isAllowedAddress(address, false)).toBe(true);
    expect(isAllowedAddress(address, true)).toBe(false);
  });

  it('of IPv4 are never allowed in the disguise of IPv6', () => {
    fc.assert(
      fc.property(
        fc.ipV4(),
        fc.constantFrom('::ffff:', '::', '64:ff9b::', '::ffff:0:'),
        (address, prefix) => {
          expect(isAllowedAddress(prefix + address, false)).toBe(false);
          expect(isAllowedAddress(prefix + address, true)).toBe(false);
        },
      ),
      { examples: [['0.0.0.1', '::']] },
    );
  });

  it('of IPv6 are allowed in 2000::/3 only', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const first = Number.parseInt(address.split(':')[0] || '0', 16);
        if (first < 0x2000 || first > 0x3fff) expect(isAllowedAddress(address, false)).toBe(false);
      }),
    );
  });
});

describe('URLs', () => {
  it.each([
    ['https://hooks.example.com/a?b=c'],
    ['https://hooks.example.com:8443/'],
    ['https://hooks.example.com:80/'],
    ['https://hooks.example.com:1024/'],
    ['https://例子.中国/'],
    ['https://1.1.1.1/'],
    ['https://[2606:4700::1111]/'],
    ['https://localhost.example.com/'],
    ['https://internal.example.com/'],
  ])('of the public internet are allowed: %s', (url) => {
    expect(checkUrl(url, false)).toMatchObject({ ok: true, local: false });
  });

  it.each([
    ['http://localhost:4000/'],
    ['http://127.0.0.1:4000/'],
    ['https://127.1.2.3/'],
    ['http://[::1]:4000/'],
  ])('of this machine are allowed in the local cloud only: %s', (url) => {
    expect(checkUrl(url, true)).toMatchObject({ ok: true, local: true });
    expect(checkUrl(url, false)).toMatchObject({ ok: false });
  });

  it('of the public internet need https in the local cloud as well', () => {
    expect(checkUrl('http://hooks.example.com/', true)).toEqual({ ok: false, reason: 'scheme' });
  });

  it('are refused when they are too long', () => {
    expect(checkUrl(`https://hooks.example.com/${'x'.repeat(2048)}`, false)).toEqual({
      ok: false,
      reason: 'url',
    });
  });
});
