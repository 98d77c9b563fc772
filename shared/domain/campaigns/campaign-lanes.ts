import type { Outbox } from '../outbox/outbox.ts';
import type { Campaign } from './campaign.ts';

/** Opens the campaign's lane in each of its sessions while it runs, closes them otherwise. Safe to repeat. */
export async function alignLanes(outbox: Pick<Outbox, 'openLane' | 'closeLane'>, { id, status, sessionIds }: Campaign): Promise<void> {
  const align = status === 'running' ? outbox.openLane : outbox.closeLane;
  await Promise.all(sessionIds.map((sessionId) => align({ sessionId, campaignId: id })));
}
