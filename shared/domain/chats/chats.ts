import type { Page, PageRequest } from '../page.ts';

/** A conversation of one session with one peer. */
export interface Chat {
  readonly id: string;
  readonly workspaceId: string;
  readonly sessionId: string;
  readonly peer: string;
  readonly name: string | null;
  readonly isGroup: boolean;
  readonly unreadCount: number;
  readonly lastMessageAt: number; // Unix ms
  readonly lastMessagePreview: string | null;
  readonly firstMessageAt: number; // Unix ms
  /** How many came in, and how many of ours left; a campaign's are not counted. */
  readonly messagesIn: number;
  readonly messagesOut: number;
  /** Other names of the same person, under which messages of this chat still lie: see `mergeInto`. */
  readonly formerPeers: readonly string[];
}

/** What one batch of session events tells of a conversation. */
export interface ChatActivity {
  readonly workspaceId: string;
  readonly sessionId: string;
  readonly peer: string;
  readonly name?: string | null;
  readonly at: number; // Unix ms
  readonly preview: string | null;
  /** How many messages came in. */
  readonly unread: number;
  /** How many of ours left. */
  readonly sent?: number;
  /** `SessionEventBatch.sequence`, which grows: a batch that comes again counts nothing twice. */
  readonly sequence: string;
}

export interface ChatFilter {
  readonly sessionId?: string;
  readonly isUnread?: boolean;
}

/** Conversations, listed by last activity. A campaign's messages open none until the recipient answers. */
export interface Chats {
  /** Notes messages of a conversation. `isNew`: this batch opened it, be it on an earlier delivery. */
  touch(activity: ChatActivity): Promise<{ readonly chat: Chat; readonly isNew: boolean }>;
  /** Throws `chat_not_found`. Knows chats that only a campaign wrote to as well, and those that went into another by that. */
  get(workspaceId: string, chatId: string): Promise<Chat>;
  /**
   * As the list stood when its first page was read: a chat that moves up meanwhile keeps its place in the pages that
   * follow, and one that opens meanwhile is in the next list. Good for half an hour of paging, in which a chat may move
   * six times.
   */
  list(workspaceId: string, page: PageRequest, filter?: ChatFilter): Promise<Page<Chat>>;
  /** The chats with any of these peers, of all sessions. */
  ofPeers(workspaceId: string, peers: readonly string[]): Promise<readonly Chat[]>;
  /**
   * The two peers are one person: each session's chat with `from` becomes part of its chat with `to`, which it leads to
   * from then on. Nothing of it moves but its counts. Repeating it changes nothing.
   */
  mergeInto(workspaceId: string, from: string, to: string): Promise<void>;
  markRead(workspaceId: string, chatId: string): Promise<void>;
  /** When each of these peers last wrote to the session, Unix ms; 0: never, as far as we know. At their peers' places. */
  lastReceivedAt(workspaceId: string, sessionId: string, peers: readonly string[]): Promise<readonly number[]>;
}

/** Which session last talked to a peer, so that the peer keeps hearing from the same number. */
export interface Peers {
  lastSessionOf(workspaceId: string, peer: string): Promise<string | undefined>;
  lastSessionsOf(workspaceId: string, peers: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Writes only what differs from `known`. */
  remember(workspaceId: string, sessionOf: ReadonlyMap<string, string>, known?: ReadonlyMap<string, string>): Promise<void>;
}
