import type { Actor } from '../../shared/actor.ts';
import { Refusal } from '../../shared/problem.ts';
import type { Staff } from './schema.ts';

type Standing = Pick<Staff, 'id' | 'roles' | 'active'>;

const isOwner = (staff: Standing | undefined) => staff?.roles.includes('owner') ?? false;

/**
 * Whether the actor may turn `before` into `after`: what concerns an owner is for owners only, or a manager could make themselves
 * one, or take an owner's login over.
 */
export function mayChange(actor: Actor, before: Standing | undefined, after: Standing): Refusal | undefined {
  if (!isOwner(before) && !isOwner(after)) return undefined;
  if (actor.kind === 'operator') return undefined;
  if (actor.kind === 'staff' && actor.roles.includes('owner')) return undefined;
  return new Refusal('forbidden', {
    detail: { en: 'Owners are made and changed by owners.', zh: '只有负责人可以设立或变更负责人。' },
  });
}

/** The active owners after a change; `wrong-state` when nobody would be left. */
export function ownersAfter(owners: readonly string[], after: Standing): string[] | Refusal {
  const others = owners.filter((id) => id !== after.id);
  const next = isOwner(after) && after.active ? [...others, after.id] : others;
  if (next.length === 0 && owners.length > 0) {
    return new Refusal('conflict', {
      detail: {
        en: 'The last owner stays: name another first.',
        zh: '不能移除最后一位负责人，请先指定另一位。',
      },
    });
  }
  return next;
}
