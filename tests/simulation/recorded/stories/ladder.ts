import { caseId } from '../../../../functions/dunning/store.ts';
import type { Town } from '../../life/town.ts';
import { type Home, missing, tillOf } from './till.ts';

const lateFee = {
  on: true,
  afterDays: 0,
  ratePerDay: '0.01',
  compounding: true,
  capPercent: 12,
  pausesFor: ['promise'],
};

/** A quick ladder, with late fees: on what was charged as well at first, later on principal only. */
export async function figures(town: Town): Promise<void> {
  const steps = {
    second: { day: 3, kind: 'notice' },
    notice: null,
    visit: { day: 5, kind: 'visit' },
    letter: { day: 9, kind: 'letter' },
  };
  const from = (effectiveFrom: string, fee: object) =>
    town.ask('putPolicy', {
      body: { effectiveFrom, dunning: { steps, restDays: 3, lateFee: { ...lateFee, ...fee } } },
    });
  await from('2026-08-10', {});
  await from('2026-08-16', { compounding: false, capPercent: 20 });
}

const caseOf = ({ unitId, payerId }: Home) => caseId(unitId, payerId);

/** What has come until a moment is told. */
async function pass(town: Town, at: string): Promise<void> {
  town.at(at);
  await town.schedule({ kind: 'sweep' });
  await town.work();
}

/** What is told by itself, step by step (FEE-4), with late fees (FEE-9): to one like everybody, to one who is spared. */
export async function ladder(town: Town): Promise<void> {
  const { mine } = town;
  const till = tillOf(town);
  const plain: Home = { unitId: mine.unt, payerId: mine.cus };
  const spared = await till.home('1301', '李雷');
  const old = await till.bill('甲', '1000', { ...plain, dueDay: '2026-08-10' });
  await till.bill('乙', '500', { ...plain, dueDay: '2026-08-12' });
  await till.bill('甲', '800', { ...spared, dueDay: '2026-08-10' });
  await town.stream();
  const except = (body: object) =>
    town.ask('setDunningException', { id: caseOf(spared), body: { reason: '低保户', ...body } });
  await except({ until: '2026-08-12', noLateFee: true, steps: { reminder: 2, letter: null } });
  const look = (home: Home) => town.ask('getDunning', { id: caseOf(home) });

  // Nothing is told at night; what is due on the day before tells more kindly.
  await pass(town, '2026-08-07 03:00');
  await pass(town, '2026-08-07 10:00');
  await pass(town, '2026-08-11 10:00');
  await look(plain);
  await town.ask('dunningPromise', { id: caseOf(plain), body: { until: '2026-08-12', bills: [old] } });
  await pass(town, '2026-08-12 10:00');
  await look(spared);
  await pass(town, '2026-08-13 10:00');
  for (const home of [plain, spared]) await look(home);
  await town.ask('printNotice', { id: caseOf(spared), query: { kind: 'letter' } });

  // Other figures hold from the 16th on; what is paid meanwhile; as much as fees may come to.
  await pass(town, '2026-08-15 10:00');
  await town.ask('createPayment', { but: { ...plain, amount: '300', externalId: 'wx-1' } });
  await town.stream();
  await pass(town, '2026-08-19 10:00');
  await look(plain);
  await town.ask('getBill', { id: old });
  await town.ask('printBillNotice', { id: old });
  await pass(town, '2026-08-22 10:00');
  await except({ noLateFee: true });
  await pass(town, '2026-08-25 10:00');
  await town.ask('getDunningLog', { id: caseOf(spared) });
  // All is paid: nobody owes anything about it any more, and a suspension is the payer's until its day.
  await town.ask('dunningDecision', {
    id: caseOf(plain),
    body: { decision: 'suspend', until: '2026-09-30', reason: '住院' },
  });
  await town.ask('createPayment', { but: { ...plain, amount: '2000', externalId: 'wx-2' } });
  await town.stream();
  await town.ask('getUnitStatement', { id: plain.unitId, query: { from: '2026-08-01', limit: '100' } });
  await look(plain);
  await town.refused('printNotice', { id: caseOf(plain), is: 404 });
}

/** Who has left is the manager's to decide about, until they are there again (FEE-4); what is printed for them. */
export async function left(town: Town): Promise<void> {
  const { mine } = town;
  const till = tillOf(town);
  const moved = await till.home('1302', '韩梅梅');
  const guest = await till.home('1303', '王芳');
  const lived = { payerId: moved.payerId, role: 'tenant', from: '2026-01-01' };
  const live = (home: Home, ...occupancies: object[]) =>
    town.ask('setUnitFees', { id: home.unitId, body: { occupancies } });
  await live(moved, { ...lived, to: '2026-08-11' });
  await live(guest, { ...lived, to: '2026-01-31' });
  for (const home of [moved, guest]) await till.bill('甲', '800', { ...home, dueDay: '2026-08-10' });
  await town.stream();
  const look = (home: Home) => town.ask('getDunning', { id: caseOf(home) });
  const goOn = (home: Home, reason: string) =>
    town.ask('dunningDecision', { id: caseOf(home), body: { decision: 'continue', reason } });
  await pass(town, '2026-08-11 10:00');
  await pass(town, '2026-08-13 10:00');
  for (const home of [moved, guest]) await look(home);
  await goOn(moved, '已联系');
  await town.ask('changeCustomer', { id: guest.payerId, body: { archived: true } });
  await pass(town, '2026-08-15 10:00');
  await look(guest);
  await town.ask('changeCustomer', { id: guest.payerId, body: { archived: false } });
  await goOn(guest, '又搬回');
  await live(moved);
  await pass(town, '2026-08-19 10:00');
  for (const home of [moved, guest]) await look(home);

  // Papers.
  await town.ask('changeProperty', { id: mine.prp, body: { address: '花园路<1>号' } });
  const letter = { propertyId: mine.prp, stage: 'letter' };
  await town.ask('printNotices', { query: { ...letter, building: '3栋', kind: 'notice', limit: '1' } });
  await town.ask('printNotices', { query: { ...letter, building: '4栋' } });
  const document = (cases: string[], but: object = {}, is?: number) =>
    town.ask('createNoticeDocument', { body: { cases, ...but }, ...(is !== undefined && { is }) });
  const both = [caseOf(moved), caseOf(guest)];
  await document([...both, ...both], { kind: 'letter' });
  await document([missing('dun')], {}, 422);
  await document([], { kind: 'bill' }, 400);
  await town.refused('printNotice', { id: missing('dun'), is: 404 });
  await town.refused('printNotices', { query: { ...letter, stage: 'No', kind: 'bill', building: '' } });
  await town.ask('printNotice', { id: caseOf(moved) });
}
