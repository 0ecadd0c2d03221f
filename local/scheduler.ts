import { randomUUID } from 'node:crypto';
import { ratePeriod, type Timing, timing } from './cron.ts';
import { FunctionError, type LocalFunction } from './functions.ts';

export interface ScheduleSpec {
  name: string;
  arn: string;
  expression: string;
  zone: string;
  fn: LocalFunction;
  /** What the function is given, as text with the scheduler's own marks in it. */
  input: string;
  retries: number;
  /** Takes what was given up; none if the template names no queue. */
  giveUp: ((body: string) => Promise<void>) | undefined;
}

export interface Schedule {
  spec: ScheduleSpec;
  timing: Timing;
  /** Runs every minute: moving through time, only minutes at which something is due matter. */
  everyMinute: boolean;
}

const minute = 60_000;
/** The scheduler waits longer and longer between tries; here they follow at once, so a few will do. */
const mostRetries = 2;

export function schedule(spec: ScheduleSpec): Schedule {
  return {
    spec,
    timing: timing(spec.expression, spec.zone),
    everyMinute: ratePeriod(spec.expression) === minute,
  };
}

/** Runs one occurrence: calls the function, again if it fails, and at last hands the event to the dead-letter queue. */
export async function occur({ spec }: Schedule, at: number): Promise<void> {
  const executionId = randomUUID();
  for (let attempt = 1; ; attempt++) {
    const input = spec.input
      .replaceAll('<aws.scheduler.scheduled-time>', `${new Date(at).toISOString().slice(0, 19)}Z`)
      .replaceAll('<aws.scheduler.schedule-arn>', spec.arn)
      .replaceAll('<aws.scheduler.execution-id>', executionId)
      .replaceAll('<aws.scheduler.attempt-number>', String(attempt));
    try {
      await spec.fn.invoke(JSON.parse(input));
      return;
    } catch (error) {
      if (!(error instanceof FunctionError)) throw error;
      if (attempt <= Math.min(spec.retries, mostRetries)) continue;
      await spec.giveUp?.(input);
      return;
    }
  }
}
