import { wakeAt } from '../../shared/domain/sessions/hibernation.ts';
import { hasDoubts, hasDueMessages } from './outbox-work.ts';
import type { SessionContext } from './session-context.ts';

/** After a takeover the outbox is looked at within this time: the owner before may have left something in doubt. */
const FIRST_LOOK_WITHIN_MS = 10_000;
const JITTER = 0.25;
const MINUTE_MS = 60_000;

export type WakeCause = 'message' | 'schedule' | 'request' | 'setting';

/** When one session goes to sleep, and what wakes it. While it sleeps it has no browser and costs a look at its outbox now and then. */
export class Hibernation {
  readonly #context: SessionContext;
  #isAsleep: boolean;
  #activeAt = performance.now();
  #lookAt = 0;
  #isFirstLook = true;

  /** A session that comes to us asleep stays so. */
  constructor(context: SessionContext) {
    this.#context = context;
    this.#isAsleep = context.record.status === 'hibernating';
    this.#lookAgainWithin(Math.min(FIRST_LOOK_WITHIN_MS, context.services.hibernation.lookEveryMs) * context.services.random());
  }

  get isAsleep(): boolean {
    return this.#isAsleep;
  }

  /** A message came or went. */
  noteActivity(): void {
    this.#activeAt = performance.now();
  }

  /** Whether nothing has come or gone for as long as the session's settings say, at least since `connectedAt` (monotonic ms). */
  isIdle(connectedAt: number): boolean {
    const { record, services } = this.#context;
    if (record.onDemand === null) return false;
    const idleMs = services.hibernation.afterMs ?? record.onDemand.idleMinutes * MINUTE_MS;
    return performance.now() - Math.max(this.#activeAt, connectedAt) >= idleMs;
  }

  begin(): void {
    const { metrics, hibernation } = this.#context.services;
    this.#isAsleep = true;
    this.#isFirstLook = false;
    this.#lookAgainWithin(hibernation.lookEveryMs);
    metrics.hibernations.inc();
  }

  end(cause: WakeCause): void {
    if (!this.#isAsleep) return;
    this.#isAsleep = false;
    this.#context.services.metrics.wakes.inc({ cause });
  }

  /** Why it should wake now, `undefined` if it may sleep on. */
  async wakeCause(): Promise<WakeCause | undefined> {
    const { record, services } = this.#context;
    if (record.onDemand === null) return 'setting';
    const scheduled = wakeAt(record); // null while the table has not heard of our sleep yet
    if (scheduled !== null && Date.parse(scheduled) <= services.clock.now()) return 'schedule';
    return (await this.#hasWork()) ? 'message' : undefined;
  }

  /** Nudges may be lost, and messages for later come without one: the outbox is looked at every so often. */
  async #hasWork(): Promise<boolean> {
    if (performance.now() < this.#lookAt) return false;
    const { sessionId, services } = this.#context;
    const { outbox, hibernation, random } = services;
    this.#lookAgainWithin(hibernation.lookEveryMs * (1 + JITTER * (2 * random() - 1)));
    const isDoubtful = this.#isFirstLook && (await hasDoubts(outbox, sessionId));
    this.#isFirstLook = false;
    return isDoubtful || hasDueMessages(outbox, sessionId);
  }

  #lookAgainWithin(ms: number): void {
    this.#lookAt = performance.now() + ms;
  }
}
