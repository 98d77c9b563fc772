import type { MessageContent, MessageFailure, MessageType } from '../../shared/contracts/message.ts';

/** A message to go out. `wireId` is the id WhatsApp shall know it by. */
export interface OutgoingMessage {
  readonly wireId: string;
  /** A phone number with +, …@lid or …@g.us */
  readonly peer: string;
  readonly content: MessageContent;
  readonly replyTo: MessageReference | null;
}

/** A message as WhatsApp finds it: by its wire id in its chat. */
export interface MessageReference {
  readonly wireId: string;
  readonly peer: string;
  readonly fromMe: boolean;
}

export type SendOutcome =
  /** The page has it and will hand it to WhatsApp; the acknowledgement comes as an `acks` event. */
  | { readonly outcome: 'accepted' }
  | { readonly outcome: 'failed'; readonly failure: MessageFailure }
  /** Nothing was handed over: our right to send ended first. */
  | { readonly outcome: 'not-sent' }
  /** The page did not answer in time: it may have left or not. */
  | { readonly outcome: 'unknown'; readonly detail: string };

/** As WhatsApp counts: −1 refused, 0 only in the page, 1 taken by the server, 2 delivered, 3 read, 4 played. */
export type Ack = -1 | 0 | 1 | 2 | 3 | 4;

export interface AckReport {
  readonly wireId: string;
  readonly peer: string;
  readonly ack: Ack;
}

export interface ReceivedMessage {
  readonly wireId: string;
  readonly peer: string;
  readonly author: string | null;
  readonly senderName: string | null;
  readonly type: MessageType;
  readonly text: string | null;
  readonly replyToWireId: string | null;
  readonly atMs: number;
  readonly media: { readonly mimetype: string; readonly filename: string | null; readonly bytes: number; readonly sha256: string } | null;
}

export type CloseReason =
  | 'logged_out' | 'banned' | 'conflict' | 'browser_died' | 'page_crashed' | 'start_timeout' | 'refused'
  /** WhatsApp's page did not load, or its servers did not answer it: the network, or WhatsApp, is at fault. */
  | 'unreachable'
  /** Linked and synced, and the library never said it was ready. */
  | 'not_ready'
  /** WhatsApp wants a newer page. */
  | 'outdated';

export type WhatsAppEvent =
  | { readonly type: 'qr'; readonly qr: string }
  /** The QR codes of this round have all expired: ask for the next round, or close. */
  | { readonly type: 'qr-round-ended' }
  | { readonly type: 'pairing-code'; readonly code: string; readonly phoneNumber: string }
  | { readonly type: 'authenticated' }
  /** The page is being loaded anew, by us or by itself. `ready` follows, or `closed`. */
  | { readonly type: 'reloading' }
  /** May come again. `isReload`: after the page was loaded anew; what the one before had not sent yet is gone with it. */
  | { readonly type: 'ready'; readonly phoneNumber: string; readonly pageBuild: string; readonly isReload?: boolean }
  /** Linked and synced, and not ready in time; the client goes on waiting. */
  | { readonly type: 'not-ready'; readonly detail: string }
  /** WhatsApp asks for something that only a person can do. */
  | { readonly type: 'action-required'; readonly prompt: 'passkey' }
  /** Not told if `ready` follows at once. */
  | { readonly type: 'action-done' }
  /** The page says that its connection changed. */
  | { readonly type: 'state-changed'; readonly state: string }
  /** A call was given up; also while closing, when nothing else is told any more. */
  | { readonly type: 'timed-out'; readonly call: string; readonly limitMs: number }
  /** This page is not one we know: see docs/page-builds.md. */
  | { readonly type: 'page-warning'; readonly code: 'unknown_build' | 'missing_modules' | 'not_ready'; readonly detail: string }
  | { readonly type: 'acks'; readonly acks: readonly AckReport[] }
  | { readonly type: 'received'; readonly messages: readonly ReceivedMessage[] }
  /** The last event of a client: its browser is gone, or about to be killed by whoever listens. */
  | { readonly type: 'closed'; readonly reason: CloseReason; readonly detail: string };

export interface PageHealth {
  readonly isConnected: boolean;
  readonly state: string;
  /** When the connection last brought anything, Unix ms; `null` when this page does not tell. */
  readonly lastFrameAt: number | null;
}

/**
 * One linked WhatsApp Web client in its own browser. Every call is bounded in time. Calls that need the page reject
 * with an Error when it is gone; what they leave open is settled by asking again after the next `ready`.
 */
export interface WhatsAppClient {
  /** Resolves once the browser runs; all else comes as events. Rejects, with nothing left running, if it does not start. */
  start(): Promise<void>;
  /** Hands messages to the page, one after another, none after `notAfterMs` (Unix). Outcomes stand at their messages' places. */
  send(messages: readonly OutgoingMessage[], notAfterMs: number): Promise<readonly SendOutcome[]>;
  /** What the page knows of our own messages; `undefined` for those it has never seen. */
  acksOf(messages: readonly { readonly wireId: string; readonly peer: string }[]): Promise<readonly (Ack | undefined)[]>;
  /** Asks the phone for the recent history of a chat. Best effort: `false` when the phone did not answer in time. */
  syncHistory(peer: string, timeoutMs: number): Promise<boolean>;
  /** The same for all chats, those the page has never heard of too. `false`: the phone did not answer in time. */
  syncNewestChats(limit: number, timeoutMs: number): Promise<boolean>;
  /** Acks of the newest own messages of all chats, newest last. */
  recentAcks(limit: number): Promise<readonly AckReport[]>;
  /** The newest messages from others since a time: what may have come while nobody listened. */
  recentReceived(sinceMs: number, limit: number): Promise<readonly ReceivedMessage[]>;
  nextQrRound(): Promise<void>;
  requestPairingCode(phoneNumber: string): Promise<void>;
  markRead(peer: string): Promise<void>;
  setTyping(peer: string, isTyping: boolean): Promise<void>;
  /** Whether each of these people has ever written to us, as far as this page knows. */
  haveWritten(peers: readonly string[]): Promise<readonly boolean[]>;
  /** Asks WhatsApp about numbers, with a pause between them. At their places; `null`: it did not say. Takes 20 s at most. */
  areOnWhatsApp(numbers: readonly string[]): Promise<readonly (boolean | null)[]>;
  /** Rejects if the page does not answer in time. Not connected until it is `ready`. */
  checkHealth(): Promise<PageHealth>;
  /** Loads the page anew. `ready` comes again when it is up, or `closed`. Rejects if the page does not let go of itself. */
  reload(): Promise<void>;
  /** Unlinks this device at WhatsApp, then closes. `false`: it was not confirmed in time. */
  logout(): Promise<boolean>;
  /** Closes cleanly; after the time limit with SIGKILL. Resolves when no process is left. */
  close(): Promise<void>;
  /** SIGKILL to the whole process group, at once. */
  kill(): void;
  /** Process group of the browser, while there is one. */
  readonly processGroup: number | undefined;
}

export interface ClientOptions {
  readonly sessionId: string;
  readonly profileDir: string;
  /** Link by a code for this number in place of a QR. */
  readonly pairingPhoneNumber: string | null;
  readonly onEvent: (event: WhatsAppEvent) => void;
}

export type MakeWhatsAppClient = (options: ClientOptions) => WhatsAppClient;
