import { createServer, request as forward, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { newId } from '../../shared/ids.ts';
import { keys, lists } from '../../shared/keys.ts';
import { SystemTable } from '../../shared/system.ts';
import { type Answer, call, functionEnvironment, keyOf, staffOf, type Who } from './call.ts';
import { client, cursors } from './dynamodb.ts';

/**
 * The function reaches the table through a door of ours that counts transactions and can be shut after so many: from then on the
 * function is as good as killed, for nothing it does has any effect.
 */
let letThrough = Number.POSITIVE_INFINITY;
let transactions = 0;
const door: Server = createServer((incoming, outgoing) => {
  const target = String(incoming.headers['x-amz-target'] ?? '');
  if (target.endsWith('TransactWriteItems')) transactions++;
  if (transactions > letThrough) {
    outgoing.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
    outgoing.end('{"__type":"com.amazon.coral.service#AccessDeniedException"}');
    incoming.resume();
    return;
  }
  const onward = forward(inject('dynamodb'), { method: 'POST', headers: incoming.headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on('error', () => outgoing.destroy());
  incoming.pipe(onward);
});
await new Promise<void>((listening) => door.listen(0, '127.0.0.1', listening));

const { tableName } = await functionEnvironment();
process.env.AWS_ENDPOINT_URL_DYNAMODB = `http://127.0.0.1:${(door.address() as AddressInfo).port}`;
const { handler } = await import('../../functions/offices/handler.ts');
const system = new SystemTable({ client, tableName, cursors });

afterEach(() => {
  letThrough = Number.POSITIVE_INFINITY;
  transactions = 0;
});

const manager = () => staffOf(newId('tenant'), ['manager']);
const property = async (who: Who) =>
  (await call(handler as never, who, 'POST /v1/properties', { body: { name: '锦绣花园' } })).body
    .id as string;
const send = (
  what: 'units' | 'customers',
  who: Who,
  propertyId: string,
  file: string | Buffer,
  headers = {},
): Promise<Answer> =>
  call(handler as never, who, `POST /v1/${what}/import`, {
    query: { propertyId },
    raw: { data: Buffer.from(file), type: 'text/csv' },
    headers,
  });
const units = (who: Who, propertyId: string, query = {}) =>
  call(handler as never, who, 'GET /v1/units', { query: { propertyId, limit: '100', ...query } });
const stored = async (who: Who) =>
  (await system.all({ index: 'g1', pk: lists.units(who.tenantId ?? '') })).length;

const fileOf = (count: number, from = 0) =>
  `楼栋,房号,面积（㎡）,状态\n${Array.from({ length: count }, (_, i) => `${Math.floor((from + i) / 100)}栋,${from + i},89.5,${i % 2 ? '入住' : '空置'}`).join('\n')}\n`;

describe('a file of units', () => {
  it('becomes units, each as the file says', async () => {
    const who = manager();
    const id = await property(who);
    const file =
      'building,floor,number,areaM2,occupancy,note\n3栋,12,1201,89.57,空置,"朝南,带车位"\n3栋,,1202,,,\n';
    const answer = await send('units', who, id, file);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ lines: 2, created: 2, existing: 0, differing: [], repeated: false });
    const { items } = (await units(who, id)).body;
    expect(items).toMatchObject([
      { building: '3栋', floor: '12', number: '1201', areaM2: 89.57, occupancy: 'vacant' },
      { building: '3栋', number: '1202', occupancy: 'occupied' },
    ]);
    const one = await call(handler as never, who, 'GET /v1/units/{id}', { params: { id: items[0].id } });
    expect(one.body.note).toBe('朝南,带车位');
    const patched = await call(handler as never, who, 'PATCH /v1/units/{id}', {
      params: { id: items[0].id },
      body: { occupancy: 'occupied' },
    });
    expect(patched.status).toBe(200);
  });

  it('sent twice, also at the same moment, creates nothing new', async () => {
    const who = manager();
    const id = await property(who);
    const file = fileOf(250);
    const both = await Promise.all([send('units', who, id, file), send('units', who, id, file)]);
    expect(both.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
    expect(both.filter(({ status }) => ![200, 409].includes(status))).toEqual([]);
    const again = await send('units', who, id, file);
    expect(again.body).toMatchObject({ created: 250, repeated: true });
    expect(await stored(who)).toBe(250);
    const events = await system.all({ pk: `${who.tenantId}#${again.body.id}` });
    expect(events.map((event) => event.rest?.type)).toEqual(['units.imported']);
  });

  it('adds and never overwrites: lines that are there are counted, and told where they differ', async () => {
    const who = manager();
    const id = await property(who);
    await send('units', who, id, 'building,number,areaM2\nA,1,50\nA,2,60\n');
    const answer = await send('units', who, id, 'building,number,areaM2\nA,1,50\nA,2,61\nA,3,70\n');
    expect(answer.body).toMatchObject({ lines: 3, created: 1, existing: 2, differing: [3] });
    const areas = (await units(who, id)).body.items.map(({ areaM2 }: { areaM2: number }) => areaM2);
    expect(areas).toEqual([50, 60, 70]);
  });

  it('with bad lines is refused with every one of them, and nothing of it is kept', async () => {
    const who = manager();
    const id = await property(who);
    const file = [
      'building,number,areaM2,occupancy',
      'A,1,50,空置',
      ',2,50,空置',
      'A,3,fifty,空置',
      'A,4,50,maybe',
      'A,1,50,入住',
      'A,6,-1,入住',
      'A,7',
      'A,8,50.001,入住',
    ].join('\r\n');
    const answer = await send('units', who, id, file);
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map(({ path }: { path: string }) => path)).toEqual([
      '/line/3/building',
      '/line/4/areaM2',
      '/line/5/occupancy',
      '/line/6',
      '/line/7/areaM2',
      '/line/8',
      '/line/9/areaM2',
    ]);
    for (const error of answer.body.errors) expect(error.detail).not.toBe('');
    expect(await stored(who)).toBe(0);
  });

  it('is of a property of the office, in CSV, and not too large', async () => {
    const who = manager();
    const foreign = await property(manager());
    for (const id of [foreign, newId('property')]) {
      const answer = await send('units', who, id, fileOf(1));
      expect([answer.status, answer.body.errors[0].path]).toEqual([400, '/query/propertyId']);
    }
    const id = await property(who);
    expect((await send('units', who, id, 'x'.repeat(4_000_001))).status).toBe(413);
    const json = await call(handler as never, who, 'POST /v1/units/import', {
      query: { propertyId: id },
      body: {},
    });
    expect(json.status).toBe(415);
  });

  it('is imported by those who may write units, in an office that is not suspended', async () => {
    const who = manager();
    const id = await property(who);
    const t = who.tenantId ?? '';
    expect((await send('units', staffOf(t, ['guard']), id, fileOf(1))).status).toBe(403);
    expect((await send('units', { ...who, suspended: true }, id, fileOf(1))).status).toBe(403);
    expect((await send('units', keyOf(t), id, fileOf(1))).status).toBe(200);
  });
});

describe('an import that is killed between two transactions', () => {
  const killedAfter = async (n: number, work: () => Promise<Answer>): Promise<Answer> => {
    transactions = 0;
    letThrough = n;
    const answer = await work();
    letThrough = Number.POSITIVE_INFINITY;
    return answer;
  };

  it.each([0, 2])('after %i of four shows nobody anything, and the same file completes it', async (n) => {
    const who = manager();
    const id = await property(who);
    const file = fileOf(250);
    const killed = await killedAfter(n, () => send('units', who, id, file));
    expect(killed.status).toBe(500);
    // Something is written, so there is something to hide.
    const left = await stored(who);
    expect(left > 0).toBe(n > 0);
    expect(left).toBeLessThanOrEqual(250);
    expect((await units(who, id)).body.items).toEqual([]);
    expect((await units(who, id, { occupancy: 'vacant' })).body.items).toEqual([]);
    const again = await send('units', who, id, file);
    expect(again.body).toMatchObject({ lines: 250, created: 250, existing: 0, repeated: false });
    expect(await stored(who)).toBe(250);
    expect((await units(who, id)).body.items).toHaveLength(100);
  });

  it('leaves units that another file or a single post can take over', async () => {
    const who = manager();
    const id = await property(who);
    await killedAfter(2, () => send('units', who, id, fileOf(250)));
    const hidden = await system.all({ index: 'g1', pk: lists.units(who.tenantId ?? '') });
    const one = hidden[0]?.list as { id: string; building: string; number: string };
    const get = () => call(handler as never, who, 'GET /v1/units/{id}', { params: { id: one.id } });
    const patch = () =>
      call(handler as never, who, 'PATCH /v1/units/{id}', {
        params: { id: one.id },
        body: { occupancy: 'vacant' },
      });
    expect([(await get()).status, (await patch()).status]).toEqual([404, 404]);
    const body = { propertyId: id, building: one.building, number: one.number };
    const posted = await call(handler as never, who, 'POST /v1/units', { body });
    expect(posted.status).toBe(201);
    expect((await get()).status).toBe(200);
    const other = await send('units', who, id, fileOf(150));
    expect(other.body.created + other.body.existing).toBe(150);
    // The first file still completes: what others took over is there already.
    const again = await send('units', who, id, fileOf(250));
    expect(again.body.created).toBe(100);
    expect(await stored(who)).toBe(250);
  });
});

describe('a file of customers', () => {
  const people =
    '楼栋,房号,姓名,类型,联系电话,邮箱,紧急联系人,紧急联系电话\nA,1,张伟,业主,13812345678;01065521234,z@example.com,张敏,13900000000\nA,2,李娜,租户,,,,\n';

  it('becomes files of customers in their units, each look recorded as ever', async () => {
    const who = manager();
    const id = await property(who);
    await send('units', who, id, 'building,number\nA,1\nA,2\n');
    const answer = await send('customers', who, id, people);
    expect(answer.body).toMatchObject({ kind: 'customers', lines: 2, created: 2 });
    const list = await call(handler as never, who, 'GET /v1/customers');
    const first = list.body.items.find(({ name }: { name: string }) => name === '张伟');
    expect(first.maskedPhone).toBe('138****5678');
    const file = await call(handler as never, who, 'GET /v1/customers/{id}', {
      params: { id: first.id },
      query: { purpose: 'counter' },
    });
    expect(file.body).toMatchObject({
      kind: 'owner',
      phones: ['13812345678', '01065521234'],
      emergencyContact: { name: '张敏', phone: '13900000000' },
      propertyId: id,
    });
    expect((await send('customers', who, id, people)).body.repeated).toBe(true);
    const other = await send('customers', who, id, people.replace('张敏', '张丽'));
    expect(other.body).toMatchObject({ existing: 2, differing: [2] });
  });

  it('is refused where a unit is not there, also where it is only half imported', async () => {
    const who = manager();
    const id = await property(who);
    transactions = 0;
    letThrough = 1;
    await send('units', who, id, 'building,number\nA,1\nA,2\n');
    letThrough = Number.POSITIVE_INFINITY;
    const answer = await send('customers', who, id, people);
    expect(answer.body.errors.map(({ path }: { path: string }) => path)).toEqual([
      '/line/2/number',
      '/line/3/number',
    ]);
  });

  it('is refused with all that is wrong at once: bad lines and units that are not there', async () => {
    const who = manager();
    const id = await property(who);
    await send('units', who, id, 'building,number\nA,1\n');
    const file = 'building,number,name,phones\nA,1,甲,abc\nA,2,乙,\nA,1,丙,\nA,3,丁,1\n';
    const answer = await send('customers', who, id, file);
    expect(answer.body.errors.map(({ path }: { path: string }) => path)).toEqual([
      '/line/2/phones/0',
      '/line/3/number',
      '/line/5/phones/0',
    ]);
  });

  it('names half an emergency contact, a number that is none, and a person twice', async () => {
    const who = manager();
    const id = await property(who);
    await send('units', who, id, 'building,number\nA,1\n');
    const file =
      'building,number,name,phones,emergencyName\nA,1,甲,abc,\nA,1,乙,,丙\nA,1,丁,,\nA,1,丁,13812345678,\n';
    const answer = await send('customers', who, id, file);
    expect(answer.body.errors.map(({ path }: { path: string }) => path)).toEqual([
      '/line/2/phones/0',
      '/line/3/emergencyPhone',
      '/line/5',
    ]);
    const list = await call(handler as never, who, 'GET /v1/customers');
    expect(list.body.items).toEqual([]);
  });

  it('in GB18030 is read as it was meant', async () => {
    const who = manager();
    const id = await property(who);
    await send('units', who, id, 'building,number\nA,1\n');
    // building,number,name LF A,1,张伟 LF
    const file = Buffer.concat([
      Buffer.from('building,number,name\nA,1,'),
      Buffer.from([0xd5, 0xc5, 0xce, 0xb0, 0x0a]),
    ]);
    expect((await send('customers', who, id, file)).status).toBe(200);
    const list = await call(handler as never, who, 'GET /v1/customers');
    expect(list.body.items[0].name).toBe('张伟');
  });
});

describe('the record of an import', () => {
  it('is what makes its lines visible', async () => {
    const who = manager();
    const id = await property(who);
    const { body } = await send('units', who, id, 'building,number\nA,1\n');
    const key = keys.import(who.tenantId ?? '', body.id);
    expect((await system.load({ key })).key?.list).toMatchObject({ created: 1, propertyId: id });
  });
});
