import { now, type SessionContext } from './session-context.ts';
import type { SessionBrowser } from './session-browser.ts';

export type Unlinking =
  | 'unlinked'
  /** There was no link to undo. */
  | 'not-linked'
  /** WhatsApp was not reached, or did not confirm it in time. */
  | 'unconfirmed'
  /** It needs a browser first, and all are in use: ask again. */
  | 'waiting';

/** For the person whose phone may go on listing us. */
export const UNCONFIRMED = 'WhatsApp did not confirm the logout: the phone may still list this device. Remove it there, under linked devices.';

/** Unlinks this device at WhatsApp, with a browser opened for it if need be, which then is closed. */
export async function unlinkDevice({ sessionId, services, owner }: SessionContext, browser: SessionBrowser, connectWithinMs: number): Promise<Unlinking> {
  const isLinked = browser.isConnected || (await services.store.describe(owner)) !== undefined;
  if (isLinked && !browser.isOpen && (await browser.open(null)) === 'waiting') return 'waiting';
  const outcome = await browser.endBy(async (run): Promise<Unlinking> => {
    if (isLinked && (await run.becomesConnected(connectWithinMs))) return (await run.logout()) ? 'unlinked' : 'unconfirmed';
    await run.close();
    return isLinked && !run.isUnlinked ? 'unconfirmed' : 'not-linked';
  }).catch((error: unknown): Unlinking => {
    services.log.warn({ sessionId, err: error }, 'device not unlinked');
    return 'unconfirmed';
  });
  return outcome ?? (isLinked ? 'unconfirmed' : 'not-linked'); // none: it had ended before we could use it
}

/** Erases the profile and every copy of it. */
export async function wipeProfile(context: SessionContext, relinks: number): Promise<void> {
  const { services, owner, sessionId } = context;
  await services.profiles.remove(sessionId);
  await services.store.wipe(owner);
  context.report({ type: 'session.wiped', at: now(), relinks });
}
