// Keeps contexts of invocations apart that run in one process at the same time; a Lambda function runs one at a time,
// and then the trace id comes from the environment.
export const InvokeStore = { getInstanceAsync: async (): Promise<undefined> => undefined };
