import { localText } from '../../shared/time/index.ts';
import type { Cloud } from '../cloud.ts';
import { Client } from './client.ts';
import { type Office, person } from './offices.ts';

const zone = 'Asia/Shanghai';
const at = (day: string, time: string) => `${day}T${time}:00+08:00`;

/** Somebody who gets a bill. */
interface Payer {
  name: string;
  number: string;
  email: string;
  unitId: string;
  payerId: string;
}

interface Run {
  id: string;
  state: string;
  preview: { bills: number; total: string };
  progress?: { issued: number; total: number };
}

interface Case {
  id: string;
  state: string;
  stage?: string;
  open: string;
  promisedFor?: string;
}

const people = [
  { name: '陈先生', number: '3-101', email: 'chen@example.com' },
  { name: '林女士', number: '3-102', email: 'lin@example.com' },
  { name: '周先生', number: '3-103', email: 'zhou@example.com' },
];

/** The rungs by which mails come, in their order. */
const rungs = ['friendly notice', 'first reminder', 'second reminder', 'notice to be signed for'];

/**
 * Three bills of October, due on the 20th. One is never paid and climbs the ladder; one payer promises and keeps it; one promises and
 * does not: dunning goes on where it stopped. Nobody presses anything. Days on which nothing is due are left out.
 */
export async function playMoney(
  cloud: Cloud,
  [a, b]: [Office, Office],
  say: (line: string) => void,
): Promise<void> {
  const tell = (what: string, rules = '', ms = cloud.clock.now()) =>
    say(`  ${localText(ms, zone)}  ${what}${rules && `   [${rules}]`}`);
  const as = (login: string) => person(cloud, a, login);

  say('');
  say(`The money of ${a.name}`);
  const payers = await moveIn(as('manager'), a);
  const [silent, keeps, breaks] = payers as [Payer, Payer, Payer];
  const run = await billOctober(cloud, as('manager'), a);
  tell(
    `October is billed in one run: ${run.progress?.issued} bills, ${run.preview.total} yuan, due on the 20th`,
    'FEE-1 FEE-2',
  );

  let heard = cloud.outbox.mails.length;
  const told = new Map(payers.map(({ email }) => [email, 0]));
  /** Lets a day's opening pass, and tells what was sent by itself. */
  const morning = async (day: string, until = '09:00') => {
    await cloud.advance(at(day, '08:00'), { outage: true });
    await cloud.advance(at(day, until));
    const sent = cloud.outbox.mails.slice(heard);
    heard = cloud.outbox.mails.length;
    const lines = new Map<string, { names: string[]; ms: number }>();
    for (const { to, subject, at: when } of sent) {
      const payer = payers.find(({ email }) => to.includes(email));
      if (!payer) continue;
      const n = told.get(payer.email) ?? 0;
      told.set(payer.email, n + 1);
      const what = `${/【(.+?)】/.exec(subject)?.[1]} (${rungs[n]})`;
      const line = lines.get(what) ?? { names: [], ms: Date.parse(when) };
      line.names.push(payer.name);
      lines.set(what, line);
    }
    for (const [what, { names, ms }] of lines) {
      const to = people.filter(({ name }) => names.includes(name)).map(({ name }) => name);
      tell(`=> ${to.join(', ')}: ${what}`, 'FEE-4', ms);
    }
  };

  // Three days before is a Saturday: the office has hours, but later ones.
  await morning('2026-10-17', '09:05');
  await morning('2026-10-21');
  for (const one of [keeps, breaks]) {
    const { id } = await caseOf(as('desk'), one);
    await as('desk').post(`/v1/dunning/${id}/promise`, { until: '2026-10-28', note: '电话承诺' });
    tell(`${one.name} promises on the phone to pay by the 28th: dunning stands still`, 'FEE-5');
  }
  await morning('2026-10-27');
  const paid = await Client.program(cloud, a.key).post<{ receipt: string }>(
    '/v1/payments',
    { unitId: keeps.unitId, payerId: keeps.payerId, amount: '235.00', method: 'wechat', externalId: 'wx-42' },
    { 'idempotency-key': 'wx-42' },
  );
  await cloud.settle();
  const kept = await caseOf(as('desk'), keeps);
  tell(
    `${keeps.name} keeps the promise, receipt ${paid.receipt}: ${kept.open} yuan are open, nothing more is asked`,
    'FEE-3 FEE-5',
  );
  await morning('2026-10-29');
  const broken = await caseOf(as('desk'), breaks);
  tell(`${breaks.name} broke the promise: dunning is ${broken.state} again, from where it stopped`, 'FEE-5');
  await morning('2026-11-04');

  const served = await caseOf(as('manager'), silent);
  const owed = (await as('manager').get<{ obligations: { ruleId: string }[] }>(`/v1/dunning/${served.id}`))
    .obligations;
  tell(
    `${silent.name} still owes ${served.open} yuan: the notice is the desk's to bring and have signed`,
    owed.map(({ ruleId }) => ruleId).join(' '),
  );
  const foreign = await person(cloud, b, 'manager').get(`/v1/bills?propertyId=${b.propertyId}`);
  tell(`${b.name} sees ${foreign.items.length} bills of all this`);
}

/** A fee standard, and three flats with their owners. */
async function moveIn(manager: Client, { propertyId }: Office): Promise<Payer[]> {
  await manager.post('/v1/fee-standards', {
    propertyId,
    kind: 'management',
    name: '物业管理费',
    basis: 'area',
    cycle: 'month',
    from: '2026-01-01',
    price: '2.35',
    payer: 'owner',
    due: { kind: 'dayOfMonth', day: 20 },
  });
  return Promise.all(
    people.map(async ({ name, number, email }) => {
      const { id: unitId } = await manager.post('/v1/units', {
        propertyId,
        building: '三号楼',
        number,
        areaM2: 100,
      });
      const { id: payerId } = await manager.post('/v1/customers', { unitId, name, emails: [email] });
      const occupancies = [{ payerId, role: 'owner', from: '2026-01-01' }];
      await manager.put(`/v1/units/${unitId}/fees`, { occupancies });
      return { name, number, email, unitId, payerId };
    }),
  );
}

async function billOctober(cloud: Cloud, manager: Client, { propertyId }: Office): Promise<Run> {
  const { id } = await manager.post('/v1/bill-runs', { propertyId, cycle: '2026-10' });
  await cloud.settle();
  await manager.post(`/v1/bill-runs/${id}/issue`);
  await cloud.settle();
  return manager.get<Run>(`/v1/bill-runs/${id}`);
}

/** The dunning case of a payer; cleared ones are in no list but that of their unit. */
async function caseOf(who: Client, { unitId }: Payer): Promise<Case> {
  const { items } = await who.get<{ items: Case[] }>(`/v1/dunning?unitId=${unitId}`);
  const [found] = items;
  if (!found) throw new Error('the demo has no dunning case');
  return found;
}
