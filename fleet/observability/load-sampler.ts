import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { InstanceLoad } from '../../shared/domain/instances/instance.ts';
import type { ResourceReading } from '../sessions/admission.ts';
import type { SessionPool } from '../sessions/session-pool.ts';
import type { FleetMetrics } from './fleet-metrics.ts';
import type { Log } from './log.ts';

const SAMPLE_EVERY_MS = 30_000; // measured: 6 ms of CPU a browser, so one percent of a core with fifty
const NS_PER_MS = 1e6;

export interface LoadSamplerOptions {
  readonly pool: SessionPool;
  readonly memoryOfGroups: (groups: readonly number[]) => Promise<ReadonlyMap<number, number>>;
  readonly openDescriptors: () => Promise<ResourceReading['descriptors']>;
  readonly memoryLimitBytes: number;
  /** After each sample, with the memory of each session that has a browser. */
  readonly onSample: (bytes: ReadonlyMap<string, number>) => void;
  readonly metrics: Pick<FleetMetrics, 'memory' | 'sessions' | 'instanceMemory' | 'instanceMemoryLimit' | 'admitting'>;
  readonly log: Log;
}

/** What the heartbeat, the metrics and whoever admits sessions know of this instance's burden. */
export class LoadSampler {
  readonly name = 'load sampler';
  readonly #options: LoadSamplerOptions;
  readonly #loop = monitorEventLoopDelay({ resolution: 20 });
  #browserBytes = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LoadSamplerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#loop.enable();
    void this.sample(); // what is short from the start shows before the first session comes
    this.#timer = setInterval(() => void this.sample(), SAMPLE_EVERY_MS);
  }

  stop(): void {
    this.#loop.disable();
    clearInterval(this.#timer);
  }

  /** Event-loop lag: the worst since the last time it was asked for. */
  load(): InstanceLoad {
    const { pool, memoryLimitBytes } = this.#options;
    const eventLoopLagMs = Math.round(this.#loop.max / NS_PER_MS) || 0;
    this.#loop.reset();
    const { size, awake } = pool;
    const isAdmitting = pool.refusal() === undefined;
    return { sessions: awake, hibernating: size - awake, memoryBytes: this.#memoryBytes(), memoryLimitBytes, eventLoopLagMs, isAdmitting };
  }

  /** Gauges that are read when somebody asks for the metrics. */
  updateGauges(): void {
    const { metrics, pool, memoryLimitBytes } = this.#options;
    metrics.sessions.reset();
    for (const { status } of pool.stats()) metrics.sessions.inc({ status });
    metrics.instanceMemory.set(this.#memoryBytes());
    metrics.instanceMemoryLimit.set(memoryLimitBytes);
    metrics.admitting.set(pool.refusal() === undefined ? 1 : 0);
  }

  /** Never rejects: without a new sample the one before counts. */
  async sample(): Promise<void> {
    const { pool, openDescriptors, memoryLimitBytes, onSample, log } = this.#options;
    try {
      const sessions = pool.awake;
      const [bytes, descriptors] = await Promise.all([this.#measureSessions(), openDescriptors()]);
      this.#browserBytes = [...bytes.values()].reduce((sum, each) => sum + each, 0);
      pool.admission.note({ sessions, memoryBytes: this.#memoryBytes(), memoryLimitBytes, descriptors });
      onSample(bytes);
    } catch (error) {
      log.warn({ err: error }, 'load not sampled');
    }
  }

  async #measureSessions(): Promise<ReadonlyMap<string, number>> {
    const { pool, memoryOfGroups, metrics } = this.#options;
    const running = pool.stats().flatMap(({ id, processGroup }) => (processGroup === undefined ? [] : [{ id, processGroup }]));
    const ofGroups = await memoryOfGroups(running.map(({ processGroup }) => processGroup));
    const bytes = new Map(running.map(({ id, processGroup }) => [id, ofGroups.get(processGroup) ?? 0]));
    metrics.memory.reset();
    for (const [id, each] of bytes) {
      metrics.memory.set({ session: id }, each);
      pool.find(id)?.context.health.note({ memoryBytes: each });
    }
    return bytes;
  }

  #memoryBytes(): number {
    return this.#browserBytes + process.memoryUsage.rss();
  }
}
