// Takes the secrets out of what clients log; they log nothing (see no-logger.ts).
export const schemaLogFilter = (): undefined => undefined;
