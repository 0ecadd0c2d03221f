import { describe, expect, it } from 'vitest';
import { derivedId, newId } from '../../shared/ids.ts';
import { call, functionEnvironment, staffOf, type Who } from './call.ts';
import { estate, propertyId } from './fees.ts';

const { tableName } = await functionEnvironment();
const load = async (name: string) => (await import(`../../functions/${name}/handler.ts`)).handler as never;
const offices = await load('offices');
const readings = await load('readings');

type Titles = Record<string, string[]>;
const place: Titles = {
  building: ['building', '楼栋', '楼号', '栋', '栋号'],
  number: ['number', '房号', '室号', '单元号', '房间号', 'unit', 'room'],
};
const note = ['note', '备注', 'remark'];

/** Headers in which every title that a column goes by stands once. */
const headers = (columns: Titles): string[] =>
  Array.from({ length: Math.max(...Object.values(columns).map(({ length }) => length)) }, (_, i) =>
    Object.values(columns)
      .map((titles) => titles[i % titles.length])
      .join(),
  );

const send = async (handler: never, who: Who, what: string, property: string, file: string) => {
  const { status, body } = await call(handler, who, `POST /v1/${what}/import`, {
    query: { propertyId: property },
    raw: { data: Buffer.from(file), type: 'text/csv' },
  });
  expect([status, body.errors, file]).toEqual([200, undefined, file]);
};
const get = async (who: Who, route: string, params = {}, query = {}) =>
  (await call(offices, who, `GET ${route}`, { params, query })).body;

/** A property of a new office, and who works there. */
async function begin() {
  const who = staffOf(newId('tenant'), ['manager']);
  const { body } = await call(offices, who, 'POST /v1/properties', { body: { name: '锦绣花园' } });
  return { who, property: body.id as string };
}

describe('a file is understood by every title that its columns go by', () => {
  it('of units', async () => {
    const { who, property } = await begin();
    const columns = {
      ...place,
      floor: ['floor', '楼层', '层'],
      areaM2: ['areaM2', '面积', '建筑面积', 'area'],
      occupancy: ['occupancy', '状态', '入住状态', '使用状态', 'status'],
      note,
    };
    for (const [i, header] of headers(columns).entries())
      await send(offices, who, 'units', property, `${header}\nA,${i},3,50,空置,朝南\n`);
    const { items } = await get(who, '/v1/units', {}, { propertyId: property });
    expect(items).toHaveLength(7);
    for (const { id } of items) {
      const unit = await get(who, '/v1/units/{id}', { id });
      expect(unit).toMatchObject({
        building: 'A',
        floor: '3',
        areaM2: 50,
        occupancy: 'vacant',
        note: '朝南',
      });
    }
  });

  it('of customers', async () => {
    const { who, property } = await begin();
    const columns = {
      ...place,
      name: ['name', '姓名', '客户姓名', '业主姓名'],
      kind: ['kind', '类型', '客户类型', '身份', 'type'],
      phones: ['phones', '电话', '手机', '手机号', '联系电话', 'phone', 'mobile'],
      emails: ['emails', '邮箱', '电子邮箱', 'email'],
      emergencyName: ['emergencyName', '紧急联系人', '紧急联系人姓名'],
      emergencyPhone: ['emergencyPhone', '紧急联系电话', '紧急联系人电话'],
      note,
    };
    await send(offices, who, 'units', property, 'building,number\nA,1\n');
    const rest = '租户,13812345678,z@example.com,张敏,13900000000,晚间致电';
    for (const [i, header] of headers(columns).entries())
      await send(offices, who, 'customers', property, `${header}\nA,1,住户${i},${rest}\n`);
    const { items } = await get(who, '/v1/customers');
    expect(items).toHaveLength(7);
    for (const { id } of items) {
      expect(await get(who, '/v1/customers/{id}', { id }, { purpose: 'counter' })).toMatchObject({
        kind: 'tenant',
        phones: ['13812345678'],
        emails: ['z@example.com'],
        emergencyContact: { name: '张敏', phone: '13900000000' },
        note: '晚间致电',
      });
    }
  });

  it('of readings', async () => {
    const who = staffOf(newId('tenant'), ['finance']);
    const columns = {
      ...place,
      meter: ['meter', '表号', '表', '仪表', '水电表', '表具', '表名'],
      day: ['day', '日期', '抄表日期', '抄表日', '读数日期', 'date'],
      value: ['value', '读数', '本期读数', '本次读数', '表底', 'reading'],
      final: ['final', '旧表读数', '旧表终止读数', '换表前读数'],
      note,
    };
    const all = headers(columns);
    await estate(tableName, who.tenantId ?? '', all.length, (i) => ({
      meters: [
        {
          id: derivedId('meter', `S${i}`),
          kind: 'water',
          name: `S${i}`,
          multiplier: '1',
          readings: [{ id: derivedId('reading', `S${i}`), day: '2026-08-31', value: '100', kind: 'initial' }],
        },
      ],
    }));
    // What another meter shows is less than the last reading: only with the final one of the old meter is it one.
    for (const [i, header] of all.entries())
      await send(
        readings,
        who,
        'readings',
        propertyId,
        `${header}\n1栋,${i},S${i},2026年9月30日,5,120,换表\n`,
      );
  });
});

describe('a cell is understood in every word for it', () => {
  it('of a unit that is lived in or empty', async () => {
    const { who, property } = await begin();
    const words = {
      occupied: ['入住', '已入住', '占用', 'occupied', 'OCCUPIED'],
      vacant: ['空置', '空房', '未入住', 'vacant'],
    };
    const rows = Object.entries(words).flatMap(([is, all]) => all.map((word, i) => `${is},${i},${word}`));
    await send(offices, who, 'units', property, ['building,number,occupancy', ...rows, ''].join('\n'));
    const { items } = await get(who, '/v1/units', {}, { propertyId: property });
    expect(items).toHaveLength(rows.length);
    for (const { building, occupancy } of items) expect(occupancy).toBe(building);
  });

  it('of who a customer is to the unit', async () => {
    const { who, property } = await begin();
    const words = {
      owner: ['业主', '产权人', 'owner', ''],
      tenant: ['租户', '租客', 'tenant'],
      family: ['家属', '家庭成员', 'family'],
      agent: ['代理人', 'agent'],
    };
    const rows = Object.entries(words).flatMap(([is, all]) => all.map((word, i) => `A,1,${is}${i},${word}`));
    await send(offices, who, 'units', property, 'building,number\nA,1\n');
    await send(offices, who, 'customers', property, ['building,number,name,kind', ...rows, ''].join('\n'));
    const { items } = await get(who, '/v1/customers');
    expect(items).toHaveLength(rows.length);
    for (const { id, name } of items) {
      const { kind } = await get(who, '/v1/customers/{id}', { id }, { purpose: 'counter' });
      expect(name.replace(/\d/, '')).toBe(kind);
    }
  });
});
