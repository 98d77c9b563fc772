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
  /** `SessionEventBatch.sequence`, which grows: a batch that comes again counts nothing twice. */
  readonly sequence: string;
}

/** Conversations, listed by last activity. A campaign's messages open none until the recipient answers. */
export interface Chats {
  /** Notes messages of a conversation. `isNew`: this batch opened it, be it on an earlier delivery. */
  touch(activity: ChatActivity): Promise<{ readonly chat: Chat; readonly isNew: boolean }>;
  /** Throws `chat_not_found`. Knows chats that only a campaign wrote to as well. */
  get(workspaceId: string, chatId: string): Promise<Chat>;
  list(workspaceId: string, page: PageRequest, sessionId?: string): Promise<Page<Chat>>;
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
