import { at, keys, lists } from '../../shared/keys.ts';
import { Records } from '../../shared/records.ts';
import type { Item, Write } from '../../shared/table.ts';
import { Staff, StoredKey } from './schema.ts';

export const staffRecords = new Records<Staff>({
  et: 'staff',
  shape: Staff,
  key: (t, staff) => keys.staff(t, staff.id),
  // Who has left cannot sign in: the login index knows the active only.
  index: (_, staff) =>
    staff.active ? { lookupPk: lists.login(staff.email), lookupSk: at(staff.createdAt, staff.id) } : {},
  listed: ['id', 'name', 'roles', 'departments', 'properties', 'active'],
  concealed: ['name', 'email', 'phone'],
});

export const apiKeyRecords = new Records<StoredKey>({
  et: 'apiKey',
  shape: StoredKey,
  key: (t, key) => keys.apiKey(t, key.id),
  listed: ['id', 'name', 'scopes'],
  concealed: ['secrets'],
});

/** Takes a login address for a person; the refusal of a taken one is the caller's. */
export function takeLogin(tenantId: string, staff: Staff): Write {
  return {
    put: { ...keys.login(tenantId, staff.email), et: 'login', v: 1, list: { staffId: staff.id } },
    expect: 'new',
  };
}

/** The ids of the active owners as the office keeps them. */
export function ownersOf(item: Item | undefined): string[] {
  return (item?.list?.ids as string[] | undefined) ?? [];
}

/** Keeps the active owners; stale if somebody changed them since `item` was read. */
export function keepOwners(tenantId: string, item: Item | undefined, ids: string[]): Write {
  return {
    put: { ...keys.owners(tenantId), et: 'owners', v: (item?.v ?? 0) + 1, list: { ids } },
    expect: item ? { version: item.v } : 'new',
  };
}
