import * as z from 'zod/mini';
import { cursor, id, limit, page } from '../../shared/fields.ts';
import { type Head, noHistory } from '../../shared/history.ts';
import { created, ok, type Route, route } from '../../shared/http/route.ts';
import { derivedId } from '../../shared/ids.ts';
import { visible } from '../../shared/imports.ts';
import { keys, lists } from '../../shared/keys.ts';
import { invalidField, notFound, Refusal, unknownProperty } from '../../shared/problem.ts';
import { isSame, matched, Records, unchanged } from '../../shared/records.ts';
import { type Item, retryStale } from '../../shared/table.ts';
import { NewUnit, StoredUnit, Unit, UnitChange, UnitLine } from './schema.ts';

/** Numbers in a name sort as numbers: building 9 before building 10. */
export const natural = (name: string) => name.replace(/\d+/g, (digits) => digits.padStart(6, '0'));

const place = (unit: StoredUnit) => `${natural(unit.building)}#${natural(unit.number)}`;

export const unitRecords = new Records<StoredUnit>({
  et: 'unit',
  shape: StoredUnit,
  key: (t, unit) => keys.unit(t, unit.id),
  index: (t, unit) => ({
    g1pk: lists.units(t),
    g1sk: `${unit.propertyId}#${place(unit)}`,
    g2pk: lists.unitsOfProperty(t, unit.propertyId),
    g2sk: place(unit),
    ...(unit.occupancy === 'vacant' && {
      g3pk: lists.vacantOfProperty(t, unit.propertyId),
      g3sk: place(unit),
    }),
  }),
  listed: ['id', 'propertyId', 'building', 'floor', 'number', 'area', 'occupancy', 'importId'],
  concealed: ['note'],
});

/** A name as it is meant: `1 栋`, `１栋` and `1栋` are one building, 3A and 3a one number. A space between digits parts them. */
const meant = (name: string) =>
  name
    .normalize('NFKC')
    .replace(/(?<!\d)\s+|\s+(?!\d)/g, '')
    .toLowerCase();

/** The unit's id: a property has one unit of a number in a building, however they are typed. */
export const unitId = (property: string, building: string, number: string) =>
  derivedId('unit', property, meant(building), meant(number));

/** What is stored of a unit that is described so. */
export function unitFrom(
  { areaM2, ...described }: Omit<NewUnit, 'propertyId'>,
  propertyId: string,
  now: number,
): StoredUnit {
  return {
    ...described,
    ...(areaM2 !== undefined && { area: Math.round(areaM2 * 100) }),
    id: unitId(propertyId, described.building, described.number),
    propertyId,
    version: 1,
    createdAt: new Date(now).toISOString(),
  };
}

const shown = <T extends { area?: number | undefined }>({ area, ...unit }: T) => ({
  ...unit,
  ...(area !== undefined && { areaM2: area / 100 }),
});
const lineOf = (item: Item) => shown<{ area?: number; version: number }>({ ...item.list, version: item.v });

const params = z.strictObject({ id: id('unit') });

/** Units (房屋) of the properties. */
export const unitRoutes: Route[] = [
  route({
    id: 'createUnit',
    method: 'POST',
    path: '/v1/units',
    summary: 'Add a unit to a property',
    needs: 'units:write',
    body: NewUnit,
    example: {
      propertyId: 'prp_01JZ0000000000000000000000',
      building: '3栋',
      floor: '12',
      number: '1201',
      areaM2: 89.5,
      occupancy: 'occupied',
    },
    responses: { 201: Unit },
    refuses: ['conflict'],
    async handle(context, { body }) {
      const { office, now } = context;
      const { propertyId, ...described } = body;
      const unit = unitFrom(described, propertyId, now);
      const loaded = await office.loadUnfinished({
        property: keys.property(office.tenantId, propertyId),
        unit: keys.unit(office.tenantId, unit.id),
      });
      if (loaded.property?.et !== 'property') throw unknownProperty('/body/propertyId');
      if (loaded.unit && (await visible(office, [loaded.unit])).length > 0) throw taken();
      const answer = created(`/v1/units/${unit.id}`, shown(unit), unit.version);
      // A line of an import that was given up is not there for anybody: the unit takes its place.
      const expect = loaded.unit ? { version: loaded.unit.v } : 'new';
      const [item, ...history] = unitRecords.write(context, 'unit.created', unit, unit, noHistory, expect);
      await office.commit([...(item ? [{ ...item, otherwise: taken }] : []), ...history], answer);
      return answer;
    },
  }),
  route({
    id: 'listUnits',
    method: 'GET',
    path: '/v1/units',
    summary: 'Units by building and number: of the office, of a property, or the vacant ones of it (UNIT-1)',
    needs: 'properties:read',
    query: z.strictObject({
      propertyId: z.optional(id('property')),
      occupancy: z.optional(z.literal('vacant')),
      limit,
      cursor: z.optional(cursor),
    }),
    responses: { 200: page(UnitLine) },
    async handle({ office }, { query: { propertyId, occupancy, ...query } }) {
      const t = office.tenantId;
      if (occupancy && !propertyId) {
        throw invalidField(
          '/query/propertyId',
          'required',
          'Vacant units are listed by property.',
          '空置房屋须按项目查询。',
        );
      }
      const where = !propertyId
        ? ({ index: 'g1', pk: lists.units(t) } as const)
        : occupancy
          ? ({ index: 'g3', pk: lists.vacantOfProperty(t, propertyId) } as const)
          : ({ index: 'g2', pk: lists.unitsOfProperty(t, propertyId) } as const);
      const { items, ...rest } = await office.query({ ...where, ...query });
      return ok({ items: (await visible(office, items)).map(lineOf), ...rest });
    },
  }),
  route({
    id: 'getUnit',
    method: 'GET',
    path: '/v1/units/{id}',
    summary: 'One unit',
    needs: 'properties:read',
    params,
    responses: { 200: Unit },
    versioned: true,
    async handle({ office }, { params }) {
      const { item } = await office.load({ item: keys.unit(office.tenantId, params.id) });
      if (item?.et !== 'unit') throw notFound();
      const unit = unitRecords.parse(item);
      return ok(shown(unit), unit.version);
    },
  }),
  route({
    id: 'changeUnit',
    method: 'PATCH',
    path: '/v1/units/{id}',
    summary: 'Change a unit; building and number stay, for they are what it is known by',
    needs: 'units:write',
    params,
    body: UnitChange,
    example: { occupancy: 'vacant' },
    responses: { 200: Unit },
    versioned: true,
    async handle(context, { params, body }) {
      const { office } = context;
      return retryStale(async () => {
        const { item } = await office.load({ item: keys.unit(office.tenantId, params.id) });
        if (item?.et !== 'unit') throw notFound();
        const before = unitRecords.parse(item);
        matched(context, before.version);
        const decided = changed(before, body);
        if (isSame(before, decided)) return unchanged(context, ok(shown(before), before.version));
        const after = { ...decided, version: before.version + 1 };
        const answer = ok(shown(after), after.version);
        const head = (item.rest?.head as Head | undefined) ?? noHistory;
        const expect = { version: before.version };
        await office.commit(unitRecords.write(context, 'unit.changed', after, body, head, expect), answer);
        return answer;
      });
    },
  }),
];

function changed(unit: StoredUnit, { floor, areaM2, occupancy, note }: UnitChange): StoredUnit {
  const after: StoredUnit = { ...unit, occupancy: occupancy ?? unit.occupancy };
  if (floor !== undefined) after.floor = floor ?? undefined;
  if (note !== undefined) after.note = note ?? undefined;
  if (areaM2 !== undefined) after.area = areaM2 === null ? undefined : Math.round(areaM2 * 100);
  return after;
}

const taken = () =>
  new Refusal('conflict', {
    detail: {
      en: 'This property has a unit of this building and number.',
      zh: '该项目已有此楼栋房号的房屋。',
    },
  });
