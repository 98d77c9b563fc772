import type { InstanceCommand } from '../../shared/contracts/nudge.ts';
import { settlesWithin } from '../lifecycle/settles-within.ts';
import { dropCaches } from '../storage/profile-caches.ts';
import type { WhatsAppClient, WhatsAppEvent } from '../whatsapp/whatsapp-client.ts';
import { ConnectedWork } from './connected-work.ts';
import type { InFlight } from './in-flight.ts';
import { openProfile, type OpenProfile } from './open-profile.ts';
import { INSTRUCTIONS, OUTDATED } from './prompts.ts';
import { QrRounds } from './qr-rounds.ts';
import type { Receipts } from './receipts.ts';
import type { Recovery } from './recovery.ts';
import type { EndReason } from './run-endings.ts';
import { now, type SessionContext } from './session-context.ts';

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
  #profile: OpenProfile | undefined;
  #work: ConnectedWork | undefined;
  readonly #qrRounds: QrRounds;
  #hasAskedForQr = false;
  readonly #startedAt = performance.now();
  #isOver = false;
  #hasCopyToTry = false;
  #onReady: (() => void)[] = [];

  constructor(options: BrowserRunOptions) {
    this.#options = options;
    this.#qrRounds = new QrRounds(options.context);
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
    const { context, recovery, pairingPhoneNumber } = this.#options;
    const { services, sessionId } = context;
    await services.startInTurn(async () => {
      this.#profile = await openProfile(context, recovery, () => this.#mayRun());
      if (!this.#profile || !this.#mayRun()) return;
      const { dir: profileDir, hasCopyToTry } = this.#profile;
      this.#hasCopyToTry = hasCopyToTry;
      this.#client = services.makeClient({ sessionId, profileDir, pairingPhoneNumber, onEvent: (event) => this.#onEvent(event) });
      await this.#client.start();
    });
  }

  /** Assigned to us as far as we know, under a held lease. */
  #mayRun(): boolean {
    return !this.#isOver && this.#options.context.services.lease.isHeld();
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
    if (this.#profile) await dropCaches(this.#profile.dir).catch((error: unknown) => services.log.warn({ sessionId, err: error }, 'caches not dropped'));
  }

  /** A page that does not answer must not keep us from closing it. */
  async #stopWork(): Promise<void> {
    if (this.#work) await settlesWithin(STOP_WORK_WITHIN_MS, this.#work.stop());
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
    await act(this.#client, command);
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
          type: 'session.pairing_code', at: now(), code: event.code, phoneNumber: event.phoneNumber, expiresAt: new Date(Date.now() + PAIRING_CODE_MS).toISOString(),
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
      case 'noticed':
        return context.report(...event.events);
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
    this.#hasAskedForQr = true;
    if (this.#hasCopyToTry) return this.#tryAnotherCopy();
    const refusal = this.#qrRounds.show(qr);
    if (refusal) return this.#end('qr_expired', refusal);
    this.#tellWhoWaits();
  }

  /** Only once no copy holds the link is a person asked. */
  #tryAnotherCopy(): void {
    const { context, recovery } = this.#options;
    const copyPath = this.#profile?.copyPath;
    if (copyPath !== undefined) {
      recovery.passOver(copyPath);
      context.warn('session_store', 'snapshot_not_linked', 'A restored snapshot asked for a QR code; the one before is tried');
    }
    this.#end('profile_unlinked', 'a linked profile asked for a QR code; another copy of it is tried');
  }

  #onRoundEnded(): void {
    const refusal = this.#qrRounds.next();
    if (refusal) return this.#end('qr_expired', refusal);
    this.#client?.nextQrRound().catch((error: unknown) => this.#end('start_timeout', `no further QR codes: ${String(error)}`));
  }

  #onConnected({ phoneNumber, pageBuild, isReload = false }: Extract<WhatsAppEvent, { type: 'ready' }>): void {
    const { context, receipts, inFlight, recovery, onFenced } = this.#options;
    if (!this.#client || !this.#profile) return;
    this.#hasCopyToTry = false;
    context.services.qrLimiter.forget(context.health);
    context.health.note({ state: 'ok', detail: null, pageBuild, instructions: null });
    context.reportStatus('connected', null, null, phoneNumber);
    this.#work ??= new ConnectedWork({
      context, receipts, inFlight, recovery, phoneNumber, onFenced,
      client: this.#client,
      profileDir: this.#profile.dir,
      isBehind: this.#profile.isBehind,
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

function act(client: WhatsAppClient, command: InstanceCommand): Promise<void> {
  switch (command.command) {
    case 'mark-read':
      return client.markRead(command.peer);
    case 'typing':
      return client.setTyping(command.peer, command.isTyping, command.state);
    case 'watch-presence':
      return client.watchPresence(command.peer);
  }
}
