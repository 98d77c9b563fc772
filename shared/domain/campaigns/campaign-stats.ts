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
  return { total, queued: isCalledOff ? 0 : rest, sending, sent, delivered, read, failed, skipped: skipped + (isCalledOff ? rest : 0) };
}
