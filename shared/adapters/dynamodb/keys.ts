import type { Priority } from '../../contracts/message.ts';
import type { OutboxLane } from '../../domain/outbox/outbox.ts';
import { peerHash, peerHashOf } from '../../identity/chat-identity.ts';

/* Every key of every table, in one place. docs/data-model.md explains them. */

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

const RANK: Readonly<Record<Priority, number>> = { critical: 0, high: 1, default: 2, low: 3 };
const msDigits = (ms: number): string => String(ms).padStart(13, '0');

// Core table
export const workspaceKey = (workspaceId: string): Key => ({ pk: `W#${workspaceId}`, sk: 'WORKSPACE' });
/** Which session of a workspace is its primary one. */
export const primarySessionKey = (workspaceId: string): Key => ({ pk: `W#${workspaceId}`, sk: 'PRIMARY' });
/** From which numbers a workspace sends, and which stand in. */
export const sendingPolicyKey = (workspaceId: string): Key => ({ pk: `W#${workspaceId}`, sk: 'SENDING_POLICY' });
/** Which session of a workspace was linked to a number last. */
export const phoneNumberKey = (workspaceId: string, phoneNumber: string): Key => ({ pk: `W#${workspaceId}`, sk: `NUMBER#${phoneNumber}` });
export const apiKeyKey = (hash: string): Key => ({ pk: `KEY#${hash}`, sk: 'KEY' });
export const sessionKey = (sessionId: string): Key => ({ pk: `S#${sessionId}`, sk: 'SESSION' });
export const qrKey = (sessionId: string): Key => ({ pk: `S#${sessionId}`, sk: 'QR' });
export const pairingCodeKey = (sessionId: string): Key => ({ pk: `S#${sessionId}`, sk: 'PAIRING' });
export const pacingKey = (sessionId: string): Key => ({ pk: `S#${sessionId}`, sk: 'PACING' });
export const pacedContactKey = (sessionId: string, peer: string): Key => ({ pk: `S#${sessionId}`, sk: `PACING#${peer}` });
/** Who sends for a session that no instance runs, and what it has to wait for. */
export const senderKey = (sessionId: string): Key => ({ pk: `S#${sessionId}`, sk: 'SENDER' });
export const pairKey = (sessionId: string, peer: string): Key => ({ pk: `S#${sessionId}`, sk: `PAIR#${peer}` });
/** What became of a session's messages in one stretch of time. */
export const outcomesKey = (sessionId: string, fromMs: number): Key => ({ pk: `S#${sessionId}`, sk: `OUTCOMES#${msDigits(fromMs)}` });
/** Credentials of a session at Meta. */
export const metaAccountKey = (sessionId: string): Key => ({ pk: `S#${sessionId}`, sk: 'META' });
/** How batches of a session were numbered as they came. */
export const arrivalsKey = (sessionId: string): Key => ({ pk: `S#${sessionId}`, sk: 'ARRIVALS' });
/** Which session has a number at Meta. */
export const metaNumberKey = (phoneNumberId: string): Key => ({ pk: `META#${phoneNumberId}`, sk: 'NUMBER' });
/** Which sessions belong to a business account at Meta. */
export const businessAccountKey = (businessAccountId: string, sessionId: string): Key => ({ pk: `WABA#${businessAccountId}`, sk: `S#${sessionId}` });
export const templateKey = (workspaceId: string, templateId: string): Key => ({ pk: `W#${workspaceId}`, sk: `TPL#${templateId}` });
export const laneKey = (sessionId: string, campaignId: string): Key => ({ pk: `S#${sessionId}`, sk: `LANE#${campaignId}` });
export const claimKey = (sessionId: string, claimId: string): Key => ({ pk: `S#${sessionId}`, sk: `CLAIM#${claimId}` });
export const campaignKey = (campaignId: string): Key => ({ pk: `C#${campaignId}`, sk: 'CAMPAIGN' });
export const campaignCountsKey = (campaignId: string, sessionId: string): Key => ({ pk: `C#${campaignId}`, sk: `COUNTS#${sessionId}` });
export const recipientKey = (campaignId: string, hash: string, to: string): Key => ({ pk: `C#${campaignId}`, sk: `R#${hash}#${to}` });
export const campaignJobKey = (campaignId: string, kind: string, fromHash: string): Key => ({ pk: `C#${campaignId}`, sk: `JOB#${kind}#${fromHash}` });
export const webhookKey = (workspaceId: string, webhookId: string): Key => ({ pk: `W#${workspaceId}`, sk: `WHK#${webhookId}` });
export const deliveryKey = (webhookId: string, deliveryId: string): Key => ({ pk: `D#${webhookId}`, sk: `DLV#${deliveryId}` });
/** All contacts of a workspace, in the order they were made; and where those are found that went into another. */
export const contactKey = (workspaceId: string, contactId: string): Key => ({ pk: `W#${workspaceId}#CONTACTS`, sk: contactId });
export const mergedContactKey = (workspaceId: string, contactId: string): Key => ({ pk: `W#${workspaceId}#CONTACTS`, sk: `MERGED#${contactId}` });
/** Whose a number, lid or business-scoped user id is. */
export const aliasKey = (workspaceId: string, identity: string): Key => ({ pk: `ALIAS#${workspaceId}#${identity}`, sk: 'ALIAS' });
/** The search index of contacts: a partition for each first character of a term. */
export const searchTermKey = (workspaceId: string, term: string, contactId: string): Key => ({
  pk: `W#${workspaceId}#FIND#${Array.from(term)[0] ?? ''}`,
  sk: `${term}#${contactId}`,
});
export const numberCheckKey = (workspaceId: string, number: string): Key => ({ pk: `CHECK#${workspaceId}#${number}`, sk: 'CHECK' });
export const checkBudgetKey = (sessionId: string, day: string): Key => ({ pk: `S#${sessionId}`, sk: `CHECKS#${day}` });
export const contactImportKey = (workspaceId: string, importId: string): Key => ({ pk: `W#${workspaceId}#IMPORT#${importId}`, sk: 'IMPORT' });
export const importPartKey = (workspaceId: string, importId: string, kind: 'SLICE' | 'ERRORS', part: number): Key => ({
  pk: contactImportKey(workspaceId, importId).pk,
  sk: `${kind}#${String(part).padStart(4, '0')}`,
});
/** A file: announced for upload, or come in with a message. */
export const mediaKey = (workspaceId: string, mediaId: string): Key => ({ pk: `M#${workspaceId}#${mediaId}`, sk: 'MEDIA' });
/** An attempt that was followed by another. */
export const attemptKey = (webhookId: string, deliveryId: string, attempt: number): Key => ({
  pk: `D#${webhookId}`,
  sk: `TRY#${deliveryId}#${String(attempt).padStart(4, '0')}`,
});
export const webhookStateKey = (webhookId: string): Key => ({ pk: `D#${webhookId}`, sk: 'STATE' });
export const idempotencyKey = (workspaceId: string, key: string): Key => ({ pk: `IDEM#${workspaceId}`, sk: key });
/** An open socket. */
export const connectionKey = (connectionId: string): Key => ({ pk: `CONN#${connectionId}`, sk: 'CONNECTION' });
export const subscriptionKey = (channel: string, connectionId: string): Key => ({ pk: `CH#${channel}`, sk: connectionId });
/** Whether anybody listens to a workspace's events. */
export const listeningKey = (workspaceId: string): Key => ({ pk: `W#${workspaceId}`, sk: 'LISTENING' });
/** What was published of late; in the order of `atMs`. */
export const eventLogKey = (workspaceId: string, atMs: number, jobId: string): Key => ({ pk: `LOG#${workspaceId}`, sk: `${msDigits(atMs)}#${jobId}` });

/** What a session may still report from outside, by kind of event. */
export const eventLimitsKey = (sessionId: string): Key => ({ pk: `S#${sessionId}`, sk: 'EVENTS' });
/** When a job of a queue was taken last. */
export const takenNoteKey = (queue: string): Key => ({ pk: `QUEUE#${queue}`, sk: 'TAKEN' });
export const seenSignatureKey = (signature: string): Key => ({ pk: `SIGNATURE#${signature}`, sk: 'SEEN' });

// Index gsi1 of the core table: what belongs to a workspace, or waits for a scheduler
export const sessionsOfWorkspace = (workspaceId: string): string => `W#${workspaceId}#SESSIONS`;
export const campaignsOfWorkspace = (workspaceId: string): string => `W#${workspaceId}#CAMPAIGNS`;
export const optedOutOfWorkspace = (workspaceId: string): string => `W#${workspaceId}#OPTED-OUT`;
export const keysOfWorkspace = (workspaceId: string): string => `W#${workspaceId}#KEYS`;
/** Pending deliveries of one chat, for a webhook in ordered mode (sparse). */
export const laneOfChat = (webhookId: string, chatId: string): string => `LANE#${webhookId}#${chatId}`;
export const laneSort = (sequence: number, deliveryId: string): string => `${msDigits(sequence)}#${deliveryId}`;

// Index gsi2 of the core table (sparse): what someone has to look after
export const sessionsOfInstance = (instanceId: string | null): string => `I#${instanceId ?? 'UNASSIGNED'}`;
export const FAILOVER_POLICIES = 'FAILOVER#POLICIES';
export const META_SESSIONS = 'META#SESSIONS';
export const DELETED_SESSIONS = 'DELETED#SESSIONS';
export const ACTIVE_CAMPAIGNS = 'ACTIVE#CAMPAIGNS';
export const ACTIVE_IMPORTS = 'ACTIVE#IMPORTS';
export const DUE_WEBHOOKS = 'DUE#WEBHOOKS';
export const dueDeliveriesOf = (webhookId: string): string => `DUE#${webhookId}`;
/** Connections by when they were last seen. */
export const OPEN_CONNECTIONS = 'OPEN#CONNECTIONS';
export const dueSort = (ms: number, id: string): string => `${msDigits(ms)}#${id}`;

// Registry table
export const INSTANCES = 'INSTANCES';
export const instanceKey = (instanceId: string): Key => ({ pk: INSTANCES, sk: instanceId });

// Messages table: one partition holds everything of one peer of one workspace
export const peerPartition = (workspaceId: string, peer: string): string => `${workspaceId}#${peerHash(workspaceId, peer)}`;
export const partitionOfId = (workspaceId: string, id: string): string => `${workspaceId}#${peerHashOf(id)}`;
export const messageKey = (workspaceId: string, messageId: string): Key => ({
  pk: partitionOfId(workspaceId, messageId),
  sk: messageId,
});
export const chatKey = (workspaceId: string, peer: string, chatId: string): Key => ({
  pk: peerPartition(workspaceId, peer),
  sk: `CHAT#${chatId}`,
});
/** The last `sequence` given to an event of the chat. */
export const chatNumbersKey = (workspaceId: string, chatId: string): Key => ({ pk: partitionOfId(workspaceId, chatId), sk: `NUMBERS#${chatId}` });
export const peerKey = (workspaceId: string, peer: string): Key => ({ pk: peerPartition(workspaceId, peer), sk: `PEER#${peer}` });

// Index `outbox` of the messages table (sparse: queued messages only)
export const outboxPartition = ({ sessionId, campaignId }: OutboxLane): string =>
  campaignId === null ? sessionId : `${sessionId}#${campaignId}`;
export const outboxSort = (priority: Priority, dueAt: number, messageId: string): string =>
  `${RANK[priority]}#${msDigits(dueAt)}#${messageId}`;
/** Inclusive bounds of the messages of one priority that are due. */
export const outboxDueRange = (priority: Priority, nowMs: number): readonly [string, string] => [
  `${RANK[priority]}#`,
  `${RANK[priority]}#${msDigits(nowMs)}#~`,
];

/** The same index, for messages that came in: those whose files have not been fetched. */
export const pendingMediaPartition = (sessionId: string): string => `${sessionId}#media`;
export const pendingMediaSort = (messageId: string): string => messageId;

// Index `chats` of the messages table (sparse: conversations)
export const chatsOfWorkspace = (workspaceId: string): string => `${workspaceId}#CHATS`;
