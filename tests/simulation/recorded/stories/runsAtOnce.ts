import { billId } from '../../../../functions/fees/billItem.ts';
import type { Item } from '../../../../shared/table.ts';
import type { Town } from '../../life/town.ts';
import { Estate } from './estate.ts';

/** Several are at the same bills; messages come again, too early, or to nobody; a queue takes none (FEE-2: one bill for each unit and cycle). */
export async function runsAtOnce(town: Town): Promise<void> {
  const { rig } = town.stage;
  const estate = await Estate.of(town);
  const { propertyId } = estate;
  await estate.standard();
  const { unit, owner } = await estate.owned();
  await estate.owned();
  const begin = async (cycle: string) =>
    (await town.ask('createBillRun', { but: { propertyId, cycle } })).id as string;
  const issue = async (...runs: string[]) => {
    for (const id of runs) await town.ask('issueBillRun', { id });
    await town.settle();
    for (const id of runs) await town.ask('getBillRun', { id });
  };
  // Two runs of one month.
  const [first, second] = [await begin('2026-07'), await begin('2026-07')];
  await town.settle();
  await issue(first, second);
  const { items } = await town.ask('listBills', { query: { unitId: unit } });
  const [bill] = items as { id: string }[];

  /** Right before a unit's bills are written, somebody else has written its first. */
  const forestall = (cycle: string, runId: string) => {
    const of = town.item(bill?.id ?? '', 'bill');
    const id = billId(unit, cycle, 0, 1);
    const there: Item = {
      ...of,
      pk: of.pk.replace(String(of.list?.id), id),
      list: { ...of.list, id, cycle },
      rest: { ...of.rest, runId },
    };
    rig.meanwhile = { at: /^TransactWrite \(biller\) .*fees\/issue/, act: () => rig.write(there) };
  };
  for (const [cycle, another] of [
    ['2026-05', 'another'],
    ['2026-06', undefined],
  ] as const) {
    const id = await begin(cycle);
    await town.settle();
    forestall(cycle, another ?? id);
    await issue(id);
    rig.meanwhile = undefined;
  }

  /** Somebody else changes an item right before it is written. */
  const touch = (at: RegExp, pk: string, sk: string) => {
    rig.meanwhile = { at, act: () => rig.write({ ...town.item(pk, sk), v: town.item(pk, sk).v + 1 }) };
  };
  const late = await begin('2026-04');
  touch(/^TransactWrite \(biller\) .*fees\/chunk/, late, 'chunk#000000');
  await town.settle();
  touch(/^TransactWrite \(biller\) .*runStore/, late, 'run');
  town.wait(6 * 60_000);
  await town.settle();
  touch(/^TransactWrite \(billing\)/, late, 'run');
  await town.ask('issueBillRun', { id: late });
  touch(/^TransactWrite \(fees\)/, unit, 'fees');
  await town.ask('setUnitFees', {
    id: unit,
    body: { occupancies: [{ payerId: owner, role: 'owner', from: '2026-01-01' }] },
  });
  const id = bill?.id ?? '';
  touch(/^TransactWrite \(fees\)/, id, 'bill');
  await town.ask('voidBill', { id });
  touch(/^TransactWrite \(fees\)/, id, 'bill');
  await town.ask('reissueBill', { id });
  rig.meanwhile = undefined;
  await town.settle();
  await astray(town, first, await begin('2026-03'));
}

/** Messages that are of no use, and those that get lost. */
async function astray(town: Town, done: string, run: string): Promise<void> {
  const { rig } = town.stage;
  const { tenantId } = town.who;
  const absent = `run_${'0'.repeat(26)}`;
  const chunk = { kind: 'billChunk', tenantId, phase: 'issue', n: 0 };
  const post = (message: unknown) => town.post('billing', message);
  await town.stream();
  post({ ...chunk, runId: run });
  await town.work();
  post({ kind: 'billRun', tenantId, runId: absent });
  post({ ...chunk, runId: absent });
  post({ ...chunk, runId: done });
  post({ ...chunk, runId: done, n: 7 });
  post({ ...chunk, runId: done, phase: 'preview' });
  post({ kind: 'due', tenantId, pk: `${tenantId}#${done}`, sk: 'run' });
  post({ kind: 'billRun', runId: done });
  post({ kind: 'song' });
  await town.work();
  await town.settle();
  // A queue that takes no more, or is not there: what is lost is sent again when the run is looked at.
  rig.notTaken = (bodies) => bodies.map((_, n) => n);
  await town.ask('issueBillRun', { id: run });
  rig.notTaken = () => {
    throw new Error('no such queue');
  };
  await town.ask('issueBillRun', { id: run });
  rig.notTaken = (bodies) => bodies.flatMap((body, n) => (body.includes('billChunk') ? [n] : []));
  town.wait(6 * 60_000);
  await town.schedule({ kind: 'sweep' });
  await town.work();
  rig.notTaken = () => [];
  town.wait(10 * 60_000);
  await town.settle();
  await town.ask('getBillRun', { id: run });
}
