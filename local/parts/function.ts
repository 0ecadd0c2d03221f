import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { installDate } from '../clock.ts';

/** Given to a function's worker; its environment is the worker's own. */
export interface FunctionWorkerData {
  clock: SharedArrayBuffer;
  file: string;
  handler: string;
  name: string;
  arn: string;
  memoryMb: number;
}

export interface Call {
  requestId: string;
  event: string;
  timeoutMs: number;
}

export type Outcome =
  | { requestId: string; result: string }
  | { requestId: string; error: { type: string; message: string; stack?: string } };

/** One execution environment of Lambda: loads the bundle once, answers one call at a time. */
const data = workerData as FunctionWorkerData;
const port = parentPort;
if (!port) throw new Error('a function runs in a worker');
installDate(data.clock);
const bundle = (await import(pathToFileURL(data.file).href)) as Record<string, unknown>;
const handler = bundle[data.handler];
if (typeof handler !== 'function') throw new Error(`${data.file} exports no ${data.handler}`);

port.on('message', async (call: Call) => {
  const started = performance.now();
  const context = {
    callbackWaitsForEmptyEventLoop: true,
    functionName: data.name,
    functionVersion: '$LATEST',
    invokedFunctionArn: data.arn,
    memoryLimitInMB: String(data.memoryMb),
    awsRequestId: call.requestId,
    logGroupName: `/aws/lambda/${data.name}`,
    logStreamName: 'local',
    getRemainingTimeInMillis: () => Math.max(0, Math.round(call.timeoutMs - (performance.now() - started))),
  };
  const { requestId } = call;
  let outcome: Outcome;
  try {
    const answer: unknown = await handler(JSON.parse(call.event), context);
    outcome = { requestId, result: JSON.stringify(answer) ?? 'null' };
  } catch (error) {
    const { name, message, stack } =
      error instanceof Error ? error : { name: 'Error', message: String(error) };
    outcome = { requestId, error: { type: name, message, ...(stack === undefined ? {} : { stack }) } };
  }
  port.postMessage(outcome);
});
port.postMessage('loaded');
