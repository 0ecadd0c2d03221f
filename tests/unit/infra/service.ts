import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { configOf } from '../../../infra/config.ts';
import { addService, type Service } from '../../../infra/service.ts';
import type { Needs, Route } from '../../../shared/http/route.ts';

export type Json = Record<string, unknown>;

export interface Resource {
  Type: string;
  Properties: Json;
}

const route = (id: string, method: string, path: string, needs: Needs, more: Partial<Route> = {}) =>
  ({
    id,
    method,
    path,
    needs,
    summary: id,
    responses: {},
    handle: async () => ({ status: 200 }),
    ...more,
  }) as Route;

/** A few routes of every kind; the real ones are tested as they stand in a test of their own. */
export const fewDomains: Record<string, Route[]> = {
  tickets: [
    route('createTicket', 'POST', '/v1/tickets', 'tickets:write'),
    route('getTicket', 'GET', '/v1/tickets/{id}', 'tickets:read'),
  ],
  offices: [
    route('importUnits', 'POST', '/v1/properties/{id}/import', 'units:write', {
      rawBody: { types: ['text/csv'], maxBytes: 2_000_000 },
    }),
  ],
  staff: [route('listStaff', 'GET', '/v1/staff', 'staff:read')],
  tenants: [route('createTenant', 'POST', '/operator/v1/tenants', 'operator')],
  confirm: [route('confirm', 'POST', '/v1/confirm/{token}', 'public')],
  meta: [route('health', 'GET', '/health', 'public')],
};

export interface Synthesized {
  app: App;
  service: Service;
  templates: Record<string, { Resources: Record<string, Resource>; Parameters?: Json }>;
  /** Every resource of all stacks, by `stack/logicalId`. */
  resources: Map<string, Resource>;
}

/**
 * The service as templates, with empty bundles in place of the built functions. Holding the templates against the rules
 * of CloudFormation takes seconds; one test does it (`valid`), and every `npm run synth`.
 */
export function synthesize(
  region: string,
  options: { domains?: Readonly<Record<string, readonly Route[]>>; context?: Json; valid?: boolean } = {},
): Synthesized {
  const { domains = fewDomains, context = {}, valid = false } = options;
  process.env.CDK_VALIDATION = String(valid);
  const dist = mkdtempSync(join(tmpdir(), 'huifang-dist-'));
  try {
    const others = ['authorizer', 'sweeper', 'notifier', 'courier', 'stream', 'biller'];
    for (const name of [...Object.keys(domains), ...others]) {
      mkdirSync(join(dist, name));
      writeFileSync(join(dist, name, 'index.mjs'), `export const name = '${name}';`);
    }
    const app = new App({
      analyticsReporting: false,
      outdir: join(dist, 'out'),
      context: {
        '@aws-cdk/core:validateAgainstDefaultRules': true,
        ...context,
      },
    });
    const service = addService(app, configOf(app, region, { dist, account: undefined }), domains);
    const stacks = Object.entries(service).filter(([, stack]) => stack !== undefined);
    const assembly = app.synth();
    const templates = Object.fromEntries(
      stacks.map(([name, stack]) => [name, assembly.getStackByName(stack.stackName).template]),
    ) as Synthesized['templates'];
    const resources = new Map(
      Object.entries(templates).flatMap(([stack, template]) =>
        Object.entries(template.Resources).map(([id, resource]) => [`${stack}/${id}`, resource] as const),
      ),
    );
    return { app, service, templates, resources };
  } finally {
    rmSync(dist, { recursive: true, force: true });
  }
}

/** Resources of one type, with where they are. */
export const ofType = ({ resources }: Synthesized, type: string): [string, Json][] =>
  [...resources]
    .filter(([, resource]) => resource.Type === type)
    .map(([id, { Properties }]) => [id, Properties]);
