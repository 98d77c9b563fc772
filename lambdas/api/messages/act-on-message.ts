import type { messageRoutes } from '../../../shared/contracts/api/routes/messages.ts';
import type { MessageContent } from '../../../shared/contracts/message.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import type { AwaitSent } from '../../../shared/domain/outbox/await-sent.ts';
import { messageView } from '../../../shared/domain/outbox/message-view.ts';
import type { Messages } from '../../../shared/domain/outbox/messages.ts';
import type { QueueMessage } from '../../../shared/domain/outbox/queue-message.ts';
import type { FindUsable } from '../../../shared/domain/outbox/recently-usable.ts';
import type { ApiResponse, Operation } from '../../http/api-request.ts';

export interface ActOnMessageDeps {
  readonly messages: Pick<Messages, 'get'>;
  readonly findUsable: FindUsable;
  readonly queueMessage: QueueMessage;
  readonly awaitSent: AwaitSent;
}

interface Act {
  readonly workspaceId: string;
  readonly params: { readonly id: string };
  readonly query: { readonly wait: number };
  readonly now: number;
  readonly seed: string;
}

export const makeEditMessage = (deps: ActOnMessageDeps): Operation<typeof messageRoutes.editMessage> =>
  ({ body: { text }, ...act }) => queue(deps, act, { type: 'edit', text, edit: { messageId: act.params.id } });

export const makeDeleteMessage = (deps: ActOnMessageDeps): Operation<typeof messageRoutes.deleteMessage> =>
  (act) => queue(deps, act, { type: 'delete', delete: { messageId: act.params.id } });

export const makeReactToMessage = (deps: ActOnMessageDeps): Operation<typeof messageRoutes.reactToMessage> =>
  ({ body: { emoji }, ...act }) => queue(deps, act, { type: 'reaction', reaction: { messageId: act.params.id, emoji } });

export const makeForwardMessage = (deps: ActOnMessageDeps): Operation<typeof messageRoutes.forwardMessage> =>
  ({ body: { to }, ...act }) => queue(deps, act, { type: 'forward', forward: { messageId: act.params.id } }, to);

/** From the number that holds the message, into its chat unless it goes elsewhere. */
async function queue(deps: ActOnMessageDeps, { workspaceId, params, query, now, seed }: Act, content: MessageContent, to?: string): Promise<ApiResponse> {
  const target = await deps.messages.get(workspaceId, params.id);
  const session = await deps.findUsable(workspaceId, target.sessionId);
  const order = { session, peer: to ?? target.peer, content, priority: 'critical' as const, sendAt: undefined, replyTo: undefined, now, seed };
  const queued = await deps.queueMessage(order).catch(nameThePath);
  const message = await deps.awaitSent(queued, query.wait);
  return { status: 202, body: messageView(message, session.phoneNumber) };
}

/** The message stands in the path here, not in a field of the body. */
function nameThePath(error: unknown): never {
  if (!(error instanceof DomainError) || !error.fields.some(({ path }) => path.endsWith('.messageId'))) throw error;
  const fields = error.fields.map(({ path, message }) => ({ path: path.endsWith('.messageId') ? 'id' : path, message }));
  throw new DomainError(error.kind, error.code, error.message.replace(/\w+\.messageId/, 'id'), { cause: error, fields });
}
