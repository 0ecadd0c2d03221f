import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Aws, type Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { EnvName } from '../shared/env.ts';
import type { Config } from './config.ts';

export type Environment = Partial<Record<EnvName, string>>;

export interface ServiceFunctionProps {
  readonly config: Config;
  readonly timeout: Duration;
  readonly memory?: number;
  readonly environment?: Environment;
  readonly description: string;
}

/**
 * One function of the service: the bundle `dist/<id>/`, a role and a log group of its own. The role may write
 * the log and nothing else; the rest is given in `grants.ts`.
 *
 * Names are fixed (`huifang-tickets`), so that the gateway's document can name the functions while the functions
 * know the gateway's address: with generated names the two would wait for each other.
 */
export class ServiceFunction extends Construct {
  readonly name: string;
  readonly role: iam.Role;
  readonly function: lambda.Function;

  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    super(scope, id);
    const { config } = props;
    this.name = `${config.name}-${id}`;
    const logGroup = new logs.LogGroup(this, 'Log', {
      logGroupName: `/aws/lambda/${this.name}`,
      retention: logs.RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      description: props.description,
    });
    this.allow([logGroup.logGroupArn], ['logs:CreateLogStream', 'logs:PutLogEvents']);
    this.function = new lambda.Function(this, 'Function', {
      functionName: this.name,
      description: props.description,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: config.architecture === 'arm64' ? lambda.Architecture.ARM_64 : lambda.Architecture.X86_64,
      handler: 'index.handler',
      code: lambda.Code.fromAsset(bundleOf(config, id)),
      // CPU comes with memory: below one GB the start of the runtime takes longer than the work.
      memorySize: props.memory ?? 1024,
      timeout: props.timeout,
      role: this.role,
      logGroup,
      loggingFormat: lambda.LoggingFormat.JSON,
      applicationLogLevelV2: lambda.ApplicationLogLevel.INFO,
      systemLogLevelV2: lambda.SystemLogLevel.WARN,
      environment: { ...props.environment },
    });
  }

  /** Adds a statement to the function's role. */
  allow(
    resources: string[],
    actions: string[],
    conditions?: Record<string, Record<string, string | string[]>>,
  ): void {
    this.role.addToPolicy(new iam.PolicyStatement({ resources, actions, ...(conditions && { conditions }) }));
  }

  setEnv(environment: Environment): void {
    for (const [name, value] of Object.entries(environment)) this.function.addEnvironment(name, value);
  }
}

/** Address of a function for the gateway, by name. */
export const invocationUri = (functionName: string): string =>
  `arn:${Aws.PARTITION}:apigateway:${Aws.REGION}:lambda:path/2015-03-31/functions/arn:${Aws.PARTITION}:lambda:${Aws.REGION}:${Aws.ACCOUNT_ID}:function:${functionName}/invocations`;

function bundleOf({ dist }: Config, id: string): string {
  const folder = join(dist, id);
  if (!existsSync(join(folder, 'index.mjs'))) {
    throw new Error(`${join(folder, 'index.mjs')} is missing: run "npm run build" first`);
  }
  return folder;
}
