import type { Clock } from '../../shared/domain/clock.ts';
import type { InstanceLease, InstanceLoad } from '../../shared/domain/instances/instance.ts';
import type { InstanceRegistry } from '../../shared/domain/instances/instance-registry.ts';
import type { InstanceState } from '../../shared/contracts/api/operations.ts';
import type { Log } from '../observability/log.ts';
import { settlesWithin } from './settles-within.ts';

const RENEWALS_A_LEASE = 3;
const GIVE_UP_AFTER = 4; // parts of a lease: before the next renewal is due

export interface LeaseKeeperOptions {
  readonly registry: Pick<InstanceRegistry, 'renew' | 'release'>;
  readonly clock: Clock; // monotonic
  readonly ttlMs: number;
  /** Time to kill every browser before the sessions may open elsewhere. */
  readonly marginMs: number;
  readonly load: () => InstanceLoad;
  /** Kills all sessions: without the lease none may run here. Called once. */
  readonly onLost: (why: string) => void;
  readonly onRenewal?: (outcome: 'renewed' | 'failed') => void;
  readonly log: Log;
}

/**
 * Renews the instance lease, and reports its loss exactly once: at the latest `marginMs` before it can be taken.
 * Time counts from the start of a renewal on the monotonic clock, so neither a slow answer nor a set clock helps us.
 */
export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions;
  #lease: InstanceLease;
  #state: InstanceState = 'starting';
  #heldUntil: number;
  #renewTimer: NodeJS.Timeout | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #renewing: Promise<void> | undefined;
  #isOver = false;

  /** `registeredAt`: monotonic time just before the lease was granted. */
  constructor(lease: InstanceLease, registeredAt: number, options: LeaseKeeperOptions) {
    this.#lease = lease;
    this.#options = options;
    this.#heldUntil = registeredAt + options.ttlMs - options.marginMs;
  }

  get state(): InstanceState {
    return this.#state;
  }

  /** To be asked before every act for a session: a process that was frozen wakes up here, before its timers fire. */
  isHeld(): boolean {
    if (this.#isOver) return false;
    if (this.#options.clock.now() < this.#heldUntil) return true;
    this.#lose('the deadline passed unnoticed: this process was stopped or starved');
    return false;
  }

  /** For how long what we start now may still take effect. */
  heldForMs(): number {
    return Math.max(0, this.#heldUntil - this.#options.clock.now());
  }

  start(): void {
    this.#armDeadline();
    this.#renewTimer = setInterval(() => void this.renew(), this.#options.ttlMs / RENEWALS_A_LEASE);
  }

  /** Tells others at once, not at the next heartbeat. */
  async setState(state: InstanceState): Promise<void> {
    this.#state = state;
    await this.#renewing;
    await this.renew();
  }

  /** Stops renewing and gives the lease up. No session may be open any more. */
  async release(): Promise<void> {
    if (this.#isOver) return;
    this.#end();
    await this.#renewing;
    await this.#options.registry.release(this.#lease);
  }

  /** A slow renewal must not stack, nor one that hangs keep the next from trying on another connection. */
  renew(): Promise<void> {
    this.#renewing ??= settlesWithin(this.#options.ttlMs / GIVE_UP_AFTER, this.#renewOnce()).then(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #renewOnce(): Promise<void> {
    const { registry, clock, ttlMs, marginMs, load, log } = this.#options;
    const startedAt = clock.now();
    try {
      const renewed = await registry.renew(this.#lease, { state: this.#state, load: load() }, ttlMs);
      if (this.#isOver) return;
      if (!renewed) return this.#lose('the registry granted it to nobody or declared us lost');
      this.#lease = renewed;
      this.#heldUntil = Math.max(this.#heldUntil, startedAt + ttlMs - marginMs); // a later one may have overtaken it
      this.#armDeadline();
      this.#options.onRenewal?.('renewed');
    } catch (error) {
      this.#options.onRenewal?.('failed');
      log.warn({ err: error }, 'lease renewal failed'); // tried again until the deadline: an outage may be short
    }
  }

  #armDeadline(): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#lose('no renewal succeeded in time'), this.heldForMs());
  }

  #end(): void {
    this.#isOver = true;
    clearInterval(this.#renewTimer);
    clearTimeout(this.#deadline);
  }

  #lose(why: string): void {
    if (this.#isOver) return;
    this.#end();
    this.#options.onLost(why);
  }
}
