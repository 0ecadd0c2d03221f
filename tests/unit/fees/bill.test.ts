import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { billsOf } from '../../../functions/fees/bill.ts';
import { billItem, billOf, type StoredBill } from '../../../functions/fees/billItem.ts';
import { wordsOf } from '../../../functions/fees/words.ts';
import { addDays } from '../../../shared/time/index.ts';
import { input, owner, standard, tenant, version } from './facts.ts';

const amounts = (from: Parameters<typeof input>[0]) =>
  billsOf(input(from)).bills.map(({ payerId, total }) => [payerId, total]);

describe('a management fee', () => {
  it('is area times price times months, rounded once', () => {
    expect(amounts({ area: '89.37', standards: [standard({ price: '2.3456' })] })).toEqual([
      ['cus_O', 20963],
    ]);
    const quarter = standard({ cycle: 'quarter', price: '2.3456' });
    // 89.37 x 2.3456 x 3 = 628.878...; three rounded months would be 628.89.
    expect(amounts({ area: '89.37', cycle: '2026-Q4', standards: [quarter] })).toEqual([['cus_O', 62888]]);
  });

  it('is charged only by runs of its own cycle', () => {
    expect(amounts({ cycle: '2026-Q4' })).toEqual([]);
  });

  it('is split by days when the unit changes hands, and the parts add up', () => {
    const occupancies = [owner('cus_A', '2020-01-01', '2026-10-14'), owner('cus_B', '2026-10-15')];
    const bills = amounts({ area: '100.01', facts: { occupancies } });
    // 200.02 yuan over 14 and 17 days of 31: 90.33161 and 109.68839.
    expect(bills).toEqual([
      ['cus_A', 9033],
      ['cus_B', 10969],
    ]);
  });

  it('of a tenant is the owner\u2019s on the days without one', () => {
    const occupancies = [owner(), tenant('cus_T', '2026-10-11', '2026-10-20')];
    const bills = amounts({
      area: '31',
      standards: [standard({ payer: 'tenant', price: '1' })],
      facts: { occupancies },
    });
    expect(bills).toEqual([
      ['cus_O', 2100],
      ['cus_T', 1000],
    ]);
  });

  it('takes the vacancy discount only for the days on which the unit is empty', () => {
    const settings = { vacantDiscount: { percent: '30', kinds: ['management' as const] } };
    const vacancies = [{ from: '2026-10-22' }];
    expect(
      amounts({ area: '31', standards: [standard({ price: '1' })], settings, facts: { vacancies } }),
    ).toEqual([['cus_O', 2100 + 700]]);
    const other = { vacantDiscount: { percent: '30', kinds: ['parking' as const] } };
    expect(
      amounts({ area: '31', standards: [standard({ price: '1' })], settings: other, facts: { vacancies } }),
    ).toEqual([['cus_O', 3100]]);
  });

  it.each([
    [{ kind: 'exempt' as const }, []],
    [{ kind: 'discount' as const, percent: '12.5' }, [['cus_O', 17500]]],
    [{ kind: 'fixed' as const, amount: 12345 }, [['cus_O', 12345]]],
  ])('follows the exception %j, in place of the vacancy discount', (exception, expected) => {
    const exceptions = [{ standardId: 'fee_A', reason: '业委会决议', from: '2026-01-01', ...exception }];
    const settings = { vacantDiscount: { percent: '50', kinds: ['management' as const] } };
    const { bills, notes } = billsOf(
      input({ settings, facts: { exceptions, vacancies: [{ from: '2020-01-01' }] } }),
    );
    expect(bills.map(({ payerId, total }) => [payerId, total])).toEqual(expected);
    expect(notes).toContainEqual(expect.objectContaining({ kind: 'exception', standardId: 'fee_A' }));
  });

  it('changes its price inside a cycle by days', () => {
    const changed = standard({
      versions: [version(1, '2020-01-01', { price: '1' }), version(2, '2026-10-22', { price: '2' })],
    });
    const [bill] = billsOf(input({ area: '31', standards: [changed] })).bills;
    expect(bill?.lines.map(({ version, amount }) => [version, amount])).toEqual([
      [1, 2100],
      [2, 2000],
    ]);
  });

  it('begins and ends with its standard', () => {
    const late = standard({ versions: [version(1, '2026-10-22', { price: '1' })] });
    const ended = standard({ to: '2026-10-10', price: '1' });
    expect(amounts({ area: '31', standards: [late] })).toEqual([['cus_O', 1000]]);
    expect(amounts({ area: '31', standards: [ended] })).toEqual([['cus_O', 1000]]);
    expect(amounts({ cycle: '2026-11', standards: [ended] })).toEqual([]);
  });
});

describe('a bill', () => {
  it('is one per payer with all lines, due when the last of them is', () => {
    const parking = standard({
      id: 'fee_P',
      kind: 'parking',
      basis: 'fixed',
      appliesTo: 'assigned',
      versions: [
        version(1, '2020-01-01', { price: '300', due: { kind: 'dayOfMonth', day: 25, monthsAfter: 0 } }),
      ],
    });
    const assignments = [{ standardId: 'fee_P', quantity: '2', from: '2026-01-01' }];
    const { bills } = billsOf(input({ standards: [standard(), parking], facts: { assignments } }));
    expect(bills).toMatchObject([{ payerId: 'cus_O', total: 20000 + 60000, dueDay: '2026-10-25' }]);
    expect(bills[0]?.lines).toHaveLength(2);
    expect(amounts({ standards: [parking] })).toEqual([]);
  });

  const nobody = { en: 'Nobody is on file to pay for this unit.', zh: '该房屋未登记付款人。' };
  it.each([
    ['noPayer', nobody, { facts: { occupancies: [] } }],
    ['noPayer', nobody, { facts: { occupancies: [owner('cus_A', '2027-01-01')] } }],
    ['noArea', { en: 'The unit has no area on file.', zh: '该房屋未登记面积。' }, { area: undefined }],
    [
      'tooMuch',
      { en: 'The amount is past what the books can hold.', zh: '金额超出账务上限。' },
      { area: '999999999', standards: [standard({ price: '999999999' })] },
    ],
  ])('cannot be made (%s) and says why in both languages: %j', (code, words, from) => {
    expect(() => billsOf(input(from))).toThrow(
      expect.objectContaining({ name: 'Unbillable', code, words, standardId: 'fee_A' }),
    );
  });

  it('says in words how each line was computed', () => {
    const exceptions = [
      {
        kind: 'discount' as const,
        percent: '10',
        standardId: 'fee_A',
        reason: '漏水补偿',
        from: '2026-10-01',
      },
    ];
    const occupancies = [owner('cus_A', '2020-01-01', '2026-10-14'), owner('cus_B', '2026-10-15')];
    const [bill] = billsOf(input({ area: '89.37', facts: { exceptions, occupancies } })).bills;
    expect(wordsOf(bill?.lines[0] as never)).toEqual({
      en: '89.37 m2 x 2 yuan x 1 month x 14/31 days = 80.72129032 yuan, to the fen 80.72 yuan. Exception (漏水补偿): 10 % off, 72.65 yuan.',
      zh: '89.37 平方米 × 2 元 × 1 个月 × 14/31 天 = 80.72129032 元，取整到分为 80.72 元。例外（漏水补偿）：减 10%，计 72.65 元。',
    });
  });

  it('comes back from the table as it was put there, below two kilobytes with four lines', () => {
    const id = (prefix: string) => `${prefix}_01JZ0000000000000000000000`;
    const lines = ['fee_A', 'fee_B', 'fee_C', 'fee_D'].flatMap(
      (name) =>
        billsOf(input({ area: '89.37', standards: [standard({ id: id(name), price: '2.3456' })] })).bills[0]
          ?.lines ?? [],
    );
    const bill: StoredBill = {
      id: id('bil'),
      unitId: id('unt'),
      propertyId: id('prp'),
      payerId: id('cus'),
      cycle: '2026-10',
      slot: 0,
      n: 1,
      status: 'open',
      dueDay: '2026-10-10',
      total: 83852,
      open: 83852,
      at: '2026-10-01T00:00:00.000Z',
      lines,
      paid: {},
      runId: id('run'),
      version: 1,
    };
    const item = billItem(id('ten'), bill);
    expect(billOf(item)).toEqual(bill);
    expect(JSON.stringify(item).length).toBeLessThan(2048);
    const other: StoredBill = { ...bill, status: 'paid', slot: 1, slots: 2, used: { pay_1: 100 } };
    expect(billOf(billItem(id('ten'), other))).toEqual(other);
  });
});

describe('any unit in any cycle', () => {
  const dayIn = fc.integer({ min: -20, max: 50 }).map((n) => addDays('2026-10-01', n));
  const facts = fc.record({
    hands: fc.uniqueArray(dayIn, { maxLength: 5 }),
    tenancy: fc.option(fc.tuple(dayIn, fc.nat(40))),
    vacancies: fc.option(fc.tuple(dayIn, fc.nat(30))),
    area: fc.integer({ min: 1, max: 50_000 }),
    price: fc.integer({ min: 0, max: 9_999_999 }),
    payer: fc.constantFrom('owner' as const, 'tenant' as const),
  });

  it('is billed the whole rounded amount, however often it changes hands and whoever pays', () => {
    fc.assert(
      fc.property(facts, ({ hands, tenancy, vacancies, area, price, payer }) => {
        const starts = ['2020-01-01', ...hands.sort()];
        const occupancies = starts.map((from, i) => {
          const next = starts[i + 1];
          return owner(`cus_${i}`, from, next && addDays(next, -1));
        });
        const all = tenancy
          ? [...occupancies, tenant('cus_T', tenancy[0], addDays(tenancy[0], tenancy[1]))]
          : occupancies;
        const { bills } = billsOf(
          input({
            area: (area / 100).toFixed(2),
            standards: [standard({ price: (price / 1e6).toFixed(6), payer })],
            facts: {
              occupancies: all,
              vacancies: vacancies ? [{ from: vacancies[0], to: addDays(vacancies[0], vacancies[1]) }] : [],
            },
          }),
        );
        const exact = BigInt(area) * BigInt(price);
        const whole = (2n * exact + 1_000_000n) / 2_000_000n;
        expect(bills.reduce((sum, { total }) => sum + BigInt(total), 0n)).toBe(whole);
        expect(new Set(bills.map(({ payerId }) => payerId)).size).toBe(bills.length);
        for (const bill of bills) {
          expect(bill.total).toBe(bill.lines.reduce((sum, { amount }) => sum + amount, 0));
          expect(bill.lines.every(({ amount }) => amount >= 0)).toBe(true);
        }
      }),
    );
  });
});
