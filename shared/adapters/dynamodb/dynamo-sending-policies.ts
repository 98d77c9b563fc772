import { GetCommand, PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { SendingPolicies, SendingPolicy } from '../../domain/providers/sending-policy.ts';
import type { Item } from './conditions.ts';
import { FAILOVER_POLICIES, sendingPolicyKey } from './keys.ts';
import { queryAll } from './query-page.ts';
import { INDEX } from './table-names.ts';

/** One item a workspace; while failover is on it is in the list of those that somebody looks after. */
export const dynamoSendingPolicies = (doc: DynamoDBDocumentClient, tableName: string): SendingPolicies => ({
  async find(workspaceId) {
    const { Item } = await doc.send(new GetCommand({ TableName: tableName, Key: sendingPolicyKey(workspaceId), ConsistentRead: true }));
    return Item && policyOf(Item);
  },
  async save(policy) {
    const listed = policy.failover.enabled ? { gsi2pk: FAILOVER_POLICIES, gsi2sk: policy.workspaceId } : {};
    await doc.send(new PutCommand({ TableName: tableName, Item: { ...sendingPolicyKey(policy.workspaceId), ...policy, ...listed } }));
  },
  async listWithFailover() {
    const items = await queryAll(doc, {
      TableName: tableName,
      IndexName: INDEX.gsi2,
      KeyConditionExpression: 'gsi2pk = :policies',
      ExpressionAttributeValues: { ':policies': FAILOVER_POLICIES },
    });
    return items.map(policyOf);
  },
});

function policyOf(item: Item): SendingPolicy {
  const { workspaceId, primary, fallbacks, failover, updatedAt } = item as unknown as SendingPolicy;
  return { workspaceId, primary, fallbacks, failover, updatedAt };
}
