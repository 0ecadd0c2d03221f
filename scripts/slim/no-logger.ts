// Logs every call to the client's `logger` with inputs and outputs, that is with personal data. None is ever given.
export const loggerMiddlewareOptions = {};
export const loggerMiddleware = () => (next: unknown) => next;
export const getLoggerPlugin = () => ({ applyToStack: () => undefined });
