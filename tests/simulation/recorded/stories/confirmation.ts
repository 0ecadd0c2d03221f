import { secret } from '../../../../functions/tickets/case.ts';
import { makeToken } from '../../../../functions/tickets/token.ts';
import { confirmed } from '../../../samples.ts';
import type { Town, Wish } from '../../life/town.ts';

/** All that the page asks (CALLBACK-3). */
const happy = { ...confirmed, name: '张伟' };

/** The customer's own word by a one-time link: what it is good for, for how long, and what the page says otherwise. */
export async function confirmation(town: Town): Promise<void> {
  const done = async (but: Record<string, unknown> = {}) => {
    const { id } = await town.aside('createTicket', { but: { grade: 'general', ...but } });
    await town.aside('resolveTicket', { id, body: { what: '<已修> & "好"\n第二行' } });
    return id as string;
  };
  const linkTo = async (id: string): Promise<Wish> => {
    const { url } = await town.aside('makeConfirmationLink', { id });
    return to(url.split('/c/')[1]);
  };
  const look = (wish: Wish) => town.ask('confirmationPage', wish);
  const say = (wish: Wish, form: Record<string, string>) => town.ask('confirm', { ...wish, form });

  const id = await done({ title: "<b>'停水'</b>" });
  await town.ask('makeConfirmationLink', { id });
  const first = await linkTo(id);
  await look(first);
  // A newer link takes the place of one before.
  const link = await linkTo(id);
  await look({ ...first, is: 410 });
  await say({ ...first, is: 410 }, happy);
  await unknown(town, link);
  await incomplete(town, link);
  const suspend = (how: 'suspendTenant' | 'reactivateTenant') =>
    town.aside(how, { as: town.operator, id: town.who.tenantId ?? '' });
  await suspend('suspendTenant');
  await look({ ...link, is: 403 });
  await say({ ...link, is: 403 }, happy);
  await say({ ...link, is: 403 }, {});
  await suspend('reactivateTenant');
  await say(link, { ...happy, note: ' ', name: ' 张伟 ', other: 'is left out' });
  await say({ ...link, is: 410 }, happy);
  await look({ ...link, is: 410 });

  // "Satisfied, but not solved" closes nothing (TICKET-10).
  await say(await linkTo(await done()), { ...happy, solved: 'no', score: '1', note: '还在漏' });
  await say(await linkTo(await done()), { ...happy, satisfied: 'no', attitude: 'poor', quality: 'poor' });
  await say(await linkTo(await done()), { ...happy, charged: 'yes', cashTaken: 'yes' });
  // Done again, withdrawn or over: the link is good no more.
  const withdrawn = await done();
  const dead = await linkTo(withdrawn);
  await town.aside('withdrawTicket', { id: withdrawn });
  await look({ ...dead, is: 410 });
  await say({ ...dead, is: 410 }, happy);
  // Seven days, to the second.
  const late = await done({ kind: 'repair', grade: undefined });
  const asked = town.stage.now;
  const old = await linkTo(late);
  const week = 7 * 86_400_000;
  town.stage.now = asked + week - 1;
  await look(old);
  town.stage.now = asked + week;
  await look({ ...old, is: 410 });
  await say({ ...old, is: 410 }, happy);
  await town.refused('makeConfirmationLink', { id: withdrawn, is: 409 });
  await town.refused('makeConfirmationLink', { id: `tkt_${'0'.repeat(26)}`, is: 404 });
}

const to = (token = ''): Wish => ({ params: { token }, as: undefined });

/** What is no link of ours. */
async function unknown(town: Town, { params }: Wish): Promise<void> {
  const token = params?.token ?? '';
  const end = token.endsWith('A') ? 'B' : 'A';
  const forged = [
    'x',
    `${token}A`,
    token.slice(0, -1) + end,
    `0${token.slice(1)}`,
    token.replace(/^.{26}/, '0'.repeat(26)),
    `x${token}`,
  ];
  // Signed as ours, yet of a ticket that is not there.
  const gone = makeToken(secret(), town.who.tenantId ?? '', `tkt_${'0'.repeat(26)}`, Buffer.alloc(16));
  await town.ask('confirmationPage', { ...to(gone), is: 404 });
  await town.ask('confirm', { ...to(gone), form: happy, is: 404 });
  for (const one of forged) await town.ask('confirmationPage', { ...to(one), is: 404 });
  await town.ask('confirm', { ...to('x'), form: happy, is: 404 });
  await town.refused('confirmationPage', { ...to('x'.repeat(201)), is: 404 });
}

/** Each question has to be answered; what was said is asked for again. */
async function incomplete(town: Town, link: Wish): Promise<void> {
  const forms: Record<string, string>[] = [
    { ...happy, name: '\u0007' },
    { ...happy, '\u0007': 'x' },
    { ...happy, name: ' ' },
    { ...happy, score: '0' },
    { ...happy, score: '11' },
    { ...happy, score: '1x' },
    { ...happy, charged: 'maybe' },
    { ...happy, attitude: 'great' },
    { ...happy, name: 'n'.repeat(81) },
    { ...happy, note: 'n'.repeat(1001) },
    ...Object.keys(happy).map((name) => ({ ...happy, [name]: '' })),
  ];
  for (const form of forms) await town.refused('confirm', { ...link, form });
  const csv = 'solved=yes';
  await town.refused('confirm', { ...link, csv, headers: { 'content-type': 'text/plain' }, is: 415 });
}
