import type { EventPublisher } from '../events/event-publisher.ts';
import type { EventSpool } from '../events/spool/event-spool.ts';
import type { InstanceServer } from '../nudges/instance-server.ts';
import type { Log } from '../observability/log.ts';
import type { SessionPool } from '../sessions/session-pool.ts';
import type { LiveProfiles } from '../storage/live-profiles.ts';
import type { Drain } from './drain.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import type { ServiceGroup } from './service.ts';

export interface InstanceParts {
  readonly id: string;
  readonly url: string;
  readonly lease: LeaseKeeper;
  readonly server: InstanceServer;
  /** What works in the background: reconciler, reaper, sampler, scale-in guard. */
  readonly background: ServiceGroup;
  readonly pool: SessionPool;
  readonly profiles: LiveProfiles;
  readonly publisher: EventPublisher;
  /** `undefined`: what is reported goes out directly. */
  readonly spool: Pick<EventSpool, 'stop'> | undefined;
  /** What gives all sessions away; its time begins when it is made. */
  readonly beginDrain: () => Pick<Drain, 'run'>;
  readonly log: Log;
}

/** A registered instance, from ready to gone. */
export class Instance {
  readonly #parts: InstanceParts;
  #stopping: Promise<void> | undefined;

  constructor(parts: InstanceParts) {
    this.#parts = parts;
  }

  get id(): string {
    return this.#parts.id;
  }

  get url(): string {
    return this.#parts.url;
  }

  async start(): Promise<void> {
    const { lease, background } = this.#parts;
    lease.start();
    await lease.setState('ready');
    await background.start();
  }

  /** Drains: tells others, closes every session in order and passes it on, reports all of it, gives the lease up. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  /** Without a lease: at once, and nothing else. */
  killBrowsers(): void {
    this.#parts.pool.killAll();
  }

  async #stop(): Promise<void> {
    const { lease, background, beginDrain, publisher, spool, server, profiles, log } = this.#parts;
    const drain = beginDrain();
    log.info({}, 'draining');
    await lease.setState('draining');
    await background.stop();
    await drain.run();
    await publisher.flush();
    await spool?.stop();
    await profiles.removeAll();
    await server.stop();
    await lease.release();
    log.info({}, 'drained');
  }
}
