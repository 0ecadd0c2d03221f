import type * as z from 'zod/mini';
import { refuseIfAny } from '../../shared/csv.ts';
import { keys, lists } from '../../shared/keys.ts';
import type { FieldProblem } from '../../shared/problem.ts';
import type { Item, OfficeTable } from '../../shared/table.ts';
import { type FeeFile, fileOf } from '../fees/file.ts';
import type { Meter } from '../fees/schema.ts';
import { unitId } from '../offices/units.ts';
import { metersBy } from './rules.ts';
import type { ReadingRow } from './schema.ts';

/** Units a property may have where lines do not name theirs: all their fee files are read then. */
const maxSearched = 10_000;

export type Row = z.output<typeof ReadingRow> & { line: number };

export interface Place {
  file: FeeFile;
  meter: Meter;
}

/** Finds the meter of a line. Reads the fee files of the units that lines name; where one names none, of the whole property. */
export async function finder(
  office: OfficeTable,
  propertyId: string,
  rows: readonly Row[],
): Promise<(row: Row) => Place | FieldProblem> {
  const t = office.tenantId;
  const units = rows.map((row) => unitOf(propertyId, row));
  const ids = new Set(units.filter((unit) => unit !== undefined));
  const searching = units.includes(undefined);
  if (searching) {
    const all = await office.all({ index: 'g2', pk: lists.unitsOfProperty(t, propertyId) });
    if (all.length > maxSearched) refuseIfAny([tooMany]);
    for (const { list } of all) ids.add(list?.id as string);
  }
  const items: Record<string, Item | undefined> = await office.load(
    Object.fromEntries([...ids].map((unit) => [unit, keys.feeFile(t, unit)])),
  );
  const files = new Map(
    [...ids].flatMap((unit) =>
      items[unit] ? [[unit, fileOf(items[unit], { id: unit, propertyId })] as const] : [],
    ),
  );
  // Who has no fee file may still be there: only to say what is wrong.
  const without = [...ids].filter((unit) => !files.has(unit));
  const bare: Record<string, Item | undefined> = searching
    ? {}
    : await office.load(Object.fromEntries(without.map((unit) => [unit, keys.unit(t, unit)])));
  const there = new Set(Object.values(bare).map((item) => item?.list?.id));
  const named = new Map<string, Place[]>();
  for (const file of searching ? files.values() : []) {
    for (const meter of file.meters) {
      for (const word of [meter.id, meter.name]) {
        if (word !== undefined) named.set(word, [...(named.get(word) ?? []), { file, meter }]);
      }
    }
  }
  return (row) => {
    const unit = unitOf(propertyId, row);
    if (unit === undefined) return oneOf(row, named.get(row.meter ?? '') ?? []);
    const file = files.get(unit);
    if (!file && !there.has(unit)) return noUnit(row);
    const meters = file ? metersBy(file.meters, row.meter) : [];
    return oneOf(
      row,
      meters.map((meter) => ({ file: file as FeeFile, meter })),
    );
  };
}

const unitOf = (propertyId: string, row: Row): string | undefined =>
  row.building !== undefined && row.number !== undefined
    ? unitId(propertyId, row.building, row.number)
    : undefined;

const oneOf = ({ line, meter }: Row, places: readonly Place[]): Place | FieldProblem => {
  const [place] = places;
  if (place && places.length === 1) return place;
  const path = `/line/${line}/meter`;
  if (!place) {
    return { path, code: 'unknown', detail: { en: 'There is no such meter.', zh: '没有此表。' } };
  }
  const detail =
    meter === undefined
      ? { en: 'The unit has several meters; say which.', zh: '该房屋有多块表，请填写表号。' }
      : { en: 'Several meters go by this; give the id of one.', zh: '有多块表符合，请填写表的 id。' };
  return { path, code: 'ambiguous', detail };
};

const noUnit = ({ line }: Row): FieldProblem => ({
  path: `/line/${line}/number`,
  code: 'unknown',
  detail: { en: 'There is no such unit in this property.', zh: '该项目没有此房屋。' },
});

const tooMany: FieldProblem = {
  path: '/body',
  code: 'units_not_named',
  detail: {
    en: `In a property of more than ${maxSearched} units each line names building and number.`,
    zh: `房屋超过 ${maxSearched} 套的项目，每行须填写楼栋和房号。`,
  },
};
