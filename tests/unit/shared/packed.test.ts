import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packed, unpacked } from '../../../shared/packed.ts';

/** An answer as an office gets it: names that come again, ids, people's words. */
const reply = (count: number) => ({
  items: Array.from({ length: count }, (_, i) => ({
    id: `obl_01J8Z3Q4R5S6T7U8V9WXYZ${i}`,
    ruleId: 'TICKET-3.major',
    dueAt: `2026-10-${10 + i}T09:30:00.000Z`,
    title: '三号楼二单元停水，家里有老人和孩子，请尽快处理',
  })),
});

describe('a packed value', () => {
  it('comes back as it was, whatever room it has', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat({ max: 2000 }), (value, room) => {
        expect(unpacked(packed(value, room))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('is made as small as can be only where it does not fit otherwise', () => {
    const value = reply(3);
    const quick = packed(value, 10_000).length;
    expect(packed(value, quick)).toHaveLength(quick);
    expect(packed(value, quick - 1).length).toBeLessThan(quick);
  });

  it('is not made as small as can be where that would take too long', () => {
    const value = reply(80);
    expect(packed(value, 0)).toEqual(packed(value, 100_000));
  });
});
