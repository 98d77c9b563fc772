import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WhatsAppAddress } from '../../../fleet/whatsapp/webjs/browser-launch.ts';
import { findBrowser } from '../../../fleet/whatsapp/webjs/browser-executable.ts';
import { WebjsClient, type WebjsClientOptions } from '../../../fleet/whatsapp/webjs/webjs-client.ts';
import { makeFetchMedia } from '../../../fleet/whatsapp/media-source.ts';
import type { AckReport, ReceivedMessage, WhatsAppEvent } from '../../../fleet/whatsapp/whatsapp-client.ts';
import { until } from '../../../local/client/until.ts';
import { ScratchFiles } from '../../../fleet/media/scratch-files.ts';
import { memoryMediaStore } from '../../support/fakes/memory-media-store.ts';
import { silentLog } from '../../support/fakes/silent-log.ts';
import { SimulatedService } from '../../support/simulated-service.ts';

const LIMIT_MS = 20_000;
type EventOf<T extends WhatsAppEvent['type']> = Extract<WhatsAppEvent, { type: T }>;

/** A client on a profile, with everything it reported. */
export class ClientUnderTest {
  readonly client: WebjsClient;
  readonly events: WhatsAppEvent[] = [];

  constructor(client: (onEvent: (event: WhatsAppEvent) => void) => WebjsClient) {
    this.client = client((event) => this.events.push(event));
  }

  ofType<T extends WhatsAppEvent['type']>(type: T): EventOf<T>[] {
    return this.events.filter((event): event is EventOf<T> => event.type === type);
  }

  /** The newest event of the type, waited for. */
  async event<T extends WhatsAppEvent['type']>(type: T): Promise<EventOf<T>> {
    return until(async () => this.ofType(type).at(-1), { what: `the event ${type}`, timeoutMs: LIMIT_MS, everyMs: 20 });
  }

  async ack(wireId: string, atLeast: number): Promise<AckReport> {
    const find = () => this.ofType('acks').flatMap(({ acks }) => acks).find((ack) => ack.wireId === wireId && (ack.ack >= atLeast || ack.ack < 0));
    return until(async () => find(), { what: `ack ${atLeast} of ${wireId}`, timeoutMs: LIMIT_MS, everyMs: 10 });
  }

  async received(text: string): Promise<ReceivedMessage> {
    const find = () => this.ofType('received').flatMap(({ messages }) => messages).find((message) => message.text === text);
    return until(async () => find(), { what: `the message ${text}`, timeoutMs: LIMIT_MS, everyMs: 10 });
  }
}

/** The simulated service, and clients in real browsers on profiles in a temporary folder. */
export class ClientHarness {
  readonly service: SimulatedService;
  readonly dir: string;
  readonly media = memoryMediaStore();
  readonly #executable: Awaited<ReturnType<typeof findBrowser>>;
  readonly #clients: WebjsClient[] = [];
  #profiles = 0;

  private constructor(service: SimulatedService, dir: string, executable: Awaited<ReturnType<typeof findBrowser>>) {
    this.service = service;
    this.dir = dir;
    this.#executable = executable;
  }

  static async start(): Promise<ClientHarness> {
    const dir = await mkdtemp(join(tmpdir(), 'blazz-fleet-'));
    const executable = await findBrowser(undefined);
    return new ClientHarness(await SimulatedService.start(join(dir, 'service')), dir, executable);
  }

  get address(): WhatsAppAddress {
    return { hostAndPort: this.service.address.page, spki: this.service.address.spki };
  }

  newProfile(): string {
    return join(this.dir, `profile-${++this.#profiles}`);
  }

  async phones(...numbers: readonly string[]): Promise<void> {
    for (const number of numbers) await this.service.must('POST', '/phones', { number });
  }

  async open(profileDir: string, pairingPhoneNumber: string | null = null, over: Partial<WebjsClientOptions> = {}): Promise<ClientUnderTest> {
    const under = new ClientUnderTest((onEvent) => this.client(profileDir, onEvent, { pairingPhoneNumber, ...over }));
    await under.client.start();
    return under;
  }

  /** A client that is not started. Killed at the end, whatever became of it. */
  client(profileDir: string, onEvent: (event: WhatsAppEvent) => void, over: Partial<WebjsClientOptions> = {}): WebjsClient {
    const client = new WebjsClient({
      workspaceId: 'wsp_test', sessionId: 'ses_test', profileDir, pairingPhoneNumber: null, onEvent, log: silentLog,
      executable: this.#executable,
      address: this.address,
      fetchMedia: makeFetchMedia({
        download: async () => ({ outcome: 'failed', code: 'media_unreachable', detail: 'no network here' }),
        store: this.media, scratch: new ScratchFiles(join(this.dir, 'files')),
      }),
      ...over,
    });
    this.#clients.push(client);
    return client;
  }

  /** A new client, linked by QR. */
  async linked(number: string, profileDir = this.newProfile(), over: Partial<WebjsClientOptions> = {}): Promise<ClientUnderTest> {
    const under = await this.scanned(number, profileDir, over);
    await under.event('ready');
    return under;
  }

  /** A new client whose QR code was scanned, and which is not ready yet. */
  async scanned(number: string, profileDir = this.newProfile(), over: Partial<WebjsClientOptions> = {}): Promise<ClientUnderTest> {
    await this.phones(number);
    const under = await this.open(profileDir, null, over);
    const { qr } = await under.event('qr');
    await this.service.must('POST', `/phones/${number}/link`, { qr });
    return under;
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.kill();
    await this.service.stop();
    await rm(this.dir, { recursive: true, force: true, maxRetries: 5 });
  }
}
