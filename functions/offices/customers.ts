import * as z from 'zod/mini';
import { masked } from '../../shared/customers.ts';
import { cursor, id, limit, page } from '../../shared/fields.ts';
import { type Head, noHistory } from '../../shared/history.ts';
import { created, ok, type Route, route } from '../../shared/http/route.ts';
import { newId } from '../../shared/ids.ts';
import { visible } from '../../shared/imports.ts';
import { keys, lists } from '../../shared/keys.ts';
import { invalidField, notFound, Refusal } from '../../shared/problem.ts';
import { isSame, matched, Records, unchanged } from '../../shared/records.ts';
import { type Item, retryStale } from '../../shared/table.ts';
import {
  CustomerChange as Change,
  type CustomerChange,
  CustomerLine,
  NewCustomer,
  StoredCustomer,
} from './schema.ts';
import { refuseSpecimens, specimenKeys } from './specimens.ts';

const place = (customer: StoredCustomer) => `${customer.name}#${customer.id}`;

export const customerRecords = new Records<StoredCustomer>({
  et: 'customer',
  shape: StoredCustomer,
  key: (t, customer) => keys.customer(t, customer.id),
  index: (t, customer) => ({
    g1pk: lists.customers(t),
    g1sk: place(customer),
    ...(!customer.archived && {
      g3pk: lists.customersOfUnit(t, customer.unitId),
      g3sk: place(customer),
    }),
  }),
  listed: ['id', 'unitId', 'propertyId', 'name', 'kind', 'maskedPhone', 'archived', 'importId'],
  concealed: ['name', 'phones', 'maskedPhone', 'emails', 'emergencyContact', 'signatories', 'note'],
});

/** What is stored of a customer described so. */
export function customerFrom(
  described: Omit<z.output<typeof NewCustomer>, 'unitId'>,
  where: { id: string; unitId: string; propertyId: string },
  now: number,
): StoredCustomer {
  return {
    ...described,
    ...where,
    maskedPhone: masked(described.phones[0]),
    archived: false,
    version: 1,
    createdAt: new Date(now).toISOString(),
  };
}

/** A customer as lists and changes answer it: the file itself is shown to those only who say why (CUST-1). */
function lineOf(customer: StoredCustomer): z.output<typeof CustomerLine> {
  const { id, unitId, propertyId, name, kind, maskedPhone, archived, importId, version } = customer;
  return {
    id,
    unitId,
    propertyId,
    name,
    kind,
    archived,
    version,
    ...(maskedPhone !== undefined && { maskedPhone }),
    ...(importId !== undefined && { importId }),
  };
}

const params = z.strictObject({ id: id('customer') });

/** Customers (客户): the people of the units. */
export const customerRoutes: Route[] = [
  route({
    id: 'createCustomer',
    method: 'POST',
    path: '/v1/customers',
    summary: 'Open a customer\u2019s file',
    needs: 'customers:write',
    body: NewCustomer,
    example: {
      unitId: 'unt_01JZ0000000000000000000000',
      name: '张伟',
      kind: 'owner',
      phones: ['13800000000'],
      emergencyContact: { name: '张敏', phone: '13900000000', relation: '配偶' },
    },
    responses: { 201: CustomerLine },
    async handle(context, { body: { unitId, ...described } }) {
      const { office, now } = context;
      const { signatories } = described;
      const found: Record<string, Item | undefined> = await office.load({
        ...specimenKeys(office.tenantId, signatories),
        unit: keys.unit(office.tenantId, unitId),
      });
      const { unit } = found;
      if (unit?.et !== 'unit') throw unknownUnit();
      refuseSpecimens(signatories, found);
      const where = {
        id: newId('customer', now),
        unitId,
        propertyId: unit.list?.propertyId as string,
      };
      return customerRecords.create(
        context,
        'customer.created',
        customerFrom(described, where, now),
        (customer) => created(`/v1/customers/${customer.id}`, lineOf(customer), customer.version),
        { loaded: true },
      );
    },
  }),
  route({
    id: 'listCustomers',
    method: 'GET',
    path: '/v1/customers',
    summary: 'Customers by name: of the office, or of a unit; with masked numbers only',
    needs: 'customers:read',
    query: z.strictObject({
      unitId: z.optional(id('unit')),
      /** Names that begin so. */
      name: z.optional(z.string().check(z.minLength(1), z.maxLength(80))),
      limit,
      cursor: z.optional(cursor),
    }),
    responses: { 200: page(CustomerLine) },
    async handle({ office }, { query: { unitId, name, ...query } }) {
      const where = unitId
        ? ({ index: 'g3', pk: lists.customersOfUnit(office.tenantId, unitId) } as const)
        : ({ index: 'g1', pk: lists.customers(office.tenantId) } as const);
      const { items, ...rest } = await office.query({
        ...where,
        ...(name !== undefined && { sk: { begins: name } }),
        ...query,
      });
      const there = await visible(office, items);
      const asLine = (item: Item) => lineOf({ ...(item.list as StoredCustomer), version: item.v });
      return ok({ items: there.map(asLine), ...rest });
    },
  }),
  route({
    id: 'changeCustomer',
    method: 'PATCH',
    path: '/v1/customers/{id}',
    summary: 'Change a customer\u2019s file; answers the line, not the file',
    needs: 'customers:write',
    params,
    body: Change,
    example: { phones: ['13800000001'] },
    responses: { 200: CustomerLine },
    refuses: ['conflict'],
    versioned: true,
    async handle(context, { params, body }) {
      const { office } = context;
      const t = office.tenantId;
      return retryStale(async () => {
        const found: Record<string, Item | undefined> = await office.load({
          ...specimenKeys(t, body.signatories),
          item: keys.customer(t, params.id),
          ...(body.unitId !== undefined && { unit: keys.unit(t, body.unitId) }),
        });
        const { item, unit } = found;
        if (item?.et !== 'customer') throw notFound();
        const before = customerRecords.parse(item);
        matched(context, before.version);
        if (before.erasedAt !== undefined) throw wasErased();
        refuseSpecimens(body.signatories, found);
        const after = { ...changed(before, body), version: before.version + 1 };
        if (body.unitId !== undefined) {
          if (unit?.et !== 'unit') throw unknownUnit();
          after.propertyId = unit.list?.propertyId as string;
        }
        if (isSame(before, after)) return unchanged(context, ok(lineOf(before), before.version));
        const answer = ok(lineOf(after), after.version);
        const head = (item.rest?.head as Head | undefined) ?? noHistory;
        const expect = { version: before.version };
        await office.commit(
          customerRecords.write(context, 'customer.changed', after, body, head, expect),
          answer,
        );
        return answer;
      });
    },
  }),
];

function changed(customer: StoredCustomer, change: CustomerChange): StoredCustomer {
  const after: Record<string, unknown> = { ...customer, ...change };
  for (const [name, value] of Object.entries(change)) if (value === null) delete after[name];
  const result = after as StoredCustomer;
  return { ...result, maskedPhone: masked(result.phones[0]) };
}

/** Nobody fills a file again that was emptied because somebody has a right to it; they get a new one. */
const wasErased = () =>
  new Refusal('conflict', {
    detail: { en: 'The file was erased.', zh: '该客户档案已按要求删除个人信息。' },
  });

const unknownUnit = () => invalidField('/body/unitId', 'unknown', 'There is no such unit.', '没有该房屋。');
