import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { type Json, ofType, synthesize } from './service.ts';

const cloud = synthesize('ap-southeast-1');

interface Statement {
  Sid?: string;
  Effect: string;
  Action: string | string[];
  Resource: unknown;
  Principal?: unknown;
  Condition?: Record<string, Json>;
}

const statementsOf = (document: unknown): Statement[] => (document as { Statement: Statement[] }).Statement;
const actionsOf = ({ Action }: Statement) => [Action].flat();

/** Every statement of every role, with the role it belongs to. */
const rights = [
  ...ofType(cloud, 'AWS::IAM::Policy').flatMap(([, { PolicyDocument, Roles }]) =>
    statementsOf(PolicyDocument).map((statement) => ({ role: JSON.stringify(Roles), statement })),
  ),
  ...ofType(cloud, 'AWS::IAM::Role').flatMap(([id, { Policies = [] }]) =>
    (Policies as { PolicyDocument: unknown }[]).flatMap(({ PolicyDocument }) =>
      statementsOf(PolicyDocument).map((statement) => ({ role: id, statement })),
    ),
  ),
];
const of = (name: string) =>
  rights.filter(({ role }) => role.includes(name)).map(({ statement }) => statement);
const tableActions = (statements: Statement[]) =>
  statements.flatMap(actionsOf).filter((action) => action.startsWith('dynamodb:'));

describe('the tenant role', () => {
  const role = cloud.templates.api?.Resources.TenantRole?.Properties as Json;
  const fence = {
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`\${aws:PrincipalTag/TenantId}#*`] },
    Null: { 'dynamodb:LeadingKeys': 'false' },
  };

  test('reaches keys of its own office only, and nothing where no key is given', () => {
    const statements = of('TenantRole').filter((statement) => tableActions([statement]).length > 0);
    expect(statements.map(({ Sid }) => Sid)).toEqual(['Items', 'Logins', 'Lists']);
    const logins = { 'dynamodb:LeadingKeys': [`\${aws:PrincipalTag/TenantId}#logins`] };
    for (const { Sid, Condition } of statements)
      expect(Condition).toEqual(Sid === 'Logins' ? { ...fence, 'ForAllValues:StringLike': logins } : fence);
  });

  test('has the rights of items and queries, and no others on the table', () => {
    const [items, logins, lists] = of('TenantRole');
    expect(actionsOf(items as Statement).sort()).toEqual([
      'dynamodb:BatchGetItem',
      'dynamodb:ConditionCheckItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
    ]);
    expect(actionsOf(logins as Statement)).toEqual(['dynamodb:DeleteItem']);
    expect(actionsOf(lists as Statement)).toEqual(['dynamodb:Query']);
    const indexes = [...JSON.stringify((lists as Statement).Resource).matchAll(/\/index\/([^"]+)/g)];
    expect(indexes.map(([, name]) => name)).toEqual([1, 2, 3, 4, 5, 6, 7].map((n) => `gsi${n}`));
  });

  test('reaches attachments of its own office only', () => {
    const objects = of('TenantRole').filter((statement) => actionsOf(statement)[0]?.startsWith('s3:'));
    expect(objects).toHaveLength(2);
    for (const { Resource } of objects) {
      expect(JSON.stringify(Resource)).toMatch(/"\/(pending|kept)\/\$\{aws:PrincipalTag\/TenantId\}\/\*"/);
    }
  });

  test('is assumed by functions of offices only, with the tag of one office and no other', () => {
    const [trust, ...more] = statementsOf(role.AssumeRolePolicyDocument);
    expect(more).toEqual([]);
    expect(trust).toMatchObject({
      Effect: 'Allow',
      Action: ['sts:AssumeRole', 'sts:TagSession'],
      Condition: {
        StringLike: { 'aws:RequestTag/TenantId': 'ten_*' },
        'ForAllValues:StringEquals': { 'aws:TagKeys': ['TenantId'] },
        Null: { 'sts:TransitiveTagKeys': 'true' },
      },
    });
    const trusted = [...JSON.stringify(trust?.Principal).matchAll(/"([a-z]+)Role[0-9A-F]{8}"/g)];
    expect(trusted.map(([, name]) => name).sort()).toEqual(['confirm', 'offices', 'staff', 'tickets']);
  });
});

describe('functions', () => {
  test.each(['tickets', 'offices', 'staff', 'confirm'])(
    '%s has no right of its own on the table and may take on the tenant role',
    (name) => {
      expect(tableActions(of(`${name}Role`))).toEqual([]);
      expect(of(`${name}Role`).flatMap(actionsOf)).toContain('sts:AssumeRole');
    },
  );

  test('meta may write its log and nothing else', () => {
    expect(of('metaRole').flatMap(actionsOf)).toEqual(['logs:CreateLogStream', 'logs:PutLogEvents']);
  });

  test('only the operator\u2019s function and the background reach the data of any office', () => {
    const unfenced = rights.filter(
      ({ statement }) => tableActions([statement]).length > 0 && statement.Condition === undefined,
    );
    const roles = new Set(unfenced.map(({ role }) => /"?(\w+?)Role/.exec(role)?.[1]));
    expect([...roles].sort()).toEqual([
      'authorizer',
      'biller',
      'courier',
      'notifier',
      'stream',
      'sweeper',
      'tenants',
    ]);
  });

  test('the biller reads, queries and writes items, and checks none beside what it writes', () => {
    expect([...new Set(tableActions(of('billerRole')))].sort()).toEqual([
      'dynamodb:BatchGetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
    ]);
  });

  test('the operator\u2019s function writes whole items and deletes in batches', () => {
    expect(tableActions(of('tenantsRole')).sort()).toEqual([
      'dynamodb:BatchGetItem',
      'dynamodb:BatchWriteItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:Query',
    ]);
  });

  test('whoever works for all offices reads the lists that its code names, and no others', async () => {
    const names = ['tenants', 'notifier', 'stream', 'biller', 'sweeper'];
    // As they are deployed, without the libraries: what nobody calls is left out.
    const { outputFiles } = await build({
      entryPoints: Object.fromEntries(names.map((name) => [name, `functions/${name}/handler.ts`])),
      bundle: true,
      packages: 'external',
      format: 'esm',
      outdir: '/',
      write: false,
    });
    const all = (text: string, form: RegExp) =>
      [...new Set([...text.matchAll(form)].map(([, n]) => n))].sort();
    for (const name of names) {
      const code = outputFiles.find(({ path }) => path === `/${name}.js`)?.text ?? '';
      const granted = JSON.stringify(of(`${name}Role`).map(({ Resource }) => Resource));
      expect([name, all(granted, /\/index\/gsi(\d)"/g)]).toEqual([name, all(code, /"g(\d)"/g)]);
    }
  });

  test('nobody deletes where events are: single items in partitions that have none, whole offices by the operator', () => {
    const deleting = rights.filter(({ statement }) =>
      actionsOf(statement).some((action) => /dynamodb:(Delete|BatchWrite)Item/.test(action)),
    );
    const keysOf = ({ Condition }: Statement) =>
      (Condition?.['ForAllValues:StringLike'] as Record<string, unknown> | undefined)?.[
        'dynamodb:LeadingKeys'
      ];
    const office = `ten_${'?'.repeat(26)}`;
    expect(
      deleting
        .map(({ role, statement }) => [/"?(\w+?)Role/.exec(role)?.[1], keysOf(statement) ?? 'everywhere'])
        .sort(),
    ).toEqual(
      [
        ['Tenant', `\${aws:PrincipalTag/TenantId}#logins`],
        ['notifier', [`${office}#digest`, `${office}#job#*`]],
        ['tenants', 'everywhere'],
      ].map(([role, keys]) => [role, role === 'Tenant' ? [keys] : keys]),
    );
  });

  test('nobody scans, nobody uses PartiQL, nobody has all rights on anything', () => {
    const all = rights.flatMap(({ statement }) => actionsOf(statement));
    expect(all.filter((action) => /scan|partiql|\*/i.test(action))).toEqual([]);
    const everywhere = rights.filter(({ statement }) => [statement.Resource].flat().includes('*'));
    expect(everywhere).toEqual([]);
  });

  test.each([
    ['due', 'sweeper'],
    ['lookup', 'authorizer'],
  ])('the index %s has one reader, the %s', (index, reader) => {
    const readers = rights.filter(({ statement }) =>
      JSON.stringify(statement.Resource).includes(`/index/${index}"`),
    );
    expect(readers).toHaveLength(1);
    expect(readers[0]?.role).toContain(`${reader}Role`);
    expect(actionsOf(readers[0]?.statement as Statement)).toEqual(['dynamodb:Query']);
  });

  test('the index of all keys is granted nowhere with a star', () => {
    const stars = rights.filter(({ statement }) => /index\/[^"]*\*/.test(JSON.stringify(statement.Resource)));
    expect(stars).toEqual([]);
  });
});

test('the key of the data is used through the table and the bucket only, and by this account only', () => {
  const [[, key]] = ofType(cloud, 'AWS::KMS::Key') as [[string, Json]];
  const through = statementsOf(key.KeyPolicy).find(({ Sid }) => Sid === 'ThroughTheTableAndTheBucketOnly');
  expect(through?.Condition).toEqual({
    StringEquals: {
      'kms:CallerAccount': { Ref: 'AWS::AccountId' },
      'kms:ViaService': ['dynamodb.ap-southeast-1.amazonaws.com', 's3.ap-southeast-1.amazonaws.com'],
    },
  });
});
