import { callJson, expectOk } from './http-json.ts';

export interface ReceivedMessage {
  readonly wireId: string;
  readonly from: string;
  readonly type: string;
  readonly text: string | null;
  readonly receivedAt: string;
  /** How often the same wire id arrived. More than one breaks invariant I2. */
  readonly copies: number;
  readonly media?: { readonly mimetype: string; readonly filename?: string; readonly size: number; readonly sha256: string };
}

/** A message the service accepted, `login` telling through which connection: it grows with every login. */
export interface LedgerEntry {
  readonly seq: number;
  readonly sender: string;
  readonly recipient: string;
  readonly wireId: string;
  readonly linkGeneration: number | null;
  readonly login: number | null;
  readonly acceptedAt: string;
}

/** A page tried to send after another connection had taken its link over. */
export interface LateSend {
  readonly sender: string;
  readonly wireId: string;
  readonly login: number;
  readonly at: string;
}

export interface LinkedDevice {
  readonly generation: number; // how often the number was linked, this time included
  readonly connected: boolean;
  /** Messages for it that it has not confirmed to hold. They end with the link. */
  readonly waiting: number;
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

  /** A file, with an optional caption. */
  async writeFile(number: string, to: string, file: { readonly type: string; readonly content: Buffer; readonly mimetype: string; readonly filename?: string; readonly text?: string }): Promise<void> {
    const { type, content, mimetype, filename, text } = file;
    const media = { base64: content.toString('base64'), mimetype, ...(filename !== undefined && { filename }) };
    await this.#call('POST', `/phones/${number}/messages`, { to, type, media, ...(text !== undefined && { text }) });
  }

  /** Writes a message of any type, or does something to one (`local/whatsapp/messages/phone-message.ts`); tells its wire id. */
  async send(number: string, message: Readonly<Record<string, unknown>>): Promise<string> {
    return (await this.#call<{ wireId: string }>('POST', `/phones/${number}/messages`, message)).wireId;
  }

  async type(number: string, to: string, state: 'typing' | 'recording' | 'stop'): Promise<void> {
    await this.#call('POST', `/phones/${number}/typing`, { to, state });
  }

  /** Who a phone last saw typing. */
  async sees(number: string): Promise<readonly { readonly from: string; readonly state: string }[]> {
    return (await this.#call<{ typing: { from: string; state: string }[] }>('GET', `/phones/${number}`)).typing;
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

  /** What is linked to a number now. */
  async linked(number: string): Promise<readonly LinkedDevice[]> {
    return (await this.#call<{ linked: LinkedDevice[] }>('GET', `/phones/${number}`)).linked;
  }

  /** Something goes wrong with the pages of a number: once, or for `forMs`, or until `heal`. */
  async fault(number: string, kind: string, forMs?: number): Promise<void> {
    await this.#call('POST', `/phones/${number}/faults`, { kind, ...(forMs === undefined ? {} : { forMs }) });
  }

  async heal(number: string): Promise<void> {
    await this.#call('DELETE', `/phones/${number}/faults`);
  }

  /** Everything the service accepted from one sender, in order. */
  ledger(sender: string): Promise<readonly LedgerEntry[]> {
    return this.#call('GET', `/ledger?sender=${encodeURIComponent(sender)}`);
  }

  lateSends(): Promise<readonly LateSend[]> {
    return this.#call('GET', '/late-sends');
  }
}
