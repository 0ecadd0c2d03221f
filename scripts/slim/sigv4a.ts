// Signing for several regions at once (SigV4a) is for multi-region access points; nothing here has one.
export class SignatureV4MultiRegion {
  constructor() {
    throw new Error('SigV4a is not in this bundle');
  }
}
