import { AsyncLocalStorage } from 'node:async_hooks';
import type { Log } from '../../observability/log.ts';

/** Whoever is to hear of a rejection that nobody caught. */
interface Suspect {
  readonly sessionId: string;
  onStrayRejection(reason: unknown): void;
}

const current = new AsyncLocalStorage<Suspect>();

/** Runs the library on behalf of one session, so that what it leaves uncaught can be told from our own errors. */
export const onBehalfOf = <T>(suspect: Suspect, work: () => T): T => current.run(suspect, work);

const LIBRARY_FRAMES = /node_modules[\\/](whatsapp-web\.js|puppeteer|puppeteer-core|@puppeteer)[\\/]/;

const isFromLibrary = (reason: unknown): boolean => reason instanceof Error && LIBRARY_FRAMES.test(reason.stack ?? '');

/**
 * whatsapp-web.js starts promises it does not await (its listeners for navigation, state changes and logout), and one
 * sick page would end the process with all its sessions. Those rejections go to their session; any other is a bug of
 * ours, and `onOwnError` decides.
 */
export function guardRejections(log: Log, onOwnError: (error: unknown) => void): () => void {
  const onRejection = (reason: unknown): void => {
    const suspect = current.getStore();
    if (suspect) {
      log.warn({ sessionId: suspect.sessionId, err: reason }, 'the WhatsApp library left an error uncaught');
      suspect.onStrayRejection(reason);
    } else if (isFromLibrary(reason)) {
      log.warn({ err: reason }, 'the WhatsApp library left an error uncaught, of no session we can name');
    } else {
      onOwnError(reason);
    }
  };
  process.on('unhandledRejection', onRejection);
  return () => process.off('unhandledRejection', onRejection);
}
