import { callJson, expectOk } from './http-json.ts';

export interface BusinessNumber {
  readonly phoneNumberId: string;
  readonly businessAccountId: string;
  readonly accessToken: string;
  readonly phoneNumber: string;
}

/** What a customer got: one entry a message of ours, `copies` telling how often it came. */
export interface CustomerMessage {
  readonly wamid: string;
  readonly from: string; // phone_number_id
  readonly type: string;
  readonly text: string | null;
  readonly content: unknown;
  readonly context: string | null;
  readonly callbackData: string | null;
  readonly status: string;
  readonly copies: number;
}

export interface WrittenMessage {
  readonly type?: string;
  readonly text?: string;
  readonly content?: Readonly<Record<string, unknown>>;
  readonly replyTo?: string;
  readonly emoji?: string;
  readonly wamid?: string;
  readonly timestamp?: number;
}

export interface MetaFault {
  readonly kind: 'error' | 'fail' | 'hang' | 'lost_answer' | 'delay' | 'garbage';
  readonly code?: number;
  readonly ms?: number;
  readonly times?: number;
}

/** The other side of the simulated Meta: businesses' numbers and customers, through its control API. */
export class MetaClient {
  readonly #control: string;

  constructor(control: string) {
    this.#control = control;
  }

  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    return expectOk<T>(await callJson(`${this.#control}${path}`, { method, body }), `${method} ${path}`);
  }

  /** A number of a business, with what a meta session is made from. */
  number(phoneNumber: string, options: Readonly<Record<string, string>> = {}): Promise<BusinessNumber> {
    return this.call('POST', '/numbers', { phoneNumber, ...options });
  }

  customer(number: string, options: Readonly<Record<string, unknown>> = {}): Promise<{ readonly bsuid: string }> {
    return this.call('POST', '/customers', { number, ...options });
  }

  async change(number: string, change: Readonly<Record<string, unknown>>): Promise<void> {
    await this.call('PATCH', `/customers/${number}`, change);
  }

  /** A customer writes to a business, which may then answer for 24 h. Returns Meta's id of the message. */
  async write(number: string, to: string, message: WrittenMessage): Promise<string> {
    return (await this.call<{ wamid: string }>('POST', `/customers/${number}/messages`, { to, ...message })).wamid;
  }

  received(number: string): Promise<readonly CustomerMessage[]> {
    return this.call('GET', `/customers/${number}/messages`);
  }

  /** The customer reads what it got. */
  async read(number: string): Promise<void> {
    await this.call('POST', `/customers/${number}/read`, {});
  }

  /** As if 24 h had passed. */
  async closeWindow(number: string): Promise<void> {
    await this.call('DELETE', `/customers/${number}/window`);
  }

  async fault(phoneNumberId: string, fault: MetaFault): Promise<void> {
    await this.call('POST', `/numbers/${phoneNumberId}/faults`, fault);
  }

  async heal(phoneNumberId: string): Promise<void> {
    await this.call('DELETE', `/numbers/${phoneNumberId}/faults`);
  }

  async configure(config: Readonly<Record<string, unknown>>): Promise<void> {
    await this.call('PATCH', '/config', config);
  }

  /** A webhook as it is, signed unless a signature is given. Returns the status it was answered with. */
  async webhook(payload: unknown, signature?: string): Promise<number> {
    return (await this.call<{ status: number }>('POST', '/webhooks', { payload, ...(signature !== undefined && { signature }) })).status;
  }

  async review(templateId: string, status: string, reason?: string): Promise<void> {
    await this.call('POST', `/templates/${templateId}/review`, { status, ...(reason !== undefined && { reason }) });
  }
}
