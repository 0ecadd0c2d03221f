import { ok, type Route, route } from '../../shared/http/route.ts';
import { keys } from '../../shared/keys.ts';
import { loadWithRules, timeOf } from '../../shared/policyStore.ts';
import { invalidField } from '../../shared/problem.ts';
import { deadline, explain, localDay, msOf, standardHours } from '../../shared/time/index.ts';
import { PreviewAnswer, PreviewRequest } from './schema.ts';

/** Where no property is named: the standard hours of TIME-9. */
const nowhere = { zone: 'Asia/Shanghai', hours: standardHours };

export const deadlineRoutes: Route[] = [
  route({
    id: 'previewDeadline',
    method: 'POST',
    path: '/v1/deadlines/preview',
    summary: 'When a promise that starts at an instant is due, and why (TIME-1..9); nothing is stored',
    needs: 'policy:read',
    body: PreviewRequest,
    example: { ruleId: 'TICKET-3.major', startAt: '2026-09-30T10:00:00+08:00' },
    responses: { 200: PreviewAnswer },
    whileSuspended: true,
    async handle({ office }, { body }) {
      const { startAt, propertyId, ruleId } = body;
      const { items, rules } = await loadWithRules(office, {
        property: propertyId ? keys.property(office.tenantId, propertyId) : undefined,
      });
      if (propertyId && !items.property) {
        throw invalidField('/body/propertyId', 'unknown', 'There is no such property.', '没有该项目。');
      }
      const schedule = rules.scheduleOf(items.property ? timeOf(items.property) : nowhere);
      const policy = rules.policyFor(localDay(msOf(startAt), schedule.zone));
      const rule = ruleId && policy.rules[ruleId];
      const period = rule ? rule.period : body.period;
      if (!period) throw new Error('neither a rule nor a period');
      if (period.unit === 'named') {
        throw invalidField(
          '/body/ruleId',
          'named',
          'Each order names its own time (TICKET-6).',
          '时限由每张服务单自行注明（TICKET-6）。',
        );
      }
      const result = deadline({ ...schedule, start: startAt, period });
      return ok({
        startAt,
        dueAt: result.dueAt,
        period,
        policyVersion: policy.version,
        ...(rule && { rule: { id: ruleId, title: rule.title, basis: rule.basis } }),
        deadline: result,
        explanation: { en: explain(result, 'en'), zh: explain(result, 'zh') },
      });
    },
  }),
];
