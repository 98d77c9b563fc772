import type { SessionEvent, SessionEventBatch } from '../../shared/contracts/session-events.ts';
import { queueText } from '../../shared/domain/session-events/queue-text.ts';
import type { SessionEventQueue } from '../../shared/domain/session-events/session-event-queue.ts';
import type { Log } from '../observability/log.ts';
import { isFinal, retryPauseMs, type RetryRule } from './retry-rule.ts';

const MOST_EVENTS = 200;
const MOST_BYTES = 200_000;
const RETRY: RetryRule = { firstMs: 200, longestMs: 10_000 };

/** Who reports: one session under one fencing token. */
export interface Reporter {
  readonly workspaceId: string;
  readonly sessionId: string;
  readonly fencingToken: number;
}

export interface EventPublisherOptions {
  readonly queue: SessionEventQueue;
  readonly instanceId: string;
  /** Without the right to speak for a session its events are dropped: the next owner reports what it finds. */
  readonly isLeaseHeld: () => boolean;
  /** While sends follow each other, how long a batch waits for more: sent, delivered and read then travel together. */
  readonly collectMs: number;
  readonly retry?: RetryRule;
  readonly onSent?: (events: number) => void;
  readonly log: Log;
}

/**
 * What one session reports, in order. One batch is under way at a time and the next collects meanwhile, so an idle
 * session reports at once and a busy one in full batches. A batch that failed is sent again, unchanged, until it is in.
 */
export class SessionReports {
  readonly #options: EventPublisherOptions;
  readonly #reporter: Reporter;
  #waiting: SessionEvent[] = [];
  #counter = 0;
  #pump: Promise<void> | undefined;
  #isFlushing = false;

  constructor(reporter: Reporter, options: EventPublisherOptions) {
    this.#reporter = reporter;
    this.#options = options;
  }

  report(...events: readonly SessionEvent[]): void {
    this.#waiting.push(...events);
    this.#pump ??= this.#run().finally(() => {
      this.#pump = undefined;
    });
  }

  /** Resolves once everything reported so far is in the queue, or will never be. */
  async flush(): Promise<void> {
    this.#isFlushing = true;
    await this.#pump;
    this.#isFlushing = false;
  }

  async #run(): Promise<void> {
    await Promise.resolve(); // what is reported in the same breath goes together
    while (this.#waiting.length > 0) {
      const events = this.#take();
      if (!(await this.#sendUntilIn(this.#batch(events)))) return;
      this.#options.onSent?.(events.length);
      if (!this.#isFlushing && this.#waiting.length < MOST_EVENTS) await pause(this.#options.collectMs);
    }
  }

  /** As many as fit, at least one. */
  #take(): SessionEvent[] {
    let bytes = 0;
    let count = 0;
    for (const event of this.#waiting.slice(0, MOST_EVENTS)) {
      bytes += Buffer.byteLength(queueText(event));
      if (count > 0 && bytes > MOST_BYTES) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  #batch(events: SessionEvent[]): SessionEventBatch {
    this.#counter += 1;
    const sequence = `${digits(this.#reporter.fencingToken)}-${digits(this.#counter)}`;
    return { v: 1, ...this.#reporter, instanceId: this.#options.instanceId, sequence, events };
  }

  /** `false`: we lost the right to report. */
  async #sendUntilIn(batch: SessionEventBatch): Promise<boolean> {
    const { queue, isLeaseHeld, retry = RETRY, log } = this.#options;
    for (let tries = 1; isLeaseHeld(); tries++) {
      try {
        await queue.send(batch);
        return true;
      } catch (error) {
        const about = { sessionId: batch.sessionId, sequence: batch.sequence, err: error };
        if (isFinal(error)) {
          log.error(about, 'events refused for good, and dropped');
          return true;
        }
        log.warn(about, 'events not queued, trying again');
        await pause(retryPauseMs(retry, tries, error));
      }
    }
    return false;
  }
}

const digits = (value: number): string => String(value).padStart(10, '0');
const pause = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms); });

/** Keeps one `SessionReports` for each session and token, so that a sequence is never used twice. */
export class EventPublisher {
  readonly #options: EventPublisherOptions;
  readonly #reports = new Map<string, SessionReports>();

  constructor(options: EventPublisherOptions) {
    this.#options = options;
  }

  of(reporter: Reporter): SessionReports {
    const key = `${reporter.sessionId}:${reporter.fencingToken}`;
    const existing = this.#reports.get(key);
    if (existing) return existing;
    const reports = new SessionReports(reporter, this.#options);
    this.#reports.set(key, reports);
    return reports;
  }

  async flush(): Promise<void> {
    await Promise.all([...this.#reports.values()].map((reports) => reports.flush()));
  }
}
