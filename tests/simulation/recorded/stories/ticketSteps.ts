import { satisfied } from '../../../samples.ts';
import type { Town } from '../../life/town.ts';
import type { Who } from '../../service/client.ts';

const unsatisfied = { ...satisfied, outcome: 'unsatisfied', solved: false, score: 2, reason: '还在漏' };
const missing = (kind: string) => `${kind}_${'0'.repeat(26)}`;

/** Steps of tickets in every state: who may, what they lead to, and what is refused. */
export async function ticketSteps(town: Town): Promise<void> {
  await repairs(town);
  await orders(town);
  await hands(town);
  await ladder(town);
  await unreached(town);
  await callbacks(town);
  await everywhere(town);
  await ends(town);
}

const take = async (town: Town, but: Record<string, unknown> = {}): Promise<string> =>
  (await town.aside('createTicket', { but: { grade: 'general', unitId: town.mine.unt, ...but } })).id;

/** Somebody of the office in a role. */
const staff = (town: Town, id: string, ...roles: NonNullable<Who['roles']>): Who => ({
  ...town.who,
  id,
  roles,
});

/** Service orders (TICKET-6) and how it goes (TICKET-7). */
async function orders(town: Town): Promise<void> {
  const { mine } = town;
  const left = await town.aside('createStaff', { but: { email: 'left@example.com' } });
  await town.aside('removeStaff', { id: left.id });
  const id = await take(town, { handling: 'serious' });
  const dueAt = new Date(town.stage.now + 3_600_000).toISOString();
  const dispatch = (but: Record<string, unknown>, is?: number) =>
    town.ask('dispatchTicket', { id, but: { dueAt, ...but }, ...(is && { is }) });
  await dispatch({ assigneeId: left.id }, 400);
  await dispatch({ assigneeId: missing('stf') }, 400);
  await dispatch({ dueAt: new Date(town.stage.now).toISOString() }, 400);
  await dispatch({ dueAt: new Date(town.stage.now + 1).toISOString() });
  await dispatch({ given: 'spoken' });
  await town.ask('dispatchTicket', { id, as: staff(town, mine.stf, 'desk'), but: { dueAt } });
  await town.ask('noteProgress', { id, body: { note: '备件周五到' } });
  const stale = { headers: { 'if-match': '"2"' }, is: 412 };
  await town.refused('noteProgress', { id, ...stale });
  await town.refused('resolveTicket', { id, ...stale });
  await dispatch({ dueAt: new Date(town.stage.now + 7_200_000).toISOString() });
  await town.ask('resolveTicket', { id, body: { what: '换了泵' } });
  await dispatch({}, 409);
  await town.refused('noteProgress', { id, is: 409 });
  await town.refused('resolveTicket', { id, is: 409 });
  await town.refused('linkTicket', { id, but: { duplicateOf: id }, is: 409 });
  for (const step of ['dispatchTicket', 'noteProgress', 'resolveTicket', 'recordCallback', 'handOverTicket'])
    await town.refused(step, {
      id: missing('tkt'),
      ...(step === 'dispatchTicket' && { but: { dueAt: '2027-01-01T00:00:00Z' } }),
      ...(step === 'recordCallback' && { body: satisfied }),
      is: 404,
    });
}

/** Whose it is (TICKET-2); the order of somebody else stays theirs. */
async function hands(town: Town): Promise<void> {
  const { mine, who } = town;
  const id = await take(town, { handling: 'serious' });
  await town.aside('dispatchTicket', { id, but: { dueAt: '2026-08-04T16:00:00+08:00' } });
  const give = (toStaffId: string, is?: number, as = who) =>
    town.ask('handOverTicket', { id, as, body: { toStaffId, reason: '交班' }, ...(is && { is }) });
  await give(who.id, 409);
  await give(missing('stf'), 400);
  await give(mine.supervisor, undefined, staff(town, mine.supervisor, 'supervisor'));
  await give(mine.supervisor, 409);
  await give(mine.stf);
  await give(who.id);
  const { id: posted } = await town.aside('createTicket', {
    as: town.program('tickets:write'),
    but: { handling: 'critical', channel: 'api' },
  });
  await town.ask('handOverTicket', { id: posted, body: { toStaffId: mine.stf, reason: '认领' } });
}

/** One level up after the other (TICKET-4, TICKET-5); a step that is skipped is reported, whatever becomes of the ticket. */
async function ladder(town: Town): Promise<void> {
  const up = (id: string, to: string, emergency: boolean | undefined, is?: number) =>
    town.ask('escalateTicket', { id, body: { to, reason: '扬言起诉', emergency }, ...(is && { is }) });
  const id = await take(town, { handling: 'serious' });
  await up(id, 'supervisor', undefined, 422);
  await up(id, 'manager', false, 422);
  await town.refused('reportEscalation', { id, is: 409 });
  await up(id, 'lead', false);
  await up(id, 'lead', true, 422);
  await up(id, 'supervisor', undefined);
  await up(id, 'manager', true);
  await up(id, 'manager', true, 409);
  await town.refused('reportEscalation', { id, is: 409 });
  const rushed = await take(town, { handling: 'critical', propertyId: town.mine.prp });
  await town.ask('escalateTicket', { id: rushed, as: staff(town, town.mine.supervisor, 'supervisor') });
  await up(rushed, 'manager', true);
  await town.ask('withdrawTicket', { id: rushed });
  await up(rushed, 'manager', true, 409);
  await town.ask('reportEscalation', { id: rushed });
  const program = town.program('tickets:escalate');
  const other = await take(town);
  await town.ask('escalateTicket', {
    id: other,
    as: program,
    body: { to: 'manager', reason: '火', emergency: true },
  });
}

/** What a customer says (CALLBACK-3, CALLBACK-5); a complaint closes by a signature only. */
async function callbacks(town: Town): Promise<void> {
  const say = (id: string, body: unknown, is?: number) =>
    town.ask('recordCallback', { id, body, ...(is && { is }) });
  const id = await take(town, { grade: 'major' });
  await say(id, satisfied, 409);
  await town.aside('dispatchTicket', { id, but: { dueAt: '2026-08-04T16:00:00+08:00' } });
  await town.aside('resolveTicket', { id });
  for (const bad of [
    { ...satisfied, solved: false },
    { ...satisfied, score: 11 },
    { ...satisfied, score: 0 },
    { ...satisfied, score: 9.5 },
    { ...satisfied, method: 'link' },
    { ...unsatisfied, reason: undefined },
    { ...satisfied, reason: 'x' },
    { outcome: 'silent' },
    { outcome: 'decided', decision: 'close', reason: '' },
  ])
    await say(id, bad, 400);
  await say(id, { ...satisfied, note: '未签字' });
  await say(id, { ...unsatisfied, method: 'visit', note: '很生气' });
  await say(id, unsatisfied, 409);
  town.at('2026-08-07 18:00');
  // Done again, too late, and good in the end; by somebody who may not decide.
  await town.ask('resolveTicket', { id, body: { what: '重做', cause: 'workmanship' } });
  await say(id, { outcome: 'decided', decision: 'reopen', reason: '再看' }, 409);
  await town.ask('makeConfirmationLink', { id });
  await say(id, unsatisfied);
  const enquiry = await take(town, { kind: 'enquiry', grade: undefined });
  await town.aside('resolveTicket', { id: enquiry });
  await say(enquiry, { ...satisfied, method: 'visit' });
  await say(enquiry, satisfied);
  await say(enquiry, satisfied, 409);
}

/** Nobody is ever reached: it is for the supervisor to decide (CALLBACK-6). */
async function unreached(town: Town): Promise<void> {
  const { mine } = town;
  const lead = staff(town, mine.supervisor, 'desk', 'supervisor');
  const desk = staff(town, mine.stf, 'desk', 'engineer');
  const program = town.program('callbacks:write');
  const call = (id: string, body: unknown, as: Who = town.who, is?: number) =>
    town.ask('recordCallback', { id, as, body, ...(is && { is }) });
  const tries = async (id: string) => {
    await town.aside('resolveTicket', { id });
    for (const note of [undefined, '无人接听', undefined])
      await town.aside('recordCallback', { id, body: { outcome: 'unreached', method: 'phone', note } });
  };
  const decided = (decision: string) => ({ outcome: 'decided', decision, reason: '多次未联系上' });
  const id = await take(town);
  await town.aside('resolveTicket', { id });
  await call(id, { outcome: 'unreached', method: 'visit' });
  await call(id, { outcome: 'unreached', method: 'phone', note: '无人接听' }, desk);
  await call(id, { outcome: 'unreached', method: 'phone' }, program);
  await call(id, { outcome: 'unreached', method: 'phone' }, town.who, 409);
  await call(id, decided('keepTrying'), desk, 403);
  await call(id, decided('keepTrying'), program, 403);
  await call(id, decided('keepTrying'), lead);
  await call(id, decided('setAside'), lead, 409);
  const again = await take(town, { grade: 'major' });
  await tries(again);
  await call(again, decided('reopen'), staff(town, town.who.id, 'desk', 'manager'));
  await tries(again);
  await call(again, decided('setAside'));
  await town.refused('withdrawTicket', { id: again, is: 409 });
  // Who comes by all the same is heard; while the supervisor still decides, too.
  await call(again, { ...satisfied, method: 'phone' });
  await call(again, unsatisfied);
  await tries(again);
  await call(again, unsatisfied);
}

/** Of repairs a share is called back (CALLBACK-8); who comes by all the same is heard. */
async function repairs(town: Town): Promise<void> {
  await town.aside('putPolicy', {
    body: { effectiveFrom: '2026-08-03', callbacks: { repairSharePercent: 50 } },
  });
  const ids = [];
  for (let n = 0; n < 6; n++) {
    const but = { kind: 'repair', grade: undefined, urgent: n !== 1, handling: n ? 'simple' : 'serious' };
    const { id, dueAt } = await town.aside('createTicket', { but });
    if (n === 1) await town.aside('dispatchTicket', { id, but: { dueAt: '2026-08-04T16:00:00+08:00' } });
    // In time to the last moment.
    if (n === 0) town.stage.now = Date.parse(dueAt);
    ids.push({ id, ...(await town.ask('resolveTicket', { id })) });
  }
  const [unasked, other] = ids.filter(({ status }) => status === 'unconfirmed');
  const asked = ids.find(({ status }) => status === 'resolved');
  const say = (id: string, body: unknown, is?: number) =>
    town.ask('recordCallback', { id, body, ...(is && { is }) });
  await say(unasked.id, { outcome: 'unreached', method: 'phone' }, 409);
  await say(unasked.id, unsatisfied);
  await say(other.id, { ...satisfied, method: 'visit' });
  await say(other.id, unsatisfied);
  await say(asked.id, satisfied);
}

/** What is open beside the way from state to state: reports wherever a step was skipped, files, hands, the ladder. */
async function everywhere(town: Town): Promise<void> {
  const { mine } = town;
  const skipped = async () => {
    const id = await take(town, { kind: 'enquiry', grade: undefined });
    await town.aside('escalateTicket', { id, body: { to: 'manager', reason: '火', emergency: true } });
    return id;
  };
  const report = (id: string) => town.ask('reportEscalation', { id });
  const attach = async (id: string) => {
    const png = Buffer.from('89504e470d0a1a0a', 'hex');
    const body = { name: 'a.png', contentType: 'image/png', size: png.length };
    const one = await town.aside('addAttachment', { id, body });
    town.stage.rig.bucket.put(new URL(one.url).pathname.slice(1), 'image/png', png);
    await town.ask('completeAttachment', { params: { id, attachmentId: one.id } });
  };
  const say = (id: string, body: unknown) => town.aside('recordCallback', { id, body });
  const closed = await skipped();
  const linked = await skipped();
  await town.aside('linkTicket', { id: linked, body: { duplicateOf: closed } });
  await report(linked);
  await town.aside('resolveTicket', { id: closed });
  await say(closed, satisfied);
  await report(closed);
  await town.ask('linkTicket', { id: await skipped(), body: { duplicateOf: closed }, is: 422 });
  const set = await skipped();
  await town.aside('resolveTicket', { id: set });
  for (let n = 0; n < 3; n++) await say(set, { outcome: 'unreached', method: 'phone' });
  await say(set, { outcome: 'decided', decision: 'setAside', reason: '多次未联系上' });
  await report(set);
  await attach(set);
  await town.ask('makeConfirmationLink', { id: set });
  const resolved = await skipped();
  await town.aside('resolveTicket', { id: resolved });
  await report(resolved);
  await attach(resolved);
  await town.ask('handOverTicket', { id: resolved, body: { toStaffId: mine.stf, reason: '交班' } });
  await town.ask('withdrawTicket', { id: resolved });
  const again = await take(town);
  await town.aside('resolveTicket', { id: again });
  await town.ask('escalateTicket', { id: again });
  await say(again, unsatisfied);
  for (const step of ['escalateTicket', 'handOverTicket'] as const)
    await town.ask(step, {
      id: again,
      but: step === 'handOverTicket' ? { toStaffId: mine.stf } : { to: 'supervisor' },
    });
  await town.ask('noteProgress', { id: again });
  await attach(again);
  await town.ask('dispatchTicket', { id: again, but: { dueAt: '2027-01-01T00:00:00Z' } });
  await attach(again);
}

/** Taken back, or the same matter as another. */
async function ends(town: Town): Promise<void> {
  const [a, b, c] = [await take(town), await take(town, { handling: 'serious' }), await take(town)];
  const link = (id: string, duplicateOf: string, is?: number) =>
    town.ask('linkTicket', { id, body: { duplicateOf }, ...(is && { is }) });
  await link(a, a, 400);
  await link(a, missing('tkt'), 400);
  await link(b, a);
  await link(c, b, 422);
  await link(c, a);
  await link(c, a, 409);
  await town.ask('getTicket', { id: a });
  await town.ask('withdrawTicket', { id: a });
  await link(await take(town), a, 422);
  await town.refused('withdrawTicket', { id: a, is: 409 });
  await town.refused('handOverTicket', { id: b, body: { toStaffId: town.mine.stf, reason: 'x' }, is: 409 });
}
