import type { Page } from 'puppeteer';
import webjs from 'whatsapp-web.js';
import type { BrowserExecutable } from './browser-executable.ts';
import { launchOptions, userAgentOf, type WhatsAppAddress } from './browser-launch.ts';

const PAGE_LOAD_MS = 60_000;
const PAIRING_CODE_EVERY_MS = 180_000;

/** What one machine's browsers have in common. */
export interface BrowserSetup {
  readonly executable: BrowserExecutable;
  readonly address: WhatsAppAddress | undefined;
}

/** The library's client as we use it: it launches, injects and reports; sending and looking up we do ourselves. */
export type LibraryClient = webjs.Client & {
  readonly pupBrowser?: webjs.Client['pupBrowser'] | null;
  readonly pupPage?: webjs.Client['pupPage'] | null;
};

export interface LibraryClientOptions extends BrowserSetup {
  readonly profileDir: string;
  readonly pairingPhoneNumber: string | null;
  /** Between the launch and the first navigation: the time to put scripts and bindings in place. */
  readonly beforePage: (client: LibraryClient) => Promise<void>;
  /** What the library would have left uncaught. */
  readonly onStrayRejection: (reason: unknown) => void;
}

/** Leaves files alone: the profile belongs to whoever started us, at logout too. */
class OwnProfile extends webjs.NoAuth {
  #client: LibraryClient | undefined;

  constructor(beforePage: (client: LibraryClient) => Promise<void>) {
    super();
    let isPrepared = false;
    this.setup = (client) => {
      this.#client = client;
    };
    this.afterBrowserInitialized = async () => {
      if (isPrepared || !this.#client) return; // called again after a logout
      isPrepared = true;
      await beforePage(this.#client);
    };
  }
}

export function libraryClient(options: LibraryClientOptions): LibraryClient {
  const { executable, address, profileDir, pairingPhoneNumber, beforePage, onStrayRejection } = options;
  const client: LibraryClient = new webjs.Client({
    authStrategy: new OwnProfile(beforePage),
    puppeteer: launchOptions(executable, profileDir, address),
    webVersionCache: { type: 'none' },
    userAgent: userAgentOf(executable),
    authTimeoutMs: PAGE_LOAD_MS,
    takeoverOnConflict: false,
    ...(pairingPhoneNumber !== null && {
      pairWithPhoneNumber: { phoneNumber: pairingPhoneNumber.replace(/\D/g, ''), showNotification: true, intervalMs: PAIRING_CODE_EVERY_MS },
    }),
  });
  containInjection(client, onStrayRejection);
  return client;
}

/**
 * The library injects again at every navigation, in a listener that nobody awaits: a page that goes away meanwhile would
 * end the process. `initialize` awaits the first injection, and is to hear of its failure.
 */
function containInjection(client: LibraryClient, onStrayRejection: (reason: unknown) => void): void {
  const library = client as LibraryClient & { inject(): Promise<void> };
  const inject = library.inject.bind(library);
  let isFirst = true;
  library.inject = () => {
    const injecting = inject();
    const isAwaited = isFirst;
    isFirst = false;
    return isAwaited ? injecting : injecting.catch(onStrayRejection);
  };
}

/** The library is typed against puppeteer's core; it is the same object. */
export const pageOf = (client: LibraryClient): Page | undefined => client.pupPage ?? undefined;
