import type { Clock } from '../../shared/domain/clock.ts';
import type { Instance } from '../../shared/domain/instances/instance.ts';
import type { InstanceRegistry } from '../../shared/domain/instances/instance-registry.ts';
import type { ReassignSessions } from '../../shared/domain/sessions/reassign-sessions.ts';
import type { FleetMetrics } from '../observability/fleet-metrics.ts';
import type { Log } from '../observability/log.ts';

const LOOK_EVERY_MS = 2_000;
const JITTER = 0.25;
/** Just after the moment a lease may be ended: its expiry and the allowance for clocks that differ. */
const AFTER_EXPIRY_MS = 2_050;

export interface ReaperOptions {
  readonly instanceId: string;
  readonly registry: Pick<InstanceRegistry, 'list'>;
  /** Given the registry to read, so that what it saw is known here too. */
  readonly makeReassign: (registry: Pick<InstanceRegistry, 'list'>) => ReassignSessions;
  readonly onDrainRequested: () => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly metrics: Pick<FleetMetrics, 'takeovers' | 'instancesLost'>;
  readonly log: Log;
}

/** Watches the other instances: takes sessions from those whose lease is over, and finds an owner for those without. */
export class Reaper {
  readonly name = 'reaper';
  readonly #options: ReaperOptions;
  readonly #reassign: ReassignSessions;
  #instances: readonly Instance[] = [];
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(options: ReaperOptions) {
    this.#options = options;
    this.#reassign = options.makeReassign({ list: () => this.#read() });
  }

  start(): void {
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  #schedule(): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.#looking = this.#look().finally(() => this.#schedule());
    }, this.#nextLookMs());
  }

  /** A lease that runs out before the next look is waited for to the moment: takeover time is what users feel. */
  #nextLookMs(): number {
    const { clock, random } = this.#options;
    const usual = LOOK_EVERY_MS * (1 + JITTER * (2 * random() - 1));
    const untilExpiry = this.#instances.map(({ expiresAt }) => expiresAt + AFTER_EXPIRY_MS - clock.now()).filter((ms) => ms > 0);
    return Math.min(usual, ...untilExpiry);
  }

  async #read(): Promise<readonly Instance[]> {
    const { registry, instanceId, onDrainRequested } = this.#options;
    this.#instances = await registry.list();
    if (this.#instances.some(({ id, state }) => id === instanceId && state === 'draining')) onDrainRequested();
    return this.#instances;
  }

  async #look(): Promise<void> {
    const { log, metrics } = this.#options;
    try {
      const { lost, moved, waiting } = await this.#reassign();
      metrics.instancesLost.inc(lost.length);
      metrics.takeovers.inc(moved.length);
      if (lost.length + moved.length > 0) log.info({ lost, moved: moved.map(({ sessionId, instanceId }) => ({ sessionId, instanceId })), waiting }, 'sessions reassigned');
    } catch (error) {
      log.warn({ err: error }, 'looking after other instances failed');
    }
  }
}
