import type { Town } from '../../life/town.ts';
import { missing, tillOf } from './till.ts';

interface Line {
  id: string;
  serial: string;
}

/** Whose the money of a statement is (FEE-3): matched by what a line says, or said by a person. */
export async function matching(town: Town): Promise<void> {
  const { mine } = town;
  const till = tillOf(town);
  const propertyId = mine.prp;
  const main = { mapping: (await town.ask('createStatementMapping')).name };
  let n = 0;
  /** Lines as `amount payer reference`; the number of the line follows if it is named. */
  const statement = (by: { mapping: string }, ...lines: string[]) =>
    town.ask('importStatement', {
      query: { propertyId, ...by },
      csv: `交易日期,交易流水号,贷方发生额,对方户名,摘要,附言\n${lines
        .map((line) => {
          const [amount, payer, reference, serial = `S${++n}`] = line.split('|');
          return `2026-08-02,${serial},${amount},${payer},${reference},\n`;
        })
        .join('')}`,
    });
  const linesOf = async (id: string): Promise<Line[]> => (await town.ask('listStatementLines', { id })).items;

  const two = await till.home('101', '李雷', { building: '2-3栋' });
  const mate = (
    await town.ask('createCustomer', { but: { unitId: two.unitId, name: '韩梅梅', kind: 'tenant' } })
  ).id;
  const plain = await till.home('101', '刘洋');
  const shop = await till.home('101铺', '商户', { building: '3' });
  const away = await till.home('5A室', '赵六', { building: 'B座' });
  const spare = await till.home('6室', '钱七', { building: 'B座' });
  const first = await till.bill('甲', '100');
  const later = await till.bill('乙', '60', { dueDay: '2026-08-26' });
  const gone = await till.bill('丙', '5');
  await town.ask('voidBill', { id: gone });
  await till.bill('丁', '30', two);
  await till.bill('戊', '40', { ...two, payerId: mate });
  await till.bill('己', '77', away);
  await till.bill('庚', '77', { unitId: shop.unitId, payerId: away.payerId });
  await till.bill('平', '6', plain);
  const elsewhere = (await town.ask('createProperty', { but: { name: '西苑' } })).id;
  const far = await till.home('1', '远方', { propertyId: elsewhere });
  const foreign = await till.bill('辛', '9', far);

  await statement(
    main,
    // By the bill: part of it, more than it, one that is paid, taken back, of another property, missing.
    `30|某人|物业费 ${later}`,
    `105|某人|${first} 物业费`,
    `5|某人|${first}`,
    `1|某人|${gone}`,
    `1|某人|${foreign}`,
    `1|某人|${missing('bil')}`,
    `1|某人|${missing('bil')} ${later}`,
    // By the unit.
    '1|某人|3栋1201物业费',
    '1|某人|3-1201',
    '1|某人|３号楼１２０１室',
    '1|某人|13栋1201',
    '1|某人|3栋12010',
    '1|某人|31201',
    '1|某人|3栋1201 和 9栋101',
    '1|某人|9栋9901',
    '1|某人|3-101',
    // Two payers: by the name, by the amount, by neither; one of them when the other has paid.
    '1|韩梅梅|2-3栋101',
    '31|某人|2-3-101',
    '30|某人|2-3-101',
    '2|某人|2-3栋101',
    '37|某人|2-3栋101',
    '1|某人|2-3栋101',
    // By name and amount together.
    '77|赵六|房租',
    '1|某人|3-101铺',
    '77|赵　六|',
    '1|某人|B座5ab',
    '1|某人|B座5a',
    '5|刘洋|',
    '1|王五|',
    '1||',
  );
  await town.ask('getUnitArrears', { id: two.unitId });

  // Posted before under the line's number: as it says, or otherwise.
  const bank = (externalId: string, amount: string, but: Record<string, unknown> = {}) =>
    till.paid(externalId, amount, { method: 'bank', ...but });
  await bank('P1', '3');
  await bank('P2', '3');
  await bank('P3', '3', { method: 'wechat' });
  await town.ask('reversePayment', { id: await bank('P4', '3') });
  await town.ask('movePayment', { id: await bank('P5', '3'), but: away });
  await bank('P6', '3', far);
  await bank('P7', '3');
  await till.bill('壬', '50', spare);
  const posted = await statement(
    main,
    '3|张伟|3栋1201|P1',
    '4|张伟||P2',
    '3|张伟||P3',
    '3|张伟||P4',
    '3|张伟||P5',
    '3|张伟|3栋1201|P6',
    '3|张伟|3栋1201|P1',
    '3|张伟|B座6|P7',
    '50|钱七|',
    '3|张伟|3栋1201|Q1',
    '3|张伟|3栋1201|Q1',
  );
  await linesOf(posted.id);
  // By another way of reading there may be a line of the same number.
  const branch = (await town.ask('createStatementMapping', { but: { name: '分行' } })).name;
  await statement({ mapping: branch }, '3|张伟|3栋1201|Q1');
  // The number of a line that was booked is a payment's name.
  for (const [method, is] of [
    ['bank', 200],
    ['wechat', 409],
  ] as const)
    await town.ask('createPayment', {
      but: { externalId: 'Q1', amount: '3', method },
      ...(is > 200 && { is }),
    });

  // A person decides.
  const last = await till.bill('末', '50');
  const open = await statement(
    main,
    '11|某人||T1',
    '12|某人||T2',
    '13|某人||T3',
    '14|某人||T4',
    '15|某人|',
    '16|某人||T6',
  );
  const lines = await linesOf(open.id);
  const assign = (at: number, but: Record<string, unknown>, is?: number, id = open.id) =>
    town.ask('assignStatementLine', {
      params: { id, line: lines[at]?.id ?? missing('stl') },
      but: { payerId: mine.cus, ...but },
      ...(is !== undefined && { is }),
    });
  const dismiss = (at: number, is?: number, id = open.id) =>
    town.ask('dismissStatementLine', {
      params: { id, line: lines[at]?.id ?? missing('stl') },
      ...(is !== undefined && { is }),
    });
  await assign(9, {}, 404);
  await assign(0, {}, 404, posted.id);
  await dismiss(9, 404);
  await dismiss(0, 404, posted.id);
  await assign(0, { unitId: missing('unt') }, 400);
  await assign(0, { payerId: missing('cus') }, 400);
  await assign(0, { payerId: away.payerId }, 400);
  await assign(0, { allocations: [{ billId: last, amount: '12' }] }, 400);
  await assign(0, { allocations: [{ billId: last, amount: '10' }] });
  await assign(0, {}, 409);
  await dismiss(0, 409);
  await dismiss(1);
  await dismiss(1, 409);
  await assign(1, {}, 409);
  await bank('T3', '13', two);
  await assign(2, { ...two, payerId: mate }, 409);
  await assign(2, { ...away, payerId: two.payerId }, 400);
  await assign(2, away, 409);
  await assign(2, two);
  await bank('T4', '13.99');
  await assign(3, shop);
  await assign(4, spare);
  await town.ask('movePayment', { id: await bank('T6', '16'), but: away });
  await assign(5, {}, 409);
  await assign(5, away);
  for (const state of ['open', 'booked', 'dismissed'])
    await town.ask('listStatementLines', { id: open.id, query: { state } });

  // More payers than one transaction takes.
  const ninth = Array.from({ length: 21 }, (_, n) => `1|某人|9栋${n + 1}01`);
  await statement(main, ...ninth, ...ninth.slice(0, 2));
}

/** Many owe something. */
export async function neighbours(town: Town): Promise<void> {
  const { items } = await town.ask('listUnits', { query: { propertyId: town.mine.prp, limit: '40' } });
  const ninth = items.filter(({ building }: { building: string }) => building === '9栋').slice(0, 21);
  for (const { id } of ninth) await tillOf(town).bill('邻', '1', { unitId: id });
}
