import { domains } from '../../../functions/routes.ts';
import { type Iam, readPolicies } from '../../../local/iam/index.ts';
import { physicals } from '../../../local/resources.ts';
import type { Principal } from '../../../local/sts.ts';
import { Assembly, account } from '../../../local/template.ts';
import { synthesize } from '../infra/service.ts';

export const region = 'ap-southeast-1';

/** The template of the whole service with the names of one machine, and its policies. */
export function serviceTemplate() {
  const { templates } = synthesize(region, { domains });
  const assembly = new Assembly(templates, region);
  const places = { queueUrl: (name: string) => `http://parts/${name}`, issuer: () => 'http://issuer' };
  assembly.physical = physicals(assembly, places, '');
  assembly.dynamic = () => 'secret';
  return { assembly, policies: readPolicies(assembly) };
}

export const table = `arn:aws:dynamodb:${region}:${account}:table/huifang-data`;
export const roleArn = (iam: Iam, name: string): string => {
  const found = [...iam.policies.roles.keys()].find((arn) => arn.includes(`-${name}Role`));
  if (!found) throw new Error(`no role ${name}`);
  return found;
};

/** A session of the tenant role, as a function of the API gets it. */
export const tenantSession = (iam: Iam, tenantId: string): Principal => ({
  roleArn: roleArn(iam, 'Tenant'),
  sessionName: tenantId,
  tags: { TenantId: tenantId },
  by: { roleArn: roleArn(iam, 'tickets'), sessionName: 'huifang-tickets', tags: {} },
});
