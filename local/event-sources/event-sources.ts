import { pause } from '../children/backoff.ts';
import type { Functions } from '../functions/functions.ts';
import type { LogFile } from '../log-file.ts';
import type { QueueServer } from '../queues/queue-server.ts';
import type { QueueMapping } from './queue-mappings.ts';
import { QueuePoller } from './queue-poller.ts';

const DRAIN_CHECK_MS = 50;

/** All SQS event sources of the template. */
export class EventSources {
  readonly #pollers: readonly QueuePoller[];

  constructor(mappings: readonly QueueMapping[], queues: QueueServer, functions: Functions, log: LogFile) {
    this.#pollers = mappings.map((mapping) => new QueuePoller(mapping, queues, functions.get(mapping.functionName), log));
  }

  start(): void {
    this.#pollers.forEach((poller) => poller.start());
  }

  /**
   * Waits until every queue is empty, at most `limitMs`: the queues are in memory, and what the fleet reported last
   * should reach the tables before they go.
   */
  async drain(limitMs: number): Promise<void> {
    const deadline = AbortSignal.timeout(limitMs);
    let idleChecks = 0; // one is not enough: a batch may be on its way from its queue to its function
    while (!deadline.aborted && idleChecks < 2) {
      idleChecks = (await this.#isIdle()) ? idleChecks + 1 : 0;
      await pause(DRAIN_CHECK_MS, deadline);
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#pollers.map((poller) => poller.stop()));
  }

  async #isIdle(): Promise<boolean> {
    return (await Promise.all(this.#pollers.map((poller) => poller.isIdle()))).every(Boolean);
  }
}
