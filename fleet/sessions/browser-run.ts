import type { InstanceCommand } from '../../shared/contracts/nudge.ts';
import type { CloseReason, WhatsAppClient, WhatsAppEvent } from '../whatsapp/whatsapp-client.ts';
import { ConnectedWork } from './connected-work.ts';
import type { InFlight } from './in-flight.ts';
import type { Receipts } from './receipts.ts';
import { now, type SessionContext } from './session-context.ts';

const FIRST_QR_MS = 60_000; // WhatsApp lets the first of a round live longer
const NEXT_QR_MS = 25_000;
const STOP_WORK_WITHIN_MS = 15_000;
const PAIRING_CODE_MS = 180_000;

export type EndReason = CloseReason | 'qr_expired';

export interface BrowserRunOptions {
  readonly context: SessionContext;
  readonly receipts: Receipts;
  readonly inFlight: InFlight;
  readonly pairingPhoneNumber: string | null;
  /** The browser ended, or is of no more use: it has been killed. Called at most once, and never after `close` or `kill`. */
  readonly onEnd: (reason: EndReason, detail: string) => void;
  readonly onFenced: () => void;
}

/** One life of a session's browser, from the profile to its end. */
export class BrowserRun {
  readonly #options: BrowserRunOptions;
  #client: WhatsAppClient | undefined;
  #profileDir = '';
  #isRestored = false;
  #work: ConnectedWork | undefined;
  #qrInRound = 0;
  #qrAttempt = 0;
  #isOver = false;
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

  get processGroup(): number | undefined {
    return this.#client?.processGroup;
  }

  /** Rejects if no browser comes up; then nothing of it is left. */
  async start(): Promise<void> {
    const { context, pairingPhoneNumber } = this.#options;
    const { services, sessionId, owner } = context;
    await services.startInTurn(async () => {
      const profile = await services.profiles.prepare(owner);
      if (this.#isOver || !services.lease.isHeld()) return;
      this.#profileDir = profile.dir;
      this.#isRestored = profile.restoredFrom !== undefined && profile.restoredFrom !== 'warm';
      const isRestored = profile.restoredFrom !== undefined;
      services.log.info({ sessionId, profile: isRestored ? (profile.restoredFrom === 'warm' ? 'warm' : 'restored') : 'new' }, 'browser starting');
      this.#client = services.makeClient({ sessionId, profileDir: profile.dir, pairingPhoneNumber, onEvent: (event) => this.#onEvent(event) });
      await this.#client.start();
    });
  }

  /** Ends in order: what is claimed is sent, the browser closes, the closed profile is copied. */
  async close(): Promise<void> {
    this.#isOver = true;
    await this.#stopWork();
    await this.#client?.close();
    await this.#work?.snapshots.save();
  }

  /** Unlinks this device, then closes. Nothing of the profile is worth keeping. */
  async logout(): Promise<void> {
    this.#isOver = true;
    await this.#stopWork();
    await this.#client?.logout();
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

  /** `false`: not connected within the time. */
  async becomesConnected(withinMs: number): Promise<boolean> {
    if (this.isConnected) return true;
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), withinMs);
      this.#onReady.push(() => {
        clearTimeout(timer);
        resolve(this.isConnected);
      });
    });
  }

  #onEvent(event: WhatsAppEvent): void {
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
      case 'action-required':
        return context.reportStatus('action_required', null, event.detail);
      case 'ready':
        return this.#onConnected(event.phoneNumber, event.pageBuild);
      case 'acks':
        return receipts.onAcks(event.acks);
      case 'received':
        return receipts.onReceived(event.messages);
      case 'closed':
        return this.#end(event.reason, event.detail);
    }
  }

  #onQr(qr: string): void {
    const { context } = this.#options;
    if (this.#qrInRound === 0 && !this.#mayShowRound()) return;
    this.#qrInRound += 1;
    this.#qrAttempt += 1;
    const expiresAt = later(this.#qrInRound === 1 ? FIRST_QR_MS : NEXT_QR_MS);
    if (context.status !== 'qr_scanning') context.reportStatus('qr_scanning');
    context.report({ type: 'session.qr', at: now(), qr, expiresAt, attempt: this.#qrAttempt });
  }

  #mayShowRound(): boolean {
    const { services, sessionId } = this.#options.context;
    const round = services.qrLimiter.tryRound(sessionId);
    if (!round.allowed) this.#end('qr_expired', `Nobody scanned. The next QR code may be shown at ${new Date(round.retryAt).toISOString()}`);
    return round.allowed;
  }

  #onRoundEnded(): void {
    this.#qrInRound = 0;
    if (!this.#mayShowRound()) return;
    this.#qrInRound = 1;
    this.#client?.nextQrRound().catch((error: unknown) => this.#end('start_timeout', `no further QR codes: ${String(error)}`));
  }

  #onConnected(phoneNumber: string, pageBuild: string): void {
    const { context, receipts, inFlight, onFenced } = this.#options;
    if (!this.#client) return;
    context.services.qrLimiter.forget(context.sessionId);
    context.reportStatus('connected', null, null, phoneNumber);
    this.#work ??= new ConnectedWork({
      context, receipts, inFlight, pageBuild, phoneNumber,
      client: this.#client,
      profileDir: this.#profileDir,
      isRestored: this.#isRestored,
      onFenced,
      onDead: (detail) => this.#end('page_crashed', detail),
    });
    this.#work.start();
    for (const tell of this.#onReady.splice(0)) tell();
  }

  #end(reason: EndReason, detail: string): void {
    if (this.#isOver) return;
    this.kill();
    for (const tell of this.#onReady.splice(0)) tell();
    this.#options.onEnd(reason, detail);
  }
}

const later = (ms: number): string => new Date(Date.now() + ms).toISOString();
