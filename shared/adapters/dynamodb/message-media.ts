import { GetCommand, QueryCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { settle, type MediaOutcome, type ReceivedMedia } from '../../domain/media/received-media.ts';
import type { MovingBatch, StoredMessage } from '../../domain/outbox/messages.ts';
import { isConditionFailure } from './conditions.ts';
import { pendingMediaPartition, type Key } from './keys.ts';
import { asMessageItem, storedOf, type MessageItem } from './message-item.ts';

interface Settling {
  readonly key: Key;
  readonly batch: MovingBatch;
  readonly outcome: MediaOutcome;
}

const ATTEMPTS = 5;

/** See `Messages.settleMedia`. One batch of a session is worked on at a time, so a lost race is rare, and tried again. */
export async function settleMedia(doc: DynamoDBDocumentClient, tableName: string, { key, batch, outcome }: Settling): Promise<StoredMessage | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { Item } = await doc.send(new GetCommand({ TableName: tableName, Key: key, ConsistentRead: true }));
    const item = Item && asMessageItem(Item);
    if (!item?.media) return undefined;
    if (item.mediaBy === batch.sequence) return storedOf(item);
    const media = settle(item.media, outcome);
    if (!media) return undefined;
    if (await write(doc, tableName, item, media, batch)) return storedOf({ ...item, media });
  }
  throw new Error(`The file of ${key.sk} changed ${ATTEMPTS} times while it was settled`);
}

/** `false`: somebody else settled it meanwhile. It leaves the list of those to be fetched. */
const write = (doc: DynamoDBDocumentClient, tableName: string, { pk, sk, media: seen }: MessageItem, media: ReceivedMedia, { sequence }: MovingBatch): Promise<boolean> =>
  doc.send(new UpdateCommand({
    TableName: tableName,
    Key: { pk, sk },
    UpdateExpression: 'SET media = :media, mediaBy = :by REMOVE outboxPk, outboxSk',
    ConditionExpression: 'media.#status = :seen',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':media': media, ':by': sequence, ':seen': seen?.status },
  })).then(() => true, (error: unknown) => {
    if (isConditionFailure(error)) return false;
    throw error;
  });

export async function listPendingMedia(doc: DynamoDBDocumentClient, tableName: string, sessionId: string, limit: number): Promise<readonly StoredMessage[]> {
  const { Items = [] } = await doc.send(new QueryCommand({
    TableName: tableName,
    IndexName: 'outbox',
    KeyConditionExpression: 'outboxPk = :pk',
    ExpressionAttributeValues: { ':pk': pendingMediaPartition(sessionId) },
    Limit: limit,
  }));
  return Items.map((item) => storedOf(asMessageItem(item)));
}
