import type { OutboundMessage } from './outbound-message.ts';
import type { Outbox, OutboxLane } from './outbox.ts';

const CLAIM_AT_ONCE = 90;
/** Later than any message can be due, and 13 digits as in the index. */
const EVER = 9_999_999_999_999;

export interface OwnedOutbox {
  readonly sessionId: string;
  readonly fencingToken: number;
}

/**
 * Claims all that is queued for a session, whenever it is due, batch by batch: to be reported as failed, as nobody will
 * send it. What belongs to a campaign that is not running stays queued until it is.
 */
export async function* claimRemaining(
  outbox: Pick<Outbox, 'listDue' | 'listLanes' | 'claim'>,
  owned: OwnedOutbox,
): AsyncGenerator<readonly OutboundMessage[]> {
  const direct = { sessionId: owned.sessionId, campaignId: null };
  for (const lane of [direct, ...(await outbox.listLanes(owned.sessionId))]) yield* claimLane(outbox, owned, lane);
}

async function* claimLane(outbox: Pick<Outbox, 'listDue' | 'claim'>, owned: OwnedOutbox, lane: OutboxLane): AsyncGenerator<readonly OutboundMessage[]> {
  const seen = new Set<string>(); // the index may show claimed ones for a moment longer
  for (;;) {
    const listed = await outbox.listDue(lane, EVER, CLAIM_AT_ONCE + seen.size);
    const messages = listed.filter(({ id }) => !seen.has(id)).slice(0, CLAIM_AT_ONCE);
    if (messages.length === 0) return;
    for (const { id } of messages) seen.add(id);
    const claim = await outbox.claim({ ...owned, messages });
    if (claim.outcome !== 'claimed') return;
    if (claim.claimed.length > 0) yield claim.claimed;
  }
}
