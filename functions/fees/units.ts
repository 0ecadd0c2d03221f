import * as z from 'zod/mini';
import { nameable } from '../../shared/customers.ts';
import { cursor, id, limit, page } from '../../shared/fields.ts';
import { append } from '../../shared/history.ts';
import { type Context, created, ok, type Reply, type Route, route } from '../../shared/http/route.ts';
import { newId } from '../../shared/ids.ts';
import { feesObject, keys } from '../../shared/keys.ts';
import { type FieldProblem, invalidField, notFound, Refusal } from '../../shared/problem.ts';
import { matched } from '../../shared/records.ts';
import { type Key, type OfficeTable, retryStale, type Write } from '../../shared/table.ts';
import { type FeeFile, fileFaults, fileOf, fileWrite, readingWrite, shownFile, withReading } from './file.ts';
import { faultTold, latestDay, type ReadingFault, readingFault } from './readings.ts';
import { FeeFile as FeeFileShape, Meter, NewFeeFile, NewMeter, NewReading, Reading } from './schema.ts';

const params = z.strictObject({ id: id('unit') });
const customer = 'cus_01JZ0000000000000000000000';

const ReadingLine = z.extend(Reading, { meterId: id('meter'), note: z.optional(z.string()) });

/** A unit's fee file. Throws `not-found` where there is no such unit. */
async function load(office: OfficeTable, unitId: string): Promise<FeeFile> {
  const t = office.tenantId;
  const { unit, item } = await office.load({ unit: keys.unit(t, unitId), item: keys.feeFile(t, unitId) });
  if (unit?.et !== 'unit') throw notFound();
  return fileOf(item, { id: unitId, propertyId: unit.list?.propertyId as string });
}

/** Decides on a unit's fee file and writes it with its event; read and decided again when another change came between. */
function change(
  context: Context,
  unitId: string,
  event: string,
  decide: (file: FeeFile) => { file: FeeFile; data: Record<string, unknown>; also?: Write[] },
  reply: (file: FeeFile) => Reply,
  check?: (file: FeeFile) => Promise<void>,
): Promise<Reply> {
  return retryStale(async () => {
    const { office } = context;
    const t = office.tenantId;
    const before = await load(office, unitId);
    matched(context, before.version);
    await check?.(before);
    const { file, data, also = [] } = decide(before);
    const { write, head } = append(
      before.head,
      { type: event, object: feesObject(unitId), data: { unitId, ...data } },
      { ...context, tenantId: t },
    );
    const after = { ...file, head };
    const answer = reply({ ...after, version: before.version + 1 });
    await office.commit([fileWrite(t, after), write, ...also], answer);
    return answer;
  });
}

/** What of a file names something that is not there. */
async function unknownIn(context: Context, file: FeeFile, body: NewFeeFile): Promise<FieldProblem[]> {
  const { office } = context;
  const t = office.tenantId;
  const wanted: Record<string, Key> = {};
  for (const { payerId } of body.occupancies) wanted[payerId] = keys.customer(t, payerId);
  for (const { standardId } of [...body.assignments, ...body.exceptions])
    wanted[standardId] = keys.feeStandard(t, standardId);
  const found = Object.keys(wanted).length > 0 ? await office.load(wanted) : {};
  const faults: FieldProblem[] = [];
  const say = (path: string, en: string, zh: string) =>
    faults.push({ path: `/body${path}`, code: 'unknown', detail: { en, zh } });
  body.occupancies.forEach(({ payerId, from, to }, i) => {
    // Who has paid stays on file when their own file is emptied.
    const kept = file.occupancies.some(
      (old) => old.payerId === payerId && old.from === from && old.to === to,
    );
    if (!kept && !nameable(found[payerId]))
      say(`/occupancies/${i}/payerId`, 'There is no such customer.', '没有该客户。');
  });
  for (const name of ['assignments', 'exceptions'] as const) {
    body[name].forEach(({ standardId }, i) => {
      if (found[standardId]?.list?.propertyId !== file.propertyId)
        say(`/${name}/${i}/standardId`, 'The property has no such standard.', '该项目没有此收费标准。');
    });
  }
  return faults;
}

/** What a unit's bills are made from: who pays, what is special, what its meters show. */
export const unitFeeRoutes: Route[] = [
  route({
    id: 'getUnitFees',
    method: 'GET',
    path: '/v1/units/{id}/fees',
    summary: 'Who pays for a unit, its assigned fees, exceptions and meters',
    needs: 'fees:read',
    params,
    responses: { 200: FeeFileShape },
    versioned: true,
    async handle({ office }, { params }) {
      const file = await load(office, params.id);
      return ok(shownFile(file), file.version);
    },
  }),
  route({
    id: 'setUnitFees',
    method: 'PUT',
    path: '/v1/units/{id}/fees',
    summary:
      'Set who pays for a unit and since when, what stands empty, assigned fees, exceptions with their reasons',
    needs: 'fees:write',
    params,
    body: NewFeeFile,
    example: { occupancies: [{ payerId: customer, role: 'owner', from: '2026-01-01' }] },
    responses: { 200: FeeFileShape },
    versioned: true,
    async handle(context, { params, body }) {
      const faults = fileFaults(body);
      if (faults.length > 0) throw new Refusal('invalid-request', { errors: faults });
      return change(
        context,
        params.id,
        'unitFees.changed',
        (file) => ({ file: { ...file, ...body }, data: { ...body } }),
        (file) => ok(shownFile(file), file.version),
        async (file) => {
          const unknown = await unknownIn(context, file, body);
          if (unknown.length > 0) throw new Refusal('invalid-request', { errors: unknown });
        },
      );
    },
  }),
  route({
    id: 'addMeter',
    method: 'POST',
    path: '/v1/units/{id}/meters',
    summary: 'Add a meter to a unit with its first reading, from which on it counts',
    needs: 'fees:write',
    params,
    body: NewMeter,
    example: { kind: 'water', initial: { day: '2026-01-01', value: '12.5' } },
    responses: { 201: Meter },
    refuses: ['conflict'],
    async handle(context, { params, body }) {
      const { initial, name, ...described } = body;
      const reading: Reading = { id: newId('reading', context.now), kind: 'initial', ...initial };
      const meter: Meter = {
        ...described,
        id: newId('meter', context.now),
        ...(name !== undefined && { name }),
        readings: [reading],
      };
      if (initial.day > latestDay(context.now)) refuseReading('future', '/body/initial');
      return change(
        context,
        params.id,
        'meter.added',
        (file) => {
          if (file.meters.length >= 12) {
            throw new Refusal('conflict', {
              detail: { en: 'A unit has twelve meters at most.', zh: '每户最多十二块表。' },
            });
          }
          return {
            file: { ...file, meters: [...file.meters, meter] },
            data: { meterId: meter.id, kind: meter.kind, initial },
            also: [readingWrite(context.office.tenantId, params.id, meter.id, reading)],
          };
        },
        () => created(`/v1/units/${params.id}/fees`, meter),
      );
    },
  }),
  route({
    id: 'addReading',
    method: 'POST',
    path: '/v1/units/{id}/readings',
    summary: 'Record what a meter shows, or that it was changed; a meter does not run backwards',
    needs: 'fees:write',
    params,
    body: NewReading,
    example: { meterId: 'mtr_01JZ0000000000000000000000', day: '2026-08-31', value: '131.2' },
    responses: { 201: ReadingLine },
    async handle(context, { params, body }) {
      const { meterId, day, value, change: changed } = body;
      if (day > latestDay(context.now)) refuseReading('future');
      const reading: Reading = {
        id: newId('reading', context.now),
        day,
        value,
        kind: changed ? 'change' : 'actual',
        ...(changed && { final: changed.final }),
      };
      return change(
        context,
        params.id,
        'meter.read',
        (file) => {
          const meter = file.meters.find((known) => known.id === meterId);
          if (!meter)
            throw invalidField('/body/meterId', 'unknown', 'The unit has no such meter.', '该房屋没有此表。');
          refuseReading(readingFault(meter.readings, { day, value, final: changed?.final }));
          return {
            file: {
              ...file,
              meters: file.meters.map((known) => (known === meter ? withReading(meter, reading) : known)),
            },
            data: { meterId, ...reading },
            also: [readingWrite(context.office.tenantId, params.id, meterId, reading)],
          };
        },
        () => created(`/v1/units/${params.id}/readings`, { ...reading, meterId }),
      );
    },
  }),
  route({
    id: 'listReadings',
    method: 'GET',
    path: '/v1/units/{id}/readings',
    summary: 'All readings of a unit\u2019s meters, the newest first',
    needs: 'fees:read',
    params,
    query: z.strictObject({ limit, cursor: z.optional(cursor) }),
    responses: { 200: page(ReadingLine) },
    async handle({ office }, { params, query }) {
      const { unit } = await office.load({ unit: keys.unit(office.tenantId, params.id) });
      if (unit?.et !== 'unit') throw notFound();
      const { items, ...rest } = await office.query({
        pk: keys.objectPk(office.tenantId, params.id),
        sk: { begins: keys.readingsPrefix },
        order: 'descending',
        ...query,
      });
      return ok({ items: items.map((item) => item.list), ...rest });
    },
  }),
];

function refuseReading(fault: ReadingFault | undefined, of = '/body'): void {
  if (!fault) return;
  const told = faultTold(fault);
  throw new Refusal('invalid-request', { errors: [{ ...told, path: `${of}/${told.path}` }] });
}
