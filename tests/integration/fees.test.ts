import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { newId } from '../../shared/ids.ts';
import { functionEnvironment, keyOf, staffOf } from './call.ts';
import { customerIdOf, estate, feesApi, management, propertyId, unitIdOf } from './fees.ts';

const env = await functionEnvironment();
const { handler } = await import('../../functions/fees/handler.ts');
const t = newId('tenant');
const finance = staffOf(t, ['finance']);
const { ask, post, get } = feesApi(handler, finance);
const unitId = unitIdOf(0);
const fees = (body: unknown, headers = {}) =>
  ask('PUT /v1/units/{id}/fees', { params: { id: unitId }, body, headers });

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-10-15T02:00:00Z') });
  await estate(env.tableName, t, 2);
});
afterAll(() => {
  vi.useRealTimers();
  env.close();
});

describe('a fee standard', () => {
  it('is kept with its first version and listed by property', async () => {
    const made = await post('/v1/fee-standards', management);
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      kind: 'management',
      per: 'month',
      appliesTo: 'all',
      versions: [{ n: 1, from: '2026-01-01', price: '2.35', payer: 'owner' }],
    });
    const list = await get('/v1/fee-standards', {}, { propertyId });
    expect(list.body.items).toContainEqual(made.body);
  });

  it('has new figures from a day on, and the old ones before', async () => {
    const { body } = await post('/v1/fee-standards', management);
    const next = await post(
      '/v1/fee-standards/{id}/versions',
      { from: '2027-01-01', price: '2.5' },
      { id: body.id },
    );
    expect(next.status).toBe(201);
    expect(next.body.versions.map(({ n, price }: { n: number; price: string }) => [n, price])).toEqual([
      [1, '2.35'],
      [2, '2.5'],
    ]);
    const earlier = await post(
      '/v1/fee-standards/{id}/versions',
      { from: '2027-01-01', price: '3' },
      { id: body.id },
    );
    expect([earlier.status, earlier.body.errors[0].path]).toEqual([400, '/body/from']);
  });

  const bad: [string, object, string[]][] = [
    ['a price of more than six places', { price: '2.1234567' }, ['/body/price']],
    ['a negative price', { price: '-2' }, ['/body/price']],
    ['a price that is a number', { price: 2.35 }, ['/body/price']],
    ['a price of 10^15', { price: '1000000000000000' }, ['/body/price']],
    ['NaN', { price: 'NaN' }, ['/body/price']],
    ['another currency', { currency: 'USD' }, ['/body/currency']],
    ['an end before its beginning', { to: '2025-12-31' }, ['/body/to']],
    ['a day that does not exist', { from: '2026-02-30' }, ['/body/from']],
    ['due on the 32nd', { due: { kind: 'dayOfMonth', day: 32 } }, ['/body/due/day']],
    ['due on no day', { due: { kind: 'dayOfMonth', day: 0 } }, ['/body/due/day']],
    ['no price', { price: undefined }, ['/body/price']],
    ['tiers of an area', { tiers: [{ price: '1' }] }, ['/body/tiers']],
    ['water by area', { kind: 'water' }, ['/body/basis']],
    ['a deposit every month', { kind: 'deposit', basis: 'fixed' }, ['/body/cycle']],
    [
      'tiers that go down',
      {
        kind: 'water',
        basis: 'tiered',
        price: undefined,
        tiers: [{ upTo: '20', price: '1' }, { upTo: '10', price: '2' }, { price: '3' }],
      },
      ['/body/tiers/1/upTo'],
    ],
    [
      'tiers with an end',
      { kind: 'water', basis: 'tiered', price: undefined, tiers: [{ upTo: '20', price: '1' }] },
      ['/body/tiers/0/upTo'],
    ],
    [
      'tiers of what is charged once',
      { kind: 'water', basis: 'tiered', cycle: 'once', price: undefined, tiers: [{ price: '1' }] },
      ['/body/cycle'],
    ],
    ['a property of nobody', { propertyId: newId('property') }, ['/body/propertyId']],
    ['two faults', { to: '2025-12-31', kind: 'water' }, ['/body/basis', '/body/to']],
  ];
  it.each(bad)('with %s is refused and the field is named', async (_, change, paths) => {
    const answer = await post('/v1/fee-standards', { ...management, ...change });
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toEqual(paths);
    expect(answer.body.errors[0].detail).toBeTruthy();
  });

  it('ends on a day, not before its last version begins', async () => {
    const { body } = await post('/v1/fee-standards', management);
    const end = (to: string) =>
      ask('PATCH /v1/fee-standards/{id}', { params: { id: body.id }, body: { to } });
    expect((await end('2025-12-31')).body.errors[0].path).toBe('/body/to');
    expect((await end('2026-12-31')).body.to).toBe('2026-12-31');
    const late = await post(
      '/v1/fee-standards/{id}/versions',
      { from: '2027-01-01', price: '3' },
      { id: body.id },
    );
    expect(late.body.errors[0].path).toBe('/body/from');
  });

  it('is set by finance and managers, not by the desk nor by API keys, and read by whoever needs it (FEE-8)', async () => {
    const as = (who: typeof finance) => feesApi(handler, who);
    expect((await as(staffOf(t, ['desk'])).post('/v1/fee-standards', management)).status).toBe(403);
    expect((await as(keyOf(t)).post('/v1/fee-standards', management)).status).toBe(403);
    expect((await as(staffOf(t, ['desk'])).get('/v1/fee-standards', {}, { propertyId })).status).toBe(200);
    for (const role of ['guard', 'engineer'] as const)
      expect((await as(staffOf(t, [role])).get('/v1/fee-standards', {}, { propertyId })).status).toBe(403);
  });
});

describe('a unit\u2019s fee file', () => {
  const occupancy = { payerId: customerIdOf(0), role: 'owner', from: '2026-01-01' };

  it('says who pays and since when, and is changed from the version that was read', async () => {
    const before = await get('/v1/units/{id}/fees', { id: unitId });
    const set = await fees({ occupancies: [occupancy] }, { 'if-match': before.headers.etag });
    expect([set.status, set.body.occupancies]).toEqual([200, [occupancy]]);
    expect((await fees({ occupancies: [] }, { 'if-match': before.headers.etag })).status).toBe(412);
    expect((await get('/v1/units/{id}/fees', { id: unitId })).body).toEqual(set.body);
  });

  it.each([
    [
      'an unknown payer',
      { occupancies: [{ ...occupancy, payerId: newId('customer') }] },
      '/body/occupancies/0/payerId',
    ],
    [
      'an end before the beginning',
      { occupancies: [{ ...occupancy, to: '2025-01-01' }] },
      '/body/occupancies/0/to',
    ],
    [
      'two owners on one day',
      {
        occupancies: [
          { ...occupancy, to: '2026-05-01' },
          { ...occupancy, from: '2026-05-01' },
        ],
      },
      '/body/occupancies/1',
    ],
    [
      'an unknown standard',
      { exceptions: [{ kind: 'exempt', standardId: newId('standard'), reason: 'x', from: '2026-01-01' }] },
      '/body/exceptions/0/standardId',
    ],
    [
      'an exception without a reason',
      { exceptions: [{ kind: 'exempt', standardId: newId('standard'), from: '2026-01-01' }] },
      '/body/exceptions/0/reason',
    ],
    [
      'a discount past the whole',
      {
        exceptions: [
          {
            kind: 'discount',
            percent: '100.01',
            standardId: newId('standard'),
            reason: 'x',
            from: '2026-01-01',
          },
        ],
      },
      '/body/exceptions/0/percent',
    ],
  ])('with %s is refused and the field is named', async (_, body, path) => {
    const answer = await fees(body);
    expect([answer.status, answer.body.errors?.[0]?.path]).toEqual([400, path]);
  });

  it('is not there for another office, nor for a unit that is none', async () => {
    const other = feesApi(handler, staffOf(newId('tenant'), ['finance']));
    expect((await other.get('/v1/units/{id}/fees', { id: unitId })).status).toBe(404);
    expect((await get('/v1/units/{id}/fees', { id: newId('unit') })).status).toBe(404);
  });
});

describe('a meter', () => {
  const id = unitIdOf(1);
  const read = (body: unknown) => post('/v1/units/{id}/readings', body, { id });

  it('counts from its first reading and does not run backwards unless it was changed', async () => {
    const meter = await post(
      '/v1/units/{id}/meters',
      { kind: 'water', initial: { day: '2026-08-31', value: '100' } },
      { id },
    );
    expect(meter.status).toBe(201);
    const meterId = meter.body.id;
    expect((await read({ meterId, day: '2026-09-30', value: '112.5' })).status).toBe(201);
    const back = await read({ meterId, day: '2026-10-10', value: '112.4' });
    expect(back.body.errors[0]).toMatchObject({ path: '/body/value', code: 'backwards' });
    const final = await read({ meterId, day: '2026-10-10', value: '0', change: { final: '112.4' } });
    expect(final.body.errors[0].path).toBe('/body/change/final');
    expect((await read({ meterId, day: '2026-10-10', value: '0', change: { final: '113' } })).status).toBe(
      201,
    );
    expect((await read({ meterId, day: '2026-10-14', value: '1.25' })).status).toBe(201);
    const list = await get('/v1/units/{id}/readings', { id });
    expect(list.body.items.map(({ day, kind }: { day: string; kind: string }) => [day, kind])).toEqual([
      ['2026-10-14', 'actual'],
      ['2026-10-10', 'change'],
      ['2026-09-30', 'actual'],
      ['2026-08-31', 'initial'],
    ]);
  });

  it.each([
    ['a day to come', { day: '2026-10-17', value: '5' }, '/body/day'],
    ['a day before the last reading', { day: '2026-10-12', value: '5' }, '/body/day'],
    ['four places', { day: '2026-10-15', value: '5.1234' }, '/body/value'],
    ['a negative value', { day: '2026-10-15', value: '-5' }, '/body/value'],
    ['a meter of another unit', { day: '2026-10-15', value: '5', meterId: newId('meter') }, '/body/meterId'],
  ])('refuses a reading with %s and names the field', async (_, change, path) => {
    const { body } = await get('/v1/units/{id}/fees', { id });
    const answer = await read({ meterId: body.meters[0].id, ...change });
    expect([answer.status, answer.body.errors[0].path]).toEqual([400, path]);
  });

  it('read by two people at once has both readings or a problem, never half of one', async () => {
    const { body } = await get('/v1/units/{id}/fees', { id });
    const meterId = body.meters[0].id;
    const answers = await Promise.all(
      ['20', '21', '22'].map((value) => read({ meterId, day: '2026-10-15', value })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 400, 400]);
    const { body: after } = await get('/v1/units/{id}/fees', { id });
    const kept = after.meters[0].readings.filter(({ day }: { day: string }) => day === '2026-10-15');
    expect(kept).toHaveLength(1);
    const items = (await get('/v1/units/{id}/readings', { id })).body.items;
    expect(items[0].value).toBe(kept[0].value);
  });
});

describe('fee settings', () => {
  const put = (body: unknown) => ask('PUT /v1/properties/{id}/fees', { params: { id: propertyId }, body });

  it('say when the next bill runs begin', async () => {
    const set = await put({
      vacantDiscount: { percent: '30', kinds: ['management'] },
      runs: [
        { cycle: 'month', day: 31, monthsAfter: -1 },
        { cycle: 'quarter', day: 5, monthsAfter: 3 },
      ],
    });
    expect(set.status).toBe(200);
    // Six in the morning in Shanghai.
    expect(set.body.next).toEqual([
      { at: '2026-10-30T22:00:00.000Z', cycle: '2026-11' },
      { at: '2027-01-04T22:00:00.000Z', cycle: '2026-Q4' },
    ]);
    expect((await get('/v1/properties/{id}/fees', { id: propertyId })).body).toEqual(set.body);
  });

  it('let nobody take cash unless they say so (FEE-3)', async () => {
    const taken = [];
    for (const body of [{}, { cash: true }, {}]) taken.push((await put(body)).body.cash);
    expect(taken).toEqual([false, true, false]);
  });

  it('name what is wrong with them', async () => {
    const answer = await put({ runs: [{ cycle: 'once', day: 32 }] });
    expect(answer.body.errors.map((error: { path: string }) => error.path).sort()).toEqual([
      '/body/runs/0/cycle',
      '/body/runs/0/day',
    ]);
  });
});
