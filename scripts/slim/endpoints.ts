// The rules by which the SDK finds an endpoint know FIPS, dual stack, isolated partitions and account endpoints, as
// decision diagrams with an interpreter and a list of all regions: 25 kB. A deployment is in one region of the two
// public partitions, where the address follows from the region. A test compares the two for every such region.
interface Parameters {
  Region?: string;
  Endpoint?: string;
  UseFIPS?: boolean;
  UseDualStack?: boolean;
}

interface Endpoint {
  url: URL;
  headers: Record<string, string[]>;
  properties: Record<string, unknown>;
}

/** Resolver of a service's endpoint; `prefix` is the first label of its host names. */
export function regionalEndpoint(prefix: string) {
  return ({ Region: region, Endpoint: given, UseFIPS, UseDualStack }: Parameters): Endpoint => {
    if (given === undefined && !region) throw new Error('Invalid Configuration: Missing Region');
    if (UseFIPS || UseDualStack || region?.startsWith('us-iso')) {
      throw new Error('FIPS, dual-stack and isolated endpoints are not in this bundle');
    }
    const suffix = region?.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
    return {
      url: new URL(given ?? `https://${prefix}.${region}.${suffix}`),
      headers: {},
      properties: {},
    };
  };
}
