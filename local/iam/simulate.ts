import type { Simulation } from '@cloud-copilot/iam-simulate';
import { account } from '../template.ts';
import type { Access, Asker } from './evaluate.ts';
import type { Policy } from './policies.ts';

/** What iam-simulate says: its result, and whether it could work with the request at all. */
export interface Simulated {
  allowed: boolean;
  /** Why it would not evaluate, for instance an action that AWS does not have. */
  error?: string;
}

/**
 * Asks iam-simulate (AGPL, development only: it is loaded here and nowhere else, and never in a bundle). Takes milliseconds,
 * most of them for the checks of the policies; callers remember the answer.
 */
export async function simulate(
  asker: Asker,
  access: Access,
  policies: { identity: readonly Policy[]; resource?: Policy | undefined },
): Promise<Simulated> {
  const { runSimulation } = await import('@cloud-copilot/iam-simulate');
  const own: Record<string, string> = 'service' in asker ? {} : { 'aws:PrincipalArn': asker.roleArn };
  const context: Record<string, string | string[]> = own;
  for (const [key, value] of Object.entries(access.context))
    context[key] = typeof value === 'string' ? value : [...value];
  const simulation: Simulation = {
    request: {
      action: access.action,
      principal: 'service' in asker ? asker.service : asker.sessionArn,
      resource: { resource: access.resource, accountId: account },
      contextVariables: context,
    },
    identityPolicies: policies.identity.map(({ name, document }) => ({ name, policy: document })),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    ...(policies.resource && { resourcePolicy: policies.resource.document }),
  };
  const answer = await runSimulation(simulation, {});
  if (answer.resultType === 'error') return { allowed: false, error: answer.errors.message };
  return { allowed: answer.overallResult === 'Allowed' };
}
