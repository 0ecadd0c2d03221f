import type { DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Meter, Reading } from '../../functions/fees/schema.ts';
import type { Context } from '../../shared/http/route.ts';
import { derivedId, newId } from '../../shared/ids.ts';
import { keys } from '../../shared/keys.ts';
import { OfficeTable } from '../../shared/table.ts';
import { addDays } from '../../shared/time/index.ts';
import { functionEnvironment, staffOf } from './call.ts';
import { client, cursors, officeTable } from './dynamodb.ts';
import { estate, feesApi, propertyId, unitIdOf } from './fees.ts';

const env = await functionEnvironment();
const { handler } = await import('../../functions/readings/handler.ts');
const { handler: fees } = await import('../../functions/fees/handler.ts');
const { handler: audit } = await import('../../functions/audit/handler.ts');
const { importReadings } = await import('../../functions/readings/routes.ts');

const meterId = (name: string) => derivedId('meter', name);
const meter = (name: string, kind: Meter['kind'] = 'water'): Meter => ({
  id: meterId(name),
  kind,
  name,
  multiplier: '1',
  readings: [{ id: derivedId('reading', name), day: '2026-08-31', value: '100', kind: 'initial' }],
});

const units = 60;

/** An office with meters `S0` to `S299`, five in each of its units, one more for electricity in unit 1, and unit 60 with `S300` alone. */
async function office(n = units + 1) {
  const t = newId('tenant');
  await estate(env.tableName, t, n, (i) => ({
    meters: [
      ...(i === units ? [300] : [0, 1, 2, 3, 4].map((k) => i + k * units)).map((k) => meter(`S${k}`)),
      ...(i === 1 ? [meter('E1', 'electricity')] : []),
    ],
  }));
  const table = officeTable(env.tableName, t);
  const api = feesApi(handler, staffOf(t, ['finance']));
  return {
    t,
    table,
    single: feesApi(fees, staffOf(t, ['finance'])),
    send: (file: string | Buffer, headers = {}, query: Record<string, string> = { propertyId }) =>
      api.ask('POST /v1/readings/import', {
        query,
        headers,
        raw: { data: Buffer.from(file), type: 'text/csv' },
      }),
    /** all that stands under a unit: file, readings, events */
    stored: (i: number) => table.all({ pk: keys.objectPk(t, unitIdOf(i)) }),
  };
}
type Office = Awaited<ReturnType<typeof office>>;

const readingsOf = async ({ table, t }: Office, i: number) =>
  (await table.all({ pk: keys.objectPk(t, unitIdOf(i)), sk: { begins: keys.readingsPrefix } })).map(
    ({ list }) => list as Reading & { meterId: string; note?: string },
  );
const places = ({ body }: { body: { errors: { path: string; code: string }[] } }) =>
  body.errors.map(({ path, code }) => `${path} ${code}`);

/** The types of an object's events, and what the audit finds wrong with them. */
async function checkRecord({ t, table }: Office, object: string) {
  const [record] = await table.all({ pk: keys.importsPk(t) });
  expect(record?.list).toMatchObject({ id: object, kind: 'readings', recorded: 300 });
  const events = await table.all({ pk: keys.objectPk(t, object), sk: { begins: keys.eventsPrefix } });
  const { body } = await feesApi(audit, staffOf(t, ['manager'])).get(
    '/v1/audit/verify',
    {},
    { objectId: object },
  );
  return { audited: events.map(({ rest }) => rest?.type), faults: body.faults };
}

let one: Office;
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-10-15T02:00:00Z') });
  one = await office();
});
afterAll(() => {
  vi.useRealTimers();
  env.close();
});

describe('a file of readings', () => {
  const many = `楼栋,房号,表号,日期,读数,备注\r\n${Array.from(
    { length: 300 },
    (_, i) => `1栋,${(299 - i) % units},S${299 - i},2026/9/30,${110 + i}.5,${i % 2 ? '' : '远程'}`,
  ).join('\r\n')}\r\n`;

  it('with a bad line is refused with every one of them, and nothing of it is kept', async () => {
    const before = await Promise.all([0, 1, 60].map(one.stored));
    const file = [
      'building,number,meter,day,value,final',
      '1栋,0,S0,2026-09-30,110,',
      '1栋,0,S0,2026-10-10,109,',
      '1栋,0,S0,2026-10-10,120,',
      '1栋,0,S0,2026-10-17,120,',
      '1栋,60,,2026-08-31,101,',
      '1栋,60,,2026-08-30,100,',
      '1栋,1,水表,2026-09-30,110,',
      '1栋,1,,2026-09-30,110,',
      '1栋,1,S2,2026-09-30,110,',
      '1栋,1,电表,2026-09-30,5,99',
      '9栋,1,S2,2026-09-30,110,',
      ',,S9999,2026-09-30,110,',
      '1栋,,S2,2026-09-30,110,',
      '1栋,2,S2,2026-02-30,-4,',
      '1栋,2,S2,2026-09-30',
    ].join('\n');
    const answer = await one.send(file);
    expect(answer.status).toBe(400);
    expect(places(answer)).toEqual([
      '/line/3/value backwards',
      '/line/4 line_twice',
      '/line/5/day future',
      '/line/6/day repeated',
      '/line/7/day older',
      '/line/8/meter ambiguous',
      '/line/9/meter ambiguous',
      '/line/10/meter unknown',
      '/line/11/final backwards',
      '/line/12/number unknown',
      '/line/13/meter unknown',
      expect.stringMatching(/^\/line\/14\/meter /),
      expect.stringMatching(/^\/line\/15\/day /),
      expect.stringMatching(/^\/line\/15\/value /),
      '/line/16 cells',
    ]);
    expect(await Promise.all([0, 1, 60].map(one.stored))).toEqual(before);
  });

  it('of 300 lines becomes 300 readings, with an event each as if they came alone', async () => {
    const answer = await one.send(`\uFEFF${many}`);
    expect([answer.status, answer.body]).toEqual([
      200,
      { id: expect.any(String), propertyId, lines: 300, recorded: 300, unchanged: 0 },
    ]);
    const kept = (await readingsOf(one, 59)).find((reading) => reading.meterId === meterId('S299'));
    expect(kept).toMatchObject({ day: '2026-09-30', value: '110.5', kind: 'actual', note: '远程' });
    const list = await one.single.get('/v1/units/{id}/readings', { id: unitIdOf(59) });
    expect(list.body.items).toContainEqual(kept);
    const events = await one.table.all({ pk: keys.objectPk(one.t, `${unitIdOf(7)}/fees`) });
    expect(events).toHaveLength(5);
    expect(events.map(({ rest }) => rest)).toContainEqual(
      expect.objectContaining({
        type: 'meter.read',
        data: expect.objectContaining({ unitId: unitIdOf(7), meterId: meterId('S7'), value: '402.5' }),
      }),
    );
    // It is on record, so that its event is found when histories are verified, and goes with the office.
    const { audited, faults } = await checkRecord(one, answer.body.id);
    expect([audited, faults]).toEqual([['readings.imported'], []]);
    // The next one alone goes on from there.
    const next = (value: string) =>
      one.single.post(
        '/v1/units/{id}/readings',
        { meterId: meterId('S7'), day: '2026-10-14', value },
        { id: unitIdOf(7) },
      );
    expect([(await next('402')).status, (await next('403')).status]).toEqual([400, 201]);
  });

  it('sent again changes nothing, also with figures written otherwise and behind what came since', async () => {
    const before = await Promise.all([0, 7, 59].map(one.stored));
    const again = await one.send(many.replaceAll('.5,', '.50,'));
    expect([again.status, again.body]).toEqual([
      200,
      { propertyId, lines: 300, recorded: 0, unchanged: 300 },
    ]);
    expect(await Promise.all([0, 7, 59].map(one.stored))).toEqual(before);
  });

  it('may leave out the unit where a number or id says which meter, and be in GB18030', async () => {
    // 表号,读数,日期 LF S5,900,2026年10月1日 LF; a changed meter by its id
    const gb = Buffer.concat([
      Buffer.from([0xb1, 0xed, 0xba, 0xc5, 0x2c, 0xb6, 0xc1, 0xca, 0xfd, 0x2c, 0xc8, 0xd5, 0xc6, 0xda]),
      Buffer.from(',final\nS5,900,2026'),
      Buffer.from([0xc4, 0xea]),
      Buffer.from('10'),
      Buffer.from([0xd4, 0xc2]),
      Buffer.from('1'),
      Buffer.from([0xc8, 0xd5]),
      Buffer.from(`,\n${meterId('S6')},3,2026-10-02,700\n`),
    ]);
    const answer = await one.send(gb);
    expect([answer.status, answer.body]).toEqual([
      200,
      { id: expect.any(String), propertyId, lines: 2, recorded: 2, unchanged: 0 },
    ]);
    expect((await readingsOf(one, 5)).at(-1)).toMatchObject({
      day: '2026-10-01',
      value: '900',
      kind: 'actual',
    });
    expect((await readingsOf(one, 6)).at(-1)).toMatchObject({ value: '3', final: '700', kind: 'change' });
  });

  it('of more readings of a unit than its file keeps is known again as a whole', async () => {
    const days = Array.from({ length: 44 }, (_, i) => addDays('2026-09-01', i));
    const lines = days.map((day, i) => `1栋,1,E1,${day},${200 + i}`).reverse();
    const file = `building,number,meter,day,value\n${lines.join('\n')}\n`;
    expect((await one.send(file)).body).toMatchObject({ recorded: 44, unchanged: 0 });
    expect((await one.send(file)).body).toMatchObject({ recorded: 0, unchanged: 44 });
    expect(places(await one.send('building,number,meter,day,value\n1栋,1,E1,2026-09-01,7\n'))).toEqual([
      '/line/2/day older',
    ]);
  });

  it('is of a property of the office; a repetition with its key has the first answer', async () => {
    const { status, body } = await one.send(many, {}, { propertyId: newId('property') });
    expect([status, body.errors[0].path]).toEqual([400, '/query/propertyId']);
    const key = { 'idempotency-key': newId('event') };
    const file = 'meter,day,value\nS8,2026-10-03,900\n';
    const first = await one.send(file, key);
    expect(first.body.recorded).toBe(1);
    expect((await one.send(file, key)).body).toEqual(first.body);
  });

  it('with a reading that somebody else records at the same time has both or a problem', async () => {
    const file = 'building,number,meter,day,value\n1栋,20,S20,2026-10-10,950\n1栋,21,S21,2026-10-10,950\n';
    const body = { meterId: meterId('S20'), day: '2026-10-09', value: '940' };
    const [whole, single] = await Promise.all([
      one.send(file),
      one.single.post('/v1/units/{id}/readings', body, { id: unitIdOf(20) }),
    ]);
    expect(whole.body).toMatchObject({ recorded: 2 });
    const kept = (await readingsOf(one, 20))
      .filter((reading) => reading.meterId === meterId('S20'))
      .map(({ day }) => day);
    expect(kept).toEqual(['2026-09-30', ...(single.status === 201 ? ['2026-10-09'] : []), '2026-10-10']);
  });
});

/** What an import that is killed ends with. */
class Killed extends Error {}

/** The office's table on a client that dies before its n-th call. */
function dying(t: string, at: number) {
  let calls = 0;
  const send = async (command: object) => {
    if (++calls === at) throw new Killed();
    return client.send(command as TransactWriteCommand);
  };
  const office = new OfficeTable({
    tenantId: t,
    client: { send } as unknown as DynamoDBDocumentClient,
    tableName: env.tableName,
    cursors,
  });
  return { office, died: () => calls >= at };
}

describe('an import of readings that is killed', () => {
  // More than a transaction has room for of unit 0, so that it is written in two rounds, and another unit beside it.
  const days = Array.from({ length: 44 }, (_, i) => addDays('2026-09-01', i));
  const raw = Buffer.from(
    `meter,day,value\n${[
      ...days.map((day, i) => `S0,${day},${101 + i}`),
      ...days.slice(0, 8).map((day, i) => `S60,${day},${101 + i}`),
      'S1,2026-10-01,110',
    ].join('\n')}\n`,
  );

  it('anywhere from its first write on is finished by the same file, each reading once', async () => {
    let kills = 0;
    // The first three calls read.
    for (let at = 4, died = true; died; at++) {
      const { t, table } = await office(2);
      const context = (of: Context['office']): Context => ({
        actor: { kind: 'staff', tenantId: t, id: newId('staff'), roles: ['finance'], scopes: [] },
        office: of,
        requestId: newId('event'),
        now: Date.now(),
        language: 'en',
      });
      const first = dying(t, at);
      const outcome = await importReadings(context(first.office), propertyId, raw).catch((e: Error) => e);
      died = first.died();
      if (died) expect(outcome).toBeInstanceOf(Killed);
      kills += Number(died);
      const { body } = (await importReadings(context(table), propertyId, raw)) as { body: unknown };
      if (!died) expect(body).toMatchObject({ recorded: 0, unchanged: 53 });
      for (const [i, count] of [52, 1].entries()) {
        const kept = await readingsOf({ t, table } as Office, i);
        const events = await table.all({ pk: keys.objectPk(t, `${unitIdOf(i)}/fees`) });
        expect([kept.length, events.length]).toEqual([count, count]);
        expect(new Set(kept.map(({ meterId, day }) => `${meterId} ${day}`)).size).toBe(count);
      }
    }
    expect(kills).toBe(4);
  });
});
