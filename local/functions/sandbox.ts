import { parentPort, workerData } from 'node:worker_threads';
import type { FunctionFailure, Invocation, Outcome, SandboxData } from './sandbox-protocol.ts';

/* Runs in a worker thread: one function, one invocation at a time, with an environment of its own. */

type Handler = (event: unknown, context: object) => unknown;

const data = workerData as SandboxData;

async function loadHandler(): Promise<Handler> {
  const module = (await import(data.bundle)) as Record<string, unknown>;
  const handler = module[data.exportName];
  if (typeof handler !== 'function') throw new TypeError(`${data.bundle} exports no function ${data.exportName}`);
  return handler as Handler;
}

const contextOf = ({ requestId, deadlineMs }: Invocation): object => ({
  awsRequestId: requestId,
  functionName: data.functionName,
  functionVersion: '$LATEST',
  invokedFunctionArn: data.functionArn,
  memoryLimitInMB: String(data.memoryMiB),
  logGroupName: `/aws/lambda/${data.functionName}`,
  logStreamName: 'local',
  callbackWaitsForEmptyEventLoop: true,
  getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
});

function failureOf(error: unknown): FunctionFailure {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: error.stack?.split('\n') ?? [] };
}

const loading = loadHandler();
loading.catch(() => undefined); // each invocation answers for it

async function run(invocation: Invocation): Promise<Outcome> {
  let handler: Handler;
  try {
    handler = await loading;
  } catch (error) {
    return { ok: false, failure: failureOf(error), isFatal: true };
  }
  try {
    return { ok: true, result: JSON.stringify(await handler(JSON.parse(invocation.event), contextOf(invocation))) };
  } catch (error) {
    return { ok: false, failure: failureOf(error), isFatal: false };
  }
}

async function answer(invocation: Invocation): Promise<void> {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(await run(invocation));
}

parentPort?.on('message', (invocation: Invocation) => void answer(invocation));
