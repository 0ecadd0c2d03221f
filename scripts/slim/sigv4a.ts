// Chooses between SigV4 and SigV4a, which signs for several regions at once and is for multi-region endpoints; nothing
// here has one.
export { SignatureV4 as SignatureV4MultiRegion } from '@smithy/signature-v4';
