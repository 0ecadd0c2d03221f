// The region of an instance, asked of its metadata service. Lambda says it in AWS_REGION.
export const getInstanceMetadataRegion = async (): Promise<string | undefined> => undefined;
