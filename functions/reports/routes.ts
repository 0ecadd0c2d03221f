import { figuresOf, monthRange, wholeOffice } from '../../shared/counters.ts';
import { ok, type Route, route } from '../../shared/http/route.ts';
import { keys } from '../../shared/keys.ts';
import { timeOf } from '../../shared/policyStore.ts';
import { invalidField } from '../../shared/problem.ts';
import type { Item } from '../../shared/table.ts';
import { localDay } from '../../shared/time/index.ts';
import { analysisOf, goalsOf } from './rules.ts';
import { GoalsQuery, GoalsReport } from './schema.ts';

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
      const t = office.tenantId;
      const [found, counters] = await Promise.all([
        office.load({
          of: propertyId ? keys.property(t, propertyId) : keys.office(t),
        }),
        office.all({ pk: keys.counterPk(t, propertyId ?? wholeOffice), sk: monthRange(month) }),
      ]);
      if (propertyId && !found.of) {
        throw invalidField('/query/propertyId', 'not_found', 'There is no such property.', '没有该项目。');
      }
      const figures = new Map(counters.map((item) => [item.sk, figuresOf(item)]));
      return ok({
        month,
        ...(propertyId && { propertyId }),
        asOf: new Date(now).toISOString(),
        goals: goalsOf(figures, month, localDay(now, zoneOf(found.of))),
        analysis: analysisOf(figures),
      });
    },
  }),
];

function zoneOf(item: Item | undefined): string {
  if (item?.et === 'property') return timeOf(item).zone;
  const zone = item?.list?.zone ?? item?.rest?.zone;
  return typeof zone === 'string' ? zone : homeZone;
}
