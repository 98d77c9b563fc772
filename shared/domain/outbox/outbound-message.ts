import type { MessageContent, MessageFailure, MessageStatus, Priority } from '../../contracts/message.ts';

/** A message on its way out, as the outbox holds it. Times are Unix ms. */
export interface OutboundMessage {
  readonly id: string;
  readonly workspaceId: string;
  readonly sessionId: string;
  readonly chatId: string;
  /** The chat: a phone number with +, …@lid or …@g.us */
  readonly peer: string;
  readonly content: MessageContent;
  readonly replyTo: string | null; // a message id
  readonly campaignId: string | null;
  readonly priority: Priority;
  readonly dueAt: number;
  readonly queuedAt: number;
  readonly status: MessageStatus;
  /** The token it was claimed under; `null` while queued. */
  readonly claimToken: number | null;
  readonly failure: MessageFailure | null;
  /** How often it was claimed and given back, because it could not leave yet; none: never. */
  readonly tries?: number;
  /** Its number was chosen for it, so that another one may take it; none: the caller named the number. */
  readonly mayMove?: true;
  /** The session it was moved from. */
  readonly failoverFrom?: string;
}
