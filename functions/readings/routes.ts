import * as z from 'zod/mini';
import { type Column, readCsv, refuseIfAny } from '../../shared/csv.ts';
import { id } from '../../shared/fields.ts';
import { append, noHistory } from '../../shared/history.ts';
import { fieldProblems, read } from '../../shared/http/input.ts';
import { type Context, ok, type Reply, type Route, route } from '../../shared/http/route.ts';
import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { type FieldProblem, unknownProperty } from '../../shared/problem.ts';
import { type OfficeTable, retryStale, type Write } from '../../shared/table.ts';
import type { FeeFile } from '../fees/file.ts';
import { faultTold, latestDay } from '../fees/readings.ts';
import type { Meter, Reading } from '../fees/schema.ts';
import { maxBytes, someAtATime, twice } from '../offices/importing.ts';
import { finder, type Place, type Row } from './find.ts';
import { judge, type ReadLine } from './rules.ts';
import { ReadingRow, ReadingsImported } from './schema.ts';
import { type Planned, writesOf } from './writes.ts';

/** `2026/8/31`, `2026.8.31` and `2026年8月31日` are days too. */
const dayOf = (cell: string): string => {
  const [, year, month, date] = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/.exec(cell) ?? [];
  return year && month && date ? `${year}-${month.padStart(2, '0')}-${date.padStart(2, '0')}` : cell;
};

const columns: Readonly<Record<string, Column>> = {
  building: { titles: ['楼栋', '楼号', '栋', '栋号'] },
  number: { titles: ['房号', '室号', '单元号', '房间号', 'unit', 'room'] },
  meter: { titles: ['表号', '表', '仪表', '水电表', '表具', '表名'] },
  day: { titles: ['日期', '抄表日期', '抄表日', '读数日期', 'date'], required: true, read: dayOf },
  value: { titles: ['读数', '本期读数', '本次读数', '表底', 'reading'], required: true },
  final: { titles: ['旧表读数', '旧表终止读数', '换表前读数'] },
  note: { titles: ['备注', 'remark'] },
};

/**
 * Readings from files. The meters' latest readings stand in the units' fee files, so that a bill run reads a unit's case in one get:
 * readings that are there but not yet to be seen, as imported units are until their import is done (imports.ts), would have
 * to be passed over wherever a fee file is read. So every line is judged before anything is written, units are written whole,
 * and the same file sent again does what an interruption left undone: a stored line is unchanged.
 *
 * A function of its own: reading CSV weighs 34 kB, for which `fees` has no room, and `offices`, which has it, none for readings.
 */
export const routes: Route[] = [
  route({
    id: 'importReadings',
    method: 'POST',
    path: '/v1/readings/import',
    summary:
      'Import readings of a property\u2019s meters from CSV: building, number, meter (its name or id; left out: the unit\u2019s only one), day, value, final (of a changed meter), note (楼栋、房号、表号、日期、读数、旧表读数、备注). With a bad line nothing is recorded. It is not one transaction: an import that was interrupted is finished by sending the file again, lines recorded before are unchanged',
    needs: 'fees:write',
    query: z.strictObject({ propertyId: id('property') }),
    rawBody: { types: ['text/csv'], maxBytes },
    responses: { 200: ReadingsImported },
    async handle(context, { query, raw }) {
      return importReadings(context, query.propertyId, raw);
    },
  }),
];

/** Throws `invalid-request` with every bad line; then nothing is stored, but for what was before a change by somebody else came between. */
export async function importReadings(context: Context, propertyId: string, raw: Buffer): Promise<Reply> {
  const { office, now } = context;
  const t = office.tenantId;
  const { property } = await office.load({ property: keys.property(t, propertyId) });
  if (property?.et !== 'property') throw unknownProperty('/query/propertyId');
  const { rows, problems } = rowsOf(raw);
  const done = new Set<number>();
  return retryStale(async () => {
    const planned = await plan(context, propertyId, rows, problems);
    for (const round of writesOf(context, planned)) {
      await someAtATime(round, async ({ writes, lines }) => {
        await office.commit(writes);
        for (const line of lines) done.add(line);
      });
    }
    const counts = {
      propertyId,
      lines: rows.length,
      recorded: done.size,
      unchanged: rows.length - done.size,
    };
    // A file that changes nothing leaves nothing behind.
    const importId = done.size > 0 ? newId('import', now) : undefined;
    const answer = ok({ ...(importId !== undefined && { id: importId }), ...counts });
    await office.commit(importId === undefined ? [] : recordOf(context, importId, counts), answer);
    return answer;
  });
}

/** The import's own record and its event. */
function recordOf(context: Context, importId: string, counts: Record<string, unknown>): Write[] {
  const t = context.office.tenantId;
  const list = { id: importId, kind: 'readings', ...counts, doneAt: new Date(context.now).toISOString() };
  const what = { type: 'readings.imported', object: importId, data: counts };
  return [
    { put: { ...keys.import(t, importId), et: 'import', v: 1, list }, expect: 'new' },
    append(noHistory, what, { ...context, tenantId: t }).write,
  ];
}

function rowsOf(raw: Buffer): { rows: Row[]; problems: FieldProblem[] } {
  const { rows: lines, problems } = readCsv(raw, columns);
  const rows: Row[] = [];
  for (const { line, data } of lines) {
    const result = read(ReadingRow, data);
    if (result.success) rows.push({ ...result.data, line });
    else problems.push(...fieldProblems(result.error.issues, `/line/${line}`));
  }
  return { rows, problems };
}

/** What is to be recorded, by unit. Throws with all bad lines, `before` among them. */
async function plan(
  { office, now }: Context,
  propertyId: string,
  rows: readonly Row[],
  before: readonly FieldProblem[],
): Promise<Planned[]> {
  const problems = [...before];
  const read = new Map<Meter, Place & { lines: ReadLine[] }>();
  const find = await finder(office, propertyId, rows);
  for (const row of rows) {
    const found = find(row);
    if ('path' in found) problems.push(found);
    else {
      const of = read.get(found.meter) ?? { ...found, lines: [] };
      of.lines.push(row);
      read.set(found.meter, of);
    }
  }
  const latest = latestDay(now);
  const planned = new Map<FeeFile, Planned>();
  await someAtATime([...read.values()], async ({ file, meter, lines }) => {
    const older = await readingsBefore(office, file, meter, lines);
    const { fresh, faults } = judge(meter.readings, older, lines, latest);
    for (const fault of faults) {
      if ('twice' in fault) problems.push(twice(fault.line, fault.twice));
      else {
        const told = faultTold(fault.fault);
        problems.push({ ...told, path: `/line/${fault.line}/${told.path.replace('change/', '')}` });
      }
    }
    if (fresh.length === 0) return;
    const of = planned.get(file) ?? { file, fresh: [] };
    of.fresh.push(...fresh.map((line) => ({ ...line, meterId: meter.id })));
    planned.set(file, of);
  });
  refuseIfAny(problems);
  return [...planned.values()];
}

/** Stored readings that the fee file no longer keeps, where lines are of days that may be among them. */
async function readingsBefore(
  office: OfficeTable,
  { unitId }: FeeFile,
  meter: Meter,
  lines: readonly ReadLine[],
): Promise<Reading[]> {
  const kept = meter.readings.filter(({ kind }) => kind !== 'estimated').map(({ day }) => day);
  const last = kept.at(-1) ?? '';
  const old = lines.map(({ day }) => day).filter((day) => day < last && !kept.includes(day));
  if (old.length === 0) return [];
  const days = old.sort();
  const items = await office.all({
    pk: keys.objectPk(office.tenantId, unitId),
    sk: { from: `${keys.readingsPrefix}${days[0]}`, to: `${keys.readingsPrefix}${days.at(-1)}~` },
  });
  return items.flatMap(({ list }) => (list?.meterId === meter.id ? [list as unknown as Reading] : []));
}
