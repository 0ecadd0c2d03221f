// There is no ~/.aws on Lambda. Saves the parser, and two failing file reads at the first call.
export const CONFIG_PREFIX_SEPARATOR = '.';

export const loadSharedConfigFiles = async () => ({ configFile: {}, credentialsFile: {} });
