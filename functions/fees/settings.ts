import * as z from 'zod/mini';
import { id } from '../../shared/fields.ts';
import { append } from '../../shared/history.ts';
import { ok, type Route, route } from '../../shared/http/route.ts';
import { feesObject, keys } from '../../shared/keys.ts';
import { timeOf } from '../../shared/policyStore.ts';
import { notFound } from '../../shared/problem.ts';
import { matched } from '../../shared/records.ts';
import { retryStale } from '../../shared/table.ts';
import { firesAfter, type StoredSettings, settingsOf, settingsWrite } from './schedule.ts';
import { Settings, SettingsAnswer } from './schema.ts';

const params = z.strictObject({ id: id('property') });

const shown = ({ head: _, since, ...settings }: StoredSettings, zone: string) => ({
  ...settings,
  next: firesAfter(settings.runs, zone, Date.parse(since)).map(({ at, cycle }) => ({
    at: new Date(at).toISOString(),
    cycle,
  })),
});

/** How a property charges: vacancy discount, bill runs that begin by themselves. */
export const settingsRoutes: Route[] = [
  route({
    id: 'getFeeSettings',
    method: 'GET',
    path: '/v1/properties/{id}/fees',
    summary: 'A property\u2019s vacancy discount and its scheduled bill runs',
    needs: 'fees:read',
    params,
    responses: { 200: SettingsAnswer },
    versioned: true,
    async handle({ office, now }, { params }) {
      const t = office.tenantId;
      const { property, item } = await office.load({
        property: keys.property(t, params.id),
        item: keys.feeSettings(t, params.id),
      });
      if (property?.et !== 'property') throw notFound();
      const settings = settingsOf(item, params.id, now);
      return ok(shown(settings, timeOf(property).zone), settings.version);
    },
  }),
  route({
    id: 'setFeeSettings',
    method: 'PUT',
    path: '/v1/properties/{id}/fees',
    summary: 'Set a property\u2019s vacancy discount and on which days bill runs begin by themselves',
    needs: 'fees:write',
    params,
    body: Settings,
    example: {
      vacantDiscount: { percent: '30', kinds: ['management'] },
      runs: [{ cycle: 'month', day: 1, issue: true }],
    },
    responses: { 200: SettingsAnswer },
    versioned: true,
    async handle(context, { params, body }) {
      const { office, now } = context;
      const t = office.tenantId;
      return retryStale(async () => {
        const { property, item } = await office.load({
          property: keys.property(t, params.id),
          item: keys.feeSettings(t, params.id),
        });
        if (property?.et !== 'property') throw notFound();
        const before = settingsOf(item, params.id, now);
        matched(context, before.version);
        const { zone } = timeOf(property);
        const { write, head } = append(
          before.head,
          { type: 'feeSettings.changed', object: feesObject(params.id), data: { ...body } },
          { ...context, tenantId: t },
        );
        const { head: _, vacantDiscount: __, ...kept } = before;
        const after: StoredSettings = { ...kept, ...body, since: new Date(now).toISOString(), head };
        const answer = ok(shown({ ...after, version: before.version + 1 }, zone), before.version + 1);
        await office.commit([settingsWrite(t, after, zone), write], answer);
        return answer;
      });
    },
  }),
];
