import * as z from 'zod/mini';
import { ATTACHMENT_PREFIX } from '../../shared/env.ts';
import { id } from '../../shared/fields.ts';
import { type Context, created, type Reply, type Route, route } from '../../shared/http/route.ts';
import { newId } from '../../shared/ids.ts';
import { keys, lists } from '../../shared/keys.ts';
import { notFound, Refusal } from '../../shared/problem.ts';
import type { Item, Key } from '../../shared/table.ts';
import { linkSeconds, presigned } from '../tickets/s3.ts';
import { billPaper, billSheet } from './bill.ts';
import { papersOf } from './data.ts';
import { pageOf } from './page.ts';
import { refundPaper, refundSheet } from './refund.ts';
import { BatchQuery, Document, mostPages, NewDocument, OneDocument, paper } from './schema.ts';
import type { Sheet } from './sheet.ts';
import { sheetOf } from './words.ts';

const nothing = () =>
  new Refusal('unprocessable', {
    detail: { en: 'None of these cases has anything open.', zh: '所选催费单均无未结账单。' },
  });

/** Puts a PDF among what is thrown away after two days, and answers a link to it. */
async function stored({ actor, office, now }: Context, pdf: Buffer): Promise<string> {
  const key = `${ATTACHMENT_PREFIX.pending}/${office.tenantId}/notices/${newId('attachment', now)}.pdf`;
  const headers = { 'content-type': 'application/pdf' };
  const answer = await fetch(await presigned(actor, 'PUT', key, now, headers), {
    method: 'PUT',
    headers,
    body: new Uint8Array(pdf),
    signal: AbortSignal.timeout(10_000),
  });
  if (!answer.ok) throw new Error(`S3 answered ${answer.status}`);
  return presigned(actor, 'GET', key, now);
}

/** Sheets as one PDF behind a link. */
async function printed(context: Context, sheets: readonly Sheet[]) {
  const { now } = context;
  // 900 kB that only these routes need.
  const { pdfOf } = await import('./pdf.ts');
  const { file, missing } = await pdfOf(sheets, now);
  const url = await stored(context, file);
  const expiresAt = new Date(now + linkSeconds * 1000).toISOString();
  return { url, expiresAt, bytes: file.length, ...(missing !== '' && { missing }) };
}

async function onePaper(context: Context, sheet: Sheet): Promise<Reply> {
  const document = await printed(context, [sheet]);
  const answer = created(document.url, document);
  await context.office.commit([], answer);
  return answer;
}

/** Cases of a property at a stage, of one building of it if named: a page of the list, so a page of a building may be short. */
async function batch(context: Context, query: z.output<typeof BatchQuery>): Promise<Reply> {
  const { office, now } = context;
  const t = office.tenantId;
  const { propertyId, building, stage, kind, limit, cursor } = query;
  const { items, next } = await office.query({
    index: 'g2',
    pk: lists.dunningOfStage(t, propertyId, stage),
    limit: Math.min(limit, mostPages),
    cursor,
  });
  const chosen = building === undefined ? items : await inBuilding(context, items, building);
  const papers = await papersOf(
    office,
    chosen.map((item) => String(item.list?.id)),
    now,
    kind,
  );
  const reply = pageOf(papers.map(sheetOf));
  return { ...reply, headers: { ...reply.headers, ...(next !== undefined && { 'x-next-cursor': next }) } };
}

async function inBuilding({ office }: Context, items: readonly Item[], building: string): Promise<Item[]> {
  const wanted: Record<string, Key> = {};
  for (const { list } of items)
    wanted[String(list?.unitId)] = keys.unit(office.tenantId, String(list?.unitId));
  const units: Record<string, Item | undefined> =
    Object.keys(wanted).length > 0 ? await office.load(wanted) : {};
  return items.filter(({ list }) => units[String(list?.unitId)]?.list?.building === building);
}

const billParams = z.strictObject({ id: id('bill') });
const refundParams = z.strictObject({ id: id('refund') });

/** Papers to print, with the part to be signed for: those that dun (催费通知书), of bills (缴费通知单) and of refunds (退款通知书). */
export const routes: Route[] = [
  route({
    id: 'printNotices',
    method: 'GET',
    path: '/v1/notices',
    summary:
      'Notices of a property at a stage, of one building if named, as pages to print (HTML); `x-next-cursor` where there are more',
    needs: 'fees:read',
    query: BatchQuery,
    html: true,
    responses: { 200: null },
    handle: (context, { query }) => batch(context, query),
  }),
  route({
    id: 'printNotice',
    method: 'GET',
    path: '/v1/notices/{id}',
    summary: 'The notice of one dunning case as a page to print (HTML), with the amounts of now',
    needs: 'fees:read',
    params: z.strictObject({ id: id('dunning') }),
    query: z.strictObject({ kind: z.optional(paper) }),
    html: true,
    responses: { 200: null },
    async handle({ office, now }, { params, query }) {
      const papers = await papersOf(office, [params.id], now, query.kind);
      if (papers.length === 0) throw notFound();
      return pageOf(papers.map(sheetOf));
    },
  }),
  route({
    id: 'createNoticeDocument',
    method: 'POST',
    path: '/v1/notices',
    summary: 'Notices of dunning cases as one PDF, fonts embedded, each case on a sheet of its own',
    needs: 'fees:read',
    body: NewDocument,
    example: { cases: ['dun_01JZ0000000000000000000000'] },
    responses: { 201: Document },
    refuses: ['unprocessable'],
    async handle(context, { body }) {
      const { office, now } = context;
      await office.load({});
      const papers = await papersOf(office, [...new Set(body.cases)], now, body.kind);
      if (papers.length === 0) throw nothing();
      const document = await printed(context, papers.map(sheetOf));
      const cases = papers.map(({ caseId }) => caseId);
      const answer = created(document.url, { ...document, cases });
      await office.commit([], answer);
      return answer;
    },
  }),
  route({
    id: 'printBillNotice',
    method: 'GET',
    path: '/v1/bills/{id}/notice',
    summary:
      'The payment notice of a bill (缴费通知单), of a service order too, as a page to print (HTML) with the part to be signed (FEE-6)',
    needs: 'fees:read',
    params: billParams,
    html: true,
    responses: { 200: null },
    handle: async ({ office }, { params }) => pageOf([billSheet(await billPaper(office, params.id))]),
  }),
  route({
    id: 'createBillNoticeDocument',
    method: 'POST',
    path: '/v1/bills/{id}/notice',
    summary: 'The payment notice of a bill as a PDF, fonts embedded',
    needs: 'fees:read',
    params: billParams,
    responses: { 201: OneDocument },
    handle: async (context, { params }) =>
      onePaper(context, billSheet(await billPaper(context.office, params.id))),
  }),
  route({
    id: 'printRefundNotice',
    method: 'GET',
    path: '/v1/refunds/{id}/notice',
    summary:
      'The notice of a refund (退款通知书) as a page to print (HTML), with the part to be signed (FEE-7)',
    needs: 'fees:read',
    params: refundParams,
    html: true,
    responses: { 200: null },
    handle: async ({ office }, { params }) => pageOf([refundSheet(await refundPaper(office, params.id))]),
  }),
  route({
    id: 'createRefundNoticeDocument',
    method: 'POST',
    path: '/v1/refunds/{id}/notice',
    summary: 'The notice of a refund as a PDF, fonts embedded',
    needs: 'fees:read',
    params: refundParams,
    responses: { 201: OneDocument },
    handle: async (context, { params }) =>
      onePaper(context, refundSheet(await refundPaper(context.office, params.id))),
  }),
];
