import { describe, expect, it } from 'vitest';
import { type Image, indexUnits, itemSize, readUnits, writeUnits, written } from '../../bench/units.ts';

const text = (length: number): Image => ({ pk: { S: 'x'.repeat(length - 2) } });

describe('the size of an item', () => {
  it('is names and values in UTF-8', () => {
    expect(itemSize({ 名: { S: '回访' } })).toBe(3 + 6);
    expect(itemSize({ a: { BOOL: true }, b: { NULL: true } })).toBe(4);
    expect(itemSize({ a: { B: Buffer.from('12345').toString('base64') } })).toBe(6);
  });

  it('counts two digits of a number as a byte, and neither leading nor trailing zeros', () => {
    const size = (N: string) => itemSize({ n: { N } }) - 1;
    expect(size('0')).toBe(1);
    expect(size('7')).toBe(2);
    expect(size('1200')).toBe(2);
    expect(size('0.0012')).toBe(2);
    expect(size('-123')).toBe(4);
    expect(size('1759197600000')).toBe(5);
  });

  it('adds three bytes for a map or list and one for each element', () => {
    expect(itemSize({ m: { M: {} } })).toBe(4);
    expect(itemSize({ m: { M: { a: { S: 'bc' } } } })).toBe(1 + 3 + 1 + 3);
    expect(itemSize({ l: { L: [{ S: 'a' }, { S: 'b' }] } })).toBe(1 + 3 + 4);
  });
});

describe('units', () => {
  it('are the kilobytes begun of a write, and four of them of a read', () => {
    expect([0, 1, 1024, 1025].map(writeUnits)).toEqual([1, 1, 1, 2]);
    expect([0, 4096, 4097].map((size) => readUnits(size, true))).toEqual([1, 1, 2]);
    expect(readUnits(4097, false)).toBe(1);
  });

  it('of a write go by the larger of before and after', () => {
    expect(written(text(3000), text(10))).toBe(3);
    expect(written(undefined, text(1025))).toBe(2);
  });

  it('of an index are none, one or two by what it sees of a change', () => {
    const index = {
      IndexName: 'i',
      KeySchema: [{ AttributeName: 'h' }, { AttributeName: 'r' }],
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['list'] },
    };
    const item = (r: string | undefined, list = 'a', rest = 'b'): Image => ({
      pk: { S: 'p' },
      sk: { S: 's' },
      h: { S: 'h' },
      ...(r !== undefined && { r: { S: r } }),
      list: { M: { list: { S: list }, also: { N: '1' } } },
      rest: { S: rest },
    });
    const units = (before: Image | undefined, after: Image | undefined) => indexUnits([index], before, after);
    expect(units(undefined, item('1'))).toBe(1);
    expect(units(item('1'), undefined)).toBe(1);
    expect(units(item('1'), item('1', 'a', 'other'))).toBe(0);
    expect(units(item('1'), { ...item('1'), list: { M: { also: { N: '1' }, list: { S: 'a' } } } })).toBe(0);
    expect(units(item('1'), item('1', 'other'))).toBe(1);
    expect(units(item('1'), item('2'))).toBe(2);
    expect(units(item('1'), item(undefined))).toBe(1);
    expect(units(item(undefined), item(undefined, 'other'))).toBe(0);
  });
});
