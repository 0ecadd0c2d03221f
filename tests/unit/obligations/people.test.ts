import { describe, expect, it } from 'vitest';
import { type Person, recipients, told } from '../../../functions/notifier/people.ts';
import type { Role } from '../../../shared/access.ts';
import { pending } from '../../../shared/obligations/index.ts';
import { opened, ownerId, propertyId } from './fixtures.ts';

const person = (id: string, roles: Role[], more: Partial<Person> = {}): Person => ({
  id,
  email: `${id}@example.com`,
  roles,
  properties: [],
  active: true,
  ...more,
});
const staff = [
  person(ownerId, ['engineer']),
  person('desk', ['desk']),
  person('otherDesk', ['desk'], { properties: ['prp_other'] }),
  person('sup', ['supervisor']),
  person('supHere', ['supervisor'], { properties: [propertyId] }),
  person('gone', ['manager'], { active: false }),
  person('boss', ['owner']),
];
const ids = (people: Person[]) => people.map(({ id }) => id);

describe('who is told', () => {
  it('is the owner', () => {
    expect(ids(recipients(staff, 'owner', { ownerId, propertyId }))).toEqual([ownerId]);
  });

  it('is the desk of the property where nobody owns it, or the owner has left', () => {
    expect(ids(recipients(staff, 'owner', { propertyId }))).toEqual(['desk']);
    expect(ids(recipients(staff, 'owner', { ownerId: 'gone', propertyId }))).toEqual(['desk']);
  });

  it('are the supervisors who serve the property, those named for it first', () => {
    expect(ids(recipients(staff, 'supervisor', { propertyId }))).toEqual(['supHere', 'sup']);
    expect(ids(recipients(staff, 'supervisor', { propertyId: 'prp_far' }))).toEqual(['sup']);
  });

  it('is the next level up where a level has nobody active', () => {
    expect(ids(recipients(staff, 'manager', { propertyId }))).toEqual(['boss']);
    expect(ids(recipients([], 'manager', { propertyId }))).toEqual([]);
  });

  it('once, although two steps of a merged message mean the same person', () => {
    const [first, second] = pending(opened().obligation);
    if (!first || !second) throw new Error('no steps');
    const group = [
      first,
      { ...second, to: ['owner' as const, 'lead' as const], channels: ['email' as const] },
    ];
    const all = told(group, staff, { ownerId, propertyId });
    expect(all.map(({ person, steps }) => [person.id, steps.length])).toEqual([
      [ownerId, 2],
      ['supHere', 1],
      ['sup', 1],
    ]);
    expect(all[0]?.channels).toEqual([...new Set([...first.channels, 'email'])]);
  });
});
