import type { MessageStatus } from '../../contracts/message.ts';
import type { OutboundMessage } from './outbound-message.ts';

/** A message that somebody claimed and of which nobody has said yet what became of it. */
export interface HeldMessage {
  readonly message: OutboundMessage;
  readonly status: Extract<MessageStatus, 'sending' | 'unknown'>;
  readonly claimedAt: number; // Unix ms
}

/** Claimed messages of a provider that cannot be asked what it has: nobody but its webhooks can tell. */
export interface HeldMessages {
  /** Of claim records, those still `sending` or `unknown`; and drops the records that hold none. */
  list(sessionId: string): Promise<readonly HeldMessage[]>;
  /**
   * `sending → queued`, due at `dueAt`, and out of the campaign's `sending` count with it. Only for who claimed them and
   * knows that they have not left. Counts one more try. What is no longer `sending` stays as it is.
   */
  giveBack(messages: readonly OutboundMessage[], dueAt: number): Promise<void>;
  /** When the next message of a session's own lane is due, whatever its priority. `undefined`: none waits. */
  nextDueAt(sessionId: string): Promise<number | undefined>;
}
