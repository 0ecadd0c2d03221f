// Lambda hands a function its credentials by environment and in no other way. The chain of SSO, profiles,
// processes, web identities and metadata services weighs some 90 kB.
import { fromEnv } from '@aws-sdk/credential-provider-env';

export const defaultProvider = fromEnv;

export const credentialsWillNeedRefresh = (credentials?: { expiration?: Date }): boolean =>
  credentials?.expiration !== undefined;

export const credentialsTreatedAsExpired = (credentials?: { expiration?: Date }): boolean =>
  credentials?.expiration !== undefined && credentials.expiration.getTime() - Date.now() < 300_000;
