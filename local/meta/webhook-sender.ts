import { createHmac } from 'node:crypto';
import type { Config } from './records.ts';

interface Change {
  readonly businessAccountId: string;
  readonly field: string;
  readonly value: Readonly<Record<string, unknown>>;
}

const ATTEMPTS = 12;
const LONGEST_PAUSE_MS = 10_000;
const ANSWER_LIMIT_MS = 10_000;

/** Sends webhooks as Meta does: gathered into batches, signed over the raw body, again until answered with 200. */
export class WebhookSender {
  readonly #config: Config;
  readonly #stopping = new AbortController();
  #waiting: Change[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(config: Config) {
    this.#config = config;
  }

  add(change: Change): void {
    this.#waiting.push(change);
    this.#timer ??= setTimeout(() => this.#flush(), this.#config.batchMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#stopping.abort();
  }

  /** One webhook as it is, once. The status it was answered with; 0 for none. */
  async post(payload: unknown, signature?: string): Promise<number> {
    const { webhookUrl, appSecret } = this.#config;
    if (webhookUrl === null) return 0;
    const body = JSON.stringify(payload);
    const headers = { 'content-type': 'application/json', 'user-agent': 'facebookexternalua', 'x-hub-signature-256': signature ?? sign(body, appSecret) };
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(ANSWER_LIMIT_MS)]);
    const response = await fetch(webhookUrl, { method: 'POST', headers, body, signal }).catch(() => undefined);
    await response?.arrayBuffer().catch(() => undefined);
    return response?.status ?? 0;
  }

  /** The handshake that Meta makes when a webhook is set up. `true`: the challenge came back. */
  async verify(): Promise<boolean> {
    const { webhookUrl, verifyToken } = this.#config;
    if (webhookUrl === null) return false;
    const challenge = String(Date.now());
    const query = new URLSearchParams({ 'hub.mode': 'subscribe', 'hub.verify_token': verifyToken, 'hub.challenge': challenge });
    const response = await fetch(`${webhookUrl}?${query.toString()}`, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) }).catch(() => undefined);
    return response?.status === 200 && (await response.text()) === challenge;
  }

  #flush(): void {
    this.#timer = undefined;
    const changes = this.#config.reorder ? this.#waiting.toReversed() : this.#waiting;
    this.#waiting = [];
    const payload = payloadOf(changes);
    for (let copy = 0; copy <= this.#config.duplicates; copy++) void this.#deliver(payload);
  }

  async #deliver(payload: unknown): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS && !this.#stopping.signal.aborted; attempt++) {
      if ((await this.post(payload)) === 200) return;
      await pause(Math.min(250 * 2 ** attempt, LONGEST_PAUSE_MS), this.#stopping.signal);
    }
  }
}

/** One entry a business account, one change each. */
export function payloadOf(changes: readonly Change[]): unknown {
  const accounts = Map.groupBy(changes, ({ businessAccountId }) => businessAccountId);
  return {
    object: 'whatsapp_business_account',
    entry: [...accounts].map(([id, own]) => ({ id, changes: own.map(({ field, value }) => ({ field, value })) })),
  };
}

export const sign = (body: string, appSecret: string): string => `sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}`;

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
