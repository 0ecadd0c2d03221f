import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BankRow, identities, maxRows, readStatement } from '../../../functions/statements/file.ts';
import { billsIn, type Known, match, matchAll, UnitCodes } from '../../../functions/statements/match.ts';

const mapping = {
  columns: { amount: '收入', day: '日期', serial: '流水号', payer: '户名', reference: ['摘要', '附言'] },
};
const header = '日期,流水号,收入,户名,摘要,附言,余额';
const read = (text: string, of: Parameters<typeof readStatement>[1] = mapping) =>
  readStatement(Buffer.from(text), of);

describe('a statement', () => {
  it('is read past its title and without its sums', () => {
    const { rows, skipped, problems } = read(
      [
        '某银行对账单,,,,,,',
        '账号：6222****,,,,,,',
        '',
        `${header}`,
        '2026-10-08,A1,"1,234.50",张伟,物业费,3栋1201,9.00',
        '20261009,A2,￥100.0000 ,李娜,,,',
        '2026/10/9 12:00:01,A3,,王芳,转出,,',
        '2026年10月9日,A4,-5.00,王芳,手续费,,',
        '2026-10-09,A5,0.00,,,,',
        '----------------,,,,,,',
        '共 5 笔',
        '合计,,"1,334.50",,,,9.00',
      ].join('\r\n'),
    );
    expect(problems).toEqual([]);
    expect(skipped).toBe(4);
    expect(rows).toEqual([
      { n: 5, day: '2026-10-08', amount: 123_450, payer: '张伟', reference: '物业费 3栋1201', serial: 'A1' },
      { n: 6, day: '2026-10-09', amount: 10_000, payer: '李娜', serial: 'A2' },
    ]);
  });

  it.each([
    '2026-10-08',
    '2026-10-08 10:11:12',
    '2026-10-08T10:11:12+08:00',
    '2026/10/8',
    '2026/10/8 9:05',
    '2026.10.08',
    '2026年10月8日',
    '20261008',
    '20261008 10:11:12',
    '202610081011',
    '20261008101112',
    '20261008101112345',
    '`2026-10-08 10:11:12',
    '2026-10-08 10:11:12\t',
  ])('reads the day that banks and payment services write as %j', (day) => {
    const { rows, problems } = read(`${header}\n${day},A1,1.00,,,,`);
    expect([problems, rows.map((row) => row.day)]).toEqual([[], ['2026-10-08']]);
  });

  it.each([
    '20261008991112',
    '2026100810111',
    '202610081',
    '2026-10-081',
    '20261332101112',
    '10/08/2026',
    '8-10-26',
  ])('takes %j for no day', (day) => {
    const { problems } = read(`${header}\n${day},A1,1.00,,,,`);
    expect(problems).toMatchObject([{ path: '/line/2/day', code: 'day' }]);
  });

  it('reads the cells of a merchant\u2019s WeChat bill, each with a sign before it', () => {
    const columns = { amount: '订单金额', day: '交易时间', serial: '微信订单号', reference: ['商品名称'] };
    const only = [{ column: '交易状态', values: ['SUCCESS'] }];
    const text = [
      '交易时间,微信订单号,交易状态,商品名称,订单金额',
      '`2026-10-08 10:11:12,`4200001,`SUCCESS,`物业费 3栋1201,`123.40',
      '`2026-10-08 10:12:12,`4200002,`REFUND,`物业费 3栋1201,`0.00',
      '总交易单数,应结订单总金额',
      '`2,`123.40',
    ].join('\n');
    expect(read(text, { columns, only })).toEqual({
      rows: [{ n: 2, day: '2026-10-08', amount: 12_340, reference: '物业费 3栋1201', serial: '4200001' }],
      skipped: 3,
      problems: [],
    });
  });

  it('counts those lines only that say what it is asked for (WeChat, Alipay)', () => {
    const text =
      '交易时间,收/支,金额(元),当前状态\n2026-10-08,收入,¥5.00,已收钱\n2026-10-08,支出,¥6.00,支付成功\n';
    const columns = { amount: '金额', day: '交易时间' };
    const only = [{ column: '收/支', values: ['收入'] }];
    const { rows, skipped } = read(text, { columns, only });
    expect([rows.map(({ amount }) => amount), skipped]).toEqual([[500], 1]);
  });

  it.each([
    ['an amount of three places', '2026-10-08,A1,1.005,,,,', '/line/2/amount', 'amount'],
    ['an amount that is none', '2026-10-08,A1,一百,,,,', '/line/2/amount', 'amount'],
    ['an amount of 10^15', '2026-10-08,A1,1000000000000000,,,,', '/line/2/amount', 'amount'],
    ['a day that does not exist', '2026-02-30,A1,1.00,,,,', '/line/2/day', 'day'],
    ['no day for money that somebody paid', ',A1,1.00,张伟,,,', '/line/2/day', 'day'],
    ['a control character', '2026-10-08,A1,1.00,\u0007,,,', '/line/2/payer', 'control_character'],
  ])('with %s is refused and says where', (_, line, path, code) => {
    const { problems } = read(`${header}\n${line}`);
    expect(problems).toMatchObject([{ path, code }]);
  });

  it('without the columns of the mapping, in no encoding, or too long, is refused', () => {
    expect(read('日期,金额\n2026-10-08,1.00').problems).toMatchObject([{ code: 'header_missing' }]);
    expect(readStatement(Uint8Array.from([0x80, 0xff]), mapping).problems).toMatchObject([
      { code: 'encoding' },
    ]);
    const long = Array.from({ length: maxRows + 1 }, (_, i) => `2026-10-08,A${i},1.00,x,,,`);
    expect(read([header, ...long].join('\n')).problems).toMatchObject([{ code: 'too_many_lines' }]);
  });

  it('never makes the reader fall over', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const { rows, problems } = readStatement(Buffer.concat([Buffer.from(`${header}\n`), bytes]), mapping);
        for (const { amount } of rows) expect(amount).toBeGreaterThan(0);
        for (const { path } of problems) expect(path).toMatch(/^\/(body|line\/\d+)/);
      }),
    );
  });
});

const row = (of: Partial<BankRow> = {}): BankRow => ({ n: 2, day: '2026-10-08', amount: 100, ...of });

describe('the identity of a line', () => {
  const rows = fc.array(
    fc.record({
      serial: fc.option(fc.constantFrom('A', 'B'), { nil: undefined }),
      amount: fc.constantFrom(1, 2),
    }),
    { maxLength: 12 },
  );

  it('is its own within a file, and the same in the same file', () => {
    fc.assert(
      fc.property(rows, (all) => {
        const made = all.map(({ serial, amount }) => row({ amount, ...(serial && { serial }) }));
        const ids = identities(made).map((parts) => JSON.stringify(parts));
        expect(new Set(ids).size).toBe(made.length);
        expect(identities(structuredClone(made)).map((parts) => JSON.stringify(parts))).toEqual(ids);
      }),
    );
  });

  it('is the bank\u2019s number whatever else changes, and without one all that it says', () => {
    const [a] = identities([row({ serial: 'A1', reference: 'x' })]);
    expect(identities([row({ serial: 'A1', reference: 'y', n: 9 })])[0]).toEqual(a);
    const [b] = identities([row({ payer: 'p' })]);
    expect(identities([row({ payer: 'q' })])[0]).not.toEqual(b);
    expect(identities([row({ payer: 'p', n: 77 })])[0]).toEqual(b);
  });
});

describe('units named in a text', () => {
  const units = new UnitCodes([
    { id: 'a', building: '3栋', number: '1201' },
    { id: 'b', building: '13栋', number: '1201' },
    { id: 'c', building: 'A座', number: '0803' },
    { id: 'd', building: '2期-3栋', number: '101' },
    { id: 'e', building: '3栋', number: '101' },
    { id: 'f', building: '5栋', number: '12B' },
    { id: 'g', building: '东区', number: '门岗' },
    { id: 'h', building: '3栋', number: '1201铺' },
    { id: 'i', building: '#8', number: '602室' },
    { id: 'j', building: '西区', number: '7' },
  ]);
  it.each([
    ['物业费3栋1201', ['a']],
    ['3-1201 十月', ['a']],
    ['３号楼１２０１室', ['a']],
    ['13#1201', ['b']],
    ['a座 0803', ['c']],
    ['2期3栋101', ['d']],
    ['3栋101', ['e']],
    ['33-1201', []],
    ['3-12012', []],
    ['3-12012 1201', []],
    ['5栋12b', ['f']],
    ['5-12bc', []],
    ['东区门岗', []],
    ['1201', []],
    ['物业费', []],
    ['', []],
    ['3-1201 和 A0803', ['a']],
    ['3-1201、A座0803', ['a', 'c']],
    ['3-1201 及 13-1201', ['a', 'b']],
    ['13-1201 及 3-1201', ['a', 'b']],
    ['3栋1201铺', ['h']],
    ['3栋1201张伟', ['a']],
    ['8-602', ['i']],
    ['西区7号', ['j']],
    ['3-1201 3-1201', ['a']],
    ['2-3-101 3-101', ['d', 'e']],
    ['3栋101、2期3栋101', ['d', 'e']],
    ['2期3栋101，另2期3栋101', ['d']],
    ['3栋1201铺及3栋1201', ['a', 'h']],
  ])('%s', (text, ids) => {
    expect(units.in(text).sort()).toEqual(ids);
  });
});

it('the bills that a text names are those with a whole id', () => {
  const ids = ['bil_01JZ0000000000000000000000', 'bil_01JZ0000000000000000000001'];
  expect(billsIn(`${ids[0]}，${ids[1]} bil_01JZ`)).toEqual(ids);
  expect([billsIn('bil_01IL'), billsIn(''), billsIn(undefined)]).toEqual([[], [], []]);
});

describe('a line is from', () => {
  const bill = 'bil_01JZ0000000000000000000000';
  const known: Known = {
    units: new UnitCodes([
      { id: 'u1', building: '1栋', number: '101' },
      { id: 'u2', building: '1栋', number: '102' },
      { id: 'u3', building: '1栋', number: '103' },
      { id: 'u4', building: '1栋', number: '104' },
      { id: 'u5', building: '1栋', number: '105' },
    ]),
    posted: new Map([['P1', { paymentId: 'pay', unitId: 'u4', payerId: 'zhao', amount: 100 }]]),
    accounts: [
      { unitId: 'u1', payerId: 'zhang', open: 100 },
      { unitId: 'u2', payerId: 'li', open: 100 },
      { unitId: 'u2', payerId: 'wang', open: 300 },
    ],
    payers: new Map([
      ['u1', ['zhang']],
      ['u2', ['li', 'wang']],
      ['u3', ['zhao']],
      ['u4', ['zhao', 'qian']],
    ]),
    bills: new Map([[bill, { unitId: 'u2', payerId: 'wang', open: 300 }]]),
    names: new Map([
      ['张伟', ['zhang']],
      ['李娜', ['li', 'zhang']],
      ['王芳', ['wang']],
    ]),
  };
  it.each([
    [
      'nobody new where it was posted before under its number',
      { serial: 'P1', payer: '张伟' },
      { by: 'payment', paymentId: 'pay', payerId: 'zhao' },
    ],
    [
      'whoever else where only the number is that of a payment',
      { serial: 'P1', amount: 99 },
      { why: 'nothing' },
    ],
    [
      'the payer of the bill it names',
      { reference: `pay ${bill}` },
      { by: 'bill', payerId: 'wang', billId: bill },
    ],
    ['the one payer of the unit it names', { reference: '1-101' }, { by: 'unit', payerId: 'zhang' }],
    ['him whatever he pays', { reference: '1-101', amount: 7 }, { by: 'unit', payerId: 'zhang' }],
    [
      'the unit it names where the bill is none of here',
      { reference: `${bill.replace('Z', 'Y')} 1-101` },
      { by: 'unit', unitId: 'u1' },
    ],
    ['nobody where the unit has no payer', { reference: '1-105' }, { why: 'noPayer', unitId: 'u5' }],
    [
      'of two payers of a unit the one named',
      { reference: '1-102', payer: '王 芳' },
      { by: 'unit', payerId: 'wang' },
    ],
    [
      'of two payers of a unit the one who owes it',
      { reference: '1-102', amount: 300 },
      { by: 'unit', payerId: 'wang' },
    ],
    ['of two payers of a unit nobody yet', { reference: '1-102', amount: 7 }, { why: 'severalPayers' }],
    ['the only payer of a unit that owes nothing', { reference: '1-103' }, { by: 'unit', payerId: 'zhao' }],
    ['nobody yet where two might pay ahead', { reference: '1-104' }, { why: 'severalPayers' }],
    ['whoever has the name and owes just this', { payer: '张伟' }, { by: 'payer', unitId: 'u1' }],
    ['nobody yet where the amount is another', { payer: '张伟', amount: 99 }, { why: 'nothing' }],
    ['nobody yet where two of a name owe it', { payer: '李娜' }, { why: 'severalPayers' }],
    ['nobody yet where two units are named', { reference: '1-101 1-102' }, { why: 'severalUnits' }],
    ['nobody yet where nothing is known', { payer: '无名', reference: '货款' }, { why: 'nothing' }],
  ])('%s', (_, of, expected) => {
    expect(match(row(of), known)).toMatchObject(expected);
  });

  it('is not owed twice: what an earlier line has paid is gone', () => {
    const twice = [row({ payer: '张伟' }), row({ payer: '张伟', n: 3 })];
    expect(matchAll(twice, known)).toMatchObject([{ by: 'payer' }, { why: 'nothing' }]);
    const posted = { paymentId: 'pay', unitId: 'u1', payerId: 'zhang', amount: 100 };
    const before = [row({ payer: '张伟', serial: 'P2' }), row({ payer: '张伟', n: 3 })];
    expect(matchAll(before, { ...known, posted: new Map([['P2', posted]]) })).toMatchObject([
      { by: 'payment' },
      { by: 'payer' },
    ]);
  });

  it('is of what is left: an earlier line in part, and nobody else owes less for it', () => {
    const lines = [
      row({ reference: '1-102', payer: '王芳', amount: 100 }),
      row({ payer: '王芳', amount: 200, n: 3 }),
      row({ reference: '1-102', amount: 7, n: 4 }),
      row({ payer: '张伟', n: 5 }),
    ];
    expect(matchAll(lines, known)).toMatchObject([
      { by: 'unit', payerId: 'wang' },
      { by: 'payer', unitId: 'u2', payerId: 'wang' },
      { by: 'unit', payerId: 'li' },
      { by: 'payer', payerId: 'zhang' },
    ]);
  });

  it('pays for the unit it names only: what its payer owes elsewhere is owed still', () => {
    const accounts = [...known.accounts, { unitId: 'u3', payerId: 'zhang', open: 100 }];
    const lines = [row({ reference: '1-101' }), row({ payer: '张伟', n: 3 }), row({ payer: '张伟', n: 4 })];
    expect(matchAll(lines, { ...known, accounts })).toEqual([
      { by: 'unit', unitId: 'u1', payerId: 'zhang' },
      { by: 'payer', unitId: 'u3', payerId: 'zhang' },
      { why: 'nothing' },
    ]);
  });

  it('is one payment’s, once: the bank’s second line of that number is another', () => {
    expect(matchAll([row({ serial: 'P1' }), row({ serial: 'P1', n: 3 })], known)).toMatchObject([
      { by: 'payment' },
      { why: 'nothing' },
    ]);
  });
});
