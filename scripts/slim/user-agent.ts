// The SDK's own works out at every request which of its features were used, for AWS's statistics.
interface Request {
  headers: Record<string, string>;
}

type Next = (args: { request: Request }) => Promise<unknown>;

const userAgentMiddleware = (next: Next) => (args: { request: Request }) => {
  args.request.headers['user-agent'] = 'huifang (aws-sdk-js)';
  return next(args);
};

export const getUserAgentPlugin = () => ({
  applyToStack: (stack: { add(middleware: unknown, options: unknown): void }) => {
    stack.add(userAgentMiddleware, { name: 'getUserAgentMiddleware', step: 'build', priority: 'low' });
  },
});

export const resolveUserAgentConfig = <T>(config: T): T => config;

export const createDefaultUserAgentProvider = () => undefined;

export const DEFAULT_UA_APP_ID = undefined;

// The modules' other exports, which their index names.
export const getUserAgentMiddlewareOptions = {};
export const crtAvailability = {};
export { createDefaultUserAgentProvider as defaultUserAgent, userAgentMiddleware };
