import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { listen } from '../net.ts';
import { servePart } from './part.ts';

export interface IdentityOptions {
  port: number;
  host: string;
  dir: string;
  pools: PoolSpec[];
}

export interface PoolSpec {
  id: string;
  /** `email` when people sign in by their e-mail address. */
  usernameAttributes: string[];
  clients: { id: string; validity: Record<string, unknown> }[];
  groups: string[];
}

interface Pools {
  listUserPools(ctx: unknown): Promise<{ Id: string }[]>;
  createUserPool(ctx: unknown, pool: object): Promise<unknown>;
  getUserPool(
    ctx: unknown,
    id: string,
  ): Promise<{
    saveAppClient(ctx: unknown, client: object): Promise<void>;
    listGroups(ctx: unknown): Promise<{ GroupName: string }[]>;
    saveGroup(ctx: unknown, group: object): Promise<void>;
  }>;
  getAppClient(ctx: unknown, id: string): Promise<object | null>;
}

/**
 * cognito-local, put together by hand from its own pieces: its ready-made server wants `.cognito` in the working
 * directory, loads the whole AWS SDK 2 for triggers we do not have, and gives pools random ids.
 */
await servePart<IdentityOptions>(async (options) => {
  const require = createRequire(import.meta.url);
  // biome-ignore lint/suspicious/noExplicitAny: cognito-local types its root module only
  const piece = (path: string): any => require(`cognito-local/lib/${path}`);
  const quiet = () => undefined;
  const logger = require('pino')({ level: 'silent' });
  const ctx = { logger };
  const clock = { get: () => new Date() };
  const { StormDBDataStoreFactory } = piece('services/dataStore/stormDb');
  const { CognitoServiceFactoryImpl } = piece('services/cognitoService');
  const { UserPoolServiceFactoryImpl } = piece('services/userPoolService');
  const { JwtTokenGenerator } = piece('services/tokenGenerator');
  const { otp } = piece('services/otp');
  const { Router } = piece('server/Router');
  const { createServer } = piece('server/server');

  const stores = new StormDBDataStoreFactory(options.dir);
  const factory = new CognitoServiceFactoryImpl(
    options.dir,
    stores,
    new UserPoolServiceFactoryImpl(clock, stores),
  );
  const cognito = (await factory.create(ctx, {})) as Pools;
  const triggers = { enabled: () => false };
  const tokenConfig = { IssuerDomain: '' };
  const services = {
    clock,
    cognito,
    config: { UserPoolDefaults: {}, TokenConfig: tokenConfig },
    messages: { deliver: async () => undefined },
    otp,
    tokenGenerator: new JwtTokenGenerator(clock, triggers, tokenConfig),
    triggers,
  };
  const server = createServer(Router(services), logger, { development: false }, services);
  const http = require('node:http').createServer({ keepAliveTimeout: 0 }, server.application) as Server;
  const port = await listen(http, options.port);
  tokenConfig.IssuerDomain = `http://${options.host}:${port}`;

  for (const pool of options.pools) {
    const have = (await cognito.listUserPools(ctx)).some((one) => one.Id === pool.id);
    const now = clock.get();
    if (!have)
      await cognito.createUserPool(ctx, {
        Id: pool.id,
        Name: pool.id,
        UsernameAttributes: pool.usernameAttributes,
        MfaConfiguration: 'OFF',
        CreationDate: now,
        LastModifiedDate: now,
      });
    const service = await cognito.getUserPool(ctx, pool.id);
    for (const client of pool.clients)
      await service.saveAppClient(ctx, {
        ClientId: client.id,
        ClientName: client.id,
        UserPoolId: pool.id,
        CreationDate: now,
        LastModifiedDate: now,
        ...client.validity,
      });
    for (const name of pool.groups)
      if (!(await service.listGroups(ctx)).some((group) => group.GroupName === name))
        await service.saveGroup(ctx, {
          GroupName: name,
          CreationDate: now,
          LastModifiedDate: now,
          members: [],
        });
  }
  return {
    ready: { port },
    methods: {
      stop: () => {
        http.closeAllConnections();
        http.close(quiet);
      },
    },
  };
});
