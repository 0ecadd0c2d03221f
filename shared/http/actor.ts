import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Role, Scope } from '../access.ts';
import type { Actor } from '../actor.ts';

/** What the authorizer tells the functions behind it; API Gateway carries strings only. */
export interface AuthorizerContext {
  kind: 'staff' | 'apiKey' | 'operator';
  id: string;
  tenantId?: string;
  /** separated by spaces */
  roles?: string;
  /** separated by spaces */
  scopes?: string;
  suspended?: 'true' | 'false';
}

export interface Caller {
  actor: Actor;
  suspended: boolean;
}

/** The caller of a request as the authorizer found it; undefined where there was none. */
export function callerOf(event: APIGatewayProxyEvent): Caller | undefined {
  const context = event.requestContext.authorizer as AuthorizerContext | null | undefined;
  if (!context?.kind) return undefined;
  const suspended = context.suspended === 'true';
  const { kind, id, tenantId = '' } = context;
  const words = <T extends string>(text: string | undefined) => (text ? text.split(' ') : []) as T[];
  const scopes = words<Scope>(context.scopes);
  if (kind === 'operator') return { actor: { kind, id }, suspended: false };
  if (!/^ten_[0-9A-Z]{26}$/.test(tenantId)) throw new Error('the authorizer named no office');
  if (kind === 'staff') {
    return { actor: { kind, id, tenantId, roles: words<Role>(context.roles), scopes }, suspended };
  }
  return { actor: { kind, id, tenantId, scopes }, suspended };
}
