// Retries are the standard ones; the adaptive mode with its rate limiter has to be asked for by a variable.
export class AdaptiveRetryStrategy {
  constructor() {
    throw new Error('AWS_RETRY_MODE=adaptive is not in this bundle');
  }
}
