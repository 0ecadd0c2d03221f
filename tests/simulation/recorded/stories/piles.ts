import type { Town } from '../../life/town.ts';
import { tillOf } from './till.ts';

/** More bills than a step takes, a message names or a paper has room for. */
export async function bills(town: Town): Promise<void> {
  const till = tillOf(town);
  for (let n = 1; n <= 80; n++) await till.bill(`第${n}`, '1', { dueDay: `2026-08-${n < 42 ? '05' : '06'}` });
  const rows = Array.from({ length: 20 }, (_, n) => ({
    name: `${n}`.padEnd(60, '长'),
    price: '1',
    quantity: '1',
  }));
  town.mine.bil = await till.bill('长', '1', { dueDay: '2026-09-01', lines: rows });
  await town.stream();
}

/** What becomes of them. */
export async function piles(town: Town): Promise<void> {
  const { mine } = town;
  const till = tillOf(town);
  const propertyId = mine.prp;
  const { items } = await town.ask('listDunning', { query: { propertyId } });
  const id = items[0].id as string;
  town.at('2026-08-10 10:00');
  await town.schedule({ kind: 'sweep' });
  await town.work();
  await town.ask('getDunningLog', { id });
  await town.ask('printNotice', { id });
  await town.ask('createNoticeDocument', { body: { cases: [id] } });
  await town.ask('createBillNoticeDocument', { id: mine.bil });
  // The oldest are paid, the rest is credit, which pays the others.
  const paid = await till.paid('wx-1', '101');
  await town.ask('settleUnit', { id: mine.unt });
  await town.refused('reversePayment', { id: paid, is: 422 });
}
