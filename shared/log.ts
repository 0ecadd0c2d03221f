import { METRICS } from './env.ts';

/**
 * Structured logs, one JSON object a line. What goes in is chosen field by field: ids, codes, counts; never a body, a name, a
 * number somebody can be called at, a token.
 */
type Field = string | number | boolean | undefined;

/**
 * Where lines go: the process's own output, past the console. On Lambda the console puts each line as a text into a record of its own:
 * no field of it could be asked for, and CloudWatch takes no metric out of a text.
 */
export const output = {
  write: (line: string): void => void process.stdout.write(`${line}\n`),
};

function write(level: string, message: string, fields: Record<string, Field>): void {
  output.write(JSON.stringify({ level, message, time: new Date().toISOString(), ...fields }));
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

/**
 * A CloudWatch metric in the embedded metric format, in seconds. The function's name is its dimension: two services of one account are
 * kept apart by it, so that one that is well does not speak for one that is not.
 */
export function metric(name: string, seconds: number): void {
  output.write(
    JSON.stringify({
      _aws: {
        Timestamp: Date.now(),
        CloudWatchMetrics: [
          {
            Namespace: METRICS.namespace,
            Dimensions: [[METRICS.dimension]],
            Metrics: [{ Name: name, Unit: 'Seconds' }],
          },
        ],
      },
      [METRICS.dimension]: process.env.AWS_LAMBDA_FUNCTION_NAME,
      [name]: seconds,
    }),
  );
}
