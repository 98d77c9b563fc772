import { GetCommand, PutCommand, UpdateCommand, type DynamoDBDocumentClient, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import type { CampaignStatus } from '../../contracts/api/campaigns.ts';
import type { CampaignFields, Campaigns } from '../../domain/campaigns/campaigns.ts';
import { systemClock, type Clock } from '../../domain/clock.ts';
import { campaignNotFound } from '../../domain/errors.ts';
import { batchGet } from './batch.ts';
import { campaignItem, campaignOf } from './campaign-item.ts';
import { isConditionFailure } from './conditions.ts';
import { decodeCursor, encodeCursor, listName } from './cursor.ts';
import { dynamoCampaignCounts } from './dynamo-campaign-counts.ts';
import { dynamoCampaignJobs } from './dynamo-campaign-jobs.ts';
import { dynamoCampaignRecipients, NO_IMPORT_UNDER_WAY } from './dynamo-campaign-recipients.ts';
import { ACTIVE_CAMPAIGNS, campaignKey, campaignsOfWorkspace } from './keys.ts';
import { queryAll, queryPage } from './query-page.ts';
import { INDEX } from './table-names.ts';

/** Campaigns with their recipients, counts and jobs: one partition of the core table each. */
export const dynamoCampaigns = (doc: DynamoDBDocumentClient, tableName: string, clock: Clock = systemClock): Campaigns => ({
  ...campaignRecords(doc, tableName, clock),
  ...dynamoCampaignRecipients(doc, tableName, clock),
  ...dynamoCampaignCounts(doc, tableName, clock),
  ...dynamoCampaignJobs(doc, tableName, clock),
});

type Records = Pick<Campaigns, 'insert' | 'get' | 'list' | 'transition' | 'listActive' | 'retire'>;

const campaignRecords = (doc: DynamoDBDocumentClient, tableName: string, clock: Clock): Records => ({
  async insert(campaign) {
    const put = new PutCommand({ TableName: tableName, Item: campaignItem(campaign), ConditionExpression: 'attribute_not_exists(pk)' });
    await doc.send(put).catch(ignoreConditionFailure);
  },

  async get(workspaceId, campaignId) {
    const { Item } = await doc.send(new GetCommand({ TableName: tableName, Key: campaignKey(campaignId), ConsistentRead: true }));
    if (Item?.['workspaceId'] !== workspaceId) throw campaignNotFound(campaignId);
    return campaignOf(Item);
  },

  list(workspaceId, { limit, cursor }, status) {
    const list = listName(workspaceId, 'campaigns', status);
    const before = decodeCursor(list, cursor) ?? 'cmp_~';
    const query = {
      TableName: tableName,
      IndexName: INDEX.gsi1,
      ScanIndexForward: false,
      KeyConditionExpression: 'gsi1pk = :pk AND gsi1sk < :before',
      ExpressionAttributeValues: { ':pk': campaignsOfWorkspace(workspaceId), ':before': before, ...(status && { ':status': status }) },
      ...(status && { FilterExpression: '#status = :status', ExpressionAttributeNames: { '#status': 'status' } }),
    };
    return queryPage(doc, query, limit, campaignOf, (last) => encodeCursor(list, String(last['id'])));
  },

  async transition(workspaceId, campaignId, from, to, fields = {}) {
    const update = transitionUpdate(workspaceId, campaignId, from, to, fields, clock.now());
    const answer = await doc.send(new UpdateCommand({ TableName: tableName, ...update })).catch(ignoreConditionFailure);
    return answer?.Attributes && campaignOf(answer.Attributes);
  },

  async listActive() {
    const query = {
      TableName: tableName,
      IndexName: INDEX.gsi2,
      KeyConditionExpression: 'gsi2pk = :pk',
      ExpressionAttributeValues: { ':pk': ACTIVE_CAMPAIGNS },
    };
    const keys = (await queryAll(doc, query)).map((item) => campaignKey(String(item['id'])));
    const items = await batchGet(doc, tableName, keys, { consistent: true }); // the index may be behind
    return items.flatMap((item) => (item?.['gsi2pk'] === ACTIVE_CAMPAIGNS ? [campaignOf(item)] : []));
  },

  async retire({ id, status }) {
    const update = new UpdateCommand({
      TableName: tableName,
      Key: campaignKey(id),
      UpdateExpression: 'REMOVE gsi2pk, gsi2sk',
      ConditionExpression: '#status = :status',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: { ':status': status },
    });
    await doc.send(update).catch(ignoreConditionFailure);
  },
});

function transitionUpdate(
  workspaceId: string,
  campaignId: string,
  from: readonly CampaignStatus[],
  to: CampaignStatus,
  fields: CampaignFields,
  nowMs: number,
): Omit<UpdateCommandInput, 'TableName'> {
  const changes = { status: to, statusAt: nowMs, ...fields, gsi2pk: ACTIVE_CAMPAIGNS, gsi2sk: campaignId };
  const names = Object.keys(changes);
  const starts = to === 'running';
  return {
    Key: campaignKey(campaignId),
    UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
    ConditionExpression: [
      'workspaceId = :workspaceId',
      `#status IN (${from.map((_, i) => `:from${i}`).join(', ')})`,
      ...(starts ? [NO_IMPORT_UNDER_WAY] : []),
    ].join(' AND '),
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: {
      ...Object.fromEntries(Object.entries(changes).map(([name, value]) => [`:${name}`, value])),
      ...Object.fromEntries(from.map((status, i) => [`:from${i}`, status])),
      ':workspaceId': workspaceId,
      ...(starts && { ':now': nowMs, ':none': 0 }),
    },
    ReturnValues: 'ALL_NEW',
  };
}

function ignoreConditionFailure(error: unknown): undefined {
  if (!isConditionFailure(error)) throw error;
}

