import type { chatRoutes } from '../../../shared/contracts/api/routes/chats.ts';
import type { InstanceCommand } from '../../../shared/contracts/nudge.ts';
import { chatView } from '../../../shared/domain/chats/chat-view.ts';
import type { Chat, Chats } from '../../../shared/domain/chats/chats.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import type { InstanceCalls } from '../../../shared/domain/sessions/instance-calls.ts';
import type { Sessions } from '../../../shared/domain/sessions/sessions.ts';
import type { Operation } from '../../http/api-request.ts';

export interface ActInChatDeps {
  readonly chats: Pick<Chats, 'get' | 'markRead'>;
  readonly sessions: Pick<Sessions, 'find'>;
  readonly calls: Pick<InstanceCalls, 'command'>;
}

/** On the phone first: a chat that only looks read here would leave the customer without their ticks. */
export const makeMarkChatRead = (deps: ActInChatDeps): Operation<typeof chatRoutes.markChatRead> =>
  async ({ workspaceId, params: { id } }) => {
    const chat = await deps.chats.get(workspaceId, id);
    await command(deps, chat, { command: 'mark-read', peer: chat.peer });
    await deps.chats.markRead(workspaceId, id);
    return { status: 202, body: chatView({ ...chat, unreadCount: 0 }) };
  };

export const makeShowTyping = (deps: ActInChatDeps): Operation<typeof chatRoutes.showTyping> =>
  async ({ workspaceId, params: { id }, body: { isTyping, state } }) => {
    const chat = await deps.chats.get(workspaceId, id);
    await command(deps, chat, { command: 'typing', peer: chat.peer, isTyping, ...(state === 'recording' && { state }) });
    return { status: 202 };
  };

export const makeWatchPresence = (deps: ActInChatDeps): Operation<typeof chatRoutes.watchPresence> =>
  async ({ workspaceId, params: { id } }) => {
    const chat = await deps.chats.get(workspaceId, id);
    await command(deps, chat, { command: 'watch-presence', peer: chat.peer });
    return { status: 202 };
  };

/** Throws `session_not_connected` unless the chat's number is connected and its instance took the command. */
async function command({ sessions, calls }: ActInChatDeps, { sessionId }: Chat, what: InstanceCommand): Promise<void> {
  const session = await sessions.find(sessionId);
  if (session?.status === 'connected' && (await calls.command(session, what))) return;
  throw new DomainError('conflict', 'session_not_connected', `Session ${sessionId} is not connected to WhatsApp now. Try again once it is.`);
}
