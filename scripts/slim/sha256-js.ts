// SHA-256 in JavaScript, for runtimes built without crypto.
export class Sha256Js {
  constructor() {
    throw new Error('node:crypto is missing');
  }
}
