import { QueryCommand, TransactWriteCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Campaign, Recipient } from '../../domain/campaigns/campaign.ts';
import type { Campaigns } from '../../domain/campaigns/campaigns.ts';
import type { Clock } from '../../domain/clock.ts';
import { campaignNotFound, DomainError } from '../../domain/errors.ts';
import type { Page, PageRequest } from '../../domain/page.ts';
import { insertOnce } from './batch.ts';
import { recipientHash, recipientItem, recipientOf } from './campaign-item.ts';
import { isConditionFailure, isTransactionCancelled, oldItem, type Item } from './conditions.ts';
import { countsUpdate } from './counts-update.ts';
import { decodeCursor, encodeCursor, listName } from './cursor.ts';
import { campaignCountsKey, campaignKey, recipientKey } from './keys.ts';
import { queryPage } from './query-page.ts';

/** How long an import may keep the campaign from starting: longer than a Lambda behind the API can live. */
const IMPORT_LEASE_MS = 30_000;
const COUNT_SLICES = ['0000', '4000', '8000', 'c000', '10000'] as const;
const RETRIES_PER_WRITE = 50;
const ATTEMPTS = 8;
const PAUSE_MS = 20;

/** Condition of a start; needs `:now` (Unix ms) and `:none` (0). */
export const NO_IMPORT_UNDER_WAY = '(attribute_not_exists(imports) OR imports <= :none OR importsUntil < :now)';

type Recipients = Pick<Campaigns, 'addRecipients' | 'countRecipients' | 'recipientsIn' | 'listRecipients' | 'retryRecipients'>;

export const dynamoCampaignRecipients = (doc: DynamoDBDocumentClient, tableName: string, clock: Clock): Recipients => ({
  async addRecipients(campaign, recipients) {
    await beginImport(doc, tableName, campaign, clock.now());
    let added = 0;
    try {
      const inserted = await insertOnce(doc, tableName, recipients.map((recipient) => recipientItem(campaign.id, recipient)));
      added = inserted.filter(Boolean).length;
      return recipients.filter((_, i) => !inserted[i]).map(({ to }) => to);
    } finally {
      await endImport(doc, tableName, campaign.id, added);
    }
  },

  async countRecipients(campaignId) {
    const slices = COUNT_SLICES.slice(1).map((toHash, i) => countSlice(doc, tableName, campaignId, COUNT_SLICES[i] ?? '0000', toHash));
    return (await Promise.all(slices)).reduce((sum, count) => sum + count, 0);
  },

  recipientsIn: (campaignId, fromHash, toHash, page) => listSlice(doc, tableName, campaignId, [fromHash, toHash], page),
  listRecipients: (campaignId, page) => listSlice(doc, tableName, campaignId, ['0000', '10000'], page),

  async retryRecipients(campaignId, sessionId, failed) {
    const retried: Recipient[] = [];
    for (let at = 0; at < failed.length; at += RETRIES_PER_WRITE) {
      const part = failed.slice(at, at + RETRIES_PER_WRITE);
      retried.push(...(await retryTogether(doc, tableName, { campaignId, sessionId, failed: part, nowMs: clock.now() })));
    }
    return retried;
  },
});

async function beginImport(doc: DynamoDBDocumentClient, tableName: string, campaign: Campaign, nowMs: number): Promise<void> {
  const update = new UpdateCommand({
    TableName: tableName,
    Key: campaignKey(campaign.id),
    UpdateExpression: 'SET importsUntil = :until ADD imports :one',
    ConditionExpression: '#status IN (:draft, :scheduled)',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':until': nowMs + IMPORT_LEASE_MS, ':one': 1, ':draft': 'draft', ':scheduled': 'scheduled' },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  await doc.send(update).catch((error: unknown) => {
    if (!isConditionFailure(error)) throw error;
    const item = oldItem(error);
    throw item ? notOpen(String(item['status']), error) : campaignNotFound(campaign.id);
  });
}

const notOpen = (status: string, cause: unknown): DomainError =>
  new DomainError(
    'conflict',
    'invalid_campaign_state',
    `Recipients can be added to a draft or scheduled campaign; this one is ${status}.`,
    { cause },
  );

async function endImport(doc: DynamoDBDocumentClient, tableName: string, campaignId: string, added: number): Promise<void> {
  const update = new UpdateCommand({
    TableName: tableName,
    Key: campaignKey(campaignId),
    UpdateExpression: 'ADD imports :one, #total :added',
    ExpressionAttributeNames: { '#total': 'total' },
    ExpressionAttributeValues: { ':one': -1, ':added': added },
  });
  await doc.send(update);
}

/** `R#` and a hash sorts before every recipient with that hash, so both bounds may be inclusive. */
const sliceOf = (campaignId: string, [fromHash, toHash]: readonly [string, string]) => ({
  KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
  ExpressionAttributeValues: {
    ':pk': campaignKey(campaignId).pk,
    ':from': `R#${fromHash}`,
    ':to': toHash === '10000' ? 'R#~' : `R#${toHash}`,
  },
});

async function countSlice(doc: DynamoDBDocumentClient, tableName: string, campaignId: string, from: string, to: string): Promise<number> {
  let count = 0;
  let start: Item | undefined;
  do {
    const query = { TableName: tableName, ...sliceOf(campaignId, [from, to]), Select: 'COUNT', ConsistentRead: true } as const;
    const { Count = 0, LastEvaluatedKey } = await doc.send(new QueryCommand({ ...query, ExclusiveStartKey: start }));
    count += Count;
    start = LastEvaluatedKey;
  } while (start !== undefined);
  return count;
}

function listSlice(
  doc: DynamoDBDocumentClient,
  tableName: string,
  campaignId: string,
  slice: readonly [string, string],
  { limit, cursor }: PageRequest,
): Promise<Page<Recipient>> {
  const list = listName(campaignId, 'recipients', ...slice);
  const after = decodeCursor(list, cursor);
  const query = {
    TableName: tableName,
    ConsistentRead: true,
    ...sliceOf(campaignId, slice),
    ...(after !== undefined && { ExclusiveStartKey: { pk: campaignKey(campaignId).pk, sk: after } }),
  };
  return queryPage(doc, query, limit, recipientOf, (last) => encodeCursor(list, String(last['sk'])));
}

interface Retry {
  readonly campaignId: string;
  readonly sessionId: string;
  readonly failed: readonly Recipient[];
  readonly nowMs: number;
}

/** All or nothing per write; those whose attempt has moved on meanwhile are left out and the rest tried again. */
async function retryTogether(doc: DynamoDBDocumentClient, tableName: string, retry: Retry): Promise<readonly Recipient[]> {
  let open = retry.failed;
  for (let attempt = 0; attempt < ATTEMPTS && open.length > 0; attempt++) {
    const lost = await retryOrLosers(doc, tableName, { ...retry, failed: open });
    if (lost === undefined) return open.map((recipient) => ({ ...recipient, attempt: recipient.attempt + 1 }));
    open = open.filter((_, i) => !lost.has(i));
    if (lost.size === 0) await pauseAfterConflict(attempt);
  }
  if (open.length === 0) return [];
  throw new DomainError('unavailable', 'database_busy', 'The database is busy. Try again shortly.', { retryAfterSeconds: 2 });
}

const pauseAfterConflict = (attempt: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.random() * PAUSE_MS * 2 ** attempt));

async function retryOrLosers(
  doc: DynamoDBDocumentClient,
  tableName: string,
  { campaignId, sessionId, failed, nowMs }: Retry,
): Promise<ReadonlySet<number> | undefined> {
  const counts = {
    TableName: tableName,
    Key: campaignCountsKey(campaignId, sessionId),
    ...countsUpdate({ failed: -failed.length }, nowMs),
  };
  const updates = failed.map((recipient) => ({ Update: nextAttempt(tableName, campaignId, recipient) }));
  try {
    await doc.send(new TransactWriteCommand({ TransactItems: [...updates, { Update: counts }] }));
    return undefined;
  } catch (error) {
    if (!isTransactionCancelled(error)) throw error;
    const reasons = error.CancellationReasons ?? [];
    return new Set(reasons.flatMap(({ Code }, i) => (Code === 'ConditionalCheckFailed' ? [i] : [])));
  }
}

const nextAttempt = (tableName: string, campaignId: string, { to, attempt }: Recipient) => ({
  TableName: tableName,
  Key: recipientKey(campaignId, recipientHash(to), to),
  UpdateExpression: 'SET attempt = :next',
  ConditionExpression: 'attempt = :seen',
  ExpressionAttributeValues: { ':next': attempt + 1, ':seen': attempt },
});
