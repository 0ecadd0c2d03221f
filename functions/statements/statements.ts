import * as z from 'zod/mini';
import { cursor, id, limit, page } from '../../shared/fields.ts';
import { append, noHistory } from '../../shared/history.ts';
import { type Context, created, ok, type Reply, type Route, route } from '../../shared/http/route.ts';
import { keys, lists } from '../../shared/keys.ts';
import { notFound, Refusal } from '../../shared/problem.ts';
import type { Item, Write } from '../../shared/table.ts';
import { booked, whoOf } from '../payments/book.ts';
import { loadCase, patiently, wrongState } from '../payments/case.ts';
import { namedPayment, paymentOf, shownPayment } from '../payments/model.ts';
import { Payment } from '../payments/schema.ts';
import { importStatement, shownStatement } from './import.ts';
import { type BankLine, lineItem, lineOf, shownLine } from './line.ts';
import { bookedAs, postedAs } from './posted.ts';
import {
  Assignment,
  BankStatement,
  Dismissal,
  ImportedStatement,
  lineStates,
  mappingName,
  StatementLine,
} from './schema.ts';

/** Lambda takes 6 MB, and the gateway hands binary bodies on in base64. */
const maxBytes = 4_000_000;

const params = z.strictObject({ id: id('statement') });
const lineParams = z.strictObject({ id: id('statement'), line: id('statementLine') });
type LineParams = z.output<typeof lineParams>;

async function statementThere({ office }: Context, statementId: string) {
  const { item } = await office.load({ item: keys.statement(office.tenantId, statementId) });
  if (item?.et !== 'statement') throw notFound();
  return shownStatement(item);
}

/** A line that waits for a person. Throws where it is not of this statement, or was decided. */
function openLine(item: Item | undefined, { id }: LineParams): BankLine {
  if (item?.et !== 'statementLine' || item.list?.statementId !== id) throw notFound();
  const line = lineOf(item);
  if (line.state === 'open') return line;
  throw wrongState(
    'This line is decided: booked money is moved or reversed as a payment (FEE-3).',
    '该行已处理；已入账款项请转付款人或冲销（FEE-3）。',
    [],
  );
}

/** A person says whose money a line is: it is booked as if it had been matched, or is the payment that was posted meanwhile. */
async function assign(context: Context, of: LineParams, body: z.output<typeof Assignment>): Promise<Reply> {
  const { office } = context;
  const t = office.tenantId;
  const lineId = of.line;
  const key = keys.statementLine(t, lineId);
  const { serial } = openLine((await office.load({ line: key })).line, of);
  return patiently(async () => {
    const also = {
      line: key,
      ...(serial !== undefined && { named: keys.payment(t, namedPayment(t, serial)) }),
    };
    const there = await loadCase(context, body, { also });
    const line = openLine(there.items.line, of);
    const { unitId, payerId } = body;
    const { why: _, version, ...rest } = line;
    const decided = (by: 'payment' | 'person', paymentId: string): Write => ({
      put: lineItem(t, { ...rest, state: 'booked', by, unitId, payerId, paymentId, version: version + 1 }),
      expect: { version },
    });
    const { named } = there.items;
    const posted = postedAs(named, line);
    if (posted && named) {
      const { paymentId } = posted;
      if (posted.unitId !== unitId || posted.payerId !== payerId) throw anothers(paymentId);
      const payment = paymentOf(named);
      const answer = ok(shownPayment(payment), payment.version);
      await office.commit([decided('payment', paymentId)], answer);
      return answer;
    }
    const { payment, writes } = booked(whoOf(context), there.account, {
      ...bookedAs(t, lineId, serial, named),
      amount: line.amount,
      method: line.method,
      receipt: there.numbers.next(),
      stated: body.allocations,
      paidOn: line.day,
    });
    const answer = created(`/v1/payments/${payment.id}`, shownPayment(payment), payment.version);
    await office.commit([decided('person', payment.id), ...writes, there.numbers.write], answer);
    return answer;
  });
}

const anothers = (paymentId: string) =>
  new Refusal('conflict', {
    detail: {
      en: `This money was posted as payment ${paymentId}, of another unit or payer: that payment is moved, if it is wrong (FEE-3).`,
      zh: `该款项已记为缴费记录 ${paymentId}，房屋或付款人不同；如有误，请转该缴费记录（FEE-3）。`,
    },
    extra: { paymentId },
  });

/** A person says that a line is no money of any payer (interest, the office's own transfer). */
async function dismiss(context: Context, of: LineParams, reason: string): Promise<Reply> {
  const { office } = context;
  const t = office.tenantId;
  const lineId = of.line;
  return patiently(async () => {
    const { item } = await office.load({ item: keys.statementLine(t, lineId) });
    const line = openLine(item, of);
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
    path: '/v1/statements/{id}/lines/{line}/assign',
    summary:
      'Say whose money an open line is: it is booked as a payment, unless it was posted meanwhile by the line’s number; then it is that one',
    needs: 'payments:write',
    params: lineParams,
    body: Assignment,
    example: { unitId: 'unt_01JZ0000000000000000000000', payerId: 'cus_01JZ0000000000000000000000' },
    // 200: the payment that was posted with the line's number as its externalId; 409: that is another payer's.
    responses: { 200: Payment, 201: Payment },
    refuses: ['wrong-state', 'conflict'],
    handle: (context, { params, body }) => assign(context, params, body),
  }),
  route({
    id: 'dismissStatementLine',
    method: 'POST',
    path: '/v1/statements/{id}/lines/{line}/dismiss',
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
