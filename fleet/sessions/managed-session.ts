import type { InstanceCommand } from '../../shared/contracts/nudge.ts';
import type { Session, SessionRequests } from '../../shared/domain/sessions/session.ts';
import { BrowserRun } from './browser-run.ts';
import { InFlight } from './in-flight.ts';
import { Receipts } from './receipts.ts';
import { Recovery } from './recovery.ts';
import { finalStatus, statusReason, waitsForPerson, type EndReason, type FinalStatus } from './run-endings.ts';
import type { SessionContext } from './session-context.ts';

const CONNECT_TO_LOG_OUT_MS = 60_000;

/**
 * One session of ours. `apply` brings it nearer to what is wanted of it and may be called at any time, as often as one
 * likes; one thing is done after another. Only `kill` does not wait.
 */
export class ManagedSession {
  readonly context: SessionContext;
  readonly #inFlight = new InFlight();
  readonly #receipts: Receipts;
  readonly #recovery: Recovery;
  readonly #onGone: () => void;
  #run: BrowserRun | undefined;
  #seen: SessionRequests;
  #linksByCode = true;
  #isResting: boolean;
  #isGone = false;
  #isWiped = false;
  #restartTimer: NodeJS.Timeout | undefined;
  #work: Promise<void> = Promise.resolve();
  #isApplying = false;

  /** `onGone`: it is not ours any more, or was never to be run: forget it. */
  constructor(context: SessionContext, onGone: () => void) {
    const { record, services } = context;
    this.context = context;
    this.#onGone = onGone;
    this.#seen = record.requests; // what was asked for before it came to us is done by starting it
    this.#isResting = waitsForPerson(record);
    this.#recovery = new Recovery({
      clock: services.clock, checkMs: services.healthSettings.checkMs,
      hasSnapshot: () => context.record.storage !== null,
      onStep: (step, why) => context.noteRecovery(step, why),
    });
    this.#receipts = new Receipts({
      ...context.owner, inFlight: this.#inFlight, limiter: context.rateLimiter, report: (...events) => context.report(...events), metrics: services.metrics,
    });
  }

  get isConnected(): boolean {
    return this.#run?.isConnected ?? false;
  }

  get processGroup(): number | undefined {
    return this.#run?.processGroup;
  }

  /** Brings it nearer to `record`. `isAsked`: somebody wants it looked at, so a resting session starts. */
  apply(record: Session, isAsked = false): Promise<void> {
    this.context.record = record;
    if (isAsked && record.desired === 'running') this.#isResting = false;
    if (this.#isApplying) return this.#work; // the one under way or the next tick sees the same record
    this.#isApplying = true;
    return this.#inTurn(() => this.#reconcile()).finally(() => {
      this.#isApplying = false;
    });
  }

  wakeOutbox(): void {
    this.#run?.wakeOutbox();
  }

  async command(command: InstanceCommand): Promise<boolean> {
    return (await this.#run?.command(command)) ?? false;
  }

  /** Closes it for the next owner: all sent that was claimed, everything reported, the profile copied. */
  handOver(): Promise<void> {
    return this.#inTurn(async () => {
      clearTimeout(this.#restartTimer);
      await this.#close();
      this.context.reportStatus('disconnected', 'instance_restart');
      this.#leave();
      await this.context.reports.flush();
    });
  }

  /** At once, without a word: it is somebody else's. */
  kill(): void {
    clearTimeout(this.#restartTimer);
    this.#run?.kill();
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
    this.#seen = requests;
    this.#isWiped = false;
    if (requests.relinks > before.relinks) return this.#relink();
    if (requests.pairings > before.pairings) return this.#pair(requests.pairingPhoneNumber);
    if (requests.restarts > before.restarts) return this.#restart();
    if (!this.#run && !this.#isResting && !this.#restartTimer) await this.#open();
  }

  async #relink(): Promise<void> {
    this.#linksByCode = false;
    await this.#close();
    await this.#wipe();
    await this.#open();
  }

  async #pair(phoneNumber: string | null): Promise<void> {
    if (phoneNumber === null || this.isConnected) return;
    this.#linksByCode = true;
    if (this.#run) return this.#run.requestPairingCode(phoneNumber);
    await this.#open();
  }

  async #restart(): Promise<void> {
    await this.#close();
    await this.#open();
  }

  async #open(): Promise<void> {
    const { context } = this;
    clearTimeout(this.#restartTimer);
    this.#restartTimer = undefined;
    this.#isResting = false;
    context.reportStatus('starting');
    const { requests } = context.record;
    const run = new BrowserRun({
      context,
      receipts: this.#receipts,
      inFlight: this.#inFlight,
      recovery: this.#recovery,
      pairingPhoneNumber: this.#linksByCode ? requests.pairingPhoneNumber : null,
      onEnd: (reason, detail) => this.#onEnd(run, reason, detail),
      onFenced: () => this.kill(),
    });
    this.#run = run;
    await run.start().catch((error: unknown) => {
      if (this.#run === run) this.#onEnd(run, 'start_timeout', String(error));
    });
  }

  async #close(): Promise<void> {
    const run = this.#run;
    this.#run = undefined;
    await run?.close();
    this.#inFlight.clear();
  }

  #onEnd(run: BrowserRun, reason: EndReason, detail: string): void {
    if (this.#run !== run || this.#isGone) return;
    const connectedForMs = run.connectedAt === undefined ? 0 : performance.now() - run.connectedAt;
    run.kill();
    this.#run = undefined;
    this.#inFlight.clear();
    const final = finalStatus(reason);
    if (final) return this.#rest(final, reason, detail);
    this.context.services.metrics.restarts.inc({ reason });
    this.context.reportStatus('disconnected', statusReason(reason), `${reason}: ${detail}`);
    this.#restartTimer = setTimeout(() => void this.#inTurn(() => this.#openAgain()), this.#recovery.onRunEnded(reason, detail, connectedForMs));
  }

  async #openAgain(): Promise<void> {
    this.#restartTimer = undefined;
    if (!this.#run && !this.#isResting && this.context.record.desired === 'running') await this.#open();
  }

  /** The phone unlinked us: what we have is worthless, and a browser on it would show a QR code that leads nowhere. */
  #rest([status, reason]: FinalStatus, end: EndReason, detail: string): void {
    this.#isResting = true;
    void this.#inTurn(async () => {
      if (end === 'logged_out') await this.#wipe();
      this.context.reportStatus(status, reason, detail);
    });
  }

  async #stop(): Promise<void> {
    clearTimeout(this.#restartTimer);
    await this.#close();
    this.context.reportStatus('disconnected', 'user_initiated');
    await this.#release();
  }

  /** Reported first and released when the report is in the table, else the session would look as if it still had to be done. */
  async #unlinkFor(desired: 'logged_out' | 'deleted'): Promise<void> {
    if (this.#isWiped) {
      if (this.context.record.status === desired) await this.#release();
      return;
    }
    await this.#unlink();
    await this.#wipe();
    this.#isWiped = true;
    this.context.reportStatus('logged_out', 'user_initiated');
    if (desired === 'deleted') this.context.reportStatus('deleted', 'user_initiated');
    await this.context.reports.flush();
  }

  async #unlink(): Promise<void> {
    clearTimeout(this.#restartTimer);
    this.#restartTimer = undefined;
    const isLinked = this.isConnected || (await this.context.services.store.describe(this.context.owner)) !== undefined;
    if (isLinked && !this.#run) await this.#open();
    const run = this.#run;
    this.#run = undefined;
    if (isLinked && (await run?.becomesConnected(CONNECT_TO_LOG_OUT_MS))) await run?.logout();
    else await run?.close();
  }

  async #wipe(): Promise<void> {
    const { services, owner, sessionId } = this.context;
    await services.profiles.remove(sessionId);
    await services.store.wipe(owner);
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
