import type { Instance } from '../../shared/domain/instances/instance.ts';
import type { InstanceRegistry } from '../../shared/domain/instances/instance-registry.ts';
import type { SilenceWatch } from '../../shared/domain/instances/silence-watch.ts';
import type { ReassignSessions } from '../../shared/domain/sessions/reassign-sessions.ts';
import type { FleetMetrics } from '../observability/fleet-metrics.ts';
import type { Log } from '../observability/log.ts';
import { settlesWithin } from './settles-within.ts';

const LOOK_EVERY_MS = 2_000;
const JITTER = 0.25;
const JUST_AFTER_MS = 20; // the moment at which a lease is over
const STOP_WITHIN_MS = 2_000;

export interface ReaperOptions {
  readonly instanceId: string;
  readonly registry: Pick<InstanceRegistry, 'list'>;
  /** Given the registry to read, so that what it saw is known here too. */
  readonly makeReassign: (registry: Pick<InstanceRegistry, 'list'>) => ReassignSessions;
  readonly onDrainRequested: () => void;
  /** The one that the reassignment is made with. */
  readonly silence: Pick<SilenceWatch, 'nextOverInMs'>;
  readonly random: () => number;
  readonly metrics: Pick<FleetMetrics, 'takeovers' | 'instancesLost'>;
  readonly log: Log;
}

/** Watches the other instances: takes sessions from those whose lease is over, and finds an owner for those without. */
export class Reaper {
  readonly name = 'reaper';
  readonly #options: ReaperOptions;
  readonly #reassign: ReassignSessions;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(options: ReaperOptions) {
    this.#options = options;
    this.#reassign = options.makeReassign({ list: () => this.#read() });
  }

  /** Looks at once: what it has to see before it may take over anything, it begins to see now. */
  start(): void {
    this.#lookAndGoOn();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await settlesWithin(STOP_WITHIN_MS, this.#looking); // what it is doing is safe to be left half-done
  }

  #schedule(): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => this.#lookAndGoOn(), this.#nextLookMs());
  }

  #lookAndGoOn(): void {
    this.#looking = this.#look().finally(() => this.#schedule());
  }

  /** A lease that runs out before the next look is waited for to the moment: takeover time is what users feel. */
  #nextLookMs(): number {
    const { silence, random } = this.#options;
    const usual = LOOK_EVERY_MS * (1 + JITTER * (2 * random() - 1));
    return Math.min(usual, silence.nextOverInMs() + JUST_AFTER_MS);
  }

  async #read(): Promise<readonly Instance[]> {
    const { registry, instanceId, onDrainRequested } = this.#options;
    const instances = await registry.list();
    if (instances.some(({ id, state }) => id === instanceId && state === 'draining')) onDrainRequested();
    return instances;
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
