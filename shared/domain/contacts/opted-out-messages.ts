import type { MessageFailure } from '../../contracts/message.ts';
import type { OutboundMessage } from '../outbox/outbound-message.ts';

export const OPTED_OUT: MessageFailure = { code: 'opted_out', detail: 'They asked to get no more campaign messages' };

/** Campaign messages that do not leave, because their recipient opted out. Each is counted as skipped, once (I5). */
export interface OptedOutMessages {
  /** Puts them into the history as skipped, those that are not there yet. */
  insertSkipped(messages: readonly OutboundMessage[]): Promise<void>;
  /** `queued → skipped` for whatever campaigns still hold for a peer. Returns the campaigns that lost a message by it. */
  skipQueued(workspaceId: string, peer: string): Promise<readonly string[]>;
}
