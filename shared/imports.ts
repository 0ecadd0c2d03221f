import { keys } from './keys.ts';
import type { Item, OfficeTable } from './table.ts';

/**
 * All or nothing for files of more lines than a transaction has writes: each line's item names its import, and is not there for
 * any reader until the import's own record is, which is written last, in one transaction: `OfficeTable.load` leaves it out, and who
 * lists units or customers asks `visible`. An import that stops in the middle
 * leaves nothing to be seen; the same file sent again goes on where it stopped, because ids follow from what lines say.
 *
 * Considered: writing the file to the table and letting a job finish it. Readers would then see a part of a file for as long as
 * it takes, and who sent it would have to ask whether it is done.
 */

/** Imports known to be done: that never changes, so each warm function asks once. */
const done = new Set<string>();
const remembered = 10_000;

const importOf = (item: Item) => item.list?.importId as string | undefined;

export function noteDone(id: string): void {
  if (done.size >= remembered) done.clear();
  done.add(id);
}

/** Those of the items that are there for readers. A read more only where an import is new to this function. */
export async function visible(office: OfficeTable, items: readonly Item[]): Promise<Item[]> {
  const asked = [...new Set(items.map(importOf))].filter(
    (id): id is string => id !== undefined && !done.has(id),
  );
  if (asked.length > 0) {
    const found: Record<string, Item | undefined> = await office.load(
      // It is there if and only if the import is done.
      Object.fromEntries(asked.map((id) => [id, keys.import(office.tenantId, id)])),
    );
    for (const id of asked) if (found[id]) noteDone(id);
  }
  return items.filter((item) => {
    const id = importOf(item);
    return id === undefined || done.has(id);
  });
}
