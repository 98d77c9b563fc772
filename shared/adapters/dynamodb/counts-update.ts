import type { CampaignCounts } from '../../domain/campaigns/campaign.ts';
import { NO_COUNTS } from '../../domain/campaigns/count-share.ts';

export const COUNTED = Object.keys(NO_COUNTS) as readonly (keyof CampaignCounts)[];

/**
 * Adds to a share's counts, and marks that they changed, as every such write must: a recount is only put in the place
 * of counts that have not changed since it began. At least one delta must not be 0.
 */
export function countsUpdate(deltas: Partial<CampaignCounts>, nowMs: number, sequence?: string) {
  const moved = COUNTED.filter((name) => deltas[name]);
  const ofBatch = ['countedSequence = :sequence', 'firstSequence = if_not_exists(firstSequence, :sequence)'];
  const sets = ['changedAt = :now', ...(sequence === undefined ? [] : ofBatch)];
  const adds = ['changes :one', ...moved.map((name) => `#${name} :${name}`)];
  return {
    UpdateExpression: `SET ${sets.join(', ')} ADD ${adds.join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries(moved.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: {
      ...Object.fromEntries(moved.map((name) => [`:${name}`, deltas[name]])),
      ':now': nowMs,
      ':one': 1,
      ...(sequence !== undefined && { ':sequence': sequence }),
    },
  };
}
