import type { Town, Wish } from '../../life/town.ts';
import { missing, tillOf } from './till.ts';

const icbc = '工商银行基本户';
const wechat = '微信商户';
const title = '交易日期,交易流水号,贷方发生额,对方户名,摘要,附言';

/** What every line of a file but its reference leaves to itself. */
interface Line {
  day?: string;
  serial?: string;
  amount: string;
  payer?: string;
  for?: string;
  and?: string;
}

const csvOf = (lines: readonly Line[]) =>
  [
    title,
    ...lines.map(({ day = '2026-08-02', serial = '', amount, payer = '', for: what = '', and = '' }) =>
      [day, serial, `"${amount}"`, payer, what, and].join(),
    ),
  ].join('\n');

/** Files of the bank: how they are read, and that one with a line that makes no sense is refused with every such line. */
export async function bankFiles(town: Town): Promise<void> {
  const propertyId = town.mine.prp;
  await mappings(town);
  const query = { propertyId, mapping: icbc };
  const file = (csv: string, wish: Wish = {}) => town.ask('importStatement', { query, csv, ...wish });
  const refused = (csv: string, wish: Wish = {}) => file(csv, { is: 400, ...wish });
  const one = csvOf([{ amount: '1' }]);
  await refused(one, { query: { propertyId: missing('prp'), mapping: icbc } });
  await refused(one, { query: { propertyId, mapping: '农业银行' } });
  await refused(one, { query: { propertyId, mapping: '/' } });
  await refused(one, { headers: { 'content-type': 'application/json' }, is: 415 });
  await refused('交易日期,交易流水号,贷方发生额,对方户名,摘要\n2026-08-02,1,1.00,a,b\n');
  await refused(`${title}\n2026-08-02,1,"1.00,a,b,c\n`);
  await refused('\n');

  // What is wrong with a line.
  const amounts = ['1.234', 'abc', '1e3', '123456789012', '--1', '1.0.0', '.5', '-x', '3+3'];
  const days = [
    '2026-13-01',
    '20260230',
    '八月',
    '',
    '2026-8',
    '20260803101112',
    '2026-08-04',
    '20260804',
    'a20260801',
    'a2026-08-01',
  ];
  await refused(
    csvOf([
      ...amounts.map((amount) => ({ amount, payer: '张伟' })),
      ...days.map((day) => ({ day, amount: '1', payer: '张伟' })),
      { amount: '1', payer: 'a\u0007b', for: 'c\u0001', serial: '\u0002' },
    ]),
  );
  await refused(csvOf(Array.from({ length: 1501 }, () => ({ amount: '1' }))));

  // What is passed over, and in how many ways amounts and days are written.
  const read = await file(
    [
      '中国工商银行,,,,,',
      '账号,6222,,,,',
      title,
      '只是一句话',
      ',,,,,',
      '2026-08-01,,,张伟,转出,',
      '2026-08-01,,-5.00,张伟,转出,',
      '2026-08-01,,0.00,张伟,,',
      '2026-08-01,,-,张伟,,',
      '合计,,900.00,,,',
      ',,900.00,,,',
      '20260801,A1,"￥1,234.50",甲,,',
      '2026/8/1,A2,+3元,乙,,',
      '2026.08.01,A3,1.230,丙,,',
      '2026-08-01 10:11:12,A4,１２.３０,丁,,',
      '2026年8月1日,A5,¥ 7,戊,,',
      `20260802 101112,A6,8,${'己'.repeat(210)},${'a '.repeat(75)},${'b '.repeat(75)}`,
      `2026-08-03,,9,, ,x`,
      `2026-08-03,,9,, ,x`,
      '2026-08-03,,9.00,,y,',
      '2026-08-03,,10,,,,',
      `2026-08-03,${'7 '.repeat(105)},11,,,`,
      '2026-08-03,A1,2,,,',
    ].join('\n'),
  );
  await town.ask('listStatementLines', { id: read.id });
  // Once more; then one that overlaps.
  await file(`\uFEFF${title}\n20260801,A1,"￥1,234.50",甲,,\n2026-08-03,,9,,,x\n2026-08-03,A9,12,,,\n`);
  await file(`\uFEFF${title}\n20260801,A1,"￥1,234.50",甲,,\n2026-08-03,,9,,,x\n2026-08-03,A9,12,,,\n`);

  // Only lines that say so, with no other columns.
  await file(
    '时间,金额,类型,状态\n2026-08-01,5,收入,支付成功\n2026-08-01,6,收入,已退款\n2026-08-01,7,支出,支付成功\n2026-08-01,5,收入,已存入\n',
    {
      query: { propertyId, mapping: wechat },
    },
  );
  const till = tillOf(town);
  await till.pages('listStatements', { propertyId, limit: '2' });
  await till.pages('listStatementLines', { limit: '4' }, { id: read.id });
  await till.pages('listStatementLines', { limit: '4', state: 'open' }, { id: read.id });
  await town.ask('listStatementLines', { id: read.id, query: { state: 'booked' } });
  await town.refused('listStatementLines', { id: missing('stm'), is: 404 });
  await town.ask('listStatements', { query: { propertyId: missing('prp') } });
}

async function mappings(town: Town): Promise<void> {
  const create = (but: Record<string, unknown>, is?: number) =>
    is ? town.refused('createStatementMapping', { but, is }) : town.ask('createStatementMapping', { but });
  const columns = { amount: '金额', day: '时间' };
  await create(
    {
      name: '/',
      method: 'cash',
      columns: { amount: '', reference: [] },
      only: [{ column: 'a', values: [] }],
    },
    400,
  );
  await create({ columns: { amount: '金额', day: '金额' } }, 400);
  await create({ columns: { ...columns, reference: ['摘要', '摘要'] } }, 400);
  await create({ columns: { ...columns, payer: '对方', reference: ['对方'] } }, 400);
  await create({});
  await create({}, 409);
  const only = [
    { column: '类型', values: ['收入'] },
    { column: '状态', values: ['支付成功', '已存入'] },
  ];
  await create({ name: wechat, method: 'wechat', columns: { ...columns, serial: '单号' } });
  const change = (name: string, body: object, wish: Wish = {}) =>
    town.ask('changeStatementMapping', { params: { name }, body, ...wish });
  await change('农业银行', { method: 'bank', columns }, { is: 404 });
  await change(wechat, { method: 'bank', columns: { amount: 'a', day: 'a' } }, { is: 400 });
  await change(wechat, { method: 'wechat', columns, only }, { headers: { 'if-match': '"2"' }, is: 412 });
  await change(wechat, { method: 'wechat', columns, only }, { headers: { 'if-match': '"1"' } });
  await tillOf(town).pages('listStatementMappings', { limit: '1' });
}
