import type { OutboundMessage } from '../outbox/outbound-message.ts';

export interface NewPlace {
  readonly sessionId: string;
  readonly chatId: string;
}

/** Takes a message from one number's outbox into another's while nobody has claimed it. `false`: it is not there any more. */
export type MoveQueued = (message: OutboundMessage, to: NewPlace) => Promise<boolean>;
