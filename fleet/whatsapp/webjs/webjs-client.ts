import type { FetchMedia } from '../media-source.ts';
import type { Log } from '../../observability/log.ts';
import type {
  AckReport, ClientOptions, CloseReason, PageHealth, ReceivedMessage, WhatsAppClient, WhatsAppEvent,
} from '../whatsapp-client.ts';
import { TimeoutHandler } from '../timeout-handler.ts';
import { groupEnded, killGroup } from './browser-processes.ts';
import { errorText } from './error-text.ts';
import { closeReasonOf, PageReport, startFailureOf, toAckReport, toReceived } from './incoming-events.ts';
import { jidOfPeer, peerOfJid } from './jid.ts';
import { libraryClient, pageOf, type BrowserSetup, type LibraryClient } from './library-client.ts';
import { ADOPTED_BUILD, pageWarnings } from './page-builds.ts';
import {
  acksOf, areOnWhatsApp, connectionState, documentOf, haveWritten, markRead, recentAcks, recentReceived, setTyping, syncHistory, syncNewestChats, unlinkDevice,
  type Asked,
} from './page-calls.ts';
import { PAGE_PARTS, pageScript } from './page/page-script.ts';
import { onBehalfOf } from './rejection-guard.ts';
import { makeSendMessages } from './send-messages.ts';
import { READY_LIMITS, StartWatch, type ReadyLimits } from './start-watch.ts';

const LAUNCH_TIMEOUT_MS = 45_000;
const CLOSE_TIMEOUT_MS = 30_000;
const KILLED_WITHIN_MS = 10_000;
const RELOAD = 2; // times a simple answer
const LOOK_UP_TIMEOUT_MS = 15_000;
const PAIRING_TIMEOUT_MS = 30_000;

export interface WebjsClientOptions extends ClientOptions, BrowserSetup {
  readonly fetchMedia: FetchMedia;
  readonly log: Log;
  /** What the page gets to answer a simple question. */
  readonly answerMs?: number;
  /** What the browser gets to close by itself before it is killed. */
  readonly closeTimeoutMs?: number;
  /** The newest build of WhatsApp's page that is not warned of. */
  readonly adoptedBuild?: string;
  readonly readyLimits?: ReadyLimits;
  /** Ours in the page; tests leave some out to see that they are needed. */
  readonly pageParts?: readonly (() => void)[];
}

/** One whatsapp-web.js client and its browser. The only class that knows how the library behaves, and misbehaves. */
export class WebjsClient implements WhatsAppClient {
  readonly #options: WebjsClientOptions;
  readonly #library: LibraryClient;
  readonly #watch: StartWatch;
  readonly #timeouts: TimeoutHandler;
  readonly send: WhatsAppClient['send'];
  #processGroup: number | undefined;
  #pairingNumber: string | null;
  #isReady = false;
  #isClosed = false;
  #document: number | undefined;
  #onLaunched: (outcome: { readonly error?: Error }) => void = () => undefined;

  constructor(options: WebjsClientOptions) {
    this.#options = options;
    this.#pairingNumber = options.pairingPhoneNumber;
    this.#library = libraryClient({
      ...options,
      beforePage: (library) => this.#prepare(library),
      onStrayRejection: (reason) => this.#onStrayRejection(reason),
    });
    this.#timeouts = new TimeoutHandler((call, limitMs) => options.onEvent({ type: 'timed-out', call, limitMs }), options.answerMs);
    this.#watch = new StartWatch({
      asked: () => this.#askedIfOpen(),
      limits: options.readyLimits ?? READY_LIMITS,
      isOver: () => this.#isReady || this.#isClosed,
      onEvent: (event) => this.#onStartEvent(event),
      onStuck: (reason, detail) => this.#end(reason, detail),
    });
    this.send = makeSendMessages({ fetchMedia: options.fetchMedia, asked: () => this.#asked() });
    this.#listen();
  }

  get processGroup(): number | undefined {
    return this.#processGroup;
  }

  start(): Promise<void> {
    const suspect = { sessionId: this.#options.sessionId, onStrayRejection: (reason: unknown) => this.#onStrayRejection(reason) };
    return onBehalfOf(suspect, async () => {
      const launched = new Promise<{ readonly error?: Error }>((resolve) => {
        this.#onLaunched = resolve;
      });
      this.#watch.start();
      // The library's promise may settle early, late or never; what the page shows decides. Only a refusal counts.
      this.#library.initialize().catch((error: unknown) => this.#failStart(error));
      const { error } = await this.#timeouts.within(LAUNCH_TIMEOUT_MS, 'launch', launched);
      if (error) throw error;
    });
  }

  async acksOf(messages: readonly { readonly wireId: string; readonly peer: string }[]) {
    return acksOf(this.#asked(), messages);
  }

  async syncHistory(peer: string, timeoutMs: number): Promise<boolean> {
    return syncHistory(this.#asked(), peer, timeoutMs);
  }

  async syncNewestChats(limit: number, timeoutMs: number): Promise<boolean> {
    return syncNewestChats(this.#asked(), limit, timeoutMs);
  }

  async recentAcks(limit: number): Promise<readonly AckReport[]> {
    return recentAcks(this.#asked(), limit);
  }

  async recentReceived(sinceMs: number, limit: number): Promise<readonly ReceivedMessage[]> {
    return recentReceived(this.#asked(), sinceMs, limit);
  }

  nextQrRound(): Promise<void> {
    return this.#watch.nextRound();
  }

  async requestPairingCode(phoneNumber: string): Promise<void> {
    this.#pairingNumber = phoneNumber;
    const code = this.#library.requestPairingCode(phoneNumber.replace(/\D/g, ''));
    await this.#timeouts.within(PAIRING_TIMEOUT_MS, 'pairing_code', code); // the code itself comes as an event
  }

  async markRead(peer: string): Promise<void> {
    await markRead(this.#asked(), jidOfPeer(peer));
  }

  async setTyping(peer: string, isTyping: boolean): Promise<void> {
    await setTyping(this.#asked(), jidOfPeer(peer), isTyping);
  }

  async haveWritten(peers: readonly string[]): Promise<readonly boolean[]> {
    return haveWritten(this.#asked(), peers);
  }

  async areOnWhatsApp(numbers: readonly string[]): Promise<readonly (boolean | null)[]> {
    return areOnWhatsApp(this.#asked(), numbers);
  }

  async checkHealth(): Promise<PageHealth> {
    const { state, lastFrameAt } = await connectionState(this.#asked());
    return { isConnected: this.#isReady && state === 'CONNECTED', state: this.#isReady ? state : 'STARTING', lastFrameAt };
  }

  async reload(): Promise<void> {
    const { page, timeouts } = this.#asked();
    this.#onNewPage();
    await timeouts.within(RELOAD * timeouts.answerMs, 'reload', page.reload({ waitUntil: 'domcontentloaded', timeout: 0 }));
  }

  async logout(): Promise<boolean> {
    const asked = this.#asked();
    this.#isClosed = true; // what follows is not news
    const isConfirmed = await unlinkDevice(asked).catch((error: unknown) => {
      this.#warn(error, 'logout did not finish');
      return false;
    });
    await this.close();
    return isConfirmed;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#watch.stop();
    const group = this.#processGroup;
    try {
      await this.#timeouts.within(this.#options.closeTimeoutMs ?? CLOSE_TIMEOUT_MS, 'close', this.#library.destroy());
    } catch (error) {
      this.#warn(error, 'the browser did not close by itself');
    } finally {
      this.kill();
    }
    const isGone = group === undefined || (await groupEnded(group, KILLED_WITHIN_MS));
    if (!isGone) this.#options.onEvent({ type: 'timed-out', call: 'kill', limitMs: KILLED_WITHIN_MS });
  }

  kill(): void {
    this.#isClosed = true;
    this.#watch.stop();
    if (this.#processGroup !== undefined) killGroup(this.#processGroup);
    this.#processGroup = undefined;
  }

  /** The browser is up, its page still empty. */
  async #prepare(library: LibraryClient): Promise<void> {
    const browser = library.pupBrowser;
    const page = pageOf(library);
    if (!browser || !page) throw new Error('The library launched no browser');
    this.#processGroup = browser.process()?.pid;
    if (this.#isClosed) {
      this.kill();
      throw new Error('Closed while the browser was starting');
    }
    browser.on('disconnected', () => this.#end('browser_died', 'the browser ended by itself'));
    page.on('error', (error: Error) => this.#end('page_crashed', errorText(error)));
    page.on('domcontentloaded', () => this.#onNewPage());
    await page.exposeFunction('blazzReport', (json: string) => this.#onReport(json));
    await page.evaluateOnNewDocument(pageScript(this.#options.pageParts ?? PAGE_PARTS));
    this.#onLaunched({});
  }

  #failStart(error: unknown): void {
    const wasLaunching = this.#processGroup === undefined;
    if (wasLaunching) this.#isClosed = true; // whoever called `start` hears of it
    this.#onLaunched({ error: new Error(errorText(error), { cause: error }) });
    this.#end(startFailureOf(errorText(error)), errorText(error));
  }

  #listen(): void {
    this.#library.on('qr', (qr) => this.#emit({ type: 'qr', qr }));
    (this.#library as NodeJS.EventEmitter).on('code', (code: unknown) => {
      const phoneNumber = this.#pairingNumber;
      if (typeof code === 'string' && phoneNumber !== null) this.#emit({ type: 'pairing-code', code, phoneNumber });
    });
    this.#library.on('authenticated', () => this.#emit({ type: 'authenticated' }));
    this.#library.on('ready', () => void this.#onReady());
    this.#library.on('change_state', (state) => this.#emit({ type: 'state-changed', state }));
    this.#library.on('disconnected', (reason) => this.#end(closeReasonOf(reason), `WhatsApp: ${reason}`));
  }

  /** Nothing may be asked of it until it is ready. Of the first page there is nothing to tell. */
  #onNewPage(): void {
    if (!this.#isReady) return;
    this.#isReady = false;
    this.#emit({ type: 'reloading' });
    this.#watch.start();
  }

  async #onReady(): Promise<void> {
    try {
      const pageBuild = await this.#timeouts.within(LOOK_UP_TIMEOUT_MS, 'version', this.#library.getWWebVersion());
      const [before, current] = [this.#document, await documentOf(this.#asked())];
      this.#document = current;
      this.#isReady = true;
      const phoneNumber = peerOfJid(this.#library.info.wid['_serialized']);
      this.#emit({ type: 'ready', phoneNumber, pageBuild, isReload: before !== undefined && before !== current });
      await this.#comparePage(pageBuild);
    } catch (error) {
      this.#end('start_timeout', errorText(error));
    }
  }

  async #comparePage(pageBuild: string): Promise<void> {
    const warnings = await pageWarnings(this.#asked(), pageBuild, this.#options.adoptedBuild ?? ADOPTED_BUILD).catch(() => []);
    for (const warning of warnings) this.#emit(warning);
  }

  #onStartEvent(event: WhatsAppEvent): void {
    this.#emit(event);
    if (event.type === 'not-ready') this.#emit({ type: 'page-warning', code: 'not_ready', detail: event.detail });
  }

  #onReport(json: string): void {
    if (this.#isClosed) return;
    const { acks, received } = PageReport.parse(JSON.parse(json));
    if (acks.length > 0) this.#emit({ type: 'acks', acks: acks.map(toAckReport) });
    if (received.length > 0) this.#emit({ type: 'received', messages: received.map(toReceived) });
  }

  /** Most are harmless once seen: a listener that ran into a navigation. A start that lost its way shows in the watch. */
  #onStrayRejection(reason: unknown): void {
    const isFatal = !this.#isReady && /timeout/i.test(errorText(reason));
    if (isFatal) this.#end(startFailureOf(errorText(reason)), errorText(reason));
  }

  #emit(event: WhatsAppEvent): void {
    if (!this.#isClosed) this.#options.onEvent(event);
  }

  /** Whatever the reason, this browser is of no further use: half of it may still run. */
  #end(reason: CloseReason, detail: string): void {
    if (this.#isClosed) return;
    this.#options.onEvent({ type: 'closed', reason, detail });
    this.kill();
  }

  #askedIfOpen(): Asked | undefined {
    const page = pageOf(this.#library);
    return page && !this.#isClosed ? { page, timeouts: this.#timeouts } : undefined;
  }

  #asked(): Asked {
    const asked = this.#askedIfOpen();
    if (!asked) throw new Error('The browser is closed');
    return asked;
  }

  #warn(error: unknown, message: string): void {
    this.#options.log.warn({ sessionId: this.#options.sessionId, err: error }, message);
  }
}
