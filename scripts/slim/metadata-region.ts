// The region comes by environment; there is no metadata service to ask.
export const getInstanceMetadataRegion = async (): Promise<undefined> => undefined;
