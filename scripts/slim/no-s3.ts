// Every client carries the special cases of S3's host names. No S3 client is bundled.
export const resolveParamsForS3 = async (): Promise<never> => {
  throw new Error('S3 is not in this bundle');
};
