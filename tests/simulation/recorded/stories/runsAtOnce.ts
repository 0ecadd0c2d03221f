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
  // The other unit has two bills in each month.
  const shared = await estate.unit();
  const tenant = await estate.payer(shared, '李雷', 'tenant');
  await estate.standard({ kind: 'waste', name: '清洁费', basis: 'fixed', payer: 'tenant' });
  await town.ask('setUnitFees', {
    id: shared,
    body: {
      occupancies: [
        { payerId: owner, role: 'owner', from: '2026-01-01' },
        { payerId: tenant, role: 'tenant', from: '2026-01-01' },
      ],
    },
  });
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
  const billed = async (unitId: string) =>
    (await town.ask('listBills', { query: { unitId } })).items.map(
      ({ id }: { id: string }) => id,
    ) as string[];
  const [id = ''] = await billed(unit);
  const both = await billed(shared);

  /** A bill as one of another cycle or time. */
  const as = (of: string, cycle: string, n = 1, runId?: string): Item => {
    const item = town.item(of, 'bill');
    const { list, rest } = item;
    const other = billId(String(list?.unitId), cycle, Number(rest?.slot ?? 0), n);
    return {
      ...item,
      pk: item.pk.replace(of, other),
      list: { ...list, id: other, cycle, n },
      rest: { ...rest, ...(runId !== undefined && { runId }) },
    };
  };
  /** Right before something is written, somebody else has written these. */
  const forestall = (at: RegExp, ...items: Item[]) => {
    rig.meanwhile = { at, act: () => items.forEach((item) => void rig.write(item)) };
  };
  for (const [cycle, another] of [
    ['2026-05', 'another'],
    ['2026-06', undefined],
  ] as const) {
    const run = await begin(cycle);
    await town.settle();
    const of = [id, ...both];
    forestall(
      /^TransactWrite \(biller\) .*fees\/issue/,
      ...of.map((one) => as(one, cycle, 1, another ?? run)),
    );
    await issue(run);
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
  touch(/^TransactWrite \(bills\)/, id, 'bill');
  await town.ask('voidBill', { id });
  forestall(/^TransactWrite \(bills\)/, as(id, '2026-07', 2));
  await town.refused('reissueBill', { id, is: 409 });
  rig.meanwhile = undefined;
  const [other = ''] = both;
  await town.ask('voidBill', { id: other });
  touch(/^TransactWrite \(bills\)/, other, 'bill');
  await town.ask('reissueBill', { id: other });
  const once = { unitId: unit, payerId: owner, dueDay: '2028-08-01' };
  const charged = await town.ask('createBill', { but: { ...once, reference: '甲' } });
  forestall(/^TransactWrite \(fees\)/, as(charged.id, 'once:乙'));
  await town.ask('createBill', { but: { ...once, reference: '乙' } });
  rig.meanwhile = undefined;
}

/** Messages that are of no use, and those that get lost. */
export async function messagesAstray(town: Town): Promise<void> {
  const { rig } = town.stage;
  const estate = await Estate.of(town);
  const { propertyId } = estate;
  await estate.standard();
  const { unit } = await estate.owned();
  await estate.owned();
  const done = await estate.issued('2026-02');
  const { id: run } = await town.ask('createBillRun', { but: { propertyId, cycle: '2026-03' } });
  const { tenantId } = town.who;
  const absent = `run_${'0'.repeat(26)}`;
  const chunk = { kind: 'billChunk', tenantId, phase: 'issue', n: 0 };
  const post = (message: object) => town.tell('billing', message);
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
  // A unit that is not there any more when bills are issued, and one that is not when they are looked at.
  const { id: last } = await town.ask('createBillRun', { but: { propertyId, cycle: '2026-04' } });
  await town.settle();
  rig.write({ ...town.item(unit, 'unit'), et: 'gone' });
  await town.ask('issueBillRun', { id: last });
  await town.settle();
  await estate.issued('2026-05');
}
