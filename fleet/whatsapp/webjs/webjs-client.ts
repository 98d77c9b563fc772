import type { Page } from 'puppeteer';
import type { FetchMedia } from '../media-source.ts';
import type { Log } from '../../observability/log.ts';
import type {
  AckReport, ClientOptions, CloseReason, OutgoingMessage, ReceivedMessage, SendOutcome, WhatsAppClient, WhatsAppEvent,
} from '../whatsapp-client.ts';
import { killGroup } from './browser-processes.ts';
import { closeReasonOf, PageReport, toAckReport, toReceived } from './incoming-events.ts';
import { jidOfPeer, peerOfJid } from './jid.ts';
import { libraryClient, pageOf, type BrowserSetup, type LibraryClient } from './library-client.ts';
import { toPage } from './outgoing-content.ts';
import {
  acksOf, dismissDialogs, markRead, recentAcks, recentReceived, sendBatch, setTyping, socketState, syncHistory, syncNewestChats, unlinkDevice, within,
} from './page-calls.ts';
import { pageScript } from './page/page-script.ts';
import type { PageOutcome, PageOutgoing } from './page/whatsapp-page.ts';
import { onBehalfOf } from './rejection-guard.ts';
import { StartWatch } from './start-watch.ts';

const LAUNCH_TIMEOUT_MS = 45_000;
const CLOSE_TIMEOUT_MS = 30_000;
const LOOK_UP_TIMEOUT_MS = 15_000;
const PAIRING_TIMEOUT_MS = 30_000;

export interface WebjsClientOptions extends ClientOptions, BrowserSetup {
  readonly fetchMedia: FetchMedia;
  readonly log: Log;
}

const detailOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 300);

const toOutcome = ([outcome, ...details]: PageOutcome): SendOutcome => {
  switch (outcome) {
    case 'failed':
      return { outcome, failure: { code: details[0] ?? 'send_failed', detail: details[1] ?? '' } };
    case 'unknown':
      return { outcome, detail: details[0] ?? '' };
    case 'accepted':
    case 'not-sent':
      return { outcome };
  }
};

/** One whatsapp-web.js client and its browser. The only class that knows how the library behaves, and misbehaves. */
export class WebjsClient implements WhatsAppClient {
  readonly #options: WebjsClientOptions;
  readonly #library: LibraryClient;
  readonly #watch: StartWatch;
  #processGroup: number | undefined;
  #pairingNumber: string | null;
  #isReady = false;
  #isClosed = false;
  #onLaunched: (outcome: { readonly error?: Error }) => void = () => undefined;

  constructor(options: WebjsClientOptions) {
    this.#options = options;
    this.#pairingNumber = options.pairingPhoneNumber;
    this.#library = libraryClient({
      ...options,
      beforePage: (library) => this.#prepare(library),
      onStrayRejection: (reason) => this.#onStrayRejection(reason),
    });
    this.#watch = new StartWatch({
      page: () => pageOf(this.#library),
      isOver: () => this.#isReady || this.#isClosed,
      onEvent: (event) => this.#emit(event),
      onStuck: (detail) => this.#end('start_timeout', detail),
    });
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
      const { error } = await within(LAUNCH_TIMEOUT_MS, 'launch', launched);
      if (error) throw error;
    });
  }

  async send(messages: readonly OutgoingMessage[], notAfterMs: number): Promise<readonly SendOutcome[]> {
    const ready = await Promise.all(messages.map((message) => this.#toPage(message)));
    const batch = ready.filter((each): each is PageOutgoing => 'jid' in each);
    const outcomes = batch.length > 0 ? await this.#sendInPage(batch, notAfterMs) : [];
    let next = 0;
    return ready.map((each) => ('jid' in each ? (outcomes[next++] ?? { outcome: 'unknown', detail: 'no outcome' }) : each));
  }

  async acksOf(messages: readonly { readonly wireId: string; readonly peer: string }[]) {
    return acksOf(this.#page(), messages);
  }

  async syncHistory(peer: string, timeoutMs: number): Promise<boolean> {
    return syncHistory(this.#page(), peer, timeoutMs);
  }

  async syncNewestChats(limit: number, timeoutMs: number): Promise<void> {
    await syncNewestChats(this.#page(), limit, timeoutMs);
  }

  async recentAcks(limit: number): Promise<readonly AckReport[]> {
    return recentAcks(this.#page(), limit);
  }

  async recentReceived(sinceMs: number, limit: number): Promise<readonly ReceivedMessage[]> {
    return recentReceived(this.#page(), sinceMs, limit);
  }

  nextQrRound(): Promise<void> {
    return this.#watch.nextRound();
  }

  async requestPairingCode(phoneNumber: string): Promise<void> {
    this.#pairingNumber = phoneNumber;
    const code = this.#library.requestPairingCode(phoneNumber.replace(/\D/g, ''));
    await within(PAIRING_TIMEOUT_MS, 'pairing code', code); // the code itself comes as an event
  }

  async markRead(peer: string): Promise<void> {
    await markRead(this.#page(), jidOfPeer(peer));
  }

  async setTyping(peer: string, isTyping: boolean): Promise<void> {
    await setTyping(this.#page(), jidOfPeer(peer), isTyping);
  }

  async checkHealth() {
    const state = await socketState(this.#page());
    await dismissDialogs(this.#page());
    return { isConnected: state === 'CONNECTED', state };
  }

  async logout(): Promise<void> {
    const page = this.#page();
    this.#isClosed = true; // what follows is not news
    await unlinkDevice(page).catch((error: unknown) => this.#warn(error, 'logout did not finish'));
    await this.close();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#watch.stop();
    try {
      await within(CLOSE_TIMEOUT_MS, 'close', this.#library.destroy());
    } catch (error) {
      this.#warn(error, 'the browser did not close by itself');
    } finally {
      this.kill();
    }
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
    page.on('error', (error: Error) => this.#end('page_crashed', detailOf(error)));
    await page.exposeFunction('blazzReport', (json: string) => this.#onReport(json));
    await page.evaluateOnNewDocument(pageScript());
    this.#onLaunched({});
  }

  #failStart(error: unknown): void {
    const wasLaunching = this.#processGroup === undefined;
    if (wasLaunching) this.#isClosed = true; // whoever called `start` hears of it
    this.#onLaunched({ error: new Error(detailOf(error), { cause: error }) });
    this.#end('start_timeout', detailOf(error));
  }

  #listen(): void {
    this.#library.on('qr', (qr) => this.#emit({ type: 'qr', qr }));
    (this.#library as NodeJS.EventEmitter).on('code', (code: unknown) => {
      const phoneNumber = this.#pairingNumber;
      if (typeof code === 'string' && phoneNumber !== null) this.#emit({ type: 'pairing-code', code, phoneNumber });
    });
    this.#library.on('authenticated', () => this.#emit({ type: 'authenticated' }));
    this.#library.on('ready', () => void this.#onReady());
    this.#library.on('disconnected', (reason) => this.#end(closeReasonOf(reason), `WhatsApp: ${reason}`));
  }

  async #onReady(): Promise<void> {
    try {
      const pageBuild = await within(LOOK_UP_TIMEOUT_MS, 'version', this.#library.getWWebVersion());
      this.#isReady = true;
      this.#emit({ type: 'ready', phoneNumber: peerOfJid(this.#library.info.wid['_serialized']), pageBuild });
    } catch (error) {
      this.#end('start_timeout', detailOf(error));
    }
  }

  #onReport(json: string): void {
    if (this.#isClosed) return;
    const { acks, received } = PageReport.parse(JSON.parse(json));
    if (acks.length > 0) this.#emit({ type: 'acks', acks: acks.map(toAckReport) });
    if (received.length > 0) this.#emit({ type: 'received', messages: received.map(toReceived) });
  }

  /** Most are harmless once seen: a listener that ran into a navigation. A start that lost its way shows in the watch. */
  #onStrayRejection(reason: unknown): void {
    const isFatal = !this.#isReady && /timeout/i.test(detailOf(reason));
    if (isFatal) this.#end('start_timeout', detailOf(reason));
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

  #page(): Page {
    const page = pageOf(this.#library);
    if (!page || this.#isClosed) throw new Error('The browser is closed');
    return page;
  }

  #warn(error: unknown, message: string): void {
    this.#options.log.warn({ sessionId: this.#options.sessionId, err: error }, message);
  }

  async #toPage(message: OutgoingMessage): Promise<PageOutgoing | SendOutcome> {
    if (!('media' in message.content)) return toPage(message);
    const fetched = await this.#options.fetchMedia(message.content.media);
    if ('failure' in fetched) return { outcome: 'failed', failure: fetched.failure };
    return toPage(message, fetched.file);
  }

  async #sendInPage(batch: PageOutgoing[], notAfterMs: number): Promise<readonly SendOutcome[]> {
    try {
      return (await sendBatch(this.#page(), batch, notAfterMs)).map(toOutcome);
    } catch (error) {
      return batch.map(() => ({ outcome: 'unknown', detail: detailOf(error) }));
    }
  }
}
