import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { MetaSessions } from '../../domain/meta/meta-sessions.ts';
import { META_SESSIONS } from './keys.ts';
import { queryAll } from './query-page.ts';
import { INDEX } from './table-names.ts';

export const dynamoMetaSessions = (doc: DynamoDBDocumentClient, tableName: string): MetaSessions => ({
  async listIds() {
    const items = await queryAll(doc, {
      TableName: tableName,
      IndexName: INDEX.gsi2,
      KeyConditionExpression: 'gsi2pk = :meta',
      ProjectionExpression: 'gsi2sk',
      ExpressionAttributeValues: { ':meta': META_SESSIONS },
    });
    return items.map((item) => item['gsi2sk'] as string);
  },
});
