import type * as z from 'zod/mini';
import type { Route } from '../../shared/http/route.ts';
import { derivedId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { customerFrom, customerRecords } from './customers.ts';
import { type ImportKind, importRoute } from './importing.ts';
import { CustomerRow, type StoredCustomer, type StoredUnit, UnitRow } from './schema.ts';
import { unitFrom, unitId, unitRecords } from './units.ts';

/** A figure; thousands and units are left for the shape to refuse. */
const figure = (cell: string): unknown => (/^-?\d{1,9}(?:\.\d+)?$/.test(cell) ? Number(cell) : cell);

const several = (cell: string): unknown => cell.split(/[;；/、]/).map((part) => part.trim());

const building = { titles: ['楼栋', '楼号', '栋', '栋号'], required: true };
const number = { titles: ['房号', '室号', '单元号', '房间号', 'unit', 'room'], required: true };
const note = { titles: ['备注', 'remark'] };

const units: ImportKind<z.output<typeof UnitRow>, StoredUnit> = {
  name: 'units',
  columns: {
    building,
    floor: { titles: ['楼层', '层'] },
    number,
    areaM2: { titles: ['面积', '建筑面积', 'area'], read: figure },
    occupancy: {
      titles: ['状态', '入住状态', '使用状态', 'status'],
      words: {
        入住: 'occupied',
        已入住: 'occupied',
        占用: 'occupied',
        空置: 'vacant',
        空房: 'vacant',
        未入住: 'vacant',
        occupied: 'occupied',
        vacant: 'vacant',
      },
    },
    note,
  },
  shape: UnitRow,
  records: unitRecords,
  record: (row, { propertyId, importId, now }) => ({ ...unitFrom(row, propertyId, now), importId }),
  key: (t, unit) => keys.unit(t, unit.id),
  same: (stored, unit) =>
    stored.floor === unit.floor &&
    stored.area === unit.area &&
    stored.occupancy === unit.occupancy &&
    stored.note === unit.note,
};

type CustomerLine = z.output<typeof CustomerRow>;

const customers: ImportKind<CustomerLine, StoredCustomer> = {
  name: 'customers',
  columns: {
    building,
    number,
    name: { titles: ['姓名', '客户姓名', '业主姓名'], required: true },
    kind: {
      titles: ['类型', '客户类型', '身份', 'type'],
      words: {
        业主: 'owner',
        产权人: 'owner',
        租户: 'tenant',
        租客: 'tenant',
        家属: 'family',
        家庭成员: 'family',
        代理人: 'agent',
        owner: 'owner',
        tenant: 'tenant',
        family: 'family',
        agent: 'agent',
      },
    },
    phones: { titles: ['电话', '手机', '手机号', '联系电话', 'phone', 'mobile'], read: several },
    emails: { titles: ['邮箱', '电子邮箱', 'email'], read: several },
    emergencyName: { titles: ['紧急联系人', '紧急联系人姓名'] },
    emergencyPhone: { titles: ['紧急联系电话', '紧急联系人电话'] },
    note,
  },
  shape: CustomerRow,
  records: customerRecords,
  // A unit has one person of a name in its files: who is in two files is one customer.
  record: ({ building, number, emergencyName, emergencyPhone, ...row }, { propertyId, importId, now }) => {
    const unit = unitId(propertyId, building, number);
    const where = { id: derivedId('customer', unit, row.name), unitId: unit, propertyId };
    const emergency =
      emergencyName !== undefined && emergencyPhone !== undefined
        ? { emergencyContact: { name: emergencyName, phone: emergencyPhone } }
        : {};
    return { ...customerFrom({ ...row, signatories: [], ...emergency }, where, now), importId };
  },
  key: (t, customer) => keys.customer(t, customer.id),
  refers: { to: (t, customer) => keys.unit(t, customer.unitId), field: 'number' },
  same: (stored, customer) =>
    stored.kind === customer.kind &&
    stored.phones.join() === customer.phones.join() &&
    stored.emails.join() === customer.emails.join() &&
    stored.emergencyContact?.name === customer.emergencyContact?.name &&
    stored.emergencyContact?.phone === customer.emergencyContact?.phone &&
    stored.note === customer.note,
};

/** Bulk import from CSV files. */
export const importRoutes: Route[] = [
  importRoute(units, {
    id: 'importUnits',
    path: '/v1/units/import',
    needs: 'units:write',
    summary:
      'Import the units of a property from CSV: building, number, floor, areaM2, occupancy, note (楼栋、房号、楼层、面积、状态、备注)',
  }),
  importRoute(customers, {
    id: 'importCustomers',
    path: '/v1/customers/import',
    needs: 'customers:write',
    summary:
      'Import customers of a property\u2019s units from CSV: building, number, name, kind, phones, emails, emergencyName, emergencyPhone, note (楼栋、房号、姓名、类型、电话、邮箱、紧急联系人、紧急联系电话、备注)',
  }),
];
