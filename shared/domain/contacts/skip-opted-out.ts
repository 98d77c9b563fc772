import type { AnnounceCompletion } from '../campaigns/announce-completion.ts';
import type { Campaigns } from '../campaigns/campaigns.ts';
import { completeIfDone } from '../campaigns/complete-if-done.ts';
import type { Contact } from './contact.ts';
import type { OptedOutMessages } from './opted-out-messages.ts';

export interface SkipOptedOutDeps {
  readonly optedOutMessages: Pick<OptedOutMessages, 'skipQueued'>;
  readonly campaigns: Pick<Campaigns, 'get' | 'counts' | 'pendingJobs' | 'transition'>;
  readonly announce: AnnounceCompletion;
}

/** Takes back what campaigns still hold for somebody who opted out, and completes those that have nothing else left. */
export const makeSkipOptedOut = ({ optedOutMessages, campaigns, announce }: SkipOptedOutDeps) =>
  async ({ workspaceId, identities }: Pick<Contact, 'workspaceId' | 'identities'>): Promise<void> => {
    const skipped = await Promise.all(identities.map((identity) => optedOutMessages.skipQueued(workspaceId, identity)));
    for (const campaignId of new Set(skipped.flat())) {
      const completed = await completeIfDone(campaigns, workspaceId, campaignId);
      if (completed) await announce(completed);
    }
  };
export type SkipOptedOut = ReturnType<typeof makeSkipOptedOut>;
