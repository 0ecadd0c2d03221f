import * as z from 'zod/mini';
import { cursor, id, limit } from '../../shared/fields.ts';
import { created, ok, type Route, route } from '../../shared/http/route.ts';
import { newId } from '../../shared/ids.ts';
import { keys, lists } from '../../shared/keys.ts';
import { invalidField, Refusal } from '../../shared/problem.ts';
import { Records } from '../../shared/records.ts';
import { localDay } from '../../shared/time/index.ts';
import { beforeStart } from './model.ts';
import { NewService, Service, ServiceChange, Services } from './schema.ts';

export const services = new Records<Service>({
  et: 'service',
  shape: Service,
  key: (t, { id }) => keys.service(t, id),
  index: (t, { id, propertyId }) => ({ g2pk: lists.services(t, propertyId), g2sk: id }),
  // All of it: they are few, and prices are what people come for.
  listed: ['id', 'propertyId', 'name', 'about', 'pricing', 'warrantyDays', 'from', 'to', 'createdAt'],
});

const params = z.strictObject({ id: id('service') });

/** Where the office's day is counted, where no property says. */
const homeZone = 'Asia/Shanghai';

/** The catalogue of paid services (特约服务项目). Changing it changes no order: each keeps what it was ordered or quoted at. */
export const routes: Route[] = [
  route({
    id: 'createService',
    method: 'POST',
    path: '/v1/services',
    summary: 'Add a paid service with its price, for one property or all (FEE-6)',
    needs: 'services:catalogue',
    body: NewService,
    example: { name: '空调清洗', pricing: { by: 'unit', price: '80', unit: '台' }, warrantyDays: 30 },
    responses: { 201: Service },
    async handle(context, { body }) {
      const { office, now } = context;
      const { propertyId } = body;
      const { property } = await office.load({
        property: propertyId === undefined ? undefined : keys.property(office.tenantId, propertyId),
      });
      if (propertyId !== undefined && property?.et !== 'property') {
        throw invalidField('/body/propertyId', 'unknown', 'There is no such property.', '没有该项目。');
      }
      const from = body.from ?? localDay(now, (property?.list?.zone as string | undefined) ?? homeZone);
      if (body.to !== undefined && body.to < from) throw beforeStart();
      const service: Service = {
        ...body,
        id: newId('service', now),
        from,
        createdAt: new Date(now).toISOString(),
        version: 1,
      };
      return services.create(
        context,
        'service.created',
        service,
        (record) => created(`/v1/services/${record.id}`, record, record.version),
        { loaded: true },
      );
    },
  }),
  route({
    id: 'listServices',
    method: 'GET',
    path: '/v1/services',
    summary:
      'The catalogue: all of it, or what is for a property (its own and the office\u2019s), past and to come',
    needs: 'services:read',
    query: z.strictObject({ propertyId: z.optional(id('property')), limit, cursor: z.optional(cursor) }),
    responses: { 200: Services },
    async handle({ office }, { query: { propertyId, ...paging } }) {
      const t = office.tenantId;
      if (propertyId === undefined) {
        return ok(await services.page(office, { pk: keys.servicesPk(t), ...paging }));
      }
      if (paging.cursor !== undefined) throw new Refusal('invalid-cursor');
      // Some tens of them: both lists whole.
      const items = await Promise.all(
        [propertyId, undefined].map((of) => office.all({ index: 'g2', pk: lists.services(t, of) })),
      );
      return ok({ items: items.flat().map((item) => services.parse(item)) });
    },
  }),
  route({
    id: 'getService',
    method: 'GET',
    path: '/v1/services/{id}',
    summary: 'One paid service',
    needs: 'services:read',
    params,
    responses: { 200: Service },
    versioned: true,
    async handle({ office }, { params }) {
      const service = await services.get(office, keys.service(office.tenantId, params.id));
      return ok(service, service.version);
    },
  }),
  route({
    id: 'changeService',
    method: 'PATCH',
    path: '/v1/services/{id}',
    summary: 'Change a paid service, or end it; orders keep what they were made at',
    needs: 'services:catalogue',
    params,
    body: ServiceChange,
    example: { to: '2026-12-31' },
    responses: { 200: Service },
    versioned: true,
    handle: (context, { params, body }) =>
      services.change(
        context,
        'service.changed',
        keys.service(context.office.tenantId, params.id),
        (before) => {
          const after = { ...before, ...body } as Service;
          return after.to !== undefined && after.to < after.from ? beforeStart() : after;
        },
        (service) => ok(service, service.version),
      ),
  }),
];
