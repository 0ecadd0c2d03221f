import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PoolSpec } from './identity.ts';
import { Trouble } from './problem.ts';
import {
  type Assembly,
  account,
  type Physical,
  type Properties,
  partition,
  type Resource,
} from './template.ts';

/** What the parts of this machine are reached by; filled in as they come up, before anything asks. */
export interface Places {
  queueUrl(name: string): string;
  issuer(poolId: string): string;
}

/** Resources that mean nothing on one machine. Whatever is on neither list is an error, not an oversight. */
const ignored = [
  'AWS::ApiGateway::Account',
  'AWS::ApiGateway::Deployment',
  'AWS::ApiGateway::Stage',
  'AWS::ApiGateway::DomainName',
  'AWS::ApiGateway::BasePathMapping',
  'AWS::CDK::Metadata',
  'AWS::CloudWatch::',
  'AWS::Cognito::UserPoolDomain',
  'AWS::IAM::',
  'AWS::KMS::',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::Permission',
  'AWS::Logs::',
  'AWS::S3::BucketPolicy',
  'AWS::SQS::QueuePolicy',
  'AWS::SNS::',
  'AWS::Scheduler::ScheduleGroup',
  'AWS::SecretsManager::ResourcePolicy',
  'AWS::WAFv2::',
];

const served = [
  'AWS::ApiGateway::ApiKey',
  'AWS::ApiGateway::RestApi',
  'AWS::ApiGateway::UsagePlan',
  'AWS::ApiGateway::UsagePlanKey',
  'AWS::Cognito::UserPool',
  'AWS::Cognito::UserPoolClient',
  'AWS::Cognito::UserPoolGroup',
  'AWS::DynamoDB::Table',
  'AWS::DynamoDB::GlobalTable',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Function',
  'AWS::S3::Bucket',
  'AWS::SQS::Queue',
  'AWS::Scheduler::Schedule',
  'AWS::SecretsManager::Secret',
];

/** Throws Trouble naming every resource the local cloud neither serves nor knowingly leaves out. */
export function checkTypes(assembly: Assembly): void {
  const unknown = assembly
    .resources()
    .filter(({ type }) => !served.includes(type) && !ignored.some((start) => type.startsWith(start)))
    .map(({ type, stack, logicalId }) => `${stack}/${logicalId} (${type})`);
  if (unknown.length > 0)
    throw new Trouble(`the local cloud does not know these resources: ${unknown.join(', ')}`);
}

/** A name by which this machine tells queues, tables and so on apart: the template's own, or stack and id. */
export function nameOf(assembly: Assembly, resource: Resource, property: string): string {
  const given = assembly.resolve(resource.properties[property], resource.stack);
  return typeof given === 'string' ? given : `${resource.stack}-${resource.logicalId}`;
}

/** Says what `Ref` and `Fn::GetAtt` answer for each resource. `tableSuffix` tells clouds on one database apart. */
export function physicals(
  assembly: Assembly,
  places: Places,
  tableSuffix: string,
): (resource: Resource) => Physical {
  const arn = (service: string, rest: string, region = assembly.region) =>
    `arn:${partition}:${service}:${region}:${account}:${rest}`;
  return (resource) => {
    const id = resource.logicalId;
    const physical = (
      ref: string | (() => string),
      atts: Record<string, string | (() => string)>,
    ): Physical => ({
      get ref() {
        return typeof ref === 'string' ? ref : ref();
      },
      att: (name) => {
        const value = atts[name] ?? `${id}.${name}`;
        return typeof value === 'string' ? value : value();
      },
    });
    switch (resource.type) {
      case 'AWS::DynamoDB::Table':
      case 'AWS::DynamoDB::GlobalTable': {
        const name = nameOf(assembly, resource, 'TableName') + tableSuffix;
        const Arn = arn('dynamodb', `table/${name}`);
        return physical(name, { Arn, StreamArn: `${Arn}/stream/local` });
      }
      case 'AWS::SQS::Queue': {
        const QueueName = nameOf(assembly, resource, 'QueueName');
        const url = () => places.queueUrl(QueueName);
        return physical(url, { Arn: arn('sqs', QueueName), QueueName, QueueUrl: url });
      }
      case 'AWS::Lambda::Function': {
        const name = nameOf(assembly, resource, 'FunctionName');
        return physical(name, { Arn: arn('lambda', `function:${name}`) });
      }
      case 'AWS::IAM::Role': {
        const name = nameOf(assembly, resource, 'RoleName');
        return physical(name, { Arn: `arn:${partition}:iam::${account}:role/${name}`, RoleId: name });
      }
      case 'AWS::Logs::LogGroup': {
        const name = nameOf(assembly, resource, 'LogGroupName');
        return physical(name, { Arn: arn('logs', `log-group:${name}:*`) });
      }
      case 'AWS::S3::Bucket': {
        const name = nameOf(assembly, resource, 'BucketName').toLowerCase();
        return physical(name, { Arn: `arn:${partition}:s3:::${name}` });
      }
      case 'AWS::Cognito::UserPool': {
        const pool = poolId(assembly, resource);
        const ProviderURL = () => places.issuer(pool);
        return physical(pool, { Arn: arn('cognito-idp', `userpool/${pool}`), UserPoolId: pool, ProviderURL });
      }
      case 'AWS::Cognito::UserPoolClient':
        return physical(id.toLowerCase(), { ClientId: id.toLowerCase() });
      case 'AWS::SecretsManager::Secret':
        return physical(arn('secretsmanager', `secret:${id}`), {});
      case 'AWS::Scheduler::ScheduleGroup': {
        const name = nameOf(assembly, resource, 'Name');
        return physical(name, { Arn: arn('scheduler', `schedule-group/${name}`) });
      }
      case 'AWS::Scheduler::Schedule':
        return physical(nameOf(assembly, resource, 'Name'), {
          Arn: arn('scheduler', `schedule/default/${id}`),
        });
      default:
        return physical(id, { Arn: arn('local', `${resource.type}/${id}`) });
    }
  };
}

function poolId(assembly: Assembly, resource: Resource): string {
  return `${assembly.region}_${resource.logicalId.replaceAll(/[^A-Za-z0-9]/g, '')}`;
}

/** The user pools, with their clients and groups. */
export function pools(assembly: Assembly): PoolSpec[] {
  const of = (type: string, pool: string) =>
    assembly.resources(type).filter((one) => assembly.resolve(one.properties.UserPoolId, one.stack) === pool);
  return assembly.resources('AWS::Cognito::UserPool').map((resource) => {
    const id = poolId(assembly, resource);
    return {
      id,
      usernameAttributes: (assembly.properties(resource).UsernameAttributes as string[] | undefined) ?? [],
      clients: of('AWS::Cognito::UserPoolClient', id).map((client) => {
        const given = assembly.properties(client);
        const kept = ['AccessTokenValidity', 'IdTokenValidity', 'RefreshTokenValidity', 'TokenValidityUnits'];
        return {
          id: assembly.physicalOf(client).ref,
          validity: Object.fromEntries(
            kept.filter((name) => name in given).map((name) => [name, given[name]]),
          ),
        };
      }),
      groups: of('AWS::Cognito::UserPoolGroup', id).map((group) =>
        String(assembly.properties(group).GroupName),
      ),
    };
  });
}

/** The folder with a function's code: the asset named in the template. */
export function codeOf(assembly: Assembly, resource: Resource): string {
  const staged = resource.metadata['aws:asset:path'];
  if (typeof staged === 'string') return join(assembly.dir, staged);
  const key = String(assembly.resolve((resource.properties.Code as Properties).S3Key, resource.stack));
  const hash = key.slice(key.lastIndexOf('/') + 1).replace(/\.zip$/, '');
  const manifest = JSON.parse(readFileSync(join(assembly.dir, `${resource.stack}.assets.json`), 'utf8')) as {
    files: Record<string, { source: { path: string } }>;
  };
  const path = manifest.files[hash]?.source.path;
  if (!path)
    throw new Trouble(
      `${resource.stack}/${resource.logicalId}: its code is not among the assets; run "npm run synth" again`,
    );
  return join(assembly.dir, path);
}
