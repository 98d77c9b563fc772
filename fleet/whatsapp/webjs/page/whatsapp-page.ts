/*
 * Everything we assume about WhatsApp's page, beyond what the library itself assumes. When the page changes, this and
 * the functions beside it are what to look at. They run inside the page: each is sent there as text, so it may use
 * nothing but `window` and its own arguments.
 */
export interface Wid {
  toString(): string; // such as 4915112345678@c.us
  readonly server: string;
  isLid(): boolean;
  isGroup?(): boolean;
}

export interface MsgKey {
  readonly id: string;
  readonly fromMe: boolean;
  readonly remote: Wid | string;
  toString(): string;
}

export interface MsgModel {
  readonly id: MsgKey;
  readonly ack: number;
  readonly t: number; // Unix seconds
  readonly type: string;
  readonly body?: string;
  readonly caption?: string;
  readonly author?: Wid | string;
  readonly notifyName?: string;
  readonly quotedStanzaID?: string;
  readonly directPath?: string;
  readonly mimetype?: string;
  readonly filename?: string;
  readonly size?: number;
  readonly filehash?: string; // base64 of SHA-256
  readonly encFilehash?: string;
  readonly mediaKey?: string;
  readonly mediaKeyTimestamp?: number;
  readonly mediaData?: { readonly mediaStage: string };
  downloadMedia?(options: { downloadEvenIfExpensive: boolean; rmrReason: number }): Promise<unknown>;
  readonly isNewMsg?: boolean;
}

export interface ChatModel {
  readonly id: Wid;
  readonly t?: number; // of its last message; Unix seconds
  readonly endOfHistoryTransferType?: number; // 0: the phone has more
  readonly groupMetadata?: { readonly isLidAddressingMode?: boolean };
}

interface Collection<T> {
  get(id: unknown): T | undefined;
  find(id: unknown): Promise<T | undefined>;
  getModelsArray(): T[];
}

export interface PageModules {
  WAWebCollections: {
    Msg: Collection<MsgModel> & { getMessagesById(ids: string[]): Promise<{ messages?: MsgModel[] } | undefined> };
    Chat: Collection<ChatModel>;
  };
  WAWebMsgKey: (new (parts: object) => MsgKey) & { prototype: object };
  WAWebWidFactory: { createWid(jid: string): Wid; asUserWidOrThrow(wid: Wid): Wid };
  WAWebUserPrefsMeUser: { getMaybeMePnUser(): Wid | undefined; getMaybeMeLidUser(): Wid | undefined };
  WAWebQueryExistsJob: { queryWidExists(wid: Wid): Promise<{ wid?: Wid } | null> };
  WAWebSocketModel: { Socket: { state: string; hasSynced: boolean; logout(): Promise<void> } };
  WAWebCmd: { Cmd: { refreshQR(): void } };
  WAWebSendNonMessageDataRequest: { sendPeerDataOperationRequest(kind: number, request: object): Promise<unknown> };
  WAWebSendReactionMsgAction: { sendReactionToMsg(message: MsgModel, emoji: string): Promise<unknown> };
  WAWebApiContact: { getPhoneNumber?(wid: Wid): Wid | undefined; getCurrentLid?(wid: Wid): Wid | undefined };
  WAWebDownloadManager: { downloadManager: { downloadAndMaybeDecrypt(file: object): Promise<ArrayBuffer> } };
  WAWebSendMsgChatAction: { addAndSendMsgToChat(chat: ChatModel, message: Record<string, unknown>): unknown };
}

/** Helpers that the library puts into the page. */
interface LibraryHelpers {
  getChat(jid: string, options: { getAsModel: false }): Promise<ChatModel | null | undefined>;
  sendMessage(chat: ChatModel, content: string, options: Record<string, unknown>): Promise<MsgModel | undefined>;
  sendSeen(jid: string): Promise<boolean>;
  sendChatstate(state: 'typing' | 'stop', jid: string): Promise<unknown>;
  getMessageModel: (message: MsgModel) => unknown;
  mediaInfoToFile: (info: { mimetype: string }) => File;
}

export interface PageAck {
  readonly wireId: string;
  readonly jid: string;
  /** The same person's phone address, where the chat goes by lid and the page knows it. */
  readonly phoneJid: string | null;
  readonly ack: number;
}

export interface PageMessage {
  readonly wireId: string;
  readonly jid: string;
  readonly author: string | null;
  readonly senderName: string | null;
  readonly type: string;
  readonly text: string | null;
  readonly replyToWireId: string | null;
  readonly t: number; // Unix seconds
  readonly media: { mimetype: string; filename: string | null; bytes: number; sha256: string } | null;
}

export interface PageOutgoing {
  readonly wireId: string;
  readonly jid: string;
  readonly text: string;
  /** The library's own options: media, location, poll, parseVCards, quotedMessageId … */
  readonly options: Record<string, unknown>;
  readonly replyTo: { readonly wireId: string; readonly jid: string; readonly fromMe: boolean } | null;
  readonly reaction: string | null;
  readonly timeoutMs: number;
}

export type PageOutcome = ['accepted'] | ['failed', code: string, detail: string] | ['unknown', detail: string] | ['not-sent'];

/** The page's own file input. */
export interface FileInput {
  readonly files: ArrayLike<File> | null;
}

interface SliceReader {
  addEventListener(type: 'load' | 'error', listener: () => void): void;
  readonly result: unknown;
  readAsDataURL(blob: Blob): void;
}

/** Why a file that came in is not to be had. */
export type PageFileError = 'gone' | 'corrupt' | 'failed';

/** Our own corner of the page. */
export interface Corner {
  /** When the page's connection last brought anything, Unix ms. */
  lastFrameAt: number | null;
  /** Run once the page's modules are loaded. Each is tried on its own. */
  readonly whenLoaded: (() => void)[];
  /** Given the library's helpers before it fills them. */
  readonly whenInjected: ((helpers: LibraryHelpers) => void)[];
  report(kind: 'acks' | 'received', item: PageAck | PageMessage): void;
  isNotification(type: string): boolean;
  jidOf(wid: Wid | string | undefined): string;
  ackOf(message: MsgModel, ack: number): PageAck;
  describe(message: MsgModel): PageMessage;
  keysOf(jid: string, wireId: string, fromMe: boolean): string[];
  findMessage(jid: string, wireId: string, fromMe: boolean): Promise<MsgModel | undefined>;
  within<T>(promise: Promise<T>, timeoutMs: number): Promise<T>;
  send(messages: PageOutgoing[], notAfterMs: number): Promise<PageOutcome[]>;
  /** An input the browser can put a file into. */
  fileInput(): FileInput;
  takeFile(input: FileInput, key: string): void;
  dropFile(key: string): void;
  /** Gets the file of a message that came in from WhatsApp, and holds it until it is closed. */
  openFile(jid: string, wireId: string): Promise<{ bytes: number } | { error: PageFileError; detail: string }>;
  /** A slice of it, as base64. */
  readFile(wireId: string, from: number, to: number): Promise<string>;
  closeFile(wireId: string): void;
  acksOf(messages: { jid: string; wireId: string }[]): Promise<(number | null)[]>;
  syncHistory(jid: string, timeoutMs: number): Promise<boolean>;
  haveWritten(jids: readonly string[]): boolean[];
  syncNewestChats(limit: number, timeoutMs: number): Promise<boolean>;
  recentAcks(limit: number): PageAck[];
  recentReceived(sinceSeconds: number, limit: number): PageMessage[];
}

export interface PageWindow {
  WebSocket: typeof WebSocket;
  FileReader: new () => SliceReader;
  document: { createElement(tag: 'input'): FileInput };
  require: <Name extends keyof PageModules>(name: Name) => PageModules[Name];
  Debug?: { VERSION?: string };
  /** Not there until the library has injected itself. */
  WWebJS: LibraryHelpers;
  blazzCorner: Corner;
  /** Our one binding into Node: JSON of `PageReport`. */
  blazzReport?: (json: string) => Promise<void>;
  /** The library's binding; calling it makes it finish its start. */
  onAppStateHasSyncedEvent?: () => Promise<void>;
  onMessageAckEvent: (message: MsgModel, ack: number) => void;
  onAddMessageEvent: (message: MsgModel) => void;
  [handler: string]: unknown;
}

export interface PageReport {
  readonly acks: readonly PageAck[];
  readonly received: readonly PageMessage[];
}
