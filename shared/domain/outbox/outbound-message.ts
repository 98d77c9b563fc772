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
}
