// The SDK's own works out at every request which of its features were used, for AWS's statistics.
interface Request {
  headers: Record<string, string>;
}

type Next = (args: { request: Request }) => Promise<unknown>;

export const getUserAgentMiddlewareOptions = {
  name: 'getUserAgentMiddleware',
  step: 'build',
  priority: 'low',
  override: true,
};

export const userAgentMiddleware = () => (next: Next) => (args: { request: Request }) => {
  args.request.headers['user-agent'] = 'huifang (aws-sdk-js)';
  return next(args);
};

export const getUserAgentPlugin = () => ({
  applyToStack: (stack: { add(middleware: unknown, options: unknown): void }) => {
    stack.add(userAgentMiddleware(), getUserAgentMiddlewareOptions);
  },
});
