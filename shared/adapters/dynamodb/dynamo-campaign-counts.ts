import { UpdateCommand, type DynamoDBDocumentClient, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import type { CampaignCounts } from '../../domain/campaigns/campaign.ts';
import type { Campaigns } from '../../domain/campaigns/campaigns.ts';
import { laterSequence, type CountShare } from '../../domain/campaigns/count-share.ts';
import type { Clock } from '../../domain/clock.ts';
import { isConditionFailure, oldItem, type Item } from './conditions.ts';
import { COUNTED, countsUpdate } from './counts-update.ts';
import { campaignCountsKey } from './keys.ts';
import { queryAll } from './query-page.ts';

type Counts = Pick<Campaigns, 'counts' | 'addCounts' | 'countShares' | 'correctCounts'>;

/** One item a session's share, so that sessions count without waiting for each other. */
export const dynamoCampaignCounts = (doc: DynamoDBDocumentClient, tableName: string, clock: Clock): Counts => ({
  async counts(campaignId) {
    const shares = await listShares(doc, tableName, campaignId);
    return countsOf((name) => shares.reduce((total, { counts }) => total + counts[name], 0));
  },

  countShares: (campaignId) => listShares(doc, tableName, campaignId),

  async addCounts(campaignId, sessionId, deltas, sequence) {
    if (COUNTED.every((name) => !deltas[name])) return;
    const target = { TableName: tableName, Key: campaignCountsKey(campaignId, sessionId) };
    const update = { ...target, ...countsUpdate(deltas, clock.now(), sequence), ...(sequence !== undefined && NOT_COUNTED) };
    const refusal = await refusalOf(doc, update);
    if (refusal && !isCountedLast(refusal, sequence)) await doc.send(new UpdateCommand({ ...target, ...doubtUpdate(clock.now()) }));
  },

  async correctCounts(campaignId, share, counts, upToSequence) {
    const target = { TableName: tableName, Key: campaignCountsKey(campaignId, share.sessionId) };
    return (await refusalOf(doc, { ...target, ...correction(share, counts, upToSequence) })) === undefined;
  },
});

const NOT_COUNTED = {
  ConditionExpression: 'attribute_not_exists(countedSequence) OR countedSequence < :sequence',
  ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
} as const;

/** The item that an update's condition refused, or `undefined` if it was written. */
async function refusalOf(doc: DynamoDBDocumentClient, update: UpdateCommandInput): Promise<Item | undefined> {
  try {
    await doc.send(new UpdateCommand(update));
    return undefined;
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    return oldItem(error) ?? {};
  }
}

/** The usual repetition: this very batch was counted, by itself and not by a recount, and none has been since. */
const isCountedLast = ({ countedSequence, vouchedSequence }: Item, sequence: string | undefined): boolean =>
  countedSequence === sequence && vouchedSequence !== sequence;

/** A change that changes no count: the share is to be looked at again. */
const doubtUpdate = (nowMs: number) => ({
  UpdateExpression: 'SET changedAt = :now, isDoubtful = :true ADD changes :one',
  ExpressionAttributeValues: { ':now': nowMs, ':true': true, ':one': 1 },
});

function correction(share: CountShare, counts: CampaignCounts, upToSequence: string | null) {
  const sequence = laterSequence(share.countedSequence, upToSequence);
  const fields = {
    ...counts,
    recountedChanges: share.changes,
    ...(sequence !== null && { countedSequence: sequence, vouchedSequence: sequence }),
  };
  const names = Object.keys(fields);
  return {
    UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')} REMOVE isDoubtful`,
    ConditionExpression: 'changes = :recountedChanges',
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(Object.entries(fields).map(([name, value]) => [`:${name}`, value])),
  };
}

async function listShares(doc: DynamoDBDocumentClient, tableName: string, campaignId: string): Promise<readonly CountShare[]> {
  const { pk, sk } = campaignCountsKey(campaignId, '');
  const items = await queryAll(doc, {
    TableName: tableName,
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :counts)',
    ExpressionAttributeValues: { ':pk': pk, ':counts': sk },
  });
  return items.map((item) => shareOf(item, String(item['sk']).slice(sk.length)));
}

const shareOf = (item: Item, sessionId: string): CountShare => ({
  sessionId,
  counts: countsOf((name) => Number(item[name] ?? 0)),
  changes: Number(item['changes'] ?? 0),
  changedAt: Number(item['changedAt'] ?? 0),
  countedSequence: (item['countedSequence'] ?? null) as string | null,
  vouchedSequence: (item['vouchedSequence'] ?? item['firstSequence'] ?? null) as string | null,
  recountedChanges: (item['recountedChanges'] ?? null) as number | null,
  isDoubtful: item['isDoubtful'] === true,
});

const countsOf = (count: (name: keyof CampaignCounts) => number): CampaignCounts =>
  Object.fromEntries(COUNTED.map((name) => [name, count(name)])) as unknown as CampaignCounts;
