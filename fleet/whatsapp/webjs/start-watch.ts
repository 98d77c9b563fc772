import type { Page } from 'puppeteer';
import type { WhatsAppEvent } from '../whatsapp-client.ts';
import { finishStart, refreshQr, startStateOf, type StartState } from './page-calls.ts';

const LOOK_EVERY_MS = 250;
const PAGE_LOADS_WITHIN_MS = 90_000;
const CONNECTS_WITHIN_MS = 120_000; // the page goes on trying by itself meanwhile
const READY_WITHIN_MS = 60_000; // from connected and synced
const LIBRARY_MISSED_IT_MS = 500;
const ASK_AGAIN_MS = 5_000;

export interface StartWatchOptions {
  readonly page: () => Page | undefined;
  readonly isOver: () => boolean; // ready or closed
  readonly onEvent: (event: WhatsAppEvent) => void;
  /** Nothing more will come of this start; `detail` says where it stopped. */
  readonly onStuck: (detail: string) => void;
}

/**
 * Watches a start from outside the library, which may settle never, too early, or on a page that is not coming up:
 * says where it is stuck, finishes it where the library missed the moment, and tells when QR codes have run out.
 */
export class StartWatch {
  readonly #options: StartWatchOptions;
  #phase: { readonly name: string; readonly since: number } = { name: 'loading', since: Date.now() };
  #askedAt = 0;
  #isRoundOver = false;
  #prompt: string | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: StartWatchOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setTimeout(() => void this.#look(), LOOK_EVERY_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Another round of QR codes. */
  async nextRound(): Promise<void> {
    const page = this.#options.page();
    if (page) await refreshQr(page);
    this.#isRoundOver = false;
  }

  async #look(): Promise<void> {
    const { page, isOver } = this.#options;
    const current = page();
    if (isOver()) return;
    try {
      if (current) await this.#judge(current, await startStateOf(current));
      else this.#enter('loading', PAGE_LOADS_WITHIN_MS);
    } catch {
      this.#enter('loading', PAGE_LOADS_WITHIN_MS); // it navigates, or hangs: the limit of the phase decides
    }
    if (!isOver()) this.start();
  }

  async #judge(page: Page, seen: StartState): Promise<void> {
    if (!seen.isLoaded) return this.#enter('loading', PAGE_LOADS_WITHIN_MS);
    this.#tellPrompt(seen);
    switch (seen.state) {
      case 'UNPAIRED':
        this.#isRoundOver = false;
        return this.#enter('unpaired', Number.POSITIVE_INFINITY);
      case 'UNPAIRED_IDLE':
        return this.#endRound();
      case 'CONNECTED':
        return seen.hasSynced ? this.#finish(page, seen) : this.#enter('syncing', CONNECTS_WITHIN_MS);
      default:
        return this.#enter('connecting', CONNECTS_WITHIN_MS);
    }
  }

  #endRound(): void {
    this.#enter('unpaired', Number.POSITIVE_INFINITY);
    if (this.#isRoundOver) return;
    this.#isRoundOver = true;
    this.#options.onEvent({ type: 'qr-round-ended' });
  }

  /** Since mid-2026 linking may ask for a passkey; nothing goes on until the person confirms it. */
  #tellPrompt({ dialog }: StartState): void {
    if (dialog === this.#prompt) return;
    this.#prompt = dialog;
    if (dialog && /passkey/i.test(dialog)) this.#options.onEvent({ type: 'action-required', detail: 'passkey' });
  }

  async #finish(page: Page, seen: StartState): Promise<void> {
    this.#enter('synced', READY_WITHIN_MS);
    const waitedMs = Date.now() - this.#phase.since;
    const isTime = waitedMs >= LIBRARY_MISSED_IT_MS && Date.now() - this.#askedAt >= ASK_AGAIN_MS;
    if (!isTime || !seen.canFinish || seen.isInjected) return;
    this.#askedAt = Date.now();
    await finishStart(page);
  }

  #enter(name: string, limitMs: number): void {
    if (this.#phase.name !== name) this.#phase = { name, since: Date.now() };
    else if (Date.now() - this.#phase.since > limitMs) this.#options.onStuck(`${name} for more than ${limitMs / 1_000} s`);
  }
}
