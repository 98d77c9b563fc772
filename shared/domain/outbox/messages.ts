import type { MessageContent, MessageFailure, MessageStatus, MessageType, Priority } from '../../contracts/message.ts';
import type { Page, PageRequest } from '../page.ts';

/** A message of a chat, in or out, as the history shows it. Times are Unix ms. */
export interface StoredMessage {
  readonly id: string;
  readonly workspaceId: string;
  readonly sessionId: string;
  readonly chatId: string;
  readonly peer: string;
  readonly direction: 'outbound' | 'inbound';
  readonly type: MessageType;
  readonly text: string | null;
  readonly content: MessageContent | null; // outbound only
  readonly author: string | null; // in a group: who wrote
  readonly status: MessageStatus;
  readonly wireId: string | null;
  readonly failure: MessageFailure | null;
  readonly priority: Priority | null;
  readonly campaignId: string | null;
  readonly dueAt: number | null;
  readonly queuedAt: number | null;
  readonly sentAt: number | null;
  readonly deliveredAt: number | null;
  readonly readAt: number | null;
  readonly receivedAt: number | null;
  /** The session it was to leave from before its number went down. */
  readonly failoverFrom?: string;
}

export interface StatusChange {
  readonly messageId: string;
  readonly to: 'unknown' | 'sent' | 'delivered' | 'read' | 'played' | 'failed';
  readonly at: number; // Unix ms
  /** When it was sent and delivered, if a later step of the same batch was folded over that. Unix ms. */
  readonly sentAt?: number;
  readonly deliveredAt?: number;
  readonly wireId?: string;
  readonly failure?: MessageFailure;
}

/** The batch of session events that moves messages: its place in the session's history and its sender's token. */
export interface MovingBatch {
  readonly sequence: string;
  readonly fencingToken: number;
}

/** Where a message stands, and the batch that moved it there. */
export interface MessageStanding {
  readonly sessionId: string;
  readonly status: MessageStatus;
  /** The sequence of that batch; `null` if no batch has moved it yet. */
  readonly movedBy: string | null;
}

export interface AppliedChange {
  readonly change: StatusChange;
  readonly message: StoredMessage; // after the change
  readonly from: MessageStatus;
}

/** The message history of all workspaces. */
export interface Messages {
  /** Throws `message_not_found`, for another workspace's message too. */
  get(workspaceId: string, messageId: string): Promise<StoredMessage>;
  getMany(workspaceId: string, messageIds: readonly string[]): Promise<ReadonlyMap<string, StoredMessage>>;
  /** Where messages stand at this moment, for a recount: read consistently, in no order, without the unknown. */
  standings(workspaceId: string, messageIds: readonly string[]): Promise<readonly MessageStanding[]>;
  /** Newest first. `alsoIn`: chats that went into this one, whose messages are its own. */
  listOfChat(workspaceId: string, chatId: string, page: PageRequest, alsoIn?: readonly string[]): Promise<Page<StoredMessage>>;
  /**
   * Moves statuses forward, never back (I5). At most one change a message: fold several into the furthest first.
   * A change that `batch` already made on an earlier delivery comes back again as applied, so that counters
   * can be moved by it, once, under the same batch. `failed` needs a token no older than the message's claim: who
   * lost the session may not give up what its new owner is sending.
   */
  applyChanges(workspaceId: string, batch: MovingBatch, changes: readonly StatusChange[]): Promise<readonly AppliedChange[]>;
  /** Inserts those not there yet. Returns what this batch brought, be it on an earlier delivery of the same batch. */
  insertInbound(batch: MovingBatch, messages: readonly StoredMessage[]): Promise<readonly StoredMessage[]>;
}
