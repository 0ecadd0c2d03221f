import type { Key } from '../../../shared/table.ts';

interface Placed {
  range: string;
  key: Key;
}

const compare = (a: Placed, b: Placed): number =>
  a.range < b.range
    ? -1
    : a.range > b.range
      ? 1
      : a.key.pk < b.key.pk
        ? -1
        : a.key.pk > b.key.pk
          ? 1
          : a.key.sk < b.key.sk
            ? -1
            : a.key.sk > b.key.sk
              ? 1
              : 0;

/** Entries of one partition in the order of their sort keys, and of their keys where those are equal. */
export class Sorted<T extends Placed> {
  readonly all: T[] = [];

  /** Where it stands or would stand. */
  private place(wanted: Placed): number {
    let [low, high] = [0, this.all.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compare(this.all[middle] as T, wanted) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  get(range: string, key: Key): T | undefined {
    const found = this.all[this.place({ range, key })];
    return found && compare(found, { range, key }) === 0 ? found : undefined;
  }

  put(entry: T): void {
    const at = this.place(entry);
    const there = this.all[at];
    this.all.splice(at, there && compare(there, entry) === 0 ? 1 : 0, entry);
  }

  remove(of: Placed): void {
    const at = this.place(of);
    const there = this.all[at];
    if (there && compare(there, of) === 0) this.all.splice(at, 1);
  }

  /** Those after an entry, or before it where the order is backward; all of them where none is given. */
  *from(after: Placed | undefined, forward: boolean): Generator<T> {
    if (forward) {
      let n = after ? this.place(after) : 0;
      const first = this.all[n];
      if (after && first && compare(first, after) === 0) n++;
      for (; n < this.all.length; n++) yield this.all[n] as T;
    } else {
      for (let n = after ? this.place(after) - 1 : this.all.length - 1; n >= 0; n--) yield this.all[n] as T;
    }
  }
}
