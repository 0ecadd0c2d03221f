import { unitId } from '../../../../functions/offices/units.ts';
import type { Town } from '../../life/town.ts';
import { absent, inParts } from './parts.ts';

/** As Chinese spreadsheets write `楼栋,房号` and `甲,乙`: in GB18030. */
const gb18030 = Buffer.from('c2a5b6b02cb7bfbac50abcd72cd2d20a', 'hex');

/** Files of units and customers: all or nothing, every bad line named, what is there left as it is. */
export const files = inParts({ units, customers, shapes, abandoned });

const importing =
  (town: Town, id: string) =>
  (csv: string | Uint8Array, is?: number): Promise<{ id: string }> =>
    town.ask(id, { query: { propertyId: town.mine.prp }, csv, ...(is && { is }) });

async function units(town: Town): Promise<void> {
  const read = importing(town, 'importUnits');
  const file = [
    '\uFEFFBuilding ,Room,楼_层,建筑面积（㎡）,Status,备注',
    '1栋,101,1,89.5,入住,',
    '',
    '1栋,102,,70,空置,"两行\n\n备注"',
    ',,,,,',
    ' 1栋 ," 103 ",2,,VACANT,"说""好""，\uFEFF"',
    '1栋,104,,999999.99,占用,',
    '1栋,105,,,空房,',
    '1栋,106,,,Occupied,',
  ].join('\r\n');
  const head = '楼栋,房号,楼层,面积,状态,备注';
  await read(file);
  const others = [
    '1栋,101,2,89.5,入住,',
    '1栋,102,,70.01,空置,"两行\n\n备注"',
    '1栋,103,2,,入住,"说""好""，\uFEFF"',
    '1栋,104,,999999.99,已入住,有',
    '1栋,105,,,未入住,',
    '2栋,101,1,89.5,入住,',
  ];
  await read(`${head}\r${others.join('\r')}\n`);
  await read(`${head}\n${others.join('\n')}\n`);
  await read(`${head}\n${others.join('\n')}\n`);
  await read(gb18030);
  await read(
    [
      head,
      '3栋,101,1,"1,200",已入住,',
      '3栋,102,1,89.5㎡,未入住,',
      '3栋,103,1,1234567890,卖出,',
      '3栋,104,1,0.001,入住,x',
      '3栋,,1,5.25,,"两\n行"',
      '1栋,101,1,x,y,',
      '3栋,106,,,,',
      '3栋,10\u00018,,,,',
      '3栋,106,,,,',
      '3栋,107',
      '3栋,109,\u2028,-5,,',
    ].join('\n'),
    400,
  );
  const query = { propertyId: absent('prp') };
  await town.refused('importUnits', { query, csv: file });
  await read('楼栋,房号,朝向,室号,Room_,\n1栋,101,南,101,101,\n', 400);
  await read('楼层,面积\n1,80\n', 400);
  await read('\n\n楼栋,房号\n"1栋,101\n', 400);
  await town.refused('importUnits', { query: {}, csv: file });
  await town.ask('createUnit', { but: { building: '2栋', number: '101' }, is: 409 });
  await town.ask('listUnits', { query: { propertyId: town.mine.prp, occupancy: 'vacant' } });
}

async function customers(town: Town): Promise<void> {
  const read = importing(town, 'importCustomers');
  const head = '楼栋,房号,姓名,类型,电话,邮箱,紧急联系人,紧急联系电话,备注';
  const people = [
    '产权人,13800000000；13900000000,w@example.com;v@example.com,王六,13700000000,老人',
    '业主,,,,,',
    'Tenant,,,,,',
    '租户,8765 4321、13900000000/13900000001,,,,',
    '租客,,,王六,13700000000,',
    '家属,,a@example.com；b@example.com,,,',
    '家庭成员,,,,,x',
    '代理人,13800000000,,,,',
    'OWNER,,,,,',
    ',,,王六,13700000000,',
  ];
  const lines = (some: readonly string[]) =>
    `${head}\n${some.map((line, n) => `1栋,101,住户${n},${line}\n`).join('')}`;
  await read(lines(people));
  await read(
    lines([
      '产权人,13800000000；13900000000,w@example.com;v@example.com,王七,13700000000,老人',
      '租户,,,,,',
      'Tenant,13800000000,,,,',
      '租户,8765 4321、13900000000,,,,',
      '租客,,,王六,13700000001,',
      '家属,,a@example.com,,,',
      '家庭成员,,,,,',
      '代理人,13800000000,,王六,13700000000,',
      'OWNER,,,,,y',
      ',,,,,',
      'family,,,,,',
      'agent,,,,,',
    ]),
  );
  await read(
    [
      head,
      '1栋,101,王八,朋友,,,,,',
      '1栋,101,王九,,12、13800000000,not an address,,,',
      '1栋,101,王十,,,,王六,,',
      '1栋,101,王十一,,,,,13700000000,',
      '1栋,101,王十二,,;,,,,',
      '1栋,101,,,,,,,',
      '1栋,101,王五,,,,,,',
      '1栋,101,王五,,,,,,',
    ].join('\n'),
    400,
  );
  await read('姓名,楼栋,房号\n陈一,1栋,101\n陈二,7栋,1\n陈三,1栋,102\n陈四,7栋,2\n', 400);
  await town.ask('listCustomers', { query: { name: '住户', limit: '5' } });
}

/** What is no file, whatever it says. */
async function shapes(town: Town): Promise<void> {
  const read = importing(town, 'importCustomers');
  await read('', 400);
  await read('楼栋,房号,姓名\n ,\n', 400);
  await read(Buffer.from('ff00ff', 'hex'), 400);
  await read(`楼栋,房号,姓名\n${'1栋,1,甲\n'.repeat(5001)}`, 400);
  const query = { propertyId: town.mine.prp };
  await read('楼栋,房号,姓名\n1栋,101,"甲"乙\n', 400);
  const json = { 'content-type': 'application/json' };
  await town.refused('importUnits', { query, csv: '楼栋,房号\n1栋,101\n', headers: json, is: 415 });
}

/** What an import has left that never came to its end is not there for anybody; the file sent again goes on, others take its place. */
async function abandoned(town: Town): Promise<void> {
  const query = { propertyId: town.mine.prp };
  const read = importing(town, 'importUnits');
  const half = (calls: readonly { name: string }[]) =>
    calls.findIndex(({ name }) => name.startsWith('TransactWrite'));
  await town.ask('importUnits', { query, csv: '楼栋,房号\n5栋,1\n5栋,2\n', lostAfter: half });
  await read('楼栋,房号,楼层\n6栋,1,6\n6栋,2,6\n6栋,3,6\n');
  const ids = ['1', '2', '3'].map((number) => unitId(query.propertyId, '6栋', number));
  for (const item of ids.map((id) => town.item(id, 'unit')))
    town.stage.rig.write({ ...item, list: { ...item.list, importId: absent('imp') } });
  await town.ask('listUnits', { query });
  await town.refused('getUnit', { id: ids[0] ?? '', is: 404 });
  await town.ask('createUnit', { but: { building: '6栋', number: '1' } });
  await importing(town, 'importCustomers')('楼栋,房号,姓名\n6栋,2,王五\n6栋,1,王五\n', 400);
  await read('楼栋,房号\n6栋,2\n6栋,4\n');
}
