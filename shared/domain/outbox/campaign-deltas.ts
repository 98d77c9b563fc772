import type { MessageStatus } from '../../contracts/message.ts';
import type { CampaignCounts } from '../campaigns/campaign.ts';
import type { AppliedChange } from './messages.ts';

type Deltas = Partial<Record<keyof CampaignCounts, number>>;

/** Under which count a message stands. `queued` is not counted: it is the total less all others. */
export const COUNTED_AS: Readonly<Partial<Record<MessageStatus, keyof CampaignCounts>>> = {
  sending: 'sending',
  unknown: 'sending', // it may be on its way
  sent: 'sent',
  delivered: 'delivered',
  read: 'read',
  played: 'read',
  failed: 'failed',
  skipped: 'skipped',
};

/** How applied changes move the counts of each campaign (I5), by campaign id. */
export function campaignDeltas(applied: readonly AppliedChange[]): ReadonlyMap<string, Deltas> {
  const byCampaign = new Map<string, Deltas>();
  for (const { from, message } of applied) {
    if (message.campaignId === null) continue;
    const deltas = byCampaign.get(message.campaignId) ?? {};
    add(deltas, COUNTED_AS[from], -1);
    add(deltas, COUNTED_AS[message.status], 1);
    byCampaign.set(message.campaignId, deltas);
  }
  return byCampaign;
}

function add(deltas: Deltas, count: keyof CampaignCounts | undefined, change: number): void {
  if (count) deltas[count] = (deltas[count] ?? 0) + change;
}
