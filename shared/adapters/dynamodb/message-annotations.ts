import { UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import pLimit from 'p-limit';
import { annotate, type Annotations } from '../../domain/outbox/annotations.ts';
import type { AnnotatedMessage, MessageDeeds, MovingBatch } from '../../domain/outbox/messages.ts';
import { batchGet } from './batch.ts';
import { isConditionFailure, type Item } from './conditions.ts';
import { messageKey, type Key } from './keys.ts';
import { asMessageItem, storedOf } from './message-item.ts';

const ROUNDS = 4;
const WRITES_AT_ONCE = 16;
const KEPT_FOR_SECONDS = 7 * 24 * 3_600;

/** An item without a status only keeps what was done to a message that has not come yet. */
export const isMessage = (item: Item | undefined): item is Item => item?.['status'] !== undefined;

/** Reads, decides, and writes on condition that no deed was noted since; a lost race is read and decided anew. */
export async function annotateMessages(
  doc: DynamoDBDocumentClient,
  tableName: string,
  workspaceId: string,
  batch: MovingBatch,
  changes: readonly MessageDeeds[],
): Promise<readonly AnnotatedMessage[]> {
  const noted: AnnotatedMessage[] = [];
  const limit = pLimit(WRITES_AT_ONCE);
  let open = changes;
  for (let round = 0; open.length > 0 && round < ROUNDS; round++) {
    const keys = open.map(({ messageId }) => messageKey(workspaceId, messageId));
    const items = await batchGet(doc, tableName, keys, { consistent: true });
    const results = await Promise.all(open.map((change, i) => limit(annotateOne, doc, tableName, { change, key: keys[i] as Key, item: items[i], batch })));
    noted.push(...results.filter((result) => result !== 'lost-race'));
    open = open.filter((_, i) => results[i] === 'lost-race');
  }
  if (open.length > 0) throw new Error(`${open.length} messages kept changing while they were annotated`);
  return noted;
}

interface Target {
  readonly change: MessageDeeds;
  readonly key: Key;
  readonly item: Item | undefined;
  readonly batch: MovingBatch;
}

async function annotateOne(doc: DynamoDBDocumentClient, tableName: string, { change, key, item, batch }: Target): Promise<AnnotatedMessage | 'lost-race'> {
  const { messageId, deeds, mayComeLater } = change;
  if (!item && !mayComeLater) return { messageId, message: undefined, news: [] };
  const { annotations: before = {}, annotationsRevision: revision = 0 } = asMessageItem(item ?? {});
  const { annotations, news, isChanged } = annotate(before, deeds, batch);
  const isWritten = !isChanged || (await write(doc, tableName, { key, annotations, revision, isWaiting: !isMessage(item) }));
  return isWritten ? { messageId, message: isMessage(item) ? storedOf(asMessageItem(item)) : undefined, news } : 'lost-race';
}

interface Noted {
  readonly key: Key;
  readonly annotations: Annotations;
  readonly revision: number;
  /** The message itself is not there yet. */
  readonly isWaiting: boolean;
}

/** `false`: somebody noted something, or the message came, meanwhile. */
async function write(doc: DynamoDBDocumentClient, tableName: string, { key, annotations, revision, isWaiting }: Noted): Promise<boolean> {
  const isUnmoved = revision === 0 ? 'attribute_not_exists(annotationsRevision)' : 'annotationsRevision = :revision';
  const update = new UpdateCommand({
    TableName: tableName,
    Key: key,
    UpdateExpression: `SET annotations = :annotations, annotationsRevision = :next${isWaiting ? ', expiresAtSeconds = :expires' : ''}`,
    ConditionExpression: `${isUnmoved} AND ${isWaiting ? 'attribute_not_exists(#status)' : 'attribute_exists(#status)'}`,
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: {
      ':annotations': annotations,
      ':next': revision + 1,
      ...(revision > 0 && { ':revision': revision }),
      ...(isWaiting && { ':expires': Math.floor(Date.now() / 1_000) + KEPT_FOR_SECONDS }),
    },
  });
  try {
    await doc.send(update);
    return true;
  } catch (error) {
    if (isConditionFailure(error)) return false;
    throw error;
  }
}
