import type { App } from 'aws-cdk-lib';

/** What a deployment can choose, by `-c key=value`, `cdk.json` or `cdk.context.json`. */
export interface Config {
  /** First part of every physical name; two services in one account and region need two. */
  readonly name: string;
  readonly region: string;
  readonly account: string | undefined;
  /** An OIDC issuer of one's own in place of the user pool. Both or none. */
  readonly oidcIssuer: string | undefined;
  readonly oidcAudience: string | undefined;
  /** Address of the API if it has a name of its own; else the gateway's. No slash at the end. */
  readonly publicUrl: string | undefined;
  readonly mailFrom: string;
  readonly mailTransport: string | undefined;
  /** Stream of a table brought back from an earlier moment, with which the service goes on in place of its own. */
  readonly restoredStreamArn: string | undefined;
  /** Topic that hears of alarms. */
  readonly alarmTopicArn: string | undefined;
  /** Origins of consoles that may upload attachments, separated by commas. */
  readonly consoleOrigins: readonly string[];
  readonly architecture: 'arm64' | 'x86_64';
  /** Folder that holds the built functions, one folder each. */
  readonly dist: string;
}

const dist = new URL('../dist', import.meta.url).pathname;

/** Reads the choices from the context. Throws on a value that cannot be meant. */
export function configOf(app: App, region: string, overrides: Partial<Config> = {}): Config {
  const text = (key: string): string | undefined => {
    const value: unknown = app.node.tryGetContext(key);
    if (value === undefined || value === '') return undefined;
    if (typeof value !== 'string') throw new Error(`context ${key} must be a text`);
    return value;
  };
  const name = text('name') ?? 'huifang';
  if (!/^[a-z][a-z0-9-]{1,19}$/.test(name)) {
    throw new Error(`context name: ${JSON.stringify(name)} is not 2 to 20 of a-z, 0-9 and -, a letter first`);
  }
  const architecture = text('architecture') ?? 'arm64';
  if (architecture !== 'arm64' && architecture !== 'x86_64') {
    throw new Error('context architecture: arm64 or x86_64');
  }
  const restoredStreamArn = text('restoredStreamArn');
  if (restoredStreamArn !== undefined && !/:table\/[\w.-]+\/stream\//.test(restoredStreamArn)) {
    throw new Error('context restoredStreamArn: the ARN of a table\u2019s stream');
  }
  const oidcIssuer = text('oidcIssuer');
  const oidcAudience = text('oidcAudience');
  if ((oidcIssuer === undefined) !== (oidcAudience === undefined)) {
    throw new Error('context: oidcIssuer and oidcAudience go together');
  }
  return {
    name,
    region,
    account: process.env.CDK_DEFAULT_ACCOUNT,
    oidcIssuer,
    oidcAudience,
    publicUrl: text('publicUrl')?.replace(/\/+$/, ''),
    mailFrom: text('mailFrom') ?? 'huifang@example.com',
    mailTransport: text('mailTransport'),
    restoredStreamArn,
    alarmTopicArn: text('alarmTopicArn'),
    consoleOrigins: (text('consoleOrigins') ?? '').split(',').filter((origin) => origin !== ''),
    architecture,
    dist,
    ...overrides,
  };
}

/** The China partition has neither Cognito user pools nor SES. */
export const isChina = (region: string): boolean => region.startsWith('cn-');
