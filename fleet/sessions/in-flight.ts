import type { OutboundMessage } from '../../shared/domain/outbox/outbound-message.ts';

/** A message handed to the page, until its fate is known. */
export interface InFlightMessage {
  readonly message: OutboundMessage;
  readonly wireId: string;
  readonly handedOverAt: number; // monotonic ms
  isSent: boolean;
}

const MOST_REMEMBERED = 20_000;

/** Our messages by wire id: those WhatsApp has not taken yet, and the newest of those it has, whose receipts come later. */
export class InFlight {
  readonly #byWireId = new Map<string, InFlightMessage>();
  readonly #unsent = new Map<string, InFlightMessage>();
  #onRoom: (() => void)[] = [];
  #movedAt = performance.now();

  get unsent(): number {
    return this.#unsent.size;
  }

  /** How long none has been on its way: none was handed over, and WhatsApp has taken all that were. */
  get quietForMs(): number {
    return this.#unsent.size > 0 ? 0 : performance.now() - this.#movedAt;
  }

  add(message: OutboundMessage, wireId: string): void {
    const entry = { message, wireId, handedOverAt: performance.now(), isSent: false };
    this.#byWireId.set(wireId, entry);
    this.#unsent.set(wireId, entry);
    this.#movedAt = performance.now();
    if (this.#byWireId.size > MOST_REMEMBERED) this.#forgetOldest();
  }

  find(wireId: string): InFlightMessage | undefined {
    return this.#byWireId.get(wireId);
  }

  /** WhatsApp took it. `false`: that was known. */
  markSent(entry: InFlightMessage): boolean {
    if (entry.isSent) return false;
    entry.isSent = true;
    this.#forget(entry.wireId);
    return true;
  }

  /** WhatsApp took what has no receipts. It stays known, so that it is not done twice. */
  settle(wireId: string): void {
    const entry = this.#byWireId.get(wireId);
    if (entry) this.markSent(entry);
  }

  /** Nothing more is expected of it: it failed, or was never handed over. */
  drop(wireId: string): void {
    this.#byWireId.delete(wireId);
    this.#forget(wireId);
  }

  /** Those handed over at least `ageMs` ago and not taken yet. */
  overdue(ageMs: number): readonly InFlightMessage[] {
    const before = performance.now() - ageMs;
    return [...this.#unsent.values()].filter(({ handedOverAt }) => handedOverAt <= before);
  }

  /** Waits until fewer than `limit` are on their way, `timeoutMs` at most. */
  async room(limit: number, timeoutMs: number): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (this.#unsent.size >= limit && performance.now() < deadline) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, deadline - performance.now());
        this.#onRoom.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** The page that held them is gone; whether they left is to be found out. */
  dropUnsent(): void {
    for (const wireId of this.#unsent.keys()) this.#byWireId.delete(wireId);
    this.#unsent.clear();
    this.#announce();
  }

  clear(): void {
    this.#byWireId.clear();
    this.#unsent.clear();
    this.#announce();
  }

  #forget(wireId: string): void {
    this.#movedAt = performance.now();
    this.#unsent.delete(wireId);
    this.#announce();
  }

  #announce(): void {
    const waiting = this.#onRoom;
    this.#onRoom = [];
    for (const tell of waiting) tell();
  }

  #forgetOldest(): void {
    const [oldest] = this.#byWireId.keys();
    if (oldest !== undefined && !this.#unsent.has(oldest)) this.#byWireId.delete(oldest);
  }
}
