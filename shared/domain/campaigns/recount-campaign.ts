import { COUNTED_AS } from '../outbox/campaign-deltas.ts';
import type { Clock } from '../clock.ts';
import type { Messages, MessageStanding } from '../outbox/messages.ts';
import type { Campaign, CampaignCounts, Recipient } from './campaign.ts';
import type { Campaigns } from './campaigns.ts';
import { isCalm, isSuspect, laterSequence, NO_COUNTS, type CountShare } from './count-share.ts';

export interface RecountCampaignDeps {
  readonly campaigns: Pick<Campaigns, 'countShares' | 'correctCounts' | 'listRecipients'>;
  readonly messages: Pick<Messages, 'standings'>;
  readonly clock: Clock;
  /** The id of the message of a recipient's attempt. */
  readonly messageIdOf: (workspaceId: string, campaignId: string, startedAtMs: number, to: string, attempt: number) => string;
}

/** What the messages of one session say. */
interface Tally {
  readonly counts: CampaignCounts;
  readonly upToSequence: string | null;
}

const NOTHING: Tally = { counts: NO_COUNTS, upToSequence: null };
const RECIPIENTS_A_PAGE = 1_000;

/**
 * Sets counts right that may have missed something (I5), from the messages themselves: one pass over the recipients for
 * all shares that need it, none if no share does. `isSettled`: nothing is left to recount, and nothing has changed for
 * a while.
 */
export const makeRecountCampaign = (deps: RecountCampaignDeps) =>
  async (campaign: Campaign): Promise<{ readonly isSettled: boolean }> => {
    const nowMs = deps.clock.now();
    const shares = await deps.campaigns.countShares(campaign.id);
    const calm = shares.filter((share) => isCalm(share, nowMs));
    const suspects = calm.filter(isSuspect);
    const areRight = suspects.length === 0 || (await recount(deps, campaign, suspects));
    return { isSettled: areRight && calm.length === shares.length };
  };
export type RecountCampaign = ReturnType<typeof makeRecountCampaign>;

/** `false`: some share moved meanwhile and is left to the next follow-up. */
async function recount(deps: RecountCampaignDeps, campaign: Campaign, shares: readonly CountShare[]): Promise<boolean> {
  const tallies = await tallyBySession(deps, campaign);
  const corrections = shares.map((share) => {
    const { counts, upToSequence } = tallies.get(share.sessionId) ?? NOTHING;
    return deps.campaigns.correctCounts(campaign.id, share, counts, upToSequence);
  });
  return (await Promise.all(corrections)).every(Boolean);
}

async function tallyBySession({ campaigns, messages, messageIdOf }: RecountCampaignDeps, campaign: Campaign): Promise<ReadonlyMap<string, Tally>> {
  const { id, workspaceId, createdAt, startedAt } = campaign;
  const idOf = ({ to, attempt }: Recipient) => messageIdOf(workspaceId, id, startedAt ?? createdAt, to, attempt);
  const tallies = new Map<string, Tally>();
  let cursor: string | undefined;
  do {
    const page = await campaigns.listRecipients(id, { limit: RECIPIENTS_A_PAGE, cursor });
    for (const standing of await messages.standings(workspaceId, page.items.map(idOf))) {
      tallies.set(standing.sessionId, withOneMore(tallies.get(standing.sessionId) ?? NOTHING, standing));
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return tallies;
}

function withOneMore({ counts, upToSequence }: Tally, { status, movedBy }: MessageStanding): Tally {
  const name = COUNTED_AS[status];
  return {
    counts: name ? { ...counts, [name]: counts[name] + 1 } : counts,
    upToSequence: laterSequence(upToSequence, movedBy),
  };
}
