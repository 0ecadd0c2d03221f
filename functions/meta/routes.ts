import { ok, type Route, route } from '../../shared/http/route.ts';
import { openapiDocument } from './document.ts';
import { Health, OpenApiDocument } from './schema.ts';

/** The version of the API's contract, as in the document. */
export const apiVersion = '1.0.0';

/** What the service says about itself. */
export const routes: Route[] = [
  route({
    id: 'getHealth',
    method: 'GET',
    path: '/health',
    summary: 'Whether the service answers',
    needs: 'public',
    responses: { 200: Health },
    handle: async () => ok({ status: 'ok', version: apiVersion }),
  }),
  route({
    id: 'getOpenApi',
    method: 'GET',
    path: '/openapi.json',
    summary: 'This document',
    needs: 'public',
    responses: { 200: OpenApiDocument },
    handle: async () => ok(openapiDocument()),
  }),
];
