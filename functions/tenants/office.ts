import type { Actor } from '../../shared/actor.ts';
import type { Context } from '../../shared/http/route.ts';
import { at, keys, lists } from '../../shared/keys.ts';
import { Refusal } from '../../shared/problem.ts';
import { Records } from '../../shared/records.ts';
import { systemTable } from '../../shared/system.ts';
import type { OfficeTable } from '../../shared/table.ts';
import { StoredTenant } from './schema.ts';

export const officeRecords = new Records<StoredTenant>({
  et: 'office',
  shape: StoredTenant,
  key: (t) => keys.office(t),
  index: (_, office) => ({
    g1pk: lists.offices(),
    g1sk: at(office.createdAt, office.id),
    g2pk: lists.officesOfZone(office.zone),
    g2sk: at(office.createdAt, office.id),
  }),
  listed: ['id', 'slug', 'name', 'zone', 'tier', 'language', 'status', 'createdAt'],
  concealed: ['ownerEmail', 'request'],
  // An operator is in no office.
  missing: () =>
    new Refusal('not-found', {
      detail: { en: 'There is no such office.', zh: '没有该物业公司。' },
    }),
});

/** An office as the operator reaches it, by the function's own credentials. Throws for anybody else. */
export function officeAsOperator(actor: Actor, tenantId: string): OfficeTable {
  if (actor.kind !== 'operator') throw new Error(`an actor of kind ${actor.kind} is no operator`);
  return systemTable(actor).office(tenantId);
}

/** The request as if it were of one office: what the operator does there goes into its history. */
export function within(context: Context, tenantId: string): Context {
  const { actor, requestId, now, language, ifMatch } = context;
  const office = officeAsOperator(actor, tenantId);
  return { actor, office, requestId, now, language, ...(ifMatch !== undefined && { ifMatch }) };
}

/** Nothing is done any more in an office that is on its way out. */
export const beingDeleted = (code: 'conflict' | 'wrong-state') =>
  new Refusal(code, {
    detail: { en: 'The office is being deleted.', zh: '该物业公司正在被删除。' },
    ...(code === 'wrong-state' && { extra: { openSteps: [] } }),
  });
