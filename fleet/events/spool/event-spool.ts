import { setTimeout as pause } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { SessionEventBatch } from '../../../shared/contracts/session-events.ts';
import type { SessionEventQueue } from '../../../shared/domain/session-events/session-event-queue.ts';
import type { FleetMetrics } from '../../observability/fleet-metrics.ts';
import type { Log } from '../../observability/log.ts';
import { isFinal, retryPauseMs, type RetryRule } from '../retry-rule.ts';
import { SpoolFolder } from './spool-folder.ts';
import { SpoolLanes, type Lane } from './spool-lanes.ts';
import { SpoolSegment, type SpoolEntry } from './spool-segment.ts';
import { SpoolWriter } from './spool-writer.ts';

const SENDS_AT_ONCE = 8;
const ADOPT_EVERY_MS = 10_000;
const STOP_WITHIN_MS = 5_000;

export interface EventSpoolOptions {
  readonly dir: string;
  readonly instanceId: string;
  /** Where batches go from the disk. */
  readonly queue: SessionEventQueue;
  readonly maxBytes: number;
  readonly retry: RetryRule;
  /** What another process has not touched for so long is taken over. */
  readonly leftAfterMs: number;
  readonly adoptEveryMs?: number;
  readonly metrics?: Pick<FleetMetrics, 'spool' | 'refusedBatches'>;
  readonly log: Log;
}

/**
 * A queue that puts each batch on the disk first and passes it on from there: in order for each session, until it is
 * taken. While the other side is down batches wait on the disk, so that neither memory grows nor a stop has to wait; the
 * next process sends what is left, as it was.
 */
export class EventSpool implements SessionEventQueue {
  readonly #options: EventSpoolOptions;
  readonly #folder: SpoolFolder;
  readonly #writer: SpoolWriter;
  readonly #lanes = new SpoolLanes();
  readonly #sending = pLimit(SENDS_AT_ONCE);
  readonly #stopping = new AbortController();
  #adopting: NodeJS.Timeout | undefined;
  #stopped: Promise<void> | undefined;

  private constructor(options: EventSpoolOptions) {
    this.#options = options;
    this.#folder = new SpoolFolder(options.dir, options.instanceId, options.leftAfterMs);
    this.#writer = new SpoolWriter(this.#folder, options.maxBytes);
  }

  /** Ready, with what processes before us left already on its way. */
  static async open(options: EventSpoolOptions): Promise<EventSpool> {
    const spool = new EventSpool(options);
    await spool.#folder.open();
    await spool.#adopt();
    spool.#adopting = setInterval(() => void spool.#adoptLater(), options.adoptEveryMs ?? ADOPT_EVERY_MS).unref();
    return spool;
  }

  get waiting(): number {
    return this.#lanes.size;
  }

  /** Resolves once the batch is on the disk. With no room there, it goes out directly if nothing of its session is ahead of it. */
  async send(batch: SessionEventBatch): Promise<void> {
    let entry: SpoolEntry;
    try {
      entry = await this.#writer.write(batch);
    } catch (error) {
      this.#options.log.error({ err: error, bytes: this.#writer.bytes, maxBytes: this.#options.maxBytes }, 'event spool takes no more: free its disk or raise EVENT_SPOOL_MAX_MB');
      if (this.#lanes.has(batch.sessionId)) throw error;
      return this.#options.queue.send(batch);
    }
    this.#enter([entry]);
  }

  /** Waits a while for the rest to be passed on; what is then left stays on the disk. */
  stop(withinMs = STOP_WITHIN_MS): Promise<void> {
    this.#stopped ??= this.#stop(withinMs);
    return this.#stopped;
  }

  async #stop(withinMs: number): Promise<void> {
    clearInterval(this.#adopting);
    await Promise.race([this.#lanes.settled(), pause(withinMs, undefined, { ref: false })]);
    this.#stopping.abort();
    await this.#lanes.settled();
    await this.#writer.close();
    if (this.waiting > 0) this.#options.log.warn({ batches: this.waiting }, 'events stay in the spool, for the next process');
    await this.#folder.leave();
  }

  async #adopt(): Promise<void> {
    const paths = await this.#folder.adopt(Date.now());
    for (const path of paths) {
      const { segment, entries } = await SpoolSegment.load(path, () => this.#options.log.error({ path }, 'a spooled batch is damaged and left out'));
      this.#writer.adopt(segment);
      this.#enter(entries);
      if (entries.length > 0) this.#options.log.info({ path, batches: entries.length }, 'sending events that a process before left');
    }
    await this.#writer.sweep();
    this.#measure();
  }

  /** What others leave while we run. */
  async #adoptLater(): Promise<void> {
    await this.#adopt().catch((error: unknown) => this.#options.log.warn({ err: error }, 'what other processes left in the spool was not taken over, trying again'));
  }

  #enter(entries: readonly SpoolEntry[]): void {
    for (const lane of this.#lanes.add(entries)) this.#run(lane);
    this.#measure();
  }

  #run(lane: Lane): void {
    lane.running = this.#pass(lane).finally(() => {
      const cameMeanwhile = this.#lanes.rest(lane);
      if (cameMeanwhile && !this.#stopping.signal.aborted) this.#run(lane);
    });
  }

  /** Passes on what is in a lane, first the first. */
  async #pass(lane: Lane): Promise<void> {
    const { signal } = this.#stopping;
    let tries = 0;
    for (let entry = lane.entries[0]; entry && !signal.aborted; entry = lane.entries[0]) {
      const failure = await this.#sending(() => this.#passOne(entry));
      if (failure === undefined) {
        tries = 0;
        await this.#finish(lane, entry);
        continue;
      }
      tries += 1;
      this.#options.log.warn({ sessionId: entry.sessionId, sequence: entry.sequence, tries, waiting: this.waiting, err: failure }, 'events not taken, trying again');
      await pause(retryPauseMs(this.#options.retry, tries, failure), undefined, { signal }).catch(() => undefined);
    }
  }

  /** Why it is worth another try; `undefined`: it is taken, or kept as refused. */
  async #passOne(entry: SpoolEntry): Promise<unknown> {
    try {
      const batch = await entry.segment.read(entry);
      if (batch) await this.#options.queue.send(batch).catch((error: unknown) => this.#refused(batch, error));
      else this.#options.log.error({ sessionId: entry.sessionId, sequence: entry.sequence }, 'a spooled batch is damaged and left out');
      return undefined;
    } catch (error) {
      return error ?? new Error('not sent');
    }
  }

  async #refused(batch: SessionEventBatch, error: unknown): Promise<void> {
    if (!isFinal(error)) throw error;
    await this.#folder.keepRefused(batch);
    this.#options.metrics?.refusedBatches.inc();
    this.#options.log.error({ sessionId: batch.sessionId, sequence: batch.sequence, err: error }, 'events refused for good, kept in the folder `refused` of the spool');
  }

  async #finish(lane: Lane, entry: SpoolEntry): Promise<void> {
    await entry.segment.finish(entry);
    this.#lanes.remove(lane, entry);
    await this.#writer.sweep();
    this.#measure();
  }

  #measure(): void {
    const { metrics, maxBytes } = this.#options;
    metrics?.spool.batches.set(this.#lanes.size);
    metrics?.spool.bytes.set(this.#writer.bytes);
    metrics?.spool.limit.set(maxBytes);
  }
}
