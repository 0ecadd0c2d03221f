import type { DynamoDBRecord } from 'aws-lambda';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { consume } from '../../functions/stream/consume.ts';
import { countAnew, countersOf, rebuild } from '../../functions/stream/rebuild.ts';
import { goalsName, wholeOffice } from '../../shared/counters.ts';
import { keys } from '../../shared/keys.ts';
import { systemTable } from '../../shared/system.ts';
import { call, functionEnvironment } from './call.ts';
import { newRecords, random, scattered } from './stream-records.ts';
import { addProperty, makeOffice, satisfied, type TestOffice } from './tickets.ts';

const { tableName } = await functionEnvironment();
const tickets = (await import('../../functions/tickets/handler.ts')).handler;
const reports = (await import('../../functions/reports/handler.ts')).handler;
const streamHandler = (await import('../../functions/stream/handler.ts')).handler;
const system = systemTable({ kind: 'system', id: 'test' });
const fresh = newRecords(tableName);
const nobody = async () => [];

afterEach(() => void vi.useRealTimers());

/** Hands records to the consumer as the stream would: in batches, several at a time, failed ones again. */
async function stream(records: DynamoDBRecord[], size = 20) {
  const batches: DynamoDBRecord[][] = [];
  for (let from = 0; from < records.length; from += size) batches.push(records.slice(from, from + size));
  const worker = async () => {
    for (let batch = batches.shift(); batch; batch = batches.shift()) {
      for (let left = batch; left.length > 0; ) {
        const { batchItemFailures } = await consume(left, system, Date.now(), nobody);
        const failed = batchItemFailures[0]?.itemIdentifier;
        left = failed ? left.slice(left.findIndex((r) => r.dynamodb?.SequenceNumber === failed)) : [];
      }
    }
  };
  await Promise.all([worker(), worker(), worker()]);
}

const pick = <T>(list: readonly T[], draw: () => number): T => list[Math.floor(draw() * list.length)] as T;

/** Three months of an office: people do what the ticket allows and what it does not. */
async function live(office: TestOffice, properties: string[], draw: () => number, steps: number) {
  const ids: string[] = [];
  for (let i = 0; i < steps; i++) {
    vi.setSystemTime(Date.now() + draw() * 4 * 86_400_000);
    const id = pick(ids, draw);
    const deed = draw();
    if (!id || deed < 0.3) {
      const { body } = await office.create({
        kind: pick(['complaint', 'repair', 'enquiry', 'suggestion'], draw),
        propertyId: pick(properties, draw),
        ...(draw() < 0.7 && { category: pick(['电梯', 'water', 'noise|#'], draw) }),
        ...(draw() < 0.5 && { place: pick(['Lift 3', 'Gate'], draw) }),
      });
      ids.push(body.id);
    } else if (deed < 0.6) {
      await office.step(id, 'resolve', { what: 'done', ...(draw() < 0.5 && { cause: 'wear' }) });
    } else if (deed < 0.75) {
      await office.step(id, 'callbacks', satisfied);
    } else if (deed < 0.9) {
      const unsatisfied = { ...satisfied, outcome: 'unsatisfied', solved: false, score: 2, reason: 'Again' };
      await office.step(id, 'callbacks', unsatisfied);
    } else if (deed < 0.95) {
      await office.step(id, 'withdraw', { reason: 'Moved out' });
    } else {
      await office.step(id, 'link', { duplicateOf: pick(ids, draw) });
    }
  }
}

describe('counters kept from the stream', () => {
  it.each([1, 2])(
    'equal those counted anew, records told up to three times in any order (seed %i)',
    async (seed) => {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-08-31T01:00:00Z') });
      const draw = random(seed);
      const office = await makeOffice(tableName, tickets);
      const properties = [office.propertyId, await addProperty(office.table, undefined, 'America/New_York')];
      let told: DynamoDBRecord[] = [];
      for (let part = 0; part < 4; part++) {
        await live(office, properties, draw, 12);
        const records = await fresh();
        // Some of the new ones are late, some of the old ones come again.
        const late = records.filter(() => draw() < 0.3);
        await stream(scattered([...records.filter((one) => !late.includes(one)), ...told.slice(-5)], draw));
        told = [...told, ...records];
        if (part === 3) await stream(scattered(late, draw));
        else told.push(...late);
      }
      await stream(scattered(told, draw));
      const { totals, shares } = await countAnew(office.table);
      expect(Object.keys(totals)).toContain(wholeOffice);
      expect(await countersOf(office.table)).toEqual(totals);
      expect(shares.length).toBe(0);
      expect(await rebuild(system, office.tenantId)).toBe(0);
    },
  );

  it('are set right by counting anew when something spoilt them', async () => {
    const office = await makeOffice(tableName, tickets);
    await office.create({ category: 'water' });
    await stream(await fresh());
    const right = await countersOf(office.table);
    const goals = keys.counter(office.tenantId, wholeOffice, goalsName('2026-01'));
    await office.table.commit([{ update: goals, add: { 'complaint:late': 3 }, expect: 'any' }]);
    expect(await countersOf(office.table)).not.toEqual(right);
    // As an operator starts it by hand.
    expect(await streamHandler({ rebuild: office.tenantId })).toEqual({ wrong: 1 });
    expect(await countersOf(office.table)).toEqual(right);
  });
});

describe('the report of goals', () => {
  let office: TestOffice;
  let second: string;
  const report = (query: Record<string, string>, who = office.manager) =>
    call(reports as never, who, 'GET /v1/reports/goals', { query });
  const goal = (answer: Awaited<ReturnType<typeof report>>, id: string) =>
    answer.body.goals.find((one: { id: string }) => one.id === id);

  beforeAll(async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-09-30T02:00:00Z') });
    office = await makeOffice(tableName, tickets);
    second = await addProperty(office.table);
    // Two major complaints before the holiday, due on 8 October: one is done in time, one is forgotten.
    const kept = await office.create({ grade: 'major', category: 'lift', place: 'Lift 3' });
    await office.create({ grade: 'major', category: 'lift', place: 'Lift 3' });
    const repair = await office.create({ kind: 'repair', propertyId: second, category: 'water' });
    vi.setSystemTime(Date.parse('2026-10-08T01:00:00Z'));
    await office.step(kept.body.id, 'resolve', { what: 'Repaired', cause: 'wear' });
    await office.step(repair.body.id, 'resolve', { what: 'Repaired' });
    await office.step(repair.body.id, 'callbacks', satisfied);
    await stream(await fresh());
  });
  const on = (instant: string) => vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(instant) });

  it('counts the forgotten complaint once its day is over', async () => {
    on('2026-10-08T05:00:00Z');
    const during = await report({ month: '2026-10' });
    expect(during.status).toBe(200);
    expect(goal(during, 'GOAL-1')).toMatchObject({ numerator: 1, denominator: 1, met: true });
    on('2026-10-09T05:00:00Z');
    const after = await report({ month: '2026-10' });
    expect(goal(after, 'GOAL-1')).toMatchObject({ numerator: 1, denominator: 2, value: 0.5, met: false });
  });

  it('is of one property where one is named', async () => {
    on('2026-10-09T05:00:00Z');
    const answer = await report({ month: '2026-10', propertyId: second });
    expect(goal(answer, 'GOAL-1').denominator).toBe(0);
    expect(goal(answer, 'GOAL-2')).toMatchObject({ numerator: 1, denominator: 1 });
    expect(goal(answer, 'GOAL-3')).toMatchObject({ numerator: 1, denominator: 1, met: true });
    expect(goal(answer, 'GOAL-5')).toMatchObject({ numerator: 1, denominator: 1, met: true });
  });

  it('finds what comes again, in the month it came', async () => {
    on('2026-10-09T05:00:00Z');
    const { body } = await report({ month: '2026-09' });
    expect(body.analysis.repeated).toMatchObject([{ where: 'Lift 3', category: 'lift', complaint: 2 }]);
    expect(body.analysis.category).toMatchObject([
      { value: 'lift', total: 2 },
      { value: 'water', total: 1 },
    ]);
    const october = await report({ month: '2026-10' });
    expect(october.body.analysis.cause).toMatchObject([{ value: 'wear', total: 1 }]);
  });

  it('has nothing of another office, and knows none of its properties', async () => {
    const other = await makeOffice(tableName, tickets);
    const answer = await report({ month: '2026-10' }, other.manager);
    expect(answer.body.goals.every((one: { denominator: number }) => one.denominator === 0)).toBe(true);
    const foreign = await report({ month: '2026-10', propertyId: second }, other.manager);
    expect([foreign.status, foreign.body.errors[0].path]).toEqual([400, '/query/propertyId']);
  });

  it.each([[{}], [{ month: '2026-13' }], [{ month: '2026-1' }], [{ month: '2026-10', propertyId: 'x' }]])(
    'is refused for %j',
    async (query) => {
      expect((await report(query as Record<string, string>)).status).toBe(400);
    },
  );
});
