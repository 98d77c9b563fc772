import type { CancellationReason } from '@aws-sdk/client-dynamodb';
import { TransactWriteCommand, type DynamoDBDocumentClient, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { DomainError } from '../../domain/errors.ts';
import type { OutboundMessage } from '../../domain/outbox/outbound-message.ts';
import type { ClaimOutcome, ClaimRequest } from '../../domain/outbox/outbox.ts';
import { isTransactionCancelled } from './conditions.ts';
import { countsUpdate } from './counts-update.ts';
import { campaignCountsKey, campaignKey, claimKey, messageKey, senderKey, sessionKey } from './keys.ts';
import type { TableNames } from './table-names.ts';

type Action = NonNullable<TransactWriteCommandInput['TransactItems']>[number];
type Tables = Pick<TableNames, 'core' | 'messages'>;
type TimedRequest = ClaimRequest & { readonly nowMs: number };

const BUSY_ATTEMPTS = 8;
const FIRST_PAUSE_MS = 15;
const MAX_TRANSACTION_BYTES = 3_000_000; // DynamoDB allows 4 MB, as it counts; inline media can get there
const REFUSED = 'ConditionalCheckFailed';

/** What one transaction came to; `retry` holds the messages that are worth another one. */
type Attempt = ClaimOutcome | { readonly outcome: 'retry'; readonly messages: readonly OutboundMessage[]; readonly isBusy: boolean };

/**
 * Claims in one transaction, or in several one after the other when media make the messages too large for one. Throws
 * `database_busy` if the tables stay busy.
 */
export async function claimMessages(
  doc: DynamoDBDocumentClient,
  tables: Tables,
  request: ClaimRequest,
  nowMs = Date.now(),
): Promise<ClaimOutcome> {
  const claimed: OutboundMessage[] = [];
  for (const messages of fittingTransactions(request.messages)) {
    const part = await claimTogether(doc, tables, { ...request, messages, nowMs });
    if (part.outcome === 'fenced') return part;
    if (part.outcome === 'campaign-not-running') return claimed.length > 0 ? { outcome: 'claimed', claimed } : part;
    claimed.push(...part.claimed);
  }
  return { outcome: 'claimed', claimed };
}

/** Messages someone else changed drop out and the others are tried again, as is everything when the tables are busy. */
async function claimTogether(doc: DynamoDBDocumentClient, tables: Tables, request: TimedRequest): Promise<ClaimOutcome> {
  let { messages } = request;
  for (let busy = 0; messages.length > 0; ) {
    const attempt = await attemptClaim(doc, tables, { ...request, messages });
    if (attempt.outcome !== 'retry') return attempt;
    messages = attempt.messages;
    if (attempt.isBusy) await pauseWhenBusy(++busy);
  }
  return { outcome: 'claimed', claimed: [] };
}

async function attemptClaim(doc: DynamoDBDocumentClient, tables: Tables, request: TimedRequest): Promise<Attempt> {
  const { guards, moves } = claimActions(tables, request);
  try {
    await doc.send(new TransactWriteCommand({ TransactItems: [...guards.map(({ action }) => action), ...moves] }));
    return { outcome: 'claimed', claimed: request.messages.map((message) => asClaimed(message, request.fencingToken)) };
  } catch (error) {
    if (!isTransactionCancelled(error) || !error.CancellationReasons) throw error;
    return afterCancellation(request.messages, guards, error.CancellationReasons);
  }
}

/** The first condition that failed decides; a message's own failure only takes that message out. */
function afterCancellation(messages: readonly OutboundMessage[], guards: readonly Guard[], reasons: readonly CancellationReason[]): Attempt {
  const refusedGuard = guards.find((_, i) => reasons[i]?.Code === REFUSED);
  if (refusedGuard && refusedGuard.refusal !== 'retry') return { outcome: refusedGuard.refusal };
  const left = messages.filter((_, i) => reasons[guards.length + i]?.Code !== REFUSED);
  const isBusy = left.length === messages.length;
  return { outcome: 'retry', messages: left, isBusy };
}

interface Guard {
  readonly action: Action;
  /** What the whole claim comes to when this action's condition fails. */
  readonly refusal: 'fenced' | 'campaign-not-running' | 'retry';
}

function claimActions(tables: Tables, request: TimedRequest): { guards: readonly Guard[]; moves: readonly Action[] } {
  const { messages } = request;
  const campaignId = messages[0]?.campaignId ?? null;
  const guards: Guard[] = [{ action: checkToken(tables, request), refusal: 'fenced' }];
  if (request.leaseToken !== undefined) guards.push({ action: checkLease(tables, request), refusal: 'fenced' });
  if (campaignId !== null) {
    guards.push({ action: checkRunning(tables, campaignId), refusal: 'campaign-not-running' });
    guards.push({ action: countSending(tables, campaignId, request), refusal: 'retry' });
  }
  guards.push({ action: putClaimRecord(tables, request), refusal: 'retry' });
  return { guards, moves: messages.map((message) => markSending(tables, message, request)) };
}

const checkToken = ({ core }: Tables, { sessionId, fencingToken }: ClaimRequest): Action => ({
  ConditionCheck: {
    TableName: core,
    Key: sessionKey(sessionId),
    ConditionExpression: 'fencingToken = :token',
    ExpressionAttributeValues: { ':token': fencingToken },
  },
});

const checkLease = ({ core }: Tables, { sessionId, leaseToken }: ClaimRequest): Action => ({
  ConditionCheck: {
    TableName: core,
    Key: senderKey(sessionId),
    ConditionExpression: '#token = :lease',
    ExpressionAttributeNames: { '#token': 'token' },
    ExpressionAttributeValues: { ':lease': leaseToken },
  },
});

const checkRunning = ({ core }: Tables, campaignId: string): Action => ({
  ConditionCheck: {
    TableName: core,
    Key: campaignKey(campaignId),
    ConditionExpression: '#status = :running',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':running': 'running' },
  },
});

const countSending = ({ core }: Tables, campaignId: string, { sessionId, messages, nowMs }: TimedRequest): Action => ({
  Update: {
    TableName: core,
    Key: campaignCountsKey(campaignId, sessionId),
    ...countsUpdate({ sending: messages.length }, nowMs),
  },
});

const putClaimRecord = ({ core }: Tables, { sessionId, fencingToken, messages }: ClaimRequest): Action => ({
  Put: {
    TableName: core,
    Item: {
      ...claimKey(sessionId, nextClaimId(fencingToken)),
      workspaceId: messages[0]?.workspaceId,
      messageIds: messages.map(({ id }) => id),
    },
    ConditionExpression: 'attribute_not_exists(pk)', // another process under our token would be a bug; lose nothing by it
  },
});

const markSending = ({ messages: table }: Tables, message: OutboundMessage, { sessionId, fencingToken, nowMs }: TimedRequest): Action => ({
  Update: {
    TableName: table,
    Key: messageKey(message.workspaceId, message.id),
    UpdateExpression: 'SET #status = :sending, claimToken = :token, claimedAt = :now REMOVE outboxPk, outboxSk',
    ConditionExpression: '#status = :queued AND sessionId = :session', // it may have moved to another one since it was listed
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':sending': 'sending', ':queued': 'queued', ':session': sessionId, ':token': fencingToken, ':now': nowMs },
  },
});

const asClaimed = (message: OutboundMessage, claimToken: number): OutboundMessage => ({ ...message, status: 'sending', claimToken });

let lastCounter = 0;

/** Grows in this process, and over its restarts as long as the clock does. */
function nextClaimId(fencingToken: number): string {
  lastCounter = Math.max(lastCounter + 1, Date.now());
  return `${String(fencingToken).padStart(10, '0')}-${lastCounter}`;
}

function fittingTransactions(messages: readonly OutboundMessage[]): readonly (readonly OutboundMessage[])[] {
  const parts: OutboundMessage[][] = [];
  let bytes = Infinity;
  for (const message of messages) {
    bytes += approximateBytes(message);
    if (bytes > MAX_TRANSACTION_BYTES) {
      parts.push([]);
      bytes = approximateBytes(message);
    }
    parts.at(-1)?.push(message);
  }
  return parts;
}

function approximateBytes({ content }: OutboundMessage): number {
  const inline = 'media' in content ? (content.media.base64?.length ?? 0) : 0;
  const text = 'text' in content ? (content.text?.length ?? 0) * 3 : 0; // UTF-8: up to 3 bytes a UTF-16 unit
  return inline + text + 1_000;
}

async function pauseWhenBusy(attempt: number): Promise<void> {
  if (attempt === BUSY_ATTEMPTS) {
    throw new DomainError('unavailable', 'database_busy', 'The database is busy. Try again shortly.', { retryAfterSeconds: 2 });
  }
  const pauseMs = Math.random() * FIRST_PAUSE_MS * 2 ** attempt;
  await new Promise((resolve) => setTimeout(resolve, pauseMs));
}
