import { GetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { MetaAccounts, MetaNumberOwner } from '../../domain/meta/credentials.ts';
import type { Item } from './conditions.ts';
import { businessAccountKey, metaNumberKey } from './keys.ts';
import { queryAll } from './query-page.ts';

/** Whose what Meta sends is. Opens no credentials, so it needs no keys. */
export const dynamoMetaNumbers = (doc: DynamoDBDocumentClient, tableName: string): Pick<MetaAccounts, 'ownerOf' | 'ownersOf'> => ({
  async ownerOf(phoneNumberId) {
    const { Item } = await doc.send(new GetCommand({ TableName: tableName, Key: metaNumberKey(phoneNumberId), ConsistentRead: true }));
    return Item && ownerIn(Item);
  },

  async ownersOf(businessAccountId) {
    const { pk } = businessAccountKey(businessAccountId, '');
    const items = await queryAll(doc, { TableName: tableName, KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': pk } });
    return items.map(ownerIn);
  },
});

const ownerIn = ({ sessionId, workspaceId }: Item): MetaNumberOwner => ({ sessionId: String(sessionId), workspaceId: String(workspaceId) });
