import { keys } from '../../shared/keys.ts';
import { timeOf } from '../../shared/policyStore.ts';
import type { Item } from '../../shared/table.ts';

/** Who writes a paper, to whom, and about which home: stands on every one of them. */
export interface House {
  zone: string;
  office: string;
  property: string;
  address?: string;
  building: string;
  unit: string;
  payer: string;
}

/** The items a house is made from. */
export const houseKeys = (t: string, of: { propertyId: string; unitId: string; payerId: string }) => ({
  office: keys.office(t),
  property: keys.property(t, of.propertyId),
  unit: keys.unit(t, of.unitId),
  payer: keys.customer(t, of.payerId),
});

type Found = Partial<Record<keyof ReturnType<typeof houseKeys>, Item | undefined>>;

/** Undefined without the property; what else is not there stays blank. */
export function houseOf({ office, property, unit, payer }: Found): House | undefined {
  if (!property) return undefined;
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  const address = property.rest?.address ?? property.list?.address;
  return {
    zone: timeOf(property).zone,
    office: text(office?.list?.name),
    property: text(property.list?.name),
    ...(typeof address === 'string' && { address }),
    building: text(unit?.list?.building),
    unit: text(unit?.list?.number),
    payer: text(payer?.list?.name),
  };
}
