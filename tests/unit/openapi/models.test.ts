import { expect, test } from 'vitest';
import { withModels } from '../../../shared/http/models.ts';

const owner = { type: 'object', properties: { name: { type: 'string' } } };
const boat = { type: 'object', properties: { id: { type: 'string' }, owner } };
const page = { type: 'object', properties: { items: { type: 'array', items: boat } } };
const answers = (schema: object, status = '200') => ({
  [status]: { description: 'x', content: { 'application/json': { schema } } },
});
const { paths, schemas } = withModels({
  '/boats': {
    get: { operationId: 'listBoats', responses: answers(page) },
    post: { operationId: 'createBoat', responses: answers(boat, '201') },
  },
  '/boats/{id}': { get: { operationId: 'getBoat', responses: answers(boat) } },
  '/boats/{id}/owner': { get: { operationId: 'getOwner', responses: answers(owner) } },
  '/boats/{id}/copy': { get: { operationId: 'getCopy', responses: answers(boat) } },
});
interface Operation {
  responses: Record<string, { content: Record<string, { schema: object }> }>;
}
const said = (path: string, method: string, status = '200') =>
  (paths[path]?.[method] as Operation | undefined)?.responses[status]?.content['application/json']?.schema;
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

test('a thing is called as the operation that gets it, and what is part of another is pointed to from there', () => {
  expect(schemas).toEqual({
    Boat: { type: 'object', properties: { id: { type: 'string' }, owner: ref('Owner') } },
    Owner: owner,
  });
});

test('whoever answers the same points to it, also the items of a list', () => {
  expect(said('/boats', 'post', '201')).toEqual(ref('Boat'));
  expect(said('/boats/{id}', 'get')).toEqual(ref('Boat'));
  expect(said('/boats/{id}/copy', 'get')).toEqual(ref('Boat'));
  expect(said('/boats', 'get')).toEqual({
    type: 'object',
    properties: { items: { type: 'array', items: ref('Boat') } },
  });
});
