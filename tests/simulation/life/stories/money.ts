import type { Town } from '../town.ts';

/** What is charged: standards, meters, runs by hand and by schedule, single bills. */
export async function fees(town: Town): Promise<void> {
  const { mine } = town;
  const propertyId = mine.prp;
  const unit = mine.unt;
  mine.fst = (await town.ask('createFeeStandard', { but: { due: { kind: 'dayOfMonth', day: 20 } } })).id;
  await town.ask('createFeeStandard', {
    but: {
      kind: 'water',
      name: '水费',
      basis: 'metered',
      price: '3.45',
      payer: 'tenant',
      due: { kind: 'dayOfMonth', day: 20 },
    },
  });
  await town.ask('listFeeStandards', { query: { propertyId } });
  await town.ask('getFeeStandard', { id: mine.fst });
  await town.ask('addFeeStandardVersion', { id: mine.fst });
  await town.ask('changeFeeStandard', { id: mine.fst });
  await town.ask('setFeeSettings', { id: propertyId });
  await town.ask('getFeeSettings', { id: propertyId });
  const tenant = (await town.ask('createCustomer', { but: { name: '李雷', kind: 'tenant' } })).id;
  await town.ask('setUnitFees', {
    id: unit,
    body: {
      occupancies: [
        { payerId: mine.cus, role: 'owner', from: '2026-01-01' },
        { payerId: tenant, role: 'tenant', from: '2026-01-01' },
      ],
    },
  });
  await town.ask('getUnitFees', { id: unit });
  const file = await town.ask('addMeter', {
    id: unit,
    but: { name: '水表1', initial: { day: '2026-07-31', value: '12.5' } },
  });
  mine.mtr = JSON.stringify(file).match(/mtr_\w{26}/)?.[0] ?? '';
  await town.ask('addReading', { id: unit, but: { day: '2026-08-19' } });
  await town.ask('listReadings', { id: unit });
  await town.ask('importReadings', {
    query: { propertyId },
    csv: '楼栋,房号,表号,日期,读数\n3栋,1201,水表1,2026-08-20,140.5\n',
    // It is not one transaction: sent again it counts and records what was left to do.
    or: 200,
    loose: (line) => (/"type":"readings.imported"|#imports"/.test(line) ? '' : line),
  });

  const dry = await town.ask('createBillRun', { but: { cycle: '2026-09', dryRun: true } });
  await town.settle();
  const run = await town.ask('createBillRun', { but: { cycle: '2026-08' } });
  await town.settle();
  await town.ask('listBillRuns', { query: { propertyId } });
  await town.ask('getBillRun', { id: dry.id });
  await town.ask('listBillRunNotes', { id: run.id });
  await town.ask('issueBillRun', { id: run.id });
  await town.settle();
  // Once more: every unit has its bills.
  await town.ask('createBillRun', { but: { cycle: '2026-08' } });
  await town.settle();
  const bill = (but: Record<string, unknown>) =>
    town.ask('createBill', { but: { dueDay: '2026-08-25', ...but } }).then(({ id }) => id as string);
  mine.bil = await bill({ reference: '甲' });
  await town.ask('listBills', { query: { unitId: unit } });
  await town.ask('listBills', { query: { propertyId } });
  await town.ask('getBill', { id: mine.bil });
  await town.ask('voidBill', { id: await bill({ reference: '乙' }) });
  const { items } = await town.ask('listBills', { query: { unitId: unit } });
  const issued = items.find(
    (one: { cycle: string; status: string }) => !one.cycle.startsWith('once') && one.status === 'open',
  );
  await town.ask('voidBill', { id: issued.id });
  const stranger = (await town.ask('createCustomer', { but: { name: '韩磊', kind: 'tenant' } })).id;
  await town.ask('reissueBill', { id: issued.id, body: { payerId: stranger }, is: 422 });
  await town.ask('reissueBill', { id: issued.id });
  for (const [n, price] of ['300', '200', '100'].entries())
    await bill({ reference: `丙${n}`, lines: [{ name: '门禁卡', price, quantity: '2' }] });
  await town.ask('waiveBill', { id: mine.bil, but: { amount: '10.00' } });
  await town.settle();
}

/** What is paid, paid back, held and moved. */
export async function payments(town: Town): Promise<void> {
  const { mine } = town;
  const propertyId = mine.prp;
  const unit = mine.unt;
  const other = (await town.ask('createCustomer', { but: { name: '李雷', kind: 'tenant' } })).id;
  const pay = async (but: Record<string, unknown>) => (await town.ask('createPayment', { but })).id as string;
  const payment = await pay({});
  const program = town.program('payments:write');
  await town.ask('createPayment', { as: program, but: { externalId: 'wx-1', amount: '5.00' } });
  await town.ask('listPayments', { query: { unitId: unit } });
  await town.ask('listPayments', { query: { propertyId } });
  await town.ask('getPayment', { id: payment });
  await town.ask('getReceipt', { id: payment });
  await town.ask('reversePayment', { id: payment });
  const moved = await pay({ amount: '40.00', externalId: 'wx-2' });
  await town.ask('movePayment', { id: moved, but: { payerId: other } });
  await pay({ amount: '3000.00', externalId: 'wx-3' });
  mine.rfd = (await town.ask('createRefund', { but: { amount: '10.00' } })).id;
  await town.ask('listRefunds', { query: { propertyId } });
  await town.ask('getRefund', { id: mine.rfd });
  const wrong = await town.ask('createRefund', { but: { amount: '11.00' } });
  await town.ask('reverseRefund', { id: wrong.id });
  const deposit = async () => (await town.ask('createDeposit')).id as string;
  const held = await deposit();
  await town.ask('listDeposits', { query: { unitId: unit } });
  await town.ask('getDeposit', { id: held });
  await town.ask('deductDeposit', { id: held });
  await town.ask('acceptDeposit', { id: held });
  await town.ask('applyDeposit', { id: held });
  await town.ask('refundDeposit', { id: held });
  await town.ask('reverseDeposit', { id: await deposit() });
  const paper = await town.ask('createBill', { but: { reference: '丁', dueDay: '2026-08-26' } });
  mine.bil = paper.id;
  await town.ask('getUnitStatement', { id: unit, query: { from: '2026-08-01' } });
  await town.ask('getUnitArrears', { id: unit });
  await town.ask('listArrears', { query: { propertyId } });
  await town.ask('settleUnit', { id: unit });
  await town.settle();
}

/** Files of the bank. */
export async function statements(town: Town): Promise<void> {
  const { mine } = town;
  const propertyId = mine.prp;
  const { name } = await town.ask('createStatementMapping');
  await town.ask('changeStatementMapping', { params: { name } });
  await town.ask('listStatementMappings');
  const lines = [
    'S1,30.00,某人,转账,',
    'S2,31.00,某人,转账,',
    `S3,1.00,张伟,${mine.bil},`,
    'S4,2.00,张伟,3栋1201物业费,',
    'S5,3.00,王五,转账,',
  ];
  const statement = await town.ask('importStatement', {
    query: { propertyId, mapping: name },
    csv: `交易日期,交易流水号,贷方发生额,对方户名,摘要,附言\n${lines.map((line) => `2026-08-20,${line}\n`).join('')}`,
  });
  await town.ask('listStatements', { query: { propertyId } });
  const id = statement.id as string;
  const { items } = await town.ask('listStatementLines', { id });
  await town.ask('listStatementLines', { id, query: { state: 'open' } });
  const open = items.filter((line: { state: string }) => line.state === 'open');
  await town.ask('assignStatementLine', { params: { id, line: open[0].id } });
  await town.ask('dismissStatementLine', { params: { id, line: open[1].id } });
  await town.ask('createPayment', { but: { amount: '3.00', method: 'bank', externalId: 'S5' } });
  await town.ask('assignStatementLine', { params: { id, line: open[2].id } });
  await town.settle();
}
