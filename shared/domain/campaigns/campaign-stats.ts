import type { CampaignStats } from '../../contracts/api/campaigns.ts';
import type { Campaign, CampaignCounts } from './campaign.ts';

/**
 * The counts as they are shown: the parts add up to `total`. Who is in none of them is queued, or skipped once the
 * campaign was called off.
 */
export function statsOf({ status, total }: Pick<Campaign, 'status' | 'total'>, counts: CampaignCounts): CampaignStats {
  const { sending, sent, delivered, read, failed, skipped } = counts;
  const rest = Math.max(0, total - (sending + sent + delivered + read + failed + skipped));
  const isCalledOff = status === 'cancelled' || status === 'failed';
  const waiting = isCalledOff ? { queued: 0, skipped: skipped + rest } : { queued: rest, skipped };
  return { total, sending, sent, delivered, read, failed, ...waiting };
}
