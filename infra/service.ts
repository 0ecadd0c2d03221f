import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { Route } from '../shared/http/route.ts';
import { ApiStack } from './api.ts';
import { BillingStack } from './billing.ts';
import type { Config } from './config.ts';
import { DataStack } from './data.ts';
import { hasUserPool, IdentityStack } from './identity.ts';
import { ObservabilityStack } from './observability.ts';
import { RemindersStack } from './reminders.ts';

export interface Service {
  readonly data: DataStack;
  readonly identity: IdentityStack | undefined;
  readonly billing: BillingStack;
  readonly api: ApiStack;
  readonly reminders: RemindersStack;
  readonly observability: ObservabilityStack;
}

/** All stacks of the service in one region, with the checks that are to hold over them. */
export function addService(
  app: App,
  config: Config,
  domains: Readonly<Record<string, readonly Route[]>>,
): Service {
  const { region, account } = config;
  const props = (name: string) => ({
    stackName: `${config.name}-${name}`,
    env: { region, ...(account !== undefined && { account }) },
    config,
  });
  const id = (name: string) => `${config.name}-${name}`;
  const data = new DataStack(app, id('data'), {
    ...props('data'),
    description: 'What is kept: table, attachments, key',
    terminationProtection: true,
  });
  const identity = hasUserPool(config)
    ? new IdentityStack(app, id('identity'), {
        ...props('identity'),
        description: 'Who vouches for people',
        terminationProtection: true,
      })
    : undefined;
  const billing = new BillingStack(app, id('billing'), {
    ...props('billing'),
    description: 'Bill runs: the queue of chunks and its worker',
    data,
  });
  const api = new ApiStack(app, id('api'), {
    ...props('api'),
    description: 'The API: gateway, authorizer, a function for each domain',
    data,
    billing: billing.queue,
    ...(identity && { identity }),
    domains,
  });
  const reminders = new RemindersStack(app, id('reminders'), {
    ...props('reminders'),
    description: 'Schedules, sweeper, notifier, courier, stream consumer',
    data,
    billing: billing.queue,
    publicUrl: api.publicUrl,
  });
  const observability = new ObservabilityStack(app, id('observability'), {
    ...props('observability'),
    description: 'Alarms and dashboard',
    data,
    billing,
    api,
    reminders,
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app, { verbose: true }));
  return { data, identity, billing, api, reminders, observability };
}
