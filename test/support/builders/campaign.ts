import type { Campaign, Recipient } from '../../../shared/domain/campaigns/campaign.ts';
import { derivedId } from '../../../shared/identity/derived-id.ts';
import { WORKSPACE } from './outbound-message.ts';

const NOON = Date.UTC(2026, 5, 1, 12);

let drawn = 0;

/** A draft of a text campaign; what the test is about goes into `change`. Later ones have later ids. */
export function aCampaign(change: Partial<Campaign> = {}): Campaign {
  const createdAt = change.createdAt ?? NOON + drawn;
  return {
    id: derivedId('cmp', createdAt, `built ${drawn++}`),
    workspaceId: WORKSPACE,
    name: 'A campaign',
    status: 'draft',
    message: { type: 'text', text: 'Hello' },
    sessionIds: [],
    pacing: null,
    startAt: null,
    total: 0,
    failureReason: null,
    createdAt,
    statusAt: createdAt,
    startedAt: null,
    completedAt: null,
    ...change,
  };
}

export const aNumber = (n: number): string => `+49151${String(n).padStart(8, '0')}`;

export const recipients = (count: number, from = 0): Recipient[] =>
  Array.from({ length: count }, (_, i) => ({ to: aNumber(from + i), variables: {}, attempt: 0 }));
