import { mailFor } from '../../../../shared/deliveries.ts';
import type { Town } from '../../life/town.ts';
import type { MailFailure } from '../../world/machine.ts';
import { absent } from './parts.ts';
import { due } from './receiver.ts';

/** Whom mails go to, as things are when they are sent, and what the mail server may say. */
export async function mails(town: Town): Promise<void> {
  const { operator, mine, stage } = town;
  const tenantId = town.who.tenantId ?? '';
  let n = 0;
  const send = async (about: string, to: object = {}, title = '标题', text = '文本') => {
    const words = { title: { en: `${title} EN`, zh: title }, text: { en: `${text} EN`, zh: text } };
    const { write } = mailFor(tenantId, to, 'duty.digest', [String(++n)], words, stage.now);
    if (!('put' in write)) throw new Error('a mail is put');
    stage.rig.write(write.put);
    town.about = about;
    await due(town, write.put.pk.split('#')[1] ?? '');
  };
  const staffId = mine.stf;
  const customerId = mine.cus;
  await send('to the office');
  await send('to staff', { staffId });
  await send('to a customer', { customerId });
  await send('to staff that is not there', { staffId: absent('stf') });
  await send('to a customer that is not there', { customerId: absent('cus') });
  await send('a title of many lines', { staffId }, ' a\r\n\u0085b\u2028c\t ', 'd\ne');
  await send('a long title', { staffId }, '长'.repeat(201));
  await send('a long text', { staffId }, '题', '长'.repeat(100_001));
  const failures: MailFailure[] = [
    { responseCode: 535, code: 'EAUTH', response: '535 5.7.8 no' },
    { responseCode: 550, response: '550-5.1.1 nobody@example.com is unknown' },
    { responseCode: 499, response: '499 no' },
    { responseCode: 500, response: '5.1.1 500 5.0.0' },
    { code: 'EENVELOPE' },
    { code: 'ECONNECTION' },
    {},
  ];
  for (const end of ['busy', 'refused', 'silent', ...failures] as const) {
    stage.rig.mail = () => end;
    await send(`the server: ${JSON.stringify(end)}`, { staffId });
  }
  stage.rig.mail = () => 'taken';
  await town.ask('changeTenant', { as: operator, id: tenantId, body: { language: 'en' } });
  await send('in English', { staffId });
  await town.ask('changeStaff', { id: staffId, body: { email: `${'a'.repeat(65)}@example.com` } });
  await send('to an address no server takes', { staffId });
  await town.ask('removeStaff', { id: staffId });
  await send('to who has left', { staffId });
  await town.ask('changeCustomer', { id: customerId, body: { emails: ['b@example.com', 'c@example.com'] } });
  await send('to the first address', { customerId });
  await town.ask('changeCustomer', { id: customerId, body: { emails: [] } });
  await send('to no address', { customerId });
  await town.ask('changeCustomer', { id: customerId, body: { emails: ['b@example.com'], archived: true } });
  await send('to a file that is closed', { customerId });
  town.about = '';
}
