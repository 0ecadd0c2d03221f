import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { regionalEndpoint } from '../../../scripts/slim/endpoints.ts';
import { services } from '../../../scripts/slim.ts';

const regions = [
  'ap-southeast-1',
  'ap-east-1',
  'ap-northeast-1',
  'eu-central-1',
  'eu-west-2',
  'us-east-1',
  'us-west-2',
  'sa-east-1',
  'me-south-1',
  'il-central-1',
  'cn-north-1',
  'cn-northwest-1',
];

type Resolver = (parameters: object) => { url: URL };

const require = createRequire(import.meta.url);

/** The SDK's own resolver: the client's default endpoint provider. */
function resolverOf(client: string): Resolver {
  const sdk = require(`@aws-sdk/${client}`) as Record<
    string,
    new (
      config: object,
    ) => { config: { endpointProvider: Resolver } }
  >;
  const name = Object.keys(sdk).find(
    (key) => /^[A-Z]\w+Client$/.test(key) && !key.startsWith('__'),
  ) as string;
  const Client = sdk[name] as (typeof sdk)[string];
  return new Client({ region: 'us-east-1' }).config.endpointProvider;
}

describe.each(Object.entries(services))('%s', (client, prefix) => {
  const theirs = resolverOf(client);
  const ours = regionalEndpoint(prefix);

  test.each(regions)('has the address in %s that the SDK finds', (Region) => {
    const parameters = { Region, UseFIPS: false, UseDualStack: false };
    expect(ours(parameters).url.href).toBe(theirs(parameters).url.href);
  });

  test('goes where it is told', () => {
    const parameters = {
      Region: 'ap-southeast-1',
      Endpoint: 'http://127.0.0.1:8000',
      UseFIPS: false,
      UseDualStack: false,
    };
    expect(ours(parameters).url.href).toBe(theirs(parameters).url.href);
  });

  test('refuses what it does not know instead of guessing', () => {
    expect(() => ours({ Region: 'us-east-1', UseFIPS: true })).toThrow();
    expect(() => ours({ Region: 'us-iso-east-1' })).toThrow();
    expect(() => ours({})).toThrow('Missing Region');
  });
});
