import * as z from 'zod/mini';
import { type Role, roles } from '../../shared/access.ts';
import { keys } from '../../shared/keys.ts';
import type { PlannedStep } from '../../shared/obligations/index.ts';
import type { Channel, Recipient, StepKind } from '../../shared/policy/index.ts';
import type { Item, OfficeTable } from '../../shared/table.ts';

/** What the notifier needs to know of a member of staff. */
const Person = z.object({
  id: z.string(),
  email: z.optional(z.string()),
  roles: z.array(z.enum(roles)),
  /** None means all. */
  properties: z._default(z.array(z.string()), []),
  active: z.boolean(),
});
export type Person = z.infer<typeof Person>;

const parsePerson = (item: Item): Person => Person.parse({ ...item.list, ...item.rest });

/** All staff of an office, those who have left among them. */
export async function staffOf(office: OfficeTable): Promise<Person[]> {
  const items = await office.all({ pk: keys.staffPk(office.tenantId) });
  return items.filter(({ et }) => et === 'staff').map(parsePerson);
}

/** Whether somebody is there for the property in one of the roles. */
export const serves = (person: Person, roles: readonly Role[], propertyId: string): boolean =>
  person.active &&
  person.roles.some((role) => roles.includes(role)) &&
  (person.properties.length === 0 || person.properties.includes(propertyId));

/** Staff of a role who serve the property; those named for it before those who serve all. */
function withRole(staff: readonly Person[], role: Role, propertyId: string): Person[] {
  const serving = staff.filter((person) => serves(person, [role], propertyId));
  return [
    ...serving.filter(({ properties }) => properties.length > 0),
    ...serving.filter(({ properties }) => properties.length === 0),
  ];
}

/** Who stands in where nobody is: the next level up (TICKET-5), at last the office's owners. */
const upwards: Record<Recipient, Role[]> = {
  owner: ['desk', 'supervisor', 'manager', 'owner'],
  lead: ['supervisor', 'manager', 'owner'],
  supervisor: ['supervisor', 'manager', 'owner'],
  manager: ['manager', 'owner'],
};

/** More people than these a step is not told to; a transaction has room for no more. */
export const mostPeople = 25;

/**
 * The people a level of the ladder means. The owner is whoever owes it, or the property's desk where that is nobody, or somebody
 * who has left. Empty only where the office has no active staff who could be told.
 */
export function recipients(
  staff: readonly Person[],
  level: Recipient,
  { ownerId, propertyId }: { ownerId?: string | undefined; propertyId: string },
): Person[] {
  if (level === 'owner') {
    const owner = staff.find(({ id, active }) => id === ownerId && active);
    if (owner) return [owner];
  }
  for (const role of upwards[level]) {
    const found = withRole(staff, role, propertyId);
    if (found.length > 0) return found.slice(0, mostPeople);
  }
  return [];
}

export interface Told {
  person: Person;
  /** Those of the message's steps that are meant for this person. */
  steps: PlannedStep[];
  channels: Channel[];
}

/** Everybody a group of steps is told to, each once. */
export function told(
  group: readonly PlannedStep[],
  staff: readonly Person[],
  of: { ownerId?: string | undefined; propertyId: string },
): Told[] {
  const byId = new Map<string, Told>();
  for (const step of group) {
    for (const person of new Set(step.to.flatMap((level) => recipients(staff, level, of)))) {
      const entry = byId.get(person.id) ?? { person, steps: [], channels: [] };
      entry.steps.push(step);
      entry.channels = [...new Set([...entry.channels, ...step.channels])];
      byId.set(person.id, entry);
    }
  }
  return [...byId.values()].slice(0, mostPeople);
}

const gravity: StepKind[] = ['remind', 'due', 'escalate'];

/** The gravest kind among steps. */
export const gravest = (steps: readonly { kind: StepKind }[]): StepKind =>
  gravity[Math.max(...steps.map(({ kind }) => gravity.indexOf(kind)))] ?? 'remind';
