import { beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../shared/ids.ts';
import { call, functionEnvironment, keyOf, staffOf, type Who } from './call.ts';

await functionEnvironment();
const { handler } = await import('../../functions/offices/handler.ts');

const manager = () => staffOf(newId('tenant'), ['manager']);
const property = async (who: Who) =>
  (await call(handler as never, who, 'POST /v1/properties', { body: { name: '锦绣花园' } })).body
    .id as string;
const post = (who: Who, body: unknown) => call(handler as never, who, 'POST /v1/units', { body });
const get = (who: Who, id: string) => call(handler as never, who, 'GET /v1/units/{id}', { params: { id } });
const patch = (who: Who, id: string, body: unknown, headers = {}) =>
  call(handler as never, who, 'PATCH /v1/units/{id}', { params: { id }, body, headers });
const list = (who: Who, query: Record<string, string>) =>
  call(handler as never, who, 'GET /v1/units', { query });

describe('a unit', () => {
  let who: Who;
  let propertyId: string;
  beforeAll(async () => {
    who = manager();
    propertyId = await property(who);
  });
  const unit = (number: string, more: object = {}) => ({ propertyId, building: '3栋', number, ...more });

  it('is found by its id alone, with its area as it was given', async () => {
    const answer = await post(who, unit('101', { areaM2: 89.57, floor: '1', note: '朝南' }));
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ areaM2: 89.57, occupancy: 'occupied', version: 1 });
    expect(answer.body.area).toBeUndefined();
    expect((await get(who, answer.body.id)).body).toEqual(answer.body);
  });

  it('is there once: a second of the same building and number is refused', async () => {
    await post(who, unit('102'));
    expect((await post(who, unit('102'))).status).toBe(409);
    const elsewhere = await property(who);
    expect((await post(who, { ...unit('102'), propertyId: elsewhere })).status).toBe(201);
  });

  it.each(['1 栋', '１栋', ' 1栋'])('is known however its building is typed: %s', async (building) => {
    const first = await post(who, { ...unit('105'), building: '1栋' });
    expect([201, 409]).toContain(first.status);
    expect((await post(who, { ...unit('105'), building })).status).toBe(409);
    expect((await post(who, { ...unit('１０５'), building })).status).toBe(409);
  });

  it('is another one where a space parts digits', async () => {
    expect((await post(who, unit('1 06'))).status).toBe(201);
    expect((await post(who, unit('106'))).status).toBe(201);
    expect((await post(who, unit('a07'))).status).toBe(201);
    expect((await post(who, unit('A07'))).status).toBe(409);
  });

  it('is made once out of ten posted at the same moment', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => post(who, unit('103'))));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(409)]);
  });

  it.each([0, -1, 89.123, 1e7, '89.5'])(
    'has an area in hundredths of a square metre, so not %j',
    async (areaM2) => {
      const answer = await post(who, unit('999', { areaM2 }));
      expect(answer.status).toBe(400);
      expect(answer.body.errors[0].path).toBe('/body/areaM2');
    },
  );

  it('keeps every area of two decimals exactly', async () => {
    for (const areaM2 of [0.01, 0.07, 1.1, 4.35, 8.2, 1.005e3, 999999.99]) {
      const answer = await post(who, unit(`a${areaM2}`, { areaM2 }));
      expect((await get(who, answer.body.id)).body.areaM2).toBe(areaM2);
    }
  });

  it('stands in a property of the office', async () => {
    const foreign = await property(manager());
    for (const id of [newId('property'), foreign]) {
      const answer = await post(who, { ...unit('1'), propertyId: id });
      expect([answer.status, answer.body.errors[0].path]).toEqual([400, '/body/propertyId']);
    }
  });

  it('is changed from the version read; null takes a figure away', async () => {
    const { body } = await post(who, unit('104', { areaM2: 50, note: 'x' }));
    const first = await patch(who, body.id, { areaM2: null, note: null }, { 'if-match': '"1"' });
    expect(first.status).toBe(200);
    expect(first.body.areaM2).toBeUndefined();
    expect((await patch(who, body.id, { areaM2: 1 }, { 'if-match': '"1"' })).status).toBe(412);
    expect((await get(who, body.id)).body).toEqual(first.body);
    expect((await patch(who, body.id, { number: '105' })).status).toBe(400);
  });
});

describe('a list of units', () => {
  const who = manager();
  let here: string;
  let there: string;
  beforeAll(async () => {
    here = await property(who);
    there = await property(who);
    for (const [propertyId, building, number, occupancy] of [
      [here, '10栋', '2', 'occupied'],
      [here, '9栋', '1001', 'vacant'],
      [here, '9栋', '201', 'occupied'],
      [there, '1栋', '1', 'vacant'],
    ]) {
      await post(who, { propertyId, building, number, occupancy });
    }
  });
  const names = (answer: { body: { items: { building: string; number: string }[] } }) =>
    answer.body.items.map((unit) => `${unit.building}${unit.number}`);

  it('of a property goes by building and number, as numbers', async () => {
    expect(names(await list(who, { propertyId: here }))).toEqual(['9栋201', '9栋1001', '10栋2']);
  });

  it('of the vacant ones follows each change', async () => {
    const vacant = () => list(who, { propertyId: here, occupancy: 'vacant' });
    const [unit] = (await vacant()).body.items;
    expect(names(await vacant())).toEqual(['9栋1001']);
    await patch(who, unit.id, { occupancy: 'occupied' });
    expect(names(await vacant())).toEqual([]);
    await patch(who, unit.id, { occupancy: 'vacant' });
    expect(names(await vacant())).toEqual(['9栋1001']);
    expect((await list(who, { occupancy: 'vacant' })).status).toBe(400);
  });

  it('of the office has all, page by page', async () => {
    const seen: string[] = [];
    let next: string | undefined;
    do {
      const answer = await list(who, { limit: '3', ...(next && { cursor: next }) });
      seen.push(...names(answer));
      next = answer.body.next;
    } while (next);
    expect(seen).toHaveLength(4);
    expect(new Set(seen).size).toBe(4);
    expect((await list(manager(), {})).body.items).toEqual([]);
  });
});

describe('access to units', () => {
  it('is by scope, stops at a suspension, and is a 404 beyond the office', async () => {
    const who = manager();
    const t = who.tenantId ?? '';
    const propertyId = await property(who);
    const { body } = await post(who, { propertyId, building: 'A', number: '1' });
    expect((await post(staffOf(t, ['engineer']), { propertyId, building: 'A', number: '2' })).status).toBe(
      403,
    );
    expect((await post(keyOf(t), { propertyId, building: 'A', number: '2' })).status).toBe(201);
    expect((await patch({ ...who, suspended: true }, body.id, {})).status).toBe(403);
    expect((await get({ ...who, suspended: true }, body.id)).status).toBe(200);
    expect((await call(handler as never, undefined, 'GET /v1/units')).status).toBe(401);
    for (const ask of [get, (one: Who, id: string) => patch(one, id, { occupancy: 'vacant' })]) {
      const other = await ask(manager(), body.id);
      const none = await ask(who, newId('unit'));
      expect(other.status).toBe(404);
      expect({ ...other.body, requestId: '' }).toEqual({ ...none.body, requestId: '' });
    }
  });
});
