import type { Town } from '../../life/town.ts';

/** What was counted before its year's calendar was there is counted again when it comes (TIME-7). */
export async function recounted(town: Town): Promise<void> {
  town.at('2026-12-29 10:00');
  await town.aside('putPolicy', {
    body: { effectiveFrom: '2026-12-29', rules: { 'TICKET-12': { period: { unit: 'workingDays', n: 5 } } } },
  });
  const take = async (but: Record<string, unknown>) =>
    (await town.aside('createTicket', { but: { grade: undefined, ...but } })).id as string;
  // Moved; withdrawn in between; due in this year; two promises of one ticket; under rules that hold no longer.
  const moved = await take({ grade: 'general' });
  const withdrawn = await take({ grade: 'general' });
  await take({ grade: 'major' });
  const late = await take({ kind: 'suggestion' });
  const both = await take({ kind: 'repair' });
  await take({ kind: 'suggestion' });
  await town.aside('escalateTicket', { id: both, body: { to: 'manager', reason: '火', emergency: true } });
  await town.aside('withdrawTicket', { id: withdrawn });
  await town.stage.aside(() => town.settle());
  town.at('2026-12-31 11:00');
  await town.stage.aside(() => town.settle());
  const year = (holidays: string[]) => ({ base: 'cn', years: { '2027': { holidays, makeUp: [] } } });
  const put = async (body: object) => {
    await town.ask('putCalendar', { body });
    await town.stream();
    town.wait(31_000);
  };
  // The calendar that there was; a message that comes once more.
  await put({ base: 'cn', extraRest: ['2026-03-09'] });
  await town.settle();
  const job = {
    kind: 'due',
    tenantId: town.who.tenantId,
    pk: `${town.who.tenantId}#job#recalc`,
    sk: 'recalc',
  };
  town.tell('reminders', JSON.stringify(job));
  await town.work();
  // Another one comes while it is counted; of one promise the list is behind the times.
  await town.ask('putCalendar', { body: year(['2027-01-01']) });
  town.wait(31_000);
  const { rig } = town.stage;
  rig.meanwhile = {
    at: /^TransactWrite .*recalc/,
    act: () => {
      const item = town.item('job#recalc', 'recalc');
      rig.write({ ...item, v: item.v + 1 });
    },
  };
  const { obligations: done } = await town.aside('getTicket', { id: late });
  for (const { id } of done) {
    const item = town.item(late, `obl#${id}`);
    rig.write({ ...item, list: { ...item.list, s: 'discharged' } });
  }
  await town.settle();
  rig.meanwhile = undefined;
  await town.settle();
  await town.ask('getTicket', { id: moved });
  const { obligations } = await town.ask('getTicket', { id: both });
  for (const { id } of obligations) {
    await town.ask('getObligation', { params: { objectId: both, id } });
    await town.ask('listObligationEvents', { params: { objectId: both, id } });
  }
  // Once published it stays as it is, whatever the office says later.
  await put(year(['2027-01-01', '2027-01-04', '2027-01-05']));
  await town.settle();
}
