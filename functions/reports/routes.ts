import {
  dunningName,
  feesUpTo,
  figuresOf,
  monthOfName,
  monthRange,
  wholeOffice,
} from '../../shared/counters.ts';
import { ok, type Route, route } from '../../shared/http/route.ts';
import { keys } from '../../shared/keys.ts';
import { yuan } from '../../shared/money/index.ts';
import { timeOf } from '../../shared/policyStore.ts';
import { invalidField } from '../../shared/problem.ts';
import type { Item, OfficeTable } from '../../shared/table.ts';
import { localDay } from '../../shared/time/index.ts';
import { arrearsOf, collectionOf, effectOf, type FeeFigures, monthsUpTo, shownPart } from './collection.ts';
import { analysisOf, goalsOf } from './rules.ts';
import { Collection, GoalsQuery, GoalsReport } from './schema.ts';

/** Where the office's day is counted when no property is named. */
const homeZone = 'Asia/Shanghai';

/** Reports (服务监督报告, REPORT-1). */
export const routes: Route[] = [
  route({
    id: 'getGoals',
    method: 'GET',
    path: '/v1/reports/goals',
    summary: 'The goals of a month and what tickets were about (GOAL-1..6, TICKET-14)',
    needs: 'reports:read',
    query: GoalsQuery,
    responses: { 200: GoalsReport },
    async handle({ office, now }, { query: { month, propertyId } }) {
      const [item, counters, fees] = await Promise.all([
        subject(office, propertyId),
        office.all({ pk: keys.counterPk(office.tenantId, propertyId ?? wholeOffice), sk: monthRange(month) }),
        feesOf(office, month, propertyId),
      ]);
      const figures = new Map(counters.map((item) => [item.sk, figuresOf(item)]));
      return ok({
        month,
        ...(propertyId && { propertyId }),
        asOf: new Date(now).toISOString(),
        goals: goalsOf(figures, month, localDay(now, zoneOf(item)), fees),
        analysis: analysisOf(figures),
      });
    },
  }),
  route({
    id: 'getCollection',
    method: 'GET',
    path: '/v1/reports/collection',
    summary:
      'How fees come in: this year\u2019s and earlier ones, arrears by month, what each dunning step brought (GOAL-6)',
    needs: 'reports:read',
    query: GoalsQuery,
    responses: { 200: Collection },
    async handle({ office, now }, { query: { month, propertyId } }) {
      const t = office.tenantId;
      const key = keys.counter(t, propertyId ?? wholeOffice, dunningName(month));
      const [, fees, { dunning }] = await Promise.all([
        subject(office, propertyId),
        feesOf(office, month, propertyId),
        office.load({ dunning: key }),
      ]);
      const { current, prior } = collectionOf(fees, month);
      return ok({
        month,
        ...(propertyId && { propertyId }),
        asOf: new Date(now).toISOString(),
        current: shownPart(current),
        prior: shownPart(prior),
        arrears: monthsUpTo(month).map((one) => ({ month: one, open: yuan(arrearsOf(fees, one)) })),
        steps: effectOf(dunning ? figuresOf(dunning) : {}),
      });
    },
  }),
];

/** What the report is about; throws where it is a property that is not there. */
async function subject(office: OfficeTable, propertyId: string | undefined): Promise<Item | undefined> {
  const t = office.tenantId;
  const { of } = await office.load({ of: propertyId ? keys.property(t, propertyId) : keys.office(t) });
  if (propertyId && !of) {
    throw invalidField('/query/propertyId', 'not_found', 'There is no such property.', '没有该项目。');
  }
  return of;
}

/** The fees of all months up to one: arrears are what was left over from all before. */
async function feesOf(
  office: OfficeTable,
  month: string,
  propertyId: string | undefined,
): Promise<FeeFigures> {
  const pk = keys.counterPk(office.tenantId, propertyId ?? wholeOffice);
  const items = await office.all({ pk, sk: feesUpTo(month) });
  return new Map(items.map((item) => [monthOfName(item.sk), figuresOf(item)]));
}

function zoneOf(item: Item | undefined): string {
  if (item?.et === 'property') return timeOf(item).zone;
  const zone = item?.list?.zone ?? item?.rest?.zone;
  return typeof zone === 'string' ? zone : homeZone;
}
