import { satisfied } from '../../../samples.ts';
import type { Town } from '../town.ts';

const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(92, 1)]);

const asked = { attitude: 'good', quality: 'fair', charged: false, cashTaken: false } as const;

/** Contacts of every kind from their coming in to their end. */
export async function tickets(town: Town): Promise<void> {
  const { mine } = town;
  const contact = async (but: Record<string, unknown> = {}): Promise<string> => {
    const { id } = await town.ask('createTicket', {
      but: { unitId: mine.unt, reporter: { customerId: mine.cus }, ...but },
    });
    mine.tkt = id;
    return id;
  };
  const dispatch = (id: string) =>
    town.ask('dispatchTicket', { id, but: { dueAt: '2026-08-20T16:00:00+08:00' } });
  const callback = (id: string, body: unknown) => town.ask('recordCallback', { id, body });

  const first = await contact({ grade: 'general' });
  await town.ask('listTickets');
  await town.ask('listTickets', { query: { propertyId: mine.prp } });
  await town.ask('listTickets', { query: { view: 'unfinished' } });
  await town.ask('getTicket', { id: first });
  await town.ask('listTicketEvents', { id: first });
  await dispatch(first);
  await town.ask('noteProgress', { id: first });
  await town.ask('handOverTicket', { id: first, but: { toStaffId: mine.supervisor } });
  await town.ask('escalateTicket', { id: first });
  await town.ask('escalateTicket', {
    id: first,
    body: { to: 'manager', reason: '业主情绪激动', emergency: true },
  });
  await town.ask('reportEscalation', { id: first });
  const upload = await town.ask('addAttachment', {
    id: first,
    body: { name: 'a.png', contentType: 'image/png', size: png.length },
  });
  const file = new URL(upload.url).pathname.slice(1);
  town.stage.rig.bucket.put(file, 'image/png', png);
  const params = { id: first, attachmentId: upload.id };
  await town.ask('completeAttachment', { params });
  mine.att = upload.id;
  await town.ask('getAttachment', { params });
  await town.ask('resolveTicket', { id: first });
  await callback(first, { outcome: 'unreached', method: 'phone' });
  await callback(first, {
    outcome: 'unsatisfied',
    method: 'phone',
    ...asked,
    solved: false,
    score: 3,
    reason: '又坏了',
  });
  await town.settle();
  await town.ask('resolveTicket', { id: first });
  await town.ask('recordCallback', { id: first });
  await town.settle();

  for (const answers of ['yes', 'no']) {
    const id = await contact();
    await dispatch(id);
    await town.ask('resolveTicket', { id });
    const { url } = await town.ask('makeConfirmationLink', { id });
    const link = { params: { token: url.split('/c/')[1] }, as: undefined };
    await town.ask('confirmationPage', link);
    const form = {
      solved: answers,
      satisfied: answers,
      attitude: 'good',
      quality: 'good',
      charged: 'no',
      cashTaken: 'no',
      score: '8',
      name: '张伟',
    };
    // Used up it says so, whoever it was that used it.
    await town.ask('confirm', { ...link, form, or: 410 });
    await town.settle();
  }
  const repair = await contact({ kind: 'repair', grade: undefined });
  await town.ask('resolveTicket', { id: repair });
  await callback(repair, satisfied);
  const other = await contact();
  const same = await contact();
  await town.ask('linkTicket', { id: same, but: { duplicateOf: other } });
  await town.ask('withdrawTicket', { id: other });
  // By a program that names its own.
  const program = town.program('tickets:write');
  await town.ask('createTicket', { as: program, but: { channel: 'api' } });
  await contact({ grade: 'major' });
  await contact({ kind: 'enquiry', grade: undefined });
  await town.settle();
}

/** What is owed is told, step by step, by day and in the morning; what is left in the evening is signed. */
export async function promises(town: Town): Promise<void> {
  const { mine } = town;
  const propertyId = mine.prp;
  const { items } = await town.ask('listObligations', { query: { view: 'property', propertyId } });
  await town.ask('listObligations');
  const [owed] = items;
  await town.ask('getObligation', { params: { objectId: owed.objectId, id: owed.id } });
  for (const day of ['2026-08-05', '2026-08-06', '2026-08-07', '2026-08-12', '2026-08-14', '2026-08-20']) {
    await town.pass(day);
    town.at(`${day} 18:30`);
    await town.schedule({ kind: 'endOfDay', zone: 'Asia/Shanghai' });
    await town.work();
    await town.settle();
    if (day === '2026-08-06')
      await town.ask('putCalendar', { body: { base: 'cn', extraRest: ['2026-08-13'] } });
  }
  const days = await town.ask('listDayEnds', { query: { propertyId } });
  const { id } = days.items[0];
  await town.ask('getDayEnd', { id });
  await town.ask('signDayEnd', { id });
  await town.ask('signDayEnd', { id, body: { as: 'supervisor' }, is: 403 });
  const supervisor = {
    kind: 'staff',
    id: mine.supervisor,
    tenantId: town.who.tenantId ?? '',
    roles: ['supervisor'],
  } as const;
  await town.ask('signDayEnd', { id, as: supervisor, body: { as: 'supervisor' } });
  const inbox = await town.ask('listInbox');
  await town.ask('listInbox', { query: { unread: 'true' } });
  await town.ask('readMessage', { id: inbox.items[0].id });
  await town.ask('readAllMessages');
  await town.settle();
}
