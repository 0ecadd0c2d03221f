import { createHash } from 'node:crypto';
import { noHistory } from '../../shared/history.ts';
import type { Context } from '../../shared/http/route.ts';
import { derivedId, newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { ensureLogin } from '../../shared/logins.ts';
import { Refusal } from '../../shared/problem.ts';
import { type Item, retryStale } from '../../shared/table.ts';
import { ensureUsageKey } from '../../shared/usageKeys.ts';
import type { Staff } from '../staff/schema.ts';
import { keepOwners, staffRecords, takeLogin } from '../staff/store.ts';
import { beingDeleted, officeRecords, within } from './office.ts';
import type { NewTenant, StoredTenant } from './schema.ts';

/**
 * Makes an office with its first owner, the owner's login and its usage key. Safe to repeat: the office's id follows from its slug, and the same
 * request finds what is there, makes what is still missing, and says so by `fresh: false`.
 * Refuses (`conflict`) a slug that another request or a deleted office has used.
 */
export async function onboard(
  context: Context,
  wanted: NewTenant,
): Promise<{ tenant: StoredTenant; fresh: boolean }> {
  const t = derivedId('tenant', wanted.slug);
  const inside = within(context, t);
  const request = createHash('sha256').update(JSON.stringify(wanted)).digest('base64url');
  return retryStale(async () => {
    const { item } = await inside.office.load({ item: keys.office(t) });
    if (item) {
      const tenant = known(item, request);
      await ensureLogin(wanted.owner.email);
      await ensureUsageKey(tenant.tier, t);
      return { tenant, fresh: false };
    }
    const createdAt = new Date(context.now).toISOString();
    const { owner: person, ...office } = wanted;
    const owner: Staff = {
      ...person,
      id: newId('staff', context.now),
      roles: ['owner'],
      departments: [],
      properties: [],
      active: true,
      version: 1,
      createdAt,
    };
    const tenant: StoredTenant = {
      ...office,
      id: t,
      status: 'active',
      ownerEmail: owner.email,
      ownerId: owner.id,
      version: 1,
      createdAt,
      request,
    };
    // First the login and the key: without a membership they open nothing.
    await ensureLogin(owner.email);
    await ensureUsageKey(tenant.tier, t);
    await inside.office.commit([
      ...officeRecords.write(inside, 'tenant.created', tenant, tenant, noHistory, 'new'),
      ...staffRecords.write(inside, 'staff.created', owner, owner, noHistory, 'new'),
      takeLogin(t, owner),
      keepOwners(t, undefined, [owner.id]),
    ]);
    return { tenant, fresh: true };
  });
}

function known(item: Item, request: string): StoredTenant {
  if (item.et !== 'office') {
    throw new Refusal('conflict', {
      detail: { en: 'A deleted office had this slug.', zh: '该标识曾属于已删除的物业公司。' },
    });
  }
  const tenant = officeRecords.parse(item);
  if (tenant.status === 'deleting') throw beingDeleted('conflict');
  if (tenant.request === request) return tenant;
  throw new Refusal('conflict', {
    detail: {
      en: `The office of this slug (${tenant.id}) was made with other details: change that one, or choose another slug.`,
      zh: `该标识已有物业公司（${tenant.id}），创建时资料与此不同：请修改该公司，或另选标识。`,
    },
  });
}
