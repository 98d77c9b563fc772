import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import whatsapp from 'whatsapp-web.js';
import type { PhonesClient } from '../../local/client/phones-client.ts';
import { until } from '../../local/client/until.ts';
import { browserOptions } from '../support/browser.ts';
import type { SimulatedService } from '../support/simulated-service.ts';

const { Client, NoAuth } = whatsapp;
const LINK_TIMEOUT_MS = 60_000;

export type BareClient = InstanceType<typeof Client>;

/* The flags any careful user of the library would set; the fleet's own come from its own code. */
const flags = ({ address: { page, spki } }: SimulatedService): string[] => [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
  `--host-resolver-rules=MAP web.whatsapp.com:443 ${page},MAP * ~NOTFOUND,EXCLUDE 127.0.0.1`,
  `--ignore-certificate-errors-spki-list=${spki}`,
];

/** whatsapp-web.js as it comes, linked to the number and ready: what Blazz is held against. */
export class BareNumber {
  readonly client: BareClient;
  readonly #profile: string;

  private constructor(client: BareClient, profile: string) {
    this.client = client;
    this.#profile = profile;
  }

  static async link(service: SimulatedService, phones: PhonesClient, number: string): Promise<BareNumber> {
    const profile = await mkdtemp(join(tmpdir(), 'blazz-bare-'));
    const client = new Client({
      authStrategy: new NoAuth(),
      webVersionCache: { type: 'none' },
      puppeteer: { headless: 'shell', ...(await browserOptions()), args: flags(service), userDataDir: profile } as never,
    });
    let isReady = false;
    client.once('ready', () => (isReady = true));
    client.once('qr', (qr: string) => void phones.scan(number, qr));
    await phones.register(number);
    await client.initialize();
    await until(async () => isReady, { what: `${number} to be ready`, timeoutMs: LINK_TIMEOUT_MS });
    return new BareNumber(client, profile);
  }

  async close(): Promise<void> {
    await this.client.destroy();
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Sends to each phone in turn, each client its share, and returns messages a second. */
export async function bareRate(numbers: readonly BareNumber[], recipients: readonly string[]): Promise<number> {
  const startedAt = performance.now();
  await Promise.all(
    numbers.map(async ({ client }, index) => {
      for (let row = index; row < recipients.length; row += numbers.length)
        await client.sendMessage(`${(recipients[row] ?? '').slice(1)}@c.us`, 'Hello from Blazz');
    }),
  );
  return (recipients.length * 1_000) / (performance.now() - startedAt);
}
