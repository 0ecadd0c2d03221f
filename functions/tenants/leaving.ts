import { Cursors } from '../../shared/cursor.ts';
import { ENV, env } from '../../shared/env.ts';
import { eventOf } from '../../shared/history.ts';
import type { Context, Reply } from '../../shared/http/route.ts';
import { noContent, ok } from '../../shared/http/route.ts';
import { keys } from '../../shared/keys.ts';
import { invalidField } from '../../shared/problem.ts';
import { systemTable } from '../../shared/system.ts';
import type { Item } from '../../shared/table.ts';
import { dropUsageKeys } from '../../shared/usageKeys.ts';
import { purgeObjects } from './objects.ts';
import { officeRecords, within } from './office.ts';
import type { Exported } from './schema.ts';
import { type Position, purge, walk } from './walk.ts';

/** The answer has to stay below Lambda's 6 MB. */
const exportBytes = 3_000_000;

/** Items one call removes: some seconds' work. */
const purgedPerCall = 1500;

/**
 * How long after the beginning of a deletion its last look is: until then somebody the authorizer remembers (one minute), a
 * request under way or a reminder in the queue may still write something.
 */
const graceMs = 3 * 60_000;

/** What never leaves, not even with its office: that would make an export a bunch of keys. */
const secret = new Set(['secret', 'secrets', 'request', 'head']);

/** A page of everything an office has. */
export async function exportPage(
  context: Context,
  tenantId: string,
  options: { limit: number; cursor?: string | undefined },
): Promise<Reply> {
  const inside = within(context, tenantId);
  await officeRecords.get(inside.office, keys.office(tenantId));
  const cursors = new Cursors(env(ENV.cursorSecret));
  const scope = `export\n${tenantId}`;
  const from = options.cursor === undefined ? [] : (cursors.open(options.cursor, scope).at as Position);
  let counted = 0;
  let bytes = 0;
  const full = (items: readonly Item[]) => {
    for (; counted < items.length; counted++) bytes += JSON.stringify(items[counted]).length;
    return counted >= options.limit || bytes >= exportBytes;
  };
  const { items, next } = await walk(systemTable(context.actor), tenantId, from, full);
  return ok({
    items: items.map((item) => exported(tenantId, item)),
    ...(next && { next: cursors.seal({ at: next }, scope) }),
  });
}

function exported(tenantId: string, item: Item): Exported {
  const all = Object.entries({ ...item.list, ...item.rest, ...(item.et === 'event' && eventOf(item)) });
  return {
    kind: item.et,
    key: `${item.pk.slice(tenantId.length + 1)}|${item.sk}`,
    // Counters have none.
    version: item.v ?? 0,
    data: Object.fromEntries(all.filter(([name]) => !secret.has(name))),
  };
}

/**
 * Deletes an office, as far as one call gets: 202 until nothing is left, then 204. Its id stays behind as a tombstone, so that
 * nobody gets the data of a namesake.
 */
export async function deleteStep(context: Context, tenantId: string, confirm: string): Promise<Reply> {
  const inside = within(context, tenantId);
  const { item } = await inside.office.load({ item: keys.office(tenantId) });
  if (item?.et !== 'office') throw officeRecords.missing();
  let tenant = officeRecords.parse(item);
  if (tenant.slug !== confirm) {
    throw invalidField(
      '/query/confirm',
      'invalid_value',
      'Name the slug of the office.',
      '请填写该公司的标识。',
    );
  }
  if (tenant.status !== 'deleting') {
    const reply = await officeRecords.change(
      inside,
      'tenant.deleting',
      keys.office(tenantId),
      (office) => ({ ...office, status: 'deleting', deletingSince: new Date(context.now).toISOString() }),
      (office) => ok(office),
    );
    tenant = reply.body as typeof tenant;
  }
  const items = await purge(systemTable(context.actor), tenantId, purgedPerCall);
  const objects = items.finished ? await purgeObjects(tenantId, 300) : { removed: 0, finished: false };
  const removed = items.removed + objects.removed;
  const waited = context.now - Date.parse(tenant.deletingSince ?? '') >= graceMs;
  if (!items.finished || !objects.finished || !waited) {
    const wait = items.finished && objects.finished ? 30 : 0;
    return { status: 202, body: { status: 'deleting', removed }, headers: { 'retry-after': String(wait) } };
  }
  await dropUsageKeys(tenantId);
  await inside.office.commit([
    {
      put: {
        ...keys.office(tenantId),
        et: 'tombstone',
        v: tenant.version + 1,
        list: { id: tenantId },
        rest: { deletedAt: new Date(context.now).toISOString() },
      },
      expect: { version: tenant.version },
    },
  ]);
  return noContent();
}
