import type { OutboundMessage } from '../../../shared/domain/outbox/outbound-message.ts';
import { chatIdOf } from '../../../shared/identity/chat-identity.ts';
import { messageIdOf } from '../../../shared/identity/message-identity.ts';

export const WORKSPACE: string = 'wsp_01J0000000000000000000000A';
export const SESSION: string = 'ses_01J0000000000000000000000S';
const PEER = '+4915112345678';
const NOON = Date.UTC(2026, 5, 1, 12);

let drawn = 0;

/** A queued text message; what the test is about goes into `change`. Ids follow from workspace, session and peer. */
export function anOutboundMessage(change: Partial<OutboundMessage> = {}): OutboundMessage {
  const { workspaceId = WORKSPACE, sessionId = SESSION, peer = PEER, queuedAt = NOON } = change;
  return {
    id: messageIdOf(workspaceId, peer, queuedAt, `built ${drawn++}`),
    workspaceId,
    sessionId,
    chatId: chatIdOf(workspaceId, sessionId, peer),
    peer,
    content: { type: 'text', text: 'Hello' },
    replyTo: null,
    campaignId: null,
    priority: 'critical',
    dueAt: queuedAt,
    queuedAt,
    status: 'queued',
    claimToken: null,
    failure: null,
    ...change,
  };
}
