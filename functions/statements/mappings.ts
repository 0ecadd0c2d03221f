import * as z from 'zod/mini';
import { cursor, limit, page } from '../../shared/fields.ts';
import { append, type Head, noHistory } from '../../shared/history.ts';
import { type Context, created, ok, type Reply, type Route, route } from '../../shared/http/route.ts';
import { keys, mappingObject } from '../../shared/keys.ts';
import { invalidField, notFound, Refusal } from '../../shared/problem.ts';
import { matched } from '../../shared/records.ts';
import { type Item, retryStale } from '../../shared/table.ts';
import { whoOf } from '../payments/book.ts';
import { Mapping, MappingChange, mappingName, NewMapping } from './schema.ts';

export const mappingOf = (item: Item): Mapping => ({ ...item.list, version: item.v }) as Mapping;

/** Two columns of one title would be read as one. */
function refuseTwice({ columns }: z.output<typeof MappingChange>): void {
  const { reference = [], ...rest } = columns;
  const titles = [...Object.values(rest), ...reference].filter((title) => title !== undefined);
  if (new Set(titles).size < titles.length) {
    throw invalidField('/body/columns', 'repeated', 'A column is named twice.', '列名重复。');
  }
}

async function write(
  context: Context,
  event: string,
  mapping: Omit<Mapping, 'version'>,
  before: Item | undefined,
  reply: (mapping: Mapping) => Reply,
): Promise<Reply> {
  const { office } = context;
  const t = office.tenantId;
  const head = (before?.rest?.head as Head | undefined) ?? noHistory;
  const { name } = mapping;
  const step = append(
    head,
    { type: event, object: mappingObject(name), data: { ...mapping } },
    whoOf(context),
  );
  const version = (before?.v ?? 0) + 1;
  const answer = reply({ ...mapping, version });
  await office.commit(
    [
      {
        put: {
          ...keys.statementMapping(t, name),
          et: 'statementMapping',
          v: version,
          list: { ...mapping },
          rest: { head: step.head },
        },
        expect: before ? { version: before.v } : 'new',
        ...(!before && { otherwise: taken }),
      },
      step.write,
    ],
    answer,
  );
  return answer;
}

const taken = () =>
  new Refusal('conflict', {
    detail: { en: 'There is a mapping of this name.', zh: '已有同名映射。' },
  });

const path = (name: string) => `/v1/statement-mappings/${encodeURIComponent(name)}`;

const example = {
  method: 'bank',
  columns: {
    amount: '贷方发生额',
    day: '交易日期',
    serial: '交易流水号',
    payer: '对方户名',
    reference: ['摘要', '附言'],
  },
};

/** How the statements of the office's accounts are read. */
export const mappingRoutes: Route[] = [
  route({
    id: 'createStatementMapping',
    method: 'POST',
    path: '/v1/statement-mappings',
    summary: 'Say how the statements of an account at a bank or payment service are read',
    needs: 'fees:write',
    body: NewMapping,
    example: { name: '工商银行基本户', ...example },
    responses: { 201: Mapping },
    refuses: ['conflict'],
    async handle(context, { body }) {
      refuseTwice(body);
      await context.office.load({});
      return write(context, 'statementMapping.created', body, undefined, (mapping) =>
        created(path(mapping.name), mapping, mapping.version),
      );
    },
  }),
  route({
    id: 'changeStatementMapping',
    method: 'PUT',
    path: '/v1/statement-mappings/{name}',
    summary: 'Say anew how statements are read; lines that were imported stay as they are',
    needs: 'fees:write',
    params: z.strictObject({ name: mappingName }),
    body: MappingChange,
    example,
    responses: { 200: Mapping },
    versioned: true,
    async handle(context, { params, body }) {
      refuseTwice(body);
      const { office } = context;
      return retryStale(async () => {
        const { item } = await office.load({ item: keys.statementMapping(office.tenantId, params.name) });
        if (item?.et !== 'statementMapping') throw notFound();
        matched(context, item.v);
        return write(context, 'statementMapping.changed', { name: params.name, ...body }, item, (mapping) =>
          ok(mapping, mapping.version),
        );
      });
    },
  }),
  route({
    id: 'listStatementMappings',
    method: 'GET',
    path: '/v1/statement-mappings',
    summary: 'How statements are read, by name',
    needs: 'fees:read',
    query: z.strictObject({ limit, cursor: z.optional(cursor) }),
    responses: { 200: page(Mapping) },
    async handle({ office }, { query }) {
      const { items, ...rest } = await office.query({
        pk: keys.statementMappingsPk(office.tenantId),
        ...query,
      });
      return ok({ items: items.map(mappingOf), ...rest });
    },
  }),
];
