import type { OutboundMessage } from '../../shared/domain/outbox/outbound-message.ts';
import type { OutboxLane } from '../../shared/domain/outbox/outbox.ts';

export const LANE_KINDS = ['direct', 'campaign'] as const;
export type LaneKind = (typeof LANE_KINDS)[number];

interface Look {
  readonly due: number;
  readonly oldestDueAt: number; // Unix ms
}

const kindOf = (campaignId: string | null): LaneKind => (campaignId === null ? 'direct' : 'campaign');

/**
 * What was due and not claimed when each session here last looked into its outbox. Nothing is read for it, so that
 * idle sessions cost nothing: a count ends where the look did, and sessions that are not connected are not in it.
 */
export class OutboxBacklog {
  readonly #looks = new Map<string, Map<string | null, Look>>(); // by session, then campaign

  /** `due`: what the look found in the lane, all of it or its front. */
  saw({ sessionId, campaignId }: OutboxLane, due: readonly OutboundMessage[]): void {
    const lanes = this.#looks.get(sessionId) ?? new Map<string | null, Look>();
    if (due.length > 0) lanes.set(campaignId, { due: due.length, oldestDueAt: Math.min(...due.map(({ dueAt }) => dueAt)) });
    else lanes.delete(campaignId);
    if (lanes.size > 0) this.#looks.set(sessionId, lanes);
    else this.#looks.delete(sessionId);
  }

  /** Campaigns whose lanes are closed are not looked at again. */
  keep(sessionId: string, campaigns: readonly OutboxLane[]): void {
    const open = new Set(campaigns.map(({ campaignId }) => campaignId));
    const closed = [...(this.#looks.get(sessionId)?.keys() ?? [])].filter((campaignId) => campaignId !== null && !open.has(campaignId));
    for (const campaignId of closed) this.saw({ sessionId, campaignId }, []);
  }

  /** The session is not looked after here any more. */
  forget(sessionId: string): void {
    this.#looks.delete(sessionId);
  }

  depth(kind: LaneKind): number {
    return this.#of(kind).reduce((sum, { due }) => sum + due, 0);
  }

  oldestSeconds(kind: LaneKind, nowMs: number): number {
    const oldest = Math.min(nowMs, ...this.#of(kind).map(({ oldestDueAt }) => oldestDueAt));
    return (nowMs - oldest) / 1_000;
  }

  #of(kind: LaneKind): readonly Look[] {
    return [...this.#looks.values()].flatMap((lanes) => [...lanes].flatMap(([campaignId, look]) => (kindOf(campaignId) === kind ? [look] : [])));
  }
}
