import * as z from 'zod/mini';
import { id } from '../../shared/fields.ts';
import { type Route, route } from '../../shared/http/route.ts';
import { copyOf } from './copy.ts';
import { erase } from './erase.ts';
import { Erased, Erasure, PersonExport } from './schema.ts';

const params = z.strictObject({ id: id('customer') });

/** A person's rights to what is held about them (个人信息保护法: 查阅、复制、删除). */
export const routes: Route[] = [
  route({
    id: 'exportCustomer',
    method: 'GET',
    path: '/v1/customers/{id}/export',
    summary: 'Everything held about a person, to be handed to them (PIPL); that it was taken is recorded',
    needs: 'customers:audit',
    params,
    responses: { 200: PersonExport },
    refuses: ['unprocessable', 'in-progress'],
    handle: (context, { params }) => copyOf(context, params.id),
  }),
  route({
    id: 'eraseCustomer',
    method: 'POST',
    path: '/v1/customers/{id}/erase',
    summary:
      'Take away what is personal about a customer, here and in everything that names them (PIPL); refused while anything with them is open; books, counters and the chain of events stay whole',
    needs: 'customers:erase',
    params,
    body: Erasure,
    example: { reason: 'requested' },
    responses: { 200: Erased },
    refuses: ['conflict'],
    handle: (context, { params, body }) => erase(context, params.id, body.reason),
  }),
];
