// DynamoDB's endpoints follow from the region; discovery is off unless a variable asks for it, and then its cache
// (mnemonist, obliterator) would be needed. Asking for it is refused rather than passed over.
export const NODE_ENDPOINT_DISCOVERY_CONFIG_OPTIONS = {
  environmentVariableSelector: (environment: Record<string, string | undefined>) => {
    for (const name of ['AWS_ENABLE_ENDPOINT_DISCOVERY', 'AWS_ENDPOINT_DISCOVERY_ENABLED']) {
      if (environment[name] && environment[name] !== 'false') {
        throw new Error(`${name}: endpoint discovery is not in this bundle`);
      }
    }
    return undefined;
  },
  configFileSelector: () => undefined,
  default: undefined,
};

export const resolveEndpointDiscoveryConfig = <T>(config: T): T => config;
