import type { MetaCredentials } from './credentials.ts';

/** A file by link or by the id Meta gave it at upload. */
export type GraphMedia = { readonly link: string } | { readonly id: string };

export interface GraphTemplateParameter {
  readonly type: 'text';
  readonly text: string;
  /** For templates with named placeholders; left out for numbered ones. */
  readonly parameter_name?: string;
}

export interface GraphTemplateComponent {
  readonly type: 'header' | 'body' | 'button';
  readonly sub_type?: 'url' | 'quick_reply';
  readonly index?: string;
  readonly parameters: readonly GraphTemplateParameter[];
}

export interface GraphContact {
  readonly name: { readonly formatted_name: string; readonly first_name?: string };
  readonly phones: readonly { readonly phone: string; readonly wa_id?: string }[];
}

/** The part of a message that depends on its type, named as Meta names it. */
export type GraphContent =
  | { readonly type: 'text'; readonly text: { readonly body: string; readonly preview_url?: boolean } }
  | { readonly type: 'image'; readonly image: GraphMedia & { readonly caption?: string } }
  | { readonly type: 'video'; readonly video: GraphMedia & { readonly caption?: string } }
  | { readonly type: 'audio'; readonly audio: GraphMedia & { readonly voice?: boolean } }
  | { readonly type: 'document'; readonly document: GraphMedia & { readonly caption?: string; readonly filename?: string } }
  | { readonly type: 'sticker'; readonly sticker: GraphMedia }
  | {
      readonly type: 'location';
      readonly location: { readonly latitude: number; readonly longitude: number; readonly name?: string; readonly address?: string };
    }
  | { readonly type: 'contacts'; readonly contacts: readonly GraphContact[] }
  | { readonly type: 'reaction'; readonly reaction: { readonly message_id: string; readonly emoji: string } }
  | {
      readonly type: 'template';
      readonly template: {
        readonly name: string;
        readonly language: { readonly code: string };
        readonly components?: readonly GraphTemplateComponent[];
      };
    };

/** Body of `POST /{phone_number_id}/messages`; the client adds `messaging_product` and `recipient_type`. */
export type GraphMessage = GraphContent & {
  /** Digits without `+`. Either this or `recipient`. */
  readonly to?: string;
  /** A business-scoped user id (BSUID), for who shows no number. */
  readonly recipient?: string;
  /** The message answered, by Meta's id. */
  readonly context?: { readonly message_id: string };
  /** Comes back in every status webhook of the message: our message id. At most 512 characters. */
  readonly biz_opaque_callback_data?: string;
};

/** Meta said no. Nothing was sent. */
export interface GraphRefusal {
  readonly outcome: 'refused';
  /** HTTP status: from 500 on Meta had trouble of its own, and the same call may go through later. */
  readonly status: number;
  /** Meta's error code, such as 131047; 0 if it gave none. */
  readonly code: number;
  readonly subcode: number | null;
  /** For people; may quote what we sent, so not for logs. */
  readonly message: string;
  /** Seconds. */
  readonly retryAfter: number | null;
}

/** The request left and no answer came: whether Meta acted on it nobody can tell from here. */
export interface GraphUnknown {
  readonly outcome: 'unknown';
  readonly reason: string;
}

/** The connection was never made (refused, no such host): the request cannot have been seen. */
export interface GraphUnreachable {
  readonly outcome: 'unreachable';
  readonly reason: string;
}

export type GraphFailure = GraphRefusal | GraphUnknown | GraphUnreachable;
export type GraphSendOutcome = { readonly outcome: 'sent'; readonly wamid: string; readonly waId: string | null } | GraphFailure;
export type GraphResult<T> = { readonly outcome: 'ok'; readonly value: T } | GraphFailure;

export interface GraphNumber {
  readonly id: string;
  /** With `+` and digits only. */
  readonly phoneNumber: string;
  readonly verifiedName: string | null;
  readonly qualityRating: string | null;
}

export interface GraphMediaInfo {
  /** Good for five minutes, and only with the token. */
  readonly url: string;
  readonly mimetype: string;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

/** A template as Meta keeps it; its components are passed through as they are. */
export interface GraphTemplate {
  readonly id: string;
  readonly name: string;
  readonly language: string;
  readonly status: string; // PENDING, APPROVED, REJECTED …: Meta adds to them
  readonly category: string;
  readonly parameterFormat: 'NAMED' | 'POSITIONAL';
  readonly components: readonly Readonly<Record<string, unknown>>[];
  readonly rejectedReason: string | null;
}

export interface GraphTemplateDraft {
  readonly name: string;
  readonly language: string;
  readonly category: string;
  readonly parameterFormat: 'NAMED' | 'POSITIONAL';
  readonly components: readonly Readonly<Record<string, unknown>>[];
}

export interface GraphUpload {
  /** A Blob can stand for a file on the disk, which is then streamed. */
  readonly file: Blob;
  readonly mimetype: string;
  readonly filename: string;
}

/** What only the token and an id are needed for. */
export type GraphToken = Pick<MetaCredentials, 'accessToken'>;
export type GraphNumberAccess = Pick<MetaCredentials, 'accessToken' | 'phoneNumberId'>;
export type GraphAccountAccess = Pick<MetaCredentials, 'accessToken' | 'businessAccountId'>;

/** Meta's Graph API, as far as we need it. No call throws for what Meta or the network does: each outcome is a value. */
export interface Graph {
  sendMessage(access: GraphNumberAccess, message: GraphMessage): Promise<GraphSendOutcome>;
  /** Blue ticks for a message that came in and all before it; with `typing`, also 25 s of "typing…". */
  markRead(access: GraphNumberAccess, wamid: string, options?: { readonly typing?: boolean }): Promise<GraphResult<null>>;
  /** The file is kept 30 days under the id. */
  uploadMedia(access: GraphNumberAccess, file: GraphUpload): Promise<GraphResult<{ readonly id: string }>>;
  mediaInfo(access: GraphToken, mediaId: string): Promise<GraphResult<GraphMediaInfo>>;
  /** The file behind `GraphMediaInfo.url`, streamed. */
  downloadMedia(access: GraphToken, url: string): Promise<GraphResult<ReadableStream<Uint8Array>>>;
  number(access: GraphNumberAccess): Promise<GraphResult<GraphNumber>>;
  /** Ids of the numbers of a business account: that the number is one of them, and the token good for it. */
  numbersOf(access: GraphAccountAccess): Promise<GraphResult<readonly GraphNumber[]>>;
  /** Has Meta send us the account's webhooks. */
  subscribe(access: GraphAccountAccess): Promise<GraphResult<null>>;
  /** All of them, whatever their number. */
  listTemplates(access: GraphAccountAccess): Promise<GraphResult<readonly GraphTemplate[]>>;
  createTemplate(access: GraphAccountAccess, draft: GraphTemplateDraft): Promise<GraphResult<{ readonly id: string; readonly status: string }>>;
  /** In all its languages, or the one with this id. */
  deleteTemplate(access: GraphAccountAccess, name: string, id?: string): Promise<GraphResult<null>>;
}
