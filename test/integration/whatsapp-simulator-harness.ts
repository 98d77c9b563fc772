import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import wweb from 'whatsapp-web.js';
import { browserOptions } from '../support/browser.ts';
import type { Json, SimulatedService } from '../support/simulated-service.ts';

const EVENT_LIMIT_MS = 15_000;
const POLL_MS = 20;

export const temporaryFolder = (): string => mkdtempSync(path.join(os.tmpdir(), 'blazz-whatsapp-'));
export const removeFolder = (folder: string): void =>
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });

/** The unmodified library in a real browser on the simulated page; `profiles` is where its sessions live. */
export async function newClient(
  { address }: SimulatedService,
  profiles: string,
  options: Partial<wweb.ClientOptions> = {},
): Promise<wweb.Client> {
  return new wweb.Client({
    authStrategy: new wweb.LocalAuth({ dataPath: profiles }),
    webVersionCache: { type: 'none' },
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36',
    puppeteer: {
      headless: 'shell',
      ...(await browserOptions()),
      protocolTimeout: EVENT_LIMIT_MS,
      args: [
        '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
        '--disable-component-update', '--disable-sync',
        `--host-resolver-rules=MAP web.whatsapp.com:443 ${address.page},MAP * ~NOTFOUND,EXCLUDE 127.0.0.1`,
        `--ignore-certificate-errors-spki-list=${address.spki}`,
      ],
    },
    ...options,
  });
}

/** The first argument of the next `name` event that passes `test`. */
export function next<T = Json>(client: wweb.Client, name: string, test = (_value: T): boolean => true): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`No ${name} in ${EVENT_LIMIT_MS} ms`)), EVENT_LIMIT_MS);
    const listener = (value: T) => {
      if (!test(value)) return;
      clearTimeout(timer);
      client.off(name, listener);
      resolve(value);
    };
    client.on(name, listener);
  });
}

/** Starts a client that is linked already, and waits until it is ready. */
export async function open(client: wweb.Client): Promise<wweb.Client> {
  const ready = next(client, 'ready');
  await Promise.all([client.initialize(), ready]);
  return client;
}

/** Scans the first QR code with the phone and waits until the client is ready. */
export async function linkByQr(service: SimulatedService, client: wweb.Client, number: string): Promise<wweb.Client> {
  client.once('qr', (qr) => void service.must('POST', `/phones/${number}/link`, { qr }));
  return open(client);
}

/**
 * Settles when the library has injected itself into the page it comes to after a logout. It does so in a
 * listener nobody waits for: a browser closed in the meantime would be an unhandled rejection.
 */
export function nextInjection(client: wweb.Client & { inject?: () => Promise<void> }): Promise<void> {
  const inject = client.inject?.bind(client);
  return new Promise((resolve) => {
    client.inject = async () => {
      await inject?.().catch(() => {}); // its end is all that matters here
      resolve();
    };
  });
}

/** Asks again until there is an answer that passes. */
export async function eventually<T>(ask: () => Promise<T>, test: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + EVENT_LIMIT_MS;
  for (;;) {
    const value = await ask();
    if (test(value)) return value;
    if (Date.now() > deadline) throw new Error(`Still ${JSON.stringify(value)} after ${EVENT_LIMIT_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** What the page files a message under. */
export const keyOf = ({ id }: wweb.Message): string => id['_serialized'];

/** Runs an expression in the client's page. */
export function inPage(client: wweb.Client, expression: string): Promise<Json> {
  if (!client.pupPage) throw new Error('The client has no page');
  return client.pupPage.evaluate(expression) as Promise<Json>;
}

/** The ack that the page has on disk of a message; `null` while it has none. */
export const storedAck = (client: wweb.Client, key: string): Promise<number | null> =>
  inPage(
    client,
    `new Promise((resolve, reject) => {
      const opening = indexedDB.open('model-storage');
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => {
        const reading = opening.result.transaction('message').objectStore('message').get('${key}');
        reading.onerror = () => reject(reading.error);
        reading.onsuccess = () => {
          opening.result.close();
          resolve(reading.result?.ack ?? null);
        };
      };
    })`,
  ) as Promise<number | null>;
