import type { CampaignStatsJob } from '../../contracts/realtime.ts';
import type { Clock } from '../clock.ts';
import type { EnqueueJobs } from '../job-queue.ts';
import type { Campaign } from './campaign.ts';

export interface NoteCountsDeps {
  readonly enqueue: EnqueueJobs<CampaignStatsJob>;
  readonly clock: Clock;
}

/** How long changes are collected: receipts come by the hundred, and `campaign.stats` at most so often. */
const WINDOW_MS = 2_000;
const MOST_REMEMBERED = 5_000;

/**
 * Has the counts of a campaign published soon after they moved, once for all that move meanwhile. The job comes after the
 * end of its window, so the last one is always published as well.
 */
export function makeNoteCounts({ enqueue, clock }: NoteCountsDeps) {
  const noted = new Map<string, number>();
  return async ({ workspaceId, id }: Pick<Campaign, 'workspaceId' | 'id'>): Promise<void> => {
    const now = clock.now();
    const windowMs = (Math.floor(now / WINDOW_MS) + 1) * WINDOW_MS;
    if (noted.get(id) === windowMs) return;
    await enqueue([{ v: 1, workspaceId, campaignId: id, windowMs }], { delaySeconds: Math.ceil((windowMs - now) / 1_000) });
    if (noted.size >= MOST_REMEMBERED) noted.clear();
    noted.set(id, windowMs);
  };
}
export type NoteCounts = ReturnType<typeof makeNoteCounts>;
