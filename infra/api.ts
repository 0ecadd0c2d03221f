import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import * as wafv2 from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';
import { ENV } from '../shared/env.ts';
import type { Route } from '../shared/http/route.ts';
import { planName, TIERS, type Tier } from '../shared/usage.ts';
import type { Config } from './config.ts';
import type { DataStack } from './data.ts';
import { type Environment, ServiceFunction } from './function.ts';
import { ACCESS_LOG, gatewayDocument, type ServedRoute, stageUrl } from './gateway.ts';
import {
  authorizerReads,
  keepsUsageKeys,
  makesLogins,
  operates,
  sends,
  tenantData,
  tenantRole,
} from './grants.ts';
import { foreignIdentity, type Identity } from './identity.ts';
import { acknowledge } from './nag.ts';
import { webAcl } from './waf.ts';

const STAGE = 'live';

/** Domains that are not about one office: `meta` needs no data, `tenants` works on all offices. */
const WITHOUT_OFFICE: readonly string[] = ['meta', 'tenants'];
/** Domains in which people are given logins. */
const MAKES_LOGINS: readonly string[] = ['tenants', 'staff'];

export interface ApiStackProps extends StackProps {
  readonly config: Config;
  readonly data: DataStack;
  /** Where the domain `billing` puts the runs it begins. */
  readonly billing: sqs.IQueue;
  /** The house's own user pool, if it has one. */
  readonly identity?: Identity;
  /** Each domain (= API function) and its routes. */
  readonly domains: Readonly<Record<string, readonly Route[]>>;
}

/** The API: gateway, authorizer, one function for each domain, usage plans, firewall. */
export class ApiStack extends Stack {
  readonly functions: Readonly<Record<string, ServiceFunction>>;
  readonly authorizer: ServiceFunction;
  readonly api: apigateway.SpecRestApi;
  readonly publicUrl: string;

  constructor(scope: Construct, id: string, props: ApiStackProps) {
    super(scope, id, props);
    const { config, data, domains } = props;
    const identity = props.identity ?? foreignIdentity(this, config);
    this.functions = Object.fromEntries(
      Object.keys(domains).map((domain) => [domain, this.domainFunction(config, domain)]),
    );
    this.authorizer = new ServiceFunction(this, 'authorizer', {
      config,
      description: 'Who is calling, for which office, with which scopes',
      timeout: Duration.seconds(10),
      environment: {
        [ENV.tableName]: data.table.tableName,
        [ENV.oidcIssuer]: identity.issuer,
        [ENV.oidcAudience]: identity.audience,
        [ENV.usageKeyPrefix]: config.name,
      },
    });
    this.rights(config, data, identity);

    this.api = this.gateway(config, domains);
    this.publicUrl = config.publicUrl ?? stageUrl(this.api.restApiId, STAGE);
    const environment = this.commonEnvironment(data);
    for (const [domain, fn] of Object.entries(this.functions)) {
      fn.setEnv(domain === 'meta' ? { [ENV.publicUrl]: this.publicUrl } : environment);
    }
    const { billing } = this.functions;
    if (billing) {
      sends(billing, [props.billing]);
      billing.setEnv({ [ENV.billingQueueUrl]: props.billing.queueUrl });
    }
    this.usagePlans(config);
    this.firewall(config, Object.values(domains).flat());
    new CfnOutput(this, 'Url', { value: this.publicUrl });
  }

  private domainFunction(config: Config, domain: string): ServiceFunction {
    return new ServiceFunction(this, domain, {
      config,
      description: `API: ${domain}`,
      // The gateway gives up after 29 s.
      timeout: Duration.seconds(28),
    });
  }

  private commonEnvironment(data: DataStack): Environment {
    const secret = new secretsmanager.Secret(this, 'CursorSecret', {
      description: 'Signs cursors and one-time links',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
    });
    acknowledge(secret, {
      SMG4: 'A new secret would end the one-time links that customers hold. It is changed by hand after a leak.',
    });
    return {
      [ENV.tableName]: data.table.tableName,
      [ENV.attachmentsBucket]: data.attachments.bucketName,
      // By reference: the value is filled in at deployment and is in no template.
      [ENV.cursorSecret]: secret.secretValue.unsafeUnwrap(),
      [ENV.publicUrl]: this.publicUrl,
    };
  }

  private rights(config: Config, data: DataStack, identity: Identity): void {
    authorizerReads(this.authorizer, data.table);
    const ofOffices = Object.entries(this.functions).filter(([domain]) => !WITHOUT_OFFICE.includes(domain));
    const role = tenantRole(this, {
      table: data.table,
      bucket: data.attachments,
      functions: ofOffices.map(([, fn]) => fn),
    });
    const objects = (prefix: string) => `IAM5[Resource::${data.attachmentsExport}/${prefix}/*]`;
    const own = 'The objects of one office: the office is taken from the tag of the session.';
    acknowledge(role, {
      [objects('pending/<aws:PrincipalTag/TenantId>')]: own,
      [objects('kept/<aws:PrincipalTag/TenantId>')]: own,
    });
    for (const [, fn] of ofOffices) tenantData(fn, role);
    const { tenants } = this.functions;
    if (tenants) {
      operates(tenants, data.table, data.attachments);
      const any = 'The operator exports and deletes offices with their attachments, whichever office it is.';
      acknowledge(tenants, { [objects('pending')]: any, [objects('kept')]: any });
      keepsUsageKeys(tenants, config.name);
    }
    for (const domain of MAKES_LOGINS) {
      const fn = this.functions[domain];
      if (fn && identity.userPool) makesLogins(fn, identity.userPool);
    }
  }

  private gateway(config: Config, domains: ApiStackProps['domains']): apigateway.SpecRestApi {
    const served = Object.entries(domains).flatMap(([domain, routes]): ServedRoute[] =>
      routes.map((route) => ({ route, functionName: this.fn(domain).name })),
    );
    const accessLog = new logs.LogGroup(this, 'AccessLog', {
      retention: logs.RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const api = new apigateway.SpecRestApi(this, 'Api', {
      restApiName: config.name,
      apiDefinition: apigateway.ApiDefinition.fromInline(
        gatewayDocument(served, { title: config.name, authorizerName: this.authorizer.name }),
      ),
      endpointTypes: [apigateway.EndpointType.REGIONAL],
      failOnWarnings: true,
      cloudWatchRole: true,
      cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN,
      deployOptions: {
        stageName: STAGE,
        // By method they cost extra, for each of some 170; alarms and dashboard go by the whole API, the access log tells the route.
        metricsEnabled: false,
        loggingLevel: apigateway.MethodLoggingLevel.ERROR,
        dataTraceEnabled: false,
        accessLogDestination: new apigateway.LogGroupLogDestination(accessLog),
        accessLogFormat: apigateway.AccessLogFormat.custom(ACCESS_LOG),
        // What all offices may do together; each tier has its own share in the usage plans.
        throttlingRateLimit: 1000,
        throttlingBurstLimit: 2000,
      },
    });
    acknowledge(api, {
      APIG2:
        'Requests are checked in the functions with zod, which names every bad field at once; the gateway would name the first.',
      'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]':
        'The account-wide role with which API Gateway writes its logs is made for this policy.',
    });
    const invocable = (name: string, fn: ServiceFunction, path: string) =>
      new lambda.CfnPermission(this, `Invoke-${name}`, {
        action: 'lambda:InvokeFunction',
        principal: 'apigateway.amazonaws.com',
        functionName: fn.function.functionName,
        sourceAccount: this.account,
        sourceArn: this.formatArn({
          service: 'execute-api',
          resource: api.restApiId,
          resourceName: path,
        }),
      });
    for (const [domain, fn] of Object.entries(this.functions)) invocable(domain, fn, `${STAGE}/*`);
    invocable('authorizer', this.authorizer, 'authorizers/*');
    return api;
  }

  /** A plan for each tier; offices' keys come into them as they are onboarded (see `shared/usageKeys.ts`). */
  private usagePlans({ name }: Config): void {
    for (const tier of Object.keys(TIERS) as Tier[]) {
      const { rate, burst } = TIERS[tier];
      this.api.addUsagePlan(`Plan-${tier}`, {
        name: planName(name, tier),
        throttle: { rateLimit: rate, burstLimit: burst },
        apiStages: [{ stage: this.api.deploymentStage }],
      });
    }
  }

  private firewall({ name }: Config, routes: readonly Route[]): void {
    const acl = webAcl(this, `${name}-api`, routes);
    new wafv2.CfnWebACLAssociation(this, 'WebAclOfApi', {
      webAclArn: acl.attrArn,
      resourceArn: this.api.deploymentStage.stageArn,
    });
  }

  private fn(domain: string): ServiceFunction {
    const fn = this.functions[domain];
    if (!fn) throw new Error(`no function for the domain ${domain}`);
    return fn;
  }
}
