import { type AwsCall, AwsError, awsJson } from './aws.ts';
import type { Clock } from './clock.ts';
import { loopback } from './net.ts';
import type { PoolSpec } from './parts/identity.ts';
import { Part } from './parts/part.ts';

export type { PoolSpec };

/** Cognito: cognito-local in a worker on the virtual clock, so that its tokens are valid at virtual time. */
export class Identity {
  readonly endpoint: string;
  readonly port: number;
  private readonly part: Part<{ port: number }>;
  private readonly call: AwsCall;
  private readonly pools: PoolSpec[];

  private constructor(part: Part<{ port: number }>, region: string, pools: PoolSpec[]) {
    this.part = part;
    this.pools = pools;
    this.port = part.ready.port;
    this.endpoint = `http://${loopback}:${this.port}`;
    this.call = awsJson(this.endpoint, 'AWSCognitoIdentityProviderService', region, '1.1');
  }

  static async start(
    clock: Clock,
    region: string,
    options: { dir: string; pools: PoolSpec[]; port?: number },
  ): Promise<Identity> {
    const file = new URL('./parts/identity.ts', import.meta.url);
    const given = { port: 0, host: loopback, ...options };
    return new Identity(await Part.start<{ port: number }>(file, clock.shared, given), region, options.pools);
  }

  /** The issuer of a pool's tokens. */
  issuer(poolId: string): string {
    return `${this.endpoint}/${poolId}`;
  }

  /** Makes a user who can sign in at once, or sets the password of one that is there. Answers the `sub`. */
  async addUser(username: string, password: string, options: { groups?: string[] } = {}): Promise<string> {
    const UserPoolId = this.pool().id;
    const Username = username;
    try {
      const UserAttributes = username.includes('@')
        ? [
            { Name: 'email', Value: username },
            { Name: 'email_verified', Value: 'true' },
          ]
        : [];
      await this.call('AdminCreateUser', { UserPoolId, Username, UserAttributes, MessageAction: 'SUPPRESS' });
    } catch (error) {
      if (!(error instanceof AwsError && error.code === 'UsernameExistsException')) throw error;
    }
    await this.call('AdminSetUserPassword', { UserPoolId, Username, Password: password, Permanent: true });
    for (const GroupName of options.groups ?? [])
      await this.call('AdminAddUserToGroup', { UserPoolId, Username, GroupName });
    const user = await this.call('AdminGetUser', { UserPoolId, Username });
    const attributes = user.UserAttributes as { Name: string; Value: string }[];
    return attributes.find((attribute) => attribute.Name === 'sub')?.Value ?? '';
  }

  /** Signs in and answers the id token. Throws AwsError when the name or the password is wrong. */
  async token(username: string, password: string): Promise<string> {
    const ClientId = this.pool().clients[0]?.id;
    const answer = await this.call('InitiateAuth', {
      AuthFlow: 'USER_PASSWORD_AUTH',
      ClientId,
      AuthParameters: { USERNAME: username, PASSWORD: password },
    });
    const result = answer.AuthenticationResult as { IdToken: string } | undefined;
    if (!result)
      throw new AwsError(
        'NotAuthorizedException',
        `${String(answer.ChallengeName)}: no password of one's own yet; POST /_local/users sets it here`,
      );
    return result.IdToken;
  }

  stop(): Promise<void> {
    return this.part.stop();
  }

  private pool(): PoolSpec {
    const [pool] = this.pools;
    if (!pool) throw new Error('the template has no user pool');
    return pool;
  }
}
