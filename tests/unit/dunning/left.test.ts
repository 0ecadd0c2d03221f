import { describe, expect, it } from 'vitest';
import { hasLeft } from '../../../functions/dunning/step.ts';

const today = '2026-11-30';
type Items = Parameters<typeof hasLeft>[0]['items'];

const left = (occupancies: object[], payer: object | null = {}) =>
  hasLeft(
    {
      items: {
        payer: payer === null ? undefined : { pk: 'p', sk: 'p', et: 'customer', v: 1, list: payer },
        file: { pk: 'f', sk: 'f', et: 'feeFile', v: 1, rest: { occupancies } },
      } as unknown as Items,
      stored: { payerId: 'p' } as Parameters<typeof hasLeft>[0]['stored'],
    },
    today,
  );
const ended = { payerId: 'p', from: '2026-01-01', to: '2026-11-29' };

describe('who owes a bill has left', () => {
  it('once every occupancy of theirs has ended, the last day being over', () => {
    expect(left([ended])).toBe(true);
    expect(left([{ ...ended, to: today }])).toBe(false);
    expect(left([ended, { payerId: 'p', from: '2026-11-30' }])).toBe(false);
    expect(left([ended, { ...ended, to: '2026-10-31' }])).toBe(true);
  });

  it('whatever became of others in the unit', () => {
    expect(left([ended, { payerId: 'q', from: '2026-01-01' }])).toBe(true);
    expect(
      left([
        { payerId: 'p', from: '2026-01-01' },
        { ...ended, payerId: 'q' },
      ]),
    ).toBe(false);
  });

  it('not if they never lived there, as with a charge to somebody from outside', () => {
    expect(left([])).toBe(false);
    expect(left([{ ...ended, payerId: 'q' }])).toBe(false);
  });

  it('if their file is closed or gone', () => {
    expect(left([{ payerId: 'p', from: '2026-01-01' }], { archived: true })).toBe(true);
    expect(left([{ payerId: 'p', from: '2026-01-01' }], null)).toBe(true);
  });
});
