import { localText } from '../../shared/time/index.ts';
import type { Cloud } from '../cloud.ts';
import { type Answered, Client } from './client.ts';
import { type Office, person } from './offices.ts';

const zone = 'Asia/Shanghai';
const at = (day: string, time: string) => `${day}T${time}:00+08:00`;

/** Tells one line: what, under which rules, and when unless it is now. */
type Tell = (what: string, rules?: string, ms?: number) => void;

/**
 * Two major complaints on the eve of the long holiday. One is dispatched, resolved and called back in time; the other is
 * forgotten and climbs the ladder. The other office sees nothing of either.
 */
export async function playStory(
  cloud: Cloud,
  [a, b]: [Office, Office],
  staff: Map<string, string>,
  say: (line: string) => void,
): Promise<void> {
  const tell: Tell = (what, rules = '', ms = cloud.clock.now()) =>
    say(`  ${localText(ms, zone)}  ${what}${rules && `   [${rules}]`}`);
  const app = Client.program(cloud, a.key);
  const as = (login: string) => person(cloud, a, login);
  const idOf = (login: string) => staff.get(`${login}@${a.slug}.example`) ?? '';
  const complain = (title: string, place: string, externalId: string) =>
    app.post(
      '/v1/tickets',
      {
        kind: 'complaint',
        grade: 'major',
        channel: 'api',
        propertyId: a.propertyId,
        title,
        place,
        externalId,
      },
      { 'idempotency-key': externalId },
    );

  say('');
  say(`The story of ${a.name} (times are local, ${zone})`);
  await cloud.advance(at('2026-09-30', '10:00'));
  const kept = await complain('三号楼全楼停水 (no water in building 3)', '三号楼', 'app-1001');
  tell(`the residents' app posts a major complaint: ${kept.title}`, 'TICKET-1');
  tell(`it is due ${due(kept)}: one working day, and the holiday does not count`, 'TICKET-3 TIME-3 TIME-6');
  await cloud.advance(at('2026-09-30', '10:05'));
  const forgotten = await complain('地下车库灯坏了 (garage lights broken)', '地下车库', 'app-1002');
  tell(`a second one: ${forgotten.title}; due ${due(forgotten)}`, 'TICKET-3');

  await cloud.advance(at('2026-09-30', '10:20'));
  await as('desk').post(`/v1/tickets/${kept.id}/dispatch`, {
    assigneeId: idOf('engineer'),
    what: '检查三号楼水泵',
    dueAt: at('2026-09-30', '12:00'),
    given: 'spoken',
  });
  tell('the desk sends the engineer with a service order for the first', 'TICKET-6');
  const told = new Set<string>();
  await until(cloud, a, at('2026-09-30', '11:40'), told, tell);
  const resolved = await as('engineer').post(`/v1/tickets/${kept.id}/resolve`, {
    what: '更换水泵电容，恢复供水',
    cause: 'wear',
  });
  tell(`resolved; the callback is due ${due(resolved)}`, 'CALLBACK-1');
  tell('nobody touches the second one');

  await until(cloud, a, at('2026-10-08', '14:00'), told, tell);
  await callBack(cloud, as('desk'), kept.id, tell);
  await until(cloud, a, at('2026-10-13', '09:00'), told, tell);

  const late = await as('manager').get(`/v1/tickets/${forgotten.id}`);
  tell(`the second one is still ${late.status}, and the manager knows; the first is closed`, 'TICKET-7');
  const foreign = await person(cloud, b, 'manager').get('/v1/tickets');
  const inbox = await person(cloud, b, 'manager').get('/v1/inbox');
  tell(`${b.name} sees ${foreign.items.length} tickets and ${inbox.items.length} messages of all this`);
}

/** Lets time pass until then, and tells what reached whose inbox on the way; one line for people told the same. */
async function until(
  cloud: Cloud,
  office: Office,
  moment: string,
  told: Set<string>,
  tell: Tell,
): Promise<void> {
  await cloud.advance(moment);
  const heard = new Map<string, { at: number; who: string[]; what: string; rules: string }>();
  for (const { email, role } of office.logins) {
    const { items } = await person(cloud, office, email.split('@')[0] ?? '').get('/v1/inbox?limit=100');
    for (const { id, at: when, kind, title, ruleId = kind === 'endOfDay' ? 'DUTY-5' : '' } of items) {
      if (told.has(id)) continue;
      told.add(id);
      const one = heard.get(`${when}${title.zh}`) ?? {
        at: Date.parse(when),
        who: [],
        what: title.zh,
        rules: ruleId,
      };
      one.who.push(role);
      heard.set(`${when}${title.zh}`, one);
    }
  }
  for (const { at: ms, who, what, rules } of [...heard.values()].sort((a, b) => a.at - b.at)) {
    tell(`-> ${who.join(', ')}: ${what}`, rules, ms);
  }
}

/** The desk sends the customer a one-time link; the customer confirms with a name (CALLBACK-3). */
async function callBack(_cloud: Cloud, desk: Client, ticketId: string, tell: Tell): Promise<void> {
  const link = await desk.post(`/v1/tickets/${ticketId}/confirmation-links`);
  tell('the desk sends the customer a one-time link to confirm', 'CALLBACK-1');
  const form = new URLSearchParams({
    solved: 'yes',
    satisfied: 'yes',
    attitude: 'good',
    quality: 'good',
    charged: 'no',
    cashTaken: 'no',
    score: '9',
    name: '刘女士',
  });
  const answer = await fetch(link.url, { method: 'POST', body: form });
  const ticket = await desk.get<Answered>(`/v1/tickets/${ticketId}`);
  tell(
    `the customer signs with 9 of 10 (${answer.status}): the ticket is ${ticket.status}`,
    'CALLBACK-3 TICKET-10',
  );
}

function due({ obligations, dueAt }: Answered): string {
  const moment = dueAt ?? obligations[0]?.dueAt;
  return moment ? localText(Date.parse(moment), zone) : 'at no time';
}
