import * as z from 'zod/mini';
import { cursor, id, limit, page } from '../../shared/fields.ts';
import { created, ok, type Route, route } from '../../shared/http/route.ts';
import { newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { Refusal } from '../../shared/problem.ts';
import { Records } from '../../shared/records.ts';
import { type Hours, hoursProblems, standardHours } from '../../shared/time/index.ts';
import { NewProperty, Property, PropertyChange } from './schema.ts';

export const properties = new Records<Property>({
  et: 'property',
  shape: Property,
  key: (t, property) => keys.property(t, property.id),
  listed: ['id', 'name', 'zone', 'archived'],
});

const params = z.strictObject({ id: id('property') });

/** Properties (项目): the places an office manages. */
export const propertyRoutes: Route[] = [
  route({
    id: 'createProperty',
    method: 'POST',
    path: '/v1/properties',
    summary: 'Add a property with its zone and hours (TIME-9)',
    needs: 'properties:write',
    body: NewProperty,
    example: { name: '锦绣花园', zone: 'Asia/Shanghai' },
    responses: { 201: Property },
    async handle(context, { body }) {
      const property: Property = {
        ...body,
        id: newId('property', context.now),
        hours: checkedHours(body.hours ?? standardHours),
        archived: false,
        version: 1,
        createdAt: new Date(context.now).toISOString(),
      };
      return properties.create(context, 'property.created', property, (record) =>
        created(`/v1/properties/${record.id}`, record, record.version),
      );
    },
  }),
  route({
    id: 'listProperties',
    method: 'GET',
    path: '/v1/properties',
    summary: 'The properties of the office',
    needs: 'properties:read',
    query: z.strictObject({ limit, cursor: z.optional(cursor) }),
    responses: { 200: page(Property) },
    async handle({ office }, { query }) {
      return ok(await properties.page(office, { pk: keys.propertiesPk(office.tenantId), ...query }));
    },
  }),
  route({
    id: 'getProperty',
    method: 'GET',
    path: '/v1/properties/{id}',
    summary: 'One property',
    needs: 'properties:read',
    params,
    responses: { 200: Property },
    versioned: true,
    async handle({ office }, { params }) {
      const property = await properties.get(office, keys.property(office.tenantId, params.id));
      return ok(property, property.version);
    },
  }),
  route({
    id: 'changeProperty',
    method: 'PATCH',
    path: '/v1/properties/{id}',
    summary: 'Change a property; deadlines already running keep the hours they were counted with',
    needs: 'properties:write',
    params,
    body: PropertyChange,
    example: { name: '锦绣花园二期' },
    responses: { 200: Property },
    versioned: true,
    async handle(context, { params, body }) {
      if (body.hours) checkedHours(body.hours);
      return properties.change(
        context,
        'property.changed',
        keys.property(context.office.tenantId, params.id),
        (property) => changed(property, body),
        (property) => ok(property, property.version),
      );
    },
  }),
];

function changed(property: Property, { address, ...body }: z.output<typeof PropertyChange>): Property {
  const after = { ...property, ...body } as Property;
  if (address === null) delete after.address;
  else if (address !== undefined) after.address = address;
  return after;
}

function checkedHours(hours: Hours): Hours {
  const errors = hoursProblems(hours).map((problem) => ({ ...problem, path: `/body/hours${problem.path}` }));
  if (errors.length > 0) throw new Refusal('invalid-request', { errors });
  return hours;
}
