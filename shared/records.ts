import type * as z from 'zod/mini';
import { append, type Head, noHistory } from './history.ts';
import type { Context } from './http/route.ts';
import type { Reply } from './idempotency.ts';
import { notFound, Refusal } from './problem.ts';
import {
  type Item,
  type Key,
  type OfficeTable,
  type Page,
  type QuerySpec,
  retryStale,
  type Write,
} from './table.ts';

/** What every record carries. */
export interface Base {
  id: string;
  /** Counted up with each change; the entity tag. */
  version: number;
}

export interface RecordSpec<T extends Base> {
  /** entity type */
  et: string;
  shape: z.core.$ZodType<T>;
  key(tenantId: string, record: T): Key;
  /** Index keys of the record, e.g. `{ g1pk, g1sk }`. */
  index?(tenantId: string, record: T): Record<string, string | undefined>;
  /** The fields that lists show; they go into the indexes. */
  listed: readonly (keyof T & string)[];
  /** Fields whose values stay out of the history, which reaches webhooks: personal data, secrets. That they changed is told. */
  concealed?: readonly (keyof T & string)[];
  /** What is said where there is none; `notFound` unless told. */
  missing?(): Refusal;
}

type Decide<T> = (current: T) => T | Refusal;

/**
 * Plain records (properties, units, staff …): kept whole, with a version and a history of their own. State and event go in one
 * transaction. Tickets and obligations have life cycles and stores of their own.
 */
export class Records<T extends Base> {
  private readonly spec: RecordSpec<T>;

  constructor(spec: RecordSpec<T>) {
    this.spec = spec;
  }

  /** The record of an item read from the table itself (an index shows only the listed fields). */
  parse(item: Item): T {
    const { head: _, ...rest } = item.rest ?? {};
    const shape = this.spec.shape as unknown as z.ZodMiniType<T>;
    return shape.parse({ ...item.list, ...rest, version: item.v });
  }

  /** Throws `not-found` where there is none. */
  async get(office: OfficeTable, key: Key): Promise<T> {
    const { item } = await office.load({ item: key });
    if (item?.et !== this.spec.et) throw this.missing();
    return this.parse(item);
  }

  missing(): Refusal {
    return this.spec.missing?.() ?? notFound();
  }

  async page(office: OfficeTable, spec: QuerySpec): Promise<{ items: T[]; next?: string }> {
    const page: Page = await office.query(spec);
    return { ...page, items: page.items.map((item) => this.parse(item)) };
  }

  /**
   * Adds a record and answers `reply(record)`, which is kept with the request's idempotency key. `also` are writes of the same
   * transaction, `otherwise` the refusal when the key is taken.
   */
  async create(
    context: Context,
    event: string,
    record: T,
    reply: (record: T) => Reply,
    options: { also?: Write[]; otherwise?: (stored: Item | undefined) => Refusal; loaded?: boolean } = {},
  ): Promise<Reply> {
    const answer = reply(record);
    if (!options.loaded) await context.office.load({});
    const put = this.write(context, event, record, record, noHistory, 'new');
    const [item, ...history] = put;
    await context.office.commit(
      [
        ...(item ? [options.otherwise ? { ...item, otherwise: options.otherwise } : item] : []),
        ...history,
        ...(options.also ?? []),
      ],
      answer,
    );
    return answer;
  }

  /**
   * Changes a record by a pure decision and answers `reply(record)`. Tried again when another change came between, unless the
   * caller said which version it means (`If-Match`): then `stale`. What leaves it as it was is no change: nothing is written or told.
   */
  async change(
    context: Context,
    event: string,
    key: Key,
    decide: Decide<T>,
    reply: (record: T) => Reply,
    also: (before: T, after: T) => Write[] = () => [],
  ): Promise<Reply> {
    return retryStale(async () => {
      const { item } = await context.office.load({ item: key });
      if (item?.et !== this.spec.et) throw this.missing();
      const before = this.parse(item);
      matched(context, before.version);
      const decided = decide(before);
      if (decided instanceof Error) throw decided;
      if (isSame(before, decided)) return unchanged(context, reply(before));
      const after = { ...decided, version: before.version + 1 };
      const head = (item.rest?.head as Head | undefined) ?? noHistory;
      const answer = reply(after);
      const writes = this.write(context, event, after, changes(before, after), head, {
        version: before.version,
      });
      await context.office.commit([...writes, ...also(before, after)], answer);
      return answer;
    });
  }

  /** The writes of one change: the record and its event. */
  write(
    context: Pick<Context, 'actor' | 'requestId' | 'now' | 'office'>,
    event: string,
    record: T,
    data: object,
    head: Head,
    expect: 'new' | { version: number },
  ): Write[] {
    const { tenantId } = context.office;
    const step = append(
      head,
      { type: event, object: record.id, data: this.told(data) },
      { actor: context.actor, tenantId, requestId: context.requestId, now: context.now },
    );
    return [{ put: this.item(tenantId, record, step.head), expect }, step.write];
  }

  private told(data: object): Record<string, unknown> {
    const concealed = (this.spec.concealed ?? []) as readonly string[];
    return Object.fromEntries(
      Object.entries(data)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => [name, concealed.includes(name) ? true : value]),
    );
  }

  /** The item of a record as it is stored, with its place in the indexes. */
  item(tenantId: string, record: T, head: Head): Item {
    const list: Record<string, unknown> = {};
    const rest: Record<string, unknown> = { head };
    for (const [name, value] of Object.entries(record)) {
      if (name === 'version' || value === undefined) continue;
      if ((this.spec.listed as readonly string[]).includes(name)) list[name] = value;
      else rest[name] = value;
    }
    return {
      ...this.spec.key(tenantId, record),
      et: this.spec.et,
      v: record.version,
      list,
      rest,
      ...this.spec.index?.(tenantId, record),
    } as Item;
  }
}

/** Throws `stale` when the caller named a version and it is not this one. */
export function matched(context: Pick<Context, 'ifMatch'>, version: number): void {
  if (context.ifMatch === undefined || context.ifMatch === version) return;
  throw new Refusal('stale', {
    detail: {
      en: `It has version ${version} by now: read it again.`,
      zh: `当前版本为 ${version}，请重新读取。`,
    },
  });
}

/** Whether a change leaves a record as it was, but for its version. */
export function isSame(before: Base, after: Base): boolean {
  const next = { ...after, version: before.version };
  return [changes(before, next), changes(next, before)].every((of) => Object.keys(of).length === 0);
}

/** Answers without a change. */
export async function unchanged({ office }: Pick<Context, 'office'>, answer: Reply): Promise<Reply> {
  await office.commit([], answer);
  return answer;
}

/** The fields that differ, new values only. */
function changes(before: object, after: object): Record<string, unknown> {
  const old = before as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(after).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(old[name])),
  );
}
