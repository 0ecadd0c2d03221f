import * as z from 'zod/mini';
import { cursor, id, limit, page } from '../../shared/fields.ts';
import { append, noHistory } from '../../shared/history.ts';
import { type Context, created, ok, type Reply, type Route, route } from '../../shared/http/route.ts';
import { keys, lists } from '../../shared/keys.ts';
import { notFound } from '../../shared/problem.ts';
import { importStatement, paymentOfLine, shownStatement } from './bank.ts';
import { type BankLine, lineItem, lineOf, lineSk, shownLine } from './bankLine.ts';
import {
  Assignment,
  BankStatement,
  Dismissal,
  ImportedStatement,
  lineStates,
  mappingName,
  StatementLine,
} from './bankSchema.ts';
import { booked, whoOf } from './book.ts';
import { loadCase, patiently, wrongState } from './case.ts';
import { mappingOf } from './mappings.ts';
import { shownPayment } from './model.ts';
import { Payment } from './schema.ts';

/** Lambda takes 6 MB, and the gateway hands binary bodies on in base64. */
const maxBytes = 4_000_000;

const params = z.strictObject({ id: id('statement') });
const lineNumber = z.string().check(z.regex(/^[1-9]\d{0,5}$/));
const lineParams = z.strictObject({ id: id('statement'), n: lineNumber });

async function statementThere({ office }: Context, statementId: string) {
  const { item } = await office.load({ item: keys.statement(office.tenantId, statementId) });
  if (item?.et !== 'statement') throw notFound();
  return shownStatement(item);
}

/** The id of a statement's line by its number in the file, and how money of the statement was paid. */
async function lineNamed(context: Context, statementId: string, n: string) {
  const { office } = context;
  const t = office.tenantId;
  const statement = await statementThere(context, statementId);
  const sk = lineSk(statementId, Number(n));
  const { items } = await office.query({
    index: 'g1',
    pk: lists.statementLines(t, statement.propertyId),
    sk: { from: sk, to: sk },
    limit: 1,
  });
  const lineId = items[0]?.list?.id;
  if (typeof lineId !== 'string') throw notFound();
  return { lineId, mappingKey: keys.statementMapping(t, statement.mapping) };
}

function refuseDecided(line: BankLine): void {
  if (line.state === 'open') return;
  throw wrongState(
    'This line is decided: booked money is moved or reversed as a payment (FEE-3).',
    '该行已处理；已入账款项请转付款人或冲销（FEE-3）。',
    [],
  );
}

/** A person says whose money a line is: it is booked as if it had been matched. */
async function assign(
  context: Context,
  of: { id: string; n: string },
  body: z.output<typeof Assignment>,
): Promise<Reply> {
  const { office } = context;
  const t = office.tenantId;
  const { lineId, mappingKey } = await lineNamed(context, of.id, of.n);
  return patiently(async () => {
    const there = await loadCase(context, body, {
      also: { line: keys.statementLine(t, lineId), mapping: mappingKey },
    });
    const { line: item, mapping } = there.items;
    if (!item || !mapping) throw notFound();
    const line = lineOf(item);
    refuseDecided(line);
    const { unitId, payerId } = body;
    const paymentId = paymentOfLine(lineId);
    const { payment, writes } = booked(whoOf(context), there.account, {
      id: paymentId,
      amount: line.amount,
      method: mappingOf(mapping).method,
      receipt: there.numbers.next(),
      stated: body.allocations,
      paidOn: line.day,
      statementLineId: lineId,
    });
    const { why: _, version, ...rest } = line;
    const after: BankLine = {
      ...rest,
      state: 'booked',
      by: 'person',
      unitId,
      payerId,
      paymentId,
      version: version + 1,
    };
    const answer = created(`/v1/payments/${paymentId}`, shownPayment(payment), payment.version);
    await office.commit(
      [{ put: lineItem(t, after), expect: { version } }, ...writes, there.numbers.write],
      answer,
    );
    return answer;
  });
}

/** A person says that a line is no money of any payer (interest, the office's own transfer). */
async function dismiss(context: Context, of: { id: string; n: string }, reason: string): Promise<Reply> {
  const { office } = context;
  const t = office.tenantId;
  const { lineId } = await lineNamed(context, of.id, of.n);
  return patiently(async () => {
    const { item } = await office.load({ item: keys.statementLine(t, lineId) });
    if (!item) throw notFound();
    const line = lineOf(item);
    refuseDecided(line);
    const event = append(
      noHistory,
      {
        type: 'statementLine.dismissed',
        object: lineId,
        data: { statementId: line.statementId, n: line.n, reason },
      },
      whoOf(context),
    );
    const { why: _, version, ...rest } = line;
    const after: BankLine = {
      ...rest,
      state: 'dismissed',
      dismissed: reason,
      head: event.head,
      version: version + 1,
    };
    const answer = ok(shownLine(after));
    await office.commit([{ put: lineItem(t, after), expect: { version } }, event.write], answer);
    return answer;
  });
}

/** Statements (银行及支付平台对账单): matched by reference, by payer and amount, else for a person to decide. */
export const statementRoutes: Route[] = [
  route({
    id: 'importStatement',
    method: 'POST',
    path: '/v1/statements/import',
    summary:
      'Import a statement from CSV by a mapping: each line is booked on whom it is from, or waits for a person. The same lines again change nothing',
    needs: 'payments:write',
    query: z.strictObject({ propertyId: id('property'), mapping: mappingName }),
    rawBody: { types: ['text/csv'], maxBytes },
    responses: { 200: ImportedStatement },
    handle: (context, { query, raw }) => importStatement(context, query, raw),
  }),
  route({
    id: 'listStatements',
    method: 'GET',
    path: '/v1/statements',
    summary: 'Imported statements of a property, the newest first',
    needs: 'fees:read',
    query: z.strictObject({ propertyId: id('property'), limit, cursor: z.optional(cursor) }),
    responses: { 200: page(BankStatement) },
    async handle({ office }, { query: { propertyId, ...paging } }) {
      const pk = lists.statements(office.tenantId, propertyId);
      const { items, ...rest } = await office.query({ index: 'g1', pk, order: 'descending', ...paging });
      return ok({ items: items.map(shownStatement), ...rest });
    },
  }),
  route({
    id: 'listStatementLines',
    method: 'GET',
    path: '/v1/statements/{id}/lines',
    summary: 'Lines of a statement in the order of the file; with state=open those that wait for a person',
    needs: 'fees:read',
    params,
    query: z.strictObject({ state: z.optional(z.enum(lineStates)), limit, cursor: z.optional(cursor) }),
    responses: { 200: page(StatementLine) },
    async handle(context, { params, query: { state, ...paging } }) {
      const { office } = context;
      const t = office.tenantId;
      const { propertyId } = await statementThere(context, params.id);
      const { items, ...rest } = await office.query({
        ...(state
          ? { index: 'g2', pk: lists.statementLinesOf(t, params.id, state) }
          : { index: 'g1', pk: lists.statementLines(t, propertyId), sk: { begins: `${params.id}#` } }),
        ...paging,
      });
      return ok({ items: items.map((item) => shownLine(lineOf(item))), ...rest });
    },
  }),
  route({
    id: 'assignStatementLine',
    method: 'POST',
    path: '/v1/statements/{id}/lines/{n}/assign',
    summary: 'Say whose money an open line is: it is booked as a payment',
    needs: 'payments:write',
    params: lineParams,
    body: Assignment,
    example: { unitId: 'unt_01JZ0000000000000000000000', payerId: 'cus_01JZ0000000000000000000000' },
    responses: { 201: Payment },
    refuses: ['wrong-state'],
    handle: (context, { params, body }) => assign(context, params, body),
  }),
  route({
    id: 'dismissStatementLine',
    method: 'POST',
    path: '/v1/statements/{id}/lines/{n}/dismiss',
    summary: 'Say that an open line is no payment of anybody, with the reason',
    needs: 'payments:write',
    params: lineParams,
    body: Dismissal,
    example: { reason: '存款利息' },
    responses: { 200: StatementLine },
    refuses: ['wrong-state'],
    handle: (context, { params, body }) => dismiss(context, params, body.reason),
  }),
];
