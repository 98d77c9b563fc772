import { giveUpOutbox } from './give-up-outbox.ts';
import type { SessionBrowser } from './session-browser.ts';
import { now, type SessionContext } from './session-context.ts';

const CONNECT_TO_LOG_OUT_MS = 60_000;
/** Somebody looks at the screen and waits for the new QR. */
const CONNECT_TO_RELINK_MS = 20_000;
/** For the person whose phone may go on listing us. */
const UNCONFIRMED = 'WhatsApp did not confirm the logout: the phone may still list this device. Remove it there, under linked devices.';

type End = 'logged_out' | 'deleted';

type Outcome =
  | 'unlinked'
  /** There was no link to undo. */
  | 'not-linked'
  /** WhatsApp was not reached, or did not confirm it in time. */
  | 'unconfirmed'
  /** It needs a browser first, and all are in use: ask again. */
  | 'waiting';

/** Takes a session's link apart: the device at WhatsApp, the profile, and every copy of it. Safe to begin again at any step. */
export class Unlinking {
  readonly #context: SessionContext;
  readonly #browser: SessionBrowser;
  #reported: End | undefined;
  #isUnlinked = false; // and something after it failed: the device is not unlinked again
  #isUnconfirmed = false;

  constructor(context: SessionContext, browser: SessionBrowser) {
    this.#context = context;
    this.#browser = browser;
  }

  /** Whether this end was reported; the table may not know of it yet. */
  hasReported(end: End): boolean {
    return this.#reported === end;
  }

  /** It runs again: there may be a link again. */
  forget(): void {
    this.#reported = undefined;
    this.#isUnlinked = false;
    this.#isUnconfirmed = false;
  }

  /** Makes room for a new link. `waiting`: for a browser; ask again. */
  async forNewLink(relinks: number): Promise<'done' | 'waiting'> {
    if ((await this.#unlinkOnce(CONNECT_TO_RELINK_MS)) === 'waiting') return 'waiting';
    await this.wipe(relinks);
    return 'done';
  }

  /** Ends the session as `desired` and reports that. `waiting`: for a browser; ask again. */
  async forGood(desired: End, relinks: number): Promise<'done' | 'waiting'> {
    if ((await this.#unlinkOnce(CONNECT_TO_LOG_OUT_MS)) === 'waiting') return 'waiting';
    await this.wipe(relinks);
    if (desired === 'deleted') await giveUpOutbox(this.#context);
    this.#report(desired);
    await this.#context.reports.flush();
    return 'done';
  }

  /** Erases the profile and every copy of it. */
  async wipe(relinks: number): Promise<void> {
    const { services, owner, sessionId } = this.#context;
    await services.profiles.remove(sessionId);
    await services.store.wipe(owner);
    this.#context.report({ type: 'session.wiped', at: now(), relinks });
  }

  async #unlinkOnce(connectWithinMs: number): Promise<'done' | 'waiting'> {
    if (this.#isUnlinked) return 'done';
    const outcome = await this.#unlinkDevice(connectWithinMs);
    if (outcome === 'waiting') return 'waiting';
    this.#isUnlinked = true;
    this.#isUnconfirmed = outcome === 'unconfirmed';
    return 'done';
  }

  /** With a browser opened for it if need be, which then is closed. */
  async #unlinkDevice(connectWithinMs: number): Promise<Outcome> {
    const { sessionId, services, owner } = this.#context;
    const browser = this.#browser;
    const isLinked = browser.isConnected || (await services.store.describe(owner)) !== undefined;
    if (isLinked && !browser.isOpen && (await browser.open(null)) === 'waiting') return 'waiting';
    const outcome = await browser.endBy(async (run): Promise<Outcome> => {
      if (isLinked && (await run.becomesConnected(connectWithinMs))) return (await run.logout()) ? 'unlinked' : 'unconfirmed';
      await run.close();
      return isLinked && !run.isUnlinked ? 'unconfirmed' : 'not-linked';
    }).catch((error: unknown): Outcome => {
      services.log.warn({ sessionId, err: error }, 'device not unlinked');
      return 'unconfirmed';
    });
    return outcome ?? (isLinked ? 'unconfirmed' : 'not-linked'); // none: it had ended before we could use it
  }

  #report(desired: End): void {
    const because = this.#context.record.desiredBecause;
    const details = [because?.details, this.#isUnconfirmed ? UNCONFIRMED : undefined].filter((detail) => detail !== undefined).join(' ') || null;
    for (const status of desired === 'deleted' ? (['logged_out', 'deleted'] as const) : (['logged_out'] as const)) {
      this.#context.reportStatus(status, because?.reason ?? 'user_initiated', details);
    }
    this.#reported = desired;
  }
}
