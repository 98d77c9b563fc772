import type { MetaSendJob } from '../../../shared/contracts/jobs.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import type { MetaAccounts } from '../../../shared/domain/meta/credentials.ts';
import type { Graph } from '../../../shared/domain/meta/graph.ts';
import type { Messages } from '../../../shared/domain/outbox/messages.ts';
import { chatIdOf } from '../../../shared/identity/chat-identity.ts';
import { logger } from '../../../shared/observability/logger.ts';

export interface ActInChatDeps {
  readonly graph: Pick<Graph, 'markRead'>;
  readonly accounts: Pick<MetaAccounts, 'get'>;
  readonly messages: Pick<Messages, 'listOfChat'>;
}

type Act = Extract<MetaSendJob, { kind: 'mark-read' | 'typing' }>;

const LOOK_BACK = 50;

/** Blue ticks, or somebody typing. Meta wants the message that is read or answered named; a chat without one has neither. */
export const makeActInChat = ({ graph, accounts, messages }: ActInChatDeps) =>
  async ({ kind, workspaceId, sessionId, peer }: Act): Promise<void> => {
    const chatId = chatIdOf(workspaceId, sessionId, peer);
    const { items } = await messages.listOfChat(workspaceId, chatId, { limit: LOOK_BACK });
    const wamid = items.find(({ direction, wireId }) => direction === 'inbound' && wireId !== null)?.wireId;
    if (!wamid) return;
    const answer = await graph.markRead(await accounts.get(sessionId), wamid, { typing: kind === 'typing' });
    if (answer.outcome === 'ok') return;
    if (answer.outcome === 'refused' && answer.status < 500) return logger.warn('Meta refused to act in a chat', { sessionId, kind, code: answer.code });
    if (kind === 'mark-read') throw new DomainError('unavailable', 'meta_unavailable', 'Meta did not take the read receipt.');
  };
export type ActInChat = ReturnType<typeof makeActInChat>;
