import { keys } from '../../shared/keys.ts';
import type { Item, Key, Write } from '../../shared/table.ts';
import { localDay } from '../../shared/time/index.ts';

/** Papers that are numbered without gaps, each kind by itself, per property and year of the property's zone. */
export type Series = 'receipt' | 'refund';

/**
 * The keys of the last numbers given. Which year it is, is known only with the property; for some hours a year both that are
 * possible anywhere on earth are read, otherwise they are one.
 */
export function numberKeys(t: string, propertyId: string, series: Series, now: number): Record<string, Key> {
  const years = [localDay(now, 'Etc/GMT+12'), localDay(now, 'Pacific/Kiritimati')].map(yearOf);
  return Object.fromEntries(
    years.map((year) => [numberName(series, year), keys.numbers(t, propertyId, series, year)]),
  );
}

const yearOf = (day: string) => day.slice(0, 4);
const numberName = (series: Series, year: string) => `no#${series}#${year}`;

/** Gives numbers, one after the other; what was given is taken with the transaction that holds `write`, and only with it. */
export class Numbers {
  private readonly key: Key;
  private readonly year: string;
  private readonly from: number;
  private given = 0;

  constructor(
    t: string,
    propertyId: string,
    series: Series,
    of: { now: number; zone: string; items: Record<string, Item | undefined> },
  ) {
    this.year = yearOf(localDay(of.now, of.zone));
    this.key = keys.numbers(t, propertyId, series, this.year);
    this.from = of.items[numberName(series, this.year)]?.v ?? 0;
  }

  /** The next number, `2026-000123`. */
  next(): string {
    this.given += 1;
    return `${this.year}-${String(this.from + this.given).padStart(6, '0')}`;
  }

  /** Stale if somebody else was given one meanwhile: then all is decided again. */
  get write(): Write {
    return {
      put: { ...this.key, et: 'numbers', v: this.from + this.given },
      expect: this.from === 0 ? 'new' : { version: this.from },
    };
  }
}
