import { describe, expect, it } from 'vitest';
import { available } from '../../../functions/catalogue/model.ts';
import type { Service } from '../../../functions/catalogue/schema.ts';

const can = (service: Partial<Service>, propertyId = 'prp_A', day = '2026-11-30') =>
  available({ from: '2026-01-01', ...service } as Service, propertyId, day);

describe('a paid service can be ordered', () => {
  it('in its property, one of the office in all', () => {
    expect(can({})).toBe(true);
    expect(can({ propertyId: 'prp_A' })).toBe(true);
    expect(can({ propertyId: 'prp_B' })).toBe(false);
  });

  it('from its first day to its last', () => {
    expect(can({ from: '2026-11-30' })).toBe(true);
    expect(can({ from: '2026-12-01' })).toBe(false);
    expect(can({ to: '2026-11-30' })).toBe(true);
    expect(can({ to: '2026-11-29' })).toBe(false);
    expect(can({ propertyId: 'prp_B', from: '2026-11-30', to: '2026-11-30' })).toBe(false);
  });
});
