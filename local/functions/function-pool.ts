import { randomUUID } from 'node:crypto';
import type { LogFile } from '../log-file.ts';
import { FunctionError, functionError } from './function-error.ts';
import { FunctionSandbox, type FunctionSpec } from './function-sandbox.ts';

const MOST_WAITING = 1_000;
const READY_SANDBOXES = 2; // made as soon as all are busy; more only for invocations that have to wait
const PATIENCE_MS = 40; // how long an invocation waits for a busy sandbox before a further one may be made for it
const BUSY = 0.5; // sandboxes that compute for more of the time than that do not get quicker by being more
const IDLE_LIMIT_MS = 30_000; // then all but one sandbox end

interface Waiting {
  readonly start: (sandbox: FunctionSandbox) => void;
  readonly drop: (error: FunctionError) => void;
}

/**
 * One Lambda function: sandboxes are made when there is work for them and end when there is none. Short invocations
 * share a few, since more threads than cores help nobody; those that wait on something else get one each.
 */
export class FunctionPool {
  readonly spec: FunctionSpec;
  readonly #log: LogFile;
  readonly #sandboxes = new Set<FunctionSandbox>();
  readonly #idle: FunctionSandbox[] = [];
  readonly #waiting: Waiting[] = [];
  #growTimer: NodeJS.Timeout | undefined;
  #shrinkTimer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(spec: FunctionSpec, log: LogFile) {
    this.spec = spec;
    this.#log = log;
  }

  /** Makes the first sandbox ahead of the first invocation. */
  warmUp(): void {
    if (this.#sandboxes.size === 0) this.#idle.push(this.#make());
  }

  /** Invokes with this event and gives the parsed result, `undefined` for none. Rejects with a FunctionError. */
  async invoke(event: unknown, requestId: string = randomUUID()): Promise<unknown> {
    const payload = JSON.stringify(event);
    const sandbox = await this.#acquire();
    try {
      const result = await sandbox.run(requestId, payload);
      return result === undefined ? undefined : (JSON.parse(result) as unknown);
    } catch (error) {
      this.#logFailure(requestId, error);
      throw error;
    } finally {
      this.#release(sandbox);
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#growTimer);
    clearTimeout(this.#shrinkTimer);
    this.#waiting.splice(0).forEach(({ drop }) => drop(functionError('throttled', 'Stopped', 'The host is stopping')));
    await Promise.all([...this.#sandboxes].map((sandbox) => sandbox.stop()));
  }

  #acquire(): FunctionSandbox | Promise<FunctionSandbox> {
    const idle = this.#takeIdle();
    if (idle) return idle;
    if (this.#isStopped || this.#waiting.length >= MOST_WAITING) {
      throw functionError('throttled', 'TooManyRequestsException', 'Rate Exceeded.');
    }
    if (this.#sandboxes.size < Math.min(READY_SANDBOXES, this.spec.maxConcurrency)) return this.#make();
    const { promise, resolve, reject } = Promise.withResolvers<FunctionSandbox>();
    this.#waiting.push({ start: resolve, drop: reject });
    this.#growLater();
    return promise;
  }

  #takeIdle(): FunctionSandbox | undefined {
    for (let sandbox = this.#idle.pop(); sandbox; sandbox = this.#idle.pop()) {
      if (sandbox.isUsable) return sandbox;
      this.#sandboxes.delete(sandbox);
    }
    return undefined;
  }

  #release(sandbox: FunctionSandbox): void {
    if (!sandbox.isUsable || this.#isStopped) {
      this.#sandboxes.delete(sandbox);
      if (this.#waiting.length > 0 && !this.#isStopped) this.#waiting.shift()?.start(this.#make());
      return;
    }
    const next = this.#waiting.shift();
    if (next) return next.start(sandbox);
    this.#idle.push(sandbox);
    this.#shrinkLater();
  }

  #make(): FunctionSandbox {
    const sandbox = new FunctionSandbox(this.spec, this.#log);
    this.#sandboxes.add(sandbox);
    return sandbox;
  }

  #growLater(): void {
    if (this.#sandboxes.size >= this.spec.maxConcurrency) return;
    const first = this.#waiting[0];
    this.#growTimer ??= setTimeout(() => this.#grow(first), PATIENCE_MS);
  }

  /** One more sandbox, if the invocation that was first in line still waits, and not for want of a processor. */
  #grow(first: Waiting | undefined): void {
    this.#growTimer = undefined;
    const isBusy = this.#isBusy(); // measured each time, so that it always tells of the last interval
    const longest = this.#waiting[0];
    if (longest && longest === first && !isBusy && this.#sandboxes.size < this.spec.maxConcurrency) {
      this.#waiting.shift();
      longest.start(this.#make());
    }
    if (this.#waiting.length > 0) this.#growLater();
  }

  #isBusy(): boolean {
    const shares = [...this.#sandboxes].map((sandbox) => sandbox.utilization());
    return shares.reduce((sum, share) => sum + share, 0) > BUSY * shares.length;
  }

  #shrinkLater(): void {
    if (this.#shrinkTimer) this.#shrinkTimer.refresh();
    else if (this.#sandboxes.size > 1) this.#shrinkTimer = setTimeout(() => this.#shrink(), IDLE_LIMIT_MS);
  }

  #shrink(): void {
    this.#shrinkTimer = undefined;
    for (const sandbox of this.#idle.splice(1)) {
      this.#sandboxes.delete(sandbox);
      void sandbox.stop();
    }
  }

  #logFailure(requestId: string, error: unknown): void {
    const trace = error instanceof FunctionError ? error.failure.trace : [];
    const entry = { level: 'ERROR', function: this.spec.functionName, requestId, message: String(error), trace };
    this.#log.write(`${JSON.stringify(entry)}\n`);
  }
}
