import * as z from 'zod/mini';
import { type Actor, actorRef } from '../../shared/actor.ts';
import { line, prose } from '../../shared/fields.ts';
import { form } from '../../shared/forms.ts';
import { textProblem } from '../../shared/http/input.ts';
import { type Context, type Reply, type Route, route } from '../../shared/http/route.ts';
import { keys } from '../../shared/keys.ts';
import { officeOf } from '../../shared/office.ts';
import { Refusal } from '../../shared/problem.ts';
import { retryStale } from '../../shared/table.ts';
import { localText } from '../../shared/time/index.ts';
import { type Acting, type Case, fieldOf, loadCase, run, secret } from '../tickets/case.ts';
import { openSteps } from '../tickets/draft.ts';
import { answers } from '../tickets/life.ts';
import type { Callback } from '../tickets/model.ts';
import { hashOf, readToken } from '../tickets/token.ts';
import { formPage, gonePage, pausedPage, thanksPage, unknownPage } from './page.ts';

const params = z.strictObject({ token: z.string().check(z.maxLength(200)) });

const yesNo = z.pipe(
  z.enum(['yes', 'no']),
  z.transform((answer) => answer === 'yes'),
);

/** What the customer answers (CALLBACK-3); the typed name is the signature. */
const Answers = z.object({
  solved: yesNo,
  satisfied: yesNo,
  attitude: z.enum(answers),
  quality: z.enum(answers),
  charged: yesNo,
  cashTaken: yesNo,
  score: z.pipe(
    z.string().check(form(/^([1-9]|10)$/, 'A number from 1 to 10.', '须为 1 至 10 的整数。')),
    z.transform(Number),
  ),
  note: z.optional(prose(1000)),
  name: line(80),
});

/** Whoever holds a link made here acts as the customer of that ticket, in that office, for this one thing. */
function actingBy(context: Context, token: string): (Acting & { ticketId: string }) | undefined {
  const read = readToken(secret(), token);
  if (!read) return undefined;
  const actor: Actor = { kind: 'customer', tenantId: read.tenantId, id: read.ticketId };
  const { requestId, now } = context;
  return { actor, requestId, now, office: officeOf(actor), ticketId: read.ticketId };
}

const alsoRead = (acting: Acting) => ({ office: keys.office(acting.office.tenantId) });

/** Throws `gone` unless the link is the ticket's present one, unused and in time; `tenant-suspended` while that holds. */
function checkLink({ ticket, items }: Case, token: string, now: number): void {
  const { link } = ticket;
  const good = link !== undefined && link.hash === hashOf(token) && Date.parse(link.expiresAt) > now;
  if (!good || !openSteps(ticket).includes('confirmationLink')) throw new Refusal('gone');
  const status = fieldOf(items.office, 'status');
  if (status !== undefined && status !== 'active') throw new Refusal('tenant-suspended');
}

async function checkedCase(acting: Acting & { ticketId: string }, token: string): Promise<Case> {
  const found = await retryStale(() => loadCase(acting, acting.ticketId, alsoRead(acting)));
  checkLink(found, token, acting.now);
  return found;
}

/** What the link is not good for, as a page instead of a problem document. */
async function withPages(work: () => Promise<Reply>): Promise<Reply> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.code === 'gone' || error.code === 'wrong-state') return gonePage();
    if (error.code === 'not-found') return unknownPage();
    if (error.code === 'tenant-suspended') return pausedPage();
    throw error;
  }
}

const about = ({ ticket, schedule }: Case) => ({
  title: ticket.title,
  what: ticket.resolution?.what ?? '',
  when: ticket.resolution ? localText(Date.parse(ticket.resolution.at), schedule.zone) : '',
});

/** The form's answers; undefined if incomplete. */
function answersOf(raw: Buffer) {
  const text = raw.toString();
  const given = [...new URLSearchParams(text)].filter(([, value]) => value.trim() !== '');
  if (given.some(([name, value]) => textProblem(name) || textProblem(value))) return undefined;
  const result = Answers.safeParse(Object.fromEntries(given));
  return result.success ? result.data : undefined;
}

/** The customer's own word by a one-time link (客户确认): closes the ticket or opens it again, as a callback does. */
export const routes: Route[] = [
  route({
    id: 'confirmationPage',
    method: 'GET',
    path: '/c/{token}',
    summary: 'The customer\u2019s page behind a one-time link (HTML); looking at it uses nothing up',
    needs: 'public',
    html: true,
    params,
    responses: { 200: null, 403: null, 404: null, 410: null },
    handle: (context, { params }) =>
      withPages(async () => {
        const acting = actingBy(context, params.token);
        if (!acting) return unknownPage();
        return formPage(about(await checkedCase(acting, params.token)));
      }),
  }),
  route({
    id: 'confirm',
    method: 'POST',
    path: '/c/{token}',
    summary: 'The customer\u2019s answers from that page; the link is used up',
    needs: 'public',
    html: true,
    params,
    rawBody: { types: ['application/x-www-form-urlencoded'], maxBytes: 16 * 1024 },
    responses: { 200: null, 400: null, 403: null, 404: null, 410: null },
    handle: (context, { params, raw }) =>
      withPages(async () => {
        const acting = actingBy(context, params.token);
        if (!acting) return unknownPage();
        const given = answersOf(raw);
        if (!given) {
          return formPage(about(await checkedCase(acting, params.token)), true);
        }
        const { name, satisfied, ...record } = given;
        // "Satisfied, but not solved" is not what closes a ticket (TICKET-10).
        const done = satisfied && record.solved;
        const at = new Date(context.now).toISOString();
        const callback: Callback = {
          ...record,
          outcome: done ? 'satisfied' : 'unsatisfied',
          method: 'link',
          ...(!done && { reason: record.note ?? '' }),
          signature: { name, confirmedAt: at },
          at,
          by: actorRef(acting.actor),
        };
        return run(
          acting,
          acting.ticketId,
          (found) => {
            checkLink(found, params.token, context.now);
            return { step: 'callback', callback };
          },
          { extra: alsoRead(acting), reply: () => thanksPage(done) },
        );
      }),
  }),
];
