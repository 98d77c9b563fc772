import { PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { SeenSignatures } from '../../domain/ingest/ingest-guards.ts';
import { isConditionFailure } from './conditions.ts';
import { seenSignatureKey } from './keys.ts';

/** One item a signature, which goes by its TTL: while it is there, late as that may be, the signature is refused. */
export const dynamoSeenSignatures = (doc: DynamoDBDocumentClient, tableName: string): SeenSignatures => ({
  async remember(signature, untilMs) {
    const request = new PutCommand({
      TableName: tableName,
      Item: { ...seenSignatureKey(signature), expiresAtSeconds: Math.ceil(untilMs / 1_000) },
      ConditionExpression: 'attribute_not_exists(pk)',
    });
    return doc.send(request).then(() => true, (error: unknown) => {
      if (isConditionFailure(error)) return false;
      throw error;
    });
  },
});
