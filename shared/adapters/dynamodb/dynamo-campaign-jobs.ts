import { DeleteCommand, GetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { CampaignJob } from '../../contracts/jobs.ts';
import type { Campaigns } from '../../domain/campaigns/campaigns.ts';
import type { Clock } from '../../domain/clock.ts';
import { insertOnce } from './batch.ts';
import { campaignJobKey, campaignKey } from './keys.ts';
import { queryAll } from './query-page.ts';

type Jobs = Pick<Campaigns, 'recordJobs' | 'isPending' | 'finishJob' | 'pendingJobs'>;

const keyOf = ({ campaignId, kind, fromHash }: CampaignJob) => campaignJobKey(campaignId, kind, fromHash);

export const dynamoCampaignJobs = (doc: DynamoDBDocumentClient, tableName: string, clock: Clock): Jobs => ({
  async recordJobs(jobs) {
    const recordedAt = clock.now();
    await insertOnce(doc, tableName, jobs.map((job) => ({ ...keyOf(job), ...job, recordedAt })));
  },

  async isPending(job) {
    const { Item } = await doc.send(new GetCommand({ TableName: tableName, Key: keyOf(job), ConsistentRead: true }));
    return Item !== undefined;
  },

  async finishJob(job) {
    await doc.send(new DeleteCommand({ TableName: tableName, Key: keyOf(job) }));
  },

  async pendingJobs(campaignId, recordedBeforeMs) {
    const items = await queryAll(doc, {
      TableName: tableName,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :jobs)',
      ExpressionAttributeValues: { ':pk': campaignKey(campaignId).pk, ':jobs': 'JOB#' },
    });
    const waiting = items.filter((item) => recordedBeforeMs === undefined || Number(item['recordedAt']) < recordedBeforeMs);
    return waiting.map((item) => CampaignJob.parse(item));
  },
});
