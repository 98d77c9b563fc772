import type { AnnounceStatus } from './announce-status.ts';
import type { Campaigns } from './campaigns.ts';

/**
 * Campaigns whose changes of status are told as they happen. Only a completion is not: who completes a campaign tells it
 * after the receipts that completed it. Whoever dies between change and telling is made up for by `followUpCampaign`.
 */
export const announcingCampaigns = (campaigns: Campaigns, announce: AnnounceStatus): Campaigns => ({
  ...campaigns,
  async transition(...step) {
    const moved = await campaigns.transition(...step);
    if (moved && moved.status !== 'completed') await announce(moved);
    return moved;
  },
});
