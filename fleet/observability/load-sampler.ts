import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { InstanceLoad } from '../../shared/domain/instances/instance.ts';
import type { SessionPool } from '../sessions/session-pool.ts';
import type { FleetMetrics } from './fleet-metrics.ts';
import type { Log } from './log.ts';

const SAMPLE_EVERY_MS = 30_000; // reading the memory maps of fifty browsers is not cheap
const NS_PER_MS = 1e6;

export interface LoadSamplerOptions {
  readonly pool: SessionPool;
  readonly memoryOfGroups: (groups: readonly number[]) => Promise<ReadonlyMap<number, number>>;
  readonly metrics: Pick<FleetMetrics, 'memory' | 'sessions'>;
  readonly log: Log;
}

/** What the heartbeat and the metrics say of this instance's burden. */
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
    this.#timer = setInterval(() => void this.#sample(), SAMPLE_EVERY_MS);
  }

  stop(): void {
    this.#loop.disable();
    clearInterval(this.#timer);
  }

  /** Event-loop lag: the worst since the last time it was asked for. */
  load(): InstanceLoad {
    const eventLoopLagMs = Math.round(this.#loop.max / NS_PER_MS) || 0;
    this.#loop.reset();
    const { size, awake } = this.#options.pool;
    return { sessions: awake, hibernating: size - awake, memoryBytes: this.#browserBytes + process.memoryUsage.rss(), eventLoopLagMs };
  }

  countSessions(): void {
    const { metrics, pool } = this.#options;
    metrics.sessions.reset();
    for (const { status } of pool.stats()) metrics.sessions.inc({ status });
  }

  async #sample(): Promise<void> {
    const { pool, memoryOfGroups, metrics, log } = this.#options;
    try {
      const running = pool.stats().flatMap(({ id, processGroup }) => (processGroup === undefined ? [] : [{ id, processGroup }]));
      const bytes = await memoryOfGroups(running.map(({ processGroup }) => processGroup));
      metrics.memory.reset();
      for (const { id, processGroup } of running) metrics.memory.set({ session: id }, bytes.get(processGroup) ?? 0);
      this.#browserBytes = [...bytes.values()].reduce((sum, each) => sum + each, 0);
    } catch (error) {
      log.warn({ err: error }, 'memory not sampled');
    }
  }
}
