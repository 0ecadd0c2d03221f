import { CfnOutput, CfnParameter, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import type { Construct } from 'constructs';
import { type Config, isChina } from './config.ts';
import { acknowledge } from './nag.ts';

/** Group of the people who host the service; membership is what the operator API asks for. */
export const OPERATORS = 'operators';

/** Who vouches for people, and for whom its tokens are made. */
export interface Identity {
  readonly issuer: string;
  readonly audience: string;
  readonly userPool?: cognito.UserPool;
}

/** Whether the service has a user pool of its own: not if an issuer is named, and not in China (there are none). */
export const hasUserPool = ({ oidcIssuer, region }: Config): boolean =>
  oidcIssuer === undefined && !isChina(region);

/** The issuer where there is no user pool: from the context, else asked for at deployment by parameter of `stack`. */
export function foreignIdentity(stack: Stack, { oidcIssuer, oidcAudience }: Config): Identity {
  if (oidcIssuer !== undefined && oidcAudience !== undefined) {
    return { issuer: oidcIssuer, audience: oidcAudience };
  }
  return {
    issuer: new CfnParameter(stack, 'OidcIssuer', {
      description: 'OpenID Connect issuer of staff logins (https://…)',
      allowedPattern: '^https://.+[^/]$',
    }).valueAsString,
    audience: new CfnParameter(stack, 'OidcAudience', {
      description: 'Audience that its tokens are made for',
      minLength: 1,
    }).valueAsString,
  };
}

/** The service's own user pool. */
export class IdentityStack extends Stack implements Identity {
  readonly issuer: string;
  readonly audience: string;
  readonly userPool: cognito.UserPool;

  constructor(scope: Construct, id: string, props: StackProps & { config: Config }) {
    super(scope, id, props);
    this.userPool = this.pool(props.config);
    this.issuer = this.userPool.userPoolProviderUrl;
    this.audience = this.client(this.userPool).userPoolClientId;
    // Asked for when the first operator is made.
    new CfnOutput(this, 'UserPoolId', { value: this.userPool.userPoolId });
    new CfnOutput(this, 'ClientId', { value: this.audience });
  }

  private pool({ name }: Config): cognito.UserPool {
    const pool = new cognito.UserPool(this, 'Users', {
      userPoolName: `${name}-users`,
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      autoVerify: { email: true },
      accountRecovery: cognito.AccountRecovery.EMAIL_ONLY,
      mfa: cognito.Mfa.OPTIONAL,
      mfaSecondFactor: { otp: true, sms: false },
      passwordPolicy: {
        minLength: 12,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(3),
      },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    new cognito.CfnUserPoolGroup(this, 'Operators', {
      userPoolId: pool.userPoolId,
      groupName: OPERATORS,
      description: 'People who host the service',
    });
    acknowledge(pool, {
      COG2: 'A second factor is each person\u2019s choice: desks share machines and not every clerk has a phone at work.',
      COG3: 'Threat protection belongs to a paid plan of the pool; an office that wants it brings its own issuer.',
      COG8: 'The paid plan of the pool is the choice of who hosts the service.',
    });
    return pool;
  }

  private client(pool: cognito.UserPool): cognito.UserPoolClient {
    return pool.addClient('Console', {
      authFlows: { userPassword: true, userSrp: true },
      generateSecret: false,
      disableOAuth: true,
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      idTokenValidity: Duration.hours(1),
      accessTokenValidity: Duration.hours(1),
      refreshTokenValidity: Duration.days(7),
    });
  }
}
