import { Cursors } from '../../shared/cursor.ts';
import { ENV, env } from '../../shared/env.ts';
import { ok, type Route, route } from '../../shared/http/route.ts';
import { checkObject, checkOffice, type Place } from './check.ts';
import { AuditQuery, AuditReport } from './schema.ts';

/** Whether the record of what happened (审计) is as it was written. */
export const routes: Route[] = [
  route({
    id: 'verifyAudit',
    method: 'GET',
    path: '/v1/audit/verify',
    summary: 'Hold the history of an object, or of the whole office, against its chain of hashes',
    needs: 'audit:read',
    query: AuditQuery,
    responses: { 200: AuditReport },
    refuses: ['not-found', 'invalid-cursor'],
    async handle({ office }, { query: { objectId, cursor } }) {
      if (objectId !== undefined) {
        const findings = await checkObject(office, objectId);
        return ok({ whole: findings.faults.length === 0, ...findings });
      }
      const cursors = new Cursors(env(ENV.cursorSecret));
      const scope = `audit\n${office.tenantId}`;
      const from = cursor === undefined ? { at: [] } : (cursors.open(cursor, scope) as unknown as Place);
      const { next, ...findings } = await checkOffice(office, from);
      return ok({
        whole: findings.faults.length === 0,
        ...findings,
        ...(next && { next: cursors.seal({ ...next }, scope) }),
      });
    },
  }),
];
