import type { CloseReason, WhatsAppEvent } from '../whatsapp-client.ts';
import { closeReasonOf, FINAL_STATES, WAITING_STATES } from './incoming-events.ts';
import { finishStart, missingModules, refreshQr, startStateOf, type Asked, type StartState } from './page-calls.ts';

const LOOK_EVERY_MS = 250;
const PAGE_LOADS_WITHIN_MS = 90_000;
const CONNECTS_WITHIN_MS = 120_000; // the page goes on trying by itself meanwhile
const LIBRARY_MISSED_IT_MS = 500;
const ASK_AGAIN_MS = 5_000;

/** How long from linked and synced until we say that it is not ready, and until we give it up. */
export interface ReadyLimits {
  readonly tellAfterMs: number;
  readonly giveUpAfterMs: number;
}

export const READY_LIMITS: ReadyLimits = { tellAfterMs: 15_000, giveUpAfterMs: 60_000 };

export interface StartWatchOptions {
  readonly asked: () => Asked | undefined;
  readonly limits: ReadyLimits;
  readonly isOver: () => boolean; // ready or closed
  readonly onEvent: (event: WhatsAppEvent) => void;
  /** Nothing more will come of this start; `detail` says where it stopped. */
  readonly onStuck: (reason: CloseReason, detail: string) => void;
}

interface Phase {
  readonly name: 'loading' | 'unpaired' | 'connecting' | 'syncing' | 'synced';
  readonly since: number;
}

/**
 * Watches a start from outside the library, which may settle never, too early, or on a page that is not coming up:
 * says where it is stuck, finishes it where the library missed the moment, and tells when QR codes have run out.
 */
export class StartWatch {
  readonly #options: StartWatchOptions;
  #phase: Phase = { name: 'loading', since: Date.now() };
  #askedAt = 0;
  #isRoundOver = false;
  #hasPrompt = false;
  #diagnosis: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: StartWatchOptions) {
    this.#options = options;
  }

  /** May be called again when the page is loaded anew. */
  start(): void {
    this.stop();
    this.#phase = { name: 'loading', since: Date.now() };
    this.#diagnosis = undefined;
    this.#lookSoon();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Another round of QR codes. */
  async nextRound(): Promise<void> {
    const asked = this.#options.asked();
    if (asked) await refreshQr(asked);
    this.#isRoundOver = false;
  }

  #lookSoon(): void {
    this.#timer = setTimeout(() => void this.#look(), LOOK_EVERY_MS);
  }

  async #look(): Promise<void> {
    const { isOver } = this.#options;
    const asked = this.#options.asked();
    if (isOver()) return;
    try {
      if (asked) await this.#judge(asked, await startStateOf(asked));
      else this.#load();
    } catch {
      this.#load(); // it navigates, or hangs: the limit of the phase decides
    }
    if (!isOver()) this.#lookSoon();
  }

  async #judge(asked: Asked, seen: StartState): Promise<void> {
    if (!seen.isLoaded) return this.#load();
    this.#tellPrompt(seen);
    if (FINAL_STATES.has(seen.state ?? '')) return this.#options.onStuck(closeReasonOf(seen.state ?? ''), `WhatsApp: ${seen.state}`);
    switch (seen.state) {
      case 'UNPAIRED':
        this.#isRoundOver = false;
        return void this.#enter('unpaired');
      case 'UNPAIRED_IDLE':
        return this.#endRound();
      case 'CONNECTED':
        return seen.hasSynced ? this.#finish(asked, seen) : this.#connect('syncing', seen);
      default:
        // What a person has to do takes as long as it takes.
        return this.#hasPrompt ? void this.#enter('unpaired') : this.#connect('connecting', seen);
    }
  }

  #load(): void {
    if (this.#enter('loading') > PAGE_LOADS_WITHIN_MS) this.#options.onStuck('unreachable', `the page did not load within ${PAGE_LOADS_WITHIN_MS / 1_000} s`);
  }

  /** A page that waits for WhatsApp's servers cannot do more; one that does not even try may be its profile's fault. */
  #connect(name: 'connecting' | 'syncing', { state }: StartState): void {
    if (this.#enter(name) <= CONNECTS_WITHIN_MS) return;
    const reason = WAITING_STATES.has(state ?? '') ? 'unreachable' : 'start_timeout';
    this.#options.onStuck(reason, `${name} for more than ${CONNECTS_WITHIN_MS / 1_000} s, in state ${state}`);
  }

  #endRound(): void {
    this.#enter('unpaired');
    if (this.#isRoundOver) return;
    this.#isRoundOver = true;
    this.#options.onEvent({ type: 'qr-round-ended' });
  }

  /** Since mid-2026 linking may ask for a passkey; nothing goes on until the person confirms it. */
  #tellPrompt({ dialogs }: StartState): void {
    const hasPrompt = /passkey/i.test(dialogs);
    if (hasPrompt === this.#hasPrompt) return;
    this.#hasPrompt = hasPrompt;
    this.#options.onEvent(hasPrompt ? { type: 'action-required', prompt: 'passkey' } : { type: 'action-done' });
  }

  async #finish(asked: Asked, seen: StartState): Promise<void> {
    const { limits, onStuck } = this.#options;
    const waitedMs = this.#enter('synced');
    if (waitedMs > limits.tellAfterMs) await this.#tellNotReady(asked, seen);
    if (waitedMs > limits.giveUpAfterMs) return onStuck('not_ready', this.#diagnosis ?? 'no diagnosis');
    const isTime = waitedMs >= LIBRARY_MISSED_IT_MS && Date.now() - this.#askedAt >= ASK_AGAIN_MS;
    if (!isTime || !seen.canFinish || seen.isInjected) return;
    this.#askedAt = Date.now();
    await finishStart(asked);
  }

  async #tellNotReady(asked: Asked, seen: StartState): Promise<void> {
    if (this.#diagnosis !== undefined) return;
    this.#diagnosis = diagnose(seen, await missingModules(asked));
    this.#options.onEvent({ type: 'not-ready', detail: this.#diagnosis });
  }

  /** Milliseconds it has been in this phase. */
  #enter(name: Phase['name']): number {
    if (this.#phase.name !== name) this.#phase = { name, since: Date.now() };
    return Date.now() - this.#phase.since;
  }
}

/** Why the library does not get ready on a page that is linked and synced, as far as can be seen from outside. */
function diagnose({ canFinish, isInjected }: StartState, missing: readonly string[]): string {
  const library = !canFinish ? 'the library is not listening to the page' : isInjected ? 'the library is in the page and broke off' : 'the library did not get into the page';
  const modules = missing.length > 0 ? `the page lacks ${missing.join(', ')}` : 'the page has every module we know to be needed';
  return `Linked and synced, but not ready: ${library}; ${modules}`;
}
