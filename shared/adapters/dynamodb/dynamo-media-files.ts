import { GetCommand, PutCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { systemClock, type Clock } from '../../domain/clock.ts';
import type { MediaFiles, MediaRecord, UploadRecord } from '../../domain/media/media-files.ts';
import { insertOnce } from './batch.ts';
import { isConditionFailure, oldItem, type Item } from './conditions.ts';
import { mediaKey } from './keys.ts';

/** DynamoDB removes expired items late, so readers look at the time themselves. */
const itemOf = (record: MediaRecord): Item => ({
  ...mediaKey(record.workspaceId, record.id), record, expiresAtSeconds: Math.ceil(record.expiresAt / 1_000),
});
const recordOf = (item: Item | undefined): MediaRecord | undefined => item?.['record'] as MediaRecord | undefined;

export const dynamoMediaFiles = (doc: DynamoDBDocumentClient, tableName: string, clock: Clock = systemClock): MediaFiles => ({
  async insertUpload(upload) {
    try {
      await doc.send(new PutCommand({
        TableName: tableName,
        Item: itemOf(upload),
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }));
      return upload;
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
      return recordOf(oldItem(error)) as UploadRecord;
    }
  },

  async find(workspaceId, id) {
    const { Item } = await doc.send(new GetCommand({ TableName: tableName, Key: mediaKey(workspaceId, id), ConsistentRead: true }));
    const record = recordOf(Item);
    return record && record.expiresAt > clock.now() ? record : undefined;
  },

  async markKept({ workspaceId, id }, keptAt, expiresAt) {
    await doc.send(new UpdateCommand({
      TableName: tableName,
      Key: mediaKey(workspaceId, id),
      UpdateExpression: 'SET #record.keptAt = :keptAt, #record.expiresAt = :expiresAt, expiresAtSeconds = :seconds',
      ExpressionAttributeNames: { '#record': 'record' },
      ExpressionAttributeValues: { ':keptAt': keptAt, ':expiresAt': expiresAt, ':seconds': Math.ceil(expiresAt / 1_000) },
    }));
  },

  async noteReceived(records) {
    await insertOnce(doc, tableName, records.map(itemOf));
  },
});
