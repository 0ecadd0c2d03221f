import * as z from 'zod/mini';
import { cursor, id, limit, page } from '../../shared/fields.ts';
import { created, ok, type Route, route } from '../../shared/http/route.ts';
import { newId } from '../../shared/ids.ts';
import { keys, lists } from '../../shared/keys.ts';
import { compare, decimal } from '../../shared/money/index.ts';
import { type FieldProblem, Refusal, unknownProperty } from '../../shared/problem.ts';
import { Records } from '../../shared/records.ts';
import type { OfficeTable } from '../../shared/table.ts';
import {
  feeKinds,
  NewStandard,
  NewVersion,
  Standard,
  StandardChange,
  type StandardVersion,
} from './schema.ts';

export const standards = new Records<Standard>({
  et: 'feeStandard',
  shape: Standard,
  key: (t, standard) => keys.feeStandard(t, standard.id),
  index: (t, standard) => ({
    g2pk: lists.feeStandardsOfProperty(t, standard.propertyId),
    g2sk: standard.id,
  }),
  // All of it: they are few, and a list of prices is what people come for.
  listed: [
    'id',
    'propertyId',
    'kind',
    'name',
    'basis',
    'cycle',
    'per',
    'appliesTo',
    'to',
    'versions',
    'createdAt',
  ],
});

/** A property's standards, as strongly read as a bill needs them, in the order in which a bill shows them. */
export async function standardsOf(office: OfficeTable, propertyId: string): Promise<Standard[]> {
  const items = await office.all({ pk: keys.feeStandardsPk(office.tenantId) });
  const order = (standard: Standard) => `${feeKinds.indexOf(standard.kind)}#${standard.id}`;
  return items
    .map((item) => standards.parse(item))
    .filter((standard) => standard.propertyId === propertyId)
    .sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

const fault = (path: string, code: string, en: string, zh: string): FieldProblem => ({
  path: `/body${path}`,
  code,
  detail: { en: `${en} (FEE-1).`, zh: `${zh}（FEE-1）。` },
});

/** What is wrong with a standard beyond the shapes of its fields. */
export function standardFaults(standard: {
  kind: Standard['kind'];
  basis: Standard['basis'];
  cycle: Standard['cycle'];
  from: string;
  to?: string | undefined;
  price?: string | undefined;
  tiers?: StandardVersion['tiers'];
}): FieldProblem[] {
  const { kind, basis, cycle, from, to } = standard;
  const faults: FieldProblem[] = [];
  const byMeter = basis === 'metered' || basis === 'tiered';
  if (byMeter !== (kind === 'water' || kind === 'electricity')) {
    faults.push(
      fault(
        '/basis',
        'mismatch',
        'Water and electricity are metered, nothing else is',
        '仅水费、电费按表计量',
      ),
    );
  }
  if ((kind === 'oneOff' || kind === 'deposit') && cycle !== 'once') {
    faults.push(fault('/cycle', 'mismatch', 'This kind is charged once', '该类费用仅收取一次'));
  }
  if (basis === 'tiered' && cycle === 'once') {
    faults.push(
      fault('/cycle', 'mismatch', 'Tiers are of what a cycle uses', '阶梯按周期用量计价，不适用于一次性费用'),
    );
  }
  if (to !== undefined && to < from) {
    faults.push(fault('/to', 'before_start', 'It ends before it begins', '结束日期早于开始日期'));
  }
  return [...faults, ...priceFaults(standard)];
}

function priceFaults({
  basis,
  price,
  tiers,
}: {
  basis: Standard['basis'];
  price?: string | undefined;
  tiers?: StandardVersion['tiers'];
}): FieldProblem[] {
  if (basis !== 'tiered') {
    return [
      ...(tiers ? [fault('/tiers', 'mismatch', 'Only a tiered price has tiers', '仅阶梯计价可设阶梯')] : []),
      ...(price === undefined ? [fault('/price', 'required', 'A price is required', '单价必填')] : []),
    ];
  }
  const faults: FieldProblem[] = [];
  if (price !== undefined) {
    faults.push(fault('/price', 'mismatch', 'A tiered price has tiers in its place', '阶梯计价请填写阶梯'));
  }
  if (!tiers) return [...faults, fault('/tiers', 'required', 'Tiers are required', '阶梯必填')];
  tiers.forEach(({ upTo }, i) => {
    const last = i === tiers.length - 1;
    const below = tiers[i - 1]?.upTo;
    if ((upTo === undefined) !== last) {
      faults.push(
        fault(
          `/tiers/${i}/upTo`,
          'mismatch',
          'The last tier, and only it, is without end',
          '仅最后一档不设上限',
        ),
      );
    } else if (upTo !== undefined && below !== undefined && compare(decimal(upTo), decimal(below)) <= 0) {
      faults.push(fault(`/tiers/${i}/upTo`, 'not_ascending', 'Tiers go up', '阶梯上限须递增'));
    }
  });
  return faults;
}

const refuse = (faults: FieldProblem[]) => {
  if (faults.length > 0) throw new Refusal('invalid-request', { errors: faults });
};

const params = z.strictObject({ id: id('standard') });
const property = 'prp_01JZ0000000000000000000000';

/** Fee standards (收费标准), FEE-1. */
export const standardRoutes: Route[] = [
  route({
    id: 'createFeeStandard',
    method: 'POST',
    path: '/v1/fee-standards',
    summary: 'Set what is charged in a property, how it is computed and when it is due (FEE-1)',
    needs: 'fees:write',
    body: NewStandard,
    example: {
      propertyId: property,
      kind: 'management',
      name: '物业管理费',
      basis: 'area',
      cycle: 'month',
      from: '2026-01-01',
      price: '2.35',
      payer: 'owner',
      due: { kind: 'dayOfMonth', day: 10 },
    },
    responses: { 201: Standard },
    async handle(context, { body }) {
      const { office, now } = context;
      const { currency: _, from, price, tiers, payer, due, ...described } = body;
      refuse(standardFaults(body));
      const loaded = await office.load({ property: keys.property(office.tenantId, body.propertyId) });
      if (loaded.property?.et !== 'property') throw unknownProperty('/body/propertyId');
      const setAt = new Date(now).toISOString();
      const standard: Standard = {
        ...described,
        id: newId('standard', now),
        versions: [{ n: 1, from, setAt, payer, due, ...(price && { price }), ...(tiers && { tiers }) }],
        version: 1,
        createdAt: setAt,
      };
      return standards.create(
        context,
        'feeStandard.created',
        standard,
        (record) => created(`/v1/fee-standards/${record.id}`, record, record.version),
        { loaded: true },
      );
    },
  }),
  route({
    id: 'listFeeStandards',
    method: 'GET',
    path: '/v1/fee-standards',
    summary: 'The fee standards of a property',
    needs: 'fees:read',
    query: z.strictObject({ propertyId: id('property'), limit, cursor: z.optional(cursor) }),
    responses: { 200: page(Standard) },
    async handle({ office }, { query: { propertyId, ...rest } }) {
      const pk = lists.feeStandardsOfProperty(office.tenantId, propertyId);
      return ok(await standards.page(office, { index: 'g2', pk, ...rest }));
    },
  }),
  route({
    id: 'getFeeStandard',
    method: 'GET',
    path: '/v1/fee-standards/{id}',
    summary: 'One fee standard with all its versions',
    needs: 'fees:read',
    params,
    responses: { 200: Standard },
    versioned: true,
    async handle({ office }, { params }) {
      const standard = await standards.get(office, keys.feeStandard(office.tenantId, params.id));
      return ok(standard, standard.version);
    },
  }),
  route({
    id: 'changeFeeStandard',
    method: 'PATCH',
    path: '/v1/fee-standards/{id}',
    summary: 'Rename a fee standard or set its last day; bills that were issued stay as they are',
    needs: 'fees:write',
    params,
    body: StandardChange,
    example: { to: '2027-12-31' },
    responses: { 200: Standard },
    versioned: true,
    async handle(context, { params, body }) {
      return standards.change(
        context,
        'feeStandard.changed',
        keys.feeStandard(context.office.tenantId, params.id),
        (standard) => {
          const last = standard.versions.at(-1);
          if (body.to !== undefined && last && body.to < last.from) {
            return new Refusal('invalid-request', {
              errors: [fault('/to', 'before_start', 'It ends before it begins', '结束日期早于开始日期')],
            });
          }
          return { ...standard, ...body } as Standard;
        },
        (standard) => ok(standard, standard.version),
      );
    },
  }),
  route({
    id: 'addFeeStandardVersion',
    method: 'POST',
    path: '/v1/fee-standards/{id}/versions',
    summary: 'New figures from a day on; earlier days and issued bills keep theirs (FEE-1)',
    needs: 'fees:write',
    params,
    body: NewVersion,
    example: { from: '2027-01-01', price: '2.50' },
    responses: { 201: Standard },
    versioned: true,
    async handle(context, { params, body }) {
      return standards.change(
        context,
        'feeStandard.versionAdded',
        keys.feeStandard(context.office.tenantId, params.id),
        (standard) => {
          const last = standard.versions.at(-1) as StandardVersion;
          const faults = [];
          if (body.from <= last.from) {
            faults.push(
              fault(
                '/from',
                'not_later',
                'A version begins after the one before',
                '新版本须晚于上一版本生效',
              ),
            );
          }
          if (standard.to !== undefined && body.from > standard.to) {
            faults.push(fault('/from', 'after_end', 'The standard has ended by then', '该标准届时已终止'));
          }
          const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
          const next = {
            ...last,
            ...given,
            n: last.n + 1,
            setAt: new Date(context.now).toISOString(),
          } as StandardVersion;
          faults.push(...priceFaults({ basis: standard.basis, price: next.price, tiers: next.tiers }));
          if (faults.length > 0) return new Refusal('invalid-request', { errors: faults });
          return { ...standard, versions: [...standard.versions, next] };
        },
        (standard) => created(`/v1/fee-standards/${standard.id}`, standard, standard.version),
      );
    },
  }),
];
