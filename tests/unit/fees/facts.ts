import { cycleOf } from '../../../functions/fees/cycle.ts';
import type { BillInput, FeeFacts } from '../../../functions/fees/line.ts';
import type { Reading, Standard, StandardVersion } from '../../../functions/fees/schema.ts';

/** A standard as it would be stored, of 2 yuan per m2 and month unless told otherwise. */
export function standard(
  change: Partial<Standard> & {
    price?: string;
    tiers?: StandardVersion['tiers'];
    payer?: 'owner' | 'tenant';
  } = {},
): Standard {
  const { price = '2', tiers, payer = 'owner', ...rest } = change;
  return {
    id: 'fee_A',
    propertyId: 'prp_A',
    kind: 'management',
    name: '物业管理费',
    basis: 'area',
    cycle: 'month',
    per: 'month',
    appliesTo: 'all',
    versions: [version(1, '2020-01-01', { payer, ...(tiers ? { tiers } : { price }) })],
    version: 1,
    createdAt: '2020-01-01T00:00:00.000Z',
    ...rest,
  };
}

export const version = (n: number, from: string, change: Partial<StandardVersion>): StandardVersion => ({
  n,
  from,
  setAt: '2020-01-01T00:00:00.000Z',
  payer: 'owner',
  due: { kind: 'dayOfMonth', day: 10, monthsAfter: 0 },
  ...change,
});

export const owner = (payerId = 'cus_O', from = '2020-01-01', to?: string) => ({
  payerId,
  role: 'owner' as const,
  from,
  ...(to !== undefined && { to }),
});
export const tenant = (payerId: string, from: string, to?: string) => ({
  ...owner(payerId, from, to),
  role: 'tenant' as const,
});

export const read = (
  day: string,
  value: string,
  kind: Reading['kind'] = 'actual',
  final?: string,
): Reading => ({
  id: `rdg_${day}${kind}`,
  day,
  value,
  kind,
  ...(final !== undefined && { final }),
});

type Meter = FeeFacts['meters'][number];

/** A water meter that showed 100 when October began and 130 when it ended, unless told otherwise. */
export const meter = (change: Partial<Meter> = {}): Meter => ({
  id: 'mtr_A',
  kind: 'water',
  multiplier: '1',
  readings: [read('2026-09-30', '100', 'initial'), read('2026-10-31', '130')],
  ...change,
});

/** Of 3 yuan per cubic metre. */
export const water = (change: Parameters<typeof standard>[0] = {}): Standard =>
  standard({ id: 'fee_W', kind: 'water', name: '水费', basis: 'metered', price: '3', ...change });

/** A unit of 100 m2 whose owner pays, in October 2026. */
export function input(
  change: Partial<Omit<BillInput, 'facts' | 'cycle'>> & { facts?: Partial<FeeFacts>; cycle?: string } = {},
): BillInput {
  const { facts, cycle = '2026-10', ...rest } = change;
  return {
    area: '100',
    facts: { occupancies: [owner()], vacancies: [], assignments: [], exceptions: [], meters: [], ...facts },
    cycle: cycleOf(cycle),
    standards: [standard()],
    settings: {},
    dueDay: (rule) =>
      rule.kind === 'dayOfMonth' ? `2026-10-${String(rule.day).padStart(2, '0')}` : '2026-10-31',
    ...rest,
  };
}
