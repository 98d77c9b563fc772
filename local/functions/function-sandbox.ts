import type { EventLoopUtilization } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import type { LogFile } from '../log-file.ts';
import { FunctionError, functionError } from './function-error.ts';
import type { Invocation, Outcome, SandboxData } from './sandbox-protocol.ts';

export interface FunctionSpec extends SandboxData {
  readonly timeoutMs: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly maxConcurrency: number;
}

const PROGRAM = new URL('./sandbox.ts', import.meta.url);
/** Of the heap: what a request leaves behind is soon swept, and many sandboxes share the machine. */
const YOUNG_MIB = 12;

interface Running {
  resolve(result: string | undefined): void;
  reject(error: FunctionError): void;
  readonly timer: NodeJS.Timeout;
}

/**
 * One worker thread that runs a function. It takes one invocation at a time. A time-out, a crash or a module that does
 * not load ends the thread and that invocation, and nothing else.
 */
export class FunctionSandbox {
  readonly #spec: FunctionSpec;
  readonly #worker: Worker;
  #running: Running | undefined;
  #isUsable = true;
  #hasAnswered = false;
  #measured: EventLoopUtilization | undefined;
  #crash: Error | undefined;

  constructor(spec: FunctionSpec, log: LogFile) {
    const { environment, timeoutMs: _timeoutMs, maxConcurrency: _maxConcurrency, ...data } = spec;
    this.#spec = spec;
    this.#worker = new Worker(PROGRAM, {
      workerData: data,
      env: environment,
      execArgv: [],
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: spec.memoryMiB, maxYoungGenerationSizeMb: YOUNG_MIB },
    });
    this.#worker.stdout.on('data', (chunk: Buffer) => log.write(chunk));
    this.#worker.stderr.on('data', (chunk: Buffer) => log.write(chunk));
    this.#worker.on('message', (outcome: Outcome) => this.#settle(outcome));
    this.#worker.on('error', (error) => {
      this.#crash = error;
    });
    this.#worker.on('exit', (code) => this.#onExit(code));
  }

  get isUsable(): boolean {
    return this.#isUsable;
  }

  /** Share of the time since the last call in which it was computing rather than waiting: 0 to 1. */
  utilization(): number {
    if (!this.#hasAnswered) return 1; // it is still loading
    const now = this.#worker.performance.eventLoopUtilization();
    const { utilization } = this.#worker.performance.eventLoopUtilization(now, this.#measured);
    this.#measured = now;
    return utilization;
  }

  /** The result as JSON, `undefined` for none. Rejects with a FunctionError. */
  run(requestId: string, event: string): Promise<string | undefined> {
    const { timeoutMs } = this.#spec;
    const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
    const timer = setTimeout(() => this.#timeOut(), timeoutMs);
    this.#running = { resolve, reject, timer };
    const invocation: Invocation = { requestId, event, deadlineMs: Date.now() + timeoutMs };
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    this.#worker.postMessage(invocation);
    return promise;
  }

  async stop(): Promise<void> {
    this.#isUsable = false;
    await this.#worker.terminate();
  }

  #settle(outcome: Outcome): void {
    this.#hasAnswered = true;
    const running = this.#take();
    if (outcome.ok) return running?.resolve(outcome.result);
    running?.reject(new FunctionError('failed', outcome.failure));
    if (outcome.isFatal) void this.stop();
  }

  #timeOut(): void {
    const seconds = (this.#spec.timeoutMs / 1000).toFixed(2);
    this.#isUsable = false; // before the rejection: whoever hears of it must not get this thread again
    this.#take()?.reject(functionError('timed-out', 'Sandbox.Timedout', `Task timed out after ${seconds} seconds`));
    void this.#worker.terminate();
  }

  #onExit(code: number): void {
    this.#isUsable = false;
    const type = this.#crash?.name ?? 'Runtime.ExitError';
    const message = this.#crash?.message ?? `The function's process ended with code ${code}`;
    this.#take()?.reject(functionError('failed', type, message));
  }

  #take(): Running | undefined {
    const running = this.#running;
    this.#running = undefined;
    if (running) clearTimeout(running.timer);
    return running;
  }
}
