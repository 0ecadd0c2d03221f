import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Plugin } from 'esbuild';
import { calendarModule } from './calendar.ts';

const modules = join(import.meta.dirname, '..', 'node_modules');
const slim = join(import.meta.dirname, 'slim');

/**
 * Modules of the AWS SDK (and one other) that would be in every bundle and do nothing on Lambda, and what stands in for each (the
 * reason is at the head of the stand-in). An import that a stand-in lacks ends the build.
 */
const standIns: Readonly<Record<string, string>> = {
  '@aws-sdk/credential-provider-node/dist-es/index.js': 'credentials.ts',
  '@aws-sdk/middleware-endpoint-discovery/dist-es/index.js': 'endpoint-discovery.ts',
  '@aws-sdk/client-sts/dist-es/index.js': 'sts.ts',
  '@aws-sdk/signature-v4-multi-region/dist-es/index.js': 'sigv4a.ts',
  '@aws-sdk/lib-dynamodb/dist-es/pagination/index.js': 'no-paginators.ts',
  '@aws-sdk/core/dist-es/submodules/client/util-endpoints/aws.js': 'no-endpoint-functions.ts',
  '@aws-sdk/core/dist-es/submodules/client/middleware-user-agent/user-agent-middleware.js': 'user-agent.ts',
  '@aws-sdk/core/dist-es/submodules/client/middleware-user-agent/configurations.js': 'user-agent.ts',
  '@aws-sdk/core/dist-es/submodules/client/util-user-agent-node/defaultUserAgent.js': 'user-agent.ts',
  '@aws-sdk/core/dist-es/submodules/account-id-endpoint/index.js': 'account-endpoints.ts',
  '@aws-sdk/core/dist-es/submodules/client/middleware-logger/loggerMiddleware.js': 'no-logger.ts',
  '@aws-sdk/core/dist-es/submodules/client/emitWarningIfUnsupportedVersion.js': 'no-version-warning.ts',
  '@smithy/core/dist-es/submodules/serde/util-body-length/calculateBodyLength.js': 'body-length.ts',
  '@smithy/core/dist-es/submodules/serde/date-utils.js': 'dates.ts',
  '@smithy/core/dist-es/submodules/serde/schema-serde-lib/schema-date-utils.js': 'dates.ts',
  '@smithy/core/dist-es/submodules/event-streams/index.js': 'event-streams.ts',
  '@smithy/core/dist-es/submodules/checksum/sha256/Sha256Js.js': 'sha256-js.ts',
  '@smithy/core/dist-es/submodules/config/shared-ini-file-loader/loadSharedConfigFiles.js': 'config-files.ts',
  '@smithy/core/dist-es/submodules/client/smithy-client/schemaLogFilter.js': 'no-log-filter.ts',
  '@smithy/core/dist-es/submodules/config/config-resolver/regionConfig/getInstanceMetadataRegion.js':
    'no-metadata-region.ts',
  '@smithy/core/dist-es/submodules/config/defaults-mode/resolveDefaultsModeConfig.js': 'defaults-mode.ts',
  '@smithy/core/dist-es/submodules/endpoints/middleware-endpoint/service-customizations/index.js': 'no-s3.ts',
  '@smithy/core/dist-es/submodules/retry/util-retry/AdaptiveRetryStrategy.js': 'adaptive-retry.ts',
  '@smithy/signature-v4/dist-es/HeaderFormatter.js': 'header-formatter.ts',
  '@aws/lambda-invoke-store/dist-es/invoke-store.js': 'invoke-store.ts',
  'ulid/dist/node/index.js': 'ulid.ts',
};

const lateShapes = join(slim, 'zod.ts');

/** Clients in use: the first label of their host names. */
export const services: Readonly<Record<string, string>> = {
  'client-dynamodb': 'dynamodb',
  'client-sqs': 'sqs',
  'client-sesv2': 'email',
};

/**
 * The errors that carry more than a name and a message, or that are asked for by class. A client registers the class of
 * every error of every operation as it loads; what is not registered arrives as the service's base exception, with its
 * right `name`, and that is what retries go by.
 */
const knownErrors: Readonly<Record<string, readonly string[]>> = {
  'client-dynamodb': [
    'ConditionalCheckFailedException',
    'ProvisionedThroughputExceededException',
    'ResourceNotFoundException',
    'ThrottlingException',
    'TransactionCanceledException',
  ],
};

/** The esbuild plugin that makes the SDK's clients small. Throws if the SDK no longer has what it replaces. */
export function slimSdk(): Plugin {
  const replaced = new Map<string, string>();
  const replace = (module: string, standIn: string, contents: string) => {
    const file = join(modules, module);
    if (!existsSync(file)) {
      throw new Error(
        `${module} is gone from the SDK: see what took its place, then change or drop scripts/slim/${standIn}`,
      );
    }
    replaced.set(file, contents);
  };
  for (const [module, standIn] of Object.entries(standIns)) {
    replace(module, standIn, `export * from ${JSON.stringify(join(slim, standIn))};`);
  }
  const endpoints = JSON.stringify(join(slim, 'endpoints.ts'));
  for (const [client, prefix] of Object.entries(services)) {
    replace(
      `@aws-sdk/${client}/dist-es/endpoint/endpointResolver.js`,
      'endpoints.ts',
      `import { regionalEndpoint } from ${endpoints};
export const defaultEndpointResolver = regionalEndpoint('${prefix}');`,
    );
  }
  for (const client of Object.keys(knownErrors)) {
    const module = `@aws-sdk/${client}/dist-es/schemas/schemas_0.js`;
    replace(
      module,
      '../slim.ts (knownErrors)',
      withKnownErrors(client, readFileSync(join(modules, module), 'utf8')),
    );
  }
  const protocol = '@smithy/core/dist-es/submodules/protocols/HttpProtocol.js';
  replace(
    protocol,
    '../slim.ts (withoutHostPrefixes)',
    withoutHostPrefixes(readFileSync(join(modules, protocol), 'utf8')),
  );
  replace('chinese-days/dist/index.es.js', '../calendar.ts', calendarModule());
  return {
    name: 'slim-sdk',
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /^zod\/mini$/ }, ({ importer }) =>
        importer === lateShapes ? undefined : { path: lateShapes, sideEffects: false },
      );
      onLoad(
        { filter: /node_modules[\\/](@aws|@aws-sdk|@smithy|chinese-days|ulid)[\\/].*\.js$/ },
        ({ path }) => {
          const contents = replaced.get(path);
          if (contents !== undefined) return { contents, loader: 'ts', resolveDir: dirname(path) };
          if (path.endsWith('endpointResolver.js')) {
            return {
              errors: [{ text: `${path}: name the client's endpoint in scripts/slim.ts (services)` }],
            };
          }
          return undefined;
        },
      );
      // Clients import their package.json for the version in the user agent; all of it would come along.
      onLoad({ filter: /node_modules[\\/]@aws-sdk[\\/][^\\/]+[\\/]package\.json$/ }, ({ path }) => {
        const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string };
        return { contents: JSON.stringify({ version }), loader: 'json' };
      });
    },
  };
}

/** A client's schemas without the registration of the errors that are not known; unused, these then fall away. */
function withKnownErrors(client: string, source: string): string {
  const known = new Set(knownErrors[client]);
  const missing = new Set(known);
  const result = source.replaceAll(/^n0_registry\.registerError\((\w+)\$, \1\);$/gm, (line, name: string) => {
    missing.delete(name);
    return known.has(name) ? line : '';
  });
  if (missing.size > 0) {
    throw new Error(
      `${client} no longer registers ${[...missing].join(', ')}: see scripts/slim.ts (knownErrors)`,
    );
  }
  return result;
}

/**
 * No operation of the clients in use puts anything before its host's name; to find that out with each request, every client carries the
 * reading of all HTTP traits. Throws where one does.
 */
function withoutHostPrefixes(source: string): string {
  for (const client of Object.keys(services)) {
    const schemas = readFileSync(join(modules, `@aws-sdk/${client}/dist-es/schemas/schemas_0.js`), 'utf8');
    if (/= "endpoint"/.test(schemas)) throw new Error(`${client} has host prefixes: see scripts/slim.ts`);
  }
  const result = source.replace(/^ {4}setHostPrefix\([\s\S]*?^ {4}}$/m, '    setHostPrefix() {}');
  if (result === source) throw new Error('the SDK no longer has setHostPrefix: see scripts/slim.ts');
  return result;
}
