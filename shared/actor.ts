import type { Role, Scope } from './access.ts';

/**
 * Who is acting. The tenant (office, 物业公司) is part of the actor, put there by the authorizer alone;
 * nothing else in the service may say which office a request belongs to.
 */
export type Actor =
  | { kind: 'staff'; tenantId: string; id: string; roles: readonly Role[]; scopes: readonly Scope[] }
  | { kind: 'apiKey'; tenantId: string; id: string; scopes: readonly Scope[] }
  | { kind: 'customer'; tenantId: string; id: string }
  | { kind: 'operator'; id: string }
  | { kind: 'system'; id: string };

export type OfficeActor = Extract<Actor, { tenantId: string }>;

/** The office the actor belongs to. Throws for actors of none: asking is a mistake of the program. */
export function tenantOf(actor: Actor): string {
  if ('tenantId' in actor) return actor.tenantId;
  throw new Error(`an actor of kind ${actor.kind} belongs to no office`);
}

/** How the actor is written into events: kind and id, no name. */
export function actorRef(actor: Actor): string {
  return `${actor.kind}:${actor.id}`;
}

/** Whether the actor has a scope. */
export const holds = (actor: Actor, scope: Scope): boolean =>
  'scopes' in actor && actor.scopes.includes(scope);
