import type { InstanceCommand } from '../../shared/contracts/nudge.ts';
import { BrowserRun } from './browser-run.ts';
import { InFlight } from './in-flight.ts';
import { Receipts } from './receipts.ts';
import { Recovery } from './recovery.ts';
import { finalStatus, statusReason, type EndReason, type FinalStatus } from './run-endings.ts';
import type { SessionContext } from './session-context.ts';

export interface SessionBrowserOptions {
  readonly context: SessionContext;
  /** A message came or went. */
  readonly onActivity: () => void;
  /** It ended in a way after which it must not come back by itself. */
  readonly onFinalEnd: (final: FinalStatus, reason: EndReason, detail: string) => void;
  /** It ended by itself and the time to open it again has come. */
  readonly onReopen: () => void;
  readonly onFenced: () => void;
}

/** The browser of one session: at most one at a time, in a slot of the instance; opened again after it ended by itself. */
export class SessionBrowser {
  readonly #options: SessionBrowserOptions;
  readonly #inFlight = new InFlight();
  readonly #receipts: Receipts;
  readonly #recovery: Recovery;
  #run: BrowserRun | undefined;
  /** Closing may take half a minute, and `kill` has to reach it. */
  #ending: BrowserRun | undefined;
  #reopenTimer: NodeJS.Timeout | undefined;
  #waitingSince: number | undefined;

  constructor(options: SessionBrowserOptions) {
    const { context, onActivity } = options;
    this.#options = options;
    this.#recovery = new Recovery({
      clock: context.services.clock,
      checkMs: context.services.healthSettings.checkMs,
      hasSnapshot: () => context.record.storage !== null,
      onStep: (step, why) => context.noteRecovery(step, why),
    });
    this.#receipts = new Receipts({
      ...context.owner,
      limiter: context.rateLimiter,
      inFlight: this.#inFlight,
      metrics: context.services.metrics,
      report: (...events) => {
        onActivity();
        context.report(...events);
      },
    });
  }

  get isOpen(): boolean {
    return this.#run !== undefined;
  }

  get isConnected(): boolean {
    return this.#run?.isConnected ?? false;
  }

  get connectedAt(): number | undefined {
    return this.#run?.connectedAt;
  }

  get processGroup(): number | undefined {
    return this.#run?.processGroup;
  }

  /** 0 while there is none. */
  get runningForMs(): number {
    return this.#run?.runningForMs ?? 0;
  }

  /** How long nothing we send has been on its way. */
  get quietForMs(): number {
    return this.#inFlight.quietForMs;
  }

  /** Whether it will open by itself: it ended, and its next start is set. */
  get willReopen(): boolean {
    return this.#reopenTimer !== undefined;
  }

  /** How long it has waited for a slot by now. */
  get waitedMs(): number {
    return this.#waitingSince === undefined ? 0 : performance.now() - this.#waitingSince;
  }

  /** Messages handed to the page that WhatsApp has not taken yet. */
  get unsent(): number {
    return this.#inFlight.unsent;
  }

  /** `waiting`: all slots are taken; ask again. */
  async open(pairingPhoneNumber: string | null): Promise<'open' | 'waiting'> {
    const { context, onFenced } = this.#options;
    this.cancelReopening();
    if (!this.#takeSlot()) return 'waiting';
    context.reportStatus('starting');
    const run = new BrowserRun({
      context, pairingPhoneNumber, onFenced,
      receipts: this.#receipts,
      inFlight: this.#inFlight,
      recovery: this.#recovery,
      onEnd: (reason, detail) => this.#onEnd(run, reason, detail),
    });
    this.#run = run;
    await run.start().catch((error: unknown) => {
      if (this.#run === run) this.#onEnd(run, 'start_timeout', String(error));
    });
    return 'open';
  }

  cancelReopening(): void {
    clearTimeout(this.#reopenTimer);
    this.#reopenTimer = undefined;
  }

  /** In order. Returns how many messages WhatsApp had not taken by then. */
  async close(): Promise<number> {
    this.cancelReopening();
    await this.#endWith((run) => run.close());
    const left = this.#inFlight.unsent;
    this.#inFlight.clear();
    return left;
  }

  /** Ends it by `work`. From here on what it tells of its own end is no news. */
  async endBy<T>(work: (run: BrowserRun) => Promise<T>): Promise<T | undefined> {
    this.cancelReopening();
    return this.#endWith(work).finally(() => this.#inFlight.clear());
  }

  kill(): void {
    this.cancelReopening();
    this.#run?.kill();
    this.#ending?.kill();
    this.#giveSlotBack();
  }

  wakeOutbox(): void {
    this.#run?.wakeOutbox();
  }

  async requestPairingCode(phoneNumber: string): Promise<void> {
    await this.#run?.requestPairingCode(phoneNumber);
  }

  async checkNumbers(numbers: readonly string[]): Promise<readonly (boolean | null)[] | undefined> {
    return this.#run?.checkNumbers(numbers);
  }

  async command(command: InstanceCommand): Promise<boolean> {
    return (await this.#run?.command(command)) ?? false;
  }

  async #endWith<T>(work: (run: BrowserRun) => Promise<T>): Promise<T | undefined> {
    const run = this.#run;
    this.#run = undefined;
    this.#ending = run;
    try {
      return run && (await work(run));
    } finally {
      this.#ending = undefined;
      this.#giveSlotBack();
    }
  }

  #onEnd(run: BrowserRun, reason: EndReason, detail: string): void {
    const { context, onFinalEnd, onReopen } = this.#options;
    if (this.#run !== run) return;
    const connectedForMs = run.connectedAt === undefined ? 0 : performance.now() - run.connectedAt;
    run.kill();
    this.#run = undefined;
    this.#inFlight.clear();
    this.#giveSlotBack();
    const final = finalStatus(reason);
    if (final) return onFinalEnd(final, reason, detail);
    context.services.metrics.restarts.inc({ reason });
    context.reportStatus('disconnected', statusReason(reason), `${reason}: ${detail}`);
    this.#reopenTimer = setTimeout(() => {
      this.#reopenTimer = undefined;
      onReopen();
    }, this.#recovery.onRunEnded(reason, detail, connectedForMs));
  }

  #takeSlot(): boolean {
    const { context } = this.#options;
    const { slots } = context.services;
    if (slots.tryTake(context.sessionId)) {
      if (this.#waitingSince !== undefined) context.health.note({ detail: null });
      this.#waitingSince = undefined;
      return true;
    }
    if (this.#waitingSince === undefined) this.#tellWaiting(`Waits for a browser: all ${slots.capacity} of its instance are in use`);
    return false;
  }

  #tellWaiting(detail: string): void {
    const { context } = this.#options;
    this.#waitingSince = performance.now();
    context.reportStatus('starting', null, detail);
    context.health.note({ detail });
  }

  #giveSlotBack(): void {
    const { context } = this.#options;
    context.services.slots.release(context.sessionId);
    this.#waitingSince = undefined;
  }
}
