// Warns of old versions of Node.js; the runtime is named in the template.
export const state = { warningEmitted: true };
export const emitWarningIfUnsupportedVersion = () => undefined;
