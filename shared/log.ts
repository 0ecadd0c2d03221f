/**
 * Structured logs, one JSON object a line. What goes in is chosen field by field: ids, codes, counts; never a body, a name, a
 * number somebody can be called at, a token.
 */
type Field = string | number | boolean | undefined;

function write(level: string, message: string, fields: Record<string, Field>): void {
  console.log(JSON.stringify({ level, message, time: new Date().toISOString(), ...fields }));
}

export const log = {
  info: (message: string, fields: Record<string, Field> = {}) => write('info', message, fields),
  warn: (message: string, fields: Record<string, Field> = {}) => write('warn', message, fields),
  /** `error` gives its class and stack, never its message: messages may quote what a user sent. */
  error: (message: string, error: unknown, fields: Record<string, Field> = {}) => {
    const stack = error instanceof Error ? error.stack?.split('\n').slice(1, 8).join('\n') : undefined;
    write('error', message, { ...fields, error: error instanceof Error ? error.name : typeof error, stack });
  },
};

/** A CloudWatch metric in the embedded metric format. */
export function metric(name: string, value: number, unit: 'Seconds' | 'Count' | 'None' = 'Count'): void {
  console.log(
    JSON.stringify({
      _aws: {
        Timestamp: Date.now(),
        CloudWatchMetrics: [
          { Namespace: 'Huifang', Dimensions: [[]], Metrics: [{ Name: name, Unit: unit }] },
        ],
      },
      [name]: value,
    }),
  );
}
