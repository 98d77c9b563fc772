import { callJson, expectOk } from './http-json.ts';

export interface ReceivedMessage {
  readonly wireId: string;
  readonly from: string;
  readonly type: string;
  readonly text: string | null;
  readonly receivedAt: string;
  /** How often the same wire id arrived. More than one breaks invariant I2. */
  readonly copies: number;
}

/** One message the service accepted. */
export interface LedgerEntry {
  readonly wireId: string;
  readonly recipient: string;
  /** Of the link it came over: a new QR code makes a new one. */
  readonly linkGeneration: number | null;
}

export interface PhoneSettings {
  readonly online?: boolean;
  readonly autoRead?: boolean;
  readonly autoReply?: { readonly text: string } | null;
}

/** The virtual phones of the simulated WhatsApp service, through its control API. */
export class PhonesClient {
  readonly #control: string;

  constructor(control: string) {
    this.#control = control;
  }

  async #call<T>(method: string, path: string, body?: unknown): Promise<T> {
    return expectOk<T>(await callJson(`${this.#control}${path}`, { method, body }), `${method} ${path}`);
  }

  async register(number: string, name?: string): Promise<void> {
    await this.#call('POST', '/phones', { number, ...(name === undefined ? {} : { name }) });
  }

  /** Registers `count` phones whose numbers begin with `prefix`, and tells the numbers. */
  async registerMany(prefix: string, count: number): Promise<readonly string[]> {
    return (await this.#call<{ numbers: string[] }>('POST', '/phones/bulk', { prefix, count })).numbers;
  }

  async scan(number: string, qr: string): Promise<void> {
    await this.#call('POST', `/phones/${number}/link`, { qr });
  }

  async enterPairingCode(number: string, pairingCode: string): Promise<void> {
    await this.#call('POST', `/phones/${number}/link`, { pairingCode });
  }

  async write(number: string, to: string, text: string): Promise<void> {
    await this.#call('POST', `/phones/${number}/messages`, { to, text });
  }

  received(number: string): Promise<readonly ReceivedMessage[]> {
    return this.#call('GET', `/phones/${number}/messages`);
  }

  async set(number: string, settings: PhoneSettings): Promise<void> {
    await this.#call('PATCH', `/phones/${number}`, settings);
  }

  /** The linked devices a phone lists, whether they are connected or not. */
  async linkedDevices(number: string): Promise<readonly { readonly deviceId: string; readonly connected: boolean }[]> {
    return (await this.#call<{ linked: { deviceId: string; connected: boolean }[] }>('GET', `/phones/${number}`)).linked;
  }

  /** Removes the linked device on the phone, as a person does. */
  async unlink(number: string): Promise<void> {
    await this.#call('POST', `/phones/${number}/unlink`);
  }

  async configure(config: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#call('PATCH', '/config', config);
  }

  /** Everything the service accepted from one sender, in order. */
  ledger(sender: string): Promise<readonly LedgerEntry[]> {
    return this.#call('GET', `/ledger?sender=${encodeURIComponent(sender)}`);
  }
}
