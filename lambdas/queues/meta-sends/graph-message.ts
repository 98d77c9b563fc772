import type { MessageContent, MessageFailure } from '../../../shared/contracts/message.ts';
import type { MediaOf } from '../../../shared/domain/media/media-kinds.ts';
import type { MediaStore } from '../../../shared/domain/media/media-store.ts';
import type { MetaCredentials } from '../../../shared/domain/meta/credentials.ts';
import type { Graph, GraphContent, GraphMedia, GraphMessage } from '../../../shared/domain/meta/graph.ts';
import { verdictOn, type SendVerdict } from '../../../shared/domain/meta/send-verdict.ts';
import type { OutboundMessage } from '../../../shared/domain/outbox/outbound-message.ts';
import type { Messages } from '../../../shared/domain/outbox/messages.ts';
import { mediaContent, plainContent } from './graph-content.ts';

/** What a template comes to, filled in; or why it may not be sent. */
export type FillTemplate = (
  message: OutboundMessage,
  businessAccountId: string,
  template: Extract<MessageContent, { type: 'template' }>['template'],
) => Promise<Extract<GraphContent, { type: 'template' }> | MessageFailure>;

export interface GraphMessageDeps {
  readonly graph: Pick<Graph, 'uploadMedia'>;
  readonly messages: Pick<Messages, 'getMany'>;
  readonly store: Pick<MediaStore, 'find' | 'linkTo'>;
  readonly fillTemplate: FillTemplate;
  readonly within: <T>(ms: number, work: Promise<T>, otherwise: T) => Promise<T>;
}

export type Prepared = { readonly kind: 'ready'; readonly message: GraphMessage } | Exclude<SendVerdict, { kind: 'sent' | 'unknown' }>;
type Part = { readonly content: GraphContent } | { readonly verdict: Exclude<Prepared, { kind: 'ready' }> };

const UPLOAD_MS = 20_000;
const FALLBACK_TYPE = 'application/octet-stream';

/** A message as Meta takes it, with our id for its status webhooks to carry. Nothing has been sent when it says no. */
export const makeGraphMessage = (deps: GraphMessageDeps) =>
  async (access: MetaCredentials, message: OutboundMessage): Promise<Prepared> => {
    const part = await contentOf(deps, access, message);
    if ('verdict' in part) return part.verdict;
    const context = message.replyTo === null ? undefined : await wireIdOf(deps, message, message.replyTo);
    return {
      kind: 'ready',
      message: { ...part.content, ...addressOf(message.peer), biz_opaque_callback_data: message.id, ...(context !== undefined && { context: { message_id: context } }) },
    };
  };
export type MakeGraphMessage = ReturnType<typeof makeGraphMessage>;

/** Everybody else has a business-scoped id, which is Meta's own. */
const addressOf = (peer: string) => (peer.startsWith('+') ? { to: peer.slice(1) } : { recipient: peer });

async function contentOf(deps: GraphMessageDeps, access: MetaCredentials, message: OutboundMessage): Promise<Part> {
  const { content } = message;
  switch (content.type) {
    case 'text':
    case 'location':
    case 'contact':
      return { content: plainContent(content) };
    case 'reaction':
      return reactionTo(deps, message, content.reaction);
    case 'template': {
      const filled = await deps.fillTemplate(message, access.businessAccountId, content.template);
      return 'type' in filled ? { content: filled } : failed(filled.code, filled.detail);
    }
    case 'poll':
    case 'forward':
    case 'edit':
    case 'delete':
      return failed('unsupported_by_provider', `Meta's Cloud API has no messages of type ${content.type}`);
    default:
      return withFile(deps, access, message, content);
  }
}

async function reactionTo(deps: GraphMessageDeps, message: OutboundMessage, { messageId, emoji }: { readonly messageId: string; readonly emoji: string }): Promise<Part> {
  const wamid = await wireIdOf(deps, message, messageId);
  if (wamid === undefined) return failed('message_not_found', 'Meta does not know the message that was to be reacted to');
  return { content: { type: 'reaction', reaction: { message_id: wamid, emoji } } };
}

async function wireIdOf({ messages }: GraphMessageDeps, { workspaceId }: OutboundMessage, messageId: string): Promise<string | undefined> {
  return (await messages.getMany(workspaceId, [messageId])).get(messageId)?.wireId ?? undefined;
}

async function withFile(deps: GraphMessageDeps, access: MetaCredentials, message: OutboundMessage, content: Extract<MessageContent, { media: unknown }>): Promise<Part> {
  const file = await fileOf(deps, access, message, content.media);
  return 'verdict' in file ? file : { content: mediaContent(content, file) };
}

type FilePart = GraphMedia | { readonly verdict: Exclude<Prepared, { kind: 'ready' }> };

/** Meta fetches a file by its address, ours by a signed one that is good for an hour; what the message itself carries is uploaded. */
async function fileOf(deps: GraphMessageDeps, access: MetaCredentials, message: OutboundMessage, media: MediaOf): Promise<FilePart> {
  const { url, id, base64 } = media;
  if (url !== undefined) return { link: url };
  if (id !== undefined) return linked(deps, message, id, media);
  return base64 === undefined ? failed('media_missing', 'The message names no file that Meta can be given') : upload(deps, access, message, base64, media);
}

async function linked({ store }: GraphMessageDeps, { workspaceId }: OutboundMessage, id: string, { filename }: MediaOf): Promise<FilePart> {
  const known = await store.find({ workspaceId, id });
  if (!known) return failed('media_expired', 'The file was kept for its time. Upload it again');
  return { link: await store.linkTo({ workspaceId, id, area: 'media', mimetype: known.mimetype, filename: filename ?? null }) };
}

/** Only the file has moved when this fails, so it may be tried again. */
async function upload(
  { graph, within }: GraphMessageDeps,
  access: MetaCredentials,
  { tries = 0 }: OutboundMessage,
  base64: string,
  { mimetype = FALLBACK_TYPE, filename = 'file' }: { readonly mimetype?: string | undefined; readonly filename?: string | undefined },
): Promise<FilePart> {
  const file = new Blob([Buffer.from(base64, 'base64')], { type: mimetype });
  const late = { outcome: 'unreachable', reason: 'Meta did not take the file in time' } as const;
  const answer = await within(UPLOAD_MS, graph.uploadMedia(access, { file, mimetype, filename }), late);
  if (answer.outcome === 'ok') return { id: answer.value.id };
  const verdict = verdictOn(answer.outcome === 'unknown' ? { outcome: 'unreachable', reason: answer.reason } : answer, tries);
  return { verdict: verdict as Exclude<Prepared, { kind: 'ready' }> };
}

const failed = (code: string, detail: string) => ({ verdict: { kind: 'failed', failure: { code, detail }, trouble: undefined } }) as const;
