import { keys } from '../../shared/keys.ts';
import { loadWithRules, type Rules, timeOf } from '../../shared/policyStore.ts';
import type { SystemTable } from '../../shared/system.ts';
import type { Item, Key, OfficeTable } from '../../shared/table.ts';
import { type Hours, standardHours } from '../../shared/time/index.ts';
import { type Person, staffOf } from './people.ts';

export interface Place {
  name?: string | undefined;
  zone: string;
  hours: Hours;
}

/**
 * One office as one batch of messages sees it. Staff and properties are read once for the batch, a matter of seconds; what
 * decides whether anything is sent (the obligation, the office's status, its rules) is read anew for each message.
 */
export class OfficeView {
  readonly office: OfficeTable;
  private people: Promise<Person[]> | undefined;
  private readonly places = new Map<string, Promise<Place | undefined>>();

  constructor(table: SystemTable, tenantId: string) {
    this.office = table.office(tenantId);
  }

  /** The present state of an item, with the office's record and rules, in one round trip. */
  async present(
    key: Key | undefined,
  ): Promise<{ item: Item | undefined; office: Item | undefined; rules: Rules }> {
    const { items, rules } = await loadWithRules(this.office, {
      item: key,
      office: keys.office(this.office.tenantId),
    });
    return { item: items.item, office: items.office, rules };
  }

  staff(): Promise<Person[]> {
    this.people ??= staffOf(this.office);
    return this.people;
  }

  /** The property's name, zone and hours; standard hours in `zone` where it is gone. */
  async place(propertyId: string, zone: string): Promise<Place> {
    let place = this.places.get(propertyId);
    if (!place) {
      place = this.office
        .load({ property: keys.property(this.office.tenantId, propertyId) })
        .then(({ property }) => property && placeOf(property));
      this.places.set(propertyId, place);
    }
    return (await place) ?? { zone, hours: standardHours };
  }
}

export const placeOf = (property: Item): Place => ({
  name: property.list?.name as string | undefined,
  ...timeOf(property),
});

/** Whether the office is working; a suspended one is told nothing until it is again. */
export const isActive = (office: Item | undefined) => office?.list?.status === 'active';
