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
  readonly quotedParticipant?: Wid | string;
  readonly isForwarded?: boolean;
  readonly isViewOnce?: boolean;
  readonly mentionedJidList?: readonly (Wid | string)[];
  readonly lat?: number;
  readonly lng?: number;
  readonly loc?: string; // a place's name, then its address, a line each
  readonly vcardList?: readonly { readonly vcard: string }[];
  readonly pollName?: string;
  readonly pollOptions?: readonly { readonly name: string; readonly localId: number }[];
  readonly pollSelectableOptionsCount?: number; // 0: as many as one likes
  readonly latestEditMsgKey?: MsgKey;
  readonly latestEditSenderTimestampMs?: number;
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
  /** Several names in one string. Of `change:name` the listener gets the model, the value and the one before. */
  on(names: string, listener: (model: T, value: unknown, before: unknown) => void): unknown;
}

interface Chatstate {
  readonly id?: Wid;
  readonly type?: string; // composing, recording_audio, available, unavailable
  readonly t?: number; // when somebody was last seen; Unix seconds
}

/** Who is online and who types, by chat. A group's members stand in `chatstates`. */
export interface PresenceModel {
  readonly id: Wid;
  readonly isOnline?: boolean;
  readonly chatstate?: Chatstate;
  readonly chatstates?: { getModelsArray(): Chatstate[] };
}

export interface ReactionRow {
  readonly reactionParentKey: MsgKey;
  readonly reactionText: string;
  readonly reactionTimestamp: number; // Unix ms
  readonly author?: Wid | string;
  readonly from?: Wid | string;
}

export interface VoteRow {
  readonly pollUpdateParentKey: MsgKey;
  readonly selectedOptionLocalIds: readonly number[];
  readonly senderTimestampMs: number;
  readonly author?: Wid | string;
  readonly from?: Wid | string;
}

interface Table<Row> {
  bulkUpsert(rows: Row[], ...more: unknown[]): unknown;
}

export interface PageModules {
  WAWebCollections: {
    Msg: Collection<MsgModel> & { getMessagesById(ids: string[]): Promise<{ messages?: MsgModel[] } | undefined> };
    Chat: Collection<ChatModel>;
    /** Finding somebody in it asks WhatsApp to tell when they come and go; newer builds want the lid. */
    Presence: Collection<PresenceModel>;
  };
  /** Edits draw their id by the older, synchronous name. */
  WAWebMsgKey: (new (parts: object) => MsgKey) & { prototype: object; newId(): Promise<string>; newId_DEPRECATED?(): string };
  WAWebWidFactory: { createWid(jid: string): Wid; asUserWidOrThrow(wid: Wid): Wid };
  WAWebUserPrefsMeUser: { getMaybeMePnUser(): Wid | undefined; getMaybeMeLidUser(): Wid | undefined };
  WAWebQueryExistsJob: { queryWidExists(wid: Wid): Promise<{ wid?: Wid } | null> };
  WAWebSocketModel: { Socket: { state: string; hasSynced: boolean; logout(): Promise<void> } };
  WAWebCmd: {
    Cmd: { refreshQR(): void; sendRevokeMsgs(chat: ChatModel, what: { list: MsgModel[]; type: 'message' }, options: { clearMedia: boolean }): Promise<unknown> };
  };
  WAWebChatForwardMessage: {
    forwardMessages(what: { chat: ChatModel; msgs: MsgModel[]; multicast: boolean; includeCaption: boolean; appendedText: undefined }): Promise<unknown>;
  };
  WAWebMsgActionCapability: {
    canEditText(message: MsgModel): boolean;
    canEditCaption(message: MsgModel): boolean;
    canSenderRevokeMsg(message: MsgModel): boolean;
  };
  WAWebAddonReactionTableMode: { reactionTableMode: Table<ReactionRow> };
  WAWebAddonPollVoteTableMode: { pollVoteTableMode: Table<VoteRow> };
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
  sendChatstate(state: 'typing' | 'recording' | 'stop', jid: string): Promise<unknown>;
  editMessage(message: MsgModel, text: string, options: object): Promise<unknown>;
  toStickerData(media: unknown): Promise<unknown>;
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
  readonly replyToT: number | null; // Unix seconds
  readonly isForwarded: boolean;
  readonly isViewOnce: boolean;
  readonly mentions: readonly string[];
  readonly place: { readonly latitude: number; readonly longitude: number; readonly label: string } | null;
  readonly vcards: readonly string[];
  readonly poll: { readonly question: string; readonly options: readonly string[]; readonly multiple: boolean } | null;
  readonly t: number; // Unix seconds
  readonly media: { mimetype: string; filename: string | null; bytes: number; sha256: string } | null;
}

/** The message that something was done to. */
interface AboutMessage {
  readonly jid: string;
  readonly wireId: string;
  readonly fromMe: boolean;
  readonly t: number | null; // of that message, where the page has it; Unix seconds
  readonly author: string | null; // who did it; `null`: ourselves
  readonly atMs: number; // when
}

/** What the page tells of people, and of what was done to messages. */
export type PageNotice =
  | (AboutMessage & { readonly kind: 'reaction'; readonly emoji: string })
  | (AboutMessage & { readonly kind: 'edit'; readonly text: string })
  | (AboutMessage & { readonly kind: 'revoke' })
  | (AboutMessage & { readonly kind: 'vote'; readonly options: readonly string[] })
  | { readonly kind: 'typing'; readonly jid: string; readonly author: string | null; readonly state: 'typing' | 'recording' | 'paused'; readonly atMs: number }
  | { readonly kind: 'presence'; readonly jid: string; readonly isOnline: boolean; readonly lastSeenMs: number | null; readonly atMs: number }
  | { readonly kind: 'identity'; readonly phoneJid: string; readonly lidJid: string; readonly name: string | null; readonly atMs: number };

interface MessageAddress {
  readonly wireId: string;
  readonly jid: string;
  readonly fromMe: boolean;
}

/** Something to be done to an earlier message, or with it. */
export interface PageAction {
  readonly kind: 'reaction' | 'forward' | 'edit' | 'delete';
  readonly target: MessageAddress | null;
  readonly text: string; // the emoji, or the new text
  readonly withinMs: number | null; // since the message was sent
}

export interface PageOutgoing {
  readonly wireId: string;
  readonly jid: string;
  readonly text: string;
  /** The library's own options: media, location, poll, parseVCards, quotedMessageId … */
  readonly options: Record<string, unknown>;
  readonly replyTo: MessageAddress | null;
  readonly action: PageAction | null;
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
  report(...what: [kind: 'acks', item: PageAck] | [kind: 'received', item: PageMessage] | [kind: 'noticed', item: PageNotice]): void;
  /** Runs `attach` once what it needs of the page is there. */
  whenThere(attach: () => void): void;
  isNotification(type: string): boolean;
  jidOf(wid: Wid | string | undefined): string;
  /** The same person's phone address, of a lid and where the page knows it. */
  phoneOf(wid: Wid | string): string | null;
  isMe(jid: string): boolean;
  /** Tells, once, that a phone and a lid are one person's. */
  meet(wid: Wid | string, name?: string): void;
  watchPresence(jid: string): Promise<void>;
  /** What people read: the caption of media, the body of a text; of others the body may be a picture. */
  textOf(message: MsgModel): string | null;
  extrasOf(message: MsgModel): Pick<PageMessage, 'replyToT' | 'isForwarded' | 'isViewOnce' | 'mentions' | 'place' | 'vcards' | 'poll'>;
  ackOf(message: MsgModel, ack: number): PageAck;
  describe(message: MsgModel): PageMessage;
  keysOf(jid: string, wireId: string, fromMe: boolean): string[];
  findMessage(jid: string, wireId: string, fromMe: boolean): Promise<MsgModel | undefined>;
  within<T>(promise: Promise<T>, timeoutMs: number): Promise<T>;
  send(messages: PageOutgoing[], notAfterMs: number): Promise<PageOutcome[]>;
  act(message: PageOutgoing, action: PageAction, mayGo: () => boolean): Promise<PageOutcome>;
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
  readonly noticed: readonly PageNotice[];
}
