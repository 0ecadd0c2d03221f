// Endpoints that begin with the account's number; the addresses here follow from the region (see endpoints.ts).
export const resolveAccountIdEndpointModeConfig = <T>(config: T): T => config;

export const NODE_ACCOUNT_ID_ENDPOINT_MODE_CONFIG_OPTIONS = {
  environmentVariableSelector: () => undefined,
  configFileSelector: () => undefined,
  default: undefined,
};
