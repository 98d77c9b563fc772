import { UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { MoveQueued } from '../../domain/providers/move-queued.ts';
import { isConditionFailure } from './conditions.ts';
import { messageKey, outboxPartition } from './keys.ts';

/** A message lies with its peer, so it stays where it is: only who sends it changes. */
export const dynamoMoveQueued = (doc: DynamoDBDocumentClient, tableName: string): MoveQueued =>
  async ({ id, workspaceId, sessionId, campaignId }, to) => {
    try {
      await doc.send(
        new UpdateCommand({
          TableName: tableName,
          Key: messageKey(workspaceId, id),
          UpdateExpression: 'SET sessionId = :to, chatId = :chat, outboxPk = :lane, failoverFrom = :from',
          ConditionExpression: '#status = :queued AND sessionId = :from',
          ExpressionAttributeNames: { '#status': 'status' },
          ExpressionAttributeValues: {
            ':to': to.sessionId, ':chat': to.chatId, ':lane': outboxPartition({ sessionId: to.sessionId, campaignId }), ':from': sessionId, ':queued': 'queued',
          },
        }),
      );
      return true;
    } catch (error) {
      if (isConditionFailure(error)) return false;
      throw error;
    }
  };
