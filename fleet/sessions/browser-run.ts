import type { InstanceCommand } from '../../shared/contracts/nudge.ts';
import type { SkippedCopy } from '../storage/session-store.ts';
import { dropCaches } from '../storage/profile-caches.ts';
import { cleanProfileLocks } from '../storage/profile-lock-cleaner.ts';
import type { WhatsAppClient, WhatsAppEvent } from '../whatsapp/whatsapp-client.ts';
import { ConnectedWork } from './connected-work.ts';
import type { InFlight } from './in-flight.ts';
import { INSTRUCTIONS, OUTDATED } from './prompts.ts';
import type { Receipts } from './receipts.ts';
import type { Recovery } from './recovery.ts';
import type { EndReason } from './run-endings.ts';
import { now, type SessionContext } from './session-context.ts';
import { warnOfSkipped } from './snapshot-warnings.ts';
import type { PreparedProfile } from '../storage/live-profiles.ts';

const FIRST_QR_MS = 60_000; // WhatsApp lets the first of a round live longer
const NEXT_QR_MS = 25_000;
const STOP_WORK_WITHIN_MS = 15_000;
const LAST_ACKS_WITHIN_MS = 5_000;
const PAIRING_CODE_MS = 180_000;

export interface BrowserRunOptions {
  readonly context: SessionContext;
  readonly receipts: Receipts;
  readonly inFlight: InFlight;
  readonly recovery: Recovery;
  readonly pairingPhoneNumber: string | null;
  /** The browser ended, or is of no more use: it has been killed. Called at most once, and never after `close` or `kill`. */
  readonly onEnd: (reason: EndReason, detail: string) => void;
  readonly onFenced: () => void;
}

type PageSign = Extract<WhatsAppEvent, { type: 'action-required' | 'action-done' | 'not-ready' | 'page-warning' | 'reloading' | 'state-changed' }>;

/** One life of a session's browser, from the profile to its end. */
export class BrowserRun {
  readonly #options: BrowserRunOptions;
  #client: WhatsAppClient | undefined;
  #profileDir = '';
  #isRestored = false;
  #work: ConnectedWork | undefined;
  #qrInRound = 0;
  #qrAttempt = 0;
  #hasAskedForQr = false;
  readonly #startedAt = performance.now();
  #isOver = false;
  /** The profile lay here and was linked: were it to ask for a QR code, a copy of it may know better. */
  #hasCopyToTry = false;
  #onReady: (() => void)[] = [];

  constructor(options: BrowserRunOptions) {
    this.#options = options;
  }

  get isConnected(): boolean {
    return this.#work !== undefined && !this.#isOver;
  }

  get connectedAt(): number | undefined {
    return this.#work?.startedAt;
  }

  get runningForMs(): number {
    return performance.now() - this.#startedAt;
  }

  get processGroup(): number | undefined {
    return this.#client?.processGroup;
  }

  /** Rejects if no browser comes up; then nothing of it is left. */
  async start(): Promise<void> {
    const { context, pairingPhoneNumber } = this.#options;
    const { services, sessionId, owner } = context;
    await services.startInTurn(async () => {
      const skipped: SkippedCopy[] = [];
      const profile = await this.#prepareProfile((copy) => skipped.push(copy));
      if (skipped.length > 0) warnOfSkipped(context, skipped, profile.restoredFrom !== undefined);
      const locks = await cleanProfileLocks(profile.dir, () => this.#mayRun());
      if (!this.#mayRun()) return;
      if (locks.length > 0) context.warn('profile_lock_cleaner', 'stale_lock', `The browser before died without closing: ${locks.join(', ')} removed`);
      this.#profileDir = profile.dir;
      this.#hasCopyToTry = profile.restoredFrom === 'warm' && services.store.homeOf === undefined && (await services.store.describe(owner)) !== undefined;
      this.#isRestored = profile.restoredFrom !== undefined && profile.restoredFrom !== 'warm';
      const isRestored = profile.restoredFrom !== undefined;
      services.log.info({ sessionId, profile: isRestored ? (profile.restoredFrom === 'warm' ? 'warm' : 'restored') : 'new' }, 'browser starting');
      this.#client = services.makeClient({ sessionId, profileDir: profile.dir, pairingPhoneNumber, onEvent: (event) => this.#onEvent(event) });
      await this.#client.start();
    });
  }

  /** Assigned to us as far as we know, under a held lease. */
  #mayRun(): boolean {
    return !this.#isOver && this.#options.context.services.lease.isHeld();
  }

  /** When the recovery has come to that, the last snapshot in place of what lies here. */
  async #prepareProfile(onSkipped: (copy: SkippedCopy) => void): Promise<PreparedProfile> {
    const { context, recovery } = this.#options;
    const { services, owner } = context;
    const restored = recovery.takeRestore() ? await services.profiles.replaceBySnapshot(owner, onSkipped) : undefined;
    return restored ?? services.profiles.prepare(owner, onSkipped);
  }

  /** Ends in order: what is claimed is sent, the browser closes, the closed profile is copied. */
  async close(): Promise<void> {
    this.#isOver = true;
    await this.#stopWork();
    await this.#client?.close();
    await this.#slim();
    await this.#work?.snapshots.saveLast();
  }

  /** Unlinks this device, then closes. Nothing of the profile is worth keeping. `false`: WhatsApp did not confirm it. */
  async logout(): Promise<boolean> {
    this.#work?.snapshots.abandon();
    await this.#stopWork();
    await this.#options.inFlight.room(1, LAST_ACKS_WITHIN_MS); // after this nobody learns what became of them
    this.#isOver = true;
    return (await this.#client?.logout()) ?? false;
  }

  async #slim(): Promise<void> {
    const { services, sessionId } = this.#options.context;
    if (this.#profileDir !== '') await dropCaches(this.#profileDir).catch((error: unknown) => services.log.warn({ sessionId, err: error }, 'caches not dropped'));
  }

  /** A page that does not answer must not keep us from closing it. */
  async #stopWork(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, STOP_WORK_WITHIN_MS);
    });
    await Promise.race([this.#work?.stop(), limit]);
    clearTimeout(timer);
  }

  kill(): void {
    this.#isOver = true;
    this.#client?.kill();
    this.#work?.snapshots.abandon();
    void this.#work?.stop();
  }

  wakeOutbox(): void {
    this.#work?.drain.wake();
  }

  async requestPairingCode(phoneNumber: string): Promise<void> {
    await this.#client?.requestPairingCode(phoneNumber);
  }

  /** `false`: not connected. */
  async command(command: InstanceCommand): Promise<boolean> {
    if (!this.isConnected || !this.#client) return false;
    if (command.command === 'mark-read') await this.#client.markRead(command.peer);
    else await this.#client.setTyping(command.peer, command.isTyping);
    return true;
  }

  /** WhatsApp showed a QR code: this profile holds no link. */
  get isUnlinked(): boolean {
    return this.#hasAskedForQr;
  }

  /** `false`: not connected within the time, or never to be. */
  async becomesConnected(withinMs: number): Promise<boolean> {
    if (this.isConnected) return true;
    if (this.#isOver || this.isUnlinked) return false;
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), withinMs);
      this.#onReady.push(() => {
        clearTimeout(timer);
        resolve(this.isConnected);
      });
    });
  }

  #onEvent(event: WhatsAppEvent): void {
    if (event.type === 'timed-out') return this.#onTimeout(event);
    if (this.#isOver) return;
    const { context, receipts } = this.#options;
    switch (event.type) {
      case 'qr':
        return this.#onQr(event.qr);
      case 'qr-round-ended':
        return this.#onRoundEnded();
      case 'pairing-code':
        context.reportStatus('qr_scanning');
        return context.report({
          type: 'session.pairing_code', at: now(), code: event.code, phoneNumber: event.phoneNumber, expiresAt: later(PAIRING_CODE_MS),
        });
      case 'authenticated':
        if (!this.isConnected) context.reportStatus('authenticated');
        return undefined;
      case 'ready':
        return this.#onConnected(event);
      case 'acks':
        return receipts.onAcks(event.acks);
      case 'received':
        return receipts.onReceived(event.messages);
      case 'closed':
        if (event.reason === 'outdated') context.warn('page_compatibility', 'page_outdated', OUTDATED);
        return this.#end(event.reason, event.reason === 'outdated' ? OUTDATED : event.detail);
      default:
        return this.#onSign(event);
    }
  }

  /** What a page says of itself, other than of its link and its messages. */
  #onSign(event: PageSign): void {
    const { context } = this.#options;
    switch (event.type) {
      case 'action-required':
        context.health.note({ instructions: INSTRUCTIONS[event.prompt] });
        return context.reportStatus('action_required', null, INSTRUCTIONS[event.prompt]);
      case 'action-done':
        return context.health.note({ instructions: null });
      case 'not-ready':
        return context.health.note({ state: 'degraded', detail: event.detail });
      case 'page-warning':
        return context.warn('page_compatibility', event.code, event.detail);
      case 'reloading':
        return this.#work?.hold();
      case 'state-changed':
        return this.#work?.monitor.suspect();
    }
  }

  /** It may be the first sign that the page, or its browser, is gone. */
  #onTimeout({ call, limitMs }: Extract<WhatsAppEvent, { type: 'timed-out' }>): void {
    const { context } = this.#options;
    context.services.metrics.timeouts.inc({ call });
    const isClosing = call === 'close' || call === 'kill';
    const detail = isClosing ? 'its processes were killed' : 'the page is looked at';
    context.warn('timeout_handler', isClosing ? `${call}_timed_out` : 'call_timed_out', `${call} took longer than ${limitMs} ms; ${detail}`);
    if (!isClosing && !this.#isOver) this.#work?.monitor.suspect();
  }

  #onQr(qr: string): void {
    const { context } = this.#options;
    this.#hasAskedForQr = true;
    if (this.#hasCopyToTry) return this.#end('profile_unlinked', 'a linked profile asked for a QR code; its last snapshot is tried');
    if (this.#qrInRound === 0 && !this.#mayShowRound()) return;
    this.#qrInRound += 1;
    this.#qrAttempt += 1;
    const expiresAt = later(this.#qrInRound === 1 ? FIRST_QR_MS : NEXT_QR_MS);
    if (context.status !== 'qr_scanning') context.reportStatus('qr_scanning');
    context.report({ type: 'session.qr', at: now(), qr, expiresAt, attempt: this.#qrAttempt });
    this.#tellWhoWaits();
  }

  #mayShowRound(): boolean {
    const { context } = this.#options;
    const { qrLimiter, metrics } = context.services;
    const round = qrLimiter.tryRound(context.health);
    metrics.qrRounds.inc({ outcome: round.allowed ? 'shown' : 'refused' });
    if (round.allowed) return true;
    const detail = `Nobody scanned. The next QR code may be shown at ${round.retryAt}`;
    context.warn('qr_rate_limiter', 'qr_limit_reached', detail);
    this.#end('qr_expired', detail);
    return false;
  }

  #onRoundEnded(): void {
    this.#qrInRound = 0;
    if (!this.#mayShowRound()) return;
    this.#qrInRound = 1;
    this.#client?.nextQrRound().catch((error: unknown) => this.#end('start_timeout', `no further QR codes: ${String(error)}`));
  }

  #onConnected({ phoneNumber, pageBuild, isReload = false }: Extract<WhatsAppEvent, { type: 'ready' }>): void {
    const { context, receipts, inFlight, recovery, onFenced } = this.#options;
    if (!this.#client) return;
    this.#hasCopyToTry = false;
    context.services.qrLimiter.forget(context.health);
    context.health.note({ state: 'ok', detail: null, pageBuild, instructions: null });
    context.reportStatus('connected', null, null, phoneNumber);
    this.#work ??= new ConnectedWork({
      context, receipts, inFlight, recovery, phoneNumber, onFenced,
      client: this.#client,
      profileDir: this.#profileDir,
      isRestored: this.#isRestored,
      onDead: (reason, detail) => this.#end(reason, detail),
    });
    this.#work.start(isReload);
    this.#tellWhoWaits();
  }

  #tellWhoWaits(): void {
    for (const tell of this.#onReady.splice(0)) tell();
  }

  #end(reason: EndReason, detail: string): void {
    if (this.#isOver) return;
    this.kill();
    this.#options.context.health.note({ state: 'degraded', detail, instructions: null });
    this.#tellWhoWaits();
    this.#options.onEnd(reason, detail);
  }
}

const later = (ms: number): string => new Date(Date.now() + ms).toISOString();
