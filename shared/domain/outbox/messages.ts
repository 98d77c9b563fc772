import type { MessageContent, MessageFailure, MessageStatus, MessageType, Priority } from '../../contracts/message.ts';
import type { MediaOutcome, ReceivedMedia } from '../media/received-media.ts';
import type { Page, PageRequest } from '../page.ts';
import type { Deed } from './annotations.ts';
import type { MessageExtras } from './message-extras.ts';

/** A message of a chat, in or out, as the history shows it. Times are Unix ms. */
export interface StoredMessage extends MessageExtras {
  readonly id: string;
  readonly workspaceId: string;
  readonly sessionId: string;
  readonly chatId: string;
  readonly peer: string;
  readonly direction: 'outbound' | 'inbound';
  readonly type: MessageType;
  readonly text: string | null;
  readonly content: MessageContent | null; // outbound only
  readonly media: ReceivedMedia | null; // inbound only
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

/** A message by what WhatsApp calls it. */
export interface WireReference {
  readonly sessionId: string;
  readonly peer: string; // the chat
  readonly wireId: string;
  /** WhatsApp's time of it, Unix ms: with it an incoming message is found at once. */
  readonly at: number | null;
}

/** What was done to one message. */
export interface MessageDeeds {
  readonly messageId: string;
  readonly deeds: readonly Deed[];
  /** It may not be there yet: what was done to it waits for it. */
  readonly mayComeLater: boolean;
}

export interface AnnotatedMessage {
  readonly messageId: string;
  /** As it was before; `undefined`: it has not come yet. */
  readonly message: StoredMessage | undefined;
  /** Deeds that changed something, be it on an earlier delivery of the same batch. */
  readonly news: readonly Deed[];
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
  /** Ids of the messages that WhatsApp calls so, at their references' places. Looks no further back than the newest few hundred of a chat where it has to search. */
  findIds(workspaceId: string, references: readonly WireReference[]): Promise<readonly (string | undefined)[]>;
  /** Notes what was done to messages; at most one entry a message. The newest of a kind counts (see `annotate`), whatever the order. */
  annotate(workspaceId: string, batch: MovingBatch, changes: readonly MessageDeeds[]): Promise<readonly AnnotatedMessage[]>;
  /** Inserts those not there yet. Returns what this batch brought, be it on an earlier delivery of the same batch. */
  insertInbound(batch: MovingBatch, messages: readonly StoredMessage[]): Promise<readonly StoredMessage[]>;
  /**
   * Notes what became of a message's file. A file that is there stays, whatever is reported later. `undefined`: nothing
   * changed, or there is no such message; what `batch` itself changed on an earlier delivery comes back again.
   */
  settleMedia(workspaceId: string, batch: MovingBatch, messageId: string, outcome: MediaOutcome): Promise<StoredMessage | undefined>;
  /** Messages of a session whose files nobody has fetched or given up, oldest first. */
  listPendingMedia(sessionId: string, limit: number): Promise<readonly StoredMessage[]>;
}
