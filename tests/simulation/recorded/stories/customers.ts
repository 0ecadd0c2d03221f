import type { Town } from '../../life/town.ts';
import { absent, inParts, pages } from './parts.ts';

/** Files of customers, who looks at them (CUST-1), and what may be told on the phone (TICKET-13). */
export const customers = inParts({ files, specimens, erased, looks });

async function files(town: Town): Promise<void> {
  const { mine } = town;
  const create = async (but: Record<string, unknown> = {}) =>
    (await town.ask('createCustomer', { but })).id as string;
  for (const phone of ['87654321', '8765432', '0571-876543', '95588']) {
    await town.ask('changeCustomer', { id: mine.cus, body: { phones: [phone, '13900000000'] } });
    await create({ name: '张敏', phones: [phone], kind: 'tenant' });
  }
  const bare = { kind: undefined, phones: undefined, emergencyContact: undefined };
  const id = await create({ name: ' 欧阳修 ', ...bare, emails: ['a@example.com'], note: '两处\n住址' });
  await town.refused('createCustomer', { but: { unitId: absent('unt') } });
  await town.refused('createCustomer', { but: { unitId: `unt_${mine.prp.slice(4)}` } });
  await town.refused('createCustomer', {
    but: {
      name: '',
      kind: 'guest',
      phones: ['12', '1380000000x'],
      emails: ['a@', 'b'],
      emergencyContact: { phone: '1' },
      note: '',
    },
  });
  await town.refused('createCustomer', {
    but: { phones: Array(6).fill('13800000000'), emails: Array(6).fill('a@example.com') },
  });
  await pages(town, 'listCustomers', { query: { unitId: mine.unt } });
  await pages(town, 'listCustomers', { query: { name: '张敏' } }, 3);
  await town.ask('listCustomers', { query: { unitId: mine.unt, name: '欧阳' } });
  await town.ask('listCustomers', { query: { unitId: absent('unt') } });
  await town.ask('listCustomers', { query: { name: '赵无极' } });
  await town.refused('listCustomers', { query: { name: '' } });
  const other = (await town.ask('createUnit', { but: { number: '1202' } })).id;
  const change = (body: unknown) => town.ask('changeCustomer', { id, body });
  await change({ unitId: other, kind: 'agent' });
  await change({ phones: ['13700000000'], emergencyContact: { name: '李', phone: '13600000000' } });
  await change({ note: null, emergencyContact: null, phones: [], emails: [] });
  await change({ archived: true, name: '欧阳询' });
  await town.ask('listCustomers', { query: { unitId: other } });
  await town.ask('listCustomers', { query: { name: '欧阳' } });
  await change({ archived: false });
  await town.refused('changeCustomer', { id, body: { unitId: absent('unt') } });
  await town.refused('changeCustomer', { id, body: { unitId: `unt_${mine.prp.slice(4)}`, kind: null } });
  await town.refused('changeCustomer', { id, body: { name: 'x' }, headers: { 'if-match': '"1"' }, is: 412 });
  await town.refused('changeCustomer', { id: absent('cus'), body: { name: 'x' }, is: 404 });
}

/** A ticket with a photo, and one that nobody has finished uploading. */
export async function papers(town: Town): Promise<void> {
  const { mine } = town;
  const { id } = await town.ask('createTicket', { but: { grade: 'general' } });
  const upload = async (name: string) => {
    const body = { name, contentType: 'image/png', size: 8 };
    const { id: attachmentId, url } = await town.ask('addAttachment', { id, body });
    const key = new URL(url).pathname.slice(1);
    town.stage.rig.bucket.put(key, 'image/png', Buffer.from('89504e470d0a1a0a', 'hex'));
    return attachmentId as string;
  };
  mine.tkt = id;
  mine.att = await upload('a.png');
  await town.ask('completeAttachment', { params: { id, attachmentId: mine.att } });
  await upload('b.png');
}

/** Specimens of signatures are attachments of tickets; what is none is refused. */
async function specimens(town: Town): Promise<void> {
  const { cus: id, tkt, att: kept } = town.mine;
  const pending = [...town.stage.rig.table.items()].find(
    ({ et, list }) => et === 'attachment' && !list?.kept,
  );
  const specimen = (ticketId?: string, attachmentId?: string) => ({
    name: '张敏',
    ...(ticketId && { specimenTicketId: ticketId }),
    ...(attachmentId && { specimenAttachmentId: attachmentId }),
  });
  for (const one of [specimen(tkt), specimen(undefined, kept), specimen(absent('tkt'), kept)])
    await town.refused('changeCustomer', { id, body: { signatories: [specimen(tkt, kept), one] } });
  const signatories = [
    { ...specimen(tkt, kept), validUntil: '2027-08-03' },
    specimen(),
    specimen(tkt),
    specimen(undefined, kept),
    specimen(tkt, String(pending?.list?.id)),
    specimen(absent('tkt'), kept),
  ];
  await town.refused('createCustomer', { but: { signatories: signatories.slice(1) } });
  await town.refused('createCustomer', { but: { signatories } });
  await town.refused('changeCustomer', { id, body: { signatories: signatories.slice(1) } });
  await town.ask('createCustomer', { but: { name: '王五', signatories: signatories.slice(0, 2) } });
  await town.ask('changeCustomer', { id, body: { signatories: signatories.slice(0, 2) } });
  await town.refused('changeCustomer', { id, body: { signatories: [{ validUntil: '2027-02-29' }] } });
}

/** Whose file was erased gets a new one. */
async function erased(town: Town): Promise<void> {
  const { id } = await town.ask('createCustomer', { but: { name: '韩梅梅' } });
  await town.ask('eraseCustomer', { id });
  await town.refused('changeCustomer', { id, body: { name: '韩梅梅' }, is: 409 });
}

async function looks(town: Town): Promise<void> {
  const { mine, who } = town;
  const id = mine.cus;
  const program = town.program('customers:read');
  const supervisor = { ...who, id: mine.supervisor, roles: ['supervisor'] as const };
  const look = (purpose: string, as = who) => town.ask('getCustomer', { id, query: { purpose }, as });
  const onThePhone = (as = who) =>
    town.refused('getCustomer', { id, query: { purpose: 'phone' }, as, is: 409 });
  const check = (but: Record<string, unknown> = {}, as = who) =>
    town.ask('recordDisclosure', { id, but, as });
  await look('counter');
  await look('service', program);
  await onThePhone(supervisor);
  await onThePhone(program);
  await check({ result: 'refused', caller: { name: '自称张伟' } }, supervisor);
  await onThePhone(supervisor);
  const checked = town.stage.now;
  await check({ asked: ['房号'] }, supervisor);
  town.stage.now = checked + 15 * 60_000;
  await look('phone', supervisor);
  await onThePhone(supervisor);
  await check();
  await check({ result: 'refused' });
  await onThePhone();
  const none = absent('cus');
  await town.refused('getCustomer', { id: none, query: { purpose: 'other' }, is: 404 });
  await town.refused('getCustomer', { id: none, query: { purpose: 'phone' }, is: 404 });
  await town.refused('getCustomer', { id, query: { purpose: 'curiosity' } });
  await town.refused('getCustomer', { id });
  await town.refused('recordDisclosure', { id: none, is: 404 });
  await town.refused('recordDisclosure', {
    id,
    body: { caller: { phone: '1' }, asked: [], evidence: '', result: 'maybe' },
  });
  await town.refused('recordDisclosure', { id, but: { asked: Array(11).fill('房号'), evidence: undefined } });
  await pages(town, 'listDisclosures', { id });
  await pages(town, 'listCustomerEvents', { id }, 4);
  for (const list of ['listDisclosures', 'listCustomerEvents']) {
    await town.refused(list, { id: none, is: 404 });
    await town.refused(list, { id, as: program, is: 403 });
  }
  const { items } = await town.ask('listCustomers', { query: { name: '王五', limit: '1' } });
  await town.ask('listDisclosures', { id: items[0].id });
}
