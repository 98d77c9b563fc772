import type { InstanceCommand } from '../../shared/contracts/nudge.ts';
import type { Session, SessionRequests } from '../../shared/domain/sessions/session.ts';
import { Hibernation, type WakeCause } from './hibernation.ts';
import { hasDoubts, hasDueMessages } from './outbox-work.ts';
import { waitsForPerson, type EndReason, type FinalStatus } from './run-endings.ts';
import { SessionBrowser } from './session-browser.ts';
import type { SessionContext } from './session-context.ts';
import { Unlinking } from './unlinking.ts';

/**
 * One session of ours. `apply` brings it nearer to what is wanted of it and may be called at any time, as often as one
 * likes; one thing is done after another. Only `kill` does not wait.
 */
export class ManagedSession {
  readonly context: SessionContext;
  readonly #browser: SessionBrowser;
  readonly #hibernation: Hibernation;
  readonly #unlinking: Unlinking;
  readonly #onGone: () => void;
  #seen: SessionRequests;
  #linksByCode = true;
  #isResting: boolean;
  #isNudged = false;
  #isGone = false;
  #work: Promise<void> = Promise.resolve();
  #isApplying = false;

  /** `onGone`: it is not ours any more, or was never to be run: forget it. */
  constructor(context: SessionContext, onGone: () => void) {
    const { record } = context;
    this.context = context;
    this.#onGone = onGone;
    this.#seen = { ...record.requests, relinks: record.relinksDone }; // the others are done by starting it
    this.#isResting = waitsForPerson(record);
    this.#hibernation = new Hibernation(context);
    this.#browser = new SessionBrowser({
      context,
      onActivity: () => this.#hibernation.noteActivity(),
      onFinalEnd: (final, reason, detail) => this.#rest(final, reason, detail),
      onReopen: () => void this.#inTurn(() => this.#openAgain()),
      onFenced: () => this.kill(),
    });
    this.#unlinking = new Unlinking(context, this.#browser);
  }

  get isConnected(): boolean {
    return this.#browser.isConnected;
  }

  /** Without a browser, and not in need of one. */
  get isAsleep(): boolean {
    return this.#hibernation.isAsleep;
  }

  get processGroup(): number | undefined {
    return this.#browser.processGroup;
  }

  /** Of its browser; 0 while there is none. */
  get runningForMs(): number {
    return this.#browser.runningForMs;
  }

  /** How long nothing we send has been on its way. */
  get quietForMs(): number {
    return this.#browser.quietForMs;
  }

  /** Brings it nearer to `record`. */
  apply(record: Session): Promise<void> {
    this.context.record = record;
    if (this.#isApplying) return this.#work; // the one under way or the next tick sees the same record
    this.#isApplying = true;
    return this.#inTurn(() => this.#reconcile()).finally(() => {
      this.#isApplying = false;
    });
  }

  /** There is something to send: look at the outbox, and wake up for it. */
  wakeOutbox(): void {
    this.#isNudged = true;
    if (this.#hibernation.isAsleep) void this.#inTurn(() => this.#wake('message'));
    else this.#browser.wakeOutbox();
  }

  checkNumbers(numbers: readonly string[]): Promise<readonly (boolean | null)[] | undefined> {
    return this.#browser.checkNumbers(numbers);
  }

  command(command: InstanceCommand): Promise<boolean> {
    return this.#browser.command(command);
  }

  /** Closes it for the next owner: all sent that was claimed, everything reported, the profile copied. */
  handOver(): Promise<void> {
    return this.#inTurn(async () => {
      const isAtRest = this.#isResting || this.#hibernation.isAsleep; // so it is for the next owner
      await this.#browser.close();
      if (!isAtRest) this.context.reportStatus('disconnected', 'instance_restart');
      this.#leave();
      await this.context.reports.flush();
    });
  }

  /** Closes its browser in order and starts it again on the same profile. Nothing to do if it has none by then. */
  recycle(reason: string): Promise<void> {
    return this.#inTurn(async () => {
      const { services, health, record } = this.context;
      if (!this.#browser.isOpen || record.desired !== 'running') return;
      services.metrics.restarts.inc({ reason });
      health.note({ restarts: health.current.restarts + 1 });
      await this.#restart();
    });
  }

  /** At once, without a word: it is somebody else's. */
  kill(): void {
    this.#browser.kill();
    this.#leave();
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const { log } = this.context.services;
    this.#work = this.#work.then(async () => {
      if (!this.#isGone) await work();
    }).catch((error: unknown) => log.error({ sessionId: this.context.sessionId, err: error }, 'session step failed'));
    return this.#work;
  }

  async #reconcile(): Promise<void> {
    const { desired } = this.context.record;
    switch (desired) {
      case 'running':
        return this.#keepRunning();
      case 'stopped':
        return this.#stop();
      case 'logged_out':
      case 'deleted':
        return this.#unlinkFor(desired);
    }
  }

  async #keepRunning(): Promise<void> {
    const { requests } = this.context.record;
    const before = this.#seen;
    if (requests.relinks > before.relinks) return this.#relink(requests);
    this.#note(requests);
    if (requests.pairings > before.pairings) return this.#pair(requests.pairingPhoneNumber);
    if (requests.restarts > before.restarts) return this.#restart();
    if (this.#hibernation.isAsleep) return this.#wakeIfDue();
    if (this.#browser.isOpen) return this.#hibernateIfIdle();
    if (!this.#isResting && !this.#browser.willReopen) await this.#open();
  }

  /** A record may be older than the one before it: a request that is done stays done. */
  #note({ restarts, relinks, pairings, pairingPhoneNumber }: SessionRequests): void {
    const seen = this.#seen;
    this.#seen = {
      restarts: Math.max(seen.restarts, restarts),
      relinks: Math.max(seen.relinks, relinks),
      pairings: Math.max(seen.pairings, pairings),
      pairingPhoneNumber,
    };
  }

  async #relink(requests: SessionRequests): Promise<void> {
    this.#hibernation.end('request');
    if ((await this.#unlinking.forNewLink(requests.relinks)) === 'waiting') return this.#moveOnIfLate();
    this.#note(requests);
    this.#linksByCode = false;
    await this.#open();
  }

  async #pair(phoneNumber: string | null): Promise<void> {
    if (phoneNumber === null || this.isConnected) return;
    this.#linksByCode = true;
    if (this.#browser.isOpen) return this.#browser.requestPairingCode(phoneNumber);
    await this.#open();
  }

  async #restart(): Promise<void> {
    await this.#browser.close();
    await this.#open();
  }

  async #open(cause: WakeCause = 'request'): Promise<void> {
    if (this.#isGone) return; // killed while the browser before was closing
    this.#isResting = false;
    this.#unlinking.forget();
    this.#hibernation.end(cause);
    const outcome = await this.#browser.open(this.#linksByCode ? this.context.record.requests.pairingPhoneNumber : null);
    if (outcome === 'waiting') await this.#moveOnIfLate();
  }

  async #openAgain(): Promise<void> {
    if (!this.#browser.isOpen && !this.#isResting && this.context.record.desired === 'running') await this.#open();
  }

  /** It stays assigned to us, without a place here: the next look passes it on to an instance that has room. */
  async #moveOnIfLate(): Promise<void> {
    if (this.#browser.waitedMs < this.context.services.slots.patienceMs) return;
    await this.context.reports.flush();
    this.kill();
  }

  async #hibernateIfIdle(): Promise<void> {
    const { connectedAt, unsent } = this.#browser;
    if (connectedAt === undefined || this.context.status !== 'connected' || unsent > 0) return;
    if (!this.#hibernation.isIdle(connectedAt)) return;
    if (await this.#hasWork()) return this.#hibernation.noteActivity(); // held back by pacing, or not settled yet
    this.#isNudged = false;
    const unsentAtClose = await this.#browser.close();
    if (this.#isNudged || unsentAtClose > 0) return this.#open(); // something came while it closed
    this.#hibernation.begin();
    this.context.reportStatus('hibernating');
  }

  async #hasWork(): Promise<boolean> {
    const { sessionId, services } = this.context;
    return (await hasDueMessages(services.outbox, sessionId)) || hasDoubts(services.outbox, sessionId);
  }

  async #wakeIfDue(): Promise<void> {
    const cause = await this.#hibernation.wakeCause();
    if (cause) await this.#open(cause);
  }

  async #wake(cause: WakeCause): Promise<void> {
    if (this.#hibernation.isAsleep && this.context.record.desired === 'running') await this.#open(cause);
  }

  /** When the phone unlinked us, what we have is worthless, and a browser on it would show a QR code that leads nowhere. */
  #rest([status, reason]: FinalStatus, end: EndReason, detail: string): void {
    this.#isResting = true;
    void this.#inTurn(async () => {
      try {
        if (end === 'logged_out') await this.#unlinking.wipe(this.#seen.relinks);
      } finally {
        this.context.reportStatus(status, reason, detail);
      }
    });
  }

  async #stop(): Promise<void> {
    const because = this.context.record.desiredBecause;
    await this.#browser.close();
    this.context.reportStatus('disconnected', because?.reason ?? 'user_initiated', because?.details ?? null);
    await this.#release();
  }

  /** Reported first and released when the report is in the table, else the session would look as if it still had to be done. */
  async #unlinkFor(desired: 'logged_out' | 'deleted'): Promise<void> {
    if (this.#unlinking.hasReported(desired)) {
      if (this.context.record.status === desired) await this.#release();
      return;
    }
    this.#hibernation.end('request');
    if ((await this.#unlinking.forGood(desired, this.#seen.relinks)) === 'waiting') await this.#moveOnIfLate();
  }

  async #release(): Promise<void> {
    await this.context.reports.flush();
    await this.context.services.assignments.release(this.context.assignment);
    await this.context.services.profiles.remove(this.context.sessionId);
    this.#leave();
  }

  #leave(): void {
    this.#isGone = true;
    this.#onGone();
  }
}
