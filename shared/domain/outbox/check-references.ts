import { Priority, type MessageStatus } from '../../contracts/message.ts';
import type { Chats } from '../chats/chats.ts';
import { DomainError } from '../errors.ts';
import { DELETE_WITHIN_MS, EDIT_WITHIN_MS, isAction, targetOf } from './actions.ts';
import type { Messages, StoredMessage } from './messages.ts';
import type { OutboundMessage } from './outbound-message.ts';

const LEFT: readonly MessageStatus[] = ['sending', 'sent', 'delivered', 'read', 'played', 'received'];
const CANNOT_TRAVEL: readonly StoredMessage['type'][] = ['template', 'unknown'];
const HAS_CAPTION: readonly StoredMessage['type'][] = ['image', 'video', 'document'];

export interface ReferenceDeps {
  readonly messages: Pick<Messages, 'getMany'>;
  readonly chats: Pick<Chats, 'get'>;
}

/**
 * Throws unless all that a message refers to is there and may be referred to so: `invalid_request` naming the field,
 * `message_not_sent` (409) for what has not left yet and leaves later, `edit_window_closed` or `delete_window_closed`.
 */
export async function requireReferences(deps: ReferenceDeps, message: OutboundMessage): Promise<void> {
  const target = targetOf(message.content);
  const ids = [...(message.replyTo === null ? [] : [message.replyTo]), ...(target ? [target.id] : [])];
  if (ids.length === 0) return;
  const found = await whereTheyAre(deps, message, ids);
  if (message.replyTo !== null) sameChat(message, found.get(message.replyTo), 'replyTo');
  if (target) checkTarget(message, found.get(target.id), target.path);
}

/** The messages, each as one of the chat it belongs to by now: another than its own if that went into one with more of the same person's names. */
async function whereTheyAre({ messages, chats }: ReferenceDeps, { workspaceId, chatId }: OutboundMessage, ids: readonly string[]): Promise<ReadonlyMap<string, StoredMessage>> {
  const found = await messages.getMany(workspaceId, ids);
  const placed = [...found].map(async ([id, one]) => [id, one.chatId === chatId ? one : { ...one, chatId: (await chats.get(workspaceId, one.chatId)).id }] as const);
  return new Map(await Promise.all(placed));
}

function checkTarget(message: OutboundMessage, found: StoredMessage | undefined, path: string): void {
  const isForward = message.content.type === 'forward';
  const target = isForward ? sameSession(message, found, path) : sameChat(message, found, path);
  if (isAction(target) || (isForward && CANNOT_TRAVEL.includes(target.type))) throw invalid(path, `is a message of type ${target.type}, which this cannot be done to`);
  if (target.revokedAt !== null) throw invalid(path, 'is deleted');
  requireLeft(message, target, path);
  if (message.content.type === 'edit') requireEditable(message, target, path);
  if (message.content.type === 'delete') requireOurs(target, path, 'delete', message, DELETE_WITHIN_MS);
}

function sameChat(message: OutboundMessage, found: StoredMessage | undefined, path: string): StoredMessage {
  if (found?.chatId === message.chatId) return found;
  throw invalid(path, 'must be the id of a message of the same chat');
}

function sameSession(message: OutboundMessage, found: StoredMessage | undefined, path: string): StoredMessage {
  if (found?.sessionId === message.sessionId) return found;
  throw invalid(path, 'must be the id of a message of the session that forwards it');
}

/** Or that it leaves first, in the same queue. */
function requireLeft(message: OutboundMessage, target: StoredMessage, path: string): void {
  const { id, status } = target;
  if (LEFT.includes(status) || (status === 'queued' && goesFirst(target, message))) return;
  if (status !== 'queued') throw invalid(path, `is a message that was never sent (${status})`);
  throw new DomainError('conflict', 'message_not_sent', `Message ${id} has not left yet. Try again once it is sent.`, { retryAfterSeconds: 1 });
}

const rank = (priority: Priority | null): number => (priority === null ? Infinity : Priority.options.indexOf(priority));

const goesFirst = ({ campaignId, priority, dueAt }: StoredMessage, message: OutboundMessage): boolean =>
  campaignId === null && rank(priority) <= rank(message.priority) && (dueAt ?? 0) <= message.dueAt;

function requireEditable(message: OutboundMessage, target: StoredMessage, path: string): void {
  const hasText = target.type === 'text' || (HAS_CAPTION.includes(target.type) && target.text !== null);
  if (!hasText) throw invalid(path, 'has no text or caption to edit');
  requireOurs(target, path, 'edit', message, EDIT_WITHIN_MS);
}

function requireOurs(target: StoredMessage, path: string, what: 'edit' | 'delete', { dueAt }: OutboundMessage, withinMs: number): void {
  if (target.direction !== 'outbound') throw invalid(path, `is not a message of yours: only those can be ${what === 'edit' ? 'edited' : 'deleted'}`);
  if (target.sentAt === null || dueAt - target.sentAt <= withinMs) return;
  const message = `WhatsApp lets a message be ${what === 'edit' ? 'edited for 15 minutes' : 'deleted for 60 hours'} after it was sent. Send a new one instead.`;
  throw new DomainError('invalid', `${what}_window_closed`, message, { fields: [{ path, message: 'was sent too long ago' }] });
}

const invalid = (path: string, message: string): DomainError =>
  new DomainError('invalid', 'invalid_request', `Not valid: ${path}.`, { fields: [{ path, message }] });
