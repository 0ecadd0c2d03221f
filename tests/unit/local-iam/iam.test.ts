import { allowedContextKeysForRequest } from '@cloud-copilot/iam-simulate';
import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Denial, findings, Iam, lines, merge } from '../../../local/iam/index.ts';
import { checkPlatform } from '../../../local/iam/platform.ts';
import { type Policies, readPolicy } from '../../../local/iam/policies.ts';
import { simulate } from '../../../local/iam/simulate.ts';
import type { Assembly } from '../../../local/template.ts';
import { roleArn, serviceTemplate, table, tenantSession } from './service.ts';

let assembly: Assembly;
let policies: Policies;
let iam: Iam;
let told: { line: string; denial: Denial }[];
beforeAll(() => {
  ({ assembly, policies } = serviceTemplate());
});
beforeEach(() => {
  told = [];
  iam = new Iam(policies, (line, denial) => told.push({ line, denial }));
});

const put = (key: string) => ({
  action: 'dynamodb:PutItem',
  resource: table,
  context: { 'dynamodb:LeadingKeys': [key] },
});

describe('a ruling', () => {
  test('refuses with AWS\u2019s words, and a line says who, what, which key and which role', async () => {
    const ruling = await iam.authorize(tenantSession(iam, 'ten_1'), [put('ten_1#a'), put('ten_12#a')]);
    expect(ruling).toEqual({
      allowed: false,
      message:
        `User: arn:aws:sts::000000000000:assumed-role/${roleArn(iam, 'Tenant').split('/')[1]}/ten_1 is not ` +
        `authorized to perform: dynamodb:PutItem on resource: ${table} because no identity-based policy ` +
        'allows the dynamodb:PutItem action',
    });
    expect(told.map(({ line }) => line)).toEqual([
      expect.stringMatching(
        /^IAM: huifang-tickets may not dynamodb:PutItem on .*huifang-data with the keys ten_12#a: the role .*TenantRole \(TenantId=ten_1\) does not permit it$/,
      ),
    ]);
    expect(iam.denials).toHaveLength(1);
  });

  test('asks iam-simulate once for each kind, and remembers for offices and keys of all names', async () => {
    for (const tenant of ['ten_1', 'ten_2', 'ten_3'])
      for (let n = 0; n < 50; n++)
        expect((await iam.authorize(tenantSession(iam, tenant), [put(`${tenant}#${n}`)])).allowed).toBe(true);
    expect(iam.simulations).toBe(1);
    expect((await iam.authorize(tenantSession(iam, 'ten_1'), [put('ten_2#1')])).allowed).toBe(false);
    expect(iam.simulations).toBe(2);
  });

  test('what is remembered is what iam-simulate would say anew', async () => {
    const office = fc.constantFrom('ten_1', 'ten_12', 'ten_2');
    const keys = fc.array(
      fc.tuple(office, fc.constantFrom('#a', '#b', 'x', '')).map(([t, rest]) => t + rest),
      {
        minLength: 1,
        maxLength: 3,
      },
    );
    const action = fc.constantFrom('dynamodb:BatchGetItem', 'dynamodb:Query', 'dynamodb:BatchWriteItem');
    const where = fc.constantFrom(table, `${table}/index/gsi3`, `${table}/index/due`);
    await fc.assert(
      fc.asyncProperty(office, action, where, fc.option(keys), async (tenant, action, resource, given) => {
        const session = tenantSession(iam, tenant);
        const context = given ? { 'dynamodb:LeadingKeys': given } : {};
        const { allowed } = await iam.authorize(session, [{ action, resource, context }]);
        const sessionArn = `arn:aws:sts::000000000000:assumed-role/x/${tenant}`;
        const anew = await simulate(
          { roleArn: session.roleArn, sessionArn },
          { action, resource, context: { ...context, 'aws:PrincipalTag/TenantId': tenant } },
          { identity: policies.roles.get(session.roleArn)?.identity ?? [] },
        );
        expect(allowed).toBe(anew.allowed);
      }),
      { numRuns: 300 },
    );
    expect(iam.simulations).toBeLessThan(60);
  });

  test('a name with a star in it is permitted to nobody', async () => {
    const one = { action: 's3:GetObject', resource: 'arn:aws:s3:::x/kept/ten_1/*', context: {} };
    expect((await iam.authorize(tenantSession(iam, 'ten_1'), [one])).allowed).toBe(false);
  });

  test('nothing goes where the two evaluators disagree', async () => {
    const other = structuredClone(policies);
    for (const role of other.roles.values())
      for (const policy of role.identity)
        for (const statement of policy.statements) statement.conditions = [];
    const wrong = new Iam(other);
    await expect(wrong.authorize(tenantSession(wrong, 'ten_1'), [put('ten_2#a')])).rejects.toThrow(
      /two evaluators of IAM policies disagree on dynamodb:PutItem/,
    );
  });
});

describe('taking on the tenant role', () => {
  const assume = async (
    by: string,
    tags: Record<string, string>,
    transitive: string[] = [],
    role = roleArn(iam, 'Tenant'),
  ) => {
    const session = { name: 'ten_1', tags, transitive };
    const principal = { roleArn: roleArn(iam, by), sessionName: `huifang-${by}`, tags: {} };
    return (await iam.assume(principal, role, session)).allowed;
  };

  test('needs the tag of an office, and no other', async () => {
    expect(await assume('tickets', { TenantId: 'ten_1' })).toBe(true);
    expect(await assume('tickets', {})).toBe(false);
    expect(await assume('tickets', { TenantId: 'sys' })).toBe(false);
    expect(await assume('tickets', { TenantId: 'ten_1', More: 'x' })).toBe(false);
    expect(await assume('tickets', { Other: 'ten_1' })).toBe(false);
    expect(await assume('tickets', { TenantId: 'ten_1' }, ['TenantId'])).toBe(false);
  });

  test.each(['sweeper', 'notifier', 'courier', 'stream', 'authorizer', 'meta', 'tenants'])(
    'is not for %s',
    async (name) => {
      expect(await assume(name, { TenantId: 'ten_1' })).toBe(false);
    },
  );

  test('no other role is taken on, and none that is not there', async () => {
    expect(await assume('tickets', {}, [], roleArn(iam, 'notifier'))).toBe(false);
    expect(await assume('tickets', { TenantId: 'ten_1' }, [], 'arn:aws:iam::000000000000:role/none')).toBe(
      false,
    );
  });

  test('who works for one office cannot become another from there', async () => {
    const inside = tenantSession(iam, 'ten_1');
    const session = { name: 'ten_2', tags: { TenantId: 'ten_2' }, transitive: [] };
    expect((await iam.assume(inside, roleArn(iam, 'Tenant'), session)).allowed).toBe(false);
  });
});

describe('the policies of the template', () => {
  test('let AWS do what it has to do with the roles', async () => {
    await checkPlatform(assembly, iam);
    expect(iam.denials).toEqual([]);
  });

  test('a missing right of the platform is told at the start', async () => {
    const bare = structuredClone(policies);
    for (const role of bare.roles.values()) if (role.name.includes('notifier')) role.identity = [];
    await expect(checkPlatform(assembly, new Iam(bare))).rejects.toThrow(
      /huifang-notifier.* the role .*notifierRole.* may not logs:CreateLogStream/,
    );
  });

  test('speak of condition keys that AWS has for these actions: a misspelt one would never hold', async () => {
    const identity = [...policies.roles.values()].flatMap((role) => role.identity);
    const asked = identity.flatMap(({ statements }) =>
      statements.flatMap(({ actions, conditions }) =>
        conditions.flatMap(({ key }) => actions.map((action) => ({ action, key: key.toLowerCase() }))),
      ),
    );
    expect(asked.length).toBeGreaterThan(5);
    for (const { action, key } of asked) {
      const [service = '', name = ''] = action.split(':');
      if (key.startsWith('aws:')) continue;
      const resource = service === 'dynamodb' ? table : 'arn:aws:ses:ap-southeast-1:000000000000:identity/x';
      const known = await allowedContextKeysForRequest(service, name, resource, false, undefined);
      expect(known, action).toContain(key);
    }
  });

  test('a form that the evaluator does not know is refused when it is read', () => {
    const document = { Statement: [{ Effect: 'Allow', NotAction: 's3:*', Resource: '*' }] };
    expect(() => readPolicy('role', 'policy', document)).toThrow(/role\/policy\/1 has NotAction/);
  });
});

describe('the report', () => {
  const items = (report: ReturnType<Iam['report']>) =>
    report.statements.find(({ statement }) => statement.endsWith('/one-office/Items'));

  test('counts what was used of a statement and names what was not', async () => {
    await iam.authorize(tenantSession(iam, 'ten_1'), [put('ten_1#a'), put('ten_1#b')]);
    const report = iam.report();
    expect(items(report)).toMatchObject({
      count: 2,
      actions: { 'dynamodb:PutItem': 2 },
      unusedResources: [],
    });
    expect(items(report)?.unusedActions).toContain('dynamodb:Query');
    expect(items(report)?.unusedActions).not.toContain('dynamodb:PutItem');
  });

  test('a refused request uses nothing', async () => {
    await iam.authorize(tenantSession(iam, 'ten_1'), [put('ten_2#a')]);
    expect(items(iam.report())?.count).toBe(0);
  });

  test('runs add up: unused is what no run used', async () => {
    await iam.authorize(tenantSession(iam, 'ten_1'), [put('ten_1#a')]);
    const other = new Iam(policies);
    await other.authorize(tenantSession(other, 'ten_1'), [{ ...put('ten_1#a'), action: 'dynamodb:Query' }]);
    const merged = merge([iam.report(), other.report()]);
    expect(items(merged)).toMatchObject({
      count: 2,
      actions: { 'dynamodb:PutItem': 1, 'dynamodb:Query': 1 },
    });
    const unused = items(merged)?.unusedActions ?? [];
    expect(unused).not.toContain('dynamodb:Query');
    expect(unused).toContain('dynamodb:UpdateItem');
    const whole = findings(merged).filter(({ what }) => what === 'all of it');
    expect(whole.length).toBeGreaterThan(10);
    expect(lines(merged).join('\n')).toMatch(/unused: .*Items: dynamodb:UpdateItem/);
  });

  test('mail by SES is unused for a known reason', () => {
    const kept = findings(iam.report()).filter(({ reason }) => reason?.includes('SMTP'));
    expect(kept).toHaveLength(1);
  });
});
