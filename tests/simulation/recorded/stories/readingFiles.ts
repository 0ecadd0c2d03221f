import type { Town } from '../../life/town.ts';
import { Estate } from './estate.ts';

/** Readings from files (FEE-2): how lines find their meter, every way in which one is bad, and what is recorded before already. */
export async function readingFiles(town: Town): Promise<void> {
  const estate = await Estate.of(town);
  const { propertyId } = estate;
  const send = (csv: string, is = 200) =>
    town.ask('importReadings', { query: { propertyId }, csv, ...(is !== 200 && { is }) });
  const first = await estate.unit({ building: '2栋', number: '101' });
  const second = await estate.unit({ building: '2栋', number: '102' });
  await estate.unit({ building: '2栋', number: '103' });
  const meter = async (id: string, but: Record<string, unknown>) =>
    (
      await town.ask('addMeter', {
        id,
        body: { kind: 'water', initial: { day: '2026-03-31', value: '10' }, ...but },
      })
    ).id as string;
  const cold = await meter(first, { name: 'W1' });
  await meter(first, { kind: 'electricity', name: 'E1' });
  await meter(second, { name: 'W1' });
  await files(town, send, propertyId);

  // How a meter is found: by its name, its id, its kind, as the only one; in the unit or in the whole property.
  await send('楼栋,房号,表号,日期,读数,备注\n2栋,101,W1,2026-04-30,20,抄表员甲\n2栋,101,电,2026/04/30,30,\n');
  await send(
    [
      '栋,室号,表,抄表日,表底',
      '2栋,101,水表,2026.5.31,25',
      `2栋,101,${cold},2026-06-30,30.5`,
      '2栋,101,ELECTRICITY,2026年5月31日,35',
      '2栋,102,,2026-5-31,12',
      '',
    ].join('\n'),
  );
  await send(`表名,date,reading\n${cold},2026-07-01,30.5\nE1,2026-06-30,40\n`);
  const bad = [
    '2栋,101,,2026-07-01,50,,',
    '2栋,101,W2,2026-07-01,50,,',
    '2栋,104,W1,2026-07-01,50,,',
    '2栋,103,W1,2026-07-01,50,,',
  ];
  await send(`楼栋,房号,表号,日期,读数,旧表读数,备注\n${bad.join('\n')}\n`, 400);
  await send('表号,日期,读数\nW1,2026-07-01,50\nW9,2026-07-01,50\n', 400);
  // How lines are bad by themselves, and all of them are told.
  await send(
    [
      '楼栋,房号,表号,日期,读数,旧表读数,备注',
      '2栋,,W1,2026-07-01,50,,',
      ',101,W1,2026-07-01,50,,',
      ',,,2026-07-01,50,,',
      '2栋,101,E1,2026-02-30,x,-1,',
      '2栋,101,E1,20260701,,,',
      '2栋,101,E1,于2026-7-1,50,,',
      '2栋,101,E1,2026-7-1 10:00,50,,',
      '2栋,101,E1,2026-8-4,50,,',
      '2栋,101,E1,2026-06-30,41,,',
      '2栋,101,E1,2026-06-29,39,,',
      '2栋,101,E1,2026-07-02,39.999,,',
      '2栋,101,E1,2026-07-03,1,39,',
      '2栋,101,E1,2026-07-04,60,,',
      '2栋,101,E1,2026-07-05,59,,',
      '2栋,101,E1,2026-07-04,60,,',
      '2栋,102,,2026-08-05,60,,',
      '',
    ].join('\n'),
    400,
  );
  // In whatever order; what is there already is counted, with idle zeros or without.
  await send(
    '楼栋,房号,表号,日期,读数,旧表读数\n2栋,101,E1,2026-07-31,3,\n2栋,101,E1,2026-07-20,1,45\n2栋,101,W1,2026-07-01,30.50,\n',
  );
  await send(
    '楼栋,房号,表号,日期,读数,旧表读数\n2栋,101,E1,2026-07-31,3.0,\n2栋,101,E1,2026-07-20,1.00,45.000\n',
  );
  for (const line of ['1,', '1,46', '2,45', '3,3'])
    await send(
      `楼栋,房号,表号,日期,读数,旧表读数\n2栋,101,E1,2026-07-${line === '3,3' ? '31' : '20'},${line}\n`,
      400,
    );
  await send('楼栋,房号,日期,读数\n2栋,102,2026-08-03,12\n');
  await town.ask('getUnitFees', { id: first });
  await town.ask('listReadings', { id: first, query: { limit: '4' } });
}

/** Files that are none, or not of this property. */
async function files(
  town: Town,
  send: (csv: string, is?: number) => Promise<unknown>,
  propertyId: string,
): Promise<void> {
  await send('', 400);
  await send('楼栋,房号,表号,日期,读数\n', 400);
  await send('楼栋,房号,表号\n2栋,101,W1\n', 400);
  await send('日期,读数,读数,颜色\n2026-07-01,1,1,红\n', 400);
  await send('日期,读数\n"2026-07-01,1\n', 400);
  const csv = '表号,日期,读数\nW1,2026-07-01,50\n';
  await town.refused('importReadings', { query: { propertyId: `prp_${'0'.repeat(26)}` }, csv });
  await town.refused('importReadings', { csv });
  await town.refused('importReadings', {
    query: { propertyId },
    csv,
    headers: { 'content-type': 'application/json' },
    is: 415,
  });
}

/** More readings than the file keeps: those go that no month is counted by; the stored ones are known all the same. */
export async function manyReadings(town: Town): Promise<void> {
  const estate = await Estate.of(town);
  const { propertyId } = estate;
  const send = (csv: string, is = 200) =>
    town.ask('importReadings', {
      query: { propertyId },
      csv: `表号,日期,读数\n${csv}`,
      ...(is !== 200 && { is }),
    });
  const initial = { day: '2026-05-01', value: '0' };
  const meter = async (id: string, kind: string) =>
    (await town.ask('addMeter', { id, body: { kind, initial } })).id as string;
  const id = await estate.unit();
  const [light, water] = [await meter(id, 'electricity'), await meter(id, 'water')];
  const other = await meter(await estate.unit(), 'electricity');
  const day = (n: number) => new Date(Date.UTC(2026, 5, n)).toISOString().slice(0, 10);
  const line = (n: number, of = light) => `${of},${day(n)},${n + 100}\n`;
  const lines = (from: number, to: number, of = light) =>
    Array.from({ length: to - from }, (_, n) => line(from + n, of)).join('');
  // The last of May stays, though it is the oldest but one. Both meters were read on one day.
  await send(
    `${light},2026-05-31,50\n${lines(1, 59)}${[2, 3, 4].map((n) => `${water},${day(n)},7\n`).join('')}`,
  );
  await town.ask('getUnitFees', { id });
  await send(line(4) + line(2) + line(3));
  await send(`${light},${day(3)},4\n${line(58)}${light},${day(58)},158\n`, 400);
  await send(line(60) + line(2));
  // Units with so many readings each that a transaction has no room for both.
  await send(lines(61, 64, other) + lines(1, 40, other) + line(61) + line(62) + lines(20, 40, water));
  await town.ask('addReading', { id, body: { meterId: light, day: day(63), value: '163' } });
  await town.ask('getUnitFees', { id });
}
