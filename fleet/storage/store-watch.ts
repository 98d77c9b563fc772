import { isAvailable, type FileSystem } from '../../shared/domain/file-systems/file-system.ts';
import type { FleetMetrics } from '../observability/fleet-metrics.ts';
import type { Log } from '../observability/log.ts';

/** Two calls to the service's API, whatever the number of sessions. */
const LOOK_EVERY_MS = 600_000;

export interface StoreWatchOptions {
  readonly fileSystem: FileSystem;
  readonly metrics: Pick<FleetMetrics, 'storeBytes' | 'storeAvailable'>;
  readonly log: Log;
}

/** Looks after the file system that keeps sessions: how large it is, and whether it can be reached from every zone. */
export class StoreWatch {
  readonly name = 'store watch';
  readonly #options: StoreWatchOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: StoreWatchOptions) {
    this.#options = options;
  }

  start(): void {
    void this.#look();
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const { fileSystem, metrics, log } = this.#options;
    try {
      const state = await fileSystem.look();
      metrics.storeBytes.set(state.bytes);
      metrics.storeAvailable.set(isAvailable(state) ? 1 : 0);
      if (!isAvailable(state)) log.warn({ ...state }, 'the file system that keeps sessions is not fully available');
    } catch (error) {
      metrics.storeAvailable.set(0); // that nobody can tell is no reason to think it is well
      log.warn({ err: error }, 'the file system that keeps sessions was not looked at');
    }
  }
}
