import { UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { CampaignCounts } from '../../domain/campaigns/campaign.ts';
import type { Campaigns } from '../../domain/campaigns/campaigns.ts';
import { isConditionFailure } from './conditions.ts';
import { campaignCountsKey, campaignKey } from './keys.ts';
import { queryAll } from './query-page.ts';

const COUNTED = ['sending', 'sent', 'delivered', 'read', 'failed', 'skipped'] as const satisfies (keyof CampaignCounts)[];

/** One item a session's share, so that sessions count without waiting for each other. */
export const dynamoCampaignCounts = (doc: DynamoDBDocumentClient, tableName: string): Pick<Campaigns, 'counts' | 'addCounts'> => ({
  async counts(campaignId) {
    const shares = await queryAll(doc, {
      TableName: tableName,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :counts)',
      ExpressionAttributeValues: { ':pk': campaignKey(campaignId).pk, ':counts': 'COUNTS#' },
    });
    const sum = (name: string) => shares.reduce((total, share) => total + Number(share[name] ?? 0), 0);
    return Object.fromEntries(COUNTED.map((name) => [name, sum(name)])) as unknown as CampaignCounts;
  },

  async addCounts(campaignId, sessionId, deltas, sequence) {
    const moved = COUNTED.filter((name) => deltas[name]);
    if (moved.length === 0) return;
    const update = new UpdateCommand({
      TableName: tableName,
      Key: campaignCountsKey(campaignId, sessionId),
      UpdateExpression: `${sequence ? 'SET countedSequence = :sequence ' : ''}ADD ${moved.map((name) => `#${name} :${name}`).join(', ')}`,
      ExpressionAttributeNames: Object.fromEntries(moved.map((name) => [`#${name}`, name])),
      ExpressionAttributeValues: {
        ...Object.fromEntries(moved.map((name) => [`:${name}`, deltas[name]])),
        ...(sequence && { ':sequence': sequence }),
      },
      ...(sequence && { ConditionExpression: 'attribute_not_exists(countedSequence) OR countedSequence < :sequence' }),
    });
    await doc.send(update).catch((error: unknown) => {
      if (!isConditionFailure(error)) throw error; // a failed condition: this batch has been counted
    });
  },
});
