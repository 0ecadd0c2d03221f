import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { type Column, readCsv, refuseIfAny } from '../../shared/csv.ts';
import { id } from '../../shared/fields.ts';
import { append, noHistory } from '../../shared/history.ts';
import { fieldProblems, read } from '../../shared/http/input.ts';
import { type Context, ok, type Reply, type Route, route } from '../../shared/http/route.ts';
import { derivedId } from '../../shared/ids.ts';
import { noteDone, visible } from '../../shared/imports.ts';
import { keys } from '../../shared/keys.ts';
import { type FieldProblem, unknownProperty } from '../../shared/problem.ts';
import type { Base, Records } from '../../shared/records.ts';
import { type Item, type Key, retryStale, type Write } from '../../shared/table.ts';
import { type ImportResult, ImportResult as Result } from './schema.ts';

/** Lambda takes 6 MB, and the gateway hands binary bodies on in base64. */
export const maxBytes = 4_000_000;

/** Writes in a transaction, and transactions at a time: what a partition of the table takes without throttling. */
export const chunk = 99;
const atATime = 4;

/** What can be imported: how a file's lines are read, what they refer to, and what is stored of them. */
export interface ImportKind<Line, T extends Base> {
  name: ImportResult['kind'];
  columns: Readonly<Record<string, Column>>;
  shape: z.core.$ZodType<Line>;
  records: Records<T>;
  /** The record of a line; its id has to follow from what the line says. */
  record(line: Line, context: { propertyId: string; importId: string; now: number }): T;
  key(tenantId: string, record: T): Key;
  /** A key the line refers to, and the field to name when nothing is there. */
  refers?: { to(tenantId: string, record: T): Key; field: string };
  /** Whether what is stored says what the line says. */
  same(stored: T, record: T): boolean;
}

interface Planned<T> {
  line: number;
  key: Key;
  record: T;
}

/** The route that imports files of a kind. */
export function importRoute<Line, T extends Base>(
  kind: ImportKind<Line, T>,
  route_: Pick<Parameters<typeof route>[0], 'id' | 'path' | 'needs' | 'summary'>,
): Route {
  return route({
    ...route_,
    method: 'POST',
    query: z.strictObject({ propertyId: id('property') }),
    rawBody: { types: ['text/csv'], maxBytes },
    responses: { 200: Result },
    async handle(context, { query, raw }) {
      return importFile(context, kind, query.propertyId, raw);
    },
  });
}

/**
 * Imports a file as a whole or not at all (see imports.ts). It adds and never overwrites: lines that are there stay as they are
 * and are counted. Throws `invalid-request` with every bad line.
 */
async function importFile<Line, T extends Base>(
  context: Context,
  kind: ImportKind<Line, T>,
  propertyId: string,
  raw: Buffer,
): Promise<Reply> {
  const { office, now } = context;
  const t = office.tenantId;
  const digest = createHash('sha256').update(raw).digest('base64url');
  const importId = derivedId('import', t, kind.name, propertyId, digest);
  const ends = { property: keys.property(t, propertyId), record: keys.import(t, importId) };
  return retryStale(async () => {
    const { property, record } = await office.load(ends);
    if (property?.et !== 'property') throw unknownProperty('/query/propertyId');
    if (record) return ok({ ...record.list, ...record.rest, repeated: true });
    const { planned, problems } = plan(kind, raw, { tenantId: t, propertyId, importId, now });
    // Where lines refer to nothing, a bad file costs no reading of what is there.
    if (!kind.refers || planned.length === 0) refuseIfAny(problems);
    const found = await stored(context, kind, planned);
    refuseIfAny([...problems, ...dangling(kind, planned, found.there, t)]);
    const fresh = planned.filter(({ key }) => !found.there.has(key.pk));
    await writeAll(context, kind, fresh, found.unseen, importId);
    const existing = planned.filter(({ key }) => found.there.has(key.pk));
    const result: ImportResult = {
      id: importId,
      kind: kind.name,
      propertyId,
      lines: planned.length,
      created: fresh.length,
      existing: existing.length,
      differing: existing
        .filter(({ key, record }) => !kind.same(kind.records.parse(found.there.get(key.pk) as Item), record))
        .map(({ line }) => line),
      doneAt: new Date(now).toISOString(),
      repeated: false,
    };
    return finish(context, result);
  });
}

/** The lines as records, and all that is wrong with the file itself. */
function plan<Line, T extends Base>(
  kind: ImportKind<Line, T>,
  raw: Buffer,
  of: { tenantId: string; propertyId: string; importId: string; now: number },
): { planned: Planned<T>[]; problems: FieldProblem[] } {
  const { rows, problems } = readCsv(raw, kind.columns);
  const planned: Planned<T>[] = [];
  const seenAt = new Map<string, number>();
  for (const { line, data } of rows) {
    const result = read(kind.shape, data);
    if (!result.success) {
      problems.push(...fieldProblems(result.error.issues, `/line/${line}`));
      continue;
    }
    const record = kind.record(result.data, of);
    const key = kind.key(of.tenantId, record);
    const before = seenAt.get(key.pk);
    if (before !== undefined) problems.push(twice(line, before));
    else seenAt.set(key.pk, line);
    planned.push({ line, key, record });
  }
  return { planned, problems };
}

/** What is there of the lines: `there` for everybody, or `unseen`, left by an import that has not been finished (this or another). */
async function stored<Line, T extends Base>(
  { office }: Context,
  kind: ImportKind<Line, T>,
  planned: readonly Planned<T>[],
): Promise<{ there: Map<string, Item>; unseen: Map<string, Item> }> {
  const wanted: Record<string, Key> = {};
  for (const { key, record } of planned) {
    wanted[key.pk] = key;
    const target = kind.refers?.to(office.tenantId, record);
    if (target) wanted[target.pk] = target;
  }
  const loaded: Record<string, Item | undefined> = await office.loadUnfinished(wanted);
  const items = Object.values(loaded).filter((item) => item !== undefined);
  const there = new Map((await visible(office, items)).map((item) => [item.pk, item]));
  return { there, unseen: new Map(items.filter(({ pk }) => !there.has(pk)).map((item) => [item.pk, item])) };
}

/** The lines that refer to what is not there. */
function dangling<Line, T extends Base>(
  { refers }: ImportKind<Line, T>,
  planned: readonly Planned<T>[],
  there: ReadonlyMap<string, Item>,
  tenantId: string,
): FieldProblem[] {
  if (!refers) return [];
  return planned
    .filter(({ record }) => !there.has(refers.to(tenantId, record).pk))
    .map(({ line }) => ({
      path: `/line/${line}/${refers.field}`,
      code: 'unknown',
      detail: { en: 'There is no such unit in this property.', zh: '该项目没有此房屋。' },
    }));
}

/** Writes the lines that are not written yet. Nobody sees them before `finish`. */
async function writeAll<Line, T extends Base>(
  { office }: Context,
  kind: ImportKind<Line, T>,
  fresh: readonly Planned<T>[],
  unseen: ReadonlyMap<string, Item>,
  importId: string,
): Promise<void> {
  const writes = fresh.flatMap(({ key, record }): Write[] => {
    const left = unseen.get(key.pk);
    // What an earlier try of this very file has left is as good as written.
    if (left?.list?.importId === importId) return [];
    const version = (left?.v ?? 0) + 1;
    return [
      {
        put: kind.records.item(office.tenantId, { ...record, version }, noHistory),
        expect: left ? { version: left.v } : 'new',
      },
    ];
  });
  const chunks: Write[][] = [];
  for (let i = 0; i < writes.length; i += chunk) chunks.push(writes.slice(i, i + chunk));
  await someAtATime(chunks, (next) => office.commit(next));
}

/** Works on all jobs, few at a time. Throws what one of them threw once all that had begun are over. */
export async function someAtATime<T>(jobs: readonly T[], work: (job: T) => Promise<void>): Promise<void> {
  const left = [...jobs];
  const workers = Array.from({ length: atATime }, async () => {
    for (let next = left.shift(); next; next = left.shift()) await work(next);
  });
  // All have to have stopped before anybody tries again.
  for (const outcome of await Promise.allSettled(workers)) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
}

/** Makes the import done, and with it all its lines visible, in one transaction. */
async function finish(context: Context, result: ImportResult): Promise<Reply> {
  const { office, actor, requestId, now } = context;
  const { created, existing, kind, propertyId } = result;
  const step = append(
    noHistory,
    { type: `${kind}.imported`, object: result.id, data: { propertyId, created, existing } },
    { actor, tenantId: office.tenantId, requestId, now },
  );
  const { repeated: _, differing, ...list } = result;
  const answer = ok(result);
  await office.commit(
    [
      {
        put: {
          ...keys.import(office.tenantId, result.id),
          et: 'import',
          v: 1,
          list,
          rest: { differing },
        },
        expect: 'new',
      },
      step.write,
    ],
    answer,
  );
  noteDone(result.id);
  return answer;
}

export function twice(line: number, before: number): FieldProblem {
  return {
    path: `/line/${line}`,
    code: 'line_twice',
    detail: { en: `The same as line ${before}.`, zh: `与第 ${before} 行重复。` },
  };
}
